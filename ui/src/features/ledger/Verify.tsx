import { useEffect, useRef } from "react";

import { useKeys } from "../../commands/keys";
import { clearProgress, useAct, useProgress, useRead, type LedgerVerdictView } from "../../host";
import { Ago, Bar, Button, Chip, count, Hash, ledgerFault, Note, Problem, took } from "../../kit";
import { href } from "../../routes/route";
import styles from "./ledger.module.css";

/** How far this console has verified the ledger, and the act of doing it again from entry 1. */
export function Verify({ head, atOnce }: { readonly head: number | undefined; readonly atOnce: boolean }) {
  const { view: status } = useRead("status_bar", {});
  const verify = useAct("ledger_verify");
  const begun = useRef(false);
  const run = () => {
    clearProgress("ledger_verify");
    verify.act({});
  };
  useEffect(() => {
    if (!atOnce || begun.current) return;
    begun.current = true;
    run();
  });
  useKeys("Verification", [{ keys: "v", label: "Verify", act: run, shown: true }]);
  const verdict = verify.view;
  const brokenAt = verdict ? (verdict.verdict === "broken" ? verdict.entry : null) : (status?.ledgerBrokenAt ?? null);
  const to = verdict?.verdict === "holds" ? verdict.to : (status?.verifiedTo ?? null);
  return (
    <div className={styles.strip}>
      <div className="row" data-testid="verdict">
        {brokenAt !== null ? (
          <Chip tone="alert" icon="link-2-off">{`Broken at entry ${count(brokenAt)}`}</Chip>
        ) : to === null ? (
          <Chip icon="shield">Not verified yet</Chip>
        ) : (
          <Chip tone="ok" icon="shield-check">{`Verified to entry ${count(to)}`}</Chip>
        )}
      </div>
      <div className={styles.chain}>{verify.busy ? <Progress head={head ?? null} /> : <Standing head={head} to={to} at={status?.verifiedAt ?? null} verdict={verdict} />}</div>
      <Button icon="shield-check" hint="V" busy={verify.busy} onClick={run}>
        Verify all
      </Button>
      {verify.error && (
        <div className={styles.whole}>
          <Problem error={verify.error} />
        </div>
      )}
      {verdict?.verdict === "broken" && (
        <div className={styles.whole}>
          <Broken verdict={verdict} />
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
      </span>
    </div>
  );
}

function Standing({ head, to, at, verdict }: { readonly head: number | undefined; readonly to: number | null; readonly at: Parameters<typeof Ago>[0]["at"] | null; readonly verdict: LedgerVerdictView | undefined }) {
  return (
    <div className={styles.progress}>
      <Bar label="Verified part of the ledger" done={to ?? 0} total={Math.max(1, head ?? 1)} height={4} />
      <span className="small t3 num">
        {verdict?.verdict === "holds"
          ? `Every entry follows and every signature holds: ${count(verdict.to)} in ${took(verdict.tookMs)}, ${count(verdict.ratePerS)} a second.`
          : at === null
            ? "Every entry is hashed over the one before it and signed by who made it. Verify to prove it here."
            : <>This console verified it <Ago at={at} />{head !== undefined && to !== null && head > to ? `; ${count(head - to)} entries have come since.` : "."}</>}
      </span>
    </div>
  );
}

function Broken({ verdict }: { readonly verdict: Extract<LedgerVerdictView, { verdict: "broken" }> }) {
  return (
    <Note tone="alert" icon="link-2-off" role="alert">
      <b>
        Entry <a href={href("ledger", String(verdict.entry))}>{count(verdict.entry)}</a> {ledgerFault(verdict.fault)}.
      </b>{" "}
      {verdict.recorded !== null && (
        <>
          Recorded is <Hash value={verdict.recorded} label="recorded hash" />.{" "}
        </>
      )}
      {verdict.expected !== null && (
        <>
          The chain has <Hash value={verdict.expected} label="expected hash" />.{" "}
        </>
      )}
      {count(verdict.good)} entries before it hold. Nothing is executed until this is cleared.
    </Note>
  );
}
