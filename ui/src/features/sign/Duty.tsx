import { useState } from "react";

import type { IpcError, RequestOf, SignDutyView } from "../../host";
import { Button, Copy, day, groups, Problem, ROLE, Scroll, shortKeyId, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import { DUTY } from "./dutyWords";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

type DutyProps = {
  readonly context: SignDutyView;
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

/** An operator's own sign of life: the words, the passphrase, the act. */
export function Duty({ context, error, busy, confirm, keep }: DutyProps) {
  const [passphrase, setPassphrase] = useState("");
  const armed = useArmed();
  const words = DUTY[context.duty];
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
          <EnvironmentTab custody={context.custody} />
        </div>
        <h1 className="big-title wrap">{words.title}</h1>
        <p className="t2">{words.lead}</p>
      </header>
      <Scroll label="What is signed" className={styles.body}>
        <div className={`stack tight ${styles.statement ?? ""}`} data-testid="statement">
          {context.words.map((paragraph) => (
            <p key={paragraph} className="wrap">
              {paragraph}
            </p>
          ))}
          <p className="small t3">
            {context.version !== "" && `Version ${context.version} of the duties. `}
            {context.last === null ? "You have not signed this before." : `Signed last on ${day(context.last)}.`}
          </p>
        </div>
      </Scroll>
      <div className={styles.unlock}>
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
          // The window is opened for this one field.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={passphrase}
          error={wrong ? "This passphrase does not open your device key. Nothing was signed." : undefined}
          hint={`Unlocks key ${shortKeyId(context.deviceKey)} for this one signature, as ${context.signer.name}, ${ROLE[context.role]}. It is never kept.`}
          onChange={(event) => { setPassphrase(event.target.value); }}
        />
        {error && !wrong && <Problem error={error} />}
      </div>
      <footer className={styles.foot}>
        <Button size="lg" hint="Esc" onClick={keep}>
          Not now
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          {words.button}
        </Button>
      </footer>
    </form>
  );
}
