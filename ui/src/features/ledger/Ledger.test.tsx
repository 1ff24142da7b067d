import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";
import { changesOf } from "./changes";

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

describe("the ledger", () => {
  /** of each entry it is said under whose checkpoint it lies, and the tail under none is told. */
  it("says of each entry under which checkpoint it lies, and that the tail lies under none", async () => {
    measured();
    openAt("#/ledger");
    expect((await screen.findByText("18,459")).textContent).toBe("18,459, under no checkpoint yet");
    expect(screen.getByTestId("chain").querySelector(".sr")?.textContent).toBe("4 checkpoints; the newest covers entries to 18,102, signed by Tomasz Wilk; 357 after it");
    await userEvent.click(screen.getByTestId("chain"));
    const panel = within(await screen.findByTestId("checkpoints"));
    expect(panel.getByTestId("tail").textContent).toContain("357 entries since the newest checkpoint lie under none. This computer keeps the one of entry 13,980.");
    const [newest, before] = panel.getAllByRole("listitem");
    expect(newest?.textContent).toMatch(/To entry 18,102.*One signature.*Tomasz Wilk made it/);
    expect(before?.textContent).toMatch(/Cosigned.*Maren Oduya cosigned it.*Holds/);
  });

  /** making and cosigning go through the sign window, which reads by itself what is signed. */
  it("signs and cosigns in the sign window", async () => {
    const host = openAt("#/ledger?panel=checkpoints");
    await userEvent.click(await screen.findByRole("button", { name: "Cosign the one of entry 18,102" }));
    await userEvent.click(screen.getByRole("button", { name: "Sign a checkpoint" }));
    expect(host.of("open_sign_window")).toEqual([{ subject: { sign: "checkpoint", cosign: true } }, { subject: { sign: "checkpoint", cosign: false } }]);
  });

  /** an entry's way to a signed root, computed now, to copy and to save. */
  it("shows the proof of an entry, and saves it", async () => {
    const host = openAt("#/ledger/13000");
    const proof = within(await screen.findByTestId("proof"));
    expect(await proof.findByText("15 hashes lead from this entry to the root")).toBeDefined();
    expect(screen.getByTestId("proof").textContent).toContain("the checkpoint of entry 13,980, signed by Tomasz Wilk and Maren Oduya");
    await userEvent.click(proof.getByRole("button", { name: "Path of 15 hashes" }));
    expect(proof.getAllByRole("listitem")).toHaveLength(15);
    await userEvent.click(proof.getByRole("button", { name: "Save proof" }));
    expect(await proof.findByText("/home/maren/Downloads/practice-entry-13000.tlog-proof")).toBeDefined();
    await userEvent.click(proof.getByRole("button", { name: "Evidence pack" }));
    await waitFor(() => { expect(host.of("ledger_export")).toEqual([{ selection: { what: "entry", entry: 13000 } }]); });
  });

  /** a bad entry is named by its number, on this page and over every other one, and can't be sent away. */
  it("raises an alarm that stays, with the first bad entry by its number", async () => {
    openAt("#/ledger/18436?verify=1", "unlocked", "tampered");
    const alarm = await screen.findByTestId("ledger-alarm", undefined, { timeout: 4000 });
    expect(alarm.textContent).toContain("Entry 18,436 does not follow from the entry before it.");
    expect(alarm.textContent).toContain("The 18,435 entries before it hold.");
    expect(alarm.textContent).toContain("Nothing is signed or executed until this is cleared.");
    expect(within(alarm).queryByRole("button", { name: /close|dismiss/i })).toBeNull();
    expect((await screen.findByTestId("ledger-broken")).textContent).toContain("does not hold from entry 18,436 on");
    expect(await screen.findByText("The hashes do not lead from this entry to the root")).toBeDefined();
  });

  /** an older copy that was put back is told from a bad entry. */
  it("says what is gone when an older copy was put back", async () => {
    openAt("#/ledger?verify=1", "unlocked", "rolled_back");
    const alarm = await screen.findByTestId("ledger-alarm", undefined, { timeout: 4000 });
    expect(alarm.textContent).toContain("Entry 18,460 and those after it are gone: this computer knows 18,700 entries of this ledger, the register shows 18,459.");
  });

  it("stops a verification that takes too long", async () => {
    const host = openAt("#/ledger?verify=1");
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    expect(host.of("ledger_verify_stop")).toEqual([{}]);
    expect(await screen.findByText(/Verification was stopped/, undefined, { timeout: 4000 })).toBeDefined();
  });

  /** acts by group, actor, subject, words and period; what is set is in the address and asked of the host. */
  it("filters by group of acts and by subject", async () => {
    const host = openAt("#/ledger");
    await userEvent.click(await screen.findByRole("button", { name: "Act" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Requests and signatures" }));
    expect(decodeURIComponent(location.hash)).toContain("act=request.sealed,request.submitted,request.rejected");
    expect(screen.getByRole("button", { name: /Act\s*Requests and signatures/ })).toBeDefined();
    location.hash = "#/ledger/18455";
    await userEvent.click(await screen.findByRole("button", { name: "All about this request" }));
    await waitFor(() => { expect(host.of("ledger_page").at(-1)).toMatchObject({ filter: { subject: { kind: "request", name: "rq-1" } } }); });
    await userEvent.click(screen.getByRole("button", { name: "About request rq-1: remove this filter" }));
    await waitFor(() => { expect(location.hash).not.toContain("subject"); });
  });

  /** a bundle of what was chosen, and the audit pack of a period whose last day is part of it. */
  it("exports a part of the ledger and makes an audit pack", async () => {
    const host = openAt("#/ledger?panel=export");
    const bundle = within(await screen.findByRole("form", { name: "Bundle" }));
    await userEvent.click(bundle.getByRole("button", { name: "Request" }));
    expect(bundle.getByRole<HTMLButtonElement>("button", { name: "Write the bundle" }).disabled).toBe(true);
    await userEvent.type(bundle.getByLabelText("Request"), "R-7");
    await userEvent.click(bundle.getByRole("button", { name: "Write the bundle" }));
    expect(await bundle.findByText("/home/maren/Downloads/practice-request.bundle")).toBeDefined();
    expect(host.of("ledger_export")).toEqual([{ selection: { what: "request", request: "R-7" } }]);
    const pack = within(screen.getByRole("form", { name: "Audit pack" }));
    fireEvent.change(pack.getByLabelText("First day"), { target: { value: "2026-11-01" } });
    fireEvent.change(pack.getByLabelText("Last day"), { target: { value: "2026-10-31" } });
    expect(pack.getByText("It lies before the first day.")).toBeDefined();
    fireEvent.change(pack.getByLabelText("Last day"), { target: { value: "2026-11-01" } });
    await userEvent.click(pack.getByRole("button", { name: "Make the audit pack" }));
    expect(await pack.findByText("/home/maren/Downloads/practice-audit-pack.pdf")).toBeDefined();
    expect(host.of("ledger_report")).toEqual([{ from: "1793491200000000", until: "1793577600000000" }]);
  });

  /** what was before and what is now, where an entry says both. */
  it("pairs what was before with what is now", () => {
    const attributes = [{ name: "differences", value: '{"kek.version":{"planned":"a","found":"b"}}' }, { name: "from_version", value: "7" }, { name: "kek", value: "k" }, { name: "to_version", value: "8" }];
    expect(changesOf(attributes)).toEqual([{ name: "version", before: "7", after: "8" }, { name: "kek.version", before: "a", after: "b" }]);
    expect(changesOf([{ name: "differences", value: "no json" }, { name: "from_version", value: "7" }])).toEqual([]);
  });
});
