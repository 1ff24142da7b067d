import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";

const row = (label: string) => screen.getByText(label).closest<HTMLElement>("[role='row']") as HTMLElement;

/** jsdom measures nothing: a table that draws only what is seen must be told how much that is. */
function measured(): void {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(1000);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1000);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the register of exceptions", () => {
  /** each state has its word, and what needs an answer stands first. */
  it("says of each exception where it stands and until when", async () => {
    measured();
    openAt("#/exceptions");
    await screen.findByText("EX-0057");
    expect(row("EX-0057").textContent).toContain("Expired");
    expect(row("EX-0057").textContent).toContain("2 d ago");
    expect(row("EX-0061").textContent).toContain("in 6 d");
    expect(row("EX-0062").textContent).toContain("asks 15 Jan 2027");
    expect(row("EX-0062").textContent).toContain("every API secret of Saltmarsh Shipping");
  });

  /** the banner says what a pipeline would be told, why, and offers the acts that clear it. */
  it("says that deployment is blocked, by what, and how to clear it", async () => {
    openAt("#/exceptions", "production");
    await screen.findByText("Production deployment blocked");
    const gate = screen.getByTestId("gate");
    expect(gate.textContent).toContain("EX-0057 expired on 20 Nov 2026 and is neither closed nor renewed.");
    await userEvent.click(within(gate).getByRole("button", { name: "Request renewal" }));
    expect(location.hash).toBe("#/exceptions/ex-57?ask=renew");
  });

  it("takes no answer of the gate for a yes", async () => {
    openAt("#/exceptions", "production", "gate");
    expect(await screen.findByText("Could not tell")).toBeDefined();
    expect(screen.queryByText("Production deployment allowed")).toBeNull();
  });

  /** nothing can be left out of a request; what is whole goes to the sign window. */
  it("asks for an exception only with everything the policy wants", async () => {
    const host = openAt("#/exceptions?ask=new");
    await userEvent.click(await screen.findByRole("button", { name: "Sign and request" }));
    expect(screen.getByText("Write at least one control that is in place today.")).toBeDefined();
    expect(screen.getByText("An exception needs its date.")).toBeDefined();
    expect(host.of("draft_request")).toEqual([]);
    const panel = within(screen.getByRole("complementary", { name: "New exception" }));
    await userEvent.selectOptions(panel.getByLabelText("Policy clause"), "B-9-api-secrets");
    expect(screen.getByText("At most 60 days for this clause: no later than 20 Jan 2027. There is no permanent exception.")).toBeDefined();
    fireEvent.change(panel.getByLabelText("What is excepted"), { target: { value: "API secret kept past 90 days" } });
    fireEvent.change(panel.getByLabelText("Keys or scope"), { target: { value: "Saltmarsh" } });
    await userEvent.click(await panel.findByRole("button", { name: /Saltmarsh Shipping.*tenant/ }));
    for (const [label, text] of [["Justification", "January window"], ["Compensating controls", "Addresses pinned"], ["Way back", "Rotated on 12 January"], ["Change record", "CHG-1"], ["Expires on", "2027-02-01"]] as const) fireEvent.change(panel.getByLabelText(label), { target: { value: text } });
    await userEvent.click(panel.getByRole("button", { name: "Sign and request" }));
    expect(screen.getByText("This is later than 20 Jan 2027, the last day for this clause.")).toBeDefined();
    await userEvent.click(panel.getByRole("button", { name: "60 days" }));
    await userEvent.click(panel.getByRole("button", { name: "Sign and request" }));
    await vi.waitFor(() => { expect(host.of("draft_request")).toHaveLength(1); });
    expect(host.of("draft_request")[0]).toMatchObject({
      operation: { operation: "grant_exception", wish: { clause: "B-9-api-secrets", terms: [{ of: "tenant", tenant: "tn-11" }], controls: "Addresses pinned", owner: "Maren Oduya", renews: null } },
      reason: "January window", rollbackPlan: "Rotated on 12 January",
    });
    await vi.waitFor(() => { expect(host.of("open_sign_window")).toEqual([{ subject: { sign: "draft", draft: "dr-1" } }]); });
  });

  /** a renewal covers what it renews, has no date yet, and shows the chain. */
  it("renews with a new request that keeps clause and scope", async () => {
    openAt("#/exceptions/ex-57?ask=renew");
    const panel = within(await screen.findByRole("complementary", { name: "Renew an exception" }));
    expect((await panel.findByLabelText<HTMLSelectElement>("Policy clause")).disabled).toBe(true);
    expect(panel.getByText("chain of 3 terms", { exact: false })).toBeDefined();
    expect(panel.getByLabelText<HTMLInputElement>("Expires on").value).toBe("");
    expect(panel.queryByRole("button", { name: /Leave out/ })).toBeNull();
  });

  /** who accepted the risk with which words, the keys as they stood, and what it renewed. */
  it("shows acceptance, keys at decision and the chain", async () => {
    openAt("#/exceptions/ex-56?folder=all");
    const detail = within(await screen.findByTestId("exception-detail"));
    expect((await detail.findByRole("region", { name: "Risk accepted" })).textContent).toContain("“I accept the risk of this exception until its expiry date.”");
    expect(detail.getByRole("region", { name: "Keys when it was decided" }).textContent).toContain("now destroyed");
    expect(detail.getByRole("region", { name: "Chain of renewals" }).textContent).toContain("2 terms");
    expect(detail.queryByRole("button", { name: "Renew…" })).toBeNull();
  });

  /** one person ends one at once, with a reason; an expired one can't be ended so. */
  it("revokes what is in force, and not what has expired", async () => {
    const host = openAt("#/exceptions/ex-58");
    await userEvent.click(await screen.findByRole("button", { name: "Revoke…" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Revoke EX-0058", hidden: true }));
    const act = dialog.getByRole<HTMLButtonElement>("button", { name: "Revoke EX-0058", hidden: true });
    expect(act.disabled).toBe(true);
    await userEvent.type(dialog.getByLabelText("Reason"), "Key published");
    await userEvent.click(act);
    expect(host.of("exception_revoke")).toEqual([{ exception: "ex-58", reason: "Key published" }]);
    location.hash = "#/exceptions/ex-57";
    await screen.findByText("It blocks deployment.");
    expect(screen.queryByRole("button", { name: "Revoke…" })).toBeNull();
  });

  it("closes only with evidence", async () => {
    const host = openAt("#/exceptions/ex-57?ask=close");
    await userEvent.click(await screen.findByRole("button", { name: "Sign and request" }));
    expect(screen.getByText("Closing needs evidence.")).toBeDefined();
    await userEvent.type(screen.getByLabelText("Evidence"), "Moved to the vault");
    await userEvent.type(screen.getByLabelText("Change record"), "CHG-2");
    await userEvent.click(screen.getByRole("button", { name: "Sign and request" }));
    expect(host.of("draft_request")[0]).toMatchObject({ operation: { operation: "close_exception", exception: "ex-57", evidence: "Moved to the vault" } });
  });

  /** The keyboard: N asks, Escape leaves, R renews what is open. */
  it("is worked by the keyboard", async () => {
    openAt("#/exceptions/ex-58");
    await screen.findByText("Risk accepted");
    await userEvent.keyboard("r");
    expect(location.hash).toBe("#/exceptions/ex-58?ask=renew");
    await userEvent.keyboard("{Escape}");
    expect(location.hash).toBe("#/exceptions/ex-58");
    await userEvent.keyboard("{Escape}");
    expect(location.hash).toBe("#/exceptions");
    await userEvent.keyboard("n");
    expect(location.hash).toBe("#/exceptions?ask=new");
  });

  it("draws the same rows along the months", async () => {
    openAt("#/exceptions?look=line");
    expect((await screen.findByRole("button", { name: /EX-0057/ })).textContent).toContain("2 d ago");
    expect(screen.getAllByRole("img", { name: /^Expired, 1 Sep 2026 to 20 Nov 2026/ })).toHaveLength(1);
  });

  /** an auditor reads all of it and is offered no act. */
  it("offers an auditor nothing to ask for", async () => {
    openAt("#/exceptions/ex-58", "auditor");
    expect((await screen.findByTestId("why-not")).textContent).toContain("Auditors read everything");
    expect(screen.queryByRole("button", { name: "Renew…" })).toBeNull();
    expect(screen.queryByRole("button", { name: /^New/ })).toBeNull();
  });
});

describe("the register of shared keys", () => {
  /** a key that serves several tenants without an entry is said to be a violation, first of all. */
  it("names keys without an entry, and withdraws one at once", async () => {
    measured();
    const host = openAt("#/exceptions/sk-1?tab=shared");
    expect(await screen.findByText("1 key serves several tenants without an entry")).toBeDefined();
    expect(row("tls-apps-wildcard").textContent).toContain("No entry");
    await userEvent.click(screen.getByRole("button", { name: "Withdraw…" }));
    const dialog = within(await screen.findByRole("dialog", { hidden: true }));
    await userEvent.type(dialog.getByLabelText("Reason"), "Each has its own now");
    await userEvent.click(dialog.getByRole("button", { name: "Withdraw entry", hidden: true }));
    expect(host.of("shared_key_withdraw")).toEqual([{ entry: "sk-1", reason: "Each has its own now" }]);
  });
});

describe("the look at the whole register", () => {
  it("opens the sign window for exactly what is shown", async () => {
    const host = openAt("#/exceptions?tab=review");
    expect(await screen.findByText("The look is late.")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Sign off 6 exceptions…" }));
    await vi.waitFor(() => { expect(host.of("open_sign_window")).toHaveLength(1); });
    expect(host.of("open_sign_window")[0]).toMatchObject({ subject: { sign: "register" } });
  });
});
