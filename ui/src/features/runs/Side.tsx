import type { PaceView, RunDetailView } from "../../host";
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
          <Line>No DEK depends on this key yet.</Line>
        )}
        {!over && standing.mayContinue.length > 0 && <Line>{`${listed(standing.mayContinue.map((who) => who.name), "or")} can go on.`}</Line>}
        {rotate && <Line>{standing.oldEnabled ? `v${standing.oldVersion ?? ""} stays enabled until the last DEK has left it.` : `v${standing.oldVersion ?? ""} is disabled.`}</Line>}
      </ul>
    </section>
  );
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
