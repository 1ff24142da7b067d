import type { SignRegisterView } from "../../host";
import { count, day } from "../../kit";
import styles from "./sign.module.css";
import { SignFrame, type SigningProps } from "./SignFrame";

/** The look at the whole register of exceptions: its figures. */
export function SigningRegister({ context, ...rest }: SigningProps & { readonly context: SignRegisterView }) {
  const { standing, last } = context.review;
  return (
    <SignFrame
      {...rest}
      context={context}
      title="Sign off: the register of exceptions"
      lead="Your signature says that you have looked at every open exception. It changes none of them."
      note="What you looked at, and what you found"
      digestOf="Every open record"
      act="Sign off"
    >
      <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
        <dt>Custody</dt>
        <dd className="strong">{context.custody.name}</dd>
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
    </SignFrame>
  );
}
