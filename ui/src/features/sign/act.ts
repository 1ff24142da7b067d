import type { OperationKind, SignAct, SignPlanView } from "../../host";
import { OPERATION, requestTitle } from "../../kit";

/** What is countersigned by accepting a risk, in words of its own. */
const ACCEPTS = new Set<OperationKind>(["grant_exception", "share_key"]);

/** The act in its own words: on the title, on the button, and afterwards. */
export function wordsOf(act: SignAct, { plan }: SignPlanView): { title: string; button: string; done: string; destroys: boolean } {
  const title = requestTitle({ ...plan, targets: plan.targets.length });
  const what = title.charAt(0).toLowerCase() + title.slice(1);
  const { noun } = OPERATION[plan.operation];
  if (act.kind === "submit") return { title: `Request: ${what}`, button: "Seal and submit", done: "Sealed and submitted", destroys: plan.destroys };
  if (act.decision === "approve" && ACCEPTS.has(plan.operation)) return { title: `Countersign: ${what}`, button: "Accept risk and countersign", done: "Risk accepted, countersigned", destroys: false };
  return act.decision === "approve"
    ? { title: `Countersign: ${what}`, button: `Countersign ${noun}`, done: "Countersigned", destroys: plan.destroys }
    : { title: `Reject: ${what}`, button: `Reject ${noun}`, done: "Rejected", destroys: false };
}
