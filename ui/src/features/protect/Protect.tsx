import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, useRead, type ConsequencesView, type ProtectAct, type ProtectedView, type Scope } from "../../host";
import { Button, count, counted, Dialog, Note, Problem, PROTECT, Skeleton, TextArea } from "../../kit";
import { href } from "../../routes/route";
import styles from "./protect.module.css";

/** One dialog for each protective act: what it would touch, why, and it is done. Another person looks at it afterwards. */
export function Protect({ act, scope, name, close }: { readonly act: ProtectAct; readonly scope: Scope; readonly name: string; readonly close: () => void }) {
  const words = PROTECT[act];
  const [reason, setReason] = useState("");
  const preview = useRead("protect_preview", { act, scope }, { keep: false });
  const protect = useAct("protect", {
    done: (view) => {
      if (view.unconfirmed > 0) return;
      toast(`${name} ${words.became}, ledger entry ${count(view.entry)}.`);
      close();
    },
  });
  const nothing = preview.view?.keys === 0;
  return (
    <Dialog
      title={`${words.act} ${name}`}
      lead={`${words.says} Done at once under your name alone, then a second person looks at it.`}
      close={close}
      submit={() => {
        if (reason.trim() !== "" && protect.view === undefined && !nothing) protect.act({ act, scope, reason: reason.trim() });
      }}
      footer={
        protect.view ? (
          <>
            <span className="grow" />
            <Button onClick={close}>Close</Button>
          </>
        ) : (
          <>
            <Button onClick={close} hint="Esc">
              Leave as it is
            </Button>
            <span className="grow" />
            <Button kind="primary" type="submit" icon={words.icon} busy={protect.busy} disabled={reason.trim() === "" || nothing}>
              {words.act} {counted(preview.view?.keys ?? 1, "key")}
            </Button>
          </>
        )
      }
    >
      {protect.view ? (
        <Unconfirmed done={protect.view} close={close} />
      ) : (
        <>
          {preview.view === undefined ? preview.error ? <Problem error={preview.error} again={preview.again} /> : <Skeleton label="Counting what it touches" lines={3} /> : <Consequences view={preview.view} />}
          <TextArea label="Reason" rows={3} value={reason} hint="Whoever reviews it reads this; it is kept for ever." onChange={(event) => { setReason(event.target.value); }} />
          {protect.error && <Problem error={protect.error} />}
        </>
      )}
    </Dialog>
  );
}

/** Figures first. */
function Consequences({ view }: { readonly view: ConsequencesView }) {
  if (view.keys === 0) return <Note tone="info">Nothing would change: {view.skipped > 0 ? `${counted(view.skipped, "key")} of it ${view.skipped === 1 ? "is" : "are"} in a state that does not allow this, or in this state already.` : "it has no key."}</Note>;
  const figures: [number, string][] = [
    [view.keys, view.keys === 1 ? "key taken out" : "keys taken out"],
    [view.deks, "DEKs that stop opening"],
    [view.tokens, "tokens that stop working"],
    [view.tenants, view.tenants === 1 ? "tenant touched" : "tenants touched"],
  ];
  return (
    <>
      <dl className={styles.figures} data-testid="consequences">
        {figures.map(([value, label]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
      <ul className={`small t2 ${styles.list ?? ""}`}>
        {view.vaultKeys > 0 && <li>{counted(view.vaultKeys, "key")} in the vault {view.vaultKeys === 1 ? "is" : "are"} disabled there as well; a refused operation proves it.</li>}
        {view.skipped > 0 && <li>{counted(view.skipped, "key")} {view.skipped === 1 ? "stays" : "stay"} as {view.skipped === 1 ? "it is" : "they are"}: {view.skipped === 1 ? "its" : "their"} state does not allow this.</li>}
      </ul>
    </>
  );
}

/** The register knows, the vault does not answer for it yet. */
function Unconfirmed({ done, close }: { readonly done: ProtectedView; readonly close: () => void }) {
  return (
    <>
      <Note tone="alert" role="alert">
        <b>Done in the register, not confirmed by the vault.</b> {counted(done.unconfirmed, "key")} may still be used there. <a href={href("ledger", String(done.entry))}>Ledger entry {count(done.entry)}</a> has the act.
      </Note>
      <Confirm act={done.entry} done={close} />
    </>
  );
}

/** Asks the vault again, and disables what is still enabled there. */
export function Confirm({ act, done }: { readonly act: number; readonly done?: () => void }) {
  const confirm = useAct("protect_confirm", {
    done: (view) => {
      if (view.unconfirmed > 0) return;
      toast(`The vault refuses ${counted(view.confirmed, "key")} now.`);
      done?.();
    },
  });
  return (
    <>
      {confirm.view && confirm.view.unconfirmed > 0 && <p className="small t2" role="status">{counted(confirm.view.unconfirmed, "key")} still not confirmed.</p>}
      <span>
        <Button icon="vault" busy={confirm.busy} onClick={() => { confirm.act({ act }); }}>
          Confirm in the vault
        </Button>
      </span>
      {confirm.error && <Problem error={confirm.error} />}
    </>
  );
}
