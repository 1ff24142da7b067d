import type { ExceptionRowView, ExceptionState, Micros } from "../../host";
import { dateOf } from "../../kit";

/**
 * Where terms lie on an axis on which today is always in the middle, so that every row of the table shares one mark.
 */

const DAY_MS = 86_400_000;
/** Days to either side that are always shown: the usual longest term. */
const REACH_DAYS_MIN = 95;
const REACH_DAYS_MAX = 370;

export type Axis = { readonly nowMs: number; readonly reachMs: number };

export type Piece = { readonly from: number; readonly to: number; readonly look: "granted" | "warn" | "overrun" | "asked" | "ended" };

/** An axis on which every one of these fits, where that is not too far. */
export function axisOf(rows: readonly Pick<ExceptionRowView, "since" | "until">[], now: Micros): Axis {
  const nowMs = dateOf(now).getTime();
  const far = rows.flatMap((row) => [row.since, row.until]).map((at) => Math.abs(dateOf(at).getTime() - nowMs) / DAY_MS);
  const reach = Math.min(REACH_DAYS_MAX, Math.max(REACH_DAYS_MIN, ...far.map((days) => days * 1.05)));
  return { nowMs, reachMs: reach * DAY_MS };
}

/** Where a moment lies, in hundredths of the axis; what is further away lies at its end. */
export function placeOf(axis: Axis, atMs: number): number {
  const share = (atMs - axis.nowMs) / axis.reachMs;
  return Math.round(Math.max(0, Math.min(100, 50 + share * 50)) * 100) / 100;
}

/** The term as it was granted; what runs on past its end is a piece of its own. */
export function piecesOf(row: { readonly state: ExceptionState; readonly since: Micros; readonly until: Micros }, axis: Axis): readonly Piece[] {
  const place = (at: Micros) => placeOf(axis, dateOf(at).getTime());
  const term = { from: place(row.since), to: place(row.until) };
  switch (row.state) {
    case "expired":
      return [{ ...term, look: "granted" }, { from: term.to, to: 50, look: "overrun" }];
    case "expiring":
      return [{ ...term, look: "warn" }];
    case "requested":
      return [{ ...term, look: "asked" }];
    case "active":
      return [{ ...term, look: "granted" }];
    case "renewed":
    case "closed":
    case "revoked":
      return [{ ...term, look: "ended" }];
    default:
      return row.state satisfies never;
  }
}

export type Month = { readonly place: number; readonly label: string };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Labels closer than this to each other, or to an end, could not be read. */
const APART = 6;

/** Beginnings of months on the axis, as many as can be read. */
export function monthsOf(axis: Axis): readonly Month[] {
  const first = new Date(axis.nowMs - axis.reachMs);
  const found: Month[] = [];
  for (let step = 1; step <= 26; step += 1) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + step, 1);
    if (at >= axis.nowMs + axis.reachMs) break;
    const place = placeOf(axis, at);
    const month = new Date(at).getUTCMonth();
    const last = found.at(-1)?.place ?? -APART;
    if (place - last >= APART && place <= 100 - APART / 2) found.push({ place, label: `${MONTHS[month] ?? ""}${month === 0 ? ` ${new Date(at).getUTCFullYear()}` : ""}` });
  }
  return found;
}
