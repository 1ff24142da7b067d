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

/// A rotation of a secret, from its start to its end.
pub const SECRET_ROTATION: KilledAt = KilledAt {
    job: "rotation of a secret",
    effects: &[
        Effect::StartRun,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::SetSecret,
        Effect::RecordSecret,
        Effect::DisableVersion,
        Effect::RecordDisabled,
        Effect::FinishRun,
    ],
};

/// A rotation of a secret that is turned back in its overlap.
pub const SECRET_ROTATION_BACK: KilledAt = KilledAt {
    job: "way back of a rotation of a secret",
    effects: &[
        Effect::TurnBack,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::RecordEnabled,
        Effect::DisableVersion,
        Effect::RecordDisabled,
        Effect::FinishRun,
    ],
};

/// The end of a tenant with a KEK of its own, from its start to its end.
pub const OFFBOARDING: KilledAt = KilledAt {
    job: "offboarding",
    effects: &[
        Effect::StartRun,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::DeactivateKeys,
        Effect::DeleteTokens,
        Effect::EraseWraps,
        Effect::Reclaim,
        Effect::FlushRegister,
        Effect::DeleteInVault,
        Effect::RecordDeleted,
        Effect::PurgeInVault,
        Effect::RecordPurged,
        Effect::RecordDestroyed,
        Effect::FinishRun,
    ],
};

/// The recovery of a deleted KEK.
pub const RECOVERY: KilledAt = KilledAt {
    job: "recovery",
    effects: &[
        Effect::StartRun,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::RecoverInVault,
        Effect::RecordRecovered,
        Effect::FinishRun,
    ],
};

/// A reactivation of a KEK.
pub const REACTIVATION: KilledAt = KilledAt {
    job: "reactivation",
    effects: &[
        Effect::StartRun,
        Effect::IntendStep,
        Effect::FinishStep,
        Effect::EnableVersion,
        Effect::RecordEnabled,
        Effect::ActivateKeys,
        Effect::FinishRun,
    ],
};

/// The lifting of a hold.
pub const LIFTING: KilledAt = KilledAt {
    job: "lifting of a hold",
    effects: &[Effect::IntendStep, Effect::FinishStep, Effect::LiftHold, Effect::FinishRun],
};

/// The granting of an exception: what changes the register alone.
pub const APPLICATION: KilledAt = KilledAt {
    job: "granting of an exception",
    effects: &[Effect::StartRun, Effect::IntendStep, Effect::FinishStep, Effect::ApplyRequest, Effect::FinishRun],
};

/// A protective act: the register first, then the vault, then its proof.
pub const PROTECTION: KilledAt = KilledAt {
    job: "protective act",
    effects: &[Effect::Protect, Effect::IntendStep, Effect::DisableVersion, Effect::RecordDisabled],
};

/// A sweep of more tokens than one batch holds.
pub const SWEEP: KilledAt = KilledAt { job: "sweep", effects: &[Effect::SweepTokens] };

/// An emergency invalidation of more tokens than one batch holds.
pub const INVALIDATION: KilledAt = KilledAt { job: "invalidation of tokens", effects: &[Effect::InvalidateTokens] };

/// The issuing of a certificate of destruction.
pub const CERTIFICATION: KilledAt = KilledAt { job: "certificate", effects: &[Effect::IssueCertificate] };

/// A restore drill.
pub const DRILL: KilledAt = KilledAt { job: "restore drill", effects: &[Effect::RecordDrill] };

/// Jobs of test files of their own.
pub const KILLED_AT: &[KilledAt] = &[
    REACTIVATION,
    LIFTING,
    APPLICATION,
    OFFBOARDING,
    RECOVERY,
    DEK_ROTATION,
    DEK_ROTATION_BACK,
    SECRET_ROTATION,
    SECRET_ROTATION_BACK,
    PROTECTION,
    SWEEP,
    INVALIDATION,
    CERTIFICATION,
    DRILL,
];

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
