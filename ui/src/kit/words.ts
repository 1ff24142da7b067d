import type {
  Classification, ConnectionTarget, Decision, Environment, HoldKind, KeyState, KeyType, Micros, OperationKind, ProtectAct, RequestState, ReviewKind, Role, ScheduledDuty,
  RotationTrigger, RunState, Separation, StorageMedium, TenantStatus, VersionState, Violation,
} from "../host";
import type { IconName } from "./drawings";
import { count, day } from "./format";

/** The words of the wire as people say them, and the shape and tone that go with each. One place, so that a word means one thing. */

export type Tone = "ok" | "warn" | "alert" | "idle" | "ink" | "danger";
export type Said = { readonly word: string; readonly icon: IconName; readonly tone: Tone };

export const ENVIRONMENT: Record<Environment, string> = {
  development: "Development", staging: "Staging", production: "Production", backup: "Backup",
};

export const ROLE: Record<Role, string> = {
  security: "Security", devops: "DevOps", engineering: "Engineering", auditor: "Auditor", risk_acceptance: "Risk acceptance",
};

export const KEY_TYPE: Record<KeyType, string> = {
  kek: "KEK", dek: "DEK", database_key: "Database key", cloud_key: "Cloud key", tls_certificate: "TLS certificate",
  api_secret: "API secret", api_signing_key: "API signing key", token_signing_key: "Token-signing key",
  backup_key: "Backup key", ai_service_key: "AI service key", generic_secret: "Secret",
};

export const KEY_ICON: Record<KeyType, IconName> = {
  kek: "vault", dek: "key-round", database_key: "database", cloud_key: "key-round", tls_certificate: "shield-check",
  api_secret: "lock", api_signing_key: "stamp", token_signing_key: "stamp", backup_key: "layers", ai_service_key: "key-round",
  generic_secret: "lock",
};

export const KEY_STATE: Record<KeyState, Said> = {
  pre_active: { word: "Pre-active", icon: "circle-dashed", tone: "idle" },
  active: { word: "Active", icon: "circle-check", tone: "ok" },
  suspended: { word: "Suspended", icon: "circle-pause", tone: "warn" },
  deactivated: { word: "Deactivated", icon: "circle-minus", tone: "idle" },
  compromised: { word: "Compromised", icon: "shield-alert", tone: "alert" },
  revoked: { word: "Revoked", icon: "ban", tone: "alert" },
  destroyed: { word: "Destroyed", icon: "circle-x", tone: "danger" },
  archived: { word: "Archived", icon: "layers", tone: "idle" },
};

export const STORAGE: Record<StorageMedium, string> = {
  key_vault: "Key Vault", postgresql: "PostgreSQL", kubernetes_secret: "Kubernetes secret",
};

export const CLASSIFICATION: Record<Classification, string> = {
  public: "Public", internal: "Internal", confidential: "Confidential", restricted: "Restricted",
};

export const VERSION_STATE: Record<VersionState, Said> = {
  current: { word: "Current", icon: "circle-check", tone: "ok" },
  grace: { word: "In grace", icon: "clock", tone: "warn" },
  disabled: { word: "Disabled", icon: "circle-minus", tone: "idle" },
  retired: { word: "Retired", icon: "layers", tone: "idle" },
};

export const VIOLATION: Record<Violation, string> = {
  weak_algorithm: "its algorithm is not approved", legacy_storage: "it is kept in legacy storage",
  owner_missing: "it has no owner", purpose_missing: "it has no declared purpose", overdue: "its rotation is overdue",
  not_in_vault: "the vault does not hold it", other_environment: "it belongs to another environment",
};

export const REQUEST_STATE: Record<RequestState, Said> = {
  open: { word: "Open", icon: "circle-dashed", tone: "ink" },
  approved: { word: "Approved", icon: "stamp", tone: "ink" },
  rejected: { word: "Rejected", icon: "circle-x", tone: "idle" },
  withdrawn: { word: "Withdrawn", icon: "rotate-ccw", tone: "idle" },
  lapsed: { word: "Lapsed", icon: "circle-alert", tone: "alert" },
  expired: { word: "Expired", icon: "hourglass", tone: "warn" },
  executing: { word: "Executing", icon: "play", tone: "ink" },
  executed: { word: "Executed", icon: "circle-check", tone: "ok" },
  rolled_back: { word: "Rolled back", icon: "rotate-ccw", tone: "idle" },
  failed: { word: "Failed", icon: "triangle-alert", tone: "alert" },
};

export const RUN_STATE: Record<RunState, Said> = {
  running: { word: "Running", icon: "play", tone: "ink" },
  pausing: { word: "Pausing", icon: "circle-pause", tone: "warn" },
  paused: { word: "Paused", icon: "circle-pause", tone: "warn" },
  grace: { word: "In grace", icon: "clock", tone: "ink" },
  reclaim_pending: { word: "Zeroed, reclaim pending", icon: "hourglass", tone: "warn" },
  awaiting_purge: { word: "Waiting for purge", icon: "hourglass", tone: "ink" },
  stopped: { word: "Stopped", icon: "triangle-alert", tone: "alert" },
  rolling_back: { word: "Rolling back", icon: "rotate-ccw", tone: "warn" },
  finished: { word: "Finished", icon: "circle-check", tone: "ok" },
  rolled_back: { word: "Rolled back", icon: "rotate-ccw", tone: "idle" },
  failed: { word: "Failed", icon: "triangle-alert", tone: "alert" },
};

export const TARGET: Record<ConnectionTarget, string> = { vault: "vault", register: "register" };

export const DECISION: Record<Decision, string> = { approve: "countersigned", reject: "rejected" };

/** Where a run stands, with the date it waits for: "Waiting for purge until 15 Feb 2027". */
export function runState(row: { readonly state: RunState; readonly waitsUntil: Micros | null }): Said {
  const said = RUN_STATE[row.state];
  return row.waitsUntil === null || (row.state !== "awaiting_purge" && row.state !== "reclaim_pending") ? said : { ...said, word: `${said.word} until ${day(row.waitsUntil)}` };
}

export const TENANT_STATUS: Record<TenantStatus, Said> = {
  active: { word: "Active", icon: "circle-check", tone: "ok" },
  suspended: { word: "Suspended", icon: "circle-pause", tone: "warn" },
  offboarding: { word: "Offboarding", icon: "hourglass", tone: "warn" },
  offboarded: { word: "Offboarded", icon: "circle-x", tone: "danger" },
};

export const SEPARATION: Record<Separation, Said> = {
  own: { word: "KEK of its own", icon: "shield-check", tone: "ok" },
  shared: { word: "Shared KEK", icon: "users", tone: "idle" },
  both: { word: "Own and shared KEK", icon: "circle-alert", tone: "warn" },
  no_keys: { word: "No DEK", icon: "circle-dashed", tone: "idle" },
};

export const HOLD_KIND: Record<HoldKind, string> = { legal_hold: "Legal hold", incident: "Open incident" };

export const TRIGGER: Record<RotationTrigger, string> = {
  token_regeneration: "Token regeneration", suspected_compromise: "Suspected compromise", ownership_change: "Change of integration ownership", schedule: "Schedule",
};

export const REVIEW_KIND: Record<ReviewKind, Said> = {
  suspended: { word: "Suspended", icon: "circle-pause", tone: "warn" },
  revoked: { word: "Revoked", icon: "ban", tone: "alert" },
  disabled: { word: "Disabled", icon: "circle-minus", tone: "idle" },
  compromise_reported: { word: "Compromise reported", icon: "shield-alert", tone: "alert" },
  tokens_invalidated: { word: "Tokens invalidated", icon: "ban", tone: "alert" },
  hold_set: { word: "Hold set", icon: "lock", tone: "idle" },
  operator_suspended: { word: "Operator suspended", icon: "ban", tone: "warn" },
  destroyed: { word: "Destroyed", icon: "trash", tone: "danger" },
  certificate: { word: "Certificate issued", icon: "file-text", tone: "ink" },
  exception_revoked: { word: "Exception revoked", icon: "ban", tone: "alert" },
  shared_key_withdrawn: { word: "Shared-service entry withdrawn", icon: "link-2-off", tone: "warn" },
  register_reviewed: { word: "Register of exceptions signed off", icon: "stamp", tone: "idle" },
  policy_reviewed: { word: "Policy reviewed", icon: "file-text", tone: "idle" },
  system_audited: { word: "Encryption system audited", icon: "shield-check", tone: "idle" },
  other: { word: "Act", icon: "circle", tone: "idle" },
};

/** What is done at regular times, at the beginning of a sentence. */
export const SCHEDULED: Record<ScheduledDuty, string> = {
  transition_review: "The review of key state transitions", exception_review: "The look at the register of exceptions", policy_review: "The policy review",
  system_audit: "The audit of the encryption system", incident_audit: "The audit after an incident", restore_drill: "The restore drill of backup keys",
};

/** A protective act: in the imperative, as what becomes of the key, and how it is drawn. */
export const PROTECT: Record<ProtectAct, { readonly act: string; readonly became: string; readonly icon: IconName; readonly says: string }> = {
  suspend: { act: "Suspend", became: "suspended", icon: "circle-pause", says: "Taken out of use until two people reactivate it." },
  disable: { act: "Disable", became: "disabled", icon: "circle-minus", says: "Deactivated: nothing new is sealed or wrapped under it. Two people can reactivate it." },
  revoke: { act: "Revoke", became: "revoked", icon: "ban", says: "Out of use for good. It can only be destroyed afterwards." },
  report_compromise: { act: "Report compromise of", became: "reported as compromised", icon: "shield-alert", says: "Treated as known to somebody else from now on. Reactivating it takes two people." },
};

/** What a step proved. A fact that is not here is shown as recorded. */
const EVIDENCE: Record<string, string> = {
  facts: "Facts compared", state_unchanged: "State digest unchanged", version_created: "Created", public_key_digest: "Public key",
  tagged_with_run: "Tagged", rewrapped: "Re-wrapped", check_values_hold: "Check values hold", canaries_opened: "Canaries opened",
  left_on_old: "Left on the old version", unwrap_refused: "Unwrap refused", old_disabled: "Old version disabled",
  new_disabled: "New version disabled", old_enabled: "Old version enabled", restored: "Restored", taken_over: "Taken over",
  key_registered: "Registered", verification: "Verification", throttled: "Throttled", tokens: "Tokens", deks: "DEKs", keys: "Keys", count: "Count",
  reencrypted: "Re-encrypted", erased: "Erased", wraps: "Wraps", zeroed: "Zeroed", reclaimed: "Reclaimed", deleted: "Deleted", recovery_level: "Recovery level",
  deactivated: "Taken out of use", destroyed: "Proven destroyed", in_vault: "Of those, in the vault", recovery: "Recovery", proof: "Proof", dead_rows: "Dead rows", written_out: "Written out by the server", rewritten: "Rewritten in entry", replaced: "Replaced", moved: "Moved",
  scheduled_purge_at: "Purge date", deleted_at: "Deleted", purged: "Purged", absent: "Absent", found: "Found", recovered: "Recovered", activated: "In use again", lifted: "Lifted",
};

export function evidenceWord(fact: string): string {
  return EVIDENCE[fact] ?? fact;
}

/** The words of an operation: "Rotate", "Rotating", one "KEK", many "KEKs", and the noun of the act. The one table of them. */
export const OPERATION: Record<OperationKind, { readonly verb: string; readonly doing: string; readonly one: string; readonly many: string; readonly noun: string; readonly destroys?: true }> = {
  rotate_kek: { verb: "Rotate", doing: "Rotating", one: "KEK", many: "KEKs", noun: "rotation" },
  create_kek: { verb: "Create", doing: "Creating", one: "KEK", many: "KEKs", noun: "creation" },
  rotate_dek: { verb: "Rotate", doing: "Rotating", one: "DEK", many: "DEKs", noun: "rotation" },
  rotate_secret: { verb: "Rotate", doing: "Rotating", one: "secret", many: "secrets", noun: "rotation" },
  destroy_dek: { verb: "Destroy", doing: "Destroying", one: "DEK", many: "DEKs", noun: "destruction", destroys: true },
  destroy_kek: { verb: "Destroy", doing: "Destroying", one: "KEK", many: "KEKs", noun: "destruction", destroys: true },
  destroy_secret: { verb: "Destroy", doing: "Destroying", one: "secret", many: "secrets", noun: "destruction", destroys: true },
  offboard_tenant: { verb: "Offboard", doing: "Offboarding", one: "tenant", many: "tenants", noun: "offboarding", destroys: true },
  recover_kek: { verb: "Recover", doing: "Recovering", one: "KEK", many: "KEKs", noun: "recovery" },
  reactivate: { verb: "Reactivate", doing: "Reactivating", one: "", many: "keys", noun: "reactivation" },
  lift_hold: { verb: "Lift", doing: "Lifting", one: "hold", many: "holds", noun: "lifting of the hold" },
  grant_exception: { verb: "Grant", doing: "Granting", one: "exception", many: "exceptions", noun: "exception" },
  close_exception: { verb: "Close", doing: "Closing", one: "exception", many: "exceptions", noun: "closing of the exception" },
  share_key: { verb: "Share", doing: "Sharing", one: "key", many: "keys", noun: "shared-service entry" },
  change_rules: { verb: "Change", doing: "Changing", one: "", many: "rules", noun: "change of rules" },
  enrol_operator: { verb: "Enrol", doing: "Enrolling", one: "operator", many: "operators", noun: "enrolment" },
  enrol_device: { verb: "Enrol", doing: "Enrolling", one: "device", many: "devices", noun: "enrolment of the device" },
  grant_role: { verb: "Grant", doing: "Granting", one: "role to", many: "roles", noun: "grant" },
  reinstate_operator: { verb: "Reinstate", doing: "Reinstating", one: "operator", many: "operators", noun: "reinstatement" },
};

/** What is asked for about keys, on one screen. What changes the register alone is asked for where it is shown. */
export const KEY_KINDS = [
  "rotate_kek", "create_kek", "rotate_dek", "rotate_secret", "destroy_dek", "destroy_kek", "destroy_secret", "offboard_tenant", "recover_kek", "reactivate", "lift_hold",
] as const satisfies readonly OperationKind[];
export type KeyKind = (typeof KEY_KINDS)[number];

/** Whether it changes the register alone: the last seal puts it into force, and there is no run to start. */
export function isInRegister(operation: OperationKind): boolean {
  return !(KEY_KINDS as readonly OperationKind[]).includes(operation);
}

type Titled = { readonly operation: OperationKind; readonly subject: string; readonly targets: number; readonly versionAfter: number | null };

/** "Rotate KEK kek-tenant-prod to version 8", "Destroy 12 DEKs". */
export function requestTitle(row: Titled): string {
  return `${shortTitle(row)}${toVersion(row)}`;
}

/** The same, for lists, without the version. */
export function shortTitle(row: Omit<Titled, "versionAfter">): string {
  return `${OPERATION[row.operation].verb} ${what(row)}`;
}

export function runTitle(row: Titled & { readonly state: RunState }): string {
  const over = row.state === "finished" || row.state === "rolled_back" || row.state === "failed" || row.state === "stopped";
  const words = OPERATION[row.operation];
  return `${over ? words.verb : words.doing} ${what(row)}${toVersion(row)}`;
}

/** "KEK kek-a", "12 DEKs". */
function what({ operation, subject, targets }: Omit<Titled, "versionAfter">): string {
  const words = OPERATION[operation];
  if (targets > 1) return `${count(targets)} ${words.many}`;
  return words.one === "" ? subject : `${words.one} ${subject}`;
}

function toVersion(row: Titled): string {
  return row.operation === "rotate_kek" && row.versionAfter !== null ? ` to version ${row.versionAfter}` : "";
}
