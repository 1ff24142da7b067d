import type { FindingView, SignRecordView, SignTransitionsView, TransitionGroup } from "../../host";
import { count, counted, groups } from "../../kit";
import styles from "./sign.module.css";
import { SignFrame, type SigningProps } from "./SignFrame";

const GROUP_WORD: Record<TransitionGroup, readonly [string, string]> = {
  requests: ["request", "requests"], runs: ["run", "runs"], keys: ["key", "keys"], protection: ["protective act", "protective acts"], destruction: ["destruction", "destructions"],
  exceptions: ["exception", "exceptions"], people: ["person or device", "people and devices"], refusals: ["refusal", "refusals"], rules: ["rule", "rules"], reviews: ["look or drill", "looks and drills"], other: ["other", "others"],
};

/** A lead's signature under a review: period, list, checkpoint, findings, a note, the passphrase, the act. */
export function SigningReview({ context, ...rest }: SigningProps & { readonly context: SignTransitionsView }) {
  const { custody, first } = context;
  return (
    <SignFrame
      {...rest}
      context={context}
      title={first === null ? `Sign the review up to entry ${count(context.until)}` : `Close the review up to entry ${count(context.until)}`}
      lead={first === null ? "Your signature says that you looked at every item, and makes the ledger's checkpoint. The other lead closes it." : `Your signature says that you, as the second lead, looked at every item. It cosigns the checkpoint that ${first.name} made.`}
      note="What you looked at"
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
    </SignFrame>
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
    <SignFrame {...rest} context={context} title={RECORD[context.duty]} lead="Your signature says that it was done, and names the document that shows it. It counts once another person has looked at it." note="What was looked at, and what came of it" act="Sign the record">
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
    </SignFrame>
  );
}
