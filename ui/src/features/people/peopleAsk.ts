import type { ActorKind, CardView, OperationRequest, OperatorId, Role } from "../../host";
import type { AskKind } from "./asks";

/** What is asked for about a person, as it is being written. */
export type Wish = {
  readonly operator: string;
  readonly card: string;
  /** What the card says, once it was read. */
  readonly read: CardView | null;
  readonly keyless: boolean;
  readonly actor: ActorKind;
  readonly name: string;
  readonly person: string;
  readonly login: string;
  readonly roles: readonly Role[];
};

export const EMPTY_WISH: Wish = { operator: "", card: "", read: null, keyless: false, actor: "service", name: "", person: "", login: "", roles: [] };

/** The operation, once enough is known for a plan. */
export function operationOf(kind: AskKind, wish: Wish): OperationRequest | null {
  if (Object.keys(gapsOf(kind, wish)).length > 0) return null;
  const operator = wish.operator as OperatorId;
  const card = wish.card.trim();
  const roles = [...wish.roles];
  switch (kind) {
    case "enrol":
      return { operation: "enrol_operator", joiner: wish.keyless ? { as: "keyless", kind: wish.actor, name: wish.name.trim(), person: wish.person.trim(), login: wish.login.trim() } : { as: "card", card }, roles };
    case "device":
      return { operation: "enrol_device", operator, card };
    case "grant":
      return { operation: "grant_role", operator, roles };
    case "reinstate":
      return { operation: "reinstate_operator", operator, roles, card: card === "" ? null : card };
    default:
      return kind satisfies never;
  }
}

/** What is still missing, by field. A card whose proof does not hold is asked about by nobody. */
export function gapsOf(kind: AskKind, wish: Wish): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  if (kind !== "enrol" && wish.operator === "") found["operator"] = "Choose the person.";
  if (kind === "enrol" && wish.keyless) {
    if (wish.name.trim() === "") found["name"] = "The name is empty.";
    if (wish.person.trim() === "") found["person"] = "The identity is empty.";
    if (wish.login.trim() === "") found["login"] = "The login is empty.";
  } else if (kind !== "grant") {
    const wrong = cardGap(kind, wish);
    if (wrong !== null) found["card"] = wrong;
  }
  if (kind !== "device" && wish.roles.length === 0) found["roles"] = "Choose at least one role.";
  return found;
}

function cardGap(kind: AskKind, { read, operator }: Wish): string | null {
  if (read === null) return "Paste the enrolment card, or choose its file.";
  if (!read.thisCustody) return "This card was made for another custody.";
  if (!read.proven) return "The card's proof does not hold.";
  if (read.deviceKnown) return "This device is enrolled already.";
  if (kind === "enrol" && read.known !== null) return `${read.known.name} is enrolled already.`;
  if (kind !== "enrol" && operator !== "" && read.known?.operator !== operator) return "This card is not of that person.";
  return null;
}

/** What may stand together: an auditor has no other role, and accepting risks goes with Security. */
export function withRole(roles: readonly Role[], role: Role, on: boolean, held: readonly Role[]): readonly Role[] {
  if (!on) return roles.filter((one) => one !== role && !(role === "security" && one === "risk_acceptance"));
  if (role === "auditor") return ["auditor"];
  const others = roles.filter((one) => one !== "auditor");
  const needsSecurity = role === "risk_acceptance" && !others.includes("security") && !held.includes("security");
  return [...others, ...(needsSecurity ? (["security"] as const) : []), role];
}

/** Roles that an actor of a kind can have. */
export function rolesOf(kind: ActorKind): readonly Role[] {
  return kind === "operator" ? ["security", "devops", "engineering", "auditor", "risk_acceptance"] : kind === "agent" ? [] : ["auditor"];
}
