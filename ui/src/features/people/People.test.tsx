import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("people", () => {
  /** a quorum that could not be met and a lost device stand over the list. */
  it("says first what nobody could sign, and which device is lost", async () => {
    openAt("#/people");
    const alerts = await screen.findAllByRole("alert");
    expect(alerts.map((one) => one.textContent).join(" ")).toContain("No two people could share a key today.");
    expect(alerts.map((one) => one.textContent).join(" ")).toContain("tw-thinkpad of Tomasz Wilk is lost.");
  });

  it("shows which operations two people could sign, unmet ones first", async () => {
    openAt("#/people?show=quorums");
    const rows = within(await screen.findByTestId("quorums")).getAllByRole("row");
    expect(rows[1]?.textContent).toContain("Recover a KEK");
    expect(rows.at(-1)?.textContent).toContain("Two people can");
  });

  /** one person suspends; what ends with it is said before, and a quorum's loss must be accepted. */
  it("suspends at once, after saying everything that ends", async () => {
    const host = openAt("#/people/op-2");
    const detail = await screen.findByTestId("person-detail");
    expect((await within(detail).findByTestId("needed-for")).textContent).toContain("Destroy a KEK");
    await userEvent.click(within(detail).getByRole("button", { name: "Suspend…" }));
    const dialog = await screen.findByRole("dialog", { name: "Suspend Tomasz Wilk", hidden: true });
    const ends = within(dialog).getByTestId("ends").textContent;
    for (const what of ["1 device key", "DevOps withdrawn", "cs_tomaszwilk_4f", "2 open seals lapse: RQ-0418 and RQ-0421"]) expect(ends).toContain(what);
    const act = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Suspend Tomasz Wilk", hidden: true });
    await userEvent.type(within(dialog).getByLabelText("Reason"), "Signed in from two countries");
    expect(act.disabled).toBe(true);
    await userEvent.click(within(dialog).getByLabelText("Access in wrong hands is worse; I accept this."));
    await userEvent.click(act);
    await vi.waitFor(() => { expect(host.of("protect_person")).toEqual([{ operator: "op-2", act: { act: "suspend" }, reason: "Signed in from two countries", acceptLoss: true }]); });
  });

  /** the wipe of a lost device is recorded with what shows it. */
  it("records a remote wipe with its evidence", async () => {
    const host = openAt("#/people/op-2");
    const lost = await screen.findByTestId("lost-device");
    await userEvent.click(within(lost).getByRole("button", { name: "Record the remote wipe…" }));
    const dialog = await screen.findByRole("dialog", { hidden: true });
    const when = within(dialog).getByLabelText("Wiped at, in UTC");
    await userEvent.clear(when);
    await userEvent.type(when, "2026-11-20 09:30");
    await userEvent.type(within(dialog).getByLabelText("What shows that it is wiped"), "MDM 4711");
    await userEvent.click(within(dialog).getByRole("button", { name: "Record the wipe", hidden: true }));
    await vi.waitFor(() => { expect(host.of("protect_person")).toMatchObject([{ act: { act: "confirm_wipe", wipedAt: String(Date.UTC(2026, 10, 20, 9, 30) * 1000) }, reason: "MDM 4711", acceptLoss: false }]); });
  });

  /** the words of the duties are shown before they are signed. */
  it("shows the duties in their words, and opens the sign window for them", async () => {
    const host = openAt("#/people/op-1");
    expect((await screen.findByTestId("duties")).textContent).toContain("I sign only what I have read and understood");
    await userEvent.click(screen.getByRole("button", { name: "Acknowledge…" }));
    await vi.waitFor(() => { expect(host.of("open_sign_window")).toEqual([{ subject: { sign: "duty", duty: "acknowledge" } }]); });
  });

  /** an auditor reads, and is told why not more. */
  it("offers an auditor nothing, and says why", async () => {
    openAt("#/people", "auditor");
    expect((await screen.findByTestId("why-not")).textContent).toContain("This needs the role Security, DevOps or Engineering.");
    expect(screen.queryByRole("button", { name: /Enrol an operator/ })).toBeNull();
  });

  /** a card is read before anything is asked for, and says whether its proof holds. */
  it("reads a card before it is asked about", async () => {
    openAt("#/people/enrol");
    await userEvent.type(await screen.findByLabelText("Enrolment card"), "forged");
    expect((await screen.findByTestId("card")).textContent).toContain("The proof does not hold.");
  });
});
