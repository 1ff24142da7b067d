import type { ActorKind, DeviceStatus, LostView, PersonStatus, ProofState, ProofView, QuorumHealthView, Role } from "../../host";
import { dateOf, day, duration, listed, OPERATION, type IconName, type Said, type Tone } from "../../kit";

export const ACTOR: Record<ActorKind, { readonly word: string; readonly icon: IconName; readonly says: string }> = {
  operator: { word: "Operator", icon: "user", says: "A human. Only humans seal." },
  agent: { word: "Agent", icon: "bot", says: "Executes what two people have signed, unattended. It never seals." },
  service: { word: "Service", icon: "bot", says: "Another program. It never seals." },
  ai: { word: "AI", icon: "bot", says: "An AI actor. It never seals, and may neither create nor hold keys." },
};

export const PERSON_STATUS: Record<PersonStatus, Said> = {
  active: { word: "Active", icon: "circle-check", tone: "ok" },
  suspended: { word: "Suspended", icon: "circle-pause", tone: "warn" },
  left: { word: "Left", icon: "circle-minus", tone: "idle" },
};

export const DEVICE_STATUS: Record<DeviceStatus, Said> = {
  trusted: { word: "Trusted", icon: "shield-check", tone: "ok" },
  revoked: { word: "Revoked", icon: "ban", tone: "idle" },
  lost: { word: "Lost", icon: "triangle-alert", tone: "alert" },
};

const PROOF: Record<ProofState, { readonly icon: IconName; readonly tone: Tone }> = {
  none: { icon: "circle", tone: "idle" },
  never: { icon: "circle-alert", tone: "warn" },
  in_time: { icon: "circle-check", tone: "ok" },
  due: { icon: "clock", tone: "warn" },
  overdue: { icon: "timer-reset", tone: "alert" },
};

/** "22 Sep 2026", "never", "5 d late": how a proof of life stands. */
export function proofSaid(proof: ProofView, now: Date): Said {
  const { icon, tone } = PROOF[proof.state];
  return { word: proofWord(proof, now), icon, tone };
}

function proofWord({ state, at, dueAt }: ProofView, now: Date): string {
  if (state === "none") return "not owed";
  if (state === "never" || at === null) return "Never";
  if (dueAt === null || state === "in_time") return day(at);
  const seconds = Math.round((dateOf(dueAt).getTime() - now.getTime()) / 1000);
  return seconds < 0 ? `${duration(-seconds)} late` : `Due in ${duration(seconds)}`;
}

/** Where the four hours of a lost device stand: until when, and whether they were kept. */
export function lostClock(lost: LostView, now: Date): { readonly tone: "warn" | "alert" | "ok"; readonly report: string; readonly wipe: string } {
  const due = dateOf(lost.dueAt).getTime();
  const late = dateOf(lost.reportedAt).getTime() - due;
  const waited = Math.max(0, Math.round((dateOf(lost.reportedAt).getTime() - dateOf(lost.lostAt).getTime()) / 1000));
  const report = late <= 0 ? `Reported ${duration(waited)} after the loss, in time.` : `Reported ${duration(waited)} after the loss: ${duration(late / 1000)} too late.`;
  if (lost.wiped !== null) return { tone: late > 0 ? "warn" : "ok", report, wipe: `Remote wipe recorded ${day(lost.wiped.at)}.` };
  const left = Math.round((due - now.getTime()) / 1000);
  return left >= 0
    ? { tone: "warn", report, wipe: `Remote wipe still to be recorded: ${clockLeft(left)} left.` }
    : { tone: "alert", report, wipe: `Remote wipe not recorded: ${duration(-left)} over the time.` };
}

/** Hours and minutes, because four hours are counted in minutes. */
export function clockLeft(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes} min`;
}

/** "Destroy a KEK", "Grant a role": an operation by name, not about anything in particular. */
export function operationName(operation: QuorumHealthView["operation"]): string {
  const { verb, one, many } = OPERATION[operation];
  const special: Partial<Record<QuorumHealthView["operation"], string>> = { grant_role: "Grant a role", change_rules: "Change rules", reactivate: "Reactivate keys" };
  return special[operation] ?? (one === "" ? `${verb} ${many}` : `${verb} ${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`);
}

/** Roles and authorities that can be given to an operator, and what each means. */
export const GRANTS: readonly { readonly role: Role; readonly says: string }[] = [
  { role: "security", says: "Approves and sets policy." },
  { role: "devops", says: "Requests and executes vault operations." },
  { role: "engineering", says: "Requests." },
  { role: "auditor", says: "Reads everything and changes nothing." },
  { role: "risk_acceptance", says: "An authority beside Security: accepts the risk of exceptions and shared keys." },
];

/** Which operations nobody could sign today, in one sentence. */
export function unmetSentence(unmet: readonly QuorumHealthView[]): string {
  const named = (why: QuorumHealthView["why"]) => {
    const names = unmet.filter((one) => one.why === why).map((one) => lower(operationName(one.operation)));
    return names.length > 3 ? [...names.slice(0, 2), `do ${names.length - 2} more things`] : names;
  };
  const few = named("too_few");
  const silent = named("not_proven");
  return [...(few.length > 0 ? [`No two people could ${listed(few, "or")} today.`] : []), ...(silent.length > 0 ? [`To ${listed(silent, "or")} would take somebody whose rehearsal is overdue.`] : [])].join(" ");
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
