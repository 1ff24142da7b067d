import type { Micros, OperationKind, PlanView } from "../../host";
import { citedBy, count, counted, countOf, groups, KEY_TYPE, listed, longMoment, parameterOf, ROLE, term, TRIGGER } from "../../kit";

/** What an operation does, in plain words: one line for each thing it does, in the order in which it does them. */
export type Line = readonly [verb: string, sentence: string];

const NAMED_MAX = 3;
const COVERED_MAX = 6;

export function lines(plan: PlanView): readonly Line[] {
  return LINES[plan.operation](plan);
}

/** What nobody can undo once it is done; nothing for what can be. */
export function irreversible(plan: PlanView): string | null {
  return LOST[plan.operation] ?? null;
}

const LINES: Record<OperationKind, (plan: PlanView) => readonly Line[]> = {
  rotate_kek: (plan) => [
    ["Creates", `version ${plan.versionAfter ?? ""} of ${plan.subject}, ${plan.algorithm}`],
    ["Re-wraps", `${counted(of(plan, "deks"), "DEK")} of ${counted(of(plan, "tenants"), "tenant")}; ${counted(of(plan, "tokens"), "token")} stay as they are`],
    ["Disables", `version ${plan.versionBefore ?? ""}, ${plan.graceSeconds === 0 ? "at once" : `after ${term(plan.graceSeconds)} of grace`}`],
  ],
  create_kek: (plan) => [["Creates", `${plan.subject}, ${plan.algorithm}`]],
  rotate_dek: (plan) => [
    ["Trigger", trigger(plan)],
    ["Creates", `a new key for each of ${targets(plan, "DEK")}`],
    ["Re-encrypts", `${counted(of(plan, "tokens"), "token")}, also those written meanwhile`],
    ["Erases", "the old wrapped values: overwritten, then removed"],
  ],
  rotate_secret: (plan) => [
    ["Creates", `a new value of ${plan.subject}, generated; nobody types or sees it`],
    ["Disables", `the value before, ${overlap(plan)}`],
  ],
  destroy_dek: (plan) => [
    ["Deletes", `${counted(of(plan, "tokens"), "token")}: overwritten, then removed`],
    ["Destroys", `${targets(plan, "DEK")}: wrapped values overwritten with zeros, then removed`],
    ["Reclaims", `the space in the tables' files${quiet(plan)}, and proves that the bytes are gone`],
  ],
  destroy_kek: (plan) => [
    ["Destroys", `${plan.subject} with all its versions, in the vault`],
    ["Purges", purge(plan)],
  ],
  destroy_secret: (plan) => [
    ["Destroys", `${plan.subject} with all its values, in the vault`],
    ["Purges", purge(plan)],
  ],
  offboard_tenant: (plan) => [
    ["Destroys", `everything of ${plan.subject}: ${everything(plan)}`],
    ["First", "its tokens stop working; then its wrapped keys are overwritten, removed, and their space reclaimed"],
    ["In the vault", `deletes what is its own there; ${purge(plan)}`],
  ],
  recover_kek: (plan) => [["Recovers", `${plan.subject} from the vault's deleted keys; what it wraps opens again`]],
  reactivate: (plan) => [
    ["Enables", `the vault's versions of ${targets(plan, "key")}`],
    ["Puts into use", `${targets(plan, "key")} again`],
  ],
  lift_hold: (plan) => [["Lifts", `the hold ${plan.subject}; what it kept may be destroyed from then on`]],
  grant_exception: exception,
  close_exception: (plan) => [
    ["Closes", `the exception ${plan.subject}; the clause holds again, and the gate asks for it no more`],
    ["On evidence", parameterOf(plan, "evidence") ?? "none is named"],
  ],
  share_key: (plan) => [
    ["Lets", `${plan.subject} serve several tenants`],
    ["Decision", parameterOf(plan, "decision_record") ?? "none is named"],
    ["Until", ends(plan, "review_by", "then it counts no more")],
    ["Controls", parameterOf(plan, "controls") ?? "none are named"],
    ["Accepts", accepted(plan)],
  ],
  change_rules: changedRules,
  enrol_operator: (plan) => [
    ["Enrols", `${plan.subject}, ${identity(plan)}, as ${ACTOR[parameterOf(plan, "kind") ?? ""] ?? "an operator"}`],
    ["With", rolesGiven(plan)],
    ...device(plan),
    ["Opens", `the register to the login ${parameterOf(plan, "login") ?? "named below"}`],
  ],
  enrol_device: (plan) => [["Trusts", `a further device of ${plan.subject}`], ...device(plan)],
  grant_role: (plan) => [["Grants", `${plan.subject}: ${rolesGiven(plan)}`]],
  reinstate_operator: (plan) => [["Reinstates", `${plan.subject}, who may act again`], ["With", rolesGiven(plan)], ...device(plan)],
};

/** R-50, R-51: what is excepted, upon what, until when, and the words by which its risk is accepted. */
function exception(plan: PlanView): readonly Line[] {
  const clause = parameterOf(plan, "clause") ?? "";
  const renewed = parameterOf(plan, "renews");
  return [
    ["Excepts", `${plan.subject}, from ${citedBy(clause)} of the policy (${clause})`],
    ["Covers", covered(plan)],
    ["Until", ends(plan, "expires_at", "and no longer")],
    ...(renewed === undefined ? [] : [["Renews", `${plan.targets.find((target) => target.id === renewed)?.name ?? renewed}, which ends with it`] as const]),
    ["Controls", parameterOf(plan, "controls") ?? "none are named"],
    ["Accepts", accepted(plan)],
  ];
}

/** What an exception covers: keys are named one by one below, types and tenants here. */
function covered(plan: PlanView): string {
  const named = plan.changes.filter((change) => change.field === "covers").map((change) => change.after);
  if (named.length > 0 && named.length <= COVERED_MAX) return listed(named);
  const keys = listOf(plan, "keys").length;
  const words = listOf(plan, "scope");
  const types = words.filter((word) => word.startsWith("type:")).map((word) => (KEY_TYPE as Record<string, string>)[word.slice(5)] ?? word);
  const tenants = words.filter((word) => word.startsWith("tenant:")).length;
  const keyed = keys === 0 ? [] : [counted(keys, "key")];
  const every = types.length === 0 ? (tenants === 0 ? [] : [`every key of ${counted(tenants, "tenant")}`]) : [`every ${listed(types, "or")}${tenants === 0 ? "" : ` of ${counted(tenants, "tenant")}`}`];
  return listed([...keyed, ...every]) || "nothing";
}

function listOf(plan: PlanView, name: string): readonly string[] {
  return (parameterOf(plan, name) ?? "").split(",").filter((word) => word !== "");
}

function ends(plan: PlanView, name: string, then: string): string {
  const at = parameterOf(plan, name);
  return at !== undefined && /^\d{12,18}$/.test(at) ? `${longMoment(at as Micros)}, ${then}` : "no date that can be read";
}

function accepted(plan: PlanView): string {
  const words = parameterOf(plan, "acceptance");
  return words === undefined ? "no words are named" : `“${words}”`;
}

const LOST: Partial<Record<OperationKind, string>> = {
  destroy_dek: "The data under these keys opens for nobody again. From the deletion of the first token on, this can't be undone.",
  destroy_kek: "Whatever is still wrapped under it, copies in backups included, opens for nobody again. Until the vault has purged it, two people can recover it; afterwards nobody can.",
  destroy_secret: "Whoever uses this secret is locked out. Once the vault has purged it, nobody can bring it back.",
  offboard_tenant: "The tenant's data opens for nobody again. From the deletion of the first token on, this can't be undone.",
  rotate_dek: "The old keys are erased at the end. Until then the run can be rolled back.",
};

/** What changes of the rules, and whether it weakens the policy: the register found that by comparing. */
function changedRules(plan: PlanView): readonly Line[] {
  const changed = plan.parameters.filter((parameter) => parameter.name.startsWith("row."));
  const major = parameterOf(plan, "major") === "true";
  const record = parameterOf(plan, "decision_record") ?? "";
  return [
    ["Replaces", `${plan.subject} by their next version`],
    ...(changed.length === 0 ? [] : ([["Changes", `${counted(changed.length, "rule")}, each named below`]] as const)),
    ["Weight", major ? "a major change: it weakens the policy" : "no major change: no rule gets weaker"],
    ...(record === "" ? [] : ([["Decision", record]] as const)),
  ];
}

const ACTOR: Record<string, string> = { operator: "an operator", agent: "an agent, which never seals", service: "a service, which never seals", ai: "an AI actor, which never seals and holds no keys" };

function identity(plan: PlanView): string {
  return parameterOf(plan, "person") ?? "identity named below";
}

/** "Security and DevOps, which count 24 hours after". */
function rolesGiven(plan: PlanView): string {
  const words = (parameterOf(plan, "roles") ?? "").split(",").filter(Boolean).map((role) => (ROLE as Record<string, string>)[role] ?? role);
  const hours = parameterOf(plan, "cool_down_hours");
  if (words.length === 0) return "the roles named below";
  return `${listed(words)}${hours === undefined || hours === "0" ? "" : `, which ${words.length === 1 ? "counts" : "count"} ${counted(Number(hours), "hour")} after`}`;
}

/** The device that may sign from then on, by name and by the fingerprint that its holder was asked for. */
function device(plan: PlanView): readonly Line[] {
  const name = parameterOf(plan, "device_name");
  const key = parameterOf(plan, "public_key");
  const fingerprint = plan.changes.find((change) => change.field === "fingerprint")?.after;
  if (name === undefined || key === undefined) return [];
  return [["Device", fingerprint === undefined ? `${name}, public key ${groups(key)}` : `${name}, fingerprint ${groups(fingerprint)}`]];
}

function of(plan: PlanView, name: string): number {
  return countOf(plan.impact.counts, name);
}

function targets(plan: PlanView, one: string): string {
  const names = plan.targets.map((target) => target.name);
  if (names.length <= NAMED_MAX) return listed(names);
  return `${counted(names.length, one)} (all named below)`;
}

function trigger(plan: PlanView): string {
  const word = parameterOf(plan, "trigger") ?? "";
  return (TRIGGER as Record<string, string>)[word] ?? word;
}

function overlap(plan: PlanView): string {
  const seconds = parameterOf(plan, "grace_seconds");
  const number = seconds !== undefined && /^\d{1,9}$/.test(seconds) ? Number(seconds) : null;
  return number === null || number === 0 ? "at once" : `after ${term(number)} of overlap`;
}

function purge(plan: PlanView): string {
  switch (parameterOf(plan, "purge")) {
    case "at_once":
      return "purges at once, where the vault allows it";
    case undefined:
      return "follows the purge to its end";
    default:
      return "waits for the vault's own purge date, and follows it to its end";
  }
}

function quiet(plan: PlanView): string {
  const hours = parameterOf(plan, "reclaim_hours");
  return hours === undefined || hours === "any" ? "" : ` between ${hours.replace("-", " and ")} o'clock UTC`;
}

function everything(plan: PlanView): string {
  const parts = plan.impact.counts.filter((figure) => !ASIDE.has(figure.name) && figure.count > 0);
  if (parts.length === 0) return `${count(0)} keys`;
  return listed(parts.map((figure) => `${count(figure.count)} ${EVERYTHING[figure.name]?.[figure.count === 1 ? 0 : 1] ?? figure.name}`));
}

/** Counted, but not destroyed by it. */
const ASIDE = new Set(["tenants", "integrations", "requests", "exceptions", "certificates", "other_keys"]);

const EVERYTHING: Record<string, readonly [string, string]> = {
  deks: ["DEK", "DEKs"], tokens: ["token", "tokens"], keks: ["KEK", "KEKs"], secrets: ["secret", "secrets"], certificates: ["certificate", "certificates"], keys: ["key", "keys"],
};
