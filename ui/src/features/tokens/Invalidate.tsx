import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, useRead, type TokenScope } from "../../host";
import { Button, counted, Dialog, Note, Problem, TextArea, TextField } from "../../kit";

/** Emergency: tokens are overwritten and deleted, at once, by one person. */
export function Invalidate({ scope, name, close }: { readonly scope: TokenScope; readonly name: string; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const counts = useRead("tokens_count", { scope }, { keep: false });
  const wanted = counts.view?.typeThis ?? null;
  const invalidate = useAct("tokens_invalidate", {
    done: (view) => {
      toast(`${counted(view.count, "token")} of ${name} invalidated.`);
      close();
    },
  });
  const ready = counts.view !== undefined && counts.view.tokens > 0 && reason.trim() !== "" && (wanted === null || typed === wanted);
  return (
    <Dialog
      title={scope.of === "everything" ? "Invalidate every token" : `Invalidate the tokens of ${name}`}
      lead="They are overwritten and deleted. Whoever uses them has to sign in again; nobody can bring them back."
      close={close}
      submit={() => {
        if (ready) invalidate.act({ scope, reason: reason.trim(), typed: wanted === null ? null : typed });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Keep tokens
          </Button>
          <span className="grow" />
          <Button kind="danger" type="submit" icon="ban" busy={invalidate.busy} disabled={!ready}>
            {counts.view ? `Invalidate ${counted(counts.view.tokens, "token")}` : "Invalidate tokens"}
          </Button>
        </>
      }
    >
      {counts.error && <Problem error={counts.error} again={counts.again} />}
      {counts.view &&
        (counts.view.tokens === 0 ? (
          <Note>{counts.view.kept > 0 ? `A hold keeps ${counted(counts.view.kept, "token")} here; there is no other.` : "There is no token here."}</Note>
        ) : (
          <Note tone="danger" icon="ban">
            <b>{counted(counts.view.tokens, "token")}</b> stop working at once.{counts.view.kept > 0 && ` A hold keeps ${counted(counts.view.kept, "more token", "more tokens")}.`} New ones can still be sealed: suspend it first to stop that. A second person looks at it afterwards.
          </Note>
        ))}
      <TextArea label="Reason" rows={3} value={reason} onChange={(event) => { setReason(event.target.value); }} />
      {wanted !== null && <TextField label={`Type “${wanted}” to arm this`} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => { setTyped(event.target.value); }} />}
      {invalidate.error && <Problem error={invalidate.error} />}
    </Dialog>
  );
}
