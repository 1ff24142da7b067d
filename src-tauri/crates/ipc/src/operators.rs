//! People: who is enrolled, with what, how alive, and what one person does at once to end somebody's access.

use serde::Deserialize;
use ts_rs::TS;

use crate::{
    keys::{MayView, RequestLinkView},
    people::PersonView,
    scalar::{Digest, Micros, OperationKind, OperatorId, Passphrase, Role},
};

words! {
    /// What an actor is. Only an operator, a human, ever seals.
    pub enum ActorKind { Operator, Agent, Service, Ai }
}

words! {
    /// Whether they may act.
    pub enum PersonStatus { Active, Suspended, Left }
}

words! {
    /// How a proof that is owed from time to time stands. `None`: it is not owed.
    pub enum ProofState { None, Never, InTime, Due, Overdue }
}

words! {
    /// What an operator signs about themselves: that they know their duties; that they can still sign.
    pub enum DutyKind { Acknowledge, Rehearse }
}

view! {
    /// A proof that is owed from time to time.
    pub struct ProofView {
        /// How it stands.
        pub state: ProofState,
        /// When it was given last.
        pub at: Option<Micros>,
        /// By when it is due.
        pub due_at: Option<Micros>,
        /// The entry that holds it.
        pub entry: Option<u32>,
    }
}

view! {
    /// A role held, and since when it counts.
    pub struct HeldRoleView {
        /// Which.
        pub role: Role,
        /// From when on it counts.
        pub counts_from: Micros,
        /// Whether it counts by now: a new one waits out its cool-down.
        pub counts: bool,
        /// Whether this operator may withdraw it.
        pub withdraw: MayView,
    }
}

view! {
    /// Somebody in the list.
    pub struct PersonRowView {
        /// Who.
        pub person: PersonView,
        /// What they are.
        pub kind: ActorKind,
        /// Whether they may act.
        pub status: PersonStatus,
        /// Their stable name outside Countersign.
        pub identity: String,
        /// Their login at the register.
        pub login: String,
        /// Devices that are trusted.
        pub devices: u32,
        /// Roles granted that do not count yet.
        pub cooling: Vec<Role>,
        /// The last rehearsal signature.
        pub rehearsal: ProofView,
        /// The last acknowledgement of duties.
        pub acknowledgement: ProofView,
        /// The lost device whose clock runs out first, if its wipe is not done.
        pub lost: Option<LostView>,
    }
}

words! {
    /// Why an operation could not be signed today: too few people, or only with one who has not shown for too long that they can.
    pub enum UnmetWhy { TooFew, NotProven }
}

view! {
    /// An operation, and whether two people could sign it today.
    pub struct QuorumHealthView {
        /// Which.
        pub operation: OperationKind,
        /// Whether two eligible people with a trusted device could.
        pub met: bool,
        /// Why not.
        pub why: Option<UnmetWhy>,
        /// Those who may ask for it today.
        pub may_ask: Vec<PersonView>,
        /// Those who may countersign it today, whoever else asks.
        pub may_countersign: Vec<PersonView>,
    }
}

view! {
    /// Everyone, and what they could sign together today.
    pub struct PeopleView {
        /// In order of enrolment.
        pub people: Vec<PersonRowView>,
        /// Every operation.
        pub quorums: Vec<QuorumHealthView>,
        /// Whether this operator may ask for an enrolment.
        pub enrol: MayView,
        /// Hours a granted role waits before it counts.
        pub cool_down_hours: u32,
        /// Days between rehearsal signatures.
        pub rehearsal_days: u32,
        /// Days between acknowledgements.
        pub acknowledgement_days: u32,
        /// Hours within which a lost device is to be reported.
        pub lost_device_hours: u32,
    }
}

request! {
    /// One person.
    pub struct PersonRequest {
        /// Who.
        pub operator: OperatorId,
    }
}

words! {
    /// Where a device stands.
    pub enum DeviceStatus { Trusted, Revoked, Lost }
}

view! {
    /// A device key as enrolled.
    pub struct DeviceView {
        /// Id of its key.
        pub device: Digest,
        /// Its name.
        pub name: String,
        /// Where it stands.
        pub status: DeviceStatus,
        /// When it was enrolled.
        pub enrolled_at: Micros,
        /// When it ended.
        pub ended_at: Option<Micros>,
        /// Its loss, if it was reported lost.
        pub lost: Option<LostView>,
        /// Whether this operator may revoke it, or report it lost.
        pub revoke: MayView,
    }
}

view! {
    /// A lost or stolen device.
    pub struct LostView {
        /// Id of its key.
        pub device: Digest,
        /// Its name.
        pub name: String,
        /// When it was lost.
        pub lost_at: Micros,
        /// When that was reported.
        pub reported_at: Micros,
        /// By whom.
        pub reported_by: PersonView,
        /// By when it was to be reported, and the wipe to be done.
        pub due_at: Micros,
        /// The entry that reported it.
        pub entry: u32,
        /// The wipe, once it is done.
        pub wiped: Option<WipedView>,
    }
}

view! {
    /// A remote wipe that was seen to its end.
    pub struct WipedView {
        /// When it was recorded.
        pub at: Micros,
        /// By whom.
        pub by: PersonView,
        /// What shows it.
        pub evidence: String,
        /// The entry.
        pub entry: u32,
    }
}

view! {
    /// A seal of theirs on a request that is not decided or not executed: it lapses with their access.
    pub struct OpenSealView {
        /// Which request.
        pub request: RequestLinkView,
        /// What it asks for.
        pub operation: OperationKind,
        /// About what.
        pub subject: String,
        /// How many things it is about.
        pub targets: u32,
        /// Whether they asked for it themselves.
        pub requester: bool,
    }
}

view! {
    /// An operation that could not be signed without them.
    pub struct NeededForView {
        /// Which.
        pub operation: OperationKind,
        /// Those with whom they could sign it today.
        pub with: Vec<PersonView>,
    }
}

view! {
    /// What happened to somebody.
    pub struct PersonEventView {
        /// Ledger entry.
        pub entry: u32,
        /// As the ledger calls it.
        pub verb: String,
        /// When.
        pub at: Micros,
        /// By whom, where it was an operator.
        pub by: Option<PersonView>,
        /// What it was about: a role, a device; empty where the verb says it all.
        pub about: String,
        /// Why, as written.
        pub reason: String,
        /// The request, where two signed it.
        pub request: Option<RequestLinkView>,
    }
}

view! {
    /// What the present operator owes for themselves.
    pub struct OwnDutiesView {
        /// The words acknowledged, paragraph by paragraph.
        pub words: Vec<String>,
        /// Version of the words.
        pub version: String,
        /// Whether they may acknowledge and rehearse: an auditor never signs.
        pub sign: MayView,
    }
}

view! {
    /// Everything about one person.
    pub struct PersonDetailView {
        /// The row.
        pub row: PersonRowView,
        /// When they were enrolled.
        pub enrolled_at: Micros,
        /// The entry.
        pub enrolled_entry: u32,
        /// Roles held.
        pub roles: Vec<HeldRoleView>,
        /// Their devices, newest first.
        pub devices: Vec<DeviceView>,
        /// What could not be signed without them.
        pub needed_for: Vec<NeededForView>,
        /// Their open seals.
        pub open_seals: Vec<OpenSealView>,
        /// Requests about them that are not decided or not executed.
        pub requests: Vec<RequestLinkView>,
        /// What happened to them, newest first.
        pub history: Vec<PersonEventView>,
        /// Their own duties, on their own page only.
        pub own: Option<OwnDutiesView>,
        /// What this operator may do with them.
        pub acts: PersonActsView,
    }
}

view! {
    /// What this operator may do with a person.
    pub struct PersonActsView {
        /// End their access for now, at once.
        pub suspend: MayView,
        /// End their access for good, at once.
        pub leave: MayView,
        /// Ask for a role or an authority.
        pub grant: MayView,
        /// Ask for them to act again.
        pub reinstate: MayView,
        /// Ask for a further device.
        pub enrol_device: MayView,
    }
}

/// What one person does to another's access, at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "act", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum PersonAct {
    /// They may not act until two people reinstate them.
    Suspend,
    /// They leave the company.
    Leave,
    /// One role is withdrawn.
    WithdrawRole {
        /// Which.
        role: Role,
    },
    /// One device key is trusted no more.
    RevokeDevice {
        /// Which.
        device: Digest,
    },
    /// A device is lost or stolen.
    ReportLost {
        /// Which.
        device: Digest,
        /// When it was lost, as far as is known.
        lost_at: Micros,
    },
    /// The remote wipe of a lost device is done.
    ConfirmWipe {
        /// Which.
        device: Digest,
        /// When it was wiped.
        wiped_at: Micros,
    },
}

request! {
    /// Does it, under one name.
    pub struct ProtectPersonRequest {
        /// To whom.
        pub operator: OperatorId,
        /// What.
        pub act: PersonAct,
        /// Why; for a wipe, what shows that it is done.
        pub reason: String,
        /// That afterwards nobody could sign some operation, and that this is accepted: for a suspicion and a lost device only.
        pub accept_loss: bool,
    }
}

view! {
    /// What was done.
    pub struct PersonProtectedView {
        /// The person as they stand now.
        pub person: PersonDetailView,
        /// Requests that lapsed by it.
        pub lapsed: u32,
        /// Connections of theirs that the database did not let go of; they end by themselves.
        pub connections_left: u32,
        /// Ledger entry.
        pub entry: u32,
    }
}

request! {
    /// Reads an enrolment card before anything is asked for.
    pub struct ReadCardRequest {
        /// Its text, as pasted or as read from its file.
        pub text: String,
    }
}

view! {
    /// What an enrolment card says.
    pub struct CardView {
        /// What it is for: an operator or an agent.
        pub kind: ActorKind,
        /// Full name.
        pub name: String,
        /// Stable name outside Countersign.
        pub identity: String,
        /// Login wanted at the register.
        pub login: String,
        /// Name of the device.
        pub device_name: String,
        /// Id of the device key: its fingerprint, to be compared by voice.
        pub device_key: Digest,
        /// Whether whoever made the card holds the key it names, for this custody.
        pub proven: bool,
        /// Whether it was made for this custody.
        pub this_custody: bool,
        /// Who is enrolled under that identity already: then it can only bring a further device.
        pub known: Option<PersonView>,
        /// Whether the device is enrolled already.
        pub device_known: bool,
    }
}

request! {
    /// Makes this computer's device key for a custody one is not enrolled in yet, and the card that asks for it.
    pub struct JoinRequest {
        /// Their id, where they are enrolled already: for a further device, or coming back.
        pub operator: Option<OperatorId>,
        /// Full name.
        pub name: String,
        /// Stable name outside Countersign.
        pub person: String,
        /// Login at the register; empty on a local custody, where the host makes it.
        pub login: String,
        /// Its password, where an administrator made the login; empty otherwise.
        pub login_password: Passphrase,
        /// Name of the device.
        pub device_name: String,
        /// The invitation's text, where this computer does not know the custody yet; empty otherwise.
        pub invitation: String,
        /// Passphrase of the device key.
        pub passphrase: Passphrase,
    }
}

view! {
    /// An enrolment card made on this computer, waiting to be enrolled by two people.
    pub struct JoiningView {
        /// Full name.
        pub name: String,
        /// Id of the device key.
        pub device_key: Digest,
        /// Name of the device.
        pub device_name: String,
        /// The card, as it is handed over. It holds no secret.
        pub card: String,
        /// Name under which it is saved.
        pub file_name: String,
    }
}

view! {
    /// The cards made on this computer whose people are not enrolled yet.
    pub struct JoiningsView {
        /// Oldest first.
        pub waiting: Vec<JoiningView>,
        /// Whether this computer must be told by an invitation which custody it is.
        pub needs_invitation: bool,
        /// Shortest passphrase accepted.
        pub passphrase_chars_min: u32,
    }
}

view! {
    /// What somebody needs to know to join this custody from another computer. It holds no secret.
    pub struct InvitationView {
        /// Its text.
        pub text: String,
    }
}

request! {
    /// One card made on this computer.
    pub struct JoiningCardRequest {
        /// By the id of its device key.
        pub device_key: Digest,
    }
}
