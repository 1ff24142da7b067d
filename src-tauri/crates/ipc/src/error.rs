//! What the window may learn about a failure.
//!
//! A closed list with data for the sentence. Prose from below never travels: its detail stays in the host's log under an
//! incident number. Adding a variant is a decision about the user interface.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    people::PersonView,
    scalar::{Environment, IncidentId, Micros, Role},
};

/// Why a command did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum IpcError {
    /// The console is locked; nothing is read or done until someone unlocks it.
    Locked,
    /// The passphrase does not open the device key.
    WrongPassphrase,
    /// No keychain answers.
    KeychainUnavailable {
        /// What to start, in words a person can follow.
        start: String,
    },
    /// A field of the request is not acceptable.
    Invalid {
        /// The request's field, in its wire spelling.
        field: String,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// What was named does not exist, or not any more.
    NotFound {
        /// What kind of thing.
        what: Thing,
    },
    /// This operator may not do this now.
    Refused {
        /// Why.
        reason: RefusalReason,
        /// Who could do it instead.
        eligible: Vec<PersonView>,
    },
    /// Live state is not what the plan was computed from.
    PlanStale {
        /// Field by field.
        differences: Vec<DifferenceView>,
    },
    /// A vault or register could not be reached or used.
    Connection {
        /// Which of the two.
        target: ConnectionTarget,
        /// Address that was tried.
        address: String,
        /// What went wrong.
        problem: ConnectionProblem,
    },
    /// The vault asked for patience.
    Throttled {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// The ledger does not verify; nothing is executed until this is cleared.
    LedgerBroken {
        /// First bad entry.
        entry: u32,
        /// What is wrong with it.
        fault: LedgerFault,
    },
    /// The ledger is not the one that this computer has seen, or its proofs were changed: nothing is signed or executed on it.
    LedgerReplaced {
        /// In which way.
        how: LedgerAlarm,
        /// Entries that are known here.
        known: u32,
        /// Entries it has now.
        now: u32,
        /// First entry that can't be relied on.
        first: u32,
        /// Last of the entries among which the first bad one is.
        last: u32,
    },
    /// The text or file is larger than accepted.
    TooLarge {
        /// Largest accepted size.
        limit_bytes: u32,
    },
    /// Something changed between reading and writing; reading again helps.
    Moved,
    /// A task of this kind is already under way.
    Busy {
        /// What is under way.
        task: crate::events::Task,
    },
    /// Anything else. The host's log has the detail under this number.
    Internal {
        /// Number to quote.
        incident: IncidentId,
    },
}

words! {
    /// What is wrong with a field.
    pub enum FieldProblem {
        Empty, TooLong, TooShort, NotANumber, OutOfRange, NotAName, NotAnAddress, NotAVaultAddress, HiddenCharacters, Taken,
        SamePerson, NotACard, NeedsSecurity, WeakAlgorithm, WeakPassphrase, InThePast, BeyondTerm,
    }
}

words! {
    /// A kind of thing that can be missing.
    pub enum Thing { Exception, SharedKey, Tenant, Hold, Review, Certificate, Custody, Operator, Key, KeyVersion, Request, Draft, Run, Entry, Import, SavedView, Profile }
}

/// Why an operator may not do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "because", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum RefusalReason {
    /// They asked for it themselves.
    OwnRequest,
    /// They, as a person, have signed already, with this or another device.
    AlreadySigned,
    /// None of their roles is one of these.
    RoleMissing {
        /// Any of these would do.
        needs: Vec<Role>,
    },
    /// Auditors read everything and change nothing.
    AuditorNeverSigns,
    /// Their enrolment was suspended.
    Suspended,
    /// The request has been decided.
    AlreadyDecided,
    /// The request lapsed because what it was computed from changed.
    RequestLapsed,
    /// The requester took it back.
    RequestWithdrawn,
    /// The time to approve has passed.
    ApproveByPassed {
        /// When.
        at: Micros,
    },
    /// The time to execute has passed.
    ExecuteByPassed {
        /// When.
        at: Micros,
    },
    /// A seal is still missing.
    QuorumMissing {
        /// How many.
        missing: u32,
    },
    /// Another console holds the run.
    RunHeld {
        /// Whose console, if known.
        by: Option<PersonView>,
        /// Until when its lease runs.
        until: Micros,
    },
    /// The run is not in a state that allows this.
    RunState,
    /// The old version no longer lives, so there is nothing to go back to.
    OldVersionGone,
    /// What it does cannot be undone, or leaves nothing to be undone.
    NothingToRollBack,
    /// Something stands in the way of destroying it: all of it, sentence by sentence, in the register's words.
    Blocked {
        /// Each.
        by: Vec<String>,
    },
    /// A hold says that this must be kept.
    Held,
    /// They did it themselves, so another person must look at it.
    OwnAct,
    /// What was typed is not what was asked for.
    TypedDiffers,
    /// A request for the same key is already open.
    RequestOpen,
    /// This computer's clock differs too much from the register's.
    ClockSkew {
        /// Seconds of difference.
        seconds: u32,
    },
    /// The key or address belongs to another environment.
    OtherEnvironment {
        /// The one it belongs to.
        belongs_to: Environment,
    },
    /// The register refused under a code that has no words here.
    Register {
        /// The register's code.
        refusal: String,
    },
}

view! {
    /// One field in which live state differs from the plan.
    pub struct DifferenceView {
        /// What.
        pub subject: String,
        /// Which field of it.
        pub field: String,
        /// As sealed.
        pub planned: String,
        /// As it is.
        pub found: String,
    }
}

words! {
    /// One side of a connection.
    pub enum ConnectionTarget { Vault, Register }
}

/// What went wrong with a connection, named so that a person knows whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "what", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum ConnectionProblem {
    /// The name does not resolve.
    Dns,
    /// Nothing answers at that address.
    Unreachable,
    /// It did not answer in time.
    TimedOut {
        /// Seconds waited.
        after_s: u32,
    },
    /// The certificate is not one this computer trusts, or TLS is too old.
    Tls,
    /// Who we are was not accepted.
    Authentication,
    /// Who we are is known but may not do this.
    Forbidden,
    /// The database has no custody schema.
    SchemaMissing,
    /// The schema is of another version.
    SchemaVersion {
        /// What was found.
        found: u32,
        /// What this console needs.
        needed: u32,
    },
    /// It belongs to another environment.
    WrongEnvironment {
        /// The one that was found.
        found: Environment,
    },
    /// It belongs to another custody.
    WrongCustody,
    /// It answered something that is not a vault or a register.
    NotWhatItShouldBe,
}

words! {
    /// What is wrong with a ledger entry.
    pub enum LedgerFault {
        Missing, HashDiffers, SignatureInvalid, KeyUnknown, KeyNotValidThen, Malformed, WrongCustody, Repeated, Backdated, RowDiffers,
        RegisterDiffers, Truncated,
    }
}

words! {
    /// In which way a ledger is not the one that is known here.
    pub enum LedgerAlarm { Shorter, Rewritten, CheckpointDiffers, CheckpointGone, TreeDiffers }
}
