import { useRead } from "../../host";
import { counted, due, Problem, SelectField } from "../../kit";
import { GRACE, type Draft } from "./draft";
import type { Wrong } from "./NewRequest";

const KEKS_MAX = 200;

export function RotateFields({ draft, fill, wrong }: { readonly draft: Draft; readonly fill: (change: Partial<Draft>) => void; readonly wrong: Wrong }) {
  const keks = useRead("keys_page", {
    filter: { types: ["kek"], states: ["active"], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text: "" },
    sort: "rotate_by", direction: "ascending", after: null, limit: KEKS_MAX,
  });
  return (
    <>
      <SelectField label="KEK" value={draft.key} error={wrong("key")} hint="Earliest due first." onChange={(event) => { fill({ key: event.target.value }); }}>
        <option value="">Choose…</option>
        {keks.view?.rows.map((row) => (
          <option key={row.key} value={row.key}>
            {row.name}, v{row.version}, {counted(row.wraps ?? 0, "DEK")}
            {row.rotateBy !== null && row.dueInDays !== null ? `, ${due(row.rotateBy, row.dueInDays)}` : ""}
          </option>
        ))}
      </SelectField>
      {keks.error && <Problem error={keks.error} again={keks.again} />}
      <SelectField label="Grace period" value={String(draft.graceSeconds)} error={wrong("graceSeconds")} hint="The old version stays enabled that long, for late readers and for rolling back." onChange={(event) => { fill({ graceSeconds: Number(event.target.value) }); }}>
        {GRACE.map((grace) => (
          <option key={grace.seconds} value={grace.seconds}>
            {grace.word}
          </option>
        ))}
      </SelectField>
    </>
  );
}
