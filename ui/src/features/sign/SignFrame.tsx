import { useState, type ReactNode } from "react";

import type { CustodyHeadView, Digest, IpcError, PersonView, RequestOf, Role } from "../../host";
import { Button, Copy, groups, Problem, ROLE, Scroll, shortKeyId, TextArea, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

/** What every sign window is given beside what it shows. */
export type SigningProps = {
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

type SignFrameProps = SigningProps & {
  readonly context: { readonly custody: CustodyHeadView; readonly statementHash: Digest; readonly deviceKey: Digest; readonly signer: PersonView; readonly role: Role };
  readonly title: string;
  readonly lead: string;
  /** Label of the note; without one there is none to write. */
  readonly note?: string;
  /** What the shown digest is of. */
  readonly digestOf?: string;
  readonly leave?: string;
  readonly act: string;
  readonly children: ReactNode;
};

/** A signature that is no request's seal: what is signed, its digest, a note where one is wanted, the passphrase, the act. */
export function SignFrame({ context, title, lead, note: label, digestOf = "Statement", leave = "Leave unsigned", act, children, error, busy, confirm, keep }: SignFrameProps) {
  const [passphrase, setPassphrase] = useState("");
  const [note, setNote] = useState("");
  const armed = useArmed();
  const wrong = error?.code === "wrong_passphrase";
  const ready = armed && passphrase !== "" && (label === undefined || note.trim() !== "");
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
          <EnvironmentTab custody={context.custody} />
        </div>
        <h1 className="big-title wrap">{title}</h1>
        <p className="t2">{lead}</p>
      </header>
      <Scroll label="What is signed" className={styles.body}>
        {children}
      </Scroll>
      <div className={styles.unlock}>
        {/* The window is opened for its first field. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        {label !== undefined && <TextArea label={label} rows={2} value={note} autoFocus onChange={(event) => { setNote(event.target.value); }} />}
        <div className={styles.hash}>
          <span className="t3 small">{digestOf}, sha256</span>
          <span className="row">
            <span className={`mono ${styles.digest ?? ""}`} data-testid="plan-hash" title={context.statementHash}>
              {groups(context.statementHash)}
            </span>
            <Copy value={context.statementHash} label={`digest: ${digestOf.toLowerCase()}`} />
          </span>
        </div>
        <TextField
          label="Passphrase of your device key"
          type="password"
          autoComplete="off"
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={label === undefined}
          value={passphrase}
          error={wrong ? "This passphrase does not open your device key. Nothing was signed." : undefined}
          hint={`Unlocks key ${shortKeyId(context.deviceKey)} for this one signature, as ${context.signer.name}, ${ROLE[context.role]}. It is never kept.`}
          onChange={(event) => { setPassphrase(event.target.value); }}
        />
        {error && !wrong && <Problem error={error} />}
      </div>
      <footer className={styles.foot}>
        <Button size="lg" hint="Esc" onClick={keep}>
          {leave}
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          {act}
        </Button>
      </footer>
    </form>
  );
}
