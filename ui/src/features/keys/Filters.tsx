import { useState, type ReactNode } from "react";

import { useRead, type DueFilter, type KeyFilter } from "../../host";
import { Button, Check, count, Icon, KEY_STATE, KEY_TYPE, Popover, Search, STORAGE, useDebounced } from "../../kit";
import { DUE, isFiltered, NO_FILTER, type Shown } from "./keyQuery";
import styles from "./keys.module.css";

const REST_MS = 200;

/** What the table is narrowed to. Everything set is a pill that says so. */
export function Filters({ shown, show, children }: { readonly shown: Shown; readonly show: (next: Shown) => void; readonly children: ReactNode }) {
  const { filter } = shown;
  const set = (change: Partial<KeyFilter>) => {
    show({ ...shown, filter: { ...filter, ...change } });
  };
  return (
    <div className={styles.filters}>
      <Search label="Search keys" placeholder="Name, tenant, integration" text={filter.text} set={(text) => { set({ text }); }} />
      <Many label="Type" words={KEY_TYPE} chosen={filter.types} choose={(types) => { set({ types }); }} />
      <Many label="State" words={mapWords(KEY_STATE)} chosen={filter.states} choose={(states) => { set({ states }); }} />
      <One label="Due" words={DUE} chosen={filter.due} choose={(due) => { set({ due: due as DueFilter | null }); }} />
      <Many label="Storage" words={STORAGE} chosen={filter.storage} choose={(storage) => { set({ storage }); }} />
      <Tenant chosen={filter.tenant} choose={(tenant) => { set({ tenant }); }} />
      {filter.wrappedBy !== null && (
        <button type="button" className="pill set" onClick={() => { set({ wrappedBy: null }); }}>
          Wrapped by one KEK <Icon name="x" size={12} />
          <span className="sr">remove</span>
        </button>
      )}
      {isFiltered(filter) && (
        <Button size="sm" kind="ghost" onClick={() => { show({ ...shown, filter: NO_FILTER }); }}>
          Clear
        </Button>
      )}
      {children}
    </div>
  );
}

function Many<W extends string>({ label, words, chosen, choose }: { readonly label: string; readonly words: Record<W, string>; readonly chosen: readonly W[]; readonly choose: (chosen: W[]) => void }) {
  const all = Object.entries(words) as [W, string][];
  return (
    <Popover label={label} className={`pill ${chosen.length > 0 ? "set" : ""}`} trigger={<Trigger label={label} value={chosen.map((word) => words[word]).join(", ")} />}>
      {() => all.map(([word, said]) => <Check key={word} label={said} checked={chosen.includes(word)} onChange={(event) => { choose(event.target.checked ? [...chosen, word] : chosen.filter((one) => one !== word)); }} />)}
    </Popover>
  );
}

function One({ label, words, chosen, choose }: { readonly label: string; readonly words: Record<string, string>; readonly chosen: string | null; readonly choose: (chosen: string | null) => void }) {
  return (
    <Popover label={label} className={`pill ${chosen === null ? "" : "set"}`} trigger={<Trigger label={label} value={chosen === null ? "" : (words[chosen] ?? "")} />}>
      {() => (
        <>
          <Check type="radio" name={label} label="Any" checked={chosen === null} onChange={() => { choose(null); }} />
          {Object.entries(words).map(([word, said]) => (
            <Check key={word} type="radio" name={label} label={said} checked={chosen === word} onChange={() => { choose(word); }} />
          ))}
        </>
      )}
    </Popover>
  );
}

const TENANTS_MAX = 40;

function Tenant({ chosen, choose }: { readonly chosen: string | null; readonly choose: (tenant: string | null) => void }) {
  return (
    <Popover label="Tenant" className={`pill ${chosen === null ? "" : "set"}`} trigger={<Trigger label="Tenant" value={chosen ?? ""} />}>
      {(close) => (
        <Tenants
          chosen={chosen}
          choose={(tenant) => {
            choose(tenant);
            close();
          }}
        />
      )}
    </Popover>
  );
}

function Tenants({ chosen, choose }: { readonly chosen: string | null; readonly choose: (tenant: string | null) => void }) {
  const [prefix, setPrefix] = useState("");
  const { view } = useRead("tenants_list", { prefix: useDebounced(prefix, REST_MS), limit: TENANTS_MAX });
  return (
    <>
      <input className="input sm" aria-label="Tenant begins with" placeholder="Begins with…" value={prefix} onChange={(event) => { setPrefix(event.target.value); }} />
      {chosen !== null && (
        <button type="button" className="link" onClick={() => { choose(null); }}>
          Any tenant
        </button>
      )}
      <ul className={styles.tenants}>
        {view?.tenants.map((tenant) => (
          <li key={tenant.name}>
            <button type="button" className={styles.tenant} aria-pressed={tenant.name === chosen} onClick={() => { choose(tenant.name); }}>
              <span className="trunc">{tenant.name}</span>
              <span className="t3 num">{count(tenant.keys)}</span>
            </button>
          </li>
        ))}
      </ul>
      {view && view.tenants.length < view.total && <p className="small t3">{count(view.total - view.tenants.length)} more: type to narrow.</p>}
    </>
  );
}

function Trigger({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      {label}
      {value !== "" && <b className={`trunc ${styles.pillValue ?? ""}`}>{value}</b>}
      <Icon name="chevron-down" size={12} />
    </>
  );
}

function mapWords<W extends string>(said: Record<W, { readonly word: string }>): Record<W, string> {
  return Object.fromEntries(Object.entries<{ readonly word: string }>(said).map(([word, { word: text }]) => [word, text])) as Record<W, string>;
}
