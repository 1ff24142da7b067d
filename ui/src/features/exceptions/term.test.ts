import { describe, expect, it } from "vitest";

import type { Micros } from "../../host";
import { axisOf, monthsOf, piecesOf, placeOf } from "./term";

const NOW = Date.UTC(2026, 10, 17, 10, 0);
const inDays = (days: number) => String((NOW + days * 86_400_000) * 1000) as Micros;
const row = (state: Parameters<typeof piecesOf>[0]["state"], since: number, until: number) => ({ state, since: inDays(since), until: inDays(until) });

describe("the axis of terms", () => {
  it("keeps today in the middle, whatever is shown", () => {
    for (const rows of [[], [row("active", -10, 20)], [row("active", -300, 60)], [row("active", -4000, 1)]]) {
      const axis = axisOf(rows, inDays(0));
      expect(placeOf(axis, NOW)).toBe(50);
      for (const { since, until } of rows) for (const at of [since, until]) expect(placeOf(axis, Number(at) / 1000)).toBeGreaterThanOrEqual(0);
    }
  });

  /** what ran on past its date is told apart from the term that was granted. */
  it("draws what ran past the date apart from the term", () => {
    const axis = axisOf([], inDays(0));
    const [term, overrun] = piecesOf(row("expired", -80, -10), axis);
    expect(term?.look).toBe("granted");
    expect(overrun).toMatchObject({ look: "overrun", from: term?.to, to: 50 });
    expect(piecesOf(row("active", -1, 10), axis)).toHaveLength(1);
  });

  it("names months that can be read", () => {
    const months = monthsOf(axisOf([], inDays(0)));
    expect(months.map((month) => month.label)).toEqual(["Sep", "Oct", "Nov", "Dec", "Jan 2027", "Feb"]);
    const places = monthsOf(axisOf([row("active", -360, 10)], inDays(0))).map((month) => month.place);
    for (const [at, place] of places.entries()) if (at > 0) expect(place - (places[at - 1] ?? 0)).toBeGreaterThanOrEqual(6);
  });
});
