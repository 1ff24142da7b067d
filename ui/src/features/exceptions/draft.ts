import type { ExceptionDetailView, ExceptionFormView, ExceptionId, ExceptionWish, Micros, ScopeTerm, ScopeTermView } from "../../host";
import { counted, dateOf, day as dayWord, dayAt, KEY_TYPE } from "../../kit";

/** An exception as it is being written. */
export type Draft = {
  readonly renews: ExceptionId | null;
  readonly clause: string;
  readonly title: string;
  readonly terms: readonly Picked[];
  readonly reason: string;
  readonly controls: string;
  readonly wayBack: string;
  readonly day: string;
  readonly owner: string;
  readonly changeRecord: string;
};

/** Something covered, with the name it is shown by. */
export type Picked = { readonly term: ScopeTerm; readonly name: string };

export type Fill = (change: Partial<Draft>) => void;
export type Gaps = Partial<Record<keyof Draft, string>>;

export const EMPTY: Draft = { renews: null, clause: "", title: "", terms: [], reason: "", controls: "", wayBack: "", day: "", owner: "", changeRecord: "" };

/** The hour of its last day at which an exception ends, in UTC: while people are at work. */
export const END_HOUR = 17;
const DAY_MS = 86_400_000;

/** As many as one request may name. */
export const TERMS_MAX = 50;

/** The moment at which an exception of this last day ends; nothing for what is not a day ("2027-02-30"). */
export function endOf(day: string): Micros | null {
  return dayAt(day, END_HOUR);
}

/** The latest day whose end is still within a term of so many days from now. */
export function lastDay(now: Micros, days: number): string {
  const limit = dateOf(now).getTime() + days * DAY_MS;
  const end = Date.UTC(new Date(limit).getUTCFullYear(), new Date(limit).getUTCMonth(), new Date(limit).getUTCDate(), END_HOUR);
  return new Date(end <= limit ? end : end - DAY_MS).toISOString().slice(0, 10);
}

export function termMax(draft: Draft, form: Pick<ExceptionFormView, "clauses">): number | null {
  return form.clauses.find((one) => one.clause === draft.clause)?.termDaysMax ?? null;
}

/** What is said under the date, always with the limit. */
export function expiryHint(draft: Draft, form: Pick<ExceptionFormView, "clauses" | "now">): string {
  const max = termMax(draft, form);
  if (max === null) return "Choose the clause to see how late. There is no permanent exception.";
  const limit = endOf(lastDay(form.now, max));
  return `At most ${counted(max, "day")} for this clause: no later than ${limit === null ? "" : dayWord(limit)}. There is no permanent exception.`;
}

/** What is still missing or wrong before it can be sealed, by field. */
export function missing(draft: Draft, form: Pick<ExceptionFormView, "clauses" | "now">): Gaps {
  const gaps: { -readonly [F in keyof Gaps]: string } = {};
  const empty = (text: string) => text.trim() === "";
  if (termMax(draft, form) === null) gaps.clause = "Choose the clause that is not met.";
  if (empty(draft.title)) gaps.title = "Say in a few words what is excepted.";
  if (draft.terms.length === 0) gaps.terms = "Name at least one key, tenant or type.";
  if (empty(draft.reason)) gaps.reason = "Write why the clause can't be met.";
  if (empty(draft.controls)) gaps.controls = "Write at least one control that is in place today.";
  if (empty(draft.wayBack)) gaps.wayBack = "Write how the clause will be met before that date.";
  if (empty(draft.owner)) gaps.owner = "Name who sees to it that it ends.";
  if (empty(draft.changeRecord)) gaps.changeRecord = "A request needs a change record.";
  const wrong = dayProblem(draft, form);
  if (wrong !== null) gaps.day = wrong;
  return gaps;
}

function dayProblem(draft: Draft, form: Pick<ExceptionFormView, "clauses" | "now">): string | null {
  if (draft.day.trim() === "") return "An exception needs its date.";
  const end = endOf(draft.day);
  if (end === null) return "Write the day as 2027-01-15.";
  if (BigInt(end) <= BigInt(form.now)) return "This date is past.";
  const max = termMax(draft, form);
  if (max === null) return null;
  const last = lastDay(form.now, max);
  return draft.day.trim() > last ? `This is later than ${dayWord(endOf(last) ?? end)}, the last day for this clause.` : null;
}

/** What is asked for, once nothing is missing. */
export function wishOf(draft: Draft): ExceptionWish | null {
  const expiresAt = endOf(draft.day);
  if (expiresAt === null) return null;
  return {
    title: draft.title.trim(), clause: draft.clause, terms: draft.terms.map((picked) => picked.term), justification: draft.reason.trim(), controls: draft.controls.trim(),
    owner: draft.owner.trim(), expiresAt, renews: draft.renews,
  };
}

const HOUR_US = 3_600_000_000n;
const APPROVE_HOURS = 72;
const EXECUTE_HOURS = 168;

/** How long the request may wait for its seals: never so long that the exception would be over before it began. */
export function windowsOf(expiresAt: Micros, now: Micros): { readonly approveWithinHours: number; readonly executeWithinHours: number } {
  const left = Number((BigInt(expiresAt) - BigInt(now)) / HOUR_US) - 1;
  const executeWithinHours = Math.max(1, Math.min(EXECUTE_HOURS, left));
  return { approveWithinHours: Math.min(APPROVE_HOURS, executeWithinHours), executeWithinHours };
}

/** A renewal starts from what is in force: everything but the date, the reason and whoever answers for it now. */
export function renewing(of: ExceptionDetailView): Draft {
  const { row } = of;
  return { ...EMPTY, renews: row.exception, clause: row.clause.clause, title: row.title, terms: row.terms.map(picked), controls: of.controls, owner: row.owner };
}

export function picked(term: ScopeTermView): Picked {
  switch (term.of) {
    case "key":
      return { term: { of: "key", key: term.key.key }, name: term.key.name };
    case "tenant":
      return { term: { of: "tenant", tenant: term.tenant }, name: term.name };
    case "type":
      return { term: { of: "type", keyType: term.keyType }, name: `every ${KEY_TYPE[term.keyType]}` };
    default:
      return term satisfies never;
  }
}

export function sameTerm(one: ScopeTerm, other: ScopeTerm): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is being written outlives the panel, not the session: a locked window holds no data of the custody. */
let kept: Draft | null = null;

export function keptDraft(): Draft | null {
  return kept;
}

export function keepDraft(draft: Draft | null): void {
  kept = draft;
}
