import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("the review list", () => {
  /** a second person signs off in the sign window. */
  it("opens the sign window for another person's act", async () => {
    const host = openAt("#/reviews/rv-1");
    await userEvent.click(await screen.findByRole("button", { name: /Sign off…/ }));
    await vi.waitFor(() => { expect(host.of("open_sign_window")).toEqual([{ subject: { sign: "review", review: "rv-1" } }]); });
  });

  /** nobody signs off what they did themselves; the reason stands there, and who could. */
  it("offers no sign-off of one's own act", async () => {
    openAt("#/reviews/rv-2");
    expect((await screen.findByTestId("why-not")).textContent).toBe("You did this yourself; another person must look at it. Tomasz Wilk or Ilse Brandt could do it instead.");
    expect(screen.queryByRole("button", { name: /Sign off…/ })).toBeNull();
  });

  it("keeps what was signed off, with who looked and what they found", async () => {
    openAt("#/reviews/rv-6?folder=reviewed");
    const second = await screen.findByRole("region", { name: "Second look" });
    expect(within(second).getByText("Ilse Brandt")).toBeDefined();
    expect(second.textContent).toContain("Matches INC-101");
  });
});
