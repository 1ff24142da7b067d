import type { ChangeSubject, ChangeView, DifferenceView, PlanView } from "../host";
import { count, duration } from "./format";
import styles from "./Plan.module.css";
import { Note } from "./states";

/** Figures first: what the plan touches, and what it costs. */
export function PlanFacts({ plan }: { readonly plan: PlanView }) {
  const { impact } = plan;
  const facts =
    plan.operation === "rotate_kek"
      ? [
          [count(impact.deks), impact.deks === 1 ? "DEK re-wrapped" : "DEKs re-wrapped"],
          [count(impact.tenants), impact.tenants === 1 ? "tenant touched" : "tenants touched"],
          [count(impact.vaultOperations), "vault operations"],
          [duration(impact.estimatedSeconds), `at ${impact.budgetPercent} % of the limit`],
        ]
      : [
          [plan.algorithm.split(",")[0] ?? plan.algorithm, "algorithm"],
          [count(impact.vaultOperations), "vault operations"],
          [duration(impact.estimatedSeconds), "estimated"],
        ];
  return (
    <dl className={styles.facts}>
      {facts.map(([value, label]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Then what changes: now and after, changed lines first. */
export function PlanChanges({ plan }: { readonly plan: PlanView }) {
  return (
    <div className="diff" role="table" aria-label="What will change">
      <div className="h" role="row">
        <span role="columnheader">What will change</span>
        <span role="columnheader">Now</span>
        <span role="columnheader">After</span>
      </div>
      {plan.changes.map((change, at) => (
        <Line key={at} change={change} />
      ))}
    </div>
  );
}

function Line({ change }: { readonly change: ChangeView }) {
  const mono = change.identifier ? " mono" : "";
  const same = change.kind === "same";
  return (
    <div className="l" role="row">
      <span role="rowheader">{subject(change)}</span>
      <span role="cell" className={`${same ? "same" : change.before === "" ? "same" : "del"}${mono}`} title={change.before}>
        {change.before === "" ? "–" : figure(change.before)}
      </span>
      <span role="cell" className={same ? "same" : `add${mono}`} title={change.after}>
        {same ? "unchanged" : change.after === "" ? "–" : figure(change.after)}
      </span>
    </div>
  );
}

const SUBJECT: Record<ChangeSubject, string> = {
  current_version: "Current version", deks_under_old: "DEKs under", deks_under_new: "DEKs under", old_version: "Version",
  algorithm: "Algorithm", key_name: "Name", owner: "Owner", purpose: "Purpose", classification: "Classification", rotate_by: "Rotate by", vault: "Vault",
};

function subject(change: ChangeView): string {
  const version = change.version;
  if (version === null) return SUBJECT[change.subject];
  return change.subject === "old_version" ? `Version ${version}` : `${SUBJECT[change.subject]} v${version}`;
}

/** A bare number, or a number at the beginning, with its thousands apart. */
function figure(text: string): string {
  return text.replace(/^\d{4,}(?=$|[ ,])/, (digits) => count(Number(digits)));
}

/** What is no longer as planned, field by field. */
export function Differences({ differences, lead }: { readonly differences: readonly DifferenceView[]; readonly lead: string }) {
  return (
    <Note tone="alert" role="alert">
      <b>{lead}</b>
      <table className={styles.differences}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">As sealed</th>
            <th scope="col">As it is</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference, at) => (
            <tr key={at}>
              <th scope="row">
                {difference.subject}, {difference.field}
              </th>
              <td>{figure(difference.planned)}</td>
              <td>{figure(difference.found)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Note>
  );
}
