import { useState, type ReactNode } from "react";

import type { FindingView, IpcError, RequestOf, SignRecordView, SignTransitionsView, TransitionGroup } from "../../host";
import { Button, Copy, count, counted, groups, Problem, ROLE, Scroll, shortKeyId, TextArea, TextField } from "../../kit";
import { EnvironmentTab } from "../../shell/EnvironmentTab";
import styles from "./sign.module.css";
import { useArmed } from "./useArmed";

type SigningProps = {
  readonly error: IpcError | undefined;
  readonly busy: boolean;
  readonly confirm: (request: RequestOf<"sign_confirm">) => void;
  readonly keep: () => void;
};

const GROUP_WORD: Record<TransitionGroup, readonly [string, string]> = {
  requests: ["request", "requests"], runs: ["run", "runs"], keys: ["key", "keys"], protection: ["protective act", "protective acts"], destruction: ["destruction", "destructions"],
  exceptions: ["exception", "exceptions"], people: ["person or device", "people and devices"], refusals: ["refusal", "refusals"], rules: ["rule", "rules"], reviews: ["look or drill", "looks and drills"], other: ["other", "others"],
};

/** A lead's signature under a review: period, list, checkpoint, findings, a note, the passphrase, the act. */
export function SigningReview({ context, ...rest }: SigningProps & { readonly context: SignTransitionsView }) {
  const { custody, first } = context;
  return (
    <Frame
      {...rest}
      context={context}
      title={first === null ? `Sign the review up to entry ${count(context.until)}` : `Close the review up to entry ${count(context.until)}`}
      lead={first === null ? "Your signature says that you looked at every item, and makes the ledger's checkpoint. The other lead closes it." : `Your signature says that you, as the second lead, looked at every item. It cosigns the checkpoint that ${first.name} made.`}
      label="What you looked at"
      act={first === null ? "Sign the review" : "Close the review"}
    >
      <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
        <dt>Custody</dt>
        <dd className="strong">{custody.name}</dd>
        <dt>Entries</dt>
        <dd className="num">
          {count(context.after + 1)} to {count(context.until)}
        </dd>
        <dt>On the list</dt>
        <dd className="wrap">
          {counted(context.items, "item")}
          {context.groups.length > 0 && `: ${context.groups.map((one) => counted(one.items, ...GROUP_WORD[one.group])).join(", ")}`}
        </dd>
        <dt>List, sha256</dt>
        <dd className={`mono ${styles.digest ?? ""}`}>{groups(context.digest)}</dd>
        <dt>Checkpoint</dt>
        <dd className={`mono ${styles.digest ?? ""}`}>{groups(context.root)}</dd>
        <dt>Signed first</dt>
        <dd>{first === null ? "nobody yet" : first.name}</dd>
        <dt>Findings</dt>
        <dd className="wrap">{context.findings.length === 0 ? "none" : context.findings.map((finding) => <p key={finding.words}>{findingWords(finding)}</p>)}</dd>
      </dl>
    </Frame>
  );
}

/** Unlike on the screen, nothing is left out here. */
function findingWords(finding: FindingView): string {
  const about = finding.about === null ? "" : `Entry ${count(finding.about)}: `;
  const became = finding.becomes.is === "note" ? "" : finding.becomes.is === "incident" ? ` (incident ${finding.reference})` : ` (exception asked for in ${finding.reference})`;
  return `${about}${finding.words}${became}`;
}

const RECORD = { policy_review: "Record the policy review", system_audit: "Record the audit of the encryption system", incident_audit: "Record the audit after an incident" } as const;

/** The record of a policy review or an audit, with the document that shows it. */
export function SigningRecord({ context, ...rest }: SigningProps & { readonly context: SignRecordView }) {
  return (
    <Frame {...rest} context={context} title={RECORD[context.duty]} lead="Your signature says that it was done, and names the document that shows it. It counts once another person has looked at it." label="What was looked at, and what came of it" act="Sign the record">
      <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
        <dt>Custody</dt>
        <dd className="strong">{context.custody.name}</dd>
        {context.incident !== null && (
          <>
            <dt>Incident</dt>
            <dd className="wrap">{context.incident}</dd>
          </>
        )}
        <dt>Document</dt>
        <dd className="wrap">{context.evidenceName}</dd>
        <dt>Its sha256</dt>
        <dd className={`mono ${styles.digest ?? ""}`}>{groups(context.evidenceDigest)}</dd>
      </dl>
    </Frame>
  );
}

type FrameProps = SigningProps & { readonly context: SignTransitionsView | SignRecordView; readonly title: string; readonly lead: string; readonly label: string; readonly act: string; readonly children: ReactNode };

function Frame({ context, title, lead, label, act, children, error, busy, confirm, keep }: FrameProps) {
  const [passphrase, setPassphrase] = useState("");
  const [note, setNote] = useState("");
  const armed = useArmed();
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
          <EnvironmentTab custody={context.custody} />
        </div>
        <h1 className="big-title wrap">{title}</h1>
        <p className="t2">{lead}</p>
      </header>
      <Scroll label="What is signed" className={styles.body}>
        {children}
      </Scroll>
      <div className={styles.unlock}>
        {/* The window is opened for these fields. */}
        {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
        <TextArea label={label} rows={2} value={note} autoFocus onChange={(event) => { setNote(event.target.value); }} />
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
          Leave unsigned
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy} disabled={!ready}>
          {act}
        </Button>
      </footer>
    </form>
  );
}
