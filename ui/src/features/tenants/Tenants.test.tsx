import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("tenants", () => {
  /** a tenant shows whether it has a KEK of its own, and with how many others it shares one. */
  it("says under whose KEK a tenant's data lies", async () => {
    openAt("#/tenants/tn-1");
    const detail = await screen.findByTestId("tenant-detail");
    const separation = await within(detail).findByRole("region", { name: "Separation" });
    expect(separation.textContent).toContain("Shared KEK");
    expect(separation.textContent).toContain("shared with 1,107 DEKs of 30 other tenants");
  });

  /** one person suspends at once, after the consequences are counted and a reason is given. */
  it("suspends a tenant at once, with its consequences counted and a reason", async () => {
    const host = openAt("#/tenants/tn-2");
    const detail = await screen.findByTestId("tenant-detail");
    await userEvent.click(await within(detail).findByRole("button", { name: "Suspend…" }));
    const dialog = await screen.findByRole("dialog", { name: "Suspend Calder Mining", hidden: true });
    expect((await within(dialog).findByTestId("consequences")).textContent).toContain("1,318");
    const act = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Suspend 14 keys", hidden: true });
    expect(act.disabled).toBe(true);
    await userEvent.type(within(dialog).getByLabelText("Reason"), "Stolen laptop");
    await userEvent.click(act);
    expect(host.of("protect")).toEqual([{ act: "suspend", scope: { of: "tenant", tenant: "tn-2" }, reason: "Stolen laptop" }]);
  });

  /** what the vault has not confirmed stays visible, with the act that completes it. */
  it("shows what the vault has not confirmed, and completes it", async () => {
    const host = openAt("#/tenants/tn-1");
    const detail = await screen.findByTestId("tenant-detail");
    expect((await within(detail).findByRole("alert")).textContent).toContain("has not confirmed this yet");
    await userEvent.click(within(detail).getByRole("button", { name: "Confirm in the vault" }));
    await vi.waitFor(() => { expect(host.of("protect_confirm")).toEqual([{ act: 18466 }]); });
  });

  /** what is held is not offered for offboarding, and the reason stands there. */
  it("offers no offboarding of what a hold keeps", async () => {
    openAt("#/tenants/tn-4");
    const detail = await screen.findByTestId("tenant-detail");
    expect((await within(detail).findByTestId("why-not")).textContent).toContain("A hold says that this must be kept");
    expect(within(detail).queryByRole("button", { name: "Offboard…" })).toBeNull();
    await userEvent.click(within(detail).getAllByRole("button", { name: "Request lifting…" })[0] as HTMLElement);
    expect(location.hash).toBe("#/request/lift_hold?hold=hd-1");
  });

  /** everything goes only after the custody's name was typed. */
  it("invalidates every token only when the custody's name is typed", async () => {
    const host = openAt("#/tenants");
    await userEvent.click(await screen.findByRole("button", { name: "Invalidate every token…" }));
    const dialog = await screen.findByRole("dialog", { name: "Invalidate every token", hidden: true });
    await userEvent.type(within(dialog).getByLabelText("Reason"), "Breach");
    const act = await within(dialog).findByRole<HTMLButtonElement>("button", { name: "Invalidate 78,329 tokens", hidden: true });
    expect(act.disabled).toBe(true);
    await userEvent.type(within(dialog).getByLabelText("Type “practice” to arm this"), "practice");
    await userEvent.click(act);
    expect(host.of("tokens_invalidate")).toEqual([{ scope: { of: "everything" }, reason: "Breach", typed: "practice" }]);
  });

  /** an auditor reads all of it and is offered no act upon tokens. */
  it("offers an auditor nothing upon tokens", async () => {
    openAt("#/tenants", "auditor");
    expect(await screen.findByText("78,329 tokens", { exact: false })).toBeDefined();
    expect(screen.queryByRole("button", { name: "Sweep expired" })).toBeNull();
  });
});
