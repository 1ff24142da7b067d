import { useState } from "react";

import { useRead, type KeyFilter, type KeyId, type KeyState, type KeyType } from "../../host";
import { count, KEY_STATE, Problem, SelectField, TextField, useDebounced } from "../../kit";

const SHOWN_MAX = 200;

export function keysOf(types: readonly KeyType[], states: readonly KeyState[], text: string, limit: number) {
  const filter: KeyFilter = { types: [...types], states: [...states], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text };
  return { filter, sort: "name" as const, direction: "ascending" as const, after: null, limit };
}

/** One key out of all that fit; a field to narrow the list appears when there are more than it shows. */
export function KeyField({ label, types, states, value, error, hint, choose }: { readonly label: string; readonly types: readonly KeyType[]; readonly states: readonly KeyState[]; readonly value: string; readonly error: string | undefined; readonly hint?: string; readonly choose: (key: string) => void }) {
  const [text, setText] = useState("");
  const search = useDebounced(text, 250);
  const list = useRead("keys_page", keysOf(types, states, search, SHOWN_MAX));
  const chosen = useRead("key_detail", { key: value as KeyId }, { enabled: value !== "" });
  const rows = list.view?.rows ?? [];
  const other = chosen.view?.row;
  const long = text !== "" || (list.view?.matching ?? 0) > SHOWN_MAX;
  return (
    <>
      {long && <TextField label={`Narrow the list of ${count(list.view?.matching ?? 0)}`} value={text} onChange={(event) => { setText(event.target.value); }} autoComplete="off" spellCheck={false} />}
      <SelectField label={label} value={value} error={error} hint={hint} onChange={(event) => { choose(event.target.value); }}>
        <option value="">{rows.length === 0 && list.view !== undefined ? "None fits" : "Choose…"}</option>
        {other && !rows.some((row) => row.key === other.key) && (
          <option value={other.key}>
            {other.name}, {KEY_STATE[other.state].word.toLowerCase()}
          </option>
        )}
        {rows.map((row) => (
          <option key={row.key} value={row.key}>
            {row.name}
            {row.tenant === null ? "" : `, ${row.tenant}`}, {KEY_STATE[row.state].word.toLowerCase()}
          </option>
        ))}
      </SelectField>
      {list.error && <Problem error={list.error} again={list.again} />}
    </>
  );
}
