import type { PaceView, RunDetailView, StepKind } from "../../host";
import { actWord, Bar, count, counted, Icon, listed } from "../../kit";
import { href } from "../../routes/route";
import styles from "./runs.module.css";
import { STEP_WORD } from "./steps";

/** The sentence a person needs before pulling a plug. */
export function Standing({ detail }: { readonly detail: RunDetailView }) {
  const { standing, row } = detail;
  const over = row.finishedAt !== null;
  const rotate = row.operation === "rotate_kek" && standing.oldVersion !== null;
  return (
    <section className="card" aria-label={over ? "What holds now" : "If this stops now"}>
      <header>
        <h2>{over ? "What holds now" : "If this stops now"}</h2>
      </header>
      <ul className={`body small t2 ${styles.standing ?? ""}`} data-testid="standing">
        {rotate ? (
          <Line>
            Every DEK {over ? "opens" : "still opens"}: {count(standing.onNew)} with v{standing.newVersion}
            {standing.onOld > 0 && `, ${count(standing.onOld)} with v${standing.oldVersion ?? ""}`}.
          </Line>
        ) : (
          holds(detail).map((sentence) => <Line key={sentence}>{sentence}</Line>)
        )}
        {!over && standing.mayContinue.length > 0 && <Line>{`${listed(standing.mayContinue.map((who) => who.name), "or")} can go on.`}</Line>}
        {rotate && <Line>{standing.oldEnabled ? `v${standing.oldVersion ?? ""} stays enabled until the last DEK has left it.` : `v${standing.oldVersion ?? ""} is disabled.`}</Line>}
      </ul>
    </section>
  );
}

/** What holds now for the operations that move no wrap, read from the steps that are done. */
function holds({ row, steps }: RunDetailView): readonly string[] {
  const begun = (kind: StepKind) => steps.some((step) => step.kind === kind && (step.state === "done" || step.state === "running" || step.state === "failed"));
  const done = (kind: StepKind) => steps.some((step) => step.kind === kind && step.state === "done");
  switch (row.operation) {
    case "create_kek":
    case "rotate_kek":
      return ["No DEK depends on this key yet."];
    case "rotate_dek":
      return [done("erase_old") ? "Every token opens with its new DEK; the old wrapped values are gone." : "Every token opens: with its new DEK where it was re-encrypted, with the old one where not."];
    case "rotate_secret":
      return [done("disable_old") ? "The new value is in use; the value before is disabled." : done("create_version") ? "Both values work until the overlap ends." : "The value before is in use."];
    case "destroy_dek":
    case "offboard_tenant":
      if (done("prove_absent")) return ["Everything the plan names is destroyed, and that was proven."];
      return begun("delete_tokens") ? ["What is destroyed stays destroyed; the rest is still there, out of use."] : begun("deactivate") ? ["Nothing is destroyed yet. The keys are out of use."] : ["Nothing is destroyed yet."];
    case "destroy_kek":
    case "destroy_secret":
      return done("prove_absent") ? ["The vault no longer has it."] : done("delete_from_vault") ? ["It is deleted, and can be recovered by two people until the vault has purged it."] : ["Nothing is deleted yet."];
    case "recover_kek":
      return [done("recover") ? "The key is back; what it wraps opens." : "The key is still deleted."];
    case "reactivate":
      return [done("activate") ? "The keys serve again." : "The keys are still out of use."];
    case "lift_hold":
      return [done("lift") ? "The hold is lifted." : "The hold is still in force."];
    case "grant_exception":
    case "close_exception":
    case "share_key":
    case "change_rules":
    case "enrol_operator":
    case "enrol_device":
    case "grant_role":
    case "reinstate_operator":
      return [done("apply") ? "It is in force." : "Nothing has changed yet."];
    default:
      return row.operation satisfies never;
  }
}

function Line({ children }: { readonly children: React.ReactNode }) {
  return (
    <li>
      <Icon name="circle-check" size={14} />
      <span>{children}</span>
    </li>
  );
}

export function Budget({ pace }: { readonly pace: PaceView }) {
  return (
    <section className="card" aria-label="Vault budget">
      <header>
        <h2>Vault budget</h2>
        <span className={`end small t3 num ${styles.headNote ?? ""}`}>10 s window</span>
      </header>
      <div className="body">
        <div>
          <span className="figure">{count(pace.usedInWindow)}</span> <span className="small t3">of {counted(pace.limitInWindow, "operation")}</span>
        </div>
        <div className={styles.budgetBar}>
          <Bar label="Vault operations in the last ten seconds" done={pace.usedInWindow} total={pace.limitInWindow} height={8} />
        </div>
        <div className="row small t3 num">
          <span>budget {pace.budgetPercent} %</span>
          <span className="end">limit {count(pace.limitInWindow)}</span>
        </div>
      </div>
    </section>
  );
}

export function Evidence({ detail }: { readonly detail: RunDetailView }) {
  return (
    <section className="card" aria-label="Evidence">
      <header>
        <h2>Evidence{detail.row.finishedAt === null ? " so far" : ""}</h2>
        <span className={`end small t3 num ${styles.headNote ?? ""}`}>{counted(detail.evidenceTotal, "entry", "entries")}</span>
      </header>
      <ul className={`body small ${styles.evidence ?? ""}`}>
        {detail.evidence.map((entry) => (
          <li key={entry.entry} className="row">
            <a className="mono" href={href("ledger", String(entry.entry))}>
              {count(entry.entry)}
            </a>
            <span className="trunc">
              {actWord(entry.verb).word}
              {entry.step !== null && entry.verb.startsWith("step.") && `: ${STEP_WORD[entry.step].toLowerCase()}`}
              {entry.count !== null && ` (${count(entry.count)})`}
            </span>
          </li>
        ))}
        <li>
          <a href={href("ledger", null, { text: detail.row.label })}>Open in ledger</a>
        </li>
      </ul>
    </section>
  );
}
