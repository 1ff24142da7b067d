import { useState } from "react";

import type { IpcError, RequestOf, SignReviewView } from "../../host";
import { Button, Copy, groups, Problem, ReviewFacts, ROLE, Scroll, shortKeyId, TextArea, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

type SigningOffProps = {
  readonly context: SignReviewView;
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

/** A second person's look at what one person did: the whole item, a note, the passphrase, the act. */
export function SigningOff({ context, error, busy, confirm, keep }: SigningOffProps) {
  const [passphrase, setPassphrase] = useState("");
  const [note, setNote] = useState("");
  const armed = useArmed();
  const { item, custody } = context;
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
        <h1 className="big-title wrap">Sign off: {item.row.subject}</h1>
        <p className="t2">Your signature says that you, as a second person, have looked at what {item.row.by.name} did. It changes nothing else.</p>
      </header>
      <Scroll label="What is signed off" className={styles.body}>
        <div className={styles.statement} data-testid="statement">
          <ReviewFacts item={item} />
        </div>
      </Scroll>
      <div className={styles.unlock}>
        {/* The window is opened for these fields. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        <TextArea label="What you looked at, and what you found" rows={2} value={note} autoFocus onChange={(event) => { setNote(event.target.value); }} />
        <div className={styles.hash}>
          <span className="t3 small">Statement, sha256</span>
          <span className="row">
            <span className={`mono ${styles.digest ?? ""}`} data-testid="plan-hash" title={context.statementHash}>
              {groups(context.statementHash)}
            </span>
            <Copy value={context.statementHash} label="statement hash" />
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
          Leave on the list
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          Sign off
        </Button>
      </footer>
    </form>
  );
}
