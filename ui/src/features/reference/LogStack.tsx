import type { LogTargetView } from "../../host";
import { Ago, count, counted, Status, type Said } from "../../kit";
import styles from "./reference.module.css";

/** Where the ledger is sent, and how far each target is. Streams are started on the command line: they outlive a window. */
export function LogStack({ targets }: { readonly targets: readonly LogTargetView[] }) {
  if (targets.length === 0) {
    return (
      <p className="t2">
        The ledger is sent nowhere yet. <code className="mono">countersign ledger stream --to TARGET</code> sends it to Elasticsearch, to Azure Monitor or to a file, and goes on where it stopped.
      </p>
    );
  }
  return (
    <ul className={styles.targets} data-testid="log-targets">
      {targets.map((target) => (
        <li key={target.name}>
          <span className="mono wrap grow">{target.name}</span>
          <Status said={state(target)} />
          <span className="small t3 num">
            {target.format.toUpperCase()} · entry {count(target.position)} · moved <Ago at={target.movedAt} />
            {target.trouble !== "" && ` · ${target.trouble}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** How a target stands, in one word and how much it misses. */
export function state(target: LogTargetView): Said {
  if (target.stalled) return { tone: "alert", icon: "triangle-alert", word: `Stalled: ${behind(target)} behind` };
  if (target.trouble !== "") return { tone: "warn", icon: "circle-alert", word: "Tried again" };
  return target.behind === 0 ? { tone: "ok", icon: "circle-check", word: "Up to date" } : { tone: "ink", icon: "activity", word: `${counted(target.behind, "entry", "entries")} to send` };
}

/** `311 entries and 42 minutes`. */
export function behind(target: LogTargetView): string {
  return `${counted(target.behind, "entry", "entries")} and ${counted(target.minutesBehind, "minute")}`;
}
