import { describe, expect, it } from "vitest";

import { href, parseRoute, SCREENS } from "./route";

describe("route", () => {
  it("comes back as it was written", () => {
    for (const screen of SCREENS) {
      const query = { text: "a & b = c?", dir: "descending" };
      expect(parseRoute(href(screen, "id/with # and %", query))).toEqual({ screen, id: "id/with # and %", query });
    }
  });

  it("leaves out what is empty", () => {
    expect(href("keys", null, { text: "", due: "overdue" })).toBe("#/keys?due=overdue");
    expect(href("keys")).toBe("#/keys");
  });

  it("goes to the overview when the address makes no sense", () => {
    for (const hash of ["", "#", "#/", "#/nowhere", "#javascript:alert(1)", "#/__proto__"]) expect(parseRoute(hash).screen).toBe("overview");
    expect(parseRoute("#/keys/%E0%A4%A").id).toBe("");
  });
});
