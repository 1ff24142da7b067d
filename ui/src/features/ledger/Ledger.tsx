import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { usePages, useRead, type CheckpointsView, type LedgerFilter, type LedgerPageRequest, type LedgerPageView, type OperatorId } from "../../host";
import { actWord, clockSeconds, count, day, dayAt, endOfDay, Empty, Button, Icon, Problem, shortDay, shortId, Skeleton, useRowHeight, VirtualTable, type ColumnHead } from "../../kit";
import { href, replace, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { coverOf, cosigned, signers } from "./Chain";
import { Checkpoints } from "./Checkpoints";
import { Entry } from "./Entry";
import { Export } from "./Export";
import { Filters } from "./Filters";
import styles from "./ledger.module.css";
import { Verify } from "./Verify";

const PAGE = 100;

const PAGING = {
  at: (request: LedgerPageRequest, before: number) => ({ ...request, before }),
  next: (page: LedgerPageView) => page.nextBefore,
};

const COLUMNS: readonly ColumnHead[] = [
  { id: "entry", label: "Entry", numeric: true },
  { id: "at", label: "UTC" },
  { id: "who", label: "Who" },
  { id: "act", label: "Act" },
  { id: "subject", label: "Subject" },
];

/** Every act, newest first, with what proves it. */
export default function Ledger({ route }: { readonly route: Route }) {
  const filter = filterOf(route.query);
  const list = usePages("ledger_page", { filter, before: null, limit: PAGE }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  const height = useRowHeight();
  const [asked] = useState(route.query["verify"] === "1");
  const checkpoints = useRead("ledger_checkpoints", {});
  const panel = route.id === null ? (route.query["panel"] ?? null) : null;
  const open = route.id !== null || panel !== null;
  const show = (change: Readonly<Record<string, string>>, id: string | null = route.id) => {
    replace(href("ledger", id, { ...route.query, verify: "", panel: "", ...change }));
  };
  const close = () => { show({}, null); };
  useKeys("Ledger", [
    { keys: "/", label: "Filter", act: () => { document.querySelector<HTMLElement>("[data-search]")?.focus(); }, shown: true },
    ...(!open ? [] : [{ keys: "Escape", label: "Close", act: close, shown: true }]),
  ]);
  return (
    <>
      <TopBar title="Ledger" meta={first && `${count(first.head)} entries${first.since === null ? "" : ` since ${day(first.since)}`}`} />
      <Main label="Ledger">
        <div className={`${styles.page ?? ""} ${open ? (styles.open ?? "") : ""}`}>
          <Verify head={first?.head} atOnce={asked} checkpoints={checkpoints.view} panel={(name) => { show({ panel: panel === name ? "" : name }, null); }} />
          <section className={styles.list} aria-label="Entries" data-region="list">
            <Filters filter={filter} verbs={first?.verbs ?? []} query={route.query} show={show} />
            {list.error && <div className={styles.problem}><Problem error={list.error} again={list.again} /></div>}
            {rows === undefined ? (
              !list.error && <Skeleton label="Reading the ledger" lines={14} />
            ) : rows.length === 0 ? (
              <Empty icon="search" title="No entry matches" act={<Button onClick={() => { replace(href("ledger")); }}>Clear the filter</Button>} />
            ) : (
              <VirtualTable label="Ledger entries" columns={COLUMNS} template={styles.columns ?? ""} rows={rows} total={first?.matching ?? rows.length} rowKey={(row) => String(row.entry)} cells={(row) => cells(row, checkpoints.view)} current={route.id} open={(row) => { show({}, String(row.entry)); }} more={list.more} loadMore={list.loadMore} rowHeight={height} />
            )}
          </section>
          {route.id !== null && <Entry key={route.id} entry={Number(route.id)} close={close} about={(subject) => { show({ subject }, null); }} />}
          {panel === "checkpoints" && <Checkpoints view={checkpoints.view} error={checkpoints.error} again={checkpoints.again} close={close} />}
          {panel === "export" && <Export close={close} />}
        </div>
      </Main>
    </>
  );
}

function cells(row: LedgerPageView["rows"][number], checkpoints: CheckpointsView | undefined) {
  const act = actWord(row.verb);
  return [
    <Anchored key="entry" entry={row.entry} checkpoints={checkpoints} />,
    <span key="at" className="t2 num">{shortDay(row.at)} {clockSeconds(row.at)}</span>,
    <span key="who">{row.actor?.name ?? row.actorKind}</span>,
    <span key="act" className="row">
      <span className={`c-${act.tone}`}>
        <Icon name={act.icon} />
      </span>
      <span className="trunc">{act.word}</span>
      {row.count !== null && <span className="t3 num">{count(row.count)}</span>}
    </span>,
    <span key="subject" className="t2" title={row.subject}>{shortId(row.subject)}</span>,
  ];
}

/** The number of an entry, with the rail of the checkpoint that it lies under. */
function Anchored({ entry, checkpoints }: { readonly entry: number; readonly checkpoints: CheckpointsView | undefined }) {
  const cover = coverOf(entry, checkpoints);
  const said = cover === null ? "under no checkpoint yet" : `under the checkpoint of entry ${count(cover.size)}, ${cosigned(cover) ? "signed by" : "signed, not cosigned, by"} ${signers(cover)}`;
  const look = cover === null ? styles.loose : cosigned(cover) ? styles.cosigned : styles.signed;
  return (
    <span className={`mono ${styles.anchor ?? ""} ${look ?? ""} ${cover?.size === entry ? (styles.edge ?? "") : ""}`} title={checkpoints === undefined ? undefined : `Entry ${count(entry)}, ${said}`}>
      {count(entry)}
      {checkpoints !== undefined && <span className="sr">, {said}</span>}
    </span>
  );
}

export function filterOf(query: Readonly<Record<string, string>>): LedgerFilter {
  return {
    verbs: (query["act"] ?? "").split(",").filter((verb) => verb !== ""),
    actor: (query["actor"] as OperatorId | undefined) ?? null,
    subject: subjectOf(query["subject"] ?? ""),
    text: query["text"] ?? "",
    since: dayAt(query["since"] ?? ""),
    until: endOfDay(query["until"] ?? ""),
  };
}

/** A subject in the address: its kind, a colon, its name as recorded. */
export function subjectOf(text: string): LedgerFilter["subject"] {
  const at = text.indexOf(":");
  return at < 1 ? null : { kind: text.slice(0, at), name: text.slice(at + 1) };
}
