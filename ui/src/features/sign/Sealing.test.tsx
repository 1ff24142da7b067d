import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { signPlan } from "../../../dev/double/requests";
import type { OperationKind } from "../../host";
import { OPERATION } from "../../kit";
import { Sealing } from "./Sealing";

function open(kind: string, operation?: OperationKind, error?: Parameters<typeof Sealing>[0]["error"]) {
  const context = signPlan(kind, operation);
  const confirm = vi.fn();
  render(<Sealing context={context} error={error} busy={false} confirm={confirm} keep={vi.fn()} again={vi.fn()} />);
  return { context, confirm };
}

describe("the sign window", () => {
  /** what is signed is what was read; the hash that was shown goes with the seal. R-33: with a fresh unlock. */
  it("signs the hash that it shows, and forgets the passphrase", async () => {
    const { context, confirm } = open("approve");
    expect(screen.getByTestId("plan-hash").textContent?.replaceAll(" ", "")).toBe(context.planHash);
    const field = screen.getByLabelText<HTMLInputElement>("Passphrase of your device key");
    expect(document.activeElement).toBe(field);
    await userEvent.type(field, "correct horse");
    const act = screen.getByRole<HTMLButtonElement>("button", { name: "Countersign rotation" });
    await vi.waitFor(() => { expect(act.disabled).toBe(false); });
    await userEvent.click(act);
    expect(confirm).toHaveBeenCalledExactlyOnceWith({ planHash: context.planHash, reason: "", typed: null, passphrase: "correct horse" });
    expect(field.value).toBe("");
  });

  it("says every fact of the statement", () => {
    open("approve");
    const statement = screen.getByTestId("statement").textContent ?? "";
    for (const fact of ["practice", "version 8 of kek-tenant-a", "1,284 DEKs", "version 7", "CHG-20991", "Tomasz Wilk", "signature holds"]) expect(statement).toContain(fact);
  });

  /** a plan that no longer fits cannot be signed, and it says why. */
  it("has no act when live state differs, and names the difference", () => {
    open("stale");
    expect(screen.queryByRole("button", { name: "Countersign rotation" })).toBeNull();
    expect(screen.queryByLabelText("Passphrase of your device key")).toBeNull();
    expect(screen.getByRole("alert").textContent).toContain("1,286");
  });

  it("has no act when the host finds the difference at the seal", () => {
    open("approve", undefined, { code: "plan_stale", differences: [{ subject: "kek", field: "state", planned: "enabled", found: "disabled" }] });
    expect(screen.queryByRole("button", { name: "Countersign rotation" })).toBeNull();
  });

  /** rejecting needs a reason. */
  it("rejects only with a reason", async () => {
    const { confirm } = open("reject");
    const act = screen.getByRole<HTMLButtonElement>("button", { name: "Reject rotation" });
    await userEvent.type(screen.getByLabelText("Passphrase of your device key"), "correct horse");
    await new Promise((done) => setTimeout(done, 600));
    expect(act.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText("Reason for rejecting"), "Not now");
    await userEvent.click(act);
    expect(confirm).toHaveBeenCalledWith(expect.objectContaining({ reason: "Not now" }));
  });

  /** an offboarding says its strength and what cannot be undone, and is armed by typing the tenant's name. */
  it("arms an offboarding only by the tenant's name, after saying how strong the erasure is", async () => {
    const { confirm } = open("approve", "offboard_tenant");
    expect(screen.getByTestId("erasure").textContent).toContain("limited until");
    expect(screen.getByText("This can’t be undone.")).toBeDefined();
    const act = screen.getByRole<HTMLButtonElement>("button", { name: "Countersign offboarding" });
    await userEvent.type(screen.getByLabelText("Passphrase of your device key"), "correct horse");
    await new Promise((done) => setTimeout(done, 600));
    expect(act.disabled).toBe(true);
    const name = screen.getByLabelText("Type the tenant's name to arm this");
    await userEvent.type(name, "Pellworth law");
    expect(act.disabled).toBe(true);
    await userEvent.clear(name);
    await userEvent.type(name, "Pellworth Law");
    await userEvent.click(act);
    expect(confirm).toHaveBeenCalledWith(expect.objectContaining({ typed: "Pellworth Law" }));
  });

  /** of whatever is signed, every target, figure, setting and line is shown, those without words too. */
  it.each(Object.keys(OPERATION) as OperationKind[])("leaves out nothing of %s", (operation) => {
    const { context } = open("approve", operation);
    const shown = document.body.textContent ?? "";
    for (const target of context.plan.targets) expect(shown).toContain(target.name);
    const settings = screen.getByTestId("signed").textContent ?? "";
    expect(screen.getByTestId("signed").querySelectorAll("dt").length).toBe(1 + context.plan.impact.counts.length + context.plan.parameters.length);
    expect(settings).toContain(context.plan.vaultHost);
    const lines = screen.getByRole("table", { name: "What will change" }).querySelectorAll("[role=rowheader]");
    expect(lines.length).toBeGreaterThanOrEqual(context.plan.changes.length);
    const bare = shown.replaceAll(",", "");
    for (const change of context.plan.changes) for (const value of [change.before, change.kind === "same" ? "" : change.after]) expect(bare).toContain(value.replaceAll(",", ""));
    if (operation === "offboard_tenant") for (const unknown of ["backup_copies", "newer_word"]) expect(shown).toContain(unknown);
  });

  it("rejects an offboarding without typing its name", () => {
    open("reject", "offboard_tenant");
    expect(screen.queryByLabelText("Type the tenant's name to arm this")).toBeNull();
  });

  it("warns of text that could be misread", () => {
    open("approve");
    expect(screen.getByText("Text that could be misread.")).toBeDefined();
  });
});
