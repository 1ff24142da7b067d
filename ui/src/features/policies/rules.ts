import type { RuleSection, RuleView } from "../../host";

/**
 * Rules as the register spells them, taken apart and put together again. One spelling for each value (docs/formats/rules.md), so
 * that what is shown, what is edited and what is signed are the same text.
 */

export const LEVELS = ["normal", "elevated", "high"] as const;
export type Level = (typeof LEVELS)[number];

/** One kind and classification of keys, with its days at each threat level. */
export type RotationRow = { readonly kind: string; readonly classification: string; readonly days: Readonly<Record<Level, Days | null>> };
export type Days = { readonly period: string; readonly warn: string };

/** "kek/any/normal" and "365/30", by kind and classification. */
export function rotationRows(rules: readonly RuleView[]): readonly RotationRow[] {
  const rows = new Map<string, { kind: string; classification: string; days: Record<Level, Days | null> }>();
  for (const { name, value } of rules) {
    const [kind = "", classification = "", level = ""] = name.split("/");
    const key = `${kind}/${classification}`;
    const row = rows.get(key) ?? { kind, classification, days: { normal: null, elevated: null, high: null } };
    rows.set(key, row);
    if (isLevel(level)) row.days[level] = daysOf(value);
  }
  return [...rows.values()].sort((one, other) => order(one.kind) - order(other.kind) || one.kind.localeCompare(other.kind) || Number(other.classification === "any") - Number(one.classification === "any") || one.classification.localeCompare(other.classification));
}

export function daysOf(value: string): Days | null {
  if (value === "") return null;
  const [period = "", warn = ""] = value.split("/");
  return { period, warn };
}

function isLevel(word: string): word is Level {
  return (LEVELS as readonly string[]).includes(word);
}

const KINDS = ["kek", "dek", "database", "provider", "backup", "tls_certificate", "api_secret", "api_signing", "token_signing", "ai_service", "secret"];

function order(kind: string): number {
  const at = KINDS.indexOf(kind);
  return at === -1 ? KINDS.length : at;
}

/** Who may ask, and who then countersigns. */
export type Quorum = { readonly people: string; readonly pairs: readonly { readonly asks: string; readonly countersigns: readonly string[] }[] };

/** "2 devops:security security:devops,security". */
export function quorumOf(value: string): Quorum {
  const [people = "", ...pairs] = value.split(" ");
  return {
    people,
    pairs: pairs.map((pair) => {
      const [asks = "", roles = ""] = pair.split(":");
      return { asks, countersigns: roles.split(",").filter(Boolean) };
    }),
  };
}

/** The one spelling of a quorum: roles in the order of their letters. */
export function quorumText({ people, pairs }: Quorum): string {
  const spelled = pairs.filter((pair) => pair.countersigns.length > 0).map((pair) => `${pair.asks}:${[...pair.countersigns].sort(byLetters).join(",")}`);
  return [people, ...spelled.sort((one, other) => byLetters(one.split(":")[0] ?? "", other.split(":")[0] ?? ""))].join(" ");
}

/** The same quorum with one pair more or fewer. */
export function withPair(quorum: Quorum, asks: string, countersigns: string, on: boolean): Quorum {
  const own = quorum.pairs.find((pair) => pair.asks === asks)?.countersigns ?? [];
  const next = on ? [...new Set([...own, countersigns])] : own.filter((role) => role !== countersigns);
  return { ...quorum, pairs: [...quorum.pairs.filter((pair) => pair.asks !== asks), { asks, countersigns: next }] };
}

function byLetters(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** How long an exception from a clause may last, and what the clause says. */
export type Term = { readonly days: string; readonly title: string };

/** "60 API secrets every 90 days". */
export function termOf(value: string): Term {
  const at = value.indexOf(" ");
  return at === -1 ? { days: value, title: "" } : { days: value.slice(0, at), title: value.slice(at + 1) };
}

/** `B-9-api-secrets` is B §9, `A-A-algorithms` is appendix A of policy A. */
export function clauseWord(clause: string): string {
  const [policy = "", section = ""] = clause.split("-");
  return `${policy} §${section}`;
}

/** Where a rule comes from: the clause of the policy that asks for it; nothing where the policy leaves it open. */
export function sourceOf(section: RuleSection, name: string): string {
  switch (section) {
    case "rotation":
      return ROTATION_SOURCE[name.split("/")[0] ?? ""] ?? "A §3";
    case "algorithms":
      return ALGORITHM_SOURCE[name] ?? "";
    case "quorum":
      return QUORUM_SOURCE[name] ?? "B §4";
    case "terms":
      return clauseWord(name);
    case "settings":
      return SETTING_SOURCE[name] ?? "";
    default:
      return section satisfies never;
  }
}

const ROTATION_SOURCE: Record<string, string> = {
  kek: "A §6.3", dek: "A §6.3", database: "B §9", provider: "A §6.3", backup: "B §11", tls_certificate: "B §9", api_secret: "B §9", api_signing: "B §9", token_signing: "B §9", ai_service: "B §13", secret: "B §9",
};
const ALGORITHM_SOURCE: Record<string, string> = { "AES-256-GCM": "A §A, B §5", RSA: "A §A, B §5", ECDSA: "B §5", Ed25519: "B §5", TLS: "A §A, B §5" };
const QUORUM_SOURCE: Record<string, string> = {
  destroy_dek: "A §9.2", destroy_kek: "A §9.2", destroy_secret: "A §9.2", offboard_tenant: "A §9.2", grant_exception: "B §15", close_exception: "B §15", share_key: "B §12", change_rules: "B §16", enrol_operator: "B §7", enrol_device: "B §7", grant_role: "B §7", reinstate_operator: "B §7",
};
const SETTING_SOURCE: Record<string, string> = {
  threat_level: "A §3", gate_rotation_overdue: "A §9.1", gate_violation: "B §15", gate_quorum: "B §18", exception_term_days_max: "B §15", exception_warn_days: "B §15", retention_evidence_days: "B §14", retention_observations_days: "B §14",
  backup_retention_days: "A §9.2", wal_retention_days: "A §9.2", replica_lag_hours: "A §9.2", rehearsal_days: "B §18", transition_review_days: "A §9.6", policy_review_days: "A §11", system_audit_days: "A §9.1", incident_audit_days: "A §9.1", restore_drill_days: "B §11", acknowledgement_days: "B §18", lost_device_hours: "A §3", role_cool_down_hours: "B §4", approve_days_max: "B §4", execute_days_max: "B §4",
};

/** Rules as they are being edited: what differs from those in force, by name. */
export type Edits = Readonly<Record<string, string>>;

/** The value as edited, or as in force. */
export function valueOf(rules: readonly RuleView[], edits: Edits, name: string): string {
  return edits[name] ?? rules.find((rule) => rule.name === name)?.value ?? "";
}

/** The edits with one more; one that leads back to what is in force is none. */
export function withEdit(rules: readonly RuleView[], edits: Edits, name: string, value: string): Edits {
  const before = rules.find((rule) => rule.name === name)?.value ?? "";
  const others = Object.fromEntries(Object.entries(edits).filter(([one]) => one !== name));
  return value === before ? others : { ...others, [name]: value };
}
