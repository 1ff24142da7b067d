import { type HoldView } from "../../host";
import { Button, count, HOLD_KIND, Icon, moment, Status } from "../../kit";
import { go, href } from "../../routes/route";
import styles from "./protect.module.css";

/** What must be kept, by whom it was said, and the way to lift it. */
export function Holds({ holds, auditor }: { readonly holds: readonly HoldView[]; readonly auditor: boolean }) {
  return (
    <ul className={styles.holds}>
      {holds.map((hold) => (
        <li key={hold.hold} className={styles.hold}>
          <span className="col">
            <span className="row">
              <Icon name="lock" size={14} />
              <span className="med wrap">
                {HOLD_KIND[hold.kind]} {hold.reference}
              </span>
            </span>
            <span className="small t2 wrap">{hold.reason}</span>
            <p className="small t3 wrap">
              on {hold.subject.name} · {hold.setBy.name}, {moment(hold.setAt)} · <a href={href("ledger", String(hold.entry))}>entry {count(hold.entry)}</a>
            </p>
          </span>
          {hold.liftedAt !== null ? (
            <Status said={{ word: "Lifted", icon: "check", tone: "idle" }} />
          ) : (
            !auditor && (
              <Button size="sm" onClick={() => { go("request", "lift_hold", { hold: hold.hold }); }}>
                Request lifting…
              </Button>
            )
          )}
        </li>
      ))}
    </ul>
  );
}
