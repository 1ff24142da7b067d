import type { LedgerVerdictView } from "../../host";
import { ALARM_TODO, alarmSaid, count, Hash, Icon, ledgerFault } from "../../kit";
import { href } from "../../routes/route";
import styles from "./ledger.module.css";

type Bad = Extract<LedgerVerdictView, { verdict: "broken" | "replaced" }>;

/** A ledger that does not hold: over the whole width, with the number of the entry, and no way to send it away. */
export function Alarm({ verdict }: { readonly verdict: Bad }) {
  return (
    <section className={styles.alarm} role="alert" data-testid="ledger-alarm">
      <Icon name="link-2-off" size={20} />
      <div className="stack tight">
        {verdict.verdict === "broken" ? <Broken verdict={verdict} /> : <Replaced verdict={verdict} />}
        <p>
          <b>Nothing is signed or executed until this is cleared.</b> {ALARM_TODO}
        </p>
      </div>
    </section>
  );
}

function Broken({ verdict }: { readonly verdict: Extract<Bad, { verdict: "broken" }> }) {
  return (
    <>
      <h2 className="lead strong">
        Entry <a href={href("ledger", String(verdict.entry))}>{count(verdict.entry)}</a> {ledgerFault(verdict.fault)}.
      </h2>
      {(verdict.recorded !== null || verdict.expected !== null) && (
        <dl className={`kv small ${styles.hashes ?? ""}`}>
          {verdict.recorded !== null && (
            <>
              <dt>Recorded hash</dt>
              <dd>
                <Hash value={verdict.recorded} label="recorded hash" />
              </dd>
            </>
          )}
          {verdict.expected !== null && (
            <>
              <dt>The chain has</dt>
              <dd>
                <Hash value={verdict.expected} label="expected hash" />
              </dd>
            </>
          )}
        </dl>
      )}
      <p className="num">{verdict.good === 0 ? "No entry before it holds." : `The ${count(verdict.good)} entries before it hold.`}</p>
    </>
  );
}

function Replaced({ verdict }: { readonly verdict: Extract<Bad, { verdict: "replaced" }> }) {
  const said = alarmSaid(verdict);
  return (
    <>
      <h2 className="lead strong wrap">{said.what}</h2>
      <p>
        {said.means} {verdict.how === "rewritten" && verdict.first > 1 && `The ${count(verdict.first - 1)} entries before are as they were.`}
      </p>
    </>
  );
}
