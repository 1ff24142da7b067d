import type { ClauseView, ExceptionState, Micros, ScopeTermView, SharedKeyState } from "../host";
import { count, counted, dateOf, day, listed } from "./format";
import { KEY_TYPE, type Said, type Tone } from "./words";

/** The words of exceptions and of keys that serve several tenants. */

export const EXCEPTION_STATE: Record<ExceptionState, Said> = {
  requested: { word: "Requested", icon: "stamp", tone: "ink" },
  active: { word: "Active", icon: "circle-check", tone: "ok" },
  expiring: { word: "Expiring", icon: "hourglass", tone: "warn" },
  expired: { word: "Expired", icon: "octagon-x", tone: "alert" },
  renewed: { word: "Renewed", icon: "refresh-cw", tone: "idle" },
  closed: { word: "Closed", icon: "circle-minus", tone: "idle" },
  revoked: { word: "Revoked", icon: "ban", tone: "idle" },
};

export const SHARED_KEY_STATE: Record<SharedKeyState, Said> = {
  missing: { word: "No entry", icon: "triangle-alert", tone: "alert" },
  requested: { word: "Requested", icon: "stamp", tone: "ink" },
  entered: { word: "Entered", icon: "circle-check", tone: "ok" },
  review_due: { word: "Review due", icon: "hourglass", tone: "warn" },
  overdue: { word: "Review overdue", icon: "octagon-x", tone: "alert" },
  withdrawn: { word: "Withdrawn", icon: "circle-minus", tone: "idle" },
  replaced: { word: "Replaced", icon: "refresh-cw", tone: "idle" },
};

/** "B §9 · API secrets every 90 days". */
export function clauseName({ cited, title }: Pick<ClauseView, "cited" | "title">): string {
  return `${cited} · ${title}`;
}

/** A clause by its name alone: "B-9-api-secrets" is B §9. */
export function citedBy(clause: string): string {
  const parts = /^([AB])-([0-9.]+|A)-/.exec(clause);
  return parts ? `${parts[1] ?? ""} §${parts[2] ?? ""}` : clause;
}

/** What an exception covers, in a few words: names, then "API secret of Saltmarsh Shipping". */
export function scopeWords(terms: readonly ScopeTermView[]): string {
  const keys = terms.flatMap((term) => (term.of === "key" ? [term.key.name] : []));
  const types = terms.flatMap((term) => (term.of === "type" ? [KEY_TYPE[term.keyType]] : []));
  const tenants = terms.flatMap((term) => (term.of === "tenant" ? [term.name] : []));
  const named = keys.length > NAMED_MAX ? [...keys.slice(0, NAMED_MAX), counted(keys.length - NAMED_MAX, "more key")] : keys;
  const every = types.length === 0 && tenants.length === 0 ? [] : [`every ${types.length === 0 ? "key" : listed(types, "or")}${tenants.length === 0 ? "" : ` of ${listed(tenants, "or")}`}`];
  return listed([...named, ...every]);
}

const NAMED_MAX = 3;

type Ending = { readonly state: ExceptionState; readonly until: Micros; readonly daysLeft: number };

/** When an exception ends, as a table says it: "2 d ago", "in 6 d", "15 Jan 2027". */
export function endsWhen({ state, until, daysLeft }: Ending): { readonly text: string; readonly tone: Tone | null } {
  switch (state) {
    case "expired":
      return { text: daysLeft >= 0 ? "today" : `${count(-daysLeft)} d ago`, tone: "alert" };
    case "expiring":
      return { text: daysLeft <= 0 ? "today" : `in ${count(daysLeft)} d`, tone: "warn" };
    case "requested":
      return { text: `asks ${day(until)}`, tone: null };
    default:
      return { text: day(until), tone: null };
  }
}

/** "92 days", between two moments, begun days counted whole. */
export function spanOf(from: Micros, to: Micros): string {
  return counted(Math.max(0, Math.round((dateOf(to).getTime() - dateOf(from).getTime()) / 86_400_000)), "day");
}
