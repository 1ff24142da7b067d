import { useState } from "react";

import type { IpcError, RequestOf, SignRegisterView } from "../../host";
import { Button, Copy, count, day, groups, Problem, ROLE, Scroll, shortKeyId, TextArea, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

type SigningRegisterProps = {
  readonly context: SignRegisterView;
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

/** The look at the whole register of exceptions: its figures, its digest, a note, the passphrase, the act. */
export function SigningRegister({ context, error, busy, confirm, keep }: SigningRegisterProps) {
  const [passphrase, setPassphrase] = useState("");
  const [note, setNote] = useState("");
  const armed = useArmed();
  const { review, custody } = context;
  const { standing, last } = review;
  const wrong = error?.code === "wrong_passphrase";
  const ready = armed && passphrase !== "" && note.trim() !== "";
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || busy) return;
        confirm({ planHash: context.statementHash, reason: note.trim(), typed: null, passphrase });
        setPassphrase("");
      }}
    >
      <header className={styles.head}>
        <div className={styles.tab}>
          <EnvironmentTab custody={custody} />
        </div>
        <h1 className="big-title wrap">Sign off: the register of exceptions</h1>
        <p className="t2">Your signature says that you have looked at every open exception. It changes none of them.</p>
      </header>
      <Scroll label="What is signed off" className={styles.body}>
        <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
          <dt>Custody</dt>
          <dd className="strong">{custody.name}</dd>
          <dt>Open exceptions</dt>
          <dd className="num">{count(standing.open)}</dd>
          <dt>Expired, unanswered</dt>
          <dd className={`num ${standing.expired > 0 ? "c-alert strong" : ""}`}>{count(standing.expired)}</dd>
          <dt>Expiring</dt>
          <dd className={`num ${standing.expiring > 0 ? "c-warn strong" : ""}`}>{count(standing.expiring)}</dd>
          <dt>Active</dt>
          <dd className="num">{count(standing.active)}</dd>
          <dt>Asked for</dt>
          <dd className="num">{count(standing.requested)}</dd>
          <dt>Last look</dt>
          <dd>{last === null ? "none yet" : `${last.by.name}, ${day(last.at)}`}</dd>
        </dl>
      </Scroll>
      <div className={styles.unlock}>
        {/* The window is opened for these fields. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        <TextArea label="What you looked at, and what you found" rows={2} value={note} autoFocus onChange={(event) => { setNote(event.target.value); }} />
        <div className={styles.hash}>
          <span className="t3 small">Every open record, sha256</span>
          <span className="row">
            <span className={`mono ${styles.digest ?? ""}`} data-testid="plan-hash" title={context.statementHash}>
              {groups(context.statementHash)}
            </span>
            <Copy value={context.statementHash} label="digest of the register" />
          </span>
        </div>
        <TextField
          label="Passphrase of your device key"
          type="password"
          autoComplete="off"
          value={passphrase}
          error={wrong ? "This passphrase does not open your device key. Nothing was signed." : undefined}
          hint={`Unlocks key ${shortKeyId(context.deviceKey)} for this one signature, as ${context.signer.name}, ${ROLE[context.role]}. It is never kept.`}
          onChange={(event) => { setPassphrase(event.target.value); }}
        />
        {error && !wrong && <Problem error={error} />}
      </div>
      <footer className={styles.foot}>
        <Button size="lg" hint="Esc" onClick={keep}>
          Leave unsigned
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          Sign off
        </Button>
      </footer>
    </form>
  );
}
