import type { Classification, KeyId, OperationRequest, PlanRequest } from "../../host";

/** The request as it is being written. */
export type Draft = {
  readonly kind: "rotate" | "create";
  readonly key: string;
  readonly graceSeconds: number;
  readonly name: string;
  readonly bits: number;
  readonly owner: string;
  readonly purpose: string;
  readonly classification: Classification;
  readonly reason: string;
  readonly changeRecord: string;
  readonly rollbackPlan: string;
  readonly approveWithinHours: number;
  readonly executeWithinHours: number;
};

export const EMPTY_DRAFT: Draft = {
  kind: "rotate", key: "", graceSeconds: 7 * 86_400, name: "", bits: 3072, owner: "", purpose: "", classification: "confidential",
  reason: "", changeRecord: "", rollbackPlan: "", approveWithinHours: 24, executeWithinHours: 72,
};

export const GRACE: readonly { readonly seconds: number; readonly word: string }[] = [
  { seconds: 0, word: "None: disable at once" },
  { seconds: 3600, word: "1 hour" },
  { seconds: 86_400, word: "1 day" },
  { seconds: 7 * 86_400, word: "7 days" },
  { seconds: 30 * 86_400, word: "30 days" },
];

/** What a plan can be computed from already, or nothing. */
export function planOf(draft: Draft): PlanRequest | null {
  const operation = operationOf(draft);
  return operation && { operation, approveWithinHours: draft.approveWithinHours, executeWithinHours: draft.executeWithinHours };
}

export function operationOf(draft: Draft): OperationRequest | null {
  if (draft.kind === "rotate") return draft.key === "" ? null : { operation: "rotate_kek", key: draft.key as KeyId, graceSeconds: draft.graceSeconds };
  const { name, bits, owner, purpose, classification } = draft;
  if (name.trim() === "" || owner.trim() === "" || purpose.trim() === "") return null;
  return { operation: "create_kek", name: name.trim(), bits, owner: owner.trim(), purpose: purpose.trim(), classification };
}

/** What is still missing before it can be sealed, by field. */
export function missing(draft: Draft): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  if (draft.kind === "rotate" && draft.key === "") found.key = "Choose the KEK.";
  if (draft.kind === "create") {
    if (draft.name.trim() === "") found.name = "The name is empty.";
    if (draft.owner.trim() === "") found.owner = "The owner is empty.";
    if (draft.purpose.trim() === "") found.purpose = "The purpose is empty.";
  }
  if (draft.reason.trim() === "") found.reason = "A request needs its reason.";
  if (draft.changeRecord.trim() === "") found.changeRecord = "A request needs a change record.";
  if (draft.rollbackPlan.trim() === "") found.rollbackPlan = "A request needs a roll-back plan.";
  if (draft.executeWithinHours < draft.approveWithinHours) found.executeWithinHours = "This is before the time to approve.";
  return found;
}
