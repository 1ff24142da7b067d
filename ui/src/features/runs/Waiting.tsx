import type { RunDetailView } from "../../host";
import { listed, Note, When } from "../../kit";
import styles from "./runs.module.css";

/** A run that waits for days: what it waits for, until when, and who may take it up when that is over. */
export function Waiting({ detail: { row, standing } }: { readonly detail: RunDetailView }) {
  if (row.state !== "awaiting_purge" && row.state !== "reclaim_pending") return null;
  const who = standing.mayContinue.map((person) => person.name);
  return (
    <div className={styles.wideRow}>
      <Note tone={row.state === "awaiting_purge" ? "ink" : "warn"} icon="hourglass" role="status">
        {row.state === "awaiting_purge" ? (
          <>
            <b>Deleted; waiting for purge{row.waitsUntil !== null && <> until <When at={row.waitsUntil} /></>}.</b> The vault keeps what was deleted until then, and its name stays taken. The run stays open until a read proves it gone.
          </>
        ) : (
          <>
            <b>Zeroed, reclaim pending{row.waitsUntil !== null && <> until <When at={row.waitsUntil} /></>}.</b> The wrapped values are overwritten. Their old bytes leave the tables&rsquo; files when the tables are rewritten, which locks them: in quiet hours.
          </>
        )}{" "}
        {who.length > 0 && `${listed(who, "or")} can take it up from any console.`}
      </Note>
    </div>
  );
}
