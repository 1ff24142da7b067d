import { describe, expect, it } from "vitest";

import type { Digest, Micros } from "../host";
import { clockSeconds, count, counted, day, dayAt, dayFault, due, duration, endOfDay, exactMoment, groups, listed, longMoment, moment, percent, readMoments, relative, shortDigest, shortKeyId, term, took } from "./format";

const AT = "1794906862208123" as Micros;

describe("moments", () => {
  it("are written in UTC, whatever the computer's zone", () => {
    expect(day(AT)).toBe("17 Nov 2026");
    expect(moment(AT)).toBe("17 Nov 2026, 09:14 UTC");
    expect(longMoment(AT)).toBe("Tue 17 Nov 2026, 09:14 UTC");
    expect(clockSeconds(AT)).toBe("09:14:22");
    expect(exactMoment(AT)).toBe("17 Nov 2026, 09:14:22.208 UTC");
  });

  it("are relative in the largest whole unit", () => {
    const now = new Date(Number(BigInt(AT) / 1000n));
    const after = (seconds: number) => (BigInt(AT) + BigInt(seconds) * 1_000_000n).toString() as Micros;
    expect(relative(after(-4), now)).toBe("4 s ago");
    expect(relative(after(-7200), now)).toBe("2 h ago");
    expect(relative(after(6 * 86_400), now)).toBe("in 6 d");
  });
});

describe("spans", () => {
  it("never round up to what has not passed", () => {
    expect(duration(59.9)).toBe("59 s");
    expect(duration(3599)).toBe("59 min");
    expect(duration(2 * 86_400 - 1)).toBe("47 h");
    expect(duration(5 * 86_400)).toBe("5 d");
  });

  it("say terms in whole words", () => {
    expect(term(0)).toBe("none");
    expect(term(604_800)).toBe("7 days");
    expect(term(3600)).toBe("1 hour");
    expect(term(90)).toBe("90 seconds");
  });

  it("say how long something took", () => {
    expect(took(23)).toBe("23 ms");
    expect(took(210)).toBe("0.2 s");
    expect(took(12_345)).toBe("12 s");
    expect(took(184_000)).toBe("3 min 4 s");
  });

  it("say when a rotation is due", () => {
    expect(due(AT, -5)).toBe("5 d late");
    expect(due(AT, 0)).toBe("today");
    expect(due(AT, 30)).toBe("in 30 d");
    expect(due(AT, 31)).toBe("17 Nov 2026");
  });
});

describe("numbers and names", () => {
  it("are apart by thousands and agree in number", () => {
    expect(count(18_442)).toBe("18,442");
    expect(counted(1, "DEK")).toBe("1 DEK");
    expect(counted(0, "entry", "entries")).toBe("0 entries");
    expect(listed(["A", "B", "C"])).toBe("A, B and C");
    expect(listed(["A", "B"], "or")).toBe("A or B");
  });

  it("never claim all where one is missing", () => {
    expect(percent(2390, 2391)).toBe("99.9%");
    expect(percent(999_999, 1_000_000)).toBe("99.9%");
    expect(percent(7, 7)).toBe("100%");
    expect(percent(0, 0)).toBe("–");
  });

  it("shorten in the middle and group by four", () => {
    const key = "8be206a1".padEnd(56, "0").concat("77c4d90f") as Digest;
    expect(shortKeyId(key)).toBe("8be2 06a1 · 77c4 d90f");
    expect(shortDigest(key)).toBe("8be206a1…77c4d90f");
    expect(groups("aabbccddee")).toBe("aabb ccdd ee");
  });

  it("reads a typed day, and no other", () => {
    expect(dayAt("2026-11-22")).toBe("1795305600000000");
    expect(dayAt(" 2026-11-22 ", 17)).toBe("1795366800000000");
    expect(endOfDay("2026-11-22")).toBe("1795392000000000");
    for (const none of ["2026-02-30", "2026-13-01", "22.11.2026", "11/22/2026", "2026-11-22T00:00", ""]) expect(dayAt(none)).toBeNull();
    expect(dayFault("2026-02-30")).toContain("2026-11-22");
    expect(dayFault("")).toBeUndefined();
  });

  it("says recorded moments as people read them", () => {
    expect(readMoments("kek-alder: Recoverable, until 2027-02-20T22:02:59.000000Z. ")).toBe("kek-alder: Recoverable, until 20 Feb 2027, 22:02 UTC.");
  });
});
