import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type KeyId, type SharedKeyRowView, type SharedKeysView } from "../../host";
import { Button, count, Dialog, Icon, IconButton, instead, KEY_TYPE, Note, Problem, refusal, Section, SHARED_KEY_STATE, Status, TextArea, When } from "../../kit";
import { href } from "../../routes/route";
import type { Show } from "./Exceptions";
import styles from "./exceptions.module.css";
import { Missing, rowKey, tenantsOf } from "./SharedKeys";
import { ShareForm } from "./ShareForm";

type Props = { readonly view: SharedKeysView; readonly id: string | null; readonly asking: boolean; readonly of: KeyId | ""; readonly show: Show; readonly close: () => void };

/** One entry of the register of shared keys, or the form that asks for one. */
export function SharedKeyPanel({ view, id, asking, of, show, close }: Props) {
  const row = view.rows.find((one) => rowKey(one) === id);
  if (asking) {
    return (
      <aside className={styles.drawer} aria-label="New entry" data-region="form">
        {view.ask.allowed ? <ShareForm view={view} of={of} close={close} /> : <div className={styles.inner}><Note>{view.ask.reason && refusal(view.ask.reason)} {view.ask.eligible.length > 0 && instead(view.ask.eligible.map((who) => who.name))}</Note></div>}
      </aside>
    );
  }
  return (
    <aside className={styles.drawer} aria-label={`Shared key ${row?.key.name ?? ""}`} data-region="detail" data-testid="shared-key">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close the panel" onClick={close} />
      </div>
      {row === undefined ? <div className={styles.inner}><Note>This entry is not in the register, or not any more.</Note></div> : <One row={row} view={view} show={show} />}
    </aside>
  );
}

function One({ row, view, show }: { readonly row: SharedKeyRowView; readonly view: SharedKeysView; readonly show: Show }) {
  const [withdrawing, setWithdrawing] = useState(false);
  const inForce = row.state === "entered" || row.state === "review_due" || row.state === "overdue";
  const ask = () => { show({ ask: "share", key: row.key.key }, null); };
  return (
    <>
      <div className={styles.inner}>
        <div className={`stack tight ${styles.name ?? ""}`}>
          <Status said={SHARED_KEY_STATE[row.state]} />
          <h2 className="strong wrap">
            <a className="mono" href={href("keys", row.key.key)}>
              {row.key.name}
            </a>
          </h2>
          <p className="small t2">
            {KEY_TYPE[row.keyType]} that serves {count(row.tenantsTotal)} tenants: {tenantsOf(row)}
          </p>
        </div>
        {row.state === "missing" && <Missing row={row} />}
        {row.state === "overdue" && <Note tone="alert" role="alert"><b>It counts no more.</b> Its review date has passed; enter it anew, or give each tenant a key of its own.</Note>}
        {row.decisionRecord !== "" && (
          <>
            <Section title="Decision record">
              <p className="wrap">{row.decisionRecord}</p>
            </Section>
            <Section title="Justification">
              <p className="prose">{row.justification}</p>
            </Section>
            <Section title="Compensating controls">
              <p className="prose">{row.controls}</p>
            </Section>
            <Section title="Risk accepted">
              <blockquote className={styles.words}>“{view.words}”</blockquote>
              <p className="small t2">
                {row.acceptedBy === null ? "Nobody has signed these words yet." : row.acceptedBy.name}
                {row.reviewBy !== null && (
                  <>
                    {" "}
                    · to be looked at again by <When at={row.reviewBy} />
                  </>
                )}
                {row.grantedEntry !== null && (
                  <>
                    {" "}
                    · <a href={href("ledger", String(row.grantedEntry))}>entry {count(row.grantedEntry)}</a>
                  </>
                )}
              </p>
            </Section>
          </>
        )}
      </div>
      <footer className={styles.act}>
        {row.state === "requested" && row.request !== null && (
          <a className="btn lg" href={href("approvals", row.request.request, { folder: "open" })}>
            <Icon name="stamp" />
            Open the request
          </a>
        )}
        {row.state !== "requested" && view.ask.allowed && (
          <Button kind="primary" icon={inForce ? "refresh-cw" : "plus"} onClick={ask}>
            {inForce ? "Enter anew…" : "Request an entry…"}
          </Button>
        )}
        {inForce && view.withdraw.allowed && (
          <Button kind="ghost" icon="link-2-off" onClick={() => { setWithdrawing(true); }}>
            Withdraw…
          </Button>
        )}
        {!view.ask.allowed && view.ask.reason && (
          <p className="small t2 grow" data-testid="why-not">
            {refusal(view.ask.reason)} {view.ask.eligible.length > 0 && instead(view.ask.eligible.map((who) => who.name))}
          </p>
        )}
      </footer>
      {withdrawing && <Withdraw row={row} close={() => { setWithdrawing(false); }} />}
    </>
  );
}

/** One person, at once: from then on the sharing is a violation. */
function Withdraw({ row, close }: { readonly row: SharedKeyRowView; readonly close: () => void }) {
  const [reason, setReason] = useState("");
  const withdraw = useAct("shared_key_withdraw", {
    done: () => {
      toast(`You withdrew the entry of ${row.key.name}.`);
      close();
    },
  });
  const ready = reason.trim() !== "" && row.entry !== null;
  return (
    <Dialog
      title={`Withdraw the entry of ${row.key.name}`}
      lead="From then on its sharing is a violation. The key itself stays as it is; a second person looks at this afterwards."
      close={close}
      submit={() => {
        if (ready && row.entry !== null) withdraw.act({ entry: row.entry, reason: reason.trim() });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Leave in force
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" icon="link-2-off" busy={withdraw.busy} disabled={!ready}>
            Withdraw entry
          </Button>
        </>
      }
    >
      <TextArea label="Reason" rows={3} value={reason} hint="Whoever reviews it reads this; it is kept for ever." onChange={(event) => { setReason(event.target.value); }} />
      {withdraw.error && <Problem error={withdraw.error} />}
    </Dialog>
  );
}
