import type { Classification, HoldId, HoursWish, KeyId, KeyRefView, OperationRequest, PlanRequest, PurgeWish, RotationTrigger, TenantId } from "../../host";
import { KEY_KINDS, type KeyKind, OPERATION } from "../../kit";

/** The request as it is being written. */
export type Draft = {
  readonly kind: KeyKind;
  readonly key: string;
  readonly keys: readonly KeyRefView[];
  readonly tenant: string;
  readonly hold: string;
  readonly trigger: RotationTrigger | "";
  readonly graceSeconds: number;
  readonly overlapSeconds: number;
  readonly purge: PurgeWish;
  readonly reclaim: HoursWish | null;
  readonly own: string;
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

export type Fill = (change: Partial<Draft>) => void;

export const EMPTY_DRAFT: Draft = {
  kind: "rotate_kek", key: "", keys: [], tenant: "", hold: "", trigger: "", graceSeconds: 7 * 86_400, overlapSeconds: 86_400, purge: "scheduled", reclaim: null, own: "",
  name: "", bits: 3072, owner: "", purpose: "", classification: "confidential", reason: "", changeRecord: "", rollbackPlan: "", approveWithinHours: 24, executeWithinHours: 72,
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
  const { kind, purge, reclaim } = draft;
  const key = draft.key === "" ? null : (draft.key as KeyId);
  const keys = draft.keys.map((one) => one.key);
  switch (kind) {
    case "rotate_kek":
      return key && { operation: kind, key, graceSeconds: draft.graceSeconds };
    case "create_kek": {
      const { name, bits, owner, purpose, classification, own } = draft;
      if (name.trim() === "" || owner.trim() === "" || purpose.trim() === "") return null;
      return { operation: kind, name: name.trim(), bits, owner: owner.trim(), purpose: purpose.trim(), classification, tenant: own.trim() === "" ? null : own.trim() };
    }
    case "rotate_dek":
      return keys.length === 0 || draft.trigger === "" ? null : { operation: kind, keys, trigger: draft.trigger };
    case "rotate_secret":
      return key && { operation: kind, key, overlapSeconds: draft.overlapSeconds };
    case "destroy_dek":
      return keys.length === 0 ? null : { operation: kind, keys, reclaim };
    case "destroy_kek":
    case "destroy_secret":
      return key && { operation: kind, key, purge };
    case "offboard_tenant":
      return draft.tenant === "" ? null : { operation: kind, tenant: draft.tenant as TenantId, purge, reclaim };
    case "recover_kek":
      return key && { operation: kind, key };
    case "reactivate":
      if (draft.tenant !== "") return { operation: kind, scope: { of: "tenant", tenant: draft.tenant as TenantId } };
      return key && { operation: kind, scope: { of: "key", key } };
    case "lift_hold":
      return draft.hold === "" ? null : { operation: kind, hold: draft.hold as HoldId };
    default:
      return kind satisfies never;
  }
}

/** What is still missing before it can be sealed, by field. */
export function missing(draft: Draft): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  const { kind } = draft;
  const needsKeys = kind === "rotate_dek" || kind === "destroy_dek";
  const needsKey = kind === "rotate_kek" || kind === "rotate_secret" || kind === "destroy_kek" || kind === "destroy_secret" || kind === "recover_kek";
  if (needsKey && draft.key === "") found.key = `Choose the ${OPERATION[kind].one}.`;
  if (needsKeys && draft.keys.length === 0) found.keys = "Choose at least one DEK.";
  if (kind === "rotate_dek" && draft.trigger === "") found.trigger = "Choose why.";
  if (kind === "offboard_tenant" && draft.tenant === "") found.tenant = "Choose the tenant.";
  if (kind === "reactivate" && draft.key === "" && draft.tenant === "") found.key = "Choose the key.";
  if (kind === "lift_hold" && draft.hold === "") found.hold = "Choose the hold.";
  if (kind === "create_kek") {
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

/** The operation an address names; "rotate" and "create" are the KEK's. */
export function kindOf(id: string | null): KeyKind {
  if (id === "create") return "create_kek";
  return KEY_KINDS.find((kind) => kind === id) ?? "rotate_kek";
}
