import type { Classification } from "../../host";
import { CLASSIFICATION, SelectField, TextField } from "../../kit";
import type { Draft } from "./draft";
import type { Wrong } from "./NewRequest";
import styles from "./request.module.css";

const BITS = [2048, 3072, 4096];

export function CreateFields({ draft, fill, wrong }: { readonly draft: Draft; readonly fill: (change: Partial<Draft>) => void; readonly wrong: Wrong }) {
  return (
    <>
      <div className={styles.pair}>
        <TextField label="Name in the vault" value={draft.name} error={wrong("name")} hint="Letters, digits and hyphens" autoComplete="off" spellCheck={false} onChange={(event) => { fill({ name: event.target.value }); }} />
        <SelectField label="Length" value={String(draft.bits)} error={wrong("bits")} onChange={(event) => { fill({ bits: Number(event.target.value) }); }}>
          {BITS.map((bits) => (
            <option key={bits} value={bits}>
              RSA-{bits}
            </option>
          ))}
        </SelectField>
        <TextField label="Owner" value={draft.owner} error={wrong("owner")} autoComplete="off" onChange={(event) => { fill({ owner: event.target.value }); }} />
        <SelectField label="Classification" value={draft.classification} error={wrong("classification")} onChange={(event) => { fill({ classification: event.target.value as Classification }); }}>
          {Object.entries(CLASSIFICATION).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </SelectField>
      </div>
      <TextField label="Tenant whose own it is" optional value={draft.own} error={wrong("own")} hint="What lies under a tenant's own KEK can be erased with it. Empty: tenants share it." autoComplete="off" onChange={(event) => { fill({ own: event.target.value }); }} />
      <TextField label="Purpose" value={draft.purpose} error={wrong("purpose")} autoComplete="off" onChange={(event) => { fill({ purpose: event.target.value }); }} />
    </>
  );
}
