import type { SignReviewView } from "../../host";
import { ReviewFacts } from "../../kit";
import styles from "./sign.module.css";
import { SignFrame, type SigningProps } from "./SignFrame";

/** A second person's look at what one person did: the whole item. */
export function SigningOff({ context, ...rest }: SigningProps & { readonly context: SignReviewView }) {
  const { item } = context;
  return (
    <SignFrame
      {...rest}
      context={context}
      title={`Sign off: ${item.row.subject}`}
      lead={`Your signature says that you, as a second person, have looked at what ${item.row.by.name} did. It changes nothing else.`}
      note="What you looked at, and what you found"
      leave="Leave on the list"
      act="Sign off"
    >
      <div className={styles.statement} data-testid="statement">
        <ReviewFacts item={item} />
      </div>
    </SignFrame>
  );
}
