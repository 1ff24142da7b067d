import { useEffect, useRef } from "react";

import { useKeys } from "../../commands/keys";
import { useRead, type KeyId, type Micros, type SharedKeyRowView, type SharedKeysView } from "../../host";
import { Button, count, counted, day, Empty, Icon, KEY_TYPE, listed, longMoment, Note, Problem, Seals, SHARED_KEY_STATE, Skeleton, Status, VirtualTable, type ColumnHead } from "../../kit";
import type { Route } from "../../routes/route";
import type { Show } from "./Exceptions";
import styles from "./exceptions.module.css";
import { SharedKeyPanel } from "./SharedKeyPanel";

const ROW_HEIGHT = 48;
const COLUMNS: readonly ColumnHead[] = [
  { id: "key", label: "Key" },
  { id: "record", label: "Decision record" },
  { id: "seals", label: "Seals" },
  { id: "state", label: "State" },
  { id: "accepted", label: "Risk accepted by" },
  { id: "review", label: "Review by", numeric: true },
];

/** R-54: keys that serve several tenants, each by a decision on record and an accepted risk. Those without come first. */
export function SharedKeys({ route, show }: { readonly route: Route; readonly show: Show }) {
  const { view, error, again } = useRead("shared_keys", {});
  const asking = route.query["ask"] === "share";
  const open = route.id !== null || asking;
  const opened = useRef(open);
  const close = () => { show({ ask: "", key: "" }, null); };
  useEffect(() => {
    if (opened.current && !open) document.querySelector<HTMLElement>("[role='row'][tabindex='0']")?.focus();
    opened.current = open;
  }, [open]);
  useKeys("Shared keys", [
    { keys: "n", label: "New entry", act: () => { show({ ask: "share", key: "" }, null); }, shown: true },
    ...(open ? [{ keys: "Escape", label: "Close", act: close, shown: true }] : []),
  ]);
  return (
    <div className={`${styles.page ?? ""} ${open ? (styles.open ?? "") : ""}`}>
      <section className={styles.list} aria-label="Register of shared keys" data-region="list">
        {error && (
          <div className={styles.problem}>
            <Problem error={error} again={again} />
          </div>
        )}
        {view === undefined ? !error && <Skeleton label="Reading shared keys" lines={10} /> : <List view={view} current={route.id} show={show} />}
      </section>
      {open && view !== undefined && (
        <SharedKeyPanel key={`${route.id ?? ""}${asking ? "share" : ""}${route.query["key"] ?? ""}`} view={view} id={route.id} asking={asking} of={(route.query["key"] ?? "") as KeyId | ""} show={show} close={close} />
      )}
    </div>
  );
}

function List({ view, current, show }: { readonly view: SharedKeysView; readonly current: string | null; readonly show: Show }) {
  const missing = view.rows.filter((row) => row.state === "missing").length;
  return (
    <>
      <div className={styles.gate}>
        <span className="grow t2">
          {missing > 0 ? (
            <span className="st alert">
              <Icon name="triangle-alert" />
              {counted(missing, "key")} {missing === 1 ? "serves" : "serve"} several tenants without an entry
            </span>
          ) : (
            "A key that serves several tenants needs a decision on record and an accepted risk."
          )}
        </span>
        {view.ask.allowed && (
          <Button size="sm" icon="plus" hint="N" onClick={() => { show({ ask: "share", key: "" }, null); }}>
            New entry
          </Button>
        )}
      </div>
      {view.rows.length === 0 ? (
        <Empty icon="users" title="No key serves several tenants" />
      ) : (
        <VirtualTable
          label="Shared keys" columns={COLUMNS} template={styles.shared ?? ""} rows={view.rows} total={view.rows.length} rowKey={rowKey} cells={cells} current={current} open={(row) => { show({ ask: "", key: "" }, rowKey(row)); }}
          more={false} loadMore={() => undefined} rowHeight={ROW_HEIGHT}
        />
      )}
    </>
  );
}

/** A key without an entry is known by the key itself. */
export function rowKey(row: SharedKeyRowView): string {
  return row.entry ?? row.key.key;
}

function cells(row: SharedKeyRowView) {
  const late = row.daysLeft !== null && row.daysLeft <= 30;
  return [
    <span key="key" className={styles.what}>
      <span className="mono trunc" title={row.key.name}>
        {row.key.name}
      </span>
      <span className="t3 micro trunc" title={tenantsOf(row)}>
        {KEY_TYPE[row.keyType]} · {tenantsOf(row)}
      </span>
    </span>,
    <span key="record" className="trunc" title={row.decisionRecord}>
      {row.decisionRecord === "" ? <span className="t3">none</span> : row.decisionRecord}
    </span>,
    row.slots.length === 0 ? <span key="seals" className="t3">–</span> : <Seals key="seals" slots={row.slots} size={20} />,
    <Status key="state" said={SHARED_KEY_STATE[row.state]} />,
    <span key="accepted" className="t2 trunc">
      {row.acceptedBy?.name ?? "–"}
    </span>,
    row.reviewBy === null ? (
      <span key="review" className="t3">–</span>
    ) : (
      <time key="review" className={late ? "c-warn strong" : "t2"} title={longMoment(row.reviewBy)}>
        {reviewWhen(row.reviewBy, row.daysLeft)}
      </time>
    ),
  ];
}

function reviewWhen(at: Micros, daysLeft: number | null): string {
  if (daysLeft === null || daysLeft > 30) return day(at);
  return daysLeft < 0 ? `${count(-daysLeft)} d late` : `in ${count(daysLeft)} d`;
}

export function tenantsOf(row: SharedKeyRowView): string {
  const more = row.tenantsTotal - row.tenants.length;
  if (row.tenants.length === 0) return counted(row.tenantsTotal, "tenant");
  return `${listed(row.tenants, more > 0 ? "," : "and").replace(" , ", ", ")}${more > 0 ? ` and ${counted(more, "more", "more")}` : ""}`;
}

export function Missing({ row }: { readonly row: SharedKeyRowView }) {
  return (
    <Note tone="alert" icon="triangle-alert">
      <b>It serves {counted(row.tenantsTotal, "tenant")} without an entry.</b> That is a violation until two people enter it here, or each tenant has a key of its own.
    </Note>
  );
}
