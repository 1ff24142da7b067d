import { describe, expect, it } from "vitest";

import type { ExceptionFormView, KeyId, Micros } from "../../host";
import { EMPTY, endOf, expiryHint, lastDay, missing, windowsOf, wishOf, type Draft } from "./draft";

const at = (text: string) => String(Date.parse(text) * 1000) as Micros;
const FORM: Pick<ExceptionFormView, "clauses" | "now"> = {
  now: at("2026-11-17T10:41:00Z"),
  clauses: [{ clause: "B-9-api-secrets", cited: "B §9", title: "API secrets every 90 days", termDaysMax: 90 }],
};
const WHOLE: Draft = {
  ...EMPTY, clause: "B-9-api-secrets", title: "API secret kept past 90 days", terms: [{ term: { of: "key", key: "k" as KeyId }, name: "api/saltmarsh/sftp" }], reason: "January window", controls: "Source addresses pinned",
  wayBack: "Rotated with the partner on 12 January", day: "2027-01-15", owner: "Dele Akande", changeRecord: "CHG-1",
};

describe("an exception being written", () => {
  /** nothing can be left out. */
  it("lacks something until every part is there", () => {
    expect(missing(WHOLE, FORM)).toEqual({});
    for (const field of ["clause", "title", "reason", "controls", "wayBack", "day", "owner", "changeRecord"] as const) expect(Object.keys(missing({ ...WHOLE, [field]: " " }, FORM)), field).toContain(field);
    expect(missing({ ...WHOLE, terms: [] }, FORM)).toHaveProperty("terms");
    expect(wishOf({ ...WHOLE, day: "" })).toBeNull();
  });

  /** a date, never later than the clause's longest term. */
  it("takes no date beyond the clause's term, and none that is past or not there", () => {
    expect(lastDay(FORM.now, 90)).toBe("2027-02-14");
    expect(lastDay(at("2026-11-17T17:00:00Z"), 90)).toBe("2027-02-15");
    expect(missing({ ...WHOLE, day: "2027-02-14" }, FORM)).toEqual({});
    for (const day of ["2027-02-15", "2027-02-30", "2026-11-16", "never", "15 Jan 2027"]) expect(missing({ ...WHOLE, day }, FORM), day).toHaveProperty("day");
    expect(expiryHint(WHOLE, FORM)).toBe("At most 90 days for this clause: no later than 14 Feb 2027. There is no permanent exception.");
  });

  it("waits for its seals no longer than it would last", () => {
    expect(windowsOf(at("2027-01-15T17:00:00Z"), FORM.now)).toEqual({ approveWithinHours: 72, executeWithinHours: 168 });
    expect(windowsOf(at("2026-11-18T17:00:00Z"), FORM.now)).toEqual({ approveWithinHours: 29, executeWithinHours: 29 });
    expect(windowsOf(at("2026-11-17T11:00:00Z"), FORM.now).executeWithinHours).toBe(1);
  });

  it("ends at an hour of the day it names", () => {
    expect(endOf("2027-01-15")).toBe(at("2027-01-15T17:00:00Z"));
    expect(wishOf(WHOLE)?.expiresAt).toBe(at("2027-01-15T17:00:00Z"));
  });
});
