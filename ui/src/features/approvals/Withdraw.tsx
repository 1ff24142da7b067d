import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type RequestDetailView } from "../../host";
import { Button, Dialog, Problem, requestTitle, TextArea } from "../../kit";

/** Takes one's own request back. Recoverable: it can be asked for again. */
export function Withdraw({ detail, close }: { readonly detail: RequestDetailView; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const { row } = detail;
  const withdraw = useAct("withdraw_request", {
    done: () => {
      toast(`You withdrew ${row.label}.`);
      close();
    },
  });
  return (
    <Dialog
      title={`Withdraw ${row.label}`}
      lead={`“${requestTitle(row)}” will not be done. Its seals no longer count; the request and your reason are kept.`}
      close={close}
      submit={() => {
        if (reason.trim() !== "") withdraw.act({ request: row.request, reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Keep request
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" busy={withdraw.busy} disabled={reason.trim() === ""}>
            Withdraw request
          </Button>
        </>
      }
    >
      <TextArea label="Reason" value={reason} rows={3} onChange={(event) => { setReason(event.target.value); }} />
      {withdraw.error && <Problem error={withdraw.error} />}
    </Dialog>
  );
}
