import type { SignCheckpointView } from "../../host";
import { count, counted, groups } from "../../kit";
import styles from "./sign.module.css";
import { SignFrame, type SigningProps } from "./SignFrame";

/** A checkpoint as it is signed: the text itself, and what this computer has checked of it. */
export function SigningCheckpoint({ context, ...rest }: SigningProps & { readonly context: SignCheckpointView }) {
  const { custody, cosigns, size, since, kept } = context;
  return (
    <SignFrame
      {...rest}
      context={context}
      title={`${cosigns ? "Cosign the checkpoint" : "Sign a checkpoint"} of entry ${count(size)}`}
      lead={
        cosigns
          ? "Your signature says: of all checkpoints of this ledger that I know, this is the largest, and it grew from the others."
          : "Your signature says: this is how long the ledger is, and this is what stands in it. A second person cosigns it."
      }
      digestOf="Text of the checkpoint"
      act={cosigns ? "Cosign checkpoint" : "Sign checkpoint"}
    >
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
    </SignFrame>
  );
}
