import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { openAt } from "../../../dev/openAt";

describe("a certificate of destruction", () => {
  /** what, when, by whom, under which seals, proven how, what remains with dates, and what it does not prove. */
  it("says what was proven, what remains and what it does not prove", async () => {
    openAt("#/certificates/cd-27");
    const paper = await screen.findByTestId("certificate");
    const part = (name: string) => within(paper).getByRole("region", { name }).textContent ?? "";
    expect(part("What was destroyed, and how that was proven")).toContain("no token, no wrap and no former wrap of it");
    expect(part("When, step by step")).toContain("1,318 tokens overwritten and deleted.");
    expect(part("What honestly remained, and until when")).toMatch(/Erasure strength: limited\..*backupsuntil/);
    expect(part("Signed by")).toMatch(/Tomasz Wilk.*asked.*Maren Oduya.*countersigned/);
    expect(paper.textContent).toContain("What it does not proveThat nobody copied a key before it was destroyed.");
  });

  it("says where a file was written", async () => {
    const host = openAt("#/certificates/cd-27");
    await userEvent.click(await screen.findByRole("button", { name: "Save as JSON" }));
    expect(await screen.findByText("/home/maren/Downloads/CD-0027.json")).toBeDefined();
    expect(host.of("certificate_save")).toEqual([{ certificate: "cd-27", format: "json" }]);
  });
});
