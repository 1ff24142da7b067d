import { useEffect, useRef } from "react";

import { useKeys } from "../../commands/keys";
import { clearProgress, useAct, useProgress, useRead, type CheckpointsView, type LedgerVerdictView } from "../../host";
import { Ago, Bar, Button, Chip, count, Problem, took } from "../../kit";
import { Alarm } from "./Alarm";
import { Chain } from "./Chain";
import styles from "./ledger.module.css";

type VerifyProps = {
  readonly head: number | undefined;
  readonly atOnce: boolean;
  readonly checkpoints: CheckpointsView | undefined;
  readonly panel: (name: "checkpoints" | "export") => void;
};

/** How far this console has verified the ledger, its checkpoints along it, and the act of verifying all of it from entry 1. */
export function Verify({ head, atOnce, checkpoints, panel }: VerifyProps) {
  const { view: status } = useRead("status_bar", {});
  const verify = useAct("ledger_verify");
  const stop = useAct("ledger_verify_stop");
  const begun = useRef(false);
  const run = () => {
    if (verify.busy) return;
    clearProgress("ledger_verify");
    verify.act({});
  };
  useEffect(() => {
    if (!atOnce || begun.current) return;
    begun.current = true;
    run();
  });
  useKeys("Verification", [
    { keys: "v", label: "Verify", act: run, shown: true },
    { keys: "c", label: "Checkpoints", act: () => { panel("checkpoints"); }, shown: true },
    { keys: "e", label: "Export", act: () => { panel("export"); }, shown: true },
  ]);
  const verdict = verify.view;
  const bad = verdict?.verdict === "broken" || verdict?.verdict === "replaced" ? verdict : null;
  const brokenAt = bad === null ? (verdict?.verdict === "holds" ? null : (status?.ledgerBrokenAt ?? null)) : bad.verdict === "broken" ? bad.entry : bad.first;
  const to = verdict?.verdict === "holds" ? verdict.to : (status?.verifiedTo ?? null);
  return (
    <div className={`${styles.strip ?? ""} ${brokenAt === null ? "" : (styles.bad ?? "")}`}>
      <div className="row" data-testid="verdict">
        {brokenAt !== null ? (
          <Chip tone="alert" icon="link-2-off">{brokenAt === 0 ? "Proofs broken" : `Broken at entry ${count(brokenAt)}`}</Chip>
        ) : to === null ? (
          <Chip icon="shield">Not verified yet</Chip>
        ) : (
          <Chip tone="ok" icon="shield-check">{`Verified to entry ${count(to)}`}</Chip>
        )}
      </div>
      <div className={styles.chain}>
        {verify.busy ? <Progress head={head ?? null} /> : <Chain checkpoints={checkpoints} head={head} open={() => { panel("checkpoints"); }} />}
        {!verify.busy && <Standing head={head} to={to} at={status?.verifiedAt ?? null} verdict={verdict} broken={brokenAt !== null && bad === null} />}
      </div>
      <div className="row">
        {verify.busy ? (
          <Button icon="x" onClick={() => { stop.act({}); }}>
            Stop
          </Button>
        ) : (
          <Button icon="shield-check" hint="V" onClick={run}>
            Verify all
          </Button>
        )}
        <Button icon="download" hint="E" onClick={() => { panel("export"); }}>
          Export
        </Button>
      </div>
      {verify.error && (
        <div className={styles.whole}>
          <Problem error={verify.error} />
        </div>
      )}
      {bad && (
        <div className={styles.whole}>
          <Alarm verdict={bad} />
        </div>
      )}
    </div>
  );
}

function Progress({ head }: { readonly head: number | null }) {
  const progress = useProgress("ledger_verify");
  const total = progress?.total ?? head;
  return (
    <div className={styles.progress} role="status">
      <Bar label="Verifying the ledger" done={progress?.done ?? 0} total={total} />
      <span className="small t2 num">
        {count(progress?.done ?? 0)}
        {total !== null && ` of ${count(total)}`} entries
        {progress?.ratePerS ? ` · ${count(progress.ratePerS)} a second` : ""}
        {progress?.leftS ? ` · ${count(progress.leftS)} s left` : ""}
      </span>
    </div>
  );
}

function Standing({ head, to, at, verdict, broken }: { readonly head: number | undefined; readonly to: number | null; readonly at: Parameters<typeof Ago>[0]["at"] | null; readonly verdict: LedgerVerdictView | undefined; readonly broken: boolean }) {
  const said = () => {
    if (verdict?.verdict === "holds") return `Every entry follows and every signature holds: ${count(verdict.to)} in ${took(verdict.tookMs)}, ${count(verdict.ratePerS)} a second.`;
    if (broken) return "This ledger does not hold. Verify all of it to see what was found.";
    if (verdict?.verdict === "stopped") return "Verification was stopped: nothing is known beyond what was verified before.";
    if (verdict?.verdict === "broken" || verdict?.verdict === "replaced") return "";
    if (at === null) return "Every entry is hashed over the one before it and signed by who made it. Verify to prove it here.";
    return null;
  };
  const sentence = said();
  return (
    <span className={`small t3 num ${styles.standing ?? ""}`}>
      {sentence ?? (at !== null && <>This console verified it <Ago at={at} />{head !== undefined && to !== null && head > to ? `; ${count(head - to)} entries have come since.` : "."}</>)}
    </span>
  );
}
