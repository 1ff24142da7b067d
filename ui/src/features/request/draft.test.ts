import { describe, expect, it } from "vitest";

import { EMPTY_DRAFT, missing, planOf } from "./draft";

describe("a draft", () => {
  /** no rotation is asked for without a change record and a roll-back plan. */
  it("cannot be sealed without reason, change record and roll-back plan", () => {
    expect(Object.keys(missing({ ...EMPTY_DRAFT, key: "k" })).sort()).toEqual(["changeRecord", "reason", "rollbackPlan"]);
    expect(missing({ ...EMPTY_DRAFT, key: "k", reason: "r", changeRecord: "c", rollbackPlan: "p" })).toEqual({});
    expect(missing({ ...EMPTY_DRAFT, key: "k", reason: " \n", changeRecord: "c", rollbackPlan: "p" })).toHaveProperty("reason");
  });

  it("is planned as soon as its operation is whole", () => {
    expect(planOf(EMPTY_DRAFT)).toBeNull();
    expect(planOf({ ...EMPTY_DRAFT, key: "k" })?.operation).toEqual({ operation: "rotate_kek", key: "k", graceSeconds: 604_800 });
    expect(planOf({ ...EMPTY_DRAFT, kind: "create", name: " new ", owner: "o", purpose: "p" })?.operation).toMatchObject({ operation: "create_kek", name: "new", bits: 3072 });
  });

  it("cannot end before it may be approved", () => {
    expect(missing({ ...EMPTY_DRAFT, key: "k", reason: "r", changeRecord: "c", rollbackPlan: "p", approveWithinHours: 48, executeWithinHours: 24 })).toHaveProperty("executeWithinHours");
  });
});
