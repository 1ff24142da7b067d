import { useKeys } from "../../commands/keys";
import { usePages, useRead, type Cursor, type TenantRowView, type TenantsPageRequest, type TenantsPageView } from "../../host";
import { Button, count, counted, Empty, Icon, Problem, SEPARATION, Skeleton, Status, TENANT_STATUS, useRowHeight, VirtualTable, type ColumnHead } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { TokensBar } from "../tokens/TokensBar";
import { TenantDetail } from "./TenantDetail";
import styles from "./tenants.module.css";

const PAGE = 100;
const PAGING = {
  at: (request: TenantsPageRequest, after: Cursor) => ({ ...request, after }),
  next: (page: TenantsPageView) => page.next,
};

const COLUMNS: readonly ColumnHead[] = [
  { id: "name", label: "Tenant" },
  { id: "status", label: "Status" },
  { id: "separation", label: "Data lies under" },
  { id: "keys", label: "Keys", numeric: true },
  { id: "tokens", label: "Tokens", numeric: true },
  { id: "holds", label: "Holds", numeric: true },
];

/** Tenants, under whose KEK the data of each lies, and what is kept of it. */
export default function Tenants({ route }: { readonly route: Route }) {
  const text = route.query["text"] ?? "";
  const list = usePages("tenants_page", { text, after: null, limit: PAGE }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  const height = useRowHeight();
  const tokens = useRead("tokens", {});
  const show = (change: { text?: string }, id: string | null = route.id) => {
    replace(href("tenants", id, { text, ...change }));
  };
  const close = () => {
    show({}, null);
    document.querySelector<HTMLElement>("[role='row'][tabindex='0']")?.focus();
  };
  useKeys("Tenants", [
    { keys: "/", label: "Filter", act: () => { document.querySelector<HTMLElement>("[data-search]")?.focus(); }, shown: true },
    ...(route.id === null ? [] : [{ keys: "Escape", label: "Close", act: close, shown: true }]),
  ]);
  const filtered = text !== "";
  return (
    <>
      <TopBar title="Tenants" meta={first && counted(first.total, "tenant")} />
      <Main label="Tenants">
        <div className={`${styles.page ?? ""} ${route.id === null ? "" : (styles.open ?? "")}`}>
          <section className={styles.list} aria-label="Tenants" data-region="list">
            <div className={styles.filters}>
              <label className="search">
                <Icon name="search" size={14} />
                <span className="sr">Filter tenants</span>
                <input data-search value={text} placeholder="Name begins with" autoComplete="off" spellCheck={false} onChange={(event) => { show({ text: event.target.value }); }} />
              </label>
              <span className="num t3 small nowrap" role="status" data-testid="matching">
                {first && (filtered ? `${count(first.matching)} of ${count(first.total)}` : count(first.total))}
              </span>
              {tokens.view && <TokensBar tokens={tokens.view} />}
            </div>
            {list.error && <div className={styles.problem}><Problem error={list.error} again={list.again} /></div>}
            {rows === undefined ? (
              !list.error && <Skeleton label="Reading tenants" lines={14} />
            ) : rows.length === 0 ? (
              filtered ? (
                <Empty icon="search" title="No tenant matches" act={<Button onClick={() => { show({ text: "" }); }}>Clear the filter</Button>} />
              ) : (
                <Empty icon="users" title="No tenant in this custody yet" act={<Button kind="primary" icon="key-round" onClick={() => { go("create-deks"); }}>Create DEKs</Button>}>
                  A tenant appears with the first key that is made or imported for it.
                </Empty>
              )
            ) : (
              <VirtualTable
                label="Tenants"
                columns={COLUMNS}
                template={styles.columns ?? ""}
                rows={rows}
                total={first?.matching ?? rows.length}
                rowKey={(row) => row.tenant}
                cells={cells}
                current={route.id}
                open={(row) => { show({}, row.tenant); }}
                more={list.more}
                loadMore={list.loadMore}
                rowHeight={height}
              />
            )}
          </section>
          {route.id !== null && <TenantDetail key={route.id} id={route.id} close={close} />}
        </div>
      </Main>
    </>
  );
}

function cells(row: TenantRowView) {
  return [
    <span key="name" className="med trunc" title={row.name}>
      {row.name}
    </span>,
    <Status key="status" said={TENANT_STATUS[row.status]} />,
    <Status key="separation" said={SEPARATION[row.separation]} />,
    count(row.liveKeys),
    count(row.tokens),
    row.holds === 0 ? (
      <span key="holds" className="t3">
        –
      </span>
    ) : (
      <span key="holds" className="st warn" title={counted(row.holds, "hold")}>
        <Icon name="lock" />
        {count(row.holds)}
      </span>
    ),
  ];
}
