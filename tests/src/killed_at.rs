//! At which side effects consoles are killed, by job. Whoever adds a job in a test file of its own adds it here: the test that
//! compares this table with the list of all effects then knows of it.

use std::path::Path;

use custody::run::Effect;

use crate::{CrashPoint, Moment};

/// A job during which consoles are killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KilledAt {
    /// What it is.
    pub job: &'static str,
    /// The effects it is killed at.
    pub effects: &'static [Effect],
}

/// A rotation of DEKs, from its start to its end.
pub const DEK_ROTATION: KilledAt = KilledAt {
    job: "rotation of DEKs",
    effects: &[
        Effect::StartRun,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::ReplaceDeks,
        Effect::ReencryptTokens,
        Effect::RetireDeks,
        Effect::EraseWraps,
        Effect::FinishRun,
    ],
};

/// A rotation of DEKs that is turned back when every token has been moved.
pub const DEK_ROTATION_BACK: KilledAt = KilledAt {
    job: "way back of a rotation of DEKs",
    effects: &[
        Effect::ResumeRun,
        Effect::TurnBack,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::ReencryptTokens,
        Effect::RetireDeks,
        Effect::EraseWraps,
        Effect::FinishRun,
    ],
};

/// Jobs of test files of their own.
pub const KILLED_AT: &[KilledAt] = &[DEK_ROTATION, DEK_ROTATION_BACK];

impl KilledAt {
    /// Both sides of each of these effects, in the order in which a run that nobody disturbed noted them in `notes`.
    pub fn points(&self, notes: &Path) -> Vec<CrashPoint> {
        let known = |name: &str| Effect::ALL.iter().copied().find(|effect| effect.name() == name).unwrap();
        let happened: Vec<Effect> = std::fs::read_to_string(notes).unwrap().lines().map(known).collect();
        for effect in self.effects {
            assert!(happened.contains(effect), "the {} no longer comes by {effect:?}", self.job);
        }
        let places = happened.iter().enumerate().filter(|(_, effect)| self.effects.contains(effect));
        places
            .flat_map(|(place, &effect)| {
                let nth = happened.iter().take(place + 1).filter(|&&earlier| earlier == effect).count();
                [Moment::Before, Moment::After].map(|moment| CrashPoint { moment, effect, nth })
            })
            .collect()
    }
}
