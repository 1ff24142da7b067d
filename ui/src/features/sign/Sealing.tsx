import { useState } from "react";

import type { IpcError, RequestOf, SignPlanView } from "../../host";
import { Button, Copy, Differences, groups, isInRegister, Note, Problem, ROLE, Scroll, shortKeyId, TextArea, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import { wordsOf } from "./act";
import styles from "./sign.module.css";
import { Statement } from "./Statement";
import { useArmed } from "./useArmed";

type SealingProps = {
  readonly context: SignPlanView;
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
  readonly again: () => void;
};

/** What will be signed, whole; then the passphrase; then the act. */
export function Sealing({ context, error, busy, confirm, keep, again }: SealingProps) {
  const [passphrase, setPassphrase] = useState("");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const armed = useArmed();
  const words = wordsOf(context.act, context);
  const rejecting = context.act.kind === "decide" && context.act.decision === "reject";
  const stale = error?.code === "plan_stale" ? error.differences : context.differences;
  const drifted = stale.length > 0 && !rejecting;
  const wrong = error?.code === "wrong_passphrase";
  const wanted = rejecting ? null : context.typeThis;
  const ready = armed && passphrase !== "" && (!rejecting || reason.trim() !== "") && (wanted === null || typed === wanted);
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || drifted || busy) return;
        confirm({ planHash: context.planHash, reason: rejecting ? reason.trim() : "", typed: wanted === null ? null : typed, passphrase });
        setPassphrase("");
      }}
    >
      <header className={styles.head}>
        <div className={styles.tab}>
          <EnvironmentTab custody={context.custody} />
        </div>
        <h1 className="big-title wrap">{words.title}</h1>
        <p className="t2">{lead(context)}</p>
      </header>
      <Scroll label="What is signed" className={styles.body}>
        {drifted && <Differences differences={stale} lead="Live state changed since this was computed. Nothing can be signed." />}
        {context.escaped.length > 0 && (
          <Note tone="warn" icon="triangle-alert">
            <b>Text that could be misread.</b> {context.escaped.map((text) => FIELD[text.field] ?? text.field).join(", ")} {context.escaped.length === 1 ? "holds" : "hold"} characters that cannot be seen or that turn the reading direction. They are shown as <span className="mono">\u&#123;…&#125;</span>.
          </Note>
        )}
        <Statement context={context} />
      </Scroll>
      <div className={styles.unlock}>
        <div className={styles.hash}>
          <span className="t3 small">Statement, sha256</span>
          <span className="row">
            <span className={`mono ${styles.digest ?? ""}`} data-testid="plan-hash" title={context.planHash}>
              {groups(context.planHash)}
            </span>
            <Copy value={context.planHash} label="plan hash" />
          </span>
        </div>
        {/* The window is opened for this one field. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        {rejecting && <TextArea label="Reason for rejecting" rows={2} value={reason} autoFocus onChange={(event) => { setReason(event.target.value); }} />}
        {!drifted && wanted !== null && (
          <TextField
            label="Type the tenant's name to arm this"
            autoComplete="off"
            spellCheck={false}
            // The window is opened for these two fields.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            value={typed}
            error={typed !== "" && !wanted.startsWith(typed) ? `This is not “${wanted}”.` : undefined}
            onChange={(event) => { setTyped(event.target.value); }}
          />
        )}
        {!drifted && (
          <TextField
            label="Passphrase of your device key"
            type="password"
            autoComplete="off"
            // The window is opened for this one field.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus={!rejecting && wanted === null}
            value={passphrase}
            error={wrong ? "This passphrase does not open your device key. Nothing was signed." : undefined}
            hint={`Unlocks key ${shortKeyId(context.deviceKey)} for this one seal, as ${context.signer.name}, ${ROLE[context.role]}. It is never kept.`}
            onChange={(event) => { setPassphrase(event.target.value); }}
          />
        )}
        {error && !wrong && error.code !== "plan_stale" && <Problem error={error} />}
      </div>
      <footer className={styles.foot}>
        <Button size="lg" hint="Esc" onClick={keep}>
          Keep unsigned
        </Button>
        <span className="grow" />
        {drifted ? (
          <Button size="lg" icon="refresh-cw" onClick={again}>
            Read again
          </Button>
        ) : (
          <Button kind={words.destroys ? "danger" : "primary"} size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
            {words.button}
          </Button>
        )}
      </footer>
    </form>
  );
}

const FIELD: Record<string, string> = { reason: "The justification", change_record: "The change record", changeRecord: "The change record", rollback_plan: "The roll-back plan", rollbackPlan: "The roll-back plan", subject: "The key's name", owner: "The owner", purpose: "The purpose" };

function lead(context: SignPlanView): string {
  const both = context.custody.local ? " On this local custody both seals are made on this machine." : "";
  if (context.act.kind === "submit") return `Your seal is the first of ${context.quorum}. Nothing happens until another person has countersigned.${both}`;
  if (context.act.decision === "reject") return `Your rejection ends this request for good.${both}`;
  if (isInRegister(context.plan.operation)) return `Your seal is the second of ${context.quorum}. With it, it is in force.${both}`;
  return `Your seal is the second of ${context.quorum}. With it the run may be started.${both}`;
}
