import { useEffect, useRef } from "react";

import type { SealedView, SignContextView } from "../../host";
import { Button, count, counted, moment, Seal } from "../../kit";
import { wordsOf } from "./act";
import styles from "./sign.module.css";

/** What was sealed, and what happens next. */
export function Sealed({ context, sealed, close }: { readonly context: SignContextView; readonly sealed: SealedView; readonly close: () => void }) {
  const words = wordsOf(context.act, context);
  const around = useRef<HTMLDivElement>(null);
  useEffect(() => {
    around.current?.querySelector("button")?.focus();
  }, []);
  const rejected = sealed.decision === "reject";
  return (
    <div className={styles.sealed} role="status" ref={around}>
      <Seal look={rejected ? "declined" : "signed"} initials={context.signer.initials} size={72} label={`Seal of ${context.signer.name}`} fresh />
      <h1 className="big-title">
        {words.done}: {sealed.label}
      </h1>
      <p className="t2">
        Ledger entry {count(sealed.entry)}.{" "}
        {rejected ? "Nothing will be executed." : sealed.missing > 0 ? `${counted(sealed.missing, "seal")} still missing, until ${moment(context.approveBy)}.` : `All seals are given. The run may be started until ${moment(context.executeBy)}.`}
      </p>
      <Button size="lg" onClick={close}>
        Close
      </Button>
    </div>
  );
}
