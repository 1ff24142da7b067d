import { useEffect } from "react";

import { useKeys } from "../../commands/keys";
import { onlyAuditor } from "../../commands/registry";
import { select, SELECTION_MAX, useSelection } from "../../commands/selection";
import { usePages, type Cursor, type KeysPageRequest, type KeysPageView } from "../../host";
import { Button, count, counted, Empty, Problem, Segments, Skeleton } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Main, TopBar } from "../../shell/TopBar";
import { Filters } from "./Filters";
import { KeyDetail } from "./KeyDetail";
import { firstPage, isFiltered, NO_FILTER, queryOf, shownOf, type Shown } from "./keyQuery";
import { KeyTable } from "./KeyTable";
import styles from "./keys.module.css";
import { SavedViews } from "./SavedViews";

const PAGING = {
  at: (request: KeysPageRequest, after: Cursor) => ({ ...request, after }),
  next: (page: KeysPageView) => page.next,
};

/** The inventory: one table over all of it, filtered by the address, with the open key beside it. */
export default function Keys({ route }: { readonly route: Route }) {
  const shown = shownOf(route.query);
  const list = usePages("keys_page", firstPage(shown), PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  const show = (next: Shown, id: string | null = route.id) => {
    replace(href("keys", id, queryOf(next)));
  };
  const close = () => {
    show(shown, null);
    document.querySelector<HTMLElement>("[role='row'][tabindex='0']")?.focus();
  };
  useKeys("Keys", [
    { keys: "/", label: "Filter", act: focusSearch, shown: true },
    ...(route.id === null ? [] : [{ keys: "Escape", label: "Close", act: close, shown: true }]),
  ]);
  useEffect(() => {
    if (route.query["text"] !== undefined && document.activeElement === document.body) focusSearch();
  }, [route.query]);
  return (
    <>
      <TopBar title="Keys">
        <Quick shown={shown} show={(next) => { show(next, null); }} />
        <SavedViews shown={shown} show={show} />
      </TopBar>
      <Main label="Keys">
        <div className={`${styles.page ?? ""} ${route.id === null ? "" : (styles.open ?? "")}`}>
          <section className={styles.list} aria-label="Keys" data-region="list">
            <Filters shown={shown} show={show}>
              <span className="num t3 small nowrap end" role="status" data-testid="matching">
                {first && (isFiltered(shown.filter) ? `${count(first.matching)} of ${count(first.total)}` : count(first.total))}
              </span>
            </Filters>
            {list.error && <div className={styles.problem}><Problem error={list.error} again={list.again} /></div>}
            {rows === undefined ? (
              !list.error && <Skeleton label="Reading keys" lines={14} />
            ) : rows.length === 0 ? (
              <Nothing filtered={isFiltered(shown.filter)} clear={() => { show({ ...shown, filter: NO_FILTER }); }} />
            ) : (
              <KeyTable rows={rows} total={first?.matching ?? rows.length} shown={shown} show={show} current={route.id} open={(key) => { show(shown, key); }} more={list.more} loadMore={list.loadMore} />
            )}
            <Picked />
          </section>
          {route.id !== null && <KeyDetail key={route.id} id={route.id} close={close} />}
        </div>
      </Main>
    </>
  );
}

/** Three views that everyone needs; one's own are beside the filters. */
function Quick({ shown, show }: { readonly shown: Shown; readonly show: (next: Shown) => void }) {
  const { filter } = shown;
  const only = (change: Partial<typeof filter>) => JSON.stringify(filter) === JSON.stringify({ ...NO_FILTER, ...change });
  const value = only({}) ? "all" : only({ due: "overdue" }) ? "overdue" : only({ types: ["kek"] }) ? "keks" : only({ types: ["dek"] }) ? "deks" : "other";
  return (
    <Segments
      label="View"
      value={value as "all" | "overdue" | "keks" | "deks"}
      choose={(next) => {
        const change = { all: {}, overdue: { due: "overdue" as const }, keks: { types: ["kek" as const] }, deks: { types: ["dek" as const] } }[next];
        show({ ...shown, filter: { ...NO_FILTER, ...change } });
      }}
      options={[{ value: "all", label: "All" }, { value: "overdue", label: "Overdue" }, { value: "keks", label: "KEKs" }, { value: "deks", label: "DEKs" }]}
    />
  );
}

/** What can be asked for about several DEKs at once. */
function Picked() {
  const selection = useSelection();
  const { operator } = useSession();
  if (selection.length === 0) return null;
  const deks = counted(selection.length, "DEK");
  return (
    <div className={styles.picked} role="group" aria-label="Selected keys" data-testid="picked">
      <span className="med num" role="status">
        {deks} selected{selection.length >= SELECTION_MAX && ", as many as one request may name"}
      </span>
      {!onlyAuditor(operator) && (
        <>
          <Button icon="refresh-cw" onClick={() => { go("request", "rotate_dek"); }}>
            Request rotation…
          </Button>
          <Button icon="trash" onClick={() => { go("request", "destroy_dek"); }}>
            Request destruction…
          </Button>
        </>
      )}
      <Button kind="ghost" onClick={() => { select([]); }}>
        Clear
      </Button>
    </div>
  );
}

function Nothing({ filtered, clear }: { readonly filtered: boolean; readonly clear: () => void }) {
  return filtered ? (
    <Empty icon="search" title="No key matches" act={<Button onClick={clear}>Clear the filter</Button>}>
      Nothing in the register fits what is set above.
    </Empty>
  ) : (
    <Empty icon="key-round" title="No keys in this custody yet" act={<Button kind="primary" icon="upload" onClick={() => { go("import"); }}>Import an inventory</Button>}>
      Import an inventory, take over what the vault holds, or create a KEK.
    </Empty>
  );
}

function focusSearch(): void {
  document.querySelector<HTMLElement>("[data-search]")?.focus();
}
