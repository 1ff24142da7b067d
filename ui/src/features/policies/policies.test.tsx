import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";
import { clauseWord, quorumOf, quorumText, rotationRows, sourceOf, termOf, withEdit, withPair } from "./rules";
import { ruleTitle, ruleValue, settingValue } from "./words";

describe("rules as they are spelled", () => {
  /** what was taken apart comes together as it was: one spelling, so that what is edited is what is signed. */
  it("come back as they were", () => {
    for (const value of ["2 devops:security security:devops,security", "3 security:security"]) expect(quorumText(quorumOf(value))).toBe(value);
    expect(quorumText(withPair(quorumOf("2 security:security"), "devops", "security", true))).toBe("2 devops:security security:security");
    expect(quorumText(withPair(quorumOf("2 devops:security security:devops,security"), "security", "devops", false))).toBe("2 devops:security security:security");
    expect(termOf("60 API secrets every 90 days")).toEqual({ days: "60", title: "API secrets every 90 days" });
    expect(clauseWord("A-6.3-kek-rotation")).toBe("A §6.3");
  });

  it("are shown by kind, their own classification after any", () => {
    const rows = rotationRows(["dek/restricted/normal", "dek/any/normal", "kek/any/high"].map((name) => ({ name, value: "90/14" })));
    expect(rows.map((row) => `${row.kind}/${row.classification}`)).toEqual(["kek/any", "dek/any", "dek/restricted"]);
    expect(rows[0]?.days).toEqual({ normal: null, elevated: null, high: { period: "90", warn: "14" } });
  });

  it("an edit that leads back to what is in force is none", () => {
    const rules = [{ name: "rehearsal_days", value: "90" }];
    const edits = withEdit(rules, {}, "rehearsal_days", "60");
    expect(edits).toEqual({ rehearsal_days: "60" });
    expect(withEdit(rules, edits, "rehearsal_days", "90")).toEqual({});
  });

  it("are said in words, with where they come from", () => {
    expect(ruleTitle("rotation", "api_secret/any/normal")).toBe("API secret, any classification, threat normal");
    expect(ruleValue("rotation", "api_secret/any/normal", "90/14")).toBe("90 days, warned 14 days before");
    expect(ruleValue("algorithms", "RSA", "")).toBe("none");
    expect(settingValue("vault_budget_percent", "70")).toBe("70 %");
    expect(settingValue("gate_quorum", "block")).toBe("Blocks");
    expect([sourceOf("rotation", "kek/any/normal"), sourceOf("terms", "B-9-api-secrets"), sourceOf("settings", "lost_device_hours")]).toEqual(["A §6.3", "B §9", "A §3"]);
  });
});

describe("policies", () => {
  /** each section says its version, since when, and by which request it came. */
  it("shows a section with its version and its history", async () => {
    openAt("#/policies/rotation?show=history");
    expect((await screen.findByText(/^Version 3, in force since/)).textContent).toContain("RQ-0391");
    const history = await screen.findByTestId("rules-history");
    const version = await within(history).findByRole("region", { name: "Version 2" });
    expect(version.textContent).toContain("Major");
    expect(version.textContent).toContain("ADR-0019");
    expect(version.textContent).toContain("weaker");
  });

  /** a change that weakens the policy is major, says why, and is not asked for without its decision record. */
  it("asks for the decision record of a major change", async () => {
    const host = openAt("#/policies/rotation?change=1");
    const field = await screen.findByLabelText("KEK, any classification, Normal: days");
    await userEvent.clear(field);
    await userEvent.type(field, "400");
    expect((await screen.findByTestId("compared")).textContent).toContain("A major change.");
    await userEvent.click(screen.getByRole("button", { name: "Seal and submit…" }));
    expect(screen.getByLabelText("Decision record").getAttribute("aria-invalid")).toBe("true");
    expect(host.of("draft_request")).toEqual([]);
    await userEvent.type(screen.getByLabelText("Decision record"), "ADR-0024");
    await userEvent.type(screen.getByLabelText("Justification"), "Because");
    await userEvent.type(screen.getByLabelText("Change record"), "CHG-1");
    await userEvent.type(screen.getByLabelText("Roll-back plan"), "Change it back");
    await userEvent.click(screen.getByRole("button", { name: "Seal and submit…" }));
    await expect.poll(() => host.of("draft_request")).toMatchObject([{ operation: { operation: "change_rules", section: "rotation", rules: [{ name: "kek/any/normal", value: "400/30" }], decisionRecord: "ADR-0024" } }]);
  });

  /** what breaks a rule, since when, and what clears it; what is excepted says by which exception. */
  it("lists violations with the act that clears each", async () => {
    openAt("#/policies/violations");
    const table = await screen.findByTestId("violations");
    const rows = within(table).getAllByRole("row");
    expect(rows[1]?.textContent).toContain("Excepted by EX-0058");
    expect(within(rows[1] as HTMLElement).queryByRole("button")).toBeNull();
    const overdue = rows.find((row) => row.textContent.includes("kek-tenant-a")) as HTMLElement;
    await userEvent.click(within(overdue).getByRole("button", { name: "Rotate…" }));
    expect(location.hash).toBe("#/request/rotate_kek?key=kek-1&name=kek-tenant-a");
  });
});
