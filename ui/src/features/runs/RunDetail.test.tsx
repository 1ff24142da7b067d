import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("a run that destroys", () => {
  /** it waits for the vault's own date, and is open until a read proves the object gone. */
  it("waits for the purge with its date, and offers no roll-back", async () => {
    openAt("#/runs/rn-4");
    expect((await screen.findByTestId("step-await_purge")).textContent).toContain("until 8 Feb");
    expect(screen.getByText("Waiting for purge until 8 Feb 2027")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Roll back…" })).toBeNull();
    expect(screen.getByRole("region", { name: "Certificate of destruction" }).textContent).toContain("not while any proof is missing");
  });

  /** R-40: zeroed, but the old bytes are still in the tables' files: the state says so. */
  it("says that its reclaim is pending", async () => {
    openAt("#/runs/rn-6");
    expect(await screen.findByText(/^Zeroed, reclaim pending until 23 Nov 2026$/)).toBeDefined();
    expect(screen.getByTestId("standing").textContent).toContain("What is destroyed stays destroyed");
  });

  it("shows evidence that has no words as it was recorded", async () => {
    openAt("#/runs/rn-5");
    expect((await screen.findByTestId("step-prove_absent")).textContent).toContain("files_read: custody.wrap, custody.token");
  });
});
