import type { OperationKind, StepKind, StepView } from "../../host";
import { count } from "../../kit";

/** A step in two words, for lists. */
export const STEP_WORD: Record<StepKind, string> = {
  compare: "Compare", create_version: "Create version", create_key: "Create key", rewrap: "Re-wrap", prove: "Prove", grace: "Grace period",
  disable_old: "Disable old version", register: "Register", close: "Close", restore: "Restore wraps", enable_old: "Enable old version", disable_new: "Disable new version",
  replace_dek: "Replace DEKs", reencrypt: "Re-encrypt", reencrypt_back: "Re-encrypt back", erase_old: "Erase old wraps", erase_new: "Erase new wraps",
  deactivate: "Deactivate", delete_tokens: "Delete tokens", erase_wraps: "Erase wraps", reclaim: "Reclaim", delete_from_vault: "Delete in the vault",
  await_purge: "Await purge", prove_absent: "Prove absent", recover: "Recover", enable_versions: "Enable versions", activate: "Activate", lift: "Lift hold", apply: "Put into force",
};

/** A step as what it does, with the version it is about. */
export function stepTitle(step: StepView, operation: OperationKind): string {
  return OWN[operation]?.[step.kind] ?? generalTitle(step);
}

/** Steps that are called otherwise where they are about something else than a KEK's version. */
const OWN: Partial<Record<OperationKind, Partial<Record<StepKind, string>>>> = {
  rotate_dek: { prove: "Prove: no token is left under an old DEK, each new wrapped value opens" },
  rotate_secret: { create_version: "Generate a new value in the vault", grace: "Overlap: both values work", disable_old: "Disable the value before", enable_old: "Enable the value before again", disable_new: "Disable the value that was given up" },
  recover_kek: { prove: "Prove that what it wraps opens again" },
};

function generalTitle(step: StepView): string {
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
    case "replace_dek":
      return "Make new DEKs; the old ones stay until no token needs them";
    case "reencrypt":
      return "Re-encrypt every token under the new DEK";
    case "reencrypt_back":
      return "Re-encrypt every token under the DEK before";
    case "erase_old":
      return "Overwrite and remove the old wraps";
    case "erase_new":
      return "Overwrite and remove the wraps that were given up";
    case "deactivate":
      return "Take the keys out of use";
    case "delete_tokens":
      return "Overwrite and delete tokens";
    case "erase_wraps":
      return "Overwrite wraps with zeros, then delete them";
    case "reclaim":
      return "Rewrite the tables, so that the old bytes leave their files";
    case "delete_from_vault":
      return "Delete in the vault";
    case "await_purge":
      return "Purge, or wait for the vault's own date";
    case "prove_absent":
      return "Prove that nothing is left";
    case "recover":
      return "Recover from soft-delete";
    case "enable_versions":
      return "Enable versions in the vault again";
    case "activate":
      return "Put the keys into use again";
    case "lift":
      return "Lift the hold";
    case "apply":
      return "Put it into force: change the register as the plan says";
    default:
      return step.kind satisfies never;
  }
}

export function progressText(step: StepView): string {
  if (step.done === null || step.total === null) return "";
  return `${count(step.done)} of ${count(step.total)}`;
}
