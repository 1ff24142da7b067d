import { describe, expect, it } from "vitest";

import type { KeyId } from "../../host";
import { KEY_KINDS } from "../../kit";
import { EMPTY_DRAFT, kindOf, missing, operationOf, planOf, type Draft } from "./draft";

const WHY = { reason: "r", changeRecord: "c", rollbackPlan: "p" };
const DEKS = [{ key: "d1" as KeyId, name: "dek/a" }, { key: "d2" as KeyId, name: "dek/b" }];
const WHOLE: Draft = { ...EMPTY_DRAFT, ...WHY, key: "k", keys: DEKS, tenant: "t", hold: "h", trigger: "schedule", name: "n", owner: "o", purpose: "p" };

describe("a draft", () => {
  /** no rotation is asked for without a change record and a roll-back plan. */
  it("cannot be sealed without reason, change record and roll-back plan", () => {
    expect(Object.keys(missing({ ...EMPTY_DRAFT, key: "k" })).sort()).toEqual(["changeRecord", "reason", "rollbackPlan"]);
    expect(missing({ ...EMPTY_DRAFT, ...WHY, key: "k" })).toEqual({});
    expect(missing({ ...EMPTY_DRAFT, ...WHY, key: "k", reason: " \n" })).toHaveProperty("reason");
  });

  it("is planned as soon as its operation is whole", () => {
    expect(planOf(EMPTY_DRAFT)).toBeNull();
    expect(planOf({ ...EMPTY_DRAFT, key: "k" })?.operation).toEqual({ operation: "rotate_kek", key: "k", graceSeconds: 604_800 });
    expect(planOf({ ...EMPTY_DRAFT, kind: "create_kek", name: " new ", owner: "o", purpose: "p" })?.operation).toMatchObject({ operation: "create_kek", name: "new", bits: 3072 });
  });

  it("cannot end before it may be approved", () => {
    expect(missing({ ...EMPTY_DRAFT, ...WHY, key: "k", approveWithinHours: 48, executeWithinHours: 24 })).toHaveProperty("executeWithinHours");
  });

  /** Every operation that needs two people can be asked for here, and none without what it is about. */
  it.each(KEY_KINDS)("asks for %s once it says upon what", (kind) => {
    expect(operationOf({ ...WHOLE, kind })?.operation).toBe(kind);
    expect(missing({ ...WHOLE, kind })).toEqual({});
    expect(operationOf({ ...EMPTY_DRAFT, ...WHY, kind })).toBeNull();
    expect(Object.keys(missing({ ...EMPTY_DRAFT, ...WHY, kind }))).not.toEqual([]);
  });

  /** a DEK is rotated on a trigger that the policy names. */
  it("rotates DEKs by selection, each trigger named", () => {
    expect(operationOf({ ...WHOLE, kind: "rotate_dek", trigger: "suspected_compromise" })).toEqual({ operation: "rotate_dek", keys: ["d1", "d2"], trigger: "suspected_compromise" });
    expect(missing({ ...WHOLE, kind: "rotate_dek", trigger: "" })).toHaveProperty("trigger");
  });

  it("knows its operation by its address", () => {
    expect([kindOf("rotate"), kindOf("create"), kindOf("destroy_kek"), kindOf("__proto__"), kindOf(null)]).toEqual(["rotate_kek", "create_kek", "destroy_kek", "rotate_kek", "rotate_kek"]);
  });
});
