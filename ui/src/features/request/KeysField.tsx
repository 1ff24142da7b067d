import { useState } from "react";

import { SELECTION_MAX } from "../../commands/selection";
import { useRead, type KeyRefView, type KeyState } from "../../host";
import { Check, count, counted, Icon, IconButton, Problem, TextField, useDebounced } from "../../kit";
import { keysOf } from "./KeyField";
import styles from "./request.module.css";

const SHOWN_MAX = 40;

/** DEKs: those chosen, each with a way out, and a search that adds more. */
export function KeysField({ states, keys, error, choose }: { readonly states: readonly KeyState[]; readonly keys: readonly KeyRefView[]; readonly error: string | undefined; readonly choose: (keys: readonly KeyRefView[]) => void }) {
  const [text, setText] = useState("");
  const search = useDebounced(text, 250);
  const list = useRead("keys_page", keysOf(["dek"], states, search, SHOWN_MAX), { enabled: search !== "" });
  const has = (key: string) => keys.some((one) => one.key === key);
  const full = keys.length >= SELECTION_MAX;
  const found = search === "" ? [] : (list.view?.rows ?? []);
  return (
    <div className={styles.keys} data-testid="chosen-keys">
      <TextField label="DEKs" value={text} error={error} autoComplete="off" spellCheck={false} placeholder="Search by name, tenant or integration" hint={full ? `${counted(keys.length, "DEK")}: as many as one request may name.` : `${counted(keys.length, "DEK")} chosen. Pick many at once in the table of keys.`} onChange={(event) => { setText(event.target.value); }} />
      {list.error && <Problem error={list.error} again={list.again} />}
      {found.length > 0 && (
        <div className={styles.found} role="group" aria-label="Found">
          {found.map((row) => (
            <Check
              key={row.key}
              label={<span className="mono wrap">{row.name}</span>}
              {...(row.tenant === null ? {} : { hint: `${row.tenant}${row.integration === null ? "" : ` · ${row.integration}`}` })}
              checked={has(row.key)}
              disabled={full && !has(row.key)}
              onChange={() => { choose(has(row.key) ? keys.filter((one) => one.key !== row.key) : [...keys, { key: row.key, name: row.name }]); }}
            />
          ))}
          {(list.view?.matching ?? 0) > found.length && <p className="small t3">{count((list.view?.matching ?? 0) - found.length)} more: type to narrow.</p>}
        </div>
      )}
      {keys.length > 0 && (
        <ul className={styles.chosen} aria-label="Chosen DEKs">
          {keys.map((one) => (
            <li key={one.key} className="row">
              <Icon name="key-round" size={14} />
              <span className="mono trunc grow small" title={one.name}>
                {one.name}
              </span>
              <IconButton size="sm" icon="x" label={`Leave out ${one.name}`} onClick={() => { choose(keys.filter((other) => other.key !== one.key)); }} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
