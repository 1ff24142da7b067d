import type { CompareRulesRequest, RuleChangeView, RulesComparedView, RuleSection, RulesHistoryView, RulesView, RuleView, SettingRangeView, ViolationsRequest, ViolationsView, ViolationView } from "../../src/host";
import { daysOf, quorumOf, termOf } from "../../src/features/policies/rules";
import { BROKEN_RULES } from "../../src/features/policies/words";
import { keyRef } from "./keys";
import { daysAgo, ILSE, MAREN, micros, NOW, TOMASZ } from "./people";

const rule = (name: string, value: string): RuleView => ({ name, value });

const PERIODS: [string, number, number][] = [["kek", 365, 30], ["dek", 365, 30], ["database", 365, 30], ["provider", 365, 30], ["backup", 365, 30], ["tls_certificate", 365, 30], ["api_secret", 90, 14], ["api_signing", 180, 21], ["token_signing", 180, 21], ["ai_service", 90, 14], ["secret", 90, 14]];
const LEVELS: [string, number][] = [["normal", 1], ["elevated", 2], ["high", 4]];

const ROTATION = [
  ...PERIODS.flatMap(([kind, days, warn]) => LEVELS.map(([level, by]) => rule(`${kind}/any/${level}`, `${Math.floor(days / by)}/${Math.max(1, Math.floor(warn / by))}`))),
  rule("dek/restricted/normal", "180/21"), rule("dek/restricted/elevated", "90/14"), rule("dek/restricted/high", "45/7"),
];

const BOTH = "2 devops:security engineering:security security:devops,security";
const QUORUM = [
  ["change_rules", "2 security:devops,security"], ["close_exception", "2 devops:security engineering:security security:security"], ["create_kek", BOTH], ["destroy_dek", "2 devops:security security:devops"], ["destroy_kek", "2 devops:security security:devops"], ["enrol_operator", "2 devops:security security:devops,security"],
  ["grant_exception", "2 devops:risk_acceptance engineering:risk_acceptance security:risk_acceptance"], ["grant_role", "2 devops:security security:devops,security"], ["offboard_tenant", "3 devops:security security:devops"], ["recover_kek", "2 devops:security"], ["rotate_dek", BOTH], ["rotate_kek", BOTH], ["rotate_secret", BOTH], ["share_key", "2 devops:risk_acceptance security:risk_acceptance"],
].map(([name, value]) => rule(name ?? "", value ?? ""));

const TERMS = [
  ["A-3-key-separation", "90 DEKs are unique to a tenant's integration or a secret"], ["A-6.3-kek-rotation", "60 KEKs are rotated every year"], ["A-7-legacy-storage", "90 No new keys in Kubernetes Secrets; what lies there is phased out"], ["A-A-algorithms", "60 Approved algorithms"], ["B-9-api-secrets", "60 API secrets every 90 days"], ["B-9-tls-certificates", "30 TLS certificates before they expire"], ["B-12-cross-tenant", "90 No key is shared across tenants"],
].map(([name, value]) => rule(name ?? "", value ?? ""));

const SETTINGS = Object.entries({
  threat_level: "normal", gate_rotation_overdue: "warn", gate_violation: "warn", gate_quorum: "warn", exception_term_days_max: "90", exception_warn_days: "30", rehearsal_days: "90", acknowledgement_days: "365", lost_device_hours: "4", role_cool_down_hours: "24",
  approve_days_max: "14", execute_days_max: "30", grace_seconds: "900", vault_budget_percent: "70", vault_operations_per_ten_seconds: "4000", rewrap_batch: "100", retention_evidence_days: "2555", retention_observations_days: "365", backup_retention_days: "35", wal_retention_days: "2", replica_lag_hours: "1",
}).map(([name, value]) => rule(name, value));

const RULES: Record<RuleSection, RuleView[]> = { rotation: ROTATION, algorithms: [rule("AES-256-GCM", "256"), rule("ECDSA", "256,384,521"), rule("Ed25519", "256"), rule("HMAC-SHA-256", "256,512"), rule("RSA", "2048,3072,4096,8192,16384"), rule("TLS", "0")], quorum: QUORUM, terms: TERMS, settings: SETTINGS };

const LINK = { request: "rq-7" as never, label: "RQ-0391" };

const words = (name: string, all: string[]): SettingRangeView => ({ name, words: all, lowest: null, highest: null });
const range = (name: string, lowest: number, highest: number): SettingRangeView => ({ name, words: [], lowest, highest });

export function rules(auditor: boolean, requested: boolean): RulesView {
  return {
    sections: (Object.keys(RULES) as RuleSection[]).map((section) => ({ section, version: section === "rotation" ? 3 : section === "quorum" ? 4 : 1, since: daysAgo(section === "rotation" ? 40 : 290), signedBy: section === "rotation" || section === "quorum" ? [MAREN, ILSE] : [], request: section === "rotation" || section === "quorum" ? LINK : null, rules: RULES[section] })),
    ranges: [words("threat_level", ["normal", "elevated", "high"]), ...["gate_rotation_overdue", "gate_violation", "gate_quorum"].map((name) => words(name, ["off", "warn", "block"])), range("rehearsal_days", 7, 365), range("lost_device_hours", 1, 24), range("exception_term_days_max", 1, 365), range("vault_budget_percent", 1, 100)],
    change: auditor ? { allowed: false, reason: { because: "role_missing", needs: ["security"] }, eligible: [MAREN, ILSE] } : { allowed: true, reason: null, eligible: [] }, requests: requested ? [{ request: "rq-3" as never, label: "RQ-0415" }] : [], uncovered: 5,
  };
}

export function history(section: RuleSection): RulesHistoryView {
  const founded = { version: 1, at: daysAgo(290), entry: null, signedBy: [], request: null, major: false, decisionRecord: "", reason: "", changes: [] };
  if (section !== "rotation") return { versions: [founded] };
  return {
    versions: [
      { version: 3, at: daysAgo(40), entry: 18011, signedBy: [MAREN, ILSE], request: LINK, major: false, decisionRecord: "", reason: "Data of the restricted class is rotated twice a year.", changes: [{ name: "dek/restricted/normal", before: "", after: "180/21", weaker: false }, { name: "dek/restricted/elevated", before: "", after: "90/14", weaker: false }] },
      { version: 2, at: daysAgo(160), entry: 15220, signedBy: [ILSE, TOMASZ], request: { request: "rq-24" as never, label: "RQ-0301" }, major: true, decisionRecord: "ADR-0019: partners can change shared secrets four times a year only.", reason: "The 60 days tried in spring could not be kept.", changes: [{ name: "api_secret/any/normal", before: "60/14", after: "90/14", weaker: true }] },
      founded,
    ],
  };
}

/** As the register weighs them, roughly: only to see both answers. */
export function compare({ section, rules: wishes }: CompareRulesRequest): RulesComparedView {
  const changes: RuleChangeView[] = wishes.map(({ name, value }) => {
    const before = RULES[section].find((one) => one.name === name)?.value ?? "";
    return { name, before, after: value, weaker: weaker(section, before, value) };
  });
  const unfit = changes.find((change) => change.after.startsWith("0/") || (section === "quorum" && Number(quorumOf(change.after).people) < 2));
  return { changes, problem: unfit ? { name: unfit.name, why: section === "quorum" ? "never fewer than two people" : "days of service, at most 3650, a slash, and fewer days of warning, at most 365" } : null };
}

function weaker(section: RuleSection, before: string, after: string): boolean {
  switch (section) {
    case "rotation":
      return Number(daysOf(after)?.period ?? 9999) > Number(daysOf(before)?.period ?? 9999);
    case "algorithms":
      return after.split(",").some((bits) => !before.split(",").includes(bits));
    case "quorum":
      return Number(quorumOf(after).people) < Number(quorumOf(before).people);
    case "terms":
      return Number(termOf(after).days) > Number(termOf(before).days);
    default:
      return Number(after) > Number(before);
  }
}

const fact = (name: string, value: string) => ({ name, value });

const VIOLATIONS: ViolationView[] = [
  { rule: "weak_algorithm", key: keyRef("kek-9", "kek-legacy-billing"), keyType: "kek", subject: "kek-legacy-billing", owner: "Platform Security", facts: [fact("algorithm", "RSA"), fact("bits", "1024")], since: daysAgo(212), exception: { exception: "ex-58", label: "EX-0058" } },
  { rule: "weak_algorithm", key: null, keyType: null, subject: "old-rsa-1024", owner: "", facts: [fact("vault", "RSA-1024, version 1, enabled")], since: daysAgo(3), exception: null },
  { rule: "phase_out_passed", key: keyRef("sec-4", "tidewell-bootstrap"), keyType: "generic_secret", subject: "tidewell-bootstrap", owner: "Dele Akande", facts: [fact("phase_out_date", "2026-11-15")], since: daysAgo(7), exception: null },
  { rule: "rotation_overdue", key: keyRef("kek-1", "kek-tenant-a"), keyType: "kek", subject: "kek-tenant-a", owner: "Platform Security", facts: [fact("rotate_by", String((NOW - 5 * 86_400_000) * 1000)), fact("why", "date")], since: daysAgo(5), exception: null },
  { rule: "rotation_overdue", key: keyRef("dek-3", "dek/calder/jira"), keyType: "dek", subject: "dek/calder/jira", owner: "Integrations", facts: [fact("why", "compromised")], since: micros(NOW - 3 * 3_600_000), exception: null },
  { rule: "shared_across_tenants", key: keyRef("kek-2", "kek-tenant-b"), keyType: "kek", subject: "kek-tenant-b", owner: "Platform Security", facts: [fact("tenants", "Alder & Finch, Brightwater"), fact("deks", "640")], since: daysAgo(120), exception: null },
  { rule: "owner_missing", key: keyRef("dek-8", "dek/fennick/workday"), keyType: "dek", subject: "dek/fennick/workday", owner: "", facts: [], since: daysAgo(44), exception: null },
];

export function violations({ rule: wanted }: ViolationsRequest, empty: boolean): ViolationsView {
  const all = empty ? [] : VIOLATIONS;
  const counts = BROKEN_RULES.map((one) => ({ rule: one, count: all.filter((row) => row.rule === one).length, excepted: all.filter((row) => row.rule === one && row.exception !== null).length }));
  return { rows: all.filter((row) => wanted === null || row.rule === wanted), counts: counts.filter((one) => one.count > 0) };
}
