import { useRead } from "../host";
import { count, Icon } from "../kit";
import { href } from "../routes/route";
import styles from "./shell.module.css";

/** Over every page, until the ledger holds again: nobody works on under a ledger that does not. */
export function LedgerAlarm() {
  const { view: status } = useRead("status_bar", {});
  const at = status?.ledgerBrokenAt ?? null;
  if (at === null) return null;
  return (
    <div className={styles.alarm} role="alert" data-testid="ledger-broken">
      <Icon name="link-2-off" />
      <span className="grow wrap">
        <b>{at === 0 ? "The proofs of the ledger were changed." : `The ledger does not hold from entry ${count(at)} on.`}</b> Nothing is signed or executed until this is cleared.
      </span>
      <a className="btn sm" href={href("ledger", null, { verify: "1" })}>
        Show what was found
      </a>
    </div>
  );
}
