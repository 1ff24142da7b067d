import { useState } from "react";

import type { ExceptionDetailView } from "../../host";
import { clauseName, fieldName, fieldProblem, FormFoot, Note, scopeWords, TextArea, TextField } from "../../kit";
import styles from "./exceptions.module.css";
import { useAsking } from "./useAsking";

const APPROVE_HOURS = 72;
const EXECUTE_HOURS = 168;

/** Closing an exception takes two people, and what shows that the clause is met again. */
export function CloseForm({ detail, close }: { readonly detail: ExceptionDetailView; readonly close: () => void }) {
  const { row } = detail;
  const [evidence, setEvidence] = useState("");
  const [changeRecord, setChangeRecord] = useState("");
  const [tried, setTried] = useState(false);
  const asking = useAsking();
  const wrong = (field: string, gap: string | undefined) => (asking.error?.code === "invalid" && asking.error.field === field ? `${fieldName(field)} ${fieldProblem(asking.error.problem)}.` : tried ? gap : undefined);
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (evidence.trim() === "" || changeRecord.trim() === "") return;
        asking.ask({
          operation: { operation: "close_exception", exception: row.exception, evidence: evidence.trim() },
          reason: `${row.clause.cited} is met again for ${scopeWords(row.terms)}.`, changeRecord: changeRecord.trim(), rollbackPlan: "Ask for an exception anew.", approveWithinHours: APPROVE_HOURS, executeWithinHours: EXECUTE_HOURS,
        });
      }}
    >
      <div className={styles.inner}>
        <div className={`stack tight ${styles.name ?? ""}`}>
          <span className="mono t2">{row.label}</span>
          <h2 className="strong wrap">Close: {row.title}</h2>
          <p className="small t2">{clauseName(row.clause)}</p>
        </div>
        <Note icon="circle-check">
          Closing says that {scopeWords(row.terms)} meets the clause again. A second person reads the evidence and countersigns; from then on the gate no longer asks for it.
        </Note>
        <TextArea label="Evidence" rows={6} value={evidence} error={wrong("evidence", evidence.trim() === "" ? "Closing needs evidence." : undefined)} hint="What shows it, and where it can be looked up. Kept for ever." onChange={(event) => { setEvidence(event.target.value); }} />
        <TextField label="Change record" value={changeRecord} error={wrong("changeRecord", changeRecord.trim() === "" ? "A request needs a change record." : undefined)} autoComplete="off" spellCheck={false} placeholder="CHG-" onChange={(event) => { setChangeRecord(event.target.value); }} />
      </div>
      <FormFoot error={asking.error} opened={asking.opened} busy={asking.busy} leave="Back" discard={close} act="Sign and request" />
    </form>
  );
}
