import type { TimelineView } from "../../host";
import { clock, count, day, KEY_STATE, longMoment, PeopleSeals } from "../../kit";
import { href } from "../../routes/route";
import styles from "./keys.module.css";

/** What happened to the key, newest first, each with the entry that proves it. */
export function Timeline({ events }: { readonly events: readonly TimelineView[] }) {
  return (
    <section aria-label="History" className="stack tight">
      <h3 className="strong">History</h3>
      {events.length === 0 ? (
        <p className="small t3">Nothing is recorded yet.</p>
      ) : (
        <ol className={styles.timeline}>
          {events.map((event, at) => (
            <li key={at} className={at === 0 ? styles.newest : ""}>
              <span className={at === 0 ? "med" : ""}>{sentence(event)}</span>
              <span title={longMoment(event.at)}>
                {" "}
                · {day(event.at)}, {clock(event.at)}
              </span>
              {event.by && ` · ${event.by.name}`} {event.seals.length > 0 && <PeopleSeals people={event.seals} />}
              <span className="t3">
                {event.request && (
                  <>
                    {" "}
                    <a href={href("approvals", event.request.request, { folder: "decided" })}>{event.request.label}</a>
                  </>
                )}
                {event.run && (
                  <>
                    {" "}
                    <a href={href("runs", event.run.run)}>{event.run.label}</a>
                  </>
                )}
                {event.entry !== null && (
                  <>
                    {" "}
                    <a href={href("ledger", String(event.entry))}>entry {count(event.entry)}</a>
                  </>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function sentence(event: TimelineView): string {
  const version = event.version === null ? "" : ` ${event.version}`;
  switch (event.event) {
    case "created":
      return "Created";
    case "imported":
      return "Imported";
    case "adopted":
      return "Adopted from the vault";
    case "activated":
      return "Came into use";
    case "state_changed":
      return event.state === null ? "State changed" : `Became ${KEY_STATE[event.state].word.toLowerCase()}`;
    case "rotation_asked":
      return "Rotation asked";
    case "rotation_sealed":
      return "Rotation countersigned";
    case "rotation_rejected":
      return "Rotation rejected";
    case "request_lapsed":
      return "Request lapsed";
    case "version_created":
      return `Rotated to version${version}`;
    case "rewrapped":
      return `Re-wrapped${version === "" ? "" : ` under version${version}`}`;
    case "version_disabled":
      return `Version${version} disabled`;
    case "version_enabled":
      return `Version${version} enabled`;
    case "overdue":
      return "Overdue";
    case "protected":
      return event.state === null ? "Protected" : `${KEY_STATE[event.state].word} by one person, at once`;
    case "hold_set":
      return "Hold set";
    case "hold_lifted":
      return "Hold lifted";
    case "tokens_deleted":
      return "Tokens overwritten and deleted";
    case "wrap_erased":
      return "Wrapped value overwritten and removed";
    case "deleted":
      return "Deleted in the vault";
    case "recovered":
      return "Recovered in the vault";
    case "purged":
      return "Purged in the vault";
    case "absent":
      return "Proven absent";
    default:
      return event.event satisfies never;
  }
}
