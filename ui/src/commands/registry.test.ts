import { describe, expect, it, vi } from "vitest";

import { CUSTODY, HANNAH, MAREN } from "../../dev/double/people";
import { commands, matching } from "./registry";

describe("commands", () => {
  /** an auditor changes nothing. */
  it("show an auditor what is refused, with the reason, and refuse it", () => {
    const all = commands({ operator: HANNAH, custody: CUSTODY }, vi.fn());
    const rotate = all.find((command) => command.id === "rotate");
    expect(rotate?.refused).toBe("Auditors read everything and change nothing.");
    expect(all.find((command) => command.id === "verify")?.refused).toBeUndefined();
  });

  it("are found by any of their words, those that begin so first", () => {
    const all = commands({ operator: MAREN, custody: CUSTODY }, vi.fn());
    expect(matching(all, "kek create").map((command) => command.id)).toEqual(["create-kek"]);
    expect(matching(all, "lock")[0]?.id).toBe("lock");
    expect(matching(all, "no such thing")).toEqual([]);
  });

  it("have keys of their own, none twice", () => {
    const keys = commands({ operator: MAREN, custody: CUSTODY }, vi.fn()).flatMap((command) => command.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
