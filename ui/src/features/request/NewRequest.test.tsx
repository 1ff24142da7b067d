import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("a new request", () => {
  /** The keyboard goes through the operations without being thrown off the field, and keeps what was written. */
  it("changes its operation in place", async () => {
    openAt("#/request/rotate?key=kek-2");
    await userEvent.type(await screen.findByLabelText("Justification"), "Because");
    const operation = screen.getByLabelText<HTMLSelectElement>("Operation");
    operation.focus();
    await userEvent.selectOptions(operation, "destroy_secret");
    expect(screen.getByLabelText("Secret")).toBeDefined();
    expect(document.activeElement).toBe(operation);
    expect(screen.getByLabelText<HTMLTextAreaElement>("Justification").value).toBe("Because");
    expect(location.hash).toBe("#/request/destroy_secret");
  });
});
