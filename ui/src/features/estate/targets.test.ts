import { describe, expect, it } from "vitest";

import { readTargets } from "./targets";

describe("readTargets", () => {
  it("reads tenants with integrations and secrets, and skips blank lines", () => {
    expect(readTargets("Alder & Finch, Slack\n\n  secret: stripe-live \r\nCalder;SAP")).toEqual([
      { line: 1, target: { for: "tenant", tenant: "Alder & Finch", integration: "Slack" } },
      { line: 3, target: { for: "secret", name: "stripe-live" } },
      { line: 4, target: { for: "tenant", tenant: "Calder", integration: "SAP" } },
    ]);
  });

  it("names every bad line by its number", () => {
    const bad = readTargets("Alder\nA, B, C\nsecret:\nX, Y\nX, Y").filter((line) => "problem" in line);
    expect(bad.map((line) => line.line)).toEqual([1, 2, 3, 5]);
    expect(bad[3]).toMatchObject({ problem: "says the same as line 4" });
  });
});
