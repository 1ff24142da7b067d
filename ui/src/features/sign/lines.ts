import type { OperationKind, PlanView } from "../../host";
import { count, counted, countOf, listed, parameterOf, term, TRIGGER } from "../../kit";

/** What an operation does, in plain words: one line for each thing it does, in the order in which it does them. */
export type Line = readonly [verb: string, sentence: string];

const NAMED_MAX = 3;

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
  grant_exception: (plan) => [["Excepts", `${plan.subject} from the policy, until its date and no longer`]],
  close_exception: (plan) => [["Closes", `the exception ${plan.subject}; the policy holds again`]],
  share_key: (plan) => [["Enters", `${plan.subject} in the register of keys that serve several tenants`]],
  change_rules: (plan) => [["Replaces", `${plan.subject} by their next version`]],
  enrol_operator: (plan) => [["Enrols", `${plan.subject}, with the roles and the device named below`]],
  enrol_device: (plan) => [["Enrols", `a further device: ${plan.subject}`]],
  grant_role: (plan) => [["Grants", `what is named below to ${plan.subject}`]],
  reinstate_operator: (plan) => [["Reinstates", `${plan.subject}, who may act again`]],
};

const LOST: Partial<Record<OperationKind, string>> = {
  destroy_dek: "The data under these keys opens for nobody again. From the deletion of the first token on, this can't be undone.",
  destroy_kek: "Whatever is still wrapped under it, copies in backups included, opens for nobody again. Until the vault has purged it, two people can recover it; afterwards nobody can.",
  destroy_secret: "Whoever uses this secret is locked out. Once the vault has purged it, nobody can bring it back.",
  offboard_tenant: "The tenant's data opens for nobody again. From the deletion of the first token on, this can't be undone.",
  rotate_dek: "The old keys are erased at the end. Until then the run can be rolled back.",
};

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
