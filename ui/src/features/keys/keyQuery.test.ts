import { describe, expect, it } from "vitest";

import { isFiltered, NO_FILTER, queryOf, shownOf, type Shown } from "./keyQuery";

describe("the keys' address", () => {
  it("comes back as it was set", () => {
    const shown: Shown = {
      filter: { types: ["kek", "dek"], states: ["active"], due: "within30_days", storage: ["key_vault"], tenant: "Alder & Finch", owner: "Platform", wrappedBy: "kek-1" as never, text: "a b" },
      sort: "name", direction: "descending",
    };
    expect(shownOf(queryOf(shown))).toEqual(shown);
  });

  it("takes nothing that is not a word of the list", () => {
    const shown = shownOf({ type: "kek,evil,__proto__", state: "toString", due: "constructor", sort: "; drop", dir: "up" });
    expect(shown).toEqual({ filter: { ...NO_FILTER, types: ["kek"] }, sort: "rotate_by", direction: "ascending" });
  });

  it("knows an empty filter", () => {
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(isFiltered({ ...NO_FILTER, text: "x" })).toBe(true);
    expect(shownOf({}).filter).toEqual(NO_FILTER);
  });
});
