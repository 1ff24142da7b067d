import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("an offboarding's survey", () => {
  /** everything found is listed, what stays is said, and the strength stands there before anyone asks. */
  it("says what is found, what becomes of it, and how strong the erasure is", async () => {
    openAt("#/offboarding/tn-2");
    const found = await screen.findByRole("region", { name: "What will be destroyed" });
    expect(found.textContent).toContain("Tokens under them1,318invalidated first");
    expect(found.textContent).toContain("kek-tenant-prod1stays");
    expect(screen.getByTestId("erasure").textContent).toContain("Erasure strength: limited until");
    expect(screen.getByRole("region", { name: "What remains" }).textContent).toContain("Stated by configuration");
    await userEvent.click(screen.getByRole("button", { name: "Request offboarding…" }));
    expect(location.hash).toBe("#/request/offboard_tenant?tenant=tn-2");
  });

  /** each blocker says what to do about it, and nothing can be asked for meanwhile. */
  it("offers no request while something blocks, and says what to do", async () => {
    openAt("#/offboarding/tn-4");
    const hold = await screen.findByTestId("check-legal_hold");
    expect(hold.dataset["finding"]).toBe("blocks");
    expect(hold.textContent).toContain("4 O 221/26");
    expect(within(hold).getByRole("link", { name: "Its holds" }).getAttribute("href")).toBe("#/tenants/tn-4");
    expect(screen.queryByRole("button", { name: "Request offboarding…" })).toBeNull();
    expect(screen.getByText("2 things stand in the way.")).toBeDefined();
  });

  /** a run that waits for the vault says until when, in the list and on its page. */
  it("says of a run that it waits for the vault's purge", async () => {
    openAt("#/offboarding");
    const row = (await screen.findByTestId("offboarding-RQ-0380")).closest("tr");
    expect(row?.textContent).toContain("Waiting for purge until 8 Feb 2027");
  });
});
