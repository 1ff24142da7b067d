import type { CellProblem, ConnectionProblem, FieldProblem, IpcError, LedgerFault, RefusalReason, RunFailure, Task, Thing } from "../host";
import { counted, listed, moment } from "./format";
import { ALARM_TODO, alarmSaid } from "./ledgerAlarm";
import { ENVIRONMENT, ROLE, TARGET } from "./words";

/** What an error says: what happened, what holds now, what to do. Each a sentence. */
export type Sentences = { readonly what: string; readonly state?: string; readonly todo: string; readonly incident?: string };

export function sentences(error: IpcError): Sentences {
  switch (error.code) {
    case "locked":
      return { what: "Countersign is locked.", state: "Nothing was changed.", todo: "Unlock it and try again." };
    case "wrong_passphrase":
      return { what: "This passphrase does not open the device key.", state: "Nothing was signed.", todo: "Check the operator and type it again." };
    case "keychain_unavailable":
      return { what: "No keychain answers on this computer.", state: "Device keys can neither be kept nor read.", todo: error.start };
    case "invalid":
      return { what: `${fieldName(error.field)} ${fieldProblem(error.problem)}.`, state: "Nothing was changed.", todo: "Correct it and try again." };
    case "not_found":
      return { what: `This ${THING[error.what]} does not exist, or not any more.`, todo: "Go back and read the list again." };
    case "refused":
      return { what: `${refusal(error.reason)}`, state: "Nothing was changed.", todo: instead(error.eligible.map((who) => who.name)) };
    case "plan_stale":
      return {
        what: `The plan no longer fits: ${counted(error.differences.length, "thing")} changed since it was computed.`,
        state: "Nothing was signed and nothing was executed.",
        todo: "Read the differences and ask again.",
      };
    case "connection":
      return {
        what: `The ${TARGET[error.target]} at ${error.address} ${connection(error.problem)}.`,
        state: "What you see may be old. Nothing was changed.",
        todo: connectionTodo(error.problem),
      };
    case "throttled":
      return { what: "The vault asks for patience.", state: "Nothing was lost.", todo: `Try again in ${counted(error.retryAfterS, "second")}.` };
    case "ledger_broken":
      return {
        what: `Ledger entry ${error.entry} ${ledgerFault(error.fault)}.`,
        state: "Nothing is signed or executed until this is cleared.",
        todo: "Verify the ledger and show its finding to whoever runs the database.",
      };
    case "ledger_replaced": {
      const said = alarmSaid(error);
      return { what: said.what, state: `${said.means} Nothing is signed or executed on it.`, todo: ALARM_TODO };
    }
    case "too_large":
      return { what: `This is larger than ${Math.floor(error.limitBytes / 1024)} KiB.`, state: "Nothing was read.", todo: "Split it and try again." };
    case "moved":
      return { what: "Something changed between reading and writing.", state: "Nothing was written.", todo: "Read it again and repeat." };
    case "busy":
      return { what: `${TASK[error.task]} is under way already.`, todo: "Wait until it has ended." };
    case "internal":
      return { what: "Something failed that has no name here.", state: "The host's log has the detail.", todo: "Quote the incident number.", incident: error.incident };
    default:
      return error satisfies never;
  }
}

export function refusal(reason: RefusalReason): string {
  switch (reason.because) {
    case "own_request":
      return "You asked for this yourself; another person must sign it.";
    case "already_signed":
      return "You have signed this already, as a person: another device does not count.";
    case "role_missing":
      return `This needs the role ${listed(reason.needs.map((role) => ROLE[role]), "or")}.`;
    case "auditor_never_signs":
      return "Auditors read everything and sign nothing.";
    case "suspended":
      return "This enrolment is suspended.";
    case "already_decided":
      return "This request has been decided.";
    case "request_lapsed":
      return "This request lapsed because what it was computed from changed.";
    case "request_withdrawn":
      return "The requester withdrew this request.";
    case "approve_by_passed":
      return `The time to approve passed on ${moment(reason.at)}.`;
    case "execute_by_passed":
      return `The time to execute passed on ${moment(reason.at)}.`;
    case "quorum_missing":
      return `${counted(reason.missing, "seal")} still missing.`;
    case "run_held":
      return `${reason.by ? `${reason.by.name}'s console` : "Another console"} holds this run until ${moment(reason.until)}.`;
    case "run_state":
      return "The run is not in a state that allows this.";
    case "old_version_gone":
      return "The old version no longer lives: there is nothing to go back to.";
    case "nothing_to_roll_back":
      return "It leaves nothing that could be rolled back.";
    case "blocked":
      return `Something stands in the way: ${reason.by.join("; ")}.`;
    case "held":
      return "A hold says that this must be kept. Two people can lift it.";
    case "own_act":
      return "You did this yourself; another person must look at it.";
    case "typed_differs":
      return "What was typed is not the name that was asked for.";
    case "request_open":
      return "A request for this key is open already.";
    case "clock_skew":
      return `This computer's clock is ${counted(reason.seconds, "second")} away from the register's.`;
    case "other_environment":
      return `It belongs to ${ENVIRONMENT[reason.belongsTo].toLowerCase()}.`;
    case "register":
      return REGISTER_REFUSAL[reason.refusal] ?? `The register refused (${reason.refusal}).`;
    default:
      return reason satisfies never;
  }
}

/** The same reasons, about someone else: "asked for it". */
export function refusalOfOther(reason: RefusalReason): string {
  switch (reason.because) {
    case "own_request":
      return "asked for it";
    case "already_signed":
      return "has signed already";
    case "role_missing":
      return `is not ${listed(reason.needs.map((role) => ROLE[role]), "or")}`;
    case "auditor_never_signs":
      return "auditors never sign";
    case "suspended":
      return "is suspended";
    case "own_act":
      return "did it";
    default:
      return refusal(reason).replace(/\.$/, "").toLowerCase();
  }
}

export function instead(names: readonly string[]): string {
  return names.length === 0 ? "Nobody enrolled could do it instead." : `${listed(names, "or")} could do it instead.`;
}

export function fieldProblem(problem: FieldProblem): string {
  return FIELD_PROBLEM[problem];
}

export function connection(problem: ConnectionProblem): string {
  switch (problem.what) {
    case "dns":
      return "has a name that does not resolve";
    case "unreachable":
      return "does not answer";
    case "timed_out":
      return `did not answer within ${counted(problem.afterS, "second")}`;
    case "tls":
      return "shows a certificate that this computer does not trust";
    case "authentication":
      return "did not accept who you are";
    case "forbidden":
      return "knows you but does not allow this";
    case "schema_missing":
      return "has no custody schema";
    case "schema_version":
      return `has schema version ${problem.found}; this console needs ${problem.needed}`;
    case "wrong_environment":
      return `belongs to ${ENVIRONMENT[problem.found].toLowerCase()}`;
    case "wrong_custody":
      return "belongs to another custody";
    case "not_what_it_should_be":
      return "answers something that is neither a vault nor a register";
    default:
      return problem satisfies never;
  }
}

function connectionTodo(problem: ConnectionProblem): string {
  switch (problem.what) {
    case "dns":
    case "wrong_custody":
    case "wrong_environment":
    case "not_what_it_should_be":
      return "Check the address.";
    case "unreachable":
    case "timed_out":
      return "Check the network and whether the service runs, then try again.";
    case "tls":
      return "Ask who runs it which certificate it shows.";
    case "authentication":
    case "forbidden":
      return "Ask who runs it for the role this needs.";
    case "schema_missing":
    case "schema_version":
      return "Have it migrated with “countersign custody migrate”.";
    default:
      return problem satisfies never;
  }
}

export function ledgerFault(fault: LedgerFault): string {
  return LEDGER_FAULT[fault];
}

export function fieldName(field: string): string {
  return FIELD[field] ?? field;
}

const FIELD: Record<string, string> = {
  name: "The name", person: "The identity", login: "The login", roles: "The role", deviceName: "The device's name",
  passphrase: "The passphrase", vaultUrl: "The vault's address", databaseHost: "The database's host", databasePort: "The port",
  databaseName: "The database's name", databaseUser: "The login", environment: "The environment", reason: "The reason",
  changeRecord: "The change record", rollbackPlan: "The roll-back plan", graceSeconds: "The grace period", bits: "The length",
  owner: "The owner", purpose: "The purpose", approveWithinHours: "The time to approve", executeWithinHours: "The time to execute",
  title: "What is excepted", clause: "The clause", terms: "The scope", justification: "The justification", controls: "The compensating controls", expiresAt: "The expiry date", evidence: "The evidence", reviewBy: "The review date",
  card: "The enrolment card", invitation: "The invitation", operator: "The operator id", rules: "The list of rules", lostAt: "The time of loss", wipedAt: "The time of the wipe", targets: "The list of targets", keys: "The list of DEKs", trigger: "The trigger", overlapSeconds: "The overlap", purge: "The purge", reclaim: "The reclaiming", hold: "The hold", reference: "The reference", typed: "What was typed", text: "The text", tenant: "The tenant", integration: "The integration", key: "The key",
};

const FIELD_PROBLEM: Record<FieldProblem, string> = {
  empty: "is empty", too_long: "is too long", too_short: "is too short", not_a_number: "is not a number", out_of_range: "is out of range",
  not_a_name: "may hold only letters, digits and hyphens", not_an_address: "is not an address",
  not_a_vault_address: "is not the address of a vault (https://NAME.vault.azure.net)",
  hidden_characters: "holds characters that cannot be seen", taken: "is taken",
  not_a_card: "is not what it should be: paste the whole of it, as it was made for this custody and this person",
  same_person: "names the same person twice; two people are needed", needs_security: "must include Security for one of the two founders",
  weak_algorithm: "is weaker than the policy allows", weak_passphrase: "is too easy to guess", in_the_past: "lies in the past", beyond_term: "lies beyond the longest term of this clause",
};

/** Refusals of the register that have words; the others are named by their code. */
const REGISTER_REFUSAL: Record<string, string> = {
  clock_behind: "The register's clock is behind its newest entry: it was set back. Nothing is decided until the database server's clock is right.",
  held: "A hold says that this must be kept. Two people can lift it.",
  hold_lifted: "This hold is lifted already.",
  tenant_inactive: "This tenant is not active.",
  tenant_unknown: "The register does not know this tenant.",
  key_not_active: "This key is not in use.",
  dek_not_active: "This DEK is not in use.",
  illegal_state: "The key's state does not allow this.",
  illegal_transition: "The key's state does not allow this.",
  plan_not_rotatable: "This key can't be rotated as it stands.",
  not_reactivatable: "This key can't come back as it stands.",
  already_signed_off: "This has been signed off already.",
  nothing_protected: "No key of it is in a state that allows this.",
  same_person: "You did this yourself; another person must look at it.",
  live_deks: "A live DEK hangs on this KEK.",
  deks_left: "A live DEK hangs on this KEK.",
  drill_missing: "No restore drill has shown yet that the newest backup opens without this KEK.",
  own_act: "You did this yourself; another person must look at it.",
  looks_missing: "Acts of this period wait for a second person's look.",
  list_differs: "The register has another list for this period; look again.",
  review_superseded: "Another review took the place of this one.",
  review_closed: "This review is closed already.",
  incident_open: "The incident has not ended: its hold stands.",
  finding_unfit: "A finding names nothing that is on record.",
  already_reviewed: "This has been signed off already.",
  proof_missing: "A proof is missing; no certificate is issued before it is there.",
  nothing_to_do: "There is nothing left to do.",
  no_key_fits: "No key of it is in a state that allows this.",
  exception_over: "This exception has ended.",
  exception_expired: "It has expired: closing or renewing it takes two people.",
  exception_unknown: "The register does not know this exception.",
  clause_unknown: "The policy has no such clause in force.",
  expiry_past: "This date is past.",
  expiry_beyond_term: "This date lies beyond the longest term of the clause.",
  scope_empty: "No live key of the register is in this scope.",
  scope_too_wide: "This reaches more keys than one exception may cover: name a narrower scope.",
  renewal_differs: "A renewal covers what it renews, no more and no less.",
  acceptance_missing: "Nobody has accepted the risk with a seal that counts.",
  shared_key_over: "This entry has ended.",
  key_not_shareable: "A DEK serves one integration of one tenant, and no decision changes that.",
  checkpoint_own: "You made this checkpoint; another person cosigns it.",
  checkpoint_cosigned: "You have cosigned this checkpoint already.",
  checkpoint_unknown: "There is no checkpoint to cosign yet.",
  checkpoint_known: "A checkpoint of this size or a larger one exists already.",
  device_newer: "Your device key was enrolled after this checkpoint’s last entry: sign the next one.",
  looked_last: "You signed the last look; another person looks this time.",
  plan_unfit: "The plan does not fit what the register holds.",
  would_break_quorum: "Afterwards no two people could sign some operation: have another person enrolled or given the role first.",
  quorum_unreachable: "Today's people could not meet this rule, so nobody could ever change it again.",
  decision_missing: "A major change needs its decision record.",
  operator_known: "They are enrolled already.",
  operator_unknown: "The register does not know this person.",
  role_unfit: "These roles do not go together, or not with what they are.",
  role_unknown: "They do not hold this role.",
  not_human: "Only a human or an agent holds a key; services and AI actors read, at most.",
  login_unfit: "This login can't become an operator's: it must exist, have no powers and be in no group.",
  loss_known: "This device was reported lost already.",
  loss_unknown: "This device was not reported lost.",
  already_wiped: "The wipe of this device is recorded already.",
  duties_differ: "The words of the duties have changed since they were read. Read them again.",
  rules_fixed: "A version of the rules is never edited.",
};

const THING: Record<Thing, string> = {
  exception: "exception", shared_key: "entry in the register of shared keys", tenant: "tenant", hold: "hold", review: "item of the review list", certificate: "certificate", custody: "custody", operator: "operator", key: "key", key_version: "key version", request: "request", draft: "draft", run: "run",
  entry: "entry", import: "import", saved_view: "saved view", profile: "profile",
};

export const TASK: Record<Task, string> = {
  protect: "A protective act", sweep: "A sweep of tokens",
  open_local: "Opening the local custody", found: "Founding", import: "An import", discovery: "A discovery",
  sample_load: "Loading the sample estate", create_deks: "Making DEKs", ledger_verify: "Verification of the ledger", ledger_export: "An export of the ledger", run: "A run",
};

const LEDGER_FAULT: Record<LedgerFault, string> = {
  missing: "is missing", hash_differs: "does not follow from the entry before it", signature_invalid: "has a signature that does not hold",
  key_unknown: "is signed with a key that nobody enrolled", key_not_valid_then: "is signed with a key that was not valid then",
  malformed: "cannot be read", wrong_custody: "belongs to another custody", repeated: "is a copy of an earlier one", backdated: "is dated before earlier ones",
  row_differs: "differs from the row beside it", register_differs: "differs from what the register says", truncated: "is cut off",
};

export const CELL_PROBLEM: Record<CellProblem, string> = {
  missing: "is empty", unknown_column: "is not a known column", column_missing: "is missing from the header",
  column_twice: "stands twice in the header", wrong_cell_count: "has another number of cells than the header",
  unknown_word: "is not one of the accepted words", not_a_date: "is not a date (YYYY-MM-DD), or one that cannot be", not_a_number: "is not a whole number in range",
  too_long: "is too long", hidden_characters: "holds characters that cannot be seen", duplicate_in_file: "stands twice in this file",
  already_in_register: "is in the register already, with other values", other_environment: "belongs to another environment",
  weak_algorithm: "is not an approved algorithm", legacy_storage: "is legacy storage: closed to new keys, and it needs a date to leave it",
  not_selectable: "does not come in by a file", owner_and_purpose_needed: "needs an owner and a purpose",
  tenant_needed: "needs a tenant and an integration", not_utf8: "is not UTF-8 text",
};

export const RUN_FAILURE: Record<RunFailure, string> = {
  check_value_mismatch: "A DEK did not match its check value: its wrapped bytes may have been exchanged.",
  canary_refused: "A new wrap did not open.", vault_forbidden: "The vault no longer allows this.",
  vault_unavailable: "The vault does not answer.", register_unavailable: "The register does not answer.",
  ledger_not_written: "An entry could not be written, so the act was not performed.",
  seals_lapsed: "A seal no longer counts.", lease_lost: "Another console took this run over.",
  version_unexpected: "The vault holds a version that no request explains.", held: "A hold says that this must be kept. It runs on when two people have lifted it.",
  still_there: "Something that should be gone is still there.", came_back: "Something that was deleted was recovered meanwhile; nothing more is destroyed.", token_unreadable: "A token does not open under the DEK it is filed under.", blocked: "Something stands in the way; see the request for what.", internal: "Something failed that has no name here.",
};
