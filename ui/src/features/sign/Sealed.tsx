import { useEffect, useRef } from "react";

import type { PersonView, SealedView } from "../../host";
import { Button, count, Seal } from "../../kit";
import styles from "./sign.module.css";

/** What was sealed, and what happens next. */
export function Sealed({ signer, done, next, sealed, close }: { readonly signer: PersonView; readonly done: string; readonly next: string; readonly sealed: SealedView; readonly close: () => void }) {
  const around = useRef<HTMLDivElement>(null);
  useEffect(() => {
    around.current?.querySelector("button")?.focus();
  }, []);
  return (
    <div className={styles.sealed} role="status" ref={around}>
      <Seal look={sealed.decision === "reject" ? "declined" : "signed"} initials={signer.initials} size={72} label={`Seal of ${signer.name}`} fresh />
      <h1 className="big-title">
        {done}: {sealed.label}
      </h1>
      <p className="t2">
        Ledger entry {count(sealed.entry)}. {next}
      </p>
      <Button size="lg" onClick={close}>
        Close
      </Button>
    </div>
  );
}
