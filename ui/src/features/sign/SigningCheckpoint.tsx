import { useState } from "react";

import type { IpcError, RequestOf, SignCheckpointView } from "../../host";
import { Button, Copy, count, counted, groups, Problem, ROLE, Scroll, shortKeyId, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

type SigningCheckpointProps = {
  readonly context: SignCheckpointView;
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

/** A checkpoint as it is signed: the text itself, what this computer has checked of it, the passphrase, the act. */
export function SigningCheckpoint({ context, error, busy, confirm, keep }: SigningCheckpointProps) {
  const [passphrase, setPassphrase] = useState("");
  const armed = useArmed();
  const { custody, cosigns, size, since, kept } = context;
  const wrong = error?.code === "wrong_passphrase";
  const ready = armed && passphrase !== "";
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || busy) return;
        confirm({ planHash: context.statementHash, reason: "", typed: null, passphrase });
        setPassphrase("");
      }}
    >
      <header className={styles.head}>
        <div className={styles.tab}>
          <EnvironmentTab custody={custody} />
        </div>
        <h1 className="big-title wrap">{cosigns ? "Cosign the checkpoint" : "Sign a checkpoint"} of entry {count(size)}</h1>
        <p className="t2">
          {cosigns
            ? "Your signature says: of all checkpoints of this ledger that I know, this is the largest, and it grew from the others."
            : "Your signature says: this is how long the ledger is, and this is what stands in it. A second person cosigns it."}
        </p>
      </header>
      <Scroll label="What is signed" className={styles.body}>
        <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
          <dt>Custody</dt>
          <dd className="strong">{custody.name}</dd>
          {context.madeBy !== null && (
            <>
              <dt>Made by</dt>
              <dd>{context.madeBy.name}</dd>
            </>
          )}
          <dt>Up to entry</dt>
          <dd className="num">{count(size)}</dd>
          <dt>New in it</dt>
          <dd className="num">{since === 0 ? "everything: it is the first one" : `${counted(size - since, "entry", "entries")} since the checkpoint of entry ${count(since)}`}</dd>
          <dt>Checked here</dt>
          <dd className="num">
            Every entry verified and its root computed on this computer{kept === 0 ? "; no earlier checkpoint is kept here" : `; it grew from the checkpoint of entry ${count(kept)} that is kept here`}.
          </dd>
          <dt>Ledger</dt>
          <dd className="mono wrap small">{context.origin}</dd>
          <dt>Root</dt>
          <dd className="mono wrap small">{groups(context.root)}</dd>
        </dl>
      </Scroll>
      <div className={styles.unlock}>
        <div className={styles.hash}>
          <span className="t3 small">Text of the checkpoint, sha256</span>
          <span className="row">
            <span className={`mono ${styles.digest ?? ""}`} data-testid="plan-hash" title={context.statementHash}>
              {groups(context.statementHash)}
            </span>
            <Copy value={context.statementHash} label="digest of the checkpoint" />
          </span>
        </div>
        {/* The window is opened for this field. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        <TextField label="Passphrase of your device key" type="password" autoComplete="off" autoFocus value={passphrase} error={wrong ? "This passphrase does not open your device key. Nothing was signed." : undefined} hint={`Unlocks key ${shortKeyId(context.deviceKey)} for this one signature, as ${context.signer.name}, ${ROLE[context.role]}. It is never kept.`} onChange={(event) => { setPassphrase(event.target.value); }} />
        {error && !wrong && <Problem error={error} />}
      </div>
      <footer className={styles.foot}>
        <Button size="lg" hint="Esc" onClick={keep}>
          Leave unsigned
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          {cosigns ? "Cosign checkpoint" : "Sign checkpoint"}
        </Button>
      </footer>
    </form>
  );
}
