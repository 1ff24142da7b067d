import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { keyDetail } from "../../../dev/double/keys";
import { openAt } from "../../../dev/openAt";
import { select } from "../../commands/selection";
import { KeyActs } from "./KeyActs";

afterEach(() => {
  select([]);
});

describe("several keys at once", () => {
  /** a rotation of DEKs is asked for by selection. */
  it("become the targets of one request", async () => {
    select([{ key: "dek-1" as never, name: "dek/one" }, { key: "dek-2" as never, name: "dek/two" }]);
    const host = openAt("#/request/rotate_dek");
    const chosen = await screen.findByTestId("chosen-keys");
    expect(within(chosen).getByText("dek/two")).toBeDefined();
    await userEvent.click(within(chosen).getByRole("button", { name: "Leave out dek/one" }));
    await userEvent.selectOptions(screen.getByLabelText("Trigger"), "suspected_compromise");
    await userEvent.type(screen.getByLabelText("Justification"), "Leak");
    await userEvent.type(screen.getByLabelText("Change record"), "CHG-1");
    await userEvent.type(screen.getByLabelText("Roll-back plan"), "Turn it back");
    await userEvent.click(screen.getByRole("button", { name: "Seal and submit…" }));
    expect(host.of("draft_request")).toMatchObject([{ operation: { operation: "rotate_dek", keys: ["dek-2"], trigger: "suspected_compromise" } }]);
  });
});

describe("the acts of a key", () => {
  /** a KEK on which DEKs hang is not offered for destruction, and the reason stands there. */
  it("say why a KEK cannot be destroyed", async () => {
    render(<KeyActs detail={keyDetail("kek-2", [])} />);
    await userEvent.click(screen.getByRole("button", { name: /Protect or end/ }));
    const item = screen.getByRole("button", { name: /Request destruction…/ });
    expect(item.getAttribute("aria-disabled")).toBe("true");
    expect(item.textContent).toContain("A live DEK hangs on this KEK.");
  });
});
