import type { DueKeyView, OverviewView } from "../../host";
import { due, Empty, Icon, KEY_ICON, KEY_TYPE, longMoment } from "../../kit";
import { href } from "../../routes/route";
import styles from "./overview.module.css";

/** Rotations by due date, overdue first. */
export function Due({ overview }: { readonly overview: OverviewView }) {
  return (
    <section className={`card ${styles.due ?? ""}`} aria-label="Rotations due">
      <header>
        <h2>Rotations due</h2>
        <span className="t3 small">earliest first</span>
        <a className="end small" href={href("keys", null, { sort: "rotate_by" })}>
          All keys
        </a>
      </header>
      {overview.due.length === 0 ? (
        <Empty icon="circle-check" title="No rotation is due" />
      ) : (
        <div className={styles.dueList}>
          <table className="t">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Scope</th>
                <th scope="col" className="fit">Request</th>
                <th scope="col" className="n fit">Rotate by</th>
              </tr>
            </thead>
            <tbody>
              {overview.due.map((entry) => (
                <Row key={entry.key.key} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ entry }: { readonly entry: DueKeyView }) {
  return (
    <tr>
      <td>
        <span className="row">
          <span className="t3" title={KEY_TYPE[entry.keyType]}>
            <Icon name={KEY_ICON[entry.keyType]} />
          </span>
          <a className="mono trunc" href={href("keys", entry.key.key)}>
            {entry.key.name}
          </a>
        </span>
      </td>
      <td className="t2">{entry.scope}</td>
      <td className="fit">{entry.requested ? <span className="st ink"><Icon name="stamp" />Asked</span> : <span className="t3 small">none</span>}</td>
      <td className={`n fit ${entry.dueInDays < 0 ? "c-alert med" : entry.dueInDays <= 14 ? "c-warn" : "t2"}`} title={longMoment(entry.rotateBy)}>
        {due(entry.rotateBy, entry.dueInDays)}
      </td>
    </tr>
  );
}
