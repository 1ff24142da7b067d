import type { ExceptionState, Micros } from "../../host";
import { day, EXCEPTION_STATE } from "../../kit";
import styles from "./exceptions.module.css";
import { piecesOf, type Axis } from "./term";

/** A term on the axis that all rows share, today marked in the middle. */
export function TermBar({ row, axis, tall = false }: { readonly row: { readonly state: ExceptionState; readonly since: Micros; readonly until: Micros }; readonly axis: Axis; readonly tall?: boolean }) {
  return (
    <span className={`${styles.term ?? ""} ${tall ? (styles.tall ?? "") : ""}`} role="img" aria-label={`${EXCEPTION_STATE[row.state].word}, ${day(row.since)} to ${day(row.until)}`} title={`${day(row.since)} to ${day(row.until)}`}>
      {piecesOf(row, axis).map((piece) => (
        <i key={piece.look} className={styles[piece.look]} style={{ left: `${piece.from}%`, width: `${Math.max(0.8, piece.to - piece.from)}%` }} />
      ))}
      <b />
    </span>
  );
}
