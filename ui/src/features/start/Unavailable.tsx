import type { CustodyHeadView, IpcError } from "../../host";
import { Problem } from "../../kit";
import { StartFrame, Wordmark } from "./Frame";
import styles from "./start.module.css";

/** The custody is known, but something it needs does not answer. */
export function Unavailable({ custody, problem, again }: { readonly custody: CustodyHeadView; readonly problem: IpcError; readonly again: () => void }) {
  return (
    <StartFrame custody={custody} label="Custody unavailable">
      <Wordmark />
      <section className={`card ${styles.form ?? ""}`}>
        <h2 className="big-title">{custody.name} cannot be opened now</h2>
        <dl className="kv">
          <dt>Vault</dt>
          <dd className="mono wrap">{custody.vaultHost}</dd>
          <dt>Register</dt>
          <dd className="mono wrap">{custody.database}</dd>
        </dl>
        <Problem error={problem} again={again} />
      </section>
    </StartFrame>
  );
}
