import { useEffect, useRef } from "react";

import { useKeys } from "../../commands/keys";
import { usePages, type Cursor, type ExceptionFolder, type ExceptionRowView, type ExceptionsPageRequest, type ExceptionsPageView, type ExceptionState } from "../../host";
import { Segments } from "../../kit";
import { href, replace, type Query, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { Body } from "./Body";
import styles from "./exceptions.module.css";
import { Panel, type Ask } from "./Panel";
import { RegisterReview } from "./RegisterReview";
import { SharedKeys } from "./SharedKeys";

const PAGE = 100;
const PAGING = { at: (request: ExceptionsPageRequest, after: Cursor) => ({ ...request, after }), next: (page: ExceptionsPageView) => page.next };

const TABS = [
  { value: "register", label: "Exceptions" },
  { value: "shared", label: "Shared keys" },
  { value: "review", label: "Review" },
] as const;
type Tab = (typeof TABS)[number]["value"];

/** Exceptions to the policy, keys that serve several tenants, and the look at all of it. */
export default function Exceptions({ route }: { readonly route: Route }) {
  const tab: Tab = TABS.find((one) => one.value === route.query["tab"])?.value ?? "register";
  const folder = folderOf(route.query["folder"]);
  const list = usePages("exceptions_page", {
    folder, text: route.query["text"] ?? "", state: stateOf(route.query["state"]), clause: route.query["clause"] ?? null, after: null, limit: PAGE,
  }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  const ask = askOf(route.query["ask"]);
  const show = (change: Query, id: string | null = route.id) => {
    replace(href("exceptions", id, { ...route.query, ...change }));
  };
  return (
    <>
      <TopBar title="Exceptions">
        <Segments label="Register" value={tab} options={TABS} choose={(next) => { replace(href("exceptions", null, next === "register" ? {} : { tab: next })); }} />
        {tab === "register" && (
          <Segments
            label="Folder"
            value={folder}
            choose={(next) => { show({ folder: next, state: "" }, null); }}
            options={[{ value: "open", label: "Open", ...(first ? { count: first.open } : {}) }, { value: "closed", label: "Closed", ...(first ? { count: first.closed } : {}) }, { value: "all", label: "All" }]}
          />
        )}
      </TopBar>
      <Main label="Exceptions">
        {tab === "shared" ? (
          <SharedKeys route={route} show={show} />
        ) : tab === "review" ? (
          <RegisterReview />
        ) : (
          <Open route={route} ask={ask} rows={rows} show={show}>
            <Body route={route} list={list} rows={rows} first={first} folder={folder} show={show} />
          </Open>
        )}
      </Main>
    </>
  );
}

export type Show = (change: Query, id?: string | null) => void;

/** The register with what is open beside it, and the keys for both. */
function Open({ route, ask, rows, show, children }: { readonly route: Route; readonly ask: Ask | null; readonly rows: readonly ExceptionRowView[] | undefined; readonly show: Show; readonly children: React.ReactNode }) {
  const open = route.id !== null || ask === "new";
  const opened = useRef(open);
  const close = () => {
    if (ask !== null && route.id !== null) show({ ask: "" });
    else show({ ask: "" }, null);
  };
  useEffect(() => {
    if (opened.current && !open) document.querySelector<HTMLElement>("[role='row'][tabindex='0'], [data-row]")?.focus();
    opened.current = open;
  }, [open]);
  const renew = () => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset["key"];
    const which = route.id ?? focused ?? rows?.find((row) => row.state === "expired")?.exception ?? null;
    if (which !== null) show({ ask: "renew" }, which);
  };
  useKeys("Exceptions", [
    { keys: "/", label: "Filter", act: () => { document.querySelector<HTMLElement>("[data-search]")?.focus(); } },
    { keys: "n", label: "New exception", act: () => { show({ ask: "new" }, null); }, shown: true },
    { keys: "r", label: "Renew", act: renew, shown: true },
    ...(open ? [{ keys: "Escape", label: "Close", act: close, shown: true }] : []),
  ]);
  return (
    <div className={`${styles.page ?? ""} ${open ? (styles.open ?? "") : ""}`}>
      {children}
      {open && <Panel key={`${route.id ?? ""}${ask ?? ""}`} id={route.id} ask={ask} show={show} close={close} />}
    </div>
  );
}

function folderOf(text: string | undefined): ExceptionFolder {
  return text === "closed" || text === "all" ? text : "open";
}

const STATES: readonly ExceptionState[] = ["requested", "active", "expiring", "expired", "renewed", "closed", "revoked"];

function stateOf(text: string | undefined): ExceptionState | null {
  return STATES.find((state) => state === text) ?? null;
}

function askOf(text: string | undefined): Ask | null {
  return text === "new" || text === "renew" || text === "close" ? text : null;
}
