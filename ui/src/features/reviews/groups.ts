import type { FindingView, ScheduledDuty, TransitionGroup } from "../../host";
import type { IconName } from "../../kit";

/** The groups of the list as people call them, in the order in which it is worked through. */
export const GROUP: Record<TransitionGroup, { readonly title: string; readonly icon: IconName }> = {
  requests: { title: "Requests decided and put into force", icon: "stamp" },
  runs: { title: "Runs and how they ended", icon: "play" },
  keys: { title: "Keys created, rotated, brought back", icon: "key-round" },
  protection: { title: "Protective acts and holds", icon: "shield-alert" },
  destruction: { title: "Destructions and certificates", icon: "trash" },
  exceptions: { title: "Exceptions and shared keys", icon: "hourglass" },
  people: { title: "People and devices", icon: "users" },
  refusals: { title: "Refusals and failed access", icon: "ban" },
  rules: { title: "Rules and settings", icon: "settings" },
  reviews: { title: "Second looks, drills, audits", icon: "shield-check" },
  other: { title: "Other acts", icon: "circle" },
};

export const DUTY: Record<ScheduledDuty, { readonly title: string; readonly cites: string }> = {
  transition_review: { title: "Review of key state transitions", cites: "A §9.6" },
  exception_review: { title: "Look at the register of exceptions", cites: "B §15" },
  policy_review: { title: "Policy review", cites: "A §11, B §16" },
  system_audit: { title: "Audit of the encryption system", cites: "A §9.1" },
  incident_audit: { title: "Audit after an incident", cites: "A §9.1" },
  restore_drill: { title: "Restore drill of backup keys", cites: "B §11" },
};

/** "incident INC-117", "exception RQ-0418", nothing for a note. */
export function becameWords(finding: Pick<FindingView, "becomes" | "reference">): string {
  switch (finding.becomes.is) {
    case "note":
      return "on record";
    case "incident":
      return `incident ${finding.reference}`;
    case "exception":
      return `exception asked for in ${finding.reference}`;
    default:
      return finding.becomes satisfies never;
  }
}
