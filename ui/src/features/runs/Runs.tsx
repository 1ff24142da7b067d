import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { usePages, type Cursor, type RunFolder, type RunRowView } from "../../host";
import { Ago, Bar, count, Empty, PeopleSeals, runState, runTitle, Segments, Status, When } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { ListPage } from "../../shell/ListPage";
import { TopBar } from "../../shell/TopBar";
import styles from "./runs.module.css";
import { STEP_WORD } from "./steps";

const PAGE = 50;
const EVERY = { at: (request: { folder: RunFolder; after: Cursor | null; limit: number }, after: Cursor) => ({ ...request, after }), next: (page: { next: Cursor | null }) => page.next };

/** Runs under way and finished. */
export default function Runs({ route }: { readonly route: Route }) {
  const folder: RunFolder = route.query["folder"] === "finished" ? "finished" : "active";
  const list = usePages("runs_page", { folder, after: null, limit: PAGE }, EVERY);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  return (
    <>
      <TopBar title="Runs">
        <Segments
          label="Folder"
          value={folder}
          choose={(next) => { go("runs", null, { folder: next }); }}
          options={[
            { value: "active", label: "Under way", ...(first ? { count: first.active } : {}) },
            { value: "finished", label: "Finished", ...(first ? { count: first.finished } : {}) },
          ]}
        />
      </TopBar>
      <ListPage label="Runs" of="Runs" list={list} rows={rows} empty={folder === "active" ? <Empty icon="play" title="Nothing is running">A run begins when someone starts an approved request.</Empty> : <Empty icon="play" title="No run has finished yet" />}>
        {(all) => <Table rows={all} />}
      </ListPage>
    </>
  );
}

function Table({ rows }: { readonly rows: readonly RunRowView[] }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys("Runs", body);
  return (
    <table className="t">
      <thead>
        <tr>
          <th scope="col" className="fit">Run</th>
          <th scope="col">What</th>
          <th scope="col" className="fit">Seals</th>
          <th scope="col" className={styles.progress}>Progress</th>
          <th scope="col" className="fit">State</th>
          <th scope="col" className="n fit">Started</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map((row) => (
          <tr key={row.run} className={styles.tall}>
            <td className="fit mono">
              <a href={href("runs", row.run)} data-row data-testid={`run-${row.label}`}>
                {row.label}
              </a>
            </td>
            <td>
              <span className="col">
                <span className="med trunc">{runTitle(row)}</span>
                <span className="small t3 trunc">
                  {row.request.label} · started by {row.startedBy.name}
                </span>
              </span>
            </td>
            <td className="fit">
              <PeopleSeals people={row.seals} size={22} />
            </td>
            <td>
              {row.finishedAt === null ? (
                <span className={styles.cell}>
                  <span className="small t2 num">
                    {STEP_WORD[row.step]} · {count(row.done)} of {count(row.total)}
                  </span>
                  <Bar label={`${row.label}: ${STEP_WORD[row.step]}`} done={row.done} total={row.total} height={4} />
                </span>
              ) : (
                <span className="t2 num">
                  ended <When at={row.finishedAt} />
                </span>
              )}
            </td>
            <td className="fit">
              <Status said={runState(row)} />
            </td>
            <td className="n fit t2">
              <Ago at={row.startedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
