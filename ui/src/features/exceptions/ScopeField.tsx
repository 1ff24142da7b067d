import { useId, useState } from "react";

import { useRead, type KeyType, type ScopeTerm } from "../../host";
import { Icon, KEY_TYPE, Problem, useDebounced } from "../../kit";
import { picked, sameTerm, TERMS_MAX, type Picked } from "./draft";
import styles from "./exceptions.module.css";

const KEYS_SHOWN = 8;
const TENANTS_SHOWN = 4;
const TYPES = Object.entries(KEY_TYPE) as [KeyType, string][];

type Offer = Picked & { readonly kind: string };

/** What is covered: keys one by one, tenants, or types; each chosen one with a way out. */
export function ScopeField({ terms, error, fixed, choose }: { readonly terms: readonly Picked[]; readonly error: string | undefined; readonly fixed: boolean; readonly choose: (terms: readonly Picked[]) => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const offers = useOffers(text);
  const full = terms.length >= TERMS_MAX;
  const both = terms.some((one) => one.term.of === "type") && terms.some((one) => one.term.of === "tenant");
  const has = (term: ScopeTerm) => terms.some((one) => sameTerm(one.term, term));
  return (
    <div className={`field${error === undefined ? "" : " error"}`}>
      <label htmlFor={id}>Keys or scope</label>
      <div className={`input ${styles.scope ?? ""}`}>
        {terms.map((one) => (
          <span key={JSON.stringify(one.term)} className={`pill set ${styles.term1 ?? ""}`}>
            <b className={one.term.of === "key" ? "mono trunc" : "trunc"} title={one.name}>
              {one.name}
            </b>
            {!fixed && (
              <button type="button" className={styles.out} aria-label={`Leave out ${one.name}`} onClick={() => { choose(terms.filter((other) => other !== one)); }}>
                <Icon name="x" size={12} />
              </button>
            )}
          </span>
        ))}
        {!fixed && <input id={id} value={text} disabled={full} placeholder="Add key, tenant or type" autoComplete="off" spellCheck={false} aria-describedby={`${id}-hint`} aria-invalid={error !== undefined || undefined} onChange={(event) => { setText(event.target.value); }} />}
      </div>
      {offers.error && <Problem error={offers.error} again={offers.again} />}
      {!fixed && text.trim() !== "" && offers.found.length > 0 && (
        <ul className={styles.offers} aria-label="Found">
          {offers.found.map((offer) => (
            <li key={JSON.stringify(offer.term)}>
              <button type="button" disabled={has(offer.term)} onClick={() => { choose([...terms, { term: offer.term, name: offer.name }]); setText(""); }}>
                <span className={offer.term.of === "key" ? "mono trunc" : "trunc"}>{offer.name}</span>
                <span className="t3 small nowrap">{has(offer.term) ? "covered" : offer.kind}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <span className="hint" id={`${id}-hint`}>
        {fixed ? "A renewal covers what it renews. For anything else ask for an exception of its own." : both ? "Types and tenants together mean keys that are both." : text.trim() !== "" && offers.found.length === 0 && !offers.busy ? "Nothing in the register is called so." : "Where a type or tenant is named, keys made later are covered too."}
      </span>
      {error !== undefined && (
        <span className="msg" role="alert">
          <Icon name="circle-alert" size={14} />
          {error}
        </span>
      )}
    </div>
  );
}

function useOffers(text: string) {
  const search = useDebounced(text.trim(), 250);
  const wanted = search !== "";
  const keys = useRead("keys_page", {
    filter: { types: [], states: ["pre_active", "active", "suspended", "deactivated", "compromised"], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text: search }, sort: "name", direction: "ascending", after: null, limit: KEYS_SHOWN,
  }, { enabled: wanted });
  const tenants = useRead("tenants_page", { text: search, after: null, limit: TENANTS_SHOWN }, { enabled: wanted });
  const types = TYPES.filter(([, word]) => wanted && word.toLowerCase().includes(search.toLowerCase()));
  const found: Offer[] = !wanted ? [] : [
    ...types.map(([keyType]): Offer => ({ ...picked({ of: "type", keyType }), kind: "type" })),
    ...(tenants.view?.rows ?? []).filter((row) => row.status !== "offboarded").map((row): Offer => ({ ...picked({ of: "tenant", tenant: row.tenant, name: row.name }), kind: "tenant" })),
    ...(keys.view?.rows ?? []).map((row): Offer => ({ ...picked({ of: "key", key: { key: row.key, name: row.name } }), kind: KEY_TYPE[row.keyType] })),
  ];
  return { found, busy: keys.fetching || tenants.fetching || search !== text.trim(), error: keys.error ?? tenants.error, again: () => { keys.again(); tenants.again(); } };
}
