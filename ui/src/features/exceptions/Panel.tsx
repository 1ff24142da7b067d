import { useRead, type ExceptionId } from "../../host";
import { IconButton, instead, Note, Reading, refusal } from "../../kit";
import { CloseForm } from "./CloseForm";
import { Detail } from "./Detail";
import type { Show } from "./Exceptions";
import styles from "./exceptions.module.css";
import { RequestForm } from "./RequestForm";

/** What is asked for in the panel beside the register. */
export type Ask = "new" | "renew" | "close";

type Props = { readonly id: string | null; readonly ask: Ask | null; readonly show: Show; readonly close: () => void };

export function Panel({ id, ask, show, close }: Props) {
  if (id === null) return <Form renews={null} close={close} />;
  if (ask === "renew") return <Form renews={id as ExceptionId} close={close} />;
  return <One id={id as ExceptionId} closing={ask === "close"} show={show} close={close} />;
}

function One({ id, closing, show, close }: { readonly id: ExceptionId; readonly closing: boolean; readonly show: Show; readonly close: () => void }) {
  const { view, error, again } = useRead("exception_detail", { exception: id }, { keep: false });
  return (
    <aside className={styles.drawer} aria-label={closing ? `Close ${view?.row.label ?? "exception"}` : `Exception ${view?.row.label ?? ""}`} data-region="detail" data-testid="exception-detail">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close the panel" onClick={close} />
      </div>
      <Reading view={view} error={error} again={again} label="the exception" lines={12}>
        {(detail) => (closing ? <CloseForm detail={detail} close={close} /> : <Detail detail={detail} ask={(what) => { show({ ask: what }); }} />)}
      </Reading>
    </aside>
  );
}

function Form({ renews, close }: { readonly renews: ExceptionId | null; readonly close: () => void }) {
  const { view, error, again } = useRead("exception_form", { renews }, { keep: false });
  return (
    <aside className={styles.drawer} aria-label={renews === null ? "New exception" : "Renew an exception"} data-region="form">
      <Reading view={view} error={error} again={again} label="the clauses" lines={12}>
        {(form) =>
          form.ask.allowed ? (
            <RequestForm form={form} close={close} />
          ) : (
            <div className={styles.inner}>
              <Note icon="info">
                {form.ask.reason && refusal(form.ask.reason)} {form.ask.eligible.length > 0 && instead(form.ask.eligible.map((who) => who.name))}
              </Note>
            </div>
          )
        }
      </Reading>
    </aside>
  );
}
