import { toggle, useSelection } from "../../commands/selection";
import type { KeyRowView, KeySort } from "../../host";
import { counted, due, Icon, KEY_ICON, KEY_STATE, KEY_TYPE, longMoment, Status, useRowHeight, VirtualTable, type ColumnHead } from "../../kit";
import type { Shown } from "./keyQuery";
import styles from "./keys.module.css";

type KeyTableProps = {
  readonly rows: readonly KeyRowView[];
  readonly total: number;
  readonly shown: Shown;
  readonly show: (next: Shown) => void;
  readonly current: string | null;
  readonly open: (key: string) => void;
  readonly more: boolean;
  readonly loadMore: () => void;
};

export function KeyTable({ rows, total, shown, show, current, open, more, loadMore }: KeyTableProps) {
  const height = useRowHeight();
  const selection = useSelection();
  const sort = (column: KeySort): NonNullable<ColumnHead["sort"]> => ({
    direction: shown.sort === column ? shown.direction : null,
    choose: () => {
      show({ ...shown, sort: column, direction: shown.sort === column && shown.direction === "ascending" ? "descending" : "ascending" });
    },
  });
  const columns: ColumnHead[] = [
    { id: "name", label: "Key", sort: sort("name") },
    { id: "tenant", label: "Tenant · integration", sort: sort("tenant") },
    { id: "version", label: "Version", numeric: true, sort: sort("version") },
    { id: "state", label: "State", sort: sort("state") },
    { id: "rotate_by", label: "Rotate by", numeric: true, sort: sort("rotate_by") },
  ];
  return (
    <VirtualTable
      label="Keys"
      columns={columns}
      template={styles.columns ?? ""}
      rows={rows}
      total={total}
      rowKey={(row) => row.key}
      cells={cells}
      current={current}
      open={(row) => { open(row.key); }}
      more={more}
      loadMore={loadMore}
      rowHeight={height}
      picking={{
        label: (row) => `Select ${row.name}`,
        may: (row) => row.keyType === "dek" && row.state !== "destroyed" && row.state !== "archived",
        picked: (row) => selection.some((one) => one.key === row.key),
        toggle: (row) => { toggle({ key: row.key, name: row.name }); },
      }}
    />
  );
}

function cells(row: KeyRowView) {
  return [
    <span key="name" className="row">
      <span className="t3" title={KEY_TYPE[row.keyType]}>
        <Icon name={KEY_ICON[row.keyType]} />
      </span>
      <span className="mono trunc" title={row.name}>
        {row.name}
      </span>
      {row.violation && (
        <span className="c-alert" title="Breaks a rule">
          <Icon name="triangle-alert" size={14} />
          <span className="sr">breaks a rule</span>
        </span>
      )}
    </span>,
    <span key="scope" className="t2">
      {scope(row)}
    </span>,
    <span key="version">v{row.version}</span>,
    <Status key="state" said={KEY_STATE[row.state]} />,
    <DueCell key="due" row={row} />,
  ];
}

function DueCell({ row }: { readonly row: KeyRowView }) {
  if (row.rotateBy === null || row.dueInDays === null) return <span className="t3">no rule</span>;
  const tone = row.dueInDays < 0 ? "c-alert med" : row.dueInDays <= 14 ? "c-warn" : "t2";
  return (
    <span className={tone} title={longMoment(row.rotateBy)}>
      {due(row.rotateBy, row.dueInDays)}
    </span>
  );
}

function scope(row: KeyRowView): string {
  if (row.tenant !== null) return row.integration === null ? row.tenant : `${row.tenant} · ${row.integration}`;
  if (row.secretName !== null) return row.secretName;
  if (row.wraps !== null) return `wraps ${counted(row.wraps, "DEK")}`;
  return KEY_TYPE[row.keyType];
}
