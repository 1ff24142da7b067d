import type { Why } from "../request/WhyFields";

export const NO_WHY: Why = { reason: "", changeRecord: "", rollbackPlan: "", approveWithinHours: 24, executeWithinHours: 72 };

/** What the grounds of a request still lack, by field. */
export function missingWhy(why: Why): Partial<Record<keyof Why, string>> {
  const found: Partial<Record<keyof Why, string>> = {};
  if (why.reason.trim() === "") found.reason = "A request needs its reason.";
  if (why.changeRecord.trim() === "") found.changeRecord = "A request needs a change record.";
  if (why.rollbackPlan.trim() === "") found.rollbackPlan = "A request needs a roll-back plan.";
  if (why.executeWithinHours < why.approveWithinHours) found.executeWithinHours = "This is before the time to approve.";
  return found;
}
