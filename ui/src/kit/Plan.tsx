import { Fragment } from "react";

import type { ChangeView, DifferenceView, PlanView } from "../host";
import { count, duration } from "./format";
import styles from "./Plan.module.css";
import { countLabel, fieldWord, isIdentifier } from "./planWords";
import { Note } from "./states";
import { isInRegister } from "./words";

/** Figures first: what the plan touches, and what it costs. */
export function PlanFacts({ plan }: { readonly plan: PlanView }) {
  const { impact } = plan;
  const facts: [string, string][] = [
    ...(plan.operation === "create_kek" ? ([[plan.algorithm.split(",")[0] ?? plan.algorithm, "algorithm"]] as [string, string][]) : []),
    ...impact.counts.map((figure): [string, string] => [count(figure.count), countLabel(plan.operation, figure)]),
    ...(isInRegister(plan.operation)
      ? []
      : ([
          [count(impact.vaultOperations), impact.vaultOperations === 1 ? "vault operation" : "vault operations"],
          [duration(impact.estimatedSeconds), impact.budgetPercent > 0 ? `at ${impact.budgetPercent} % of the limit` : "estimated"],
        ] as [string, string][])),
  ];
  if (facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {facts.map(([value, label]) => (
        <div key={label}>
          <dt title={label}>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Then what changes: now and after, changed lines first, each under the name of what it is about where there are several. */
export function PlanChanges({ plan }: { readonly plan: PlanView }) {
  const subjects = [...new Set(plan.changes.map((change) => change.subject))];
  const several = subjects.length > 1 || (subjects[0] !== undefined && subjects[0] !== plan.subject);
  return (
    <div className="diff" role="table" aria-label="What will change">
      <div className="h" role="row">
        <span role="columnheader">What will change</span>
        <span role="columnheader">Now</span>
        <span role="columnheader">After</span>
      </div>
      {subjects.map((subject) => (
        <Fragment key={subject}>
          {several && (
            <div className={`l ${styles.subject ?? ""}`} role="row">
              <span role="rowheader" className="mono strong">
                {subject}
              </span>
            </div>
          )}
          {plan.changes.map((change, at) => change.subject === subject && <Line key={at} change={change} plan={plan} />)}
        </Fragment>
      ))}
    </div>
  );
}

function Line({ change, plan }: { readonly change: ChangeView; readonly plan: PlanView }) {
  const mono = isIdentifier(change.field) ? " mono" : "";
  const same = change.kind === "same";
  const gone = change.kind === "destroy";
  return (
    <div className="l" role="row">
      <span role="rowheader">{fieldWord(change.field, plan)}</span>
      <span role="cell" className={`${same || change.before === "" ? "same" : "del"}${mono}`} title={change.before}>
        {change.before === "" ? "–" : figure(change.before)}
      </span>
      <span role="cell" className={same ? "same" : `add${mono}`} title={change.after}>
        {same ? "unchanged" : gone ? "nothing" : figure(change.after)}
      </span>
    </div>
  );
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
