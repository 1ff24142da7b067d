import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { useKeys } from "../commands/keys";
import { Icon } from "./Icon";
import styles from "./VirtualTable.module.css";

export type ColumnHead = {
  readonly id: string;
  readonly label: string;
  readonly numeric?: boolean;
  readonly hideNarrow?: boolean;
  readonly sort?: { readonly direction: "ascending" | "descending" | null; readonly choose: () => void };
};

type VirtualTableProps<R> = {
  readonly label: string;
  readonly columns: readonly ColumnHead[];
  /** Widths of the columns, as a grid template; a name of a class that sets it, so that it can differ by window width. */
  readonly template: string;
  readonly rows: readonly R[];
  /** Rows there are in all, also those not read yet. */
  readonly total: number;
  readonly rowKey: (row: R) => string;
  readonly cells: (row: R) => readonly ReactNode[];
  readonly current: string | null;
  readonly open: (row: R) => void;
  readonly more: boolean;
  readonly loadMore: () => void;
  readonly rowHeight: number;
  /** Rows that may be picked for an act on several, with the Space key or the box before them. */
  readonly picking?: { readonly label: (row: R) => string; readonly may: (row: R) => boolean; readonly picked: (row: R) => boolean; readonly toggle: (row: R) => void };
};

const OVERSCAN = 12;
const AHEAD = 60;

/**
 * A table of any length over pages that are read as one scrolls: only what is seen is in the document, each row knows its
 * number, and one row at a time takes the focus.
 */
export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { label, columns, template, rows, total, rowKey, cells, current, open, more, loadMore, rowHeight, picking } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  // The virtualizer's answers may not be kept between renders; nothing here does.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: OVERSCAN, getItemKey: (at) => { const row = rows[at]; return row === undefined ? at : rowKey(row); } });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - AHEAD) loadMore();
  }, [more, last, rows.length, loadMore]);
  useEffect(() => {
    virtual.measure();
  }, [rowHeight, virtual]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = rowAt(scroller.current, active);
    if (row) {
      wantsFocus.current = false;
      row.focus({ preventScroll: true });
    }
  });
  const move = (to: number) => {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    const shown = rowAt(scroller.current, at);
    shown?.focus({ preventScroll: true });
    wantsFocus.current = shown === null;
    setActive(at);
    virtual.scrollToIndex(at);
  };
  const reachable = Math.min(active, Math.max(0, rows.length - 1));
  const pick = () => {
    const row = rows[reachable];
    if (row !== undefined && focused(scroller.current) && picking?.may(row) === true) picking.toggle(row);
  };
  useKeys(label, [
    { keys: "j", label: "Move", act: () => { move(focused(scroller.current) ? reachable + 1 : reachable); }, shown: true },
    { keys: "k", label: "Move", act: () => { move(focused(scroller.current) ? reachable - 1 : reachable); }, shown: true },
    ...(picking === undefined ? [] : [{ keys: "Space", label: "Select", act: pick, shown: true }]),
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const steps: Record<string, number> = { ArrowDown: reachable + 1, ArrowUp: reachable - 1, PageDown: reachable + page, PageUp: reachable - page, Home: 0, End: rows.length - 1 };
    const to = steps[event.key];
    const row = rows[reachable];
    if (to !== undefined) move(to);
    else if (event.key === "Enter" && row !== undefined && focused(scroller.current)) open(row);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.grid} role="grid" aria-label={label} aria-rowcount={total + 1} aria-colcount={columns.length + (picking === undefined ? 0 : 1)} tabIndex={-1} onKeyDown={onKeyDown}>
      <Heads columns={columns} template={template} picking={picking !== undefined} />
      <div className={styles.scroller} ref={scroller} role="rowgroup" data-testid="rows">
        <div className={styles.space} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              // The grid around it answers the keyboard for the row that has the focus.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={key === current}
                data-at={item.index}
                data-key={key}
                tabIndex={item.index === reachable ? 0 : -1}
                className={`${styles.row ?? ""} ${template}`}
                style={{ top: item.start, height: rowHeight }}
                onClick={() => {
                  setActive(item.index);
                  open(row);
                }}
                onFocus={() => { setActive(item.index); }}
              >
                {picking && (
                  <div role="gridcell" className={styles.pick}>
                    <input
                      type="checkbox"
                      className="box"
                      tabIndex={-1}
                      aria-label={picking.label(row)}
                      checked={picking.picked(row)}
                      disabled={!picking.may(row)}
                      onClick={(event) => { event.stopPropagation(); }}
                      onChange={() => { picking.toggle(row); }}
                    />
                  </div>
                )}
                {cells(row).map((cell, at) => (
                  <div key={columns[at]?.id ?? at} role="gridcell" className={cellClass(columns[at])}>
                    {cell}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Heads({ columns, template, picking }: { readonly columns: readonly ColumnHead[]; readonly template: string; readonly picking: boolean }) {
  return (
    <div role="rowgroup" className={styles.heads}>
      <div role="row" aria-rowindex={1} className={`${styles.head ?? ""} ${template}`}>
        {picking && (
          <div role="columnheader" className={styles.pick}>
            <span className="sr">Selected</span>
          </div>
        )}
        {columns.map((column) => (
          <div key={column.id} role="columnheader" aria-sort={column.sort ? (column.sort.direction ?? "none") : undefined} className={cellClass(column)}>
            {column.sort ? (
              <button type="button" className={styles.sort} onClick={column.sort.choose}>
                {column.label}
                {column.sort.direction !== null && <Icon name={column.sort.direction === "ascending" ? "arrow-up" : "arrow-down"} size={12} />}
              </button>
            ) : (
              column.label
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function cellClass(column: ColumnHead | undefined): string {
  return [styles.cell, column?.numeric ? styles.numeric : "", column?.hideNarrow ? styles.narrow : ""].filter(Boolean).join(" ");
}

function rowAt(scroller: HTMLElement | null, at: number): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-at="${at}"]`) ?? null;
}

function focused(scroller: HTMLElement | null): boolean {
  return scroller?.contains(document.activeElement) ?? false;
}
