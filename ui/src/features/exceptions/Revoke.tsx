import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type ExceptionRowView } from "../../host";
import { Button, Dialog, Note, Problem, TextArea, scopeWords } from "../../kit";

/** One person ends an exception at once. Another looks at it afterwards. */
export function Revoke({ row, close }: { readonly row: ExceptionRowView; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const revoke = useAct("exception_revoke", {
    done: () => {
      toast(`You revoked ${row.label}.`);
      close();
    },
  });
  const ready = reason.trim() !== "";
  return (
    <Dialog
      title={`Revoke ${row.label}`}
      lead="It ends at once, under your name alone; then a second person looks at it."
      close={close}
      submit={() => {
        if (ready) revoke.act({ exception: row.exception, reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Leave in force
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon="ban" busy={revoke.busy} disabled={!ready}>
            Revoke {row.label}
          </Button>
        </>
      }
    >
      <Note tone="warn">
        <b>{scopeWords(row.terms)}</b> must meet {row.clause.cited} from then on: what does not is a violation, and the gate says so.
      </Note>
      <TextArea label="Reason" rows={3} value={reason} hint="Whoever reviews it reads this; it is kept for ever." onChange={(event) => { setReason(event.target.value); }} />
      {revoke.error && <Problem error={revoke.error} />}
    </Dialog>
  );
}
