import type { ExceptionFolder, ExceptionRowView, ExceptionsPageView, ExceptionState, IpcError } from "../../host";
import { Button, count, Empty, EXCEPTION_STATE, Icon, instead, Problem, refusal, Segments, Skeleton } from "../../kit";
import type { Route } from "../../routes/route";
import type { Show } from "./Exceptions";
import styles from "./exceptions.module.css";
import { GateBanner } from "./GateBanner";
import { Register } from "./Register";
import { TimeLine } from "./TimeLine";

type List = { readonly error: IpcError | undefined; readonly again: () => void; readonly more: boolean; readonly loadMore: () => void };
type Props = { readonly route: Route; readonly list: List; readonly rows: readonly ExceptionRowView[] | undefined; readonly first: ExceptionsPageView | undefined; readonly folder: ExceptionFolder; readonly show: Show };

const OF_FOLDER: Record<ExceptionFolder, readonly ExceptionState[]> = {
  open: ["requested", "active", "expiring", "expired"], closed: ["renewed", "closed", "revoked"], all: ["requested", "active", "expiring", "expired", "renewed", "closed", "revoked"],
};

/** Gate, filters, and the register as a table or along the months. */
export function Body(props: Props) {
  const { route, list, rows, first, folder, show } = props;
  const look = route.query["look"] === "line" ? "line" : "table";
  const filtered = ["text", "state", "clause"].some((name) => (route.query[name] ?? "") !== "");
  const table = { current: route.id, open: (row: ExceptionRowView) => { show({ ask: "" }, row.exception); }, more: list.more, loadMore: list.loadMore };
  return (
    <section className={styles.list} aria-label="Register of exceptions" data-region="list">
      <GateBanner rows={rows} />
      <div className={styles.filters}>
        <label className="search">
          <Icon name="search" size={14} />
          <span className="sr">Filter exceptions</span>
          <input data-search value={route.query["text"] ?? ""} placeholder="Number, title, key, owner" autoComplete="off" spellCheck={false} onChange={(event) => { show({ text: event.target.value }); }} />
        </label>
        <select className={`input sm ${styles.choice ?? ""}`} aria-label="State" value={route.query["state"] ?? ""} onChange={(event) => { show({ state: event.target.value }); }}>
          <option value="">Every state</option>
          {OF_FOLDER[folder].map((state) => (
            <option key={state} value={state}>
              {EXCEPTION_STATE[state].word}
            </option>
          ))}
        </select>
        <select className={`input sm ${styles.choice ?? ""}`} aria-label="Policy clause" value={route.query["clause"] ?? ""} onChange={(event) => { show({ clause: event.target.value }); }}>
          <option value="">Every clause</option>
          {first?.clauses.map((one) => (
            <option key={one.clause} value={one.clause}>
              {one.cited} · {one.title}
            </option>
          ))}
        </select>
        {filtered && (
          <Button size="sm" kind="ghost" onClick={() => { show({ text: "", state: "", clause: "" }); }}>
            Clear
          </Button>
        )}
        <span className={styles.right}>
          {filtered && first && (
            <span className="num t3 small nowrap" role="status">
              {count(first.matching)} fit
            </span>
          )}
          <Segments label="Show as" value={look} options={[{ value: "table", label: "Table" }, { value: "line", label: "Time line" }]} choose={(next) => { show({ look: next === "line" ? next : "" }); }} />
          {first?.ask.allowed !== false && (
            <Button size="sm" icon="plus" hint="N" onClick={() => { show({ ask: "new" }, null); }}>
              New
            </Button>
          )}
        </span>
      </div>
      {list.error && (
        <div className={styles.problem}>
          <Problem error={list.error} again={list.again} />
        </div>
      )}
      {rows === undefined || first === undefined ? (
        !list.error && <Skeleton label="Reading exceptions" lines={12} />
      ) : rows.length === 0 ? (
        <Nothing folder={folder} filtered={filtered} may={first.ask} show={show} />
      ) : look === "line" ? (
        <TimeLine rows={rows} now={first.now} {...table} />
      ) : (
        <Register rows={rows} total={first.matching} now={first.now} {...table} />
      )}
      {rows !== undefined && rows.length > 0 && (
        <p className={`small t3 row ${styles.foot ?? ""}`}>
          <Icon name="info" size={14} />
          <span>An expiry date cannot be moved. A longer term is a new request with new seals, and shows the chain.</span>
        </p>
      )}
    </section>
  );
}

function Nothing({ folder, filtered, may, show }: { readonly folder: ExceptionFolder; readonly filtered: boolean; readonly may: ExceptionsPageView["ask"]; readonly show: Show }) {
  if (filtered) return <Empty icon="search" title="No exception fits" act={<Button onClick={() => { show({ text: "", state: "", clause: "" }); }}>Clear the filter</Button>} />;
  if (folder === "closed") return <Empty icon="hourglass" title="No exception has ended yet" />;
  return (
    <Empty icon="circle-check" title={folder === "open" ? "No exception is open" : "No exception was ever asked for"} act={may.allowed ? <Button icon="plus" onClick={() => { show({ ask: "new" }, null); }}>Request an exception</Button> : undefined}>
      {may.allowed
        ? "Where a clause of the policy can't be met for a while, two people can except it: with a reason, controls, an accepted risk and a date."
        : `${may.reason ? refusal(may.reason) : ""} ${may.eligible.length > 0 ? instead(may.eligible.map((who) => who.name)) : ""}`}
    </Empty>
  );
}
