import type { CountView, Micros, OperationKind, PlanView } from "../host";
import { count, moment, term } from "./format";

/**
 * The words for what stands in a plan. What is not here is shown as it was signed: nothing that is signed is ever left out.
 */

const FIELD: Record<string, string> = {
  current_version: "Current version", algorithm: "Algorithm", key_name: "Name", owner: "Owner", purpose: "Purpose", classification: "Classification",
  rotate_by: "Rotate by", vault: "Vault", state: "State", status: "Status", tenant_status: "Status of the tenant", version: "Version", tokens_under_old: "Tokens under the old DEK", old_wrap: "Old wrapped value", tokens: "Tokens", keys: "Keys", deks: "DEKs", wraps: "Wrapped values", wrap: "Wrapped value",
  dek_version: "Version of the DEK", check_value: "Check value", value: "Value", versions: "Versions", purge: "Purge", purge_at: "Purge date", tenant: "Tenant",
  reclaim: "Space in the table's files", secrets: "Secrets", certificates: "Certificates", hold: "Hold", in_vault: "In the vault", recovery: "Recovery", kek: "KEK",
  clause: "Clause", covers: "Covers", expires_at: "Expires", controls: "Compensating controls", exception: "Exception", evidence: "Evidence", decision_record: "Decision record", review_by: "Review by", shared_across_tenants: "Tenants that it serves",
  integrations: "Integrations", overlap: "Overlap", erasure: "Erasure", exceptions: "Exceptions", requests: "Open requests", roles: "Roles", device: "Device", devices: "Devices", login: "Login at the register", person: "Identity", kind: "Kind", name: "Name", cool_down_hours: "Counts after, hours", device_name: "Device", fingerprint: "Fingerprint of the device key", period_days: "Every, days", warn_days: "Warned before, days", term_days: "Longest exception, days", title: "Title", bits: "Lengths, bits", people: "People", security_asks: "Security asks, countersigned by", devops_asks: "DevOps asks, countersigned by", engineering_asks: "Engineering asks, countersigned by",
};

/** What a line of the difference is about; with the version it concerns, where its name means one. */
export function fieldWord(field: string, plan: PlanView): string {
  switch (field) {
    case "deks_under_old":
      return plan.versionBefore === null ? "DEKs under the old version" : `DEKs under v${plan.versionBefore}`;
    case "deks_under_new":
      return plan.versionAfter === null ? "DEKs under the new version" : `DEKs under v${plan.versionAfter}`;
    case "old_version":
      return plan.versionBefore === null ? "Old version" : `Version ${plan.versionBefore}`;
    default:
      return FIELD[field] ?? field;
  }
}

const IDENTIFIERS = new Set(["current_version", "key_name", "vault", "check_value", "value"]);

/** Whether a line's values are identifiers, shown in monospace. */
export function isIdentifier(field: string): boolean {
  return IDENTIFIERS.has(field);
}

/** One, many, by the name of a figure. */
const COUNT: Record<string, readonly [string, string]> = {
  rules: ["rule changed", "rules changed"], weaker: ["of them weaker", "of them weaker"],
  deks: ["DEK", "DEKs"], tokens: ["token", "tokens"], tenants: ["tenant", "tenants"], keys: ["key", "keys"], keks: ["KEK", "KEKs"], secrets: ["secret", "secrets"],
  certificates: ["certificate", "certificates"], integrations: ["integration", "integrations"], wraps: ["wrapped value", "wrapped values"], versions: ["version", "versions"],
  vault_objects: ["object in the vault", "objects in the vault"], requests: ["open request", "open requests"], exceptions: ["exception", "exceptions"], holds: ["hold", "holds"], other_keys: ["other key", "other keys"],
  days: ["day at most", "days at most"], named: ["key, type or tenant named", "keys, types and tenants named"],
};

const DONE: Partial<Record<OperationKind, Record<string, string>>> = {
  rotate_kek: { deks: "re-wrapped", tenants: "touched", tokens: "untouched" },
  rotate_dek: { deks: "replaced", tokens: "re-encrypted", tenants: "touched" },
  rotate_secret: { secrets: "rotated" },
  destroy_dek: { deks: "destroyed", tokens: "destroyed", tenants: "touched" },
  destroy_kek: { versions: "destroyed", keks: "destroyed" },
  destroy_secret: { versions: "destroyed", secrets: "destroyed" },
  offboard_tenant: { deks: "destroyed", tokens: "destroyed", keks: "destroyed", secrets: "destroyed", certificates: "out of use", other_keys: "out of use", requests: "that lapse", integrations: "ended" },
  reactivate: { keys: "in use again", deks: "in use again" },
  recover_kek: { deks: "open again" },
};

/** "DEKs re-wrapped", "tokens destroyed". A figure that is not known keeps its name. */
export function countLabel(operation: OperationKind, { name, count: number }: CountView): string {
  const words = COUNT[name];
  if (words === undefined) return name;
  const done = DONE[operation]?.[name];
  const noun = words[number === 1 ? 0 : 1];
  return done === undefined ? noun : `${noun} ${done}`;
}

/** "1,284 DEKs re-wrapped". */
export function countSentence(operation: OperationKind, figure: CountView): string {
  return `${count(figure.count)} ${countLabel(operation, figure)}`;
}

export function countOf(counts: readonly CountView[], name: string): number {
  return counts.find((figure) => figure.name === name)?.count ?? 0;
}

const PARAMETER: Record<string, string> = {
  batch_size: "Batch", budget_percent: "Vault budget, %", full_proof: "Every new wrap opened once", grace_seconds: "Grace period", vault: "Vault", version_after: "Version after",
  version_before: "Version before", trigger: "Trigger", purge: "Purge", reclaim_hours: "Reclaim, hours in UTC", erasure: "Erasure strength", backup_retention_days: "Backups kept, days", wal_retention_days: "Write-ahead log kept, days", replica_lag_hours: "Replicas behind by at most, hours", residue_until: "Last copy gone", typed_name: "Name typed", value_bytes: "Random bytes", encoding: "Written as", reactivates: "Puts compromised keys back into use", vault_name: "Name in the vault", bits: "Length", owner: "Owner",
  clause: "Clause", title: "Title", keys: "Keys, by record", scope: "Scope", justification: "Justification", controls: "Compensating controls", expires_at: "Expires on", acceptance: "Words accepted", renews: "Renews, by record", evidence: "Evidence",
  key: "Key, by record", decision_record: "Decision record", review_by: "Review by",
  purpose: "Purpose", classification: "Classification", tenant: "Tenant", kind: "Kind", quiet_from: "Quiet hours from", quiet_until: "Quiet hours until", algorithm: "Algorithm", name: "Name",
  section: "Section of the rules", major: "Weakens the policy", person: "Identity", login: "Login at the register", roles: "Roles", device_name: "Device", public_key: "Public key of the device", proof: "Proof of the card", founding: "Founding entry of the custody", cool_down_hours: "Counts after, hours",
};

const VALUE: Record<string, string> = {
  token_regeneration: "token regeneration", suspected_compromise: "suspected compromise", ownership_change: "change of integration ownership",
  scheduled: "at the vault's own date", at_once: "at once", any: "any hour", shared_kek: "limited: a KEK lives on", cryptographic: "cryptographic", legal_hold: "legal hold",
};

/** Parameters that are a moment, in microseconds. */
const MOMENTS = new Set(["expires_at", "review_by"]);

export function parameterWord(name: string): string {
  return PARAMETER[name] ?? name;
}

export function parameterValue(name: string, value: string): string {
  if (/_seconds$/.test(name) && /^\d{1,9}$/.test(value)) return term(Number(value));
  if (MOMENTS.has(name) && /^\d{12,18}$/.test(value)) return moment(value as Micros);
  if (value === "true" || value === "false") return value === "true" ? "yes" : "no";
  return VALUE[value] ?? value;
}

export function parameterOf(plan: PlanView, name: string): string | undefined {
  return plan.parameters.find((parameter) => parameter.name === name)?.value;
}
