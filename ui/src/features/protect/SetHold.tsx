import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type HoldKind, type Scope } from "../../host";
import { Button, count, Dialog, HOLD_KIND, Note, Problem, SelectField, TextArea, TextField } from "../../kit";
import styles from "./protect.module.css";

/** Sets a hold at once. It stops whatever destroys, and never what protects. */
export function SetHold({ scope, name, close }: { readonly scope: Scope; readonly name: string; readonly close: () => void }) {
  const [kind, setKind] = useState<HoldKind>("legal_hold");
  const [reference, setReference] = useState("");
  const [reason, setReason] = useState("");
  const hold = useAct("set_hold", {
    done: (view) => {
      toast(`Hold ${view.reference} set on ${name}, ledger entry ${count(view.entry)}.`);
      close();
    },
  });
  const ready = reference.trim() !== "" && reason.trim() !== "";
  return (
    <Dialog
      title={`Set a hold on ${name}`}
      lead="Nothing of it is destroyed while the hold stands. Lifting it takes two people."
      close={close}
      submit={() => {
        if (ready) hold.act({ scope, kind, reference: reference.trim(), reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Set no hold
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon="lock" busy={hold.busy} disabled={!ready}>
            Set hold
          </Button>
        </>
      }
    >
      <div className={styles.pair}>
        <SelectField label="Because of" value={kind} onChange={(event) => { setKind(event.target.value as HoldKind); }}>
          {Object.entries(HOLD_KIND).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </SelectField>
        <TextField label="Reference" value={reference} autoComplete="off" spellCheck={false} hint="Court file or incident number" onChange={(event) => { setReference(event.target.value); }} />
      </div>
      <TextArea label="Reason" rows={3} value={reason} onChange={(event) => { setReason(event.target.value); }} />
      <Note icon="lock">A run that is about to destroy something of it stops at its next step, also when both seals are there already.</Note>
      {hold.error && <Problem error={hold.error} />}
    </Dialog>
  );
}
