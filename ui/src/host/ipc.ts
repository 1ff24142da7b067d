// Written from the table of commands in src-tauri/crates/ipc. Do not edit: run `cargo xtask bindings`.

export type AcceptanceView = { 
/**
 * Who signed it; `None` while nobody has.
 */
by: PersonView | null, 
/**
 * The words that are signed.
 */
words: string, 
/**
 * When they signed; `None` while they have not.
 */
at: Micros | null, 
/**
 * Ledger entry of their seal.
 */
entry: number | null, };

export type ActorKind = "operator" | "agent" | "service" | "ai";

export type AdoptItem = { 
/**
 * Name in the vault.
 */
name: string, 
/**
 * Owner.
 */
owner: string, 
/**
 * Purpose.
 */
purpose: string, 
/**
 * How sensitive what it protects is.
 */
classification: Classification, };

export type AgeBucketView = { 
/**
 * At least so many days.
 */
fromDays: number, 
/**
 * Fewer than so many; `None` for the last.
 */
toDays: number | null, 
/**
 * How many.
 */
count: number, };

export type AnswerView = { 
/**
 * Which.
 */
request: RequestLinkView, 
/**
 * Whether it renews; otherwise it closes.
 */
renews: boolean, };

export type AppStateView = { "at": "first_run", 
/**
 * Whether keys could be kept.
 */
keychain: KeychainView, } | { "at": "founding", 
/**
 * Which.
 */
custody: CustodyHeadView, 
/**
 * Whether keys can be kept.
 */
keychain: KeychainView, 
/**
 * Who has taken their seat.
 */
founding: FoundingView, } | { "at": "locked", 
/**
 * Which custody.
 */
custody: CustodyHeadView, 
/**
 * Whether keys can be read.
 */
keychain: KeychainView, 
/**
 * Who has a device key on this computer.
 */
operators: Array<PersonView>, 
/**
 * Who was here last.
 */
last: OperatorId | null, 
/**
 * Why it is locked.
 */
reason: LockReason, } | { "at": "unlocked", 
/**
 * Which custody.
 */
custody: CustodyHeadView, 
/**
 * Who.
 */
operator: PersonView, 
/**
 * Id of their device key.
 */
deviceKey: Digest, 
/**
 * Their session.
 */
session: SessionView, } | { "at": "unavailable", 
/**
 * Which custody.
 */
custody: CustodyHeadView, 
/**
 * Why.
 */
problem: IpcError, };

export type AttributeView = { 
/**
 * Name.
 */
name: string, 
/**
 * Value.
 */
value: string, };

export type BrokenCountView = { 
/**
 * Which rule.
 */
rule: BrokenRule, 
/**
 * By how many.
 */
count: number, 
/**
 * Of those, covered by an exception.
 */
excepted: number, };

export type BrokenRule = "weak_algorithm" | "legacy_storage" | "phase_out_passed" | "owner_missing" | "purpose_missing" | "rotation_overdue" | "shared_across_tenants" | "message_count_high";

export type CacheTag = "app_state" | "status" | "overview" | "keys" | "saved_views" | "operators" | "requests" | "runs" | "ledger" | "discovery" | "settings" | "tenants" | "reviews" | "certificates" | "tokens" | "exceptions" | "people" | "rules";

export type CardView = { 
/**
 * What it is for: an operator or an agent.
 */
kind: ActorKind, 
/**
 * Full name.
 */
name: string, 
/**
 * Stable name outside Countersign.
 */
identity: string, 
/**
 * Login wanted at the register.
 */
login: string, 
/**
 * Name of the device.
 */
deviceName: string, 
/**
 * Id of the device key: its fingerprint, to be compared by voice.
 */
deviceKey: Digest, 
/**
 * Whether whoever made the card holds the key it names, for this custody.
 */
proven: boolean, 
/**
 * Whether it was made for this custody.
 */
thisCustody: boolean, 
/**
 * Who is enrolled under that identity already: then it can only bring a further device.
 */
known: PersonView | null, 
/**
 * Whether the device is enrolled already.
 */
deviceKnown: boolean, };

export type CellProblem = "missing" | "unknown_column" | "column_missing" | "column_twice" | "wrong_cell_count" | "unknown_word" | "not_a_date" | "not_a_number" | "too_long" | "hidden_characters" | "duplicate_in_file" | "already_in_register" | "other_environment" | "weak_algorithm" | "legacy_storage" | "not_selectable" | "owner_and_purpose_needed" | "tenant_needed" | "not_utf8";

export type CellProblemView = { 
/**
 * Line number in the file.
 */
row: number, 
/**
 * Column, by its header; empty when the whole row is meant.
 */
column: string, 
/**
 * What stands there, shortened.
 */
value: string, 
/**
 * What is wrong.
 */
problem: CellProblem, 
/**
 * What would be accepted, where that is a short list.
 */
accepted: Array<string>, };

export type CertificateFormat = "json" | "html" | "pdf";

export type CertificateId = string & { readonly __brand: 'CertificateId' };

export type CertificateIssueRequest = { 
/**
 * Which run.
 */
run: RunId, };

export type CertificateLinkView = { 
/**
 * Which.
 */
certificate: CertificateId, 
/**
 * Its number.
 */
label: string, };

export type CertificateRequest = { 
/**
 * Which.
 */
certificate: CertificateId, };

export type CertificateRowView = { 
/**
 * Which.
 */
certificate: CertificateId, 
/**
 * Its number.
 */
label: string, 
/**
 * What was done.
 */
operation: OperationKind, 
/**
 * To what, by name.
 */
subject: string, 
/**
 * When it was issued.
 */
issuedAt: Micros, };

export type CertificateSaveRequest = { 
/**
 * Which.
 */
certificate: CertificateId, 
/**
 * How.
 */
format: CertificateFormat, };

export type CertificateSealView = { 
/**
 * By whom.
 */
by: PersonView, 
/**
 * In which role.
 */
role: Role | null, 
/**
 * When.
 */
at: Micros, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * Whether it is the requester's.
 */
requester: boolean, };

export type CertificateView = { 
/**
 * The row.
 */
row: CertificateRowView, 
/**
 * Name of the custody.
 */
custody: string, 
/**
 * Its environment.
 */
environment: Environment, 
/**
 * Its request.
 */
request: RequestLinkView, 
/**
 * Its run.
 */
run: RunLinkView, 
/**
 * Why it was asked for.
 */
reason: string, 
/**
 * Change record.
 */
changeRecord: string, 
/**
 * When the run began.
 */
beganAt: Micros, 
/**
 * When it was called over.
 */
endedAt: Micros, 
/**
 * Who carried it out.
 */
executedBy: Array<PersonView>, 
/**
 * What was verified at its end.
 */
verification: string, 
/**
 * The evidence, entry by entry, the first of it.
 */
evidence: Array<CertifiedEvidenceView>, 
/**
 * How many pieces of evidence there are in all.
 */
evidenceTotal: number, 
/**
 * The first of what was destroyed.
 */
destroyed: Array<DestroyedView>, 
/**
 * How many keys were destroyed in all.
 */
destroyedTotal: number, 
/**
 * How strong the erasure is, in one word.
 */
strength: CertifiedStrength, 
/**
 * What that means here.
 */
strengthWords: string, 
/**
 * What honestly remained when it was issued.
 */
remains: Array<RemainsView>, 
/**
 * Who sealed it.
 */
seals: Array<CertificateSealView>, 
/**
 * Who issued it.
 */
issuedBy: PersonView, 
/**
 * Ledger entries it carries, first and last of each unbroken range.
 */
entries: Array<EntryRangeView>, 
/**
 * SHA-256 of the machine-readable file.
 */
digest: Digest, 
/**
 * What was checked when it was opened just now, sentence by sentence.
 */
checked: Array<string>, 
/**
 * What it does not prove, sentence by sentence, as the file says it.
 */
notProven: Array<string>, };

export type CertificatesPageRequest = { 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type CertificatesPageView = { 
/**
 * The rows.
 */
rows: Array<CertificateRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, };

export type CertifiedEvidenceView = { 
/**
 * The entry.
 */
entry: number, 
/**
 * When.
 */
at: Micros, 
/**
 * What the act was, in words.
 */
words: string, };

export type CertifiedStrength = "cryptographic" | "limited" | "deleted";

export type ChainLinkView = { 
/**
 * Which.
 */
exception: ExceptionId, 
/**
 * Its number.
 */
label: string, 
/**
 * Where it stands.
 */
state: ExceptionState, 
/**
 * Since when.
 */
since: Micros, 
/**
 * Until when it was granted.
 */
until: Micros, 
/**
 * Who asked, and who accepted the risk.
 */
people: Array<PersonView>, };

export type ChangeKind = "add" | "change" | "destroy" | "same";

export type ChangeView = { 
/**
 * Of what.
 */
subject: string, 
/**
 * Which property. The window has words for those it knows and shows the others as they are: nothing signed is hidden.
 */
field: string, 
/**
 * Value now; empty where there is none.
 */
before: string, 
/**
 * Value after; empty where there is none.
 */
after: string, 
/**
 * Whether it changes.
 */
kind: ChangeKind, };

export type CheckKind = "legal_hold" | "incident" | "others_under_kek" | "run_under_way" | "status" | "restore_drill" | "open_request";

export type CheckOutcome = "passed" | "failed" | "skipped";

export type CheckView = { 
/**
 * What.
 */
kind: CheckKind, 
/**
 * What was found.
 */
finding: Finding, 
/**
 * How often.
 */
count: number, 
/**
 * Which, by name or number, the first few.
 */
names: Array<string>, };

export type CheckpointSignatureView = { 
/**
 * Who.
 */
by: PersonView, 
/**
 * Whether they cosigned it; otherwise they made it.
 */
cosigned: boolean, 
/**
 * When.
 */
at: Micros, 
/**
 * With which device key.
 */
key: Digest, 
/**
 * Whether it verifies with a key that the ledger certifies, computed now.
 */
holds: boolean, };

export type CheckpointView = { 
/**
 * Number of its last entry.
 */
size: number, 
/**
 * Root of the tree over its entries.
 */
root: Digest, 
/**
 * Entry by which it was made.
 */
entry: number, 
/**
 * Who signed it.
 */
signatures: Array<CheckpointSignatureView>, };

export type CheckpointsView = { 
/**
 * The newest ones, newest first.
 */
checkpoints: Array<CheckpointView>, 
/**
 * Last entry of the ledger.
 */
head: number, 
/**
 * Last entry of the checkpoint that this computer keeps.
 */
kept: number | null, 
/**
 * Whether this operator may make one.
 */
mayMake: MayView, 
/**
 * Whether they may cosign the newest.
 */
mayCosign: MayView, };

export type Classification = "public" | "internal" | "confidential" | "restricted";

export type ClauseView = { 
/**
 * As rules and plans call it.
 */
clause: string, 
/**
 * As people cite it.
 */
cited: string, 
/**
 * What it demands, in a few words.
 */
title: string, 
/**
 * Longest term of an exception from it.
 */
termDaysMax: number, };

export type CompareRulesRequest = { 
/**
 * Which section.
 */
section: RuleSection, 
/**
 * Rules that change.
 */
rules: Array<RuleWish>, };

export type ConnectionCheck = "name" | "tls" | "sign_in" | "permission" | "schema" | "environment";

export type ConnectionCheckView = { 
/**
 * What was checked.
 */
check: ConnectionCheck, 
/**
 * On which side.
 */
target: ConnectionTarget, 
/**
 * The address.
 */
address: string, 
/**
 * How it went.
 */
outcome: CheckOutcome, 
/**
 * What went wrong.
 */
problem: ConnectionProblem | null, 
/**
 * How long it took.
 */
tookMs: number | null, };

export type ConnectionProblem = { "what": "dns" } | { "what": "unreachable" } | { "what": "timed_out", 
/**
 * Seconds waited.
 */
afterS: number, } | { "what": "tls" } | { "what": "authentication" } | { "what": "forbidden" } | { "what": "schema_missing" } | { "what": "schema_version", 
/**
 * What was found.
 */
found: number, 
/**
 * What this console needs.
 */
needed: number, } | { "what": "wrong_environment", 
/**
 * The one that was found.
 */
found: Environment, } | { "what": "wrong_custody" } | { "what": "not_what_it_should_be" };

export type ConnectionRequest = { 
/**
 * Name of the custody.
 */
name: string, 
/**
 * Its environment.
 */
environment: Environment, 
/**
 * Address of the vault, `https://NAME.vault.azure.net`.
 */
vaultUrl: string, 
/**
 * Host of the PostgreSQL server.
 */
databaseHost: string, 
/**
 * Its port.
 */
databasePort: number, 
/**
 * The database.
 */
databaseName: string, 
/**
 * The operator's own login there.
 */
databaseUser: string, };

export type ConnectionTarget = "vault" | "register";

export type ConnectionTestView = { 
/**
 * Every check, in the order made; those after a failure are `skipped`.
 */
checks: Array<ConnectionCheckView>, 
/**
 * Whether it may be saved.
 */
passed: boolean, 
/**
 * Whether the register is already founded (join) or not (found).
 */
founded: boolean, };

export type ConsequencesView = { 
/**
 * Keys that change their state.
 */
keys: number, 
/**
 * Those that lie in the vault, where their versions are disabled.
 */
vaultKeys: number, 
/**
 * DEKs among or under those keys, which then open for nobody.
 */
deks: number, 
/**
 * Tokens that can no longer be used.
 */
tokens: number, 
/**
 * Tenants whose data lies under them.
 */
tenants: number, 
/**
 * Keys it leaves as they are, because their state does not allow it.
 */
skipped: number, };

export type CountView = { 
/**
 * Of what.
 */
name: string, 
/**
 * How many.
 */
count: number, };

export type CoveredKeyView = { 
/**
 * Which.
 */
key: KeyRefView, 
/**
 * What it is.
 */
keyType: KeyType, 
/**
 * Its state then, where it was recorded.
 */
stateThen: KeyState | null, 
/**
 * Its state now; `None` where the register no longer holds it.
 */
stateNow: KeyState | null, 
/**
 * Its version then.
 */
versionThen: number | null, 
/**
 * Until when it was to be rotated then.
 */
rotateByThen: Micros | null, };

export type CreateDeksRequest = { 
/**
 * The KEK.
 */
kek: KeyId, 
/**
 * What for.
 */
targets: Array<DekTarget>, 
/**
 * Owner of all of them.
 */
owner: string, 
/**
 * Purpose of all of them.
 */
purpose: string, 
/**
 * How sensitive what they protect is.
 */
classification: Classification, };

export type CreatedDeksView = { 
/**
 * How many.
 */
count: number, 
/**
 * The first of them.
 */
keys: Array<KeyRefView>, 
/**
 * Ledger entry.
 */
entry: number, };

export type Cursor = string & { readonly __brand: 'Cursor' };

export type CustodyHeadView = { 
/**
 * Which; `None` until it is founded.
 */
id: CustodyId | null, 
/**
 * Its name.
 */
name: string, 
/**
 * Its environment.
 */
environment: Environment, 
/**
 * Whether vault, register and both operators are on this computer.
 */
local: boolean, 
/**
 * Host name of its vault.
 */
vaultHost: string, 
/**
 * Its database, as host and name.
 */
database: string, };

export type CustodyId = string & { readonly __brand: 'CustodyId' };

export type Decision = "approve" | "reject";

export type DekTarget = { "for": "tenant", 
/**
 * Tenant.
 */
tenant: string, 
/**
 * Integration.
 */
integration: string, } | { "for": "secret", 
/**
 * Its name.
 */
name: string, };

export type DeleteViewRequest = { 
/**
 * Which.
 */
id: SavedViewId, };

export type DestroyedView = { 
/**
 * What it was.
 */
keyType: KeyType, 
/**
 * Its name.
 */
name: string, 
/**
 * Whose it was and what it served, in one line; empty where nobody's.
 */
scope: string, 
/**
 * How that was proven, in words.
 */
proof: string, 
/**
 * Ledger entry of the proof.
 */
entry: number, };

export type DeviceStatus = "trusted" | "revoked" | "lost";

export type DeviceView = { 
/**
 * Id of its key.
 */
device: Digest, 
/**
 * Its name.
 */
name: string, 
/**
 * Where it stands.
 */
status: DeviceStatus, 
/**
 * When it was enrolled.
 */
enrolledAt: Micros, 
/**
 * When it ended.
 */
endedAt: Micros | null, 
/**
 * Its loss, if it was reported lost.
 */
lost: LostView | null, 
/**
 * Whether this operator may revoke it, or report it lost.
 */
revoke: MayView, };

export type DifferenceView = { 
/**
 * What.
 */
subject: string, 
/**
 * Which field of it.
 */
field: string, 
/**
 * As sealed.
 */
planned: string, 
/**
 * As it is.
 */
found: string, };

export type Digest = string & { readonly __brand: 'Digest' };

export type DiscoveryAdoptRequest = { 
/**
 * Which, with what discovery cannot know.
 */
items: Array<AdoptItem>, };

export type DiscoveryView = { 
/**
 * When both were read.
 */
at: Micros, 
/**
 * Objects read in the vault.
 */
vaultObjects: number, 
/**
 * Records of the register that should be there.
 */
registerRecords: number, 
/**
 * Those that agree.
 */
agreeing: number, 
/**
 * Every difference.
 */
drift: Array<DriftView>, 
/**
 * Ledger entry of the observation.
 */
entry: number, };

export type DocumentView = { 
/**
 * Name of the file.
 */
name: string, 
/**
 * SHA-256 of its bytes.
 */
digest: Digest, };

export type Done = Record<symbol, never>;

export type DraftId = string & { readonly __brand: 'DraftId' };

export type DraftRequest = { 
/**
 * What for.
 */
operation: OperationRequest, 
/**
 * Why.
 */
reason: string, 
/**
 * Change record.
 */
changeRecord: string, 
/**
 * What is done if it goes wrong.
 */
rollbackPlan: string, 
/**
 * Time to approve, from submission.
 */
approveWithinHours: number, 
/**
 * Time to execute, from submission.
 */
executeWithinHours: number, };

export type DraftView = { 
/**
 * Names it when opening the sign window.
 */
draft: DraftId, 
/**
 * What would be signed.
 */
plan: PlanView, };

export type DriftKind = "only_in_vault" | "only_in_register" | "deleted" | "version_unknown" | "version_gone" | "disabled" | "enabled" | "public_key_differs" | "attributes_differ";

export type DriftView = { 
/**
 * What differs.
 */
kind: DriftKind, 
/**
 * Kind of vault object.
 */
object: VaultObject, 
/**
 * Name in the vault.
 */
name: string, 
/**
 * The record, where there is one.
 */
key: KeyRefView | null, 
/**
 * What the register says.
 */
register: string, 
/**
 * What the vault says.
 */
vault: string, 
/**
 * Whether it may be taken into the register as it is.
 */
adoptable: boolean, 
/**
 * Whether it breaks a rule on algorithms.
 */
weak: boolean, };

export type DueFilter = "overdue" | "within14_days" | "within30_days" | "within90_days" | "violations";

export type DueKeyView = { 
/**
 * Which.
 */
key: KeyRefView, 
/**
 * What it is.
 */
keyType: KeyType, 
/**
 * Tenant and integration or secret name, for the second line.
 */
scope: string, 
/**
 * When it must have been rotated.
 */
rotateBy: Micros, 
/**
 * Days until then; negative when late.
 */
dueInDays: number, 
/**
 * Whether a request for it is open.
 */
requested: boolean, };

export type DutyKind = "acknowledge" | "rehearse";

export type DutyRecordView = { 
/**
 * On the review list.
 */
review: ReviewId, 
/**
 * What was done.
 */
duty: RecordedDuty, 
/**
 * Who.
 */
by: PersonView, 
/**
 * When.
 */
at: Micros, 
/**
 * The incident that it follows.
 */
incident: string | null, 
/**
 * Name of the document that is the evidence.
 */
evidenceName: string, 
/**
 * Its SHA-256.
 */
evidenceDigest: Digest, 
/**
 * What they said.
 */
note: string, 
/**
 * Who looked at it; it counts from then on.
 */
lookedAtBy: string | null, 
/**
 * Ledger entry.
 */
entry: number, };

export type EndedIncidentView = { 
/**
 * The hold that kept its evidence.
 */
hold: HoldId, 
/**
 * As people call it.
 */
label: string, 
/**
 * When it ended.
 */
endedAt: Micros, };

export type EndedView = { 
/**
 * How.
 */
how: ExceptionState, 
/**
 * By whom, where by an act.
 */
by: Array<PersonView>, 
/**
 * When.
 */
at: Micros, 
/**
 * The evidence for closing it, or why it was revoked.
 */
words: string, 
/**
 * Ledger entry.
 */
entry: number, 
/**
 * The exception that renews it.
 */
renewedBy: ChainLinkView | null, };

export type EntryRangeView = { 
/**
 * The first.
 */
first: number, 
/**
 * The last.
 */
last: number, };

export type Environment = "development" | "staging" | "production" | "backup";

export type ErasureStrength = "cryptographic" | "bounded" | "limited";

export type ErasureView = { 
/**
 * How strong.
 */
strength: ErasureStrength, 
/**
 * Until when it is not complete, where a date is known.
 */
until: Micros | null, 
/**
 * KEKs that live on and could open copies.
 */
livingKeks: Array<string>, 
/**
 * What remains, and until when.
 */
residues: Array<ResidueView>, };

export type EscapedTextView = { 
/**
 * Which field.
 */
field: string, 
/**
 * The text with every unusual character escaped.
 */
escaped: string, };

export type EvidenceRequest = { 
/**
 * Name of the file.
 */
fileName: string, 
/**
 * Its bytes, in base64.
 */
content: string, };

export type EvidenceView = { 
/**
 * What kind of fact. The window has words for those it knows and shows the others as they are.
 */
fact: string, 
/**
 * Its value.
 */
value: string, 
/**
 * Ledger entry.
 */
entry: number | null, };

export type ExceptedByView = { 
/**
 * Its id.
 */
exception: string, 
/**
 * Its number, such as `EX-0004`.
 */
label: string, };

export type ExceptionActsView = { 
/**
 * Ask for a further term.
 */
renew: MayView, 
/**
 * Ask for its closing.
 */
close: MayView, 
/**
 * End it at once.
 */
revoke: MayView, };

export type ExceptionDetailRequest = { 
/**
 * Which.
 */
exception: ExceptionId, };

export type ExceptionDetailView = { 
/**
 * The row.
 */
row: ExceptionRowView, 
/**
 * Why.
 */
justification: string, 
/**
 * What limits the risk meanwhile.
 */
controls: string, 
/**
 * Who asked.
 */
requester: PersonView, 
/**
 * When.
 */
requestedAt: Micros, 
/**
 * The risk's acceptance.
 */
acceptance: AcceptanceView, 
/**
 * Keys it covered when it was decided upon, and how they stood.
 */
keys: Array<CoveredKeyView>, 
/**
 * How many in all.
 */
keysTotal: number, 
/**
 * Its chain of renewals, the first one first, itself among them.
 */
chain: Array<ChainLinkView>, 
/**
 * How it ended.
 */
ended: EndedView | null, 
/**
 * Ledger entry that put it into force.
 */
entry: number | null, 
/**
 * What this operator may do.
 */
acts: ExceptionActsView, };

export type ExceptionFolder = "open" | "closed" | "all";

export type ExceptionFormRequest = { 
/**
 * The exception that is to be renewed.
 */
renews: ExceptionId | null, };

export type ExceptionFormView = { 
/**
 * By the register's clock.
 */
now: Micros, 
/**
 * Clauses that an exception can be asked from.
 */
clauses: Array<ClauseView>, 
/**
 * Who may accept the risk of something this operator asks for.
 */
acceptors: Array<PersonView>, 
/**
 * The words that they sign.
 */
words: string, 
/**
 * The exception that is to be renewed.
 */
renews: ExceptionDetailView | null, 
/**
 * Whether this operator may ask.
 */
ask: MayView, };

export type ExceptionId = string & { readonly __brand: 'ExceptionId' };

export type ExceptionRevokeRequest = { 
/**
 * Which.
 */
exception: ExceptionId, 
/**
 * Why.
 */
reason: string, };

export type ExceptionRowView = { 
/**
 * Which.
 */
exception: ExceptionId, 
/**
 * Its number, given when it is asked for.
 */
label: string, 
/**
 * What is excepted, in a few words.
 */
title: string, 
/**
 * From which clause.
 */
clause: ClauseView, 
/**
 * What it covers. Types and tenants together mean keys that are both.
 */
terms: Array<ScopeTermView>, 
/**
 * Who sees to it that it ends.
 */
owner: string, 
/**
 * Where it stands.
 */
state: ExceptionState, 
/**
 * Seals given and missing.
 */
slots: Array<SealSlotView>, 
/**
 * Since when it is in force; for one that is asked for, when it was asked.
 */
since: Micros, 
/**
 * When it ends.
 */
until: Micros, 
/**
 * Whole days until then; negative when past.
 */
daysLeft: number, 
/**
 * Its request.
 */
request: RequestLinkView, 
/**
 * Open request that would answer it: its renewal or its closing.
 */
answer: AnswerView | null, 
/**
 * Whether this operator's seal is the one that is missing.
 */
waitsForMe: boolean, };

export type ExceptionState = "requested" | "active" | "expiring" | "expired" | "renewed" | "closed" | "revoked";

export type ExceptionWish = { 
/**
 * What is excepted, in a few words.
 */
title: string, 
/**
 * From which clause.
 */
clause: string, 
/**
 * What it covers. Types and tenants together mean keys that are both.
 */
terms: Array<ScopeTerm>, 
/**
 * Why the clause can't be met.
 */
justification: string, 
/**
 * What limits the risk meanwhile.
 */
controls: string, 
/**
 * Who sees to it that it ends.
 */
owner: string, 
/**
 * When it ends.
 */
expiresAt: Micros, 
/**
 * The exception it renews.
 */
renews: ExceptionId | null, };

export type ExceptionsPageRequest = { 
/**
 * Which folder.
 */
folder: ExceptionFolder, 
/**
 * Part of number, title, scope or owner; empty for all.
 */
text: string, 
/**
 * Of this state alone.
 */
state: ExceptionState | null, 
/**
 * From this clause alone.
 */
clause: string | null, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type ExceptionsPageView = { 
/**
 * The rows.
 */
rows: Array<ExceptionRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * How many the filter leaves.
 */
matching: number, 
/**
 * How many are open.
 */
open: number, 
/**
 * How many have ended.
 */
closed: number, 
/**
 * By the register's clock.
 */
now: Micros, 
/**
 * Clauses that an exception can be asked from.
 */
clauses: Array<ClauseView>, 
/**
 * Whether this operator may ask for one.
 */
ask: MayView, };

export type Fate = "erased" | "invalidated" | "deleted_and_purged" | "out_of_use" | "stays" | "ends";

export type FieldProblem = "empty" | "too_long" | "too_short" | "not_a_number" | "out_of_range" | "not_a_name" | "not_an_address" | "not_a_vault_address" | "hidden_characters" | "taken" | "same_person" | "not_a_card" | "needs_security" | "weak_algorithm" | "weak_passphrase" | "in_the_past" | "beyond_term";

export type Finding = "clear" | "warns" | "blocks";

export type FindingBecomes = { "is": "note" } | { "is": "incident", 
/**
 * The hold that keeps its evidence.
 */
hold: HoldId, } | { "is": "exception", 
/**
 * Which.
 */
request: RequestId, };

export type FindingView = { 
/**
 * The entry that it is about, where it is about one.
 */
about: number | null, 
/**
 * What it becomes.
 */
becomes: FindingBecomes, 
/**
 * As people call that; empty for a note.
 */
reference: string, 
/**
 * In words.
 */
words: string, 
/**
 * Ledger entry of the reviewer who said so; `None` before they sign.
 */
entry: number | null, };

export type FolderCountsView = { 
/**
 * Wait for this operator's seal.
 */
forMe: number, 
/**
 * Asked for by this operator, still open.
 */
mine: number, 
/**
 * All that are open.
 */
open: number, 
/**
 * Decided, lapsed, expired or withdrawn.
 */
decided: number, };

export type FoundKind = "dek" | "token" | "kek" | "shared_kek" | "secret" | "certificate" | "elsewhere" | "exception" | "open_request";

export type FoundView = { 
/**
 * What.
 */
kind: FoundKind, 
/**
 * Its name, where it is one thing.
 */
name: string | null, 
/**
 * How many.
 */
count: number, 
/**
 * What becomes of it.
 */
fate: Fate, };

export type FounderSeat = "first" | "second";

export type FounderView = { 
/**
 * Full name.
 */
name: string, 
/**
 * At most three letters.
 */
initials: string, 
/**
 * Identity outside Countersign: e-mail or object id; two founders must differ.
 */
person: string, 
/**
 * Login at the register.
 */
login: string, 
/**
 * Roles.
 */
roles: Array<Role>, 
/**
 * Name of the device.
 */
deviceName: string, 
/**
 * Id of the device key.
 */
deviceKey: Digest, };

export type FoundingView = { 
/**
 * The first operator, once they have made their key.
 */
first: FounderView | null, 
/**
 * The second.
 */
second: FounderView | null, 
/**
 * Shortest passphrase accepted.
 */
passphraseCharsMin: number, };

export type GateFindingView = { 
/**
 * How much it weighs now.
 */
level: GateLevel, 
/**
 * What kind of thing, as the gate calls it.
 */
kind: string, 
/**
 * What it is called.
 */
id: string, 
/**
 * In a few words.
 */
title: string, 
/**
 * Who sees to it.
 */
owner: string, 
/**
 * The clause of the policy, as it is cited; empty where there is none.
 */
about: string, 
/**
 * Whether its date has come.
 */
isDue: boolean, 
/**
 * Its date.
 */
due: Micros, 
/**
 * Whole days since its date, or until then.
 */
days: number, 
/**
 * The one command that clears it.
 */
clears: string, 
/**
 * The exception, where it is one.
 */
exception: ExceptionId | null, };

export type GateLevel = "block" | "warn" | "notice";

export type GateView = { 
/**
 * For which environment.
 */
environment: Environment, 
/**
 * Whether deployment is blocked.
 */
blocked: boolean, 
/**
 * When it was asked, by the register's clock.
 */
at: Micros, 
/**
 * What was found: what blocks first, then what warns.
 */
findings: Array<GateFindingView>, 
/**
 * How many block.
 */
blocks: number, 
/**
 * How many warn.
 */
warnings: number, 
/**
 * How many more there are that are not named.
 */
more: number, };

export type GroupCountView = { 
/**
 * Which.
 */
group: TransitionGroup, 
/**
 * How many.
 */
items: number, };

export type HeldRoleView = { 
/**
 * Which.
 */
role: Role, 
/**
 * From when on it counts.
 */
countsFrom: Micros, 
/**
 * Whether it counts by now: a new one waits out its cool-down.
 */
counts: boolean, 
/**
 * Whether this operator may withdraw it.
 */
withdraw: MayView, };

export type HoldId = string & { readonly __brand: 'HoldId' };

export type HoldKind = "legal_hold" | "incident";

export type HoldView = { 
/**
 * Which.
 */
hold: HoldId, 
/**
 * Why.
 */
kind: HoldKind, 
/**
 * What it is upon.
 */
subject: SubjectView, 
/**
 * Court file, incident number.
 */
reference: string, 
/**
 * The reason in words.
 */
reason: string, 
/**
 * Who set it.
 */
setBy: PersonView, 
/**
 * When.
 */
setAt: Micros, 
/**
 * Ledger entry.
 */
entry: number, 
/**
 * When it was lifted; `None` while it holds.
 */
liftedAt: Micros | null, };

export type HoldsView = { 
/**
 * The newest first.
 */
holds: Array<HoldView>, };

export type HostEvent = { "event": "changed", 
/**
 * Which.
 */
tags: Array<CacheTag>, } | { "event": "progress" } & ProgressView | { "event": "sealed", 
/**
 * The request; `None` for a sign-off on the review list.
 */
request: RequestId | null, 
/**
 * Its number, or what was signed off.
 */
label: string, 
/**
 * What was said; `None` when the request itself was submitted.
 */
decision: Decision | null, } | { "event": "locked", 
/**
 * Why.
 */
reason: LockReason, } | { "event": "reminder", 
/**
 * Which.
 */
exception: ExceptionId, 
/**
 * Its number.
 */
label: string, 
/**
 * What it is about.
 */
title: string, 
/**
 * When it ends.
 */
until: Micros, } | { "event": "run_moved", 
/**
 * Which.
 */
run: RunId, };

export type HoursWish = { 
/**
 * The first.
 */
first: number, 
/**
 * The one that is no longer among them.
 */
last: number, };

export type ImpactView = { 
/**
 * What it touches, counted, by name.
 */
counts: Array<CountView>, 
/**
 * Operations in the vault.
 */
vaultOperations: number, 
/**
 * Seconds it should take at the configured budget.
 */
estimatedSeconds: number, 
/**
 * Share of the vault's limit that may be used; 0 where the plan names none.
 */
budgetPercent: number, };

export type ImportCommitRequest = { 
/**
 * Which preview.
 */
import: ImportId, };

export type ImportId = string & { readonly __brand: 'ImportId' };

export type ImportPreviewRequest = { 
/**
 * Name of the file, for the ledger.
 */
fileName: string, 
/**
 * Its text.
 */
text: string, };

export type ImportPreviewView = { 
/**
 * Names this preview when importing it.
 */
import: ImportId, 
/**
 * Name of the file.
 */
fileName: string, 
/**
 * The header's columns, in order.
 */
columns: Array<string>, 
/**
 * Data rows in the file.
 */
rowsTotal: number, 
/**
 * Rows without a problem.
 */
rowsGood: number, 
/**
 * Of those, rows already in the register as they are.
 */
rowsUnchanged: number, 
/**
 * The first rows.
 */
rows: Array<ImportRowView>, 
/**
 * The first problems.
 */
problems: Array<CellProblemView>, 
/**
 * How many problems there are.
 */
problemsTotal: number, };

export type ImportRowView = { 
/**
 * Line number in the file; the header is line 1.
 */
row: number, 
/**
 * Cells, in the order of the columns.
 */
cells: Array<string>, 
/**
 * Whether it may be imported.
 */
good: boolean, };

export type ImportedView = { 
/**
 * Rows written.
 */
count: number, 
/**
 * Ledger entry.
 */
entry: number, };

export type IncidentChoiceView = { 
/**
 * The hold that keeps its evidence.
 */
hold: HoldId, 
/**
 * As people call it.
 */
label: string, };

export type IncidentId = string & { readonly __brand: 'IncidentId' };

export type InvitationView = { 
/**
 * Its text.
 */
text: string, };

export type IpcError = { "code": "locked" } | { "code": "wrong_passphrase" } | { "code": "keychain_unavailable", 
/**
 * What to start, in words a person can follow.
 */
start: string, } | { "code": "invalid", 
/**
 * The request's field, in its wire spelling.
 */
field: string, 
/**
 * What is wrong with it.
 */
problem: FieldProblem, } | { "code": "not_found", 
/**
 * What kind of thing.
 */
what: Thing, } | { "code": "refused", 
/**
 * Why.
 */
reason: RefusalReason, 
/**
 * Who could do it instead.
 */
eligible: Array<PersonView>, } | { "code": "plan_stale", 
/**
 * Field by field.
 */
differences: Array<DifferenceView>, } | { "code": "connection", 
/**
 * Which of the two.
 */
target: ConnectionTarget, 
/**
 * Address that was tried.
 */
address: string, 
/**
 * What went wrong.
 */
problem: ConnectionProblem, } | { "code": "throttled", 
/**
 * Seconds to wait.
 */
retryAfterS: number, } | { "code": "ledger_broken", 
/**
 * First bad entry.
 */
entry: number, 
/**
 * What is wrong with it.
 */
fault: LedgerFault, } | { "code": "ledger_replaced", 
/**
 * In which way.
 */
how: LedgerAlarm, 
/**
 * Entries that are known here.
 */
known: number, 
/**
 * Entries it has now.
 */
now: number, 
/**
 * First entry that can't be relied on.
 */
first: number, 
/**
 * Last of the entries among which the first bad one is.
 */
last: number, } | { "code": "too_large", 
/**
 * Largest accepted size.
 */
limitBytes: number, } | { "code": "moved" } | { "code": "busy", 
/**
 * What is under way.
 */
task: Task, } | { "code": "internal", 
/**
 * Number to quote.
 */
incident: IncidentId, };

export type JoinRequest = { 
/**
 * Their id, where they are enrolled already: for a further device, or coming back.
 */
operator: OperatorId | null, 
/**
 * Full name.
 */
name: string, 
/**
 * Stable name outside Countersign.
 */
person: string, 
/**
 * Login at the register; empty on a local custody, where the host makes it.
 */
login: string, 
/**
 * Its password, where an administrator made the login; empty otherwise.
 */
loginPassword: Passphrase, 
/**
 * Name of the device.
 */
deviceName: string, 
/**
 * The invitation's text, where this computer does not know the custody yet; empty otherwise.
 */
invitation: string, 
/**
 * Passphrase of the device key.
 */
passphrase: Passphrase, };

export type JoinerWish = { "as": "card", 
/**
 * Its text.
 */
card: string, } | { "as": "keyless", 
/**
 * A service or an AI actor.
 */
kind: ActorKind, 
/**
 * Full name.
 */
name: string, 
/**
 * Stable name outside Countersign.
 */
person: string, 
/**
 * Login at the register.
 */
login: string, };

export type JoiningCardRequest = { 
/**
 * By the id of its device key.
 */
deviceKey: Digest, };

export type JoiningView = { 
/**
 * Full name.
 */
name: string, 
/**
 * Id of the device key.
 */
deviceKey: Digest, 
/**
 * Name of the device.
 */
deviceName: string, 
/**
 * The card, as it is handed over. It holds no secret.
 */
card: string, 
/**
 * Name under which it is saved.
 */
fileName: string, };

export type JoiningsView = { 
/**
 * Oldest first.
 */
waiting: Array<JoiningView>, 
/**
 * Whether this computer must be told by an invitation which custody it is.
 */
needsInvitation: boolean, 
/**
 * Shortest passphrase accepted.
 */
passphraseCharsMin: number, };

export type KekHistoryVersionView = { 
/**
 * Number.
 */
version: number, 
/**
 * Since when.
 */
since: Micros, 
/**
 * Who sealed it; empty for one that came in by import or discovery.
 */
seals: Array<PersonView>, };

export type KekHistoryView = { 
/**
 * Which.
 */
key: KeyRefView, 
/**
 * Its state.
 */
state: KeyState, 
/**
 * Versions, oldest first.
 */
versions: Array<KekHistoryVersionView>, 
/**
 * When the next is due.
 */
rotateBy: Micros | null, 
/**
 * Days until then; negative when late.
 */
dueInDays: number | null, };

export type KeyAct = "rotate" | "destroy" | "recover" | "reactivate" | "suspend" | "revoke" | "disable" | "report_compromise" | "set_hold" | "invalidate_tokens";

export type KeyActView = { 
/**
 * What.
 */
act: KeyAct, 
/**
 * Whether this operator may.
 */
may: MayView, };

export type KeyDetailRequest = { 
/**
 * Which.
 */
key: KeyId, };

export type KeyDetailView = { 
/**
 * The row.
 */
row: KeyRowView, 
/**
 * Environment of the record.
 */
environment: Environment, 
/**
 * Algorithm as the policy writes it, for instance "RSA-3072, RSA-OAEP-256".
 */
algorithm: string, 
/**
 * Length in bits.
 */
bits: number | null, 
/**
 * Where it is kept.
 */
storage: StorageMedium, 
/**
 * When a legacy storage must be left.
 */
phaseOutBy: Micros | null, 
/**
 * Host of the vault that holds or wraps it.
 */
vaultHost: string | null, 
/**
 * Its name in the vault.
 */
vaultName: string | null, 
/**
 * The KEK that wraps it.
 */
wrappedBy: KeyRefView | null, 
/**
 * Version of that KEK.
 */
wrappedByVersion: number | null, 
/**
 * How sensitive what it protects is.
 */
classification: Classification, 
/**
 * Declared purpose.
 */
purpose: string, 
/**
 * Owner.
 */
owner: string, 
/**
 * When it was created.
 */
createdAt: Micros | null, 
/**
 * When it came into use.
 */
activatedAt: Micros | null, 
/**
 * When it expires.
 */
expiresAt: Micros | null, 
/**
 * Days between rotations.
 */
rotateEveryDays: number | null, 
/**
 * Clause the rule comes from, for instance "policy A §6.3".
 */
ruleClause: string | null, 
/**
 * Tokens sealed under it (DEK), or under the DEKs it wraps (KEK).
 */
tokens: number, 
/**
 * Tenants whose data lies under it.
 */
tenants: number, 
/**
 * Rules it breaks.
 */
violations: Array<Violation>, 
/**
 * Versions, newest first.
 */
versions: Array<KeyVersionView>, 
/**
 * What happened to it, newest first.
 */
timeline: Array<TimelineView>, 
/**
 * Requests that name it, newest first.
 */
requests: Array<RequestRowView>, 
/**
 * Its tenant's record, where it is a tenant's.
 */
tenant: TenantId | null, 
/**
 * What this operator may ask for or do, and if not, why and who may. What makes no sense for such a key is not there.
 */
acts: Array<KeyActView>, 
/**
 * Holds on it, or on what it belongs to.
 */
holds: Array<HoldView>, 
/**
 * A protective act that the vault has not confirmed yet.
 */
unconfirmed: UnconfirmedView | null, };

export type KeyFilter = { 
/**
 * Any of these types.
 */
types: Array<KeyType>, 
/**
 * Any of these states.
 */
states: Array<KeyState>, 
/**
 * Where rotation stands.
 */
due: DueFilter | null, 
/**
 * Kept here.
 */
storage: Array<StorageMedium>, 
/**
 * Tenant, exactly.
 */
tenant: string | null, 
/**
 * Owner, exactly.
 */
owner: string | null, 
/**
 * Wrapped by this KEK.
 */
wrappedBy: KeyId | null, 
/**
 * Part of the name, tenant, integration or secret name.
 */
text: string, };

export type KeyId = string & { readonly __brand: 'KeyId' };

export type KeyRefView = { 
/**
 * Which.
 */
key: KeyId, 
/**
 * Its name.
 */
name: string, };

export type KeyRowView = { 
/**
 * Which.
 */
key: KeyId, 
/**
 * Its name.
 */
name: string, 
/**
 * What it is.
 */
keyType: KeyType, 
/**
 * Tenant, for a tenant's key.
 */
tenant: string | null, 
/**
 * Integration, for a tenant's key.
 */
integration: string | null, 
/**
 * Secret it protects, for an internal key.
 */
secretName: string | null, 
/**
 * Live DEKs it wraps, for a KEK.
 */
wraps: number | null, 
/**
 * Current version.
 */
version: number, 
/**
 * Its state.
 */
state: KeyState, 
/**
 * When it must have been rotated.
 */
rotateBy: Micros | null, 
/**
 * Days until then; negative when late. By the register's clock.
 */
dueInDays: number | null, 
/**
 * Whether a rule is broken (weak algorithm, legacy storage …).
 */
violation: boolean, };

export type KeySort = "name" | "tenant" | "state" | "rotate_by" | "created" | "version";

export type KeyState = "pre_active" | "active" | "suspended" | "deactivated" | "compromised" | "revoked" | "destroyed" | "archived";

export type KeyType = "kek" | "dek" | "database_key" | "cloud_key" | "tls_certificate" | "api_secret" | "api_signing_key" | "token_signing_key" | "backup_key" | "ai_service_key" | "generic_secret";

export type KeyVersionView = { 
/**
 * Number, from 1.
 */
version: number, 
/**
 * The vault's id of it.
 */
vaultVersion: string | null, 
/**
 * Where it stands.
 */
state: VersionState, 
/**
 * From when.
 */
since: Micros, 
/**
 * Until when it was current.
 */
until: Micros | null, 
/**
 * SHA-256 of its public half.
 */
publicKeyDigest: Digest | null, 
/**
 * Live DEKs under it.
 */
wraps: number | null, };

export type KeychainView = { "state": "ready", 
/**
 * Its product name, for instance "GNOME Keyring".
 */
store: string, } | { "state": "locked", 
/**
 * Its product name.
 */
store: string, } | { "state": "missing", 
/**
 * What to start, in words a person can follow.
 */
start: string, };

export type KeysPageRequest = { 
/**
 * Which keys.
 */
filter: KeyFilter, 
/**
 * Ordered by.
 */
sort: KeySort, 
/**
 * Which way.
 */
direction: SortDirection, 
/**
 * Where to start; `None` for the first page.
 */
after: Cursor | null, 
/**
 * At most this many rows, no more than `KEYS_PAGE_MAX`.
 */
limit: number, };

export type KeysPageView = { 
/**
 * The rows.
 */
rows: Array<KeyRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * Keys that match the filter.
 */
matching: number, 
/**
 * Keys in the register.
 */
total: number, };

export type LedgerAlarm = "shorter" | "rewritten" | "checkpoint_differs" | "checkpoint_gone" | "tree_differs";

export type LedgerEntryRequest = { 
/**
 * Its number.
 */
entry: number, };

export type LedgerEntryView = { 
/**
 * The row.
 */
row: LedgerRowView, 
/**
 * Id made by the writer.
 */
id: string, 
/**
 * Why.
 */
purpose: string, 
/**
 * Subject as recorded.
 */
subjectRaw: string, 
/**
 * Attributes as recorded, in order of name.
 */
attributes: Array<AttributeView>, 
/**
 * Signatures.
 */
signatures: Array<SignatureView>, 
/**
 * Hash of the entry before.
 */
previousHash: Digest, 
/**
 * Hash of this one, as stored.
 */
hash: Digest, 
/**
 * Whether the hash, computed again here, is the stored one.
 */
hashHolds: boolean, 
/**
 * Length of the entry's canonical bytes.
 */
bytes: number, 
/**
 * The key it is about.
 */
key: KeyId | null, 
/**
 * The request it is about.
 */
request: RequestId | null, 
/**
 * The run it is about.
 */
run: RunId | null, };

export type LedgerExportRequest = { 
/**
 * What it holds.
 */
selection: LedgerSelection, };

export type LedgerExportedView = { 
/**
 * The file.
 */
file: SavedFileView, 
/**
 * Entries in it.
 */
entries: number, 
/**
 * Last entry of its newest checkpoint.
 */
size: number, 
/**
 * Hash of the founding entry, which whoever gets it compares.
 */
founding: Digest, };

export type LedgerFault = "missing" | "hash_differs" | "signature_invalid" | "key_unknown" | "key_not_valid_then" | "malformed" | "wrong_custody" | "repeated" | "backdated" | "row_differs" | "register_differs" | "truncated";

export type LedgerFilter = { 
/**
 * Any of these verbs; empty for all.
 */
verbs: Array<string>, 
/**
 * By this actor.
 */
actor: OperatorId | null, 
/**
 * About this subject.
 */
subject: LedgerSubject | null, 
/**
 * Part of the subject or purpose.
 */
text: string, 
/**
 * Not before.
 */
since: Micros | null, 
/**
 * Before.
 */
until: Micros | null, };

export type LedgerPageRequest = { 
/**
 * Which entries.
 */
filter: LedgerFilter, 
/**
 * Only entries below this number; `None` for the newest.
 */
before: number | null, 
/**
 * At most this many.
 */
limit: number, };

export type LedgerPageView = { 
/**
 * The rows.
 */
rows: Array<LedgerRowView>, 
/**
 * Where the next page starts.
 */
nextBefore: number | null, 
/**
 * Entries that match, as far as counted.
 */
matching: number, 
/**
 * Last entry.
 */
head: number, 
/**
 * When the first was written.
 */
since: Micros | null, 
/**
 * Verbs that occur.
 */
verbs: Array<string>, };

export type LedgerProofView = { 
/**
 * Its number.
 */
entry: number, 
/**
 * Number of its leaf.
 */
leaf: number, 
/**
 * Number of the last entry that the proof covers.
 */
size: number, 
/**
 * Root that the path leads to.
 */
root: Digest, 
/**
 * Hashes of the path, from the leaf's sibling up.
 */
path: Array<Digest>, 
/**
 * The checkpoint it is under; `None` while it is under none that anybody signed.
 */
under: CheckpointView | null, 
/**
 * Whether it holds, computed now.
 */
holds: boolean, 
/**
 * The proof as other tools read it (c2sp.org/tlog-proof).
 */
text: string, };

export type LedgerReportRequest = { 
/**
 * From this moment on.
 */
from: Micros, 
/**
 * Up to this one, which is no part of it.
 */
until: Micros, };

export type LedgerReportedView = { 
/**
 * To read in any browser.
 */
html: SavedFileView, 
/**
 * To print and to file.
 */
pdf: SavedFileView, 
/**
 * What proves it.
 */
bundle: SavedFileView, 
/**
 * Entries of the period.
 */
entries: number, };

export type LedgerRowView = { 
/**
 * Its number.
 */
entry: number, 
/**
 * When.
 */
at: Micros, 
/**
 * Who; the recorded name where the operator is known.
 */
actor: PersonView | null, 
/**
 * Kind of actor as recorded.
 */
actorKind: string, 
/**
 * Verb as recorded.
 */
verb: string, 
/**
 * Kind of subject as recorded.
 */
subjectKind: string, 
/**
 * Subject as a person reads it (number or name), or as recorded.
 */
subject: string, 
/**
 * How many things it covers, where recorded.
 */
count: number | null, };

export type LedgerSelection = { "what": "whole", } | { "what": "key", 
/**
 * Which.
 */
key: KeyId, } | { "what": "tenant", 
/**
 * Which.
 */
tenant: TenantId, } | { "what": "request", 
/**
 * Which.
 */
request: string, } | { "what": "period", 
/**
 * From this moment on.
 */
from: Micros, 
/**
 * Up to this one, which is no part of it.
 */
until: Micros, } | { "what": "entry", 
/**
 * Its number.
 */
entry: number, };

export type LedgerSubject = { 
/**
 * Its kind.
 */
kind: string, 
/**
 * Its name or id, as recorded.
 */
name: string, };

export type LedgerVerdictView = { "verdict": "holds", 
/**
 * Last entry.
 */
to: number, 
/**
 * When verification ended.
 */
at: Micros, 
/**
 * Entries a second.
 */
ratePerS: number, 
/**
 * How long it took.
 */
tookMs: number, } | { "verdict": "replaced", 
/**
 * In which way.
 */
how: LedgerAlarm, 
/**
 * Entries that are known here.
 */
known: number, 
/**
 * Entries it has now.
 */
now: number, 
/**
 * First entry that can't be relied on.
 */
first: number, 
/**
 * Last of the entries among which the first bad one is.
 */
last: number, } | { "verdict": "stopped", } | { "verdict": "broken", 
/**
 * Its number.
 */
entry: number, 
/**
 * What is wrong.
 */
fault: LedgerFault, 
/**
 * What is recorded there.
 */
recorded: Digest | null, 
/**
 * What follows from the entries before.
 */
expected: Digest | null, 
/**
 * Entries before it, all good.
 */
good: number, };

export type LinkView = { 
/**
 * Short name.
 */
name: string, 
/**
 * Time of the last answer.
 */
latencyMs: number | null, 
/**
 * What is wrong, if anything.
 */
problem: ConnectionProblem | null, };

export type LockReason = "started" | "asked" | "idle" | "session_ended" | "suspended";

export type LogTargetView = { 
/**
 * What its senders call it.
 */
name: string, 
/**
 * `ocsf` or `ecs`.
 */
format: string, 
/**
 * Last entry that it has acknowledged.
 */
position: number, 
/**
 * Entries that it has not acknowledged yet.
 */
behind: number, 
/**
 * Minutes for which the oldest of them has waited.
 */
minutesBehind: number, 
/**
 * Whether that is longer than a stream that works ever leaves it.
 */
stalled: boolean, 
/**
 * When it last moved.
 */
movedAt: Micros, 
/**
 * Why it does not move, in its sender's words; empty where it does.
 */
trouble: string, };

export type LostView = { 
/**
 * Id of its key.
 */
device: Digest, 
/**
 * Its name.
 */
name: string, 
/**
 * When it was lost.
 */
lostAt: Micros, 
/**
 * When that was reported.
 */
reportedAt: Micros, 
/**
 * By whom.
 */
reportedBy: PersonView, 
/**
 * By when it was to be reported, and the wipe to be done.
 */
dueAt: Micros, 
/**
 * The entry that reported it.
 */
entry: number, 
/**
 * The wipe, once it is done.
 */
wiped: WipedView | null, };

export type MayNotView = { 
/**
 * Who.
 */
person: PersonView, 
/**
 * Why.
 */
reason: RefusalReason, };

export type MayView = { 
/**
 * Whether.
 */
allowed: boolean, 
/**
 * Why not.
 */
reason: RefusalReason | null, 
/**
 * Who may instead (or as well).
 */
eligible: Array<PersonView>, };

export type Micros = string & { readonly __brand: 'Micros' };

export type NeedView = { "need": "sign", 
/**
 * On this request.
 */
request: RequestRowView, } | { "need": "start", 
/**
 * This one.
 */
request: RequestRowView, } | { "need": "run", 
/**
 * This one.
 */
run: RunRowView, } | { "need": "review", 
/**
 * This one.
 */
review: ReviewRowView, } | { "need": "confirm", 
/**
 * Which.
 */
act: UnconfirmedView, } | { "need": "exception", 
/**
 * This one.
 */
exception: ExceptionRowView, } | { "need": "overdue", 
/**
 * Of this key.
 */
key: DueKeyView, } | { "need": "log_target", 
/**
 * This one.
 */
target: LogTargetView, } | { "need": "scheduled", 
/**
 * Which.
 */
duty: ScheduleRowView, } | { "need": "drift", 
/**
 * In so many ways.
 */
count: number, 
/**
 * Found then.
 */
at: Micros, } | { "need": "ledger", 
/**
 * First bad entry, if any.
 */
brokenAt: number | null, };

export type NeededForView = { 
/**
 * Which.
 */
operation: OperationKind, 
/**
 * Those with whom they could sign it today.
 */
with: Array<PersonView>, };

export type Nothing = Record<symbol, never>;

export type OffboardingFolder = "under_way" | "ended";

export type OffboardingRowView = { 
/**
 * Its request.
 */
request: RequestRowView, 
/**
 * Where its run stands, once started.
 */
run: OffboardingRunView | null, 
/**
 * Its certificate, once issued.
 */
certificate: CertificateLinkView | null, };

export type OffboardingRunView = { 
/**
 * Which.
 */
run: RunLinkView, 
/**
 * Where it stands.
 */
state: RunState, 
/**
 * The step it is at.
 */
step: StepKind, 
/**
 * Until when it waits.
 */
waitsUntil: Micros | null, };

export type OffboardingSurveyRequest = { 
/**
 * Whose.
 */
tenant: TenantId, };

export type OffboardingsPageRequest = { 
/**
 * Which folder.
 */
folder: OffboardingFolder, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type OffboardingsPageView = { 
/**
 * The rows.
 */
rows: Array<OffboardingRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, };

export type OpenLocalCustodyRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its environment. Production is refused for a local custody.
 */
environment: Environment, };

export type OpenSealView = { 
/**
 * Which request.
 */
request: RequestLinkView, 
/**
 * What it asks for.
 */
operation: OperationKind, 
/**
 * About what.
 */
subject: string, 
/**
 * How many things it is about.
 */
targets: number, 
/**
 * Whether they asked for it themselves.
 */
requester: boolean, };

export type OpenSignWindowRequest = { 
/**
 * For what.
 */
subject: SignSubject, };

export type OperationKind = "rotate_kek" | "create_kek" | "rotate_dek" | "rotate_secret" | "destroy_dek" | "destroy_kek" | "destroy_secret" | "offboard_tenant" | "recover_kek" | "reactivate" | "lift_hold" | "grant_exception" | "close_exception" | "share_key" | "change_rules" | "enrol_operator" | "enrol_device" | "grant_role" | "reinstate_operator";

export type OperationRequest = { "operation": "rotate_kek", 
/**
 * Which.
 */
key: KeyId, 
/**
 * How long the old version stays enabled afterwards.
 */
graceSeconds: number, } | { "operation": "create_kek", 
/**
 * Its name in the vault.
 */
name: string, 
/**
 * RSA length.
 */
bits: number, 
/**
 * Owner.
 */
owner: string, 
/**
 * Purpose.
 */
purpose: string, 
/**
 * How sensitive what it protects will be.
 */
classification: Classification, 
/**
 * The tenant whose own it is, by name; `None` where tenants share it.
 */
tenant: string | null, } | { "operation": "rotate_dek", 
/**
 * Which.
 */
keys: Array<KeyId>, 
/**
 * Why.
 */
trigger: RotationTrigger, } | { "operation": "rotate_secret", 
/**
 * Which.
 */
key: KeyId, 
/**
 * How long the old value stays enabled afterwards.
 */
overlapSeconds: number, } | { "operation": "destroy_dek", 
/**
 * Which.
 */
keys: Array<KeyId>, 
/**
 * Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
 */
reclaim: HoursWish | null, } | { "operation": "destroy_kek", 
/**
 * Which.
 */
key: KeyId, 
/**
 * When it is purged.
 */
purge: PurgeWish, } | { "operation": "destroy_secret", 
/**
 * Which.
 */
key: KeyId, 
/**
 * When it is purged.
 */
purge: PurgeWish, } | { "operation": "offboard_tenant", 
/**
 * Whose.
 */
tenant: TenantId, 
/**
 * When what lies in the vault is purged.
 */
purge: PurgeWish, 
/**
 * Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
 */
reclaim: HoursWish | null, } | { "operation": "recover_kek", 
/**
 * Which.
 */
key: KeyId, } | { "operation": "reactivate", 
/**
 * What was suspended.
 */
scope: Scope, } | { "operation": "lift_hold", 
/**
 * Which.
 */
hold: HoldId, } | { "operation": "grant_exception", 
/**
 * What exactly.
 */
wish: ExceptionWish, } | { "operation": "close_exception", 
/**
 * Which.
 */
exception: ExceptionId, 
/**
 * What shows that.
 */
evidence: string, } | { "operation": "share_key", 
/**
 * What exactly.
 */
wish: SharedKeyWish, } | { "operation": "change_rules", 
/**
 * Which section.
 */
section: RuleSection, 
/**
 * Rules that change.
 */
rules: Array<RuleWish>, 
/**
 * The decision record, which a major change needs; empty otherwise.
 */
decisionRecord: string, } | { "operation": "enrol_operator", 
/**
 * Who.
 */
joiner: JoinerWish, 
/**
 * With these roles.
 */
roles: Array<Role>, } | { "operation": "enrol_device", 
/**
 * Whose.
 */
operator: OperatorId, 
/**
 * The card's text.
 */
card: string, } | { "operation": "grant_role", 
/**
 * To whom.
 */
operator: OperatorId, 
/**
 * Which.
 */
roles: Array<Role>, } | { "operation": "reinstate_operator", 
/**
 * Who.
 */
operator: OperatorId, 
/**
 * With these roles.
 */
roles: Array<Role>, 
/**
 * With the device of this card; none of theirs is trusted any more. `None` for what holds no key.
 */
card: string | null, };

export type OperatorId = string & { readonly __brand: 'OperatorId' };

export type OperatorView = { 
/**
 * Who.
 */
person: PersonView, 
/**
 * Their login at the register.
 */
login: string, 
/**
 * Whether they may act today.
 */
active: boolean, 
/**
 * Name of the device that holds their key.
 */
deviceName: string, 
/**
 * Id of the device key.
 */
deviceKey: Digest, 
/**
 * When they were enrolled.
 */
enrolledAt: Micros, };

export type OperatorsView = { 
/**
 * In order of enrolment.
 */
operators: Array<OperatorView>, };

export type OverviewView = { 
/**
 * By the register's clock.
 */
now: Micros, 
/**
 * Keys in the register that are not destroyed.
 */
keys: number, 
/**
 * Of those that have a rotation rule, how many are within it.
 */
withinRule: number, 
/**
 * How many have a rotation rule.
 */
withRule: number, 
/**
 * Rotations overdue.
 */
overdue: number, 
/**
 * Rotations due within 30 days.
 */
dueSoon: number, 
/**
 * Requests that wait for a second seal.
 */
waitingSecondSeal: number, 
/**
 * Requests that wait for this operator.
 */
forMe: number, 
/**
 * Approved and not started.
 */
approvedNotStarted: number, 
/**
 * Items of the review list that wait for a second person.
 */
reviews: number, 
/**
 * Rules broken by keys.
 */
violations: number, 
/**
 * What a pipeline would be told now; `None` where the gate could not be read, which blocks as well.
 */
gate: GateView | null, 
/**
 * Differences between vault and register at the last discovery.
 */
drift: number | null, 
/**
 * When that was.
 */
discoveredAt: Micros | null, 
/**
 * What needs this operator now, most urgent first.
 */
needs: Array<NeedView>, 
/**
 * How many such things there are in all.
 */
needsTotal: number, 
/**
 * Rotations by due date, earliest first: overdue and upcoming.
 */
due: Array<DueKeyView>, 
/**
 * Age of DEKs since their last rotation.
 */
dekAge: Array<AgeBucketView>, 
/**
 * DEKs counted there.
 */
deks: number, 
/**
 * Days after which a DEK's age should be looked at.
 */
dekReviewDays: number, 
/**
 * Rotation history of KEKs.
 */
kekHistory: Array<KekHistoryView>, };

export type OwnDutiesView = { 
/**
 * The words acknowledged, paragraph by paragraph.
 */
words: Array<string>, 
/**
 * Version of the words.
 */
version: string, 
/**
 * Whether they may acknowledge and rehearse: an auditor never signs.
 */
sign: MayView, };

export type PaceView = { 
/**
 * Units a second.
 */
ratePerS: number, 
/**
 * Seconds left at that rate.
 */
leftS: number | null, 
/**
 * Share of the vault's limit that may be used.
 */
budgetPercent: number, 
/**
 * Operations used in the last ten seconds.
 */
usedInWindow: number, 
/**
 * Operations allowed in ten seconds by the vault's limit.
 */
limitInWindow: number, 
/**
 * Times the vault asked for patience.
 */
throttled: number, 
/**
 * Batch under way, from 1.
 */
batch: number, 
/**
 * Batches in all.
 */
batches: number, };

export type ParameterView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

export type Passphrase = string;

export type PastReviewView = { 
/**
 * Entries up to this one were in the review before.
 */
after: number, 
/**
 * Its checkpoint's last entry.
 */
until: number, 
/**
 * Entries on its list.
 */
items: number, 
/**
 * SHA-256 of the list.
 */
digest: Digest, 
/**
 * Root of its checkpoint.
 */
root: Digest, 
/**
 * The first lead's.
 */
signed: ReviewSignatureView, 
/**
 * The second lead's; `None` where it was never closed.
 */
closed: ReviewSignatureView | null, 
/**
 * Whether every signature under its checkpoint verifies with keys that the ledger certifies.
 */
holds: boolean, 
/**
 * What both found.
 */
findings: Array<FindingView>, };

export type PeopleView = { 
/**
 * In order of enrolment.
 */
people: Array<PersonRowView>, 
/**
 * Every operation.
 */
quorums: Array<QuorumHealthView>, 
/**
 * Whether this operator may ask for an enrolment.
 */
enrol: MayView, 
/**
 * Hours a granted role waits before it counts.
 */
coolDownHours: number, 
/**
 * Days between rehearsal signatures.
 */
rehearsalDays: number, 
/**
 * Days between acknowledgements.
 */
acknowledgementDays: number, 
/**
 * Hours within which a lost device is to be reported.
 */
lostDeviceHours: number, };

export type PersonAct = { "act": "suspend" } | { "act": "leave" } | { "act": "withdraw_role", 
/**
 * Which.
 */
role: Role, } | { "act": "revoke_device", 
/**
 * Which.
 */
device: Digest, } | { "act": "report_lost", 
/**
 * Which.
 */
device: Digest, 
/**
 * When it was lost, as far as is known.
 */
lostAt: Micros, } | { "act": "confirm_wipe", 
/**
 * Which.
 */
device: Digest, 
/**
 * When it was wiped.
 */
wipedAt: Micros, };

export type PersonActsView = { 
/**
 * End their access for now, at once.
 */
suspend: MayView, 
/**
 * End their access for good, at once.
 */
leave: MayView, 
/**
 * Ask for a role or an authority.
 */
grant: MayView, 
/**
 * Ask for them to act again.
 */
reinstate: MayView, 
/**
 * Ask for a further device.
 */
enrolDevice: MayView, };

export type PersonDetailView = { 
/**
 * The row.
 */
row: PersonRowView, 
/**
 * When they were enrolled.
 */
enrolledAt: Micros, 
/**
 * The entry.
 */
enrolledEntry: number, 
/**
 * Roles held.
 */
roles: Array<HeldRoleView>, 
/**
 * Their devices, newest first.
 */
devices: Array<DeviceView>, 
/**
 * What could not be signed without them.
 */
neededFor: Array<NeededForView>, 
/**
 * Their open seals.
 */
openSeals: Array<OpenSealView>, 
/**
 * Requests about them that are not decided or not executed.
 */
requests: Array<RequestLinkView>, 
/**
 * What happened to them, newest first.
 */
history: Array<PersonEventView>, 
/**
 * Their own duties, on their own page only.
 */
own: OwnDutiesView | null, 
/**
 * What this operator may do with them.
 */
acts: PersonActsView, };

export type PersonEventView = { 
/**
 * Ledger entry.
 */
entry: number, 
/**
 * As the ledger calls it.
 */
verb: string, 
/**
 * When.
 */
at: Micros, 
/**
 * By whom, where it was an operator.
 */
by: PersonView | null, 
/**
 * What it was about: a role, a device; empty where the verb says it all.
 */
about: string, 
/**
 * Why, as written.
 */
reason: string, 
/**
 * The request, where two signed it.
 */
request: RequestLinkView | null, };

export type PersonProtectedView = { 
/**
 * The person as they stand now.
 */
person: PersonDetailView, 
/**
 * Requests that lapsed by it.
 */
lapsed: number, 
/**
 * Connections of theirs that the database did not let go of; they end by themselves.
 */
connectionsLeft: number, 
/**
 * Ledger entry.
 */
entry: number, };

export type PersonRequest = { 
/**
 * Who.
 */
operator: OperatorId, };

export type PersonRowView = { 
/**
 * Who.
 */
person: PersonView, 
/**
 * What they are.
 */
kind: ActorKind, 
/**
 * Whether they may act.
 */
status: PersonStatus, 
/**
 * Their stable name outside Countersign.
 */
identity: string, 
/**
 * Their login at the register.
 */
login: string, 
/**
 * Devices that are trusted.
 */
devices: number, 
/**
 * Roles granted that do not count yet.
 */
cooling: Array<Role>, 
/**
 * The last rehearsal signature.
 */
rehearsal: ProofView, 
/**
 * The last acknowledgement of duties.
 */
acknowledgement: ProofView, 
/**
 * The lost device whose clock runs out first, if its wipe is not done.
 */
lost: LostView | null, };

export type PersonStatus = "active" | "suspended" | "left";

export type PersonView = { 
/**
 * Who.
 */
operator: OperatorId, 
/**
 * Full name.
 */
name: string, 
/**
 * At most three letters for the seal.
 */
initials: string, 
/**
 * Roles held now.
 */
roles: Array<Role>, };

export type PlanRequest = { 
/**
 * What for.
 */
operation: OperationRequest, 
/**
 * Time to approve, from submission.
 */
approveWithinHours: number, 
/**
 * Time to execute, from submission.
 */
executeWithinHours: number, };

export type PlanView = { 
/**
 * Which operation.
 */
operation: OperationKind, 
/**
 * The key it is about; `None` while it does not exist.
 */
key: KeyRefView | null, 
/**
 * Name of the key it is about.
 */
subject: string, 
/**
 * Everything it acts on, by name and version.
 */
targets: Array<TargetView>, 
/**
 * How it acts, by name: what is signed, whole.
 */
parameters: Array<ParameterView>, 
/**
 * Version before, where it makes a new one.
 */
versionBefore: number | null, 
/**
 * Version after, where it makes a new one.
 */
versionAfter: number | null, 
/**
 * Whether what it does cannot be undone.
 */
destroys: boolean, 
/**
 * Host of the vault.
 */
vaultHost: string, 
/**
 * Now and after, field by field, unchanged ones last.
 */
changes: Array<ChangeView>, 
/**
 * What it costs and touches.
 */
impact: ImpactView, 
/**
 * How strong the erasure is, for an operation that erases: stated before anyone signs.
 */
erasure: ErasureView | null, 
/**
 * Algorithm of the version that will be made.
 */
algorithm: string, 
/**
 * How long the old version stays enabled.
 */
graceSeconds: number, 
/**
 * When it was computed.
 */
plannedAt: Micros, 
/**
 * SHA-256 of the plan: what is signed. `None` for a preview, which cannot be signed.
 */
planHash: Digest | null, 
/**
 * SHA-256 of everything it depends on.
 */
stateDigest: Digest, };

export type PrepareFounderRequest = { 
/**
 * Which of the two.
 */
seat: FounderSeat, 
/**
 * Full name.
 */
name: string, 
/**
 * Identity outside Countersign.
 */
person: string, 
/**
 * Login at the register. Empty on a local custody, where the host makes it.
 */
login: string, 
/**
 * Roles.
 */
roles: Array<Role>, 
/**
 * Name of the device.
 */
deviceName: string, 
/**
 * Passphrase of the device key.
 */
passphrase: Passphrase, };

export type ProgressView = { 
/**
 * Which task.
 */
task: Task, 
/**
 * What is being done now.
 */
stage: Stage, 
/**
 * Units done.
 */
done: number, 
/**
 * Units in all, where known.
 */
total: number | null, 
/**
 * Units a second over the last seconds.
 */
ratePerS: number | null, 
/**
 * Estimated seconds left.
 */
leftS: number | null, 
/**
 * When this was measured.
 */
at: Micros, };

export type ProofState = "none" | "never" | "in_time" | "due" | "overdue";

export type ProofView = { 
/**
 * How it stands.
 */
state: ProofState, 
/**
 * When it was given last.
 */
at: Micros | null, 
/**
 * By when it is due.
 */
dueAt: Micros | null, 
/**
 * The entry that holds it.
 */
entry: number | null, };

export type ProtectAct = "suspend" | "revoke" | "disable" | "report_compromise";

export type ProtectConfirmRequest = { 
/**
 * Ledger entry of the act.
 */
act: number, };

export type ProtectPersonRequest = { 
/**
 * To whom.
 */
operator: OperatorId, 
/**
 * What.
 */
act: PersonAct, 
/**
 * Why; for a wipe, what shows that it is done.
 */
reason: string, 
/**
 * That afterwards nobody could sign some operation, and that this is accepted: for a suspicion and a lost device only.
 */
acceptLoss: boolean, };

export type ProtectPreviewRequest = { 
/**
 * What.
 */
act: ProtectAct, 
/**
 * Upon what.
 */
scope: Scope, };

export type ProtectRequest = { 
/**
 * What.
 */
act: ProtectAct, 
/**
 * Upon what.
 */
scope: Scope, 
/**
 * Why.
 */
reason: string, };

export type ProtectedView = { 
/**
 * Upon what.
 */
subject: SubjectView, 
/**
 * Keys that changed their state.
 */
keys: number, 
/**
 * Keys that the vault refuses to use now, proven.
 */
confirmed: number, 
/**
 * Keys that the vault did not confirm yet.
 */
unconfirmed: number, 
/**
 * Ledger entry.
 */
entry: number, };

export type PurgeWish = "at_once" | "scheduled";

export type QuorumHealthView = { 
/**
 * Which.
 */
operation: OperationKind, 
/**
 * Whether two eligible people with a trusted device could.
 */
met: boolean, 
/**
 * Why not.
 */
why: UnmetWhy | null, 
/**
 * Those who may ask for it today.
 */
mayAsk: Array<PersonView>, 
/**
 * Those who may countersign it today, whoever else asks.
 */
mayCountersign: Array<PersonView>, };

export type ReadCardRequest = { 
/**
 * Its text, as pasted or as read from its file.
 */
text: string, };

export type RecheckRequest = { 
/**
 * Which.
 */
request: RequestId, };

export type RecheckView = { 
/**
 * When.
 */
at: Micros, 
/**
 * How many seconds ago that is, by the host's clock.
 */
secondsAgo: number, 
/**
 * Empty when nothing changed.
 */
differences: Array<DifferenceView>, };

export type RecordedDuty = "policy_review" | "system_audit" | "incident_audit";

export type RefusalReason = { "because": "own_request" } | { "because": "already_signed" } | { "because": "role_missing", 
/**
 * Any of these would do.
 */
needs: Array<Role>, } | { "because": "auditor_never_signs" } | { "because": "suspended" } | { "because": "already_decided" } | { "because": "request_lapsed" } | { "because": "request_withdrawn" } | { "because": "approve_by_passed", 
/**
 * When.
 */
at: Micros, } | { "because": "execute_by_passed", 
/**
 * When.
 */
at: Micros, } | { "because": "quorum_missing", 
/**
 * How many.
 */
missing: number, } | { "because": "run_held", 
/**
 * Whose console, if known.
 */
by: PersonView | null, 
/**
 * Until when its lease runs.
 */
until: Micros, } | { "because": "run_state" } | { "because": "old_version_gone" } | { "because": "nothing_to_roll_back" } | { "because": "blocked", 
/**
 * Each.
 */
by: Array<string>, } | { "because": "held" } | { "because": "own_act" } | { "because": "typed_differs" } | { "because": "request_open" } | { "because": "clock_skew", 
/**
 * Seconds of difference.
 */
seconds: number, } | { "because": "other_environment", 
/**
 * The one it belongs to.
 */
belongsTo: Environment, } | { "because": "register", 
/**
 * The register's code.
 */
refusal: string, };

export type RefusalTallyView = { 
/**
 * Login that tried.
 */
login: string, 
/**
 * What it called.
 */
function: string, 
/**
 * Why it was refused, in the register's word.
 */
code: string, 
/**
 * How often.
 */
count: number, };

export type RegisterReviewView = { 
/**
 * When this was read.
 */
at: Micros, 
/**
 * The last sign-off.
 */
last: RegisterReviewedView | null, 
/**
 * Days between two sign-offs, at most.
 */
everyDays: number, 
/**
 * When the next is due; `None` before there is an exception.
 */
dueAt: Micros | null, 
/**
 * How the register stands, in figures.
 */
standing: RegisterStandingView, 
/**
 * SHA-256 of every open record, as it is signed off.
 */
digest: Digest, 
/**
 * Whether this operator may sign it off, and if not, why and who may.
 */
signOff: MayView, };

export type RegisterReviewedView = { 
/**
 * By whom.
 */
by: PersonView, 
/**
 * When.
 */
at: Micros, 
/**
 * How many records were open.
 */
open: number, 
/**
 * What they said.
 */
note: string, 
/**
 * Ledger entry.
 */
entry: number, };

export type RegisterStandingView = { 
/**
 * Open in all: what the sign-off is about.
 */
open: number, 
/**
 * In force and not expiring.
 */
active: number, 
/**
 * In force, and their end is near.
 */
expiring: number, 
/**
 * Expired and not answered.
 */
expired: number, 
/**
 * Asked for.
 */
requested: number, };

export type RemainsView = { 
/**
 * Which copies.
 */
copy: string, 
/**
 * Until when; `None` where nothing says so.
 */
until: Micros | null, 
/**
 * What that means.
 */
words: string, };

export type RequestActionsView = { 
/**
 * Give the missing seal.
 */
countersign: MayView, 
/**
 * Refuse it, for a reason.
 */
reject: MayView, 
/**
 * Take it back.
 */
withdraw: MayView, 
/**
 * Start its run.
 */
start: MayView, };

export type RequestDetailRequest = { 
/**
 * Which.
 */
request: RequestId, };

export type RequestDetailView = { 
/**
 * The row.
 */
row: RequestRowView, 
/**
 * What will be done.
 */
plan: PlanView, 
/**
 * Why.
 */
reason: string, 
/**
 * Change record.
 */
changeRecord: string, 
/**
 * What is done if it goes wrong.
 */
rollbackPlan: string, 
/**
 * Seals needed, the requester's included.
 */
quorum: number, 
/**
 * Roles of which the countersigner must hold one.
 */
countersignRoles: Array<Role>, 
/**
 * Who may still sign.
 */
maySign: Array<PersonView>, 
/**
 * Everyone who may not, with the reason.
 */
mayNotSign: Array<MayNotView>, 
/**
 * What this operator may do.
 */
actions: RequestActionsView, 
/**
 * Its run, once started.
 */
run: RunLinkView | null, 
/**
 * Where that run stands.
 */
runState: RunState | null, 
/**
 * Why it lapsed.
 */
differences: Array<DifferenceView>, 
/**
 * Ledger entries about it, oldest first.
 */
entries: Array<number>, };

export type RequestFolder = "for_me" | "mine" | "open" | "decided";

export type RequestId = string & { readonly __brand: 'RequestId' };

export type RequestLinkView = { 
/**
 * Which.
 */
request: RequestId, 
/**
 * Its number.
 */
label: string, };

export type RequestRowView = { 
/**
 * Which.
 */
request: RequestId, 
/**
 * Its number.
 */
label: string, 
/**
 * What it asks for.
 */
operation: OperationKind, 
/**
 * Name of the first thing it is about.
 */
subject: string, 
/**
 * How many things it is about.
 */
targets: number, 
/**
 * Version before, where it makes a new one.
 */
versionBefore: number | null, 
/**
 * Version after, where it makes a new one.
 */
versionAfter: number | null, 
/**
 * What it touches, counted, by name.
 */
counts: Array<CountView>, 
/**
 * Where it stands.
 */
state: RequestState, 
/**
 * Who asked.
 */
requester: PersonView, 
/**
 * When.
 */
requestedAt: Micros, 
/**
 * Until when it may be approved.
 */
approveBy: Micros, 
/**
 * Until when it may be executed.
 */
executeBy: Micros, 
/**
 * Seals given and missing.
 */
slots: Array<SealSlotView>, 
/**
 * Whether this operator's seal is the one that is missing.
 */
waitsForMe: boolean, 
/**
 * Why it lapsed, in one line, if it did.
 */
lapsedBecause: DifferenceView | null, };

export type RequestState = "open" | "approved" | "rejected" | "withdrawn" | "lapsed" | "expired" | "executing" | "executed" | "rolled_back" | "failed";

export type RequestsPageRequest = { 
/**
 * Which folder.
 */
folder: RequestFolder, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type RequestsPageView = { 
/**
 * The rows.
 */
rows: Array<RequestRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * How many requests each folder has.
 */
counts: FolderCountsView, };

export type ResetFounderRequest = { 
/**
 * Which of the two.
 */
seat: FounderSeat, };

export type ResidueKind = "soft_delete" | "write_ahead_log" | "replica" | "backup" | "living_kek";

export type ResidueView = { 
/**
 * What.
 */
kind: ResidueKind, 
/**
 * Until when; `None` where nobody has configured it.
 */
until: Micros | null, 
/**
 * How long such copies are kept, in hours, where that is configured.
 */
keptHours: number | null, 
/**
 * Whether that was read from the system itself, or only stated by configuration.
 */
checked: boolean, };

export type ReviewDetailRequest = { 
/**
 * Which.
 */
review: ReviewId, };

export type ReviewDetailView = { 
/**
 * The row.
 */
row: ReviewRowView, 
/**
 * Why it was done, in the words of whoever did it.
 */
reason: string, 
/**
 * Upon what, where that can be opened.
 */
subject: SubjectView | null, 
/**
 * What it touched, by name.
 */
facts: Array<ReviewFactView>, 
/**
 * Ledger entry of the act.
 */
entry: number, 
/**
 * Its request, where there was one.
 */
request: RequestLinkView | null, 
/**
 * Its run, where there was one.
 */
run: RunLinkView | null, 
/**
 * Its certificate, where there is one.
 */
certificate: CertificateLinkView | null, 
/**
 * Whether this operator may sign it off, and if not, why and who may.
 */
signOff: MayView, };

export type ReviewFactView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

export type ReviewFinding = { 
/**
 * The entry that it is about, where it is about one.
 */
about: number | null, 
/**
 * What it becomes.
 */
becomes: FindingBecomes, 
/**
 * In words.
 */
words: string, };

export type ReviewFolder = "waiting" | "reviewed";

export type ReviewId = string & { readonly __brand: 'ReviewId' };

export type ReviewKind = "suspended" | "revoked" | "disabled" | "compromise_reported" | "tokens_invalidated" | "hold_set" | "operator_suspended" | "destroyed" | "certificate" | "exception_revoked" | "shared_key_withdrawn" | "register_reviewed" | "policy_reviewed" | "system_audited" | "other";

export type ReviewRowView = { 
/**
 * Which.
 */
review: ReviewId, 
/**
 * What was done.
 */
kind: ReviewKind, 
/**
 * As the ledger calls it.
 */
verb: string, 
/**
 * Upon what, by name.
 */
subject: string, 
/**
 * Who did it.
 */
by: PersonView, 
/**
 * When.
 */
at: Micros, 
/**
 * Its sign-off.
 */
signedOff: SignedOffView | null, 
/**
 * Whether this operator may sign it off.
 */
waitsForMe: boolean, };

export type ReviewSignatureView = { 
/**
 * Who.
 */
by: PersonView, 
/**
 * As which lead.
 */
role: Role, 
/**
 * When.
 */
at: Micros, 
/**
 * What they said.
 */
note: string, 
/**
 * Ledger entry.
 */
entry: number, };

export type ReviewsPageRequest = { 
/**
 * Which folder.
 */
folder: ReviewFolder, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type ReviewsPageView = { 
/**
 * The rows.
 */
rows: Array<ReviewRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * Items that wait.
 */
waiting: number, 
/**
 * Of those that wait, how many this operator may sign off.
 */
forMe: number, };

export type Role = "security" | "devops" | "engineering" | "auditor" | "risk_acceptance";

export type RotationRuleView = { 
/**
 * For keys of this type.
 */
keyType: KeyType, 
/**
 * Days between rotations.
 */
everyDays: number, 
/**
 * Clause it comes from.
 */
clause: string, };

export type RotationTrigger = "token_regeneration" | "suspected_compromise" | "ownership_change" | "schedule";

export type RuleChangeView = { 
/**
 * Which.
 */
name: string, 
/**
 * Its value before; empty where there was none.
 */
before: string, 
/**
 * Its value after; empty where it goes.
 */
after: string, 
/**
 * Whether that weakens the policy.
 */
weaker: boolean, };

export type RuleProblemView = { 
/**
 * Which rule; empty where it is about all of them.
 */
name: string, 
/**
 * What is wanted, in the register's words.
 */
why: string, };

export type RuleSection = "rotation" | "algorithms" | "quorum" | "terms" | "settings";

export type RuleSectionView = { 
/**
 * Which.
 */
section: RuleSection, 
/**
 * Version in force.
 */
version: number, 
/**
 * Since when.
 */
since: Micros, 
/**
 * Who signed it; nobody for what a custody is founded with.
 */
signedBy: Array<PersonView>, 
/**
 * The request that brought it.
 */
request: RequestLinkView | null, 
/**
 * The rules, by name.
 */
rules: Array<RuleView>, };

export type RuleVersionView = { 
/**
 * Its number.
 */
version: number, 
/**
 * When it came into force.
 */
at: Micros, 
/**
 * Ledger entry; `None` for what a custody is founded with.
 */
entry: number | null, 
/**
 * Who signed it.
 */
signedBy: Array<PersonView>, 
/**
 * The request.
 */
request: RequestLinkView | null, 
/**
 * Whether it was a major change.
 */
major: boolean, 
/**
 * The decision record, where there is one.
 */
decisionRecord: string, 
/**
 * Why, as the request said.
 */
reason: string, 
/**
 * What differs from the version before.
 */
changes: Array<RuleChangeView>, };

export type RuleView = { 
/**
 * Its name within its section.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

export type RuleWish = { 
/**
 * Which.
 */
name: string, 
/**
 * Its value; empty: it goes.
 */
value: string, };

export type RulesComparedView = { 
/**
 * Rule by rule; those that weaken the policy make it a major change, which needs a decision record.
 */
changes: Array<RuleChangeView>, 
/**
 * What is not acceptable about it; `None` where it may be asked for.
 */
problem: RuleProblemView | null, };

export type RulesHistoryRequest = { 
/**
 * Which.
 */
section: RuleSection, };

export type RulesHistoryView = { 
/**
 * The versions.
 */
versions: Array<RuleVersionView>, };

export type RulesView = { 
/**
 * Every section.
 */
sections: Array<RuleSectionView>, 
/**
 * What each setting may be.
 */
ranges: Array<SettingRangeView>, 
/**
 * Whether this operator may ask for a change.
 */
change: MayView, 
/**
 * Changes of rules that are asked for and not decided or not executed.
 */
requests: Array<RequestLinkView>, 
/**
 * Violations that no exception covers.
 */
uncovered: number, };

export type RunActionsView = { 
/**
 * Stop after the present batch.
 */
pause: MayView, 
/**
 * Go on.
 */
resume: MayView, 
/**
 * Go back to the version before.
 */
rollback: MayView, };

export type RunDetailView = { 
/**
 * The row.
 */
row: RunRowView, 
/**
 * Its steps, in order.
 */
steps: Array<StepView>, 
/**
 * Pace, while it works.
 */
pace: PaceView | null, 
/**
 * What would hold if it stopped now.
 */
standing: StandingView, 
/**
 * Whose console executes it.
 */
executedBy: PersonView | null, 
/**
 * Whether that is this console.
 */
here: boolean, 
/**
 * Until when its lease runs.
 */
leaseUntil: Micros | null, 
/**
 * Seconds since its lease was renewed.
 */
leaseRenewedSAgo: number | null, 
/**
 * Whom it was taken over from, last.
 */
takenOverFrom: PersonView | null, 
/**
 * Wraps that were proven again when it was taken over.
 */
provenAtTakeOver: number | null, 
/**
 * Ledger entries, newest first, the last few.
 */
evidence: Array<RunEntryView>, 
/**
 * How many there are.
 */
evidenceTotal: number, 
/**
 * What this operator may do.
 */
actions: RunActionsView, 
/**
 * What stopped it, where it failed.
 */
failure: RunFailure | null, 
/**
 * Its certificate of destruction, once issued.
 */
certificate: CertificateLinkView | null, 
/**
 * Whether it is one that ends with a certificate.
 */
certifies: boolean, };

export type RunEntryView = { 
/**
 * Its number.
 */
entry: number, 
/**
 * Its verb.
 */
verb: string, 
/**
 * The step it belongs to.
 */
step: StepKind | null, 
/**
 * How many things it covers.
 */
count: number | null, 
/**
 * When.
 */
at: Micros, };

export type RunFailure = "check_value_mismatch" | "canary_refused" | "vault_forbidden" | "vault_unavailable" | "register_unavailable" | "ledger_not_written" | "seals_lapsed" | "lease_lost" | "version_unexpected" | "held" | "still_there" | "came_back" | "token_unreadable" | "blocked" | "internal";

export type RunFolder = "active" | "finished";

export type RunId = string & { readonly __brand: 'RunId' };

export type RunLinkView = { 
/**
 * Which.
 */
run: RunId, 
/**
 * Its number.
 */
label: string, };

export type RunRequest = { 
/**
 * Which.
 */
run: RunId, };

export type RunRollbackRequest = { 
/**
 * Which run.
 */
run: RunId, 
/**
 * Why.
 */
reason: string, };

export type RunRowView = { 
/**
 * Which.
 */
run: RunId, 
/**
 * Its number.
 */
label: string, 
/**
 * What it does.
 */
operation: OperationKind, 
/**
 * Name of the first thing it is about.
 */
subject: string, 
/**
 * How many things it is about.
 */
targets: number, 
/**
 * Version after, where it makes a new one.
 */
versionAfter: number | null, 
/**
 * Where it stands.
 */
state: RunState, 
/**
 * The step it is at.
 */
step: StepKind, 
/**
 * Units of that step done.
 */
done: number, 
/**
 * Units of that step in all.
 */
total: number, 
/**
 * Who started it.
 */
startedBy: PersonView, 
/**
 * When.
 */
startedAt: Micros, 
/**
 * When it ended.
 */
finishedAt: Micros | null, 
/**
 * Until when it waits, where it waits and that is known.
 */
waitsUntil: Micros | null, 
/**
 * Its request.
 */
request: RequestLinkView, 
/**
 * Who sealed it.
 */
seals: Array<PersonView>, };

export type RunStartRequest = { 
/**
 * Which request.
 */
request: RequestId, };

export type RunState = "running" | "pausing" | "paused" | "grace" | "reclaim_pending" | "awaiting_purge" | "stopped" | "rolling_back" | "finished" | "rolled_back" | "failed";

export type RunsPageRequest = { 
/**
 * Which folder.
 */
folder: RunFolder, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type RunsPageView = { 
/**
 * The rows.
 */
rows: Array<RunRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * Runs under way.
 */
active: number, 
/**
 * Runs finished.
 */
finished: number, };

export type SampleLoadedView = { 
/**
 * Tenants.
 */
tenants: number, 
/**
 * KEKs.
 */
keks: number, 
/**
 * DEKs.
 */
deks: number, 
/**
 * Tokens.
 */
tokens: number, };

export type SaveViewRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * Which keys.
 */
filter: KeyFilter, 
/**
 * Ordered by.
 */
sort: KeySort, 
/**
 * Which way.
 */
direction: SortDirection, };

export type SavedFileView = { 
/**
 * Its path.
 */
path: string, 
/**
 * Its size.
 */
bytes: number, 
/**
 * SHA-256 of it.
 */
digest: Digest, };

export type SavedViewId = string & { readonly __brand: 'SavedViewId' };

export type SavedViewView = { 
/**
 * Which.
 */
id: SavedViewId, 
/**
 * Its name.
 */
name: string, 
/**
 * Which keys.
 */
filter: KeyFilter, 
/**
 * Ordered by.
 */
sort: KeySort, 
/**
 * Which way.
 */
direction: SortDirection, 
/**
 * Keys that match now.
 */
matching: number, };

export type SavedViewsView = { 
/**
 * In order of name.
 */
views: Array<SavedViewView>, };

export type ScheduleRowView = { 
/**
 * What.
 */
duty: ScheduledDuty, 
/**
 * How often, in days; after an incident, within so many.
 */
everyDays: number, 
/**
 * When it was last; `None` where never.
 */
lastAt: Micros | null, 
/**
 * By whom.
 */
lastBy: PersonView | null, 
/**
 * Ledger entry of that.
 */
lastEntry: number | null, 
/**
 * When it is due; `None` where there is nothing to do it about.
 */
dueAt: Micros | null, 
/**
 * Whole days until then, negative once it is late.
 */
daysLeft: number | null, 
/**
 * A newer record that counts once another person looked at it.
 */
waits: ReviewId | null, };

export type ScheduleView = { 
/**
 * Whatever is due first in front.
 */
rows: Array<ScheduleRowView>, 
/**
 * What was recorded, newest first.
 */
records: Array<DutyRecordView>, 
/**
 * Incidents that ended and wait for their audit.
 */
incidents: Array<EndedIncidentView>, 
/**
 * Whether this operator may record a policy review or an audit.
 */
record: MayView, };

export type ScheduledDuty = "transition_review" | "exception_review" | "policy_review" | "system_audit" | "incident_audit" | "restore_drill";

export type Scope = { "of": "key", 
/**
 * Which.
 */
key: KeyId, } | { "of": "integration", 
/**
 * Of which tenant.
 */
tenant: TenantId, 
/**
 * Which.
 */
integration: string, } | { "of": "tenant", 
/**
 * Which.
 */
tenant: TenantId, };

export type ScopeTerm = { "of": "key", 
/**
 * Which.
 */
key: KeyId, } | { "of": "tenant", 
/**
 * Whose.
 */
tenant: TenantId, } | { "of": "type", 
/**
 * Which.
 */
keyType: KeyType, };

export type ScopeTermView = { "of": "key", 
/**
 * Which.
 */
key: KeyRefView, } | { "of": "tenant", 
/**
 * Whose.
 */
tenant: TenantId, 
/**
 * By name.
 */
name: string, } | { "of": "type", 
/**
 * Which.
 */
keyType: KeyType, };

export type SealSlotView = { "slot": "signed", 
/**
 * By whom.
 */
by: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * When.
 */
at: Micros, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * Ledger entry.
 */
entry: number, 
/**
 * Whether it is the requester's.
 */
requester: boolean, 
/**
 * Whether this console has verified the signature itself.
 */
verified: boolean, 
/**
 * Whether it no longer counts.
 */
void: boolean, } | { "slot": "declined", 
/**
 * By whom.
 */
by: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * When.
 */
at: Micros, 
/**
 * Why.
 */
reason: string, 
/**
 * Ledger entry.
 */
entry: number, } | { "slot": "mine", 
/**
 * In which role.
 */
role: Role, } | { "slot": "empty", 
/**
 * Any of these roles.
 */
roles: Array<Role>, };

export type SealedView = { 
/**
 * The request; `None` for a sign-off.
 */
request: RequestId | null, 
/**
 * Its number, or what was signed off.
 */
label: string, 
/**
 * The decision; `None` when it was submitted.
 */
decision: Decision | null, 
/**
 * Ledger entry.
 */
entry: number, 
/**
 * Seals still missing.
 */
missing: number, };

export type Separation = "own" | "shared" | "both" | "no_keys";

export type SessionView = { 
/**
 * When it ends whatever happens.
 */
endsAt: Micros, 
/**
 * When it locks if nobody does anything.
 */
locksAt: Micros, 
/**
 * Idle minutes after which it locks.
 */
idleLockMinutes: number, };

export type SetHoldRequest = { 
/**
 * Upon a key or a tenant.
 */
scope: Scope, 
/**
 * Why.
 */
kind: HoldKind, 
/**
 * Court file, incident number.
 */
reference: string, 
/**
 * The reason in words.
 */
reason: string, };

export type SettingRangeView = { 
/**
 * Which setting.
 */
name: string, 
/**
 * The words it may be, from the weakest to the strongest; none for a number.
 */
words: Array<string>, 
/**
 * The least number.
 */
lowest: number | null, 
/**
 * The largest number.
 */
highest: number | null, };

export type SettingsView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * The keychain.
 */
keychain: KeychainView, 
/**
 * Share of the vault's limit that runs may use.
 */
budgetPercent: number, 
/**
 * The vault's limit for ten seconds, for the largest RSA length in use.
 */
limitInWindow: number, 
/**
 * DEKs in one batch.
 */
batchSize: number, 
/**
 * Idle minutes after which the console locks.
 */
idleLockMinutes: number, 
/**
 * Longest session in hours.
 */
sessionHoursMax: number, 
/**
 * Rotation rules in force.
 */
rules: Array<RotationRuleView>, 
/**
 * Where the ledger is sent, by name.
 */
logTargets: Array<LogTargetView>, 
/**
 * Where the host keeps its data.
 */
dataFolder: string, 
/**
 * Version of this console.
 */
version: string, };

export type SharedKeyId = string & { readonly __brand: 'SharedKeyId' };

export type SharedKeyRowView = { 
/**
 * Its entry, where it has one.
 */
entry: SharedKeyId | null, 
/**
 * Which key.
 */
key: KeyRefView, 
/**
 * What it is.
 */
keyType: KeyType, 
/**
 * The first of its tenants, by name.
 */
tenants: Array<string>, 
/**
 * How many in all.
 */
tenantsTotal: number, 
/**
 * Where it stands.
 */
state: SharedKeyState, 
/**
 * The decision record that allows it.
 */
decisionRecord: string, 
/**
 * Who accepted the risk, or is to.
 */
acceptedBy: PersonView | null, 
/**
 * When it must be looked at again.
 */
reviewBy: Micros | null, 
/**
 * Days until then; negative when past.
 */
daysLeft: number | null, 
/**
 * Seals given and missing.
 */
slots: Array<SealSlotView>, 
/**
 * Its request.
 */
request: RequestLinkView | null, 
/**
 * Why it serves several tenants.
 */
justification: string, 
/**
 * What limits the risk meanwhile.
 */
controls: string, 
/**
 * Ledger entry that put it into force.
 */
grantedEntry: number | null, };

export type SharedKeyState = "missing" | "requested" | "entered" | "review_due" | "overdue" | "withdrawn" | "replaced";

export type SharedKeyWish = { 
/**
 * Which key.
 */
key: KeyId, 
/**
 * The decision record that allows it.
 */
decisionRecord: string, 
/**
 * Why it serves several tenants.
 */
justification: string, 
/**
 * What limits the risk meanwhile.
 */
controls: string, 
/**
 * When it must be looked at again.
 */
reviewBy: Micros, };

export type SharedKeyWithdrawRequest = { 
/**
 * Which.
 */
entry: SharedKeyId, 
/**
 * Why.
 */
reason: string, };

export type SharedKeysView = { 
/**
 * The rows.
 */
rows: Array<SharedKeyRowView>, 
/**
 * By the register's clock.
 */
now: Micros, 
/**
 * Who may accept the risk of something this operator asks for.
 */
acceptors: Array<PersonView>, 
/**
 * The words that they sign.
 */
words: string, 
/**
 * Longest time until an entry is looked at again.
 */
termDaysMax: number, 
/**
 * Whether this operator may ask for an entry.
 */
ask: MayView, 
/**
 * Whether this operator may withdraw one.
 */
withdraw: MayView, };

export type SignAct = { "kind": "submit" } | { "kind": "decide", 
/**
 * Which decision the window was opened for.
 */
decision: Decision, };

export type SignCheckpointView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * Whether another person made it.
 */
cosigns: boolean, 
/**
 * Who made it; `None` for one that is being made.
 */
madeBy: PersonView | null, 
/**
 * Name of the ledger in its checkpoints.
 */
origin: string, 
/**
 * Number of its last entry.
 */
size: number, 
/**
 * Root of the tree over its entries.
 */
root: Digest, 
/**
 * Number of the last entry of the checkpoint before, 0 where there is none.
 */
since: number, 
/**
 * Number of the last entry of the checkpoint that this computer keeps, from which this one was proven to have grown; 0 where it
 * keeps none.
 */
kept: number, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of the checkpoint's text.
 */
statementHash: Digest, };

export type SignConfirmRequest = { 
/**
 * The hash that the reader saw; refused if it is not what would be signed.
 */
planHash: Digest, 
/**
 * Why, for a rejection; what was looked at, for a sign-off; empty otherwise.
 */
reason: string, 
/**
 * What the signer typed to say that they know what this is about; refused if it differs from what was asked.
 */
typed: string | null, 
/**
 * Passphrase of the signer's device key.
 */
passphrase: Passphrase, };

export type SignContextView = { "what": "plan", 
/**
 * Everything it says.
 */
statement: SignPlanView, } | { "what": "review", 
/**
 * Everything it says.
 */
statement: SignReviewView, } | { "what": "register", 
/**
 * Everything it says.
 */
statement: SignRegisterView, } | { "what": "checkpoint", 
/**
 * Everything it says.
 */
statement: SignCheckpointView, } | { "what": "transitions", 
/**
 * Everything it says.
 */
statement: SignTransitionsView, } | { "what": "record", 
/**
 * Everything it says.
 */
statement: SignRecordView, } | { "what": "duty", 
/**
 * Everything it says.
 */
statement: SignDutyView, };

export type SignDutyView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * Which of the two.
 */
duty: DutyKind, 
/**
 * The words that are signed, paragraph by paragraph.
 */
words: Array<string>, 
/**
 * Version of the words; empty for a rehearsal.
 */
version: string, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of what will be signed.
 */
statementHash: Digest, 
/**
 * When it was given last.
 */
last: Micros | null, };

export type SignPlanView = { 
/**
 * What kind of signature.
 */
act: SignAct, 
/**
 * Number of the request; `None` while it has none.
 */
label: string | null, 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * What will be done.
 */
plan: PlanView, 
/**
 * Who asked.
 */
requester: PersonView, 
/**
 * When; `None` for a draft.
 */
requestedAt: Micros | null, 
/**
 * Why.
 */
reason: string, 
/**
 * Change record.
 */
changeRecord: string, 
/**
 * What is done if it goes wrong.
 */
rollbackPlan: string, 
/**
 * Until when it may be approved.
 */
approveBy: Micros, 
/**
 * Until when it may be executed.
 */
executeBy: Micros, 
/**
 * Seals needed.
 */
quorum: number, 
/**
 * Seals given and missing.
 */
slots: Array<SealSlotView>, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of the statement that will be signed.
 */
planHash: Digest, 
/**
 * When the plan was computed again from live state.
 */
recheckedAt: Micros, 
/**
 * What the signer must type, letter by letter, before it can be signed; `None` where nothing.
 */
typeThis: string | null, 
/**
 * Differences found then; when there are any, nothing can be signed.
 */
differences: Array<DifferenceView>, 
/**
 * Raw texts that contain characters a reader could mistake, escaped; empty when there are none.
 */
escaped: Array<EscapedTextView>, };

export type SignRecordView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * Which.
 */
duty: RecordedDuty, 
/**
 * The incident that it follows.
 */
incident: string | null, 
/**
 * Name of the document that is the evidence.
 */
evidenceName: string, 
/**
 * Its SHA-256.
 */
evidenceDigest: Digest, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of all of this.
 */
statementHash: Digest, };

export type SignRegisterView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * How the register stands.
 */
review: RegisterReviewView, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of the records that are signed off.
 */
statementHash: Digest, };

export type SignReviewView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * The item.
 */
item: ReviewDetailView, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * In which role.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of the statement that will be signed.
 */
statementHash: Digest, };

export type SignSubject = { "sign": "draft", 
/**
 * Which.
 */
draft: DraftId, } | { "sign": "request", 
/**
 * Which.
 */
request: RequestId, 
/**
 * Which decision.
 */
decision: Decision, } | { "sign": "review", 
/**
 * Which.
 */
review: ReviewId, } | { "sign": "register", 
/**
 * SHA-256 of the records as they were shown.
 */
digest: Digest, } | { "sign": "checkpoint", 
/**
 * Whether it is cosigned.
 */
cosign: boolean, } | { "sign": "transitions", 
/**
 * The last entry that the list reaches to.
 */
until: number, 
/**
 * SHA-256 of the list as it was shown.
 */
digest: Digest, 
/**
 * As which lead.
 */
role: Role, 
/**
 * What was found.
 */
findings: Array<ReviewFinding>, } | { "sign": "record", 
/**
 * Which.
 */
duty: RecordedDuty, 
/**
 * The incident that an audit follows.
 */
incident: HoldId | null, 
/**
 * Name of the document that is the evidence.
 */
evidenceName: string, 
/**
 * Its SHA-256.
 */
evidenceDigest: Digest, } | { "sign": "duty", 
/**
 * Which.
 */
duty: DutyKind, };

export type SignTransitionsView = { 
/**
 * The custody.
 */
custody: CustodyHeadView, 
/**
 * Entries up to this one were looked at before.
 */
after: number, 
/**
 * The last entry under the checkpoint.
 */
until: number, 
/**
 * Entries on the list.
 */
items: number, 
/**
 * Of which groups.
 */
groups: Array<GroupCountView>, 
/**
 * SHA-256 of the list.
 */
digest: Digest, 
/**
 * Root of the checkpoint.
 */
root: Digest, 
/**
 * Who signed first; `None` for the first lead's own signature.
 */
first: PersonView | null, 
/**
 * What was found, by both.
 */
findings: Array<FindingView>, 
/**
 * Who is about to sign.
 */
signer: PersonView, 
/**
 * As which lead.
 */
role: Role, 
/**
 * With which device key.
 */
deviceKey: Digest, 
/**
 * SHA-256 of all of this.
 */
statementHash: Digest, };

export type SignatureView = { 
/**
 * Whose key.
 */
by: PersonView | null, 
/**
 * Name of the device, for a device key.
 */
deviceName: string | null, 
/**
 * Whether it is a device key or a session key.
 */
keyKind: SigningKeyKind, 
/**
 * Id of the key.
 */
key: Digest, 
/**
 * Whether it verifies, computed now.
 */
holds: boolean, };

export type SignedOffView = { 
/**
 * By whom.
 */
by: PersonView, 
/**
 * When.
 */
at: Micros, 
/**
 * What they said.
 */
note: string, 
/**
 * Ledger entry.
 */
entry: number, };

export type SigningKeyKind = "device" | "session" | "unknown";

export type SortDirection = "ascending" | "descending";

export type Stage = "register" | "vault" | "schema" | "device_keys" | "founding_entry" | "tenants" | "keks" | "deks" | "tokens" | "rows" | "vault_objects" | "comparison" | "entries" | "signatures" | "steps";

export type StandingView = { 
/**
 * DEKs that open with the new version.
 */
onNew: number, 
/**
 * DEKs that open with the old version.
 */
onOld: number, 
/**
 * Version before.
 */
oldVersion: number | null, 
/**
 * Version after, where it makes a new one.
 */
newVersion: number | null, 
/**
 * Whether the old version is enabled.
 */
oldEnabled: boolean, 
/**
 * Who could go on.
 */
mayContinue: Array<PersonView>, };

export type StatusView = { 
/**
 * Last entry of the ledger.
 */
ledgerHead: number, 
/**
 * Last entry that this console has verified.
 */
verifiedTo: number | null, 
/**
 * When it did.
 */
verifiedAt: Micros | null, 
/**
 * First entry found bad, if any.
 */
ledgerBrokenAt: number | null, 
/**
 * The vault.
 */
vault: LinkView, 
/**
 * The register.
 */
register: LinkView, 
/**
 * Requests that wait for this operator's seal.
 */
forMe: number, 
/**
 * Keys in the register.
 */
keys: number, 
/**
 * Runs under way.
 */
runs: number, 
/**
 * Items of the review list that this operator may sign off.
 */
reviews: number, 
/**
 * Exceptions that are open.
 */
exceptions: number, 
/**
 * Of those, how many expired and are not answered.
 */
exceptionsExpired: number, };

export type StepKind = "compare" | "create_version" | "create_key" | "rewrap" | "prove" | "grace" | "disable_old" | "register" | "close" | "restore" | "enable_old" | "disable_new" | "replace_dek" | "reencrypt" | "reencrypt_back" | "erase_old" | "erase_new" | "deactivate" | "delete_tokens" | "erase_wraps" | "reclaim" | "delete_from_vault" | "await_purge" | "prove_absent" | "recover" | "enable_versions" | "activate" | "lift" | "apply";

export type StepState = "waiting" | "running" | "done" | "failed" | "skipped";

export type StepView = { 
/**
 * Which.
 */
kind: StepKind, 
/**
 * Where it stands.
 */
state: StepState, 
/**
 * Version it is about.
 */
version: number | null, 
/**
 * Units done.
 */
done: number | null, 
/**
 * Units in all.
 */
total: number | null, 
/**
 * When it began.
 */
startedAt: Micros | null, 
/**
 * When it ended.
 */
finishedAt: Micros | null, 
/**
 * How long it took.
 */
tookMs: number | null, 
/**
 * Until when it waits: the end of the grace period, the vault's purge date, the next quiet hour.
 */
until: Micros | null, 
/**
 * What was proven.
 */
evidence: Array<EvidenceView>, 
/**
 * Ledger entry of its outcome.
 */
entry: number | null, };

export type StorageMedium = "key_vault" | "postgresql" | "kubernetes_secret";

export type SubjectView = { 
/**
 * What, for asking again.
 */
scope: Scope, 
/**
 * Name of the key, "tenant · integration", or the tenant.
 */
name: string, };

export type SurveyView = { 
/**
 * Whose.
 */
tenant: TenantRowView, 
/**
 * When.
 */
foundAt: Micros, 
/**
 * What was found, and what becomes of it.
 */
found: Array<FoundView>, 
/**
 * What was looked at to see whether anything stands in the way, each with its finding.
 */
checks: Array<CheckView>, 
/**
 * When the vault would purge by itself what were deleted now, where it says so and there is any.
 */
purgeAt: Micros | null, 
/**
 * How strong the erasure would be.
 */
erasure: ErasureView, 
/**
 * Whether this operator may ask for it.
 */
ask: MayView, };

export type TargetView = { 
/**
 * Its record, where it has one.
 */
id: string, 
/**
 * Its name, as it was signed.
 */
name: string, 
/**
 * Version it acts on; empty where there is none.
 */
version: string, };

export type Task = "protect" | "sweep" | "open_local" | "found" | "import" | "discovery" | "sample_load" | "create_deks" | "ledger_verify" | "ledger_export" | "run";

export type TenantActsView = { 
/**
 * Suspend every key of it, at once.
 */
suspend: MayView, 
/**
 * Revoke every key of it, at once.
 */
revoke: MayView, 
/**
 * Set a hold on it, at once.
 */
setHold: MayView, 
/**
 * Invalidate its tokens, at once.
 */
invalidateTokens: MayView, 
/**
 * Ask for its keys to serve again.
 */
reactivate: MayView, 
/**
 * Ask for its offboarding.
 */
offboard: MayView, };

export type TenantDetailRequest = { 
/**
 * Which.
 */
tenant: TenantId, };

export type TenantDetailView = { 
/**
 * The row.
 */
row: TenantRowView, 
/**
 * KEKs under which its data lies, and those of its own.
 */
under: Array<UnderView>, 
/**
 * Its integrations, by name.
 */
integrations: Array<string>, 
/**
 * Holds on it and on its keys, those in force first.
 */
holds: Array<HoldView>, 
/**
 * A protective act that the vault has not confirmed yet.
 */
unconfirmed: UnconfirmedView | null, 
/**
 * Its offboarding: the request under way, or the one that ended it.
 */
offboarding: RequestLinkView | null, 
/**
 * Its certificate of destruction.
 */
certificate: CertificateLinkView | null, 
/**
 * What this operator may do.
 */
acts: TenantActsView, };

export type TenantId = string & { readonly __brand: 'TenantId' };

export type TenantRowView = { 
/**
 * Which.
 */
tenant: TenantId, 
/**
 * Its name.
 */
name: string, 
/**
 * Where it stands.
 */
status: TenantStatus, 
/**
 * Keys of its own that are not destroyed.
 */
liveKeys: number, 
/**
 * Tokens sealed under them.
 */
tokens: number, 
/**
 * Under whose KEK its data lies.
 */
separation: Separation, 
/**
 * Holds on it and on its keys.
 */
holds: number, };

export type TenantStatus = "active" | "suspended" | "offboarding" | "offboarded";

export type TenantView = { 
/**
 * Which.
 */
tenant: TenantId, 
/**
 * Its name.
 */
name: string, 
/**
 * Its keys.
 */
keys: number, };

export type TenantsListRequest = { 
/**
 * The text; empty for all.
 */
prefix: string, 
/**
 * At most this many.
 */
limit: number, };

export type TenantsListView = { 
/**
 * In order of name.
 */
tenants: Array<TenantView>, 
/**
 * How many there are in all.
 */
total: number, };

export type TenantsPageRequest = { 
/**
 * What the name starts with.
 */
text: string, 
/**
 * Where to start.
 */
after: Cursor | null, 
/**
 * At most this many.
 */
limit: number, };

export type TenantsPageView = { 
/**
 * The rows.
 */
rows: Array<TenantRowView>, 
/**
 * Where the next page starts.
 */
next: Cursor | null, 
/**
 * Tenants that match.
 */
matching: number, 
/**
 * Tenants in all.
 */
total: number, };

export type Thing = "exception" | "shared_key" | "tenant" | "hold" | "review" | "certificate" | "custody" | "operator" | "key" | "key_version" | "request" | "draft" | "run" | "entry" | "import" | "saved_view" | "profile";

export type TimelineEvent = "created" | "imported" | "adopted" | "activated" | "state_changed" | "rotation_asked" | "rotation_sealed" | "rotation_rejected" | "request_lapsed" | "version_created" | "rewrapped" | "version_disabled" | "version_enabled" | "overdue" | "protected" | "hold_set" | "hold_lifted" | "tokens_deleted" | "wrap_erased" | "deleted" | "recovered" | "purged" | "absent";

export type TimelineView = { 
/**
 * What happened.
 */
event: TimelineEvent, 
/**
 * When.
 */
at: Micros, 
/**
 * By whom.
 */
by: PersonView | null, 
/**
 * Version it concerns.
 */
version: number | null, 
/**
 * State it led to.
 */
state: KeyState | null, 
/**
 * Ledger entry that proves it.
 */
entry: number | null, 
/**
 * Request it belongs to, by number.
 */
request: RequestLinkView | null, 
/**
 * Run it belongs to.
 */
run: RunLinkView | null, 
/**
 * Who sealed it.
 */
seals: Array<PersonView>, };

export type TokenScope = { "of": "key", 
/**
 * Which.
 */
key: KeyId, } | { "of": "integration", 
/**
 * Of which tenant.
 */
tenant: TenantId, 
/**
 * Which.
 */
integration: string, } | { "of": "tenant", 
/**
 * Which.
 */
tenant: TenantId, } | { "of": "everything" };

export type TokensCountRequest = { 
/**
 * Which.
 */
scope: TokenScope, };

export type TokensCountView = { 
/**
 * Tokens.
 */
tokens: number, 
/**
 * How many more a hold keeps.
 */
kept: number, 
/**
 * What must be typed before it is done; `None` where nothing.
 */
typeThis: string | null, };

export type TokensGoneView = { 
/**
 * How many.
 */
count: number, 
/**
 * Ledger entry, the last where there were several; `None` when there was nothing to do.
 */
entry: number | null, };

export type TokensInvalidateRequest = { 
/**
 * Which.
 */
scope: TokenScope, 
/**
 * Why.
 */
reason: string, 
/**
 * What was typed, where something must be.
 */
typed: string | null, };

export type TokensView = { 
/**
 * In all.
 */
live: number, 
/**
 * Expired, and not swept yet.
 */
expired: number, 
/**
 * When they were last swept.
 */
sweptAt: Micros | null, 
/**
 * How many were, then.
 */
swept: number, };

export type TransitionGroup = "requests" | "runs" | "keys" | "protection" | "destruction" | "exceptions" | "people" | "refusals" | "rules" | "reviews" | "other";

export type TransitionHistoryView = { 
/**
 * At most a hundred.
 */
reviews: Array<PastReviewView>, };

export type TransitionItemView = { 
/**
 * Its number.
 */
entry: number, 
/**
 * Where it belongs.
 */
group: TransitionGroup, 
/**
 * Its verb.
 */
verb: string, 
/**
 * Upon what, by name.
 */
subject: string, 
/**
 * Who.
 */
by: PersonView, 
/**
 * When.
 */
at: Micros, 
/**
 * Why, in their words.
 */
reason: string, 
/**
 * How many rows it is about, where it is about many.
 */
count: number | null, 
/**
 * Its key, where it is about one.
 */
key: KeyId | null, 
/**
 * Its request.
 */
request: RequestId | null, 
/**
 * Its run.
 */
run: RunId | null, };

export type TransitionReviewView = { 
/**
 * By the register's clock.
 */
now: Micros, 
/**
 * Entries up to this one were looked at before.
 */
after: number, 
/**
 * The last entry that the list reaches to.
 */
until: number, 
/**
 * When the last review was closed; `None` before there was one.
 */
lastAt: Micros | null, 
/**
 * How often it is due, in days.
 */
everyDays: number, 
/**
 * When it is due.
 */
dueAt: Micros, 
/**
 * What is on the list, by number.
 */
items: Array<TransitionItemView>, 
/**
 * Entries of the period that nobody has to look at.
 */
routine: number, 
/**
 * What was refused in the period, by login and reason.
 */
refusals: Array<RefusalTallyView>, 
/**
 * Entries of the period that wait for a second person's look: nothing is signed before.
 */
looksMissing: Array<number>, 
/**
 * SHA-256 of the list, as it is signed.
 */
digest: Digest, 
/**
 * The first lead's signature, where it waits for the second one.
 */
signed: ReviewSignatureView | null, 
/**
 * What the first lead found.
 */
found: Array<FindingView>, 
/**
 * In which role this operator would sign.
 */
role: Role | null, 
/**
 * Whether this operator may sign it, and if not, why and who may.
 */
sign: MayView, 
/**
 * Incidents that a finding can name.
 */
incidents: Array<IncidentChoiceView>, 
/**
 * Requests for exceptions that a finding can name.
 */
exceptions: Array<RequestLinkView>, };

export type UnconfirmedView = { 
/**
 * Its ledger entry, by which it is completed.
 */
act: number, 
/**
 * Upon what it was.
 */
subject: SubjectView, 
/**
 * Keys the vault may still use.
 */
keys: number, 
/**
 * Since when.
 */
since: Micros, };

export type UnderView = { 
/**
 * Which.
 */
kek: KeyRefView, 
/**
 * Whether it is the tenant's own.
 */
own: boolean, 
/**
 * The tenant's live DEKs under it.
 */
deks: number, 
/**
 * Live DEKs of somebody else, or of nobody, under it as well.
 */
deksOfOthers: number, 
/**
 * How many other tenants those belong to.
 */
otherTenants: number, };

export type UnlockRequest = { 
/**
 * Whose.
 */
operator: OperatorId, 
/**
 * Their passphrase.
 */
passphrase: Passphrase, };

export type UnmetWhy = "too_few" | "not_proven";

export type VaultObject = "key" | "secret" | "certificate";

export type VersionState = "current" | "grace" | "disabled" | "retired";

export type Violation = "weak_algorithm" | "legacy_storage" | "owner_missing" | "purpose_missing" | "overdue" | "not_in_vault" | "other_environment";

export type ViolationFactView = { 
/**
 * Which.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

export type ViolationView = { 
/**
 * Which rule.
 */
rule: BrokenRule, 
/**
 * By which key; `None` for what only the vault knows.
 */
key: KeyRefView | null, 
/**
 * What kind of key.
 */
keyType: KeyType | null, 
/**
 * What it is about, by name.
 */
subject: string, 
/**
 * Whoever answers for it; empty where nobody does.
 */
owner: string, 
/**
 * Figures and names about it.
 */
facts: Array<ViolationFactView>, 
/**
 * Since when.
 */
since: Micros, 
/**
 * The exception that covers it, if one does.
 */
exception: ExceptedByView | null, };

export type ViolationsRequest = { 
/**
 * Only this rule; `None` for all.
 */
rule: BrokenRule | null, 
/**
 * At most this many.
 */
limit: number, };

export type ViolationsView = { 
/**
 * As many as were asked for.
 */
rows: Array<ViolationView>, 
/**
 * Every rule that is broken.
 */
counts: Array<BrokenCountView>, };

export type WipedView = { 
/**
 * When it was recorded.
 */
at: Micros, 
/**
 * By whom.
 */
by: PersonView, 
/**
 * What shows it.
 */
evidence: string, 
/**
 * The entry.
 */
entry: number, };

export type WithdrawRequest = { 
/**
 * Which.
 */
request: RequestId, 
/**
 * Why.
 */
reason: string, };

/** What each command takes and what it answers. */
export type IpcSchema = {
  app_state: [Nothing, AppStateView];
  open_local_custody: [OpenLocalCustodyRequest, AppStateView];
  test_connection: [ConnectionRequest, ConnectionTestView];
  save_connection: [ConnectionRequest, AppStateView];
  prepare_founder: [PrepareFounderRequest, FoundingView];
  reset_founder: [ResetFounderRequest, FoundingView];
  found_custody: [Nothing, AppStateView];
  unlock: [UnlockRequest, AppStateView];
  lock: [Nothing, AppStateView];
  touch_activity: [Nothing, SessionView];
  status_bar: [Nothing, StatusView];
  operators: [Nothing, OperatorsView];
  overview: [Nothing, OverviewView];
  settings: [Nothing, SettingsView];
  keys_page: [KeysPageRequest, KeysPageView];
  key_detail: [KeyDetailRequest, KeyDetailView];
  tenants_list: [TenantsListRequest, TenantsListView];
  saved_views: [Nothing, SavedViewsView];
  save_view: [SaveViewRequest, SavedViewsView];
  delete_view: [DeleteViewRequest, SavedViewsView];
  create_deks: [CreateDeksRequest, CreatedDeksView];
  import_preview: [ImportPreviewRequest, ImportPreviewView];
  import_commit: [ImportCommitRequest, ImportedView];
  discover: [Nothing, DiscoveryView];
  discovery_adopt: [DiscoveryAdoptRequest, DiscoveryView];
  sample_load: [Nothing, SampleLoadedView];
  plan_request: [PlanRequest, PlanView];
  draft_request: [DraftRequest, DraftView];
  open_sign_window: [OpenSignWindowRequest, Done];
  requests_page: [RequestsPageRequest, RequestsPageView];
  request_detail: [RequestDetailRequest, RequestDetailView];
  recheck_request: [RecheckRequest, RecheckView];
  withdraw_request: [WithdrawRequest, RequestDetailView];
  tenants_page: [TenantsPageRequest, TenantsPageView];
  tenant_detail: [TenantDetailRequest, TenantDetailView];
  protect_preview: [ProtectPreviewRequest, ConsequencesView];
  protect: [ProtectRequest, ProtectedView];
  protect_confirm: [ProtectConfirmRequest, ProtectedView];
  holds: [Nothing, HoldsView];
  set_hold: [SetHoldRequest, HoldView];
  offboarding_survey: [OffboardingSurveyRequest, SurveyView];
  offboardings_page: [OffboardingsPageRequest, OffboardingsPageView];
  reviews_page: [ReviewsPageRequest, ReviewsPageView];
  review_detail: [ReviewDetailRequest, ReviewDetailView];
  transition_review: [Nothing, TransitionReviewView];
  transition_history: [Nothing, TransitionHistoryView];
  schedule: [Nothing, ScheduleView];
  evidence: [EvidenceRequest, DocumentView];
  exceptions_page: [ExceptionsPageRequest, ExceptionsPageView];
  exception_detail: [ExceptionDetailRequest, ExceptionDetailView];
  exception_form: [ExceptionFormRequest, ExceptionFormView];
  exception_revoke: [ExceptionRevokeRequest, ExceptionDetailView];
  exceptions_review: [Nothing, RegisterReviewView];
  gate: [Nothing, GateView];
  shared_keys: [Nothing, SharedKeysView];
  shared_key_withdraw: [SharedKeyWithdrawRequest, SharedKeysView];
  certificates_page: [CertificatesPageRequest, CertificatesPageView];
  certificate: [CertificateRequest, CertificateView];
  certificate_issue: [CertificateIssueRequest, CertificateView];
  certificate_save: [CertificateSaveRequest, SavedFileView];
  tokens: [Nothing, TokensView];
  tokens_count: [TokensCountRequest, TokensCountView];
  tokens_invalidate: [TokensInvalidateRequest, TokensGoneView];
  tokens_sweep: [Nothing, TokensGoneView];
  people: [Nothing, PeopleView];
  person_detail: [PersonRequest, PersonDetailView];
  protect_person: [ProtectPersonRequest, PersonProtectedView];
  read_card: [ReadCardRequest, CardView];
  invitation: [Nothing, InvitationView];
  joinings: [Nothing, JoiningsView];
  join: [JoinRequest, JoiningView];
  joining_save: [JoiningCardRequest, SavedFileView];
  joining_forget: [JoiningCardRequest, JoiningsView];
  rules: [Nothing, RulesView];
  rules_history: [RulesHistoryRequest, RulesHistoryView];
  compare_rules: [CompareRulesRequest, RulesComparedView];
  violations: [ViolationsRequest, ViolationsView];
  sign_context: [Nothing, SignContextView];
  sign_confirm: [SignConfirmRequest, SealedView];
  sign_cancel: [Nothing, Done];
  run_start: [RunStartRequest, RunDetailView];
  runs_page: [RunsPageRequest, RunsPageView];
  run_detail: [RunRequest, RunDetailView];
  run_pause: [RunRequest, RunDetailView];
  run_resume: [RunRequest, RunDetailView];
  run_rollback: [RunRollbackRequest, RunDetailView];
  ledger_page: [LedgerPageRequest, LedgerPageView];
  ledger_entry: [LedgerEntryRequest, LedgerEntryView];
  ledger_verify: [Nothing, LedgerVerdictView];
  ledger_verify_stop: [Nothing, Done];
  ledger_checkpoints: [Nothing, CheckpointsView];
  ledger_proof: [LedgerEntryRequest, LedgerProofView];
  ledger_proof_save: [LedgerEntryRequest, SavedFileView];
  ledger_export: [LedgerExportRequest, LedgerExportedView];
  ledger_report: [LedgerReportRequest, LedgerReportedView];
};

/** What each command makes stale once it has succeeded. */
export const INVALIDATES: { readonly [C in keyof IpcSchema]: readonly CacheTag[] } = {
  app_state: [],
  open_local_custody: ["app_state"],
  test_connection: [],
  save_connection: ["app_state"],
  prepare_founder: ["app_state"],
  reset_founder: ["app_state"],
  found_custody: ["app_state"],
  unlock: ["app_state", "status", "overview", "keys", "requests", "runs", "ledger", "saved_views", "settings", "tenants", "reviews", "certificates", "tokens", "exceptions"],
  lock: ["app_state"],
  touch_activity: [],
  status_bar: [],
  operators: [],
  overview: [],
  settings: [],
  keys_page: [],
  key_detail: [],
  tenants_list: [],
  saved_views: [],
  save_view: ["saved_views"],
  delete_view: ["saved_views"],
  create_deks: ["keys", "overview", "ledger", "status"],
  import_preview: [],
  import_commit: ["keys", "overview", "ledger", "status"],
  discover: ["overview", "ledger", "status"],
  discovery_adopt: ["keys", "overview", "ledger", "status"],
  sample_load: ["keys", "overview", "requests", "runs", "ledger", "status"],
  plan_request: [],
  draft_request: [],
  open_sign_window: [],
  requests_page: [],
  request_detail: [],
  recheck_request: [],
  withdraw_request: ["exceptions", "requests", "overview", "keys", "ledger", "status"],
  tenants_page: [],
  tenant_detail: [],
  protect_preview: [],
  protect: ["keys", "tenants", "reviews", "requests", "runs", "tokens", "overview", "ledger", "status"],
  protect_confirm: ["keys", "tenants", "reviews", "overview", "ledger", "status"],
  holds: [],
  set_hold: ["keys", "tenants", "reviews", "requests", "overview", "ledger", "status"],
  offboarding_survey: [],
  offboardings_page: [],
  reviews_page: [],
  review_detail: [],
  transition_review: [],
  transition_history: [],
  schedule: [],
  evidence: [],
  exceptions_page: [],
  exception_detail: [],
  exception_form: [],
  exception_revoke: ["exceptions", "keys", "reviews", "overview", "ledger", "status"],
  exceptions_review: [],
  gate: [],
  shared_keys: [],
  shared_key_withdraw: ["exceptions", "keys", "reviews", "overview", "ledger", "status"],
  certificates_page: [],
  certificate: [],
  certificate_issue: ["certificates", "runs", "tenants", "reviews", "overview", "ledger", "status"],
  certificate_save: [],
  tokens: [],
  tokens_count: [],
  tokens_invalidate: ["tokens", "keys", "tenants", "reviews", "overview", "ledger", "status"],
  tokens_sweep: ["tokens", "keys", "tenants", "overview", "ledger", "status"],
  people: [],
  person_detail: [],
  protect_person: ["people", "operators", "reviews", "requests", "overview", "ledger", "status"],
  read_card: [],
  invitation: [],
  joinings: [],
  join: ["app_state", "people"],
  joining_save: [],
  joining_forget: ["app_state", "people"],
  rules: [],
  rules_history: [],
  compare_rules: [],
  violations: [],
  sign_context: [],
  sign_confirm: ["exceptions", "requests", "reviews", "certificates", "tenants", "people", "overview", "keys", "ledger", "status"],
  sign_cancel: [],
  run_start: ["requests", "runs", "tenants", "overview", "keys", "ledger", "status"],
  runs_page: [],
  run_detail: [],
  run_pause: ["runs", "overview", "ledger", "status"],
  run_resume: ["runs", "overview", "ledger", "status"],
  run_rollback: ["runs", "requests", "overview", "keys", "ledger", "status"],
  ledger_page: [],
  ledger_entry: [],
  ledger_verify: ["status", "overview"],
  ledger_verify_stop: [],
  ledger_checkpoints: [],
  ledger_proof: [],
  ledger_proof_save: [],
  ledger_export: [],
  ledger_report: [],
};
