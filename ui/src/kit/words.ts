import type {
  Classification, ConnectionTarget, Decision, Environment, EvidenceFact, KeyState, KeyType, OperationKind, RequestState, Role,
  RunState, StorageMedium, VersionState, Violation,
} from "../host";
import type { IconName } from "./drawings";

/** The words of the wire as people say them, and the shape and tone that go with each. One place, so that a word means one thing. */

export type Tone = "ok" | "warn" | "alert" | "idle" | "ink" | "danger";
export type Said = { readonly word: string; readonly icon: IconName; readonly tone: Tone };

export const ENVIRONMENT: Record<Environment, string> = {
  development: "Development", staging: "Staging", production: "Production", backup: "Backup",
};

export const ROLE: Record<Role, string> = {
  security: "Security", devops: "DevOps", engineering: "Engineering", auditor: "Auditor",
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
  stopped: { word: "Stopped", icon: "triangle-alert", tone: "alert" },
  rolling_back: { word: "Rolling back", icon: "rotate-ccw", tone: "warn" },
  finished: { word: "Finished", icon: "circle-check", tone: "ok" },
  rolled_back: { word: "Rolled back", icon: "rotate-ccw", tone: "idle" },
  failed: { word: "Failed", icon: "triangle-alert", tone: "alert" },
};

export const TARGET: Record<ConnectionTarget, string> = { vault: "vault", register: "register" };

export const DECISION: Record<Decision, string> = { approve: "countersigned", reject: "rejected" };

export const EVIDENCE: Record<EvidenceFact, string> = {
  state_unchanged: "State digest unchanged", version_created: "Created", public_key_digest: "Public key",
  tagged_with_run: "Tagged", rewrapped: "Re-wrapped", check_values_hold: "Check values hold", canaries_opened: "Canaries opened",
  left_on_old: "Left on the old version", unwrap_refused: "Unwrap refused", old_disabled: "Old version disabled",
  new_disabled: "New version disabled", old_enabled: "Old version enabled", restored: "Restored", taken_over: "Taken over",
  key_registered: "Registered", verification: "Verification", throttled: "Throttled",
};

/** An operation in the imperative, as it goes on, and as a noun: "Rotate KEK", "Rotating KEK", "rotation". */
export const OPERATION: Record<OperationKind, { act: string; doing: string; noun: string }> = {
  rotate_kek: { act: "Rotate KEK", doing: "Rotating KEK", noun: "rotation" },
  create_kek: { act: "Create KEK", doing: "Creating KEK", noun: "creation" },
  rotate_dek: { act: "Rotate DEK", doing: "Rotating DEK", noun: "rotation" },
  rotate_secret: { act: "Rotate secret", doing: "Rotating secret", noun: "rotation" },
  destroy_dek: { act: "Destroy DEK", doing: "Destroying DEK", noun: "destruction" },
  destroy_kek: { act: "Destroy KEK", doing: "Destroying KEK", noun: "destruction" },
  destroy_secret: { act: "Destroy secret", doing: "Destroying secret", noun: "destruction" },
  offboard_tenant: { act: "Offboard tenant", doing: "Offboarding tenant", noun: "offboarding" },
  recover_kek: { act: "Recover KEK", doing: "Recovering KEK", noun: "recovery" },
  reactivate: { act: "Reactivate", doing: "Reactivating", noun: "reactivation" },
  lift_hold: { act: "Lift hold on", doing: "Lifting hold on", noun: "lifting of the hold" },
};

/** "Rotate KEK kek-tenant-prod to version 8". */
export function requestTitle(row: { operation: OperationKind; subject: string; versionAfter: number }): string {
  return `${shortTitle(row)}${toVersion(row)}`;
}

/** The same, for lists, without the version. */
export function shortTitle(row: { operation: OperationKind; subject: string }): string {
  return `${OPERATION[row.operation].act} ${row.subject}`;
}

export function runTitle(row: { operation: OperationKind; subject: string; versionAfter: number; state: RunState }): string {
  const over = row.state === "finished" || row.state === "rolled_back" || row.state === "failed" || row.state === "stopped";
  const words = OPERATION[row.operation];
  return `${over ? words.act : words.doing} ${row.subject}${toVersion(row)}`;
}

function toVersion(row: { operation: OperationKind; versionAfter: number }): string {
  return row.operation === "rotate_kek" ? ` to version ${row.versionAfter}` : "";
}
