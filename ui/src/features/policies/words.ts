import type { BrokenRule, RuleSection, ViolationView } from "../../host";
import { CLASSIFICATION, count, counted, dateOf, day, duration, KEY_TYPE, listed, term, type IconName } from "../../kit";
import { clauseWord, daysOf, quorumOf, termOf, type Level } from "./rules";

export const SECTIONS: readonly RuleSection[] = ["rotation", "algorithms", "quorum", "terms", "settings"];

export const SECTION: Record<RuleSection, { readonly title: string; readonly says: string }> = {
  rotation: { title: "Rotation", says: "How long a key may serve before it is rotated, by kind and classification, at each threat level." },
  algorithms: { title: "Algorithms", says: "What may be registered, with the lengths in bits. What is weaker is a violation until it is replaced or excepted." },
  quorum: { title: "Quorum", says: "Who may ask for an operation, and who must then countersign. Never fewer than two people." },
  terms: { title: "Exception terms", says: "How long an exception from each clause may last. None is without an end." },
  settings: { title: "Settings", says: "Threat level, what blocks a deployment, retention, the vault's budget, and how people prove that they are there." },
};

export const LEVEL: Record<Level, string> = { normal: "Normal", elevated: "Elevated", high: "High" };

const KIND: Record<string, string> = {
  kek: KEY_TYPE.kek, dek: KEY_TYPE.dek, database: KEY_TYPE.database_key, provider: KEY_TYPE.cloud_key, backup: KEY_TYPE.backup_key, tls_certificate: KEY_TYPE.tls_certificate, api_secret: KEY_TYPE.api_secret, api_signing: KEY_TYPE.api_signing_key,
  token_signing: KEY_TYPE.token_signing_key, ai_service: KEY_TYPE.ai_service_key, secret: KEY_TYPE.generic_secret,
};

export function kindWord(kind: string): string {
  return KIND[kind] ?? kind;
}

export function classificationWord(classification: string): string {
  return classification === "any" ? "any classification" : ((CLASSIFICATION as Record<string, string>)[classification] ?? classification).toLowerCase();
}

const ROLE_WORD: Record<string, string> = { security: "Security", devops: "DevOps", engineering: "Engineering", risk_acceptance: "Risk acceptance", auditor: "Auditor", agent: "Agent" };

export function roleWord(role: string): string {
  return ROLE_WORD[role] ?? role;
}

type SettingWords = { readonly title: string; readonly says?: string; readonly unit?: "days" | "hours" | "percent" | "seconds" | "count" };

export const SETTING_GROUPS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "Threat level and gate", names: ["threat_level", "gate_rotation_overdue", "gate_violation", "gate_quorum"] },
  { title: "Exceptions", names: ["exception_term_days_max", "exception_warn_days", "exception_review_days", "shared_key_term_days_max"] },
  { title: "People", names: ["rehearsal_days", "acknowledgement_days", "lost_device_hours", "role_cool_down_hours"] },
  { title: "Reviews and audits", names: ["transition_review_days", "policy_review_days", "system_audit_days", "incident_audit_days", "restore_drill_days"] },
  { title: "Requests and runs", names: ["approve_days_max", "execute_days_max", "grace_seconds"] },
  { title: "Vault budget", names: ["vault_budget_percent", "vault_operations_per_ten_seconds", "rewrap_batch"] },
  { title: "Retention", names: ["retention_evidence_days", "retention_observations_days", "backup_retention_days", "wal_retention_days", "replica_lag_hours"] },
];

export const SETTING: Record<string, SettingWords> = {
  threat_level: { title: "Threat level", says: "Chooses the column of the rotation rules that is in force." },
  gate_rotation_overdue: { title: "Overdue rotations at the gate" },
  gate_violation: { title: "Violations at the gate" },
  gate_quorum: { title: "Unmet quorum at the gate" },
  exception_term_days_max: { title: "Longest exception", unit: "days", says: "Where the clause has no shorter term." },
  exception_warn_days: { title: "Warn before an exception ends", unit: "days" },
  exception_review_days: { title: "Exceptions reviewed every", unit: "days" },
  shared_key_term_days_max: { title: "A shared key reviewed within", unit: "days" },
  rehearsal_days: { title: "Rehearsal signature every", unit: "days" },
  acknowledgement_days: { title: "Duties acknowledged every", unit: "days" },
  lost_device_hours: { title: "Lost device reported and wiped within", unit: "hours" },
  role_cool_down_hours: { title: "A new role counts after", unit: "hours" },
  transition_review_days: { title: "Review of key state transitions every", unit: "days" },
  policy_review_days: { title: "Policy review every", unit: "days" },
  system_audit_days: { title: "Audit of the encryption system every", unit: "days" },
  incident_audit_days: { title: "Audit after an incident within", unit: "days" },
  restore_drill_days: { title: "Restore drill of backup keys every", unit: "days" },
  approve_days_max: { title: "Longest time to approve", unit: "days" },
  execute_days_max: { title: "Longest time to execute", unit: "days" },
  grace_seconds: { title: "Grace for an old version", unit: "seconds" },
  vault_budget_percent: { title: "Runs may use", unit: "percent", says: "Of the vault's documented limit." },
  vault_operations_per_ten_seconds: { title: "The vault's limit in 10 seconds", unit: "count" },
  rewrap_batch: { title: "DEKs in one batch", unit: "count" },
  retention_evidence_days: { title: "Evidence kept", unit: "days" },
  retention_observations_days: { title: "Observations kept", unit: "days" },
  backup_retention_days: { title: "Backups kept", unit: "days" },
  wal_retention_days: { title: "Write-ahead log kept", unit: "days" },
  replica_lag_hours: { title: "Replicas behind by at most", unit: "hours" },
};

const WORD: Record<string, string> = { off: "Off", warn: "Warns", block: "Blocks", normal: "Normal", elevated: "Elevated", high: "High" };

export function choiceWord(word: string): string {
  return WORD[word] ?? word;
}

export function settingTitle(name: string): string {
  return SETTING[name]?.title ?? name;
}

/** "90 days", "70 %", "Warns". */
export function settingValue(name: string, value: string): string {
  if (!/^\d+$/.test(value)) return choiceWord(value);
  const number = Number(value);
  switch (SETTING[name]?.unit) {
    case "days":
      return counted(number, "day");
    case "hours":
      return counted(number, "hour");
    case "seconds":
      return term(number);
    case "percent":
      return `${number} %`;
    default:
      return count(number);
  }
}

/** A rule by name, as people say it. */
export function ruleTitle(section: RuleSection, name: string): string {
  switch (section) {
    case "rotation": {
      const [kind = "", classification = "", level = ""] = name.split("/");
      return `${kindWord(kind)}, ${classificationWord(classification)}, threat ${level}`;
    }
    case "quorum":
      return operationWord(name);
    case "terms":
      return `${clauseWord(name)} ${name}`;
    case "settings":
      return settingTitle(name);
    default:
      return name;
  }
}

/** A rule's value, as people say it; "none" for one that is not there. */
export function ruleValue(section: RuleSection, name: string, value: string): string {
  if (value === "") return "none";
  switch (section) {
    case "rotation": {
      const days = daysOf(value);
      return days === null ? "none" : `${counted(Number(days.period), "day")}, warned ${counted(Number(days.warn), "day")} before`;
    }
    case "algorithms":
      return value === "0" ? "no length of its own" : `${value.replaceAll(",", ", ")} bits`;
    case "quorum": {
      const { people, pairs } = quorumOf(value);
      return `${people} people; ${pairs.map((pair) => `${roleWord(pair.asks)} asks, ${listed(pair.countersigns.map(roleWord), "or")} countersigns`).join("; ")}`;
    }
    case "terms": {
      const { days, title } = termOf(value);
      return `${counted(Number(days), "day")}: ${title}`;
    }
    case "settings":
      return settingValue(name, value);
    default:
      return section satisfies never;
  }
}

const OPERATION_WORD: Record<string, string> = {
  rotate_kek: "Rotate a KEK", create_kek: "Create a KEK", rotate_dek: "Rotate DEKs", rotate_secret: "Rotate a secret", destroy_dek: "Destroy DEKs", destroy_kek: "Destroy a KEK", destroy_secret: "Destroy a secret", offboard_tenant: "Offboard a tenant", recover_kek: "Recover a KEK", reactivate: "Reactivate keys", lift_hold: "Lift a hold",
  grant_exception: "Grant an exception", close_exception: "Close an exception", share_key: "Share a key", change_rules: "Change rules", enrol_operator: "Enrol an operator", enrol_device: "Enrol a device", grant_role: "Grant a role", reinstate_operator: "Reinstate an operator",
};

export function operationWord(operation: string): string {
  return OPERATION_WORD[operation] ?? operation;
}

type BrokenWords = { readonly title: string; readonly icon: IconName; readonly todo: string; readonly clause: string };

/** What is broken, and the one thing that clears it. In the register's order: the gravest first. */
export const BROKEN: Record<BrokenRule, BrokenWords> = {
  weak_algorithm: { title: "Weak algorithm or length", icon: "shield-alert", todo: "Replace the key by one with an approved algorithm and length, or ask for an exception.", clause: "A §A, B §5" },
  phase_out_passed: { title: "Phase-out date passed", icon: "timer-reset", todo: "Move the key to the vault now: the date by which its legacy storage was to be left has passed.", clause: "A §7, B §6" },
  rotation_overdue: { title: "Rotation overdue", icon: "timer-reset", todo: "Ask for a rotation, and have it countersigned.", clause: "A §6.3, B §9" },
  shared_across_tenants: { title: "Shared across tenants", icon: "users", todo: "Give each tenant a KEK of its own, or enter the key in the register of shared keys with its decision record.", clause: "A §3, B §12" },
  message_count_high: { title: "Too many messages", icon: "activity", todo: "Rotate the DEK before it has sealed as many messages as one key may.", clause: "A §A" },
  legacy_storage: { title: "Legacy storage", icon: "layers", todo: "Move the key to the vault before its phase-out date.", clause: "A §7, B §6" },
  owner_missing: { title: "Owner missing", icon: "user", todo: "Say who answers for the key.", clause: "A §9.6, B §8" },
  purpose_missing: { title: "Purpose missing", icon: "file-text", todo: "Say what the key is for.", clause: "A §9.6, B §8" },
};

export const BROKEN_RULES = Object.keys(BROKEN) as BrokenRule[];

/** What exactly is wrong, in figures and names. */
export function violationDetail({ rule, facts }: ViolationView): string {
  const fact = (name: string) => facts.find((one) => one.name === name)?.value ?? "";
  switch (rule) {
    case "weak_algorithm":
      return fact("vault") !== "" ? `found in the vault: ${fact("vault")}` : [fact("algorithm"), fact("bits")].filter(Boolean).join("-");
    case "legacy_storage":
      return `Kubernetes secret, to be left by ${fact("phase_out_date")}`;
    case "phase_out_passed":
      return `Kubernetes secret, was to be left by ${fact("phase_out_date")}`;
    case "rotation_overdue":
      return fact("why") === "compromised" ? "reported as compromised: at once" : rotateBy(fact("rotate_by"));
    case "shared_across_tenants":
      return `${fact("tenants")}${fact("deks") === "" ? "" : `, ${counted(Number(fact("deks")), "DEK")}`}`;
    case "message_count_high":
      return `${count(Number(fact("messages")))} of ${count(Number(fact("most")))} messages`;
    case "owner_missing":
    case "purpose_missing":
      return "";
    default:
      return rule satisfies never;
  }
}

function rotateBy(micros: string): string {
  return /^\d+$/.test(micros) ? `was due ${day(micros as never)}` : "";
}

/** How long it has lasted, in the largest whole unit. */
export function lasting(since: ViolationView["since"], now: Date): string {
  return duration(Math.max(0, (now.getTime() - dateOf(since).getTime()) / 1000));
}

