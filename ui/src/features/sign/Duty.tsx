import type { SignDutyView } from "../../host";
import { day } from "../../kit";
import { DUTY } from "./dutyWords";
import styles from "./sign.module.css";
import { SignFrame, type SigningProps } from "./SignFrame";

/** An operator's own sign of life: the words. */
export function Duty({ context, ...rest }: SigningProps & { readonly context: SignDutyView }) {
  const words = DUTY[context.duty];
  return (
    <SignFrame {...rest} context={context} title={words.title} lead={words.lead} leave="Not now" act={words.button}>
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
    </SignFrame>
  );
}
