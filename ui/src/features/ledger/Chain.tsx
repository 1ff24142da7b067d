import type { CheckpointsView, CheckpointView } from "../../host";
import { count, counted, listed } from "../../kit";
import styles from "./ledger.module.css";

/** Least distance between two labels, in hundredths of the line. */
const APART = 13;

/** The ledger as a line, its checkpoints along it, and the tail that lies under none. */
export function Chain({ checkpoints, head, open }: { readonly checkpoints: CheckpointsView | undefined; readonly head: number | undefined; readonly open: () => void }) {
  const last = Math.max(1, head ?? checkpoints?.head ?? 1);
  const known = checkpoints?.checkpoints ?? [];
  const newest = known[0];
  const place = (size: number) => Math.min(100, (size / last) * 100);
  const labelled = labels(known, place);
  return (
    <button type="button" className={styles.line} onClick={open} title="Checkpoints" data-testid="chain">
      <span className="sr">{said(checkpoints, last)}</span>
      <span className={styles.anchored} style={{ width: `${newest ? place(newest.size) : 0}%` }} />
      <span className={styles.tail} style={{ left: `${newest ? place(newest.size) : 0}%` }} />
      {known.map((checkpoint) => (
        <span key={checkpoint.size} aria-hidden="true" className={`${styles.tick ?? ""} ${cosigned(checkpoint) ? "" : (styles.alone ?? "")}`} style={{ left: `${place(checkpoint.size)}%` }}>
          {labelled.has(checkpoint.size) && <span className={`${styles.tickLabel ?? ""} ${place(checkpoint.size) > 90 ? (styles.ended ?? "") : place(checkpoint.size) < 8 ? (styles.begun ?? "") : ""} num`}>{count(checkpoint.size)}</span>}
        </span>
      ))}
    </button>
  );
}

/** Whether a second person's signature that holds is under it. */
export function cosigned(checkpoint: CheckpointView): boolean {
  return checkpoint.signatures.some((it) => it.cosigned && it.holds);
}

/** Who signed it with a signature that holds. */
export function signers(checkpoint: CheckpointView): string {
  return listed(checkpoint.signatures.filter((it) => it.holds).map((it) => it.by.name));
}

/** The smallest checkpoint that covers an entry, of those that somebody's signature holds under. */
export function coverOf(entry: number, checkpoints: CheckpointsView | undefined): CheckpointView | null {
  const covers = checkpoints?.checkpoints.filter((it) => it.size >= entry && it.signatures.some((one) => one.holds)) ?? [];
  return covers.reduce<CheckpointView | null>((least, it) => (least === null || it.size < least.size ? it : least), null);
}

function labels(known: readonly CheckpointView[], place: (size: number) => number): ReadonlySet<number> {
  const shown = new Set<number>();
  let before = Number.POSITIVE_INFINITY;
  for (const { size } of known) {
    if (before - place(size) < APART) continue;
    shown.add(size);
    before = place(size);
  }
  return shown;
}

function said(checkpoints: CheckpointsView | undefined, last: number): string {
  const newest = checkpoints?.checkpoints[0];
  if (newest === undefined) return "No checkpoint yet: all entries are unanchored";
  const tail = last - newest.size;
  return `${counted(checkpoints?.checkpoints.length ?? 0, "checkpoint")}; the newest covers entries to ${count(newest.size)}, signed by ${signers(newest)}; ${tail === 0 ? "none" : count(tail)} after it`;
}
