import type { StepKind, StepView } from "../../host";
import { count } from "../../kit";

/** A step in two words, for lists. */
export const STEP_WORD: Record<StepKind, string> = {
  compare: "Compare", create_version: "Create version", create_key: "Create key", rewrap: "Re-wrap", prove: "Prove", grace: "Grace period",
  disable_old: "Disable old version", register: "Register", close: "Close", restore: "Restore wraps", enable_old: "Enable old version", disable_new: "Disable new version",
};

/** A step as what it does, with the version it is about. */
export function stepTitle(step: StepView): string {
  const version = step.version === null ? "" : ` ${step.version}`;
  const v = step.version === null ? "the old version" : `v${step.version}`;
  switch (step.kind) {
    case "compare":
      return "Compare live state with the sealed plan";
    case "create_version":
      return `Create version${version}`;
    case "create_key":
      return "Create the key";
    case "rewrap":
      return "Re-wrap DEKs";
    case "prove":
      return `Prove: no DEK left on ${v}, one of each batch opened`;
    case "grace":
      return "Grace period for late readers";
    case "disable_old":
      return `Disable version${version}, proven by a refused unwrap`;
    case "register":
      return "Write it into the register";
    case "close":
      return "Close and record verification";
    case "restore":
      return `Restore the wraps of ${v}`;
    case "enable_old":
      return `Enable version${version} again`;
    case "disable_new":
      return `Disable version${version}`;
    default:
      return step.kind satisfies never;
  }
}

export function progressText(step: StepView): string {
  if (step.done === null || step.total === null) return "";
  return `${count(step.done)} of ${count(step.total)}`;
}
