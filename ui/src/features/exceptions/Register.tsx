import type { ExceptionRowView, Micros } from "../../host";
import { endsWhen, EXCEPTION_STATE, longMoment, Seals, Status, VirtualTable, type ColumnHead, scopeWords } from "../../kit";
import styles from "./exceptions.module.css";
import { axisOf, type Axis } from "./term";
import { TermBar } from "./TermBar";

const ROW_HEIGHT = 48;
const COLUMNS: readonly ColumnHead[] = [
  { id: "label", label: "No." },
  { id: "what", label: "Exception" },
  { id: "seals", label: "Seals" },
  { id: "state", label: "State" },
  { id: "term", label: "Term, today marked" },
  { id: "until", label: "Until", numeric: true },
];

type Props = { readonly rows: readonly ExceptionRowView[]; readonly total: number; readonly now: Micros; readonly current: string | null; readonly open: (row: ExceptionRowView) => void; readonly more: boolean; readonly loadMore: () => void };

/** The register as a table: whatever needs an answer first. */
export function Register({ rows, total, now, current, open, more, loadMore }: Props) {
  const axis = axisOf(rows, now);
  return (
    <VirtualTable label="Exceptions" columns={COLUMNS} template={styles.columns ?? ""} rows={rows} total={total} rowKey={(row) => row.exception} cells={(row) => cells(row, axis)} current={current} open={open} more={more} loadMore={loadMore} rowHeight={ROW_HEIGHT} />
  );
}

function cells(row: ExceptionRowView, axis: Axis) {
  const ends = endsWhen(row);
  return [
    <span key="label" className="mono">
      {row.label}
    </span>,
    <What key="what" row={row} />,
    <Seals key="seals" slots={row.slots} size={20} />,
    <Status key="state" said={EXCEPTION_STATE[row.state]} />,
    <TermBar key="term" row={row} axis={axis} />,
    <time key="until" className={ends.tone === null ? "t2" : `c-${ends.tone} strong`} title={longMoment(row.until)}>
      {ends.text}
    </time>,
  ];
}

/** Title, then clause, scope and owner. */
export function What({ row }: { readonly row: ExceptionRowView }) {
  return (
    <span className={styles.what}>
      <span className="trunc" title={row.title}>
        {row.title}
      </span>
      <span className="t3 micro trunc" title={`${row.clause.cited} ${row.clause.title} · ${scopeWords(row.terms)} · owner ${row.owner}`}>
        {row.clause.cited} · {scopeWords(row.terms)} · owner {row.owner}
      </span>
    </span>
  );
}
