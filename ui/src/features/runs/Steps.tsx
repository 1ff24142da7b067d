import type { EvidenceView, OperationKind, PaceView, RunDetailView, StepState, StepView } from "../../host";
import { Bar, clock, clockSeconds, count, duration, evidenceWord, Icon, readMoments, shortDay, shortDigest, took, useNow, type IconName } from "../../kit";
import { href } from "../../routes/route";
import styles from "./runs.module.css";
import { progressText, stepTitle } from "./steps";

const LOOK: Record<StepState, { readonly icon: IconName; readonly tone: string; readonly word: string }> = {
  waiting: { icon: "circle-dashed", tone: "t3", word: "waiting" },
  running: { icon: "loader-circle", tone: "c-ink", word: "under way" },
  done: { icon: "circle-check", tone: "c-ok", word: "done" },
  failed: { icon: "triangle-alert", tone: "c-alert", word: "failed" },
  skipped: { icon: "circle-minus", tone: "t3", word: "skipped" },
};

const WAITS = { icon: "hourglass", tone: "c-ink", word: "waiting for its date" } as const;

/** What has been done, what is being done, what is still to do. */
export function Steps({ detail }: { readonly detail: RunDetailView }) {
  return (
    <section className="card" aria-label="Steps">
      <ol className={styles.steps}>
        {detail.steps.map((step, at) => (
          <Step key={`${step.kind}-${at}`} step={step} operation={detail.row.operation} pace={detail.pace} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, operation, pace }: { readonly step: StepView; readonly operation: OperationKind; readonly pace: PaceView | null }) {
  const running = step.state === "running";
  // What waits for a date does not turn.
  const waits = running && step.until !== null;
  const look = waits ? WAITS : LOOK[step.state];
  return (
    <li className={`${running ? (styles.now ?? "") : ""} ${step.state === "waiting" || step.state === "skipped" ? (styles.todo ?? "") : ""}`} data-testid={`step-${step.kind}`} data-state={step.state}>
      <span className={look.tone}>
        <Icon name={look.icon} spin={running && !waits} />
        <span className="sr">{look.word}</span>
      </span>
      <span className={running ? "strong" : step.state === "waiting" ? "" : "med"}>{stepTitle(step, operation)}</span>
      <span className="small t3 num nowrap">
        <Right step={step} />
      </span>
      {running && step.total !== null && step.done !== null && <Moving step={step} label={stepTitle(step, operation)} pace={pace} />}
      {step.evidence.length > 0 && <Proof evidence={step.evidence} entry={step.entry} />}
    </li>
  );
}

function Right({ step }: { readonly step: StepView }) {
  const now = useNow(5_000);
  if (step.until !== null && step.state !== "done") {
    const left = (Number(BigInt(step.until) / 1000n) - now.getTime()) / 1000;
    return <>until {shortDay(step.until)} {clock(step.until)}{step.state === "running" && left > 0 ? `, ${duration(left)} left` : ""}</>;
  }
  if (step.state === "running") return <span className="med">{progressText(step)}</span>;
  if (step.startedAt === null) return null;
  return (
    <>
      {step.done !== null && step.total !== null && step.total > 1 ? `${progressText(step)} · ` : ""}
      {clockSeconds(step.finishedAt ?? step.startedAt)}
      {step.tookMs !== null && ` · ${took(step.tookMs)}`}
    </>
  );
}

function Moving({ step, label, pace }: { readonly step: StepView; readonly label: string; readonly pace: PaceView | null }) {
  return (
    <span className={styles.moving}>
      <Bar label={label} done={step.done ?? 0} total={step.total} />
      {pace && (
        <span className={`small t2 num ${styles.pace ?? ""}`} data-testid="pace">
          <span>{count(pace.ratePerS)} a second</span>
          {pace.leftS !== null && <span>{duration(pace.leftS)} left</span>}
          <span>{pace.budgetPercent} % of the vault&rsquo;s limit</span>
          <span>{count(pace.throttled)} throttled</span>
          <span>
            batch {count(pace.batch)} of {count(pace.batches)}
          </span>
        </span>
      )}
    </span>
  );
}

function Proof({ evidence, entry }: { readonly evidence: readonly EvidenceView[]; readonly entry: number | null }) {
  return (
    <span className={`small t2 ${styles.proof ?? ""}`}>
      {evidence.map((fact, at) => (
        <span key={at} title={fact.value}>
          {evidenceWord(fact.fact)}
          {fact.value !== "" && <>: <Value value={fact.value} /></>}
        </span>
      ))}
      {entry !== null && <a href={href("ledger", String(entry))}>entry {count(entry)}</a>}
    </span>
  );
}

/** A digest is shortened, and whole on hover; everything else is what was proven, in words, figures and moments, and stays whole. */
function Value({ value }: { readonly value: string }) {
  if (/^[0-9a-f]{32,}$/.test(value)) return <span className="mono">{shortDigest(value)}</span>;
  return <span className="num">{/^\d{4,15}$/.test(value) ? count(Number(value)) : readMoments(value)}</span>;
}
