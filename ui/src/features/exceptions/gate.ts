import type { ExceptionRowView, GateFindingView, GateView } from "../../host";
import { counted, day, ENVIRONMENT } from "../../kit";

/** The gate in words: what a pipeline would be told now. */

export function verdict(gate: Pick<GateView, "environment" | "blocked">): string {
  return `${ENVIRONMENT[gate.environment]} deployment ${gate.blocked ? "blocked" : "allowed"}`;
}

/** What the banner says beside the verdict: the first thing that blocks, or the first that will. */
export function headline(gate: GateView): string {
  const [first] = gate.findings;
  if (first === undefined) return "Nothing blocks, nothing warns.";
  return sentence(first);
}

/** One finding, in one sentence. A kind without words here is told as the gate tells it. */
export function sentence(finding: GateFindingView): string {
  const { id, title, since, days, kind } = finding;
  switch (kind) {
    case "exception_expired":
      return `${id} expired${since === null ? "" : ` on ${day(since)}`} and is neither closed nor renewed.`;
    case "exception_expiring":
      return `${id} ends ${days === null ? "soon" : days <= 0 ? "today" : `in ${counted(days, "day")}`}${since === null ? "" : `, on ${day(since)}`}.`;
    default:
      return [id, title].filter((part) => part !== "").join(": ").replace(/\.?$/, ".");
  }
}

/** Warnings besides what the headline says. */
export function others(gate: GateView): readonly GateFindingView[] {
  return gate.findings.slice(1);
}

/** The exception that a finding is about, among the rows that are read. */
export function rowOf(finding: GateFindingView | undefined, rows: readonly ExceptionRowView[] | undefined): ExceptionRowView | undefined {
  return finding?.exception == null ? undefined : rows?.find((row) => row.exception === finding.exception);
}
