import type { ExceptionRowView, GateFindingView, GateView } from "../../host";
import { counted, day, ENVIRONMENT } from "../../kit";

/** The gate in words: what a pipeline would be told now. */

export function verdict(gate: Pick<GateView, "environment" | "blocked">): string {
  return `${ENVIRONMENT[gate.environment]} deployment ${gate.blocked ? "blocked" : "allowed"}`;
}

/** What the banner says beside the verdict: the first thing that blocks, or the first that will. */
export function headline(gate: Pick<GateView, "findings">): string {
  const [first] = gate.findings;
  return first === undefined ? "Nothing blocks, nothing warns." : sentence({ ...first, about: "" });
}

/** One finding, in one sentence. A kind without words here is told as the gate tells it. */
export function sentence(finding: GateFindingView): string {
  const { id, title, due, days, kind, isDue, about } = finding;
  if (kind === "exception" && !REVOKED.test(title)) {
    return isDue
      ? `${id} expired on ${day(due)} and is neither closed nor renewed${about === "" ? "" : ` (policy ${about})`}.`
      : `${id} ends ${days === 0 ? "today" : `in ${counted(days, "day")}`}, on ${day(due)}.`;
  }
  return [id, title].filter((part) => part !== "").join(": ").replace(/\.?$/, ".");
}

/** What one person revoked stays in the way until a second one has signed that off. */
const REVOKED = /\(revoked, not yet signed off\)$/;

export function isRevoked(finding: GateFindingView): boolean {
  return finding.kind === "exception" && REVOKED.test(finding.title);
}

/** Findings besides what the headline says. */
export function others(gate: GateView): readonly GateFindingView[] {
  return gate.findings.slice(1);
}

/** The exception that a finding is about, among the rows that are read. */
export function rowOf(finding: GateFindingView | undefined, rows: readonly ExceptionRowView[] | undefined): ExceptionRowView | undefined {
  return finding?.exception == null ? undefined : rows?.find((row) => row.exception === finding.exception);
}
