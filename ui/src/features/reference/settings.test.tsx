import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";
import type { LogTargetView } from "../../host";
import { behind, state } from "./LogStack";

const target: LogTargetView = { name: "file:/var/log/countersign.ndjson", format: "ocsf", position: 7, behind: 0, minutesBehind: 0, stalled: false, movedAt: "1767225600000000" as never, trouble: "" };

describe("the log stack", () => {
  /** each target with how far it is; one that takes nothing says so with what it misses and for how long. */
  it("is shown under settings, target by target", async () => {
    openAt("#/settings");
    const rows = within(await screen.findByTestId("log-targets")).getAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([expect.stringContaining("Up to date"), expect.stringContaining("Stalled: 311 entries and 42 minutes behind")]);
    expect(rows[1]?.textContent).toContain("it answered 503");
  });

  /** a target that stalls is on the overview, and leads there. */
  it("is on the overview when it stalls", async () => {
    openAt("#/overview");
    const row = await screen.findByRole("link", { name: /^The log stack does not take the ledger/ });
    expect(row.getAttribute("href")).toBe("#/settings");
    expect(row.textContent).toContain("311 entries and 42 minutes behind");
  });

  it("tells apart what moves, what is tried again and what stalls", () => {
    expect(state(target).word).toBe("Up to date");
    expect(state({ ...target, behind: 1 }).word).toBe("1 entry to send");
    expect(state({ ...target, behind: 3, trouble: "it answered 429" }).word).toBe("Tried again");
    expect(state({ ...target, behind: 1, minutesBehind: 16, stalled: true }).word).toBe("Stalled: 1 entry and 16 minutes behind");
    expect(behind({ ...target, behind: 2, minutesBehind: 1 })).toBe("2 entries and 1 minute");
  });
});
