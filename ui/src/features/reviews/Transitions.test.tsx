import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";

const PAGE = "#/reviews?part=transitions";

async function lookAtAll() {
  for (const button of await screen.findAllByRole("button", { name: "Mark all as looked at" })) await userEvent.click(button);
}

describe("the biweekly review", () => {
  beforeEach(() => {
    localStorage.clear();
    // jsdom lays nothing out.
    Element.prototype.scrollIntoView = () => undefined;
  });

  /** every item is looked at before the review can be signed; the signature names list and checkpoint. */
  it("is signed once every item was looked at, with what was found", async () => {
    const host = openAt(PAGE);
    expect((await screen.findByTestId("why-not")).textContent).toBe("13 items still to look at.");
    expect(screen.queryByRole("button", { name: /Sign the review…/ })).toBeNull();
    const acts = await screen.findByRole("region", { name: "Protective acts and holds" });
    const [first] = within(acts).getAllByRole("button", { name: /^Looked at: / });
    if (!first) throw new Error("no item");
    first.focus();
    await userEvent.keyboard(" ");
    expect(first.getAttribute("aria-pressed")).toBe("true");
    await userEvent.keyboard("j");
    expect(document.activeElement).not.toBe(first);
    await userEvent.keyboard("f");
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByRole("heading").textContent).toContain("18,403");
    await userEvent.type(within(dialog).getByLabelText("What you found"), "The vault took two hours");
    await userEvent.selectOptions(within(dialog).getByLabelText("It becomes"), "Incident: INC-117, Brightwater");
    await userEvent.click(within(dialog).getByRole("button", { name: "Add finding" }));
    await lookAtAll();
    await userEvent.click(await screen.findByRole("button", { name: /Sign the review…/ }));
    await waitFor(() => { expect(host.of("open_sign_window")).toHaveLength(1); });
    expect(host.of("open_sign_window")[0]).toMatchObject({ subject: { sign: "transitions", until: 18459, role: "security", findings: [{ about: 18403, becomes: { is: "incident", hold: "hd-1" }, words: "The vault took two hours" }] } });
  });

  /** what was looked at outlives the lock of the window, for the same person and period. */
  it("keeps the marks when the page is left", async () => {
    openAt(PAGE);
    await lookAtAll();
    expect((await screen.findByTestId("progress")).textContent).toContain("13 of 13 items looked at");
    location.hash = "#/reviews?part=history";
    fireEvent(window, new HashChangeEvent("hashchange"));
    await screen.findByText("Two secrets of the billing bridge can't be rotated before its migration.", { exact: false });
    location.hash = PAGE;
    fireEvent(window, new HashChangeEvent("hashchange"));
    expect((await screen.findByTestId("progress")).textContent).toContain("13 of 13 items looked at");
  });

  /** nothing is signed while an act of the period waits for its second look. */
  it("can't be signed while a second look is missing", async () => {
    openAt(PAGE, "waiting");
    await lookAtAll();
    expect((await screen.findByTestId("why-not")).textContent).toContain("1 act of this period waits for a second person's look.");
    expect(screen.queryByRole("button", { name: /the review…/ })).toBeNull();
  });
});

describe("the schedule", () => {
  /** what is late says by how much, and a record names its document by the SHA-256 that the console computed. */
  it("names what is late, and takes a document as evidence", async () => {
    const host = openAt("#/reviews?part=schedule");
    const line = await screen.findByTestId("duty-policy_review");
    expect(line.textContent).toContain("236 days late");
    expect(within(line).getByRole("link", { name: /waits for a second look/ }).getAttribute("href")).toBe("#/reviews/rv-4");
    await userEvent.click(within(line).getByRole("button", { name: "Record…" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByRole<HTMLButtonElement>("button", { name: "Sign the record…" }).disabled).toBe(true);
    await userEvent.upload(within(dialog).getByTestId("evidence-file"), new File(["minutes"], "minutes.pdf"));
    await within(dialog).findByTestId("evidence");
    expect(host.of("evidence")).toEqual([{ fileName: "minutes.pdf", content: btoa("minutes") }]);
    await userEvent.click(within(dialog).getByRole("button", { name: "Sign the record…" }));
    await vi.waitFor(() => { expect(host.of("open_sign_window")[0]).toMatchObject({ subject: { sign: "record", duty: "policy_review", incident: null, evidenceName: "minutes.pdf" } }); });
  });
});
