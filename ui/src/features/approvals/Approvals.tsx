import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { usePages, type Cursor, type RequestFolder, type RequestRowView } from "../../host";
import { Ago, Button, count, countSentence, Empty, OPERATION, Reading, REQUEST_STATE, Seals, Segments, shortTitle, Status } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { onlyAuditor } from "../../commands/registry";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./approvals.module.css";
import { RequestDetail } from "./RequestDetail";

const FOLDERS: readonly RequestFolder[] = ["for_me", "mine", "open", "decided"];
const PAGE = 50;

/** The inbox: requests in folders on the left, the one being read on the right. */
export default function Approvals({ route }: { readonly route: Route }) {
  const folder = FOLDERS.find((name) => name === route.query["folder"]) ?? "for_me";
  const list = usePages("requests_page", { folder, after: null, limit: PAGE }, { at: (request, after: Cursor) => ({ ...request, after }), next: (page) => page.next });
  const rows = list.pages?.flatMap((page) => page.rows);
  const counts = list.pages?.[0]?.counts;
  const shown = route.id ?? rows?.[0]?.request ?? null;
  const { operator } = useSession();
  return (
    <>
      <TopBar title="Approvals" meta={counts && (counts.forMe > 0 ? `${count(counts.forMe)} ${counts.forMe === 1 ? "waits" : "wait"} for your seal` : "none waits for your seal")} />
      <Main label="Approvals">
        <div className={styles.page}>
          <section className={styles.inbox} aria-label="Requests" data-region="list">
            <header>
              <Segments
                label="Folder"
                value={folder}
                choose={(next) => { go("approvals", null, { folder: next }); }}
                options={[
                  { value: "for_me", label: "For me", ...(counts ? { count: counts.forMe } : {}) },
                  { value: "mine", label: "Mine", ...(counts ? { count: counts.mine } : {}) },
                  { value: "open", label: "All open", ...(counts ? { count: counts.open } : {}) },
                  { value: "decided", label: "Decided" },
                ]}
              />
            </header>
            <Reading view={rows} error={list.error} again={list.again} label="requests">
              {(all) => (all.length === 0 ? <Nothing folder={folder} auditor={onlyAuditor(operator)} /> : <Rows rows={all} folder={folder} shown={shown} more={list.more} loadMore={list.loadMore} />)}
            </Reading>
          </section>
          {shown === null ? (
            <section className={styles.detail} aria-label="Request">
              <Empty icon="inbox" title="No request chosen" />
            </section>
          ) : (
            <RequestDetail key={shown} request={shown as RequestRowView["request"]} />
          )}
        </div>
      </Main>
    </>
  );
}

function Nothing({ folder, auditor }: { readonly folder: RequestFolder; readonly auditor: boolean }) {
  const ask = auditor ? undefined : (
    <Button icon="plus" hint="N" onClick={() => { go("request", "rotate"); }}>
      New request
    </Button>
  );
  switch (folder) {
    case "for_me":
      return <Empty icon="circle-check" title="Nothing waits for your seal" act={ask}>Requests that need your signature come here, the most urgent first.</Empty>;
    case "mine":
      return <Empty icon="inbox" title="You have asked for nothing" act={ask}>Requests you submit stay here until they are decided.</Empty>;
    case "open":
      return <Empty icon="inbox" title="No request is open" act={ask} />;
    case "decided":
      return <Empty icon="inbox" title="Nothing has been decided yet">Countersigned, rejected, lapsed and withdrawn requests are kept here for ever.</Empty>;
    default:
      return folder satisfies never;
  }
}

function Rows({ rows, folder, shown, more, loadMore }: { readonly rows: readonly RequestRowView[]; readonly folder: RequestFolder; readonly shown: string | null; readonly more: boolean; readonly loadMore: () => void }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys("Requests", list);
  return (
    <ul className={styles.rows} ref={list}>
      {rows.map((row) => (
        <li key={row.request}>
          <a href={href("approvals", row.request, { folder })} className={styles.row} aria-current={row.request === shown ? "true" : undefined} data-row data-testid={`request-${row.label}`}>
            <span className={styles.seals}>
              <Seals slots={row.slots} />
            </span>
            <span className="med trunc">{shortTitle(row)}</span>
            <span className="t3 small num nowrap">
              <Ago at={row.requestedAt} />
            </span>
            <span className="t2 small trunc">{second(row)}</span>
            {folder === "decided" && (
              <span className={styles.state}>
                <Status said={REQUEST_STATE[row.state]} />
              </span>
            )}
          </a>
        </li>
      ))}
      {more && (
        <li className={styles.more}>
          <Button size="sm" onClick={loadMore}>
            Show older ones
          </Button>
        </li>
      )}
    </ul>
  );
}

function second(row: RequestRowView): string {
  if (row.state === "lapsed" && row.lapsedBecause) {
    const because = row.lapsedBecause;
    return `${because.subject}: ${because.field} was ${because.planned}, is ${because.found}`;
  }
  const what = row.targets > 1 ? row.subject : row.versionBefore === null || row.versionAfter === null ? OPERATION[row.operation].noun : `v${row.versionBefore} to v${row.versionAfter}`;
  const touched = row.counts.find((figure) => figure.count > 0);
  return `${what} · ${row.requester.name}${touched ? ` · ${countSentence(row.operation, touched)}` : ""}`;
}
