//! Side effects by name, of runs and of acts without one. Whatever they change outside of memory goes through [`perform`], so that tests can
//! stop the process before and after each of them; the list they go through is the enum itself.

use std::future::Future;

macro_rules! effects {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Everything a run does that outlives the process.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Effect { $($(#[$doc])* $variant),+ }

        impl Effect {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Name used by crash tests.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

effects! {
    /// The run's row and its lease.
    StartRun = "start_run",
    /// Another console takes the lapsed lease.
    ClaimRun = "claim_run",
    /// The lease is kept.
    RenewLease = "renew_lease",
    /// The run stops in good order.
    PauseRun = "pause_run",
    /// It goes on.
    ResumeRun = "resume_run",
    /// It turns back.
    TurnBack = "turn_back",
    /// What is about to be done is written down.
    IntendStep = "intend_step",
    /// What came of it is written down.
    FinishStep = "finish_step",
    /// A key in the vault.
    CreateKey = "create_key",
    /// A version in the vault.
    CreateVersion = "create_version",
    /// The version in the register.
    RecordVersion = "record_version",
    /// A batch of wraps, by compare-and-set.
    RewrapBatch = "rewrap_batch",
    /// The old version no longer works.
    DisableVersion = "disable_version",
    /// That it was proven, in the register.
    RecordDisabled = "record_disabled",
    /// The old version works again.
    EnableVersion = "enable_version",
    /// That it was proven, in the register.
    RecordEnabled = "record_enabled",
    /// New DEKs take the place of the present ones.
    ReplaceDeks = "replace_deks",
    /// A batch of tokens, by compare-and-set.
    ReencryptTokens = "reencrypt_tokens",
    /// Nothing is sealed under the former DEKs any more.
    RetireDeks = "retire_deks",
    /// Wraps are overwritten and removed.
    EraseWraps = "erase_wraps",
    /// Keys go out of use.
    DeactivateKeys = "deactivate_keys",
    /// A batch of tokens is overwritten and deleted.
    DeleteTokens = "delete_tokens",
    /// Tables are written anew.
    Reclaim = "reclaim",
    /// The server writes out what it holds in memory.
    FlushRegister = "flush_register",
    /// An object in the vault is deleted.
    DeleteInVault = "delete_in_vault",
    /// What the vault said of that, in the register.
    RecordDeleted = "record_deleted",
    /// A deleted object is purged.
    PurgeInVault = "purge_in_vault",
    /// That it was found gone, in the register.
    RecordPurged = "record_purged",
    /// Keys are called destroyed.
    RecordDestroyed = "record_destroyed",
    /// A deleted object comes back.
    RecoverInVault = "recover_in_vault",
    /// That it did, in the register.
    RecordRecovered = "record_recovered",
    /// A new version of a secret in the vault.
    SetSecret = "set_secret",
    /// That version in the register.
    RecordSecret = "record_secret",
    /// Keys are put into use again.
    ActivateKeys = "activate_keys",
    /// A hold is lifted.
    LiftHold = "lift_hold",
    /// The register is changed as the plan says.
    ApplyRequest = "apply_request",
    /// The end.
    FinishRun = "finish_run",
    /// Keys are protected by one person.
    Protect = "protect",
    /// A batch of tokens is invalidated in an emergency.
    InvalidateTokens = "invalidate_tokens",
    /// A batch of expired tokens is swept.
    SweepTokens = "sweep_tokens",
    /// A certificate is kept.
    IssueCertificate = "issue_certificate",
    /// A restore drill is written down.
    RecordDrill = "record_drill",
}

/// Performs a side effect.
pub(crate) async fn perform<T>(effect: Effect, act: impl Future<Output = T>) -> T {
    crash::point("before", effect);
    let outcome = act.await;
    crash::point("after", effect);
    outcome
}

#[cfg(not(feature = "crash-points"))]
mod crash {
    /// Crash points exist only in builds for tests.
    pub(super) fn point(_moment: &str, _effect: super::Effect) {}
}

#[cfg(feature = "crash-points")]
mod crash {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    /// `COUNTERSIGN_CRASH=before:create_version:2` kills this process the second time it comes there.
    /// `COUNTERSIGN_EFFECTS=FILE` keeps the name of every effect in the order they happen.
    pub(super) fn point(moment: &str, effect: super::Effect) {
        static PASSED: AtomicU32 = AtomicU32::new(0);
        if moment == "before" {
            note(effect);
        }
        let Some(wanted) = told("COUNTERSIGN_CRASH") else { return };
        let here = format!("{moment}:{}", effect.name());
        let Some((place, nth)) = wanted.rsplit_once(':') else { return };
        let passed = || PASSED.fetch_add(1, Ordering::SeqCst) + 1;
        if place == here && nth.parse() == Ok(passed()) {
            // SIGKILL: nothing is unwound, flushed or closed. If it could not be sent the test sees a survivor.
            if kill(Pid::this(), Signal::SIGKILL).is_err() {
                tracing::error!("the crash point could not kill its process");
            }
        }
    }

    fn note(effect: super::Effect) {
        let Some(file) = told("COUNTERSIGN_EFFECTS") else { return };
        let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
        if let Err(error) = opened.and_then(|mut file| writeln!(file, "{}", effect.name())) {
            tracing::error!(%error, "the effects of a run could not be noted");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "crash points are steered by the environment of the test's child")]
    fn told(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
