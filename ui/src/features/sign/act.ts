import type { SignAct, SignContextView } from "../../host";

/** The act in its own words: on the title, on the button, and afterwards. */
export function wordsOf(act: SignAct, context: SignContextView): { title: string; button: string; done: string; ordinal: string } {
  const rotate = context.plan.operation === "rotate_kek";
  const what = rotate ? `rotate KEK ${context.plan.subject} to version ${context.plan.versionAfter}` : `create KEK ${context.plan.subject}`;
  const noun = rotate ? "rotation" : "creation";
  if (act.kind === "submit") return { title: `Request: ${what}`, button: "Seal and submit", done: "Sealed and submitted", ordinal: "first" };
  return act.decision === "approve"
    ? { title: `Countersign: ${what}`, button: `Countersign ${noun}`, done: "Countersigned", ordinal: "second" }
    : { title: `Reject: ${what}`, button: `Reject ${noun}`, done: "Rejected", ordinal: "second" };
}
