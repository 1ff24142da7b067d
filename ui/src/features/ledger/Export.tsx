import { useState } from "react";

import { clearProgress, useAct, useProgress, useRead, type KeyId, type LedgerSelection, type Micros, type TenantId } from "../../host";
import { Bar, Button, count, counted, dayAt, dayFault, DayField, endOfDay, Hash, IconButton, Problem, Segments, SelectField, TextField } from "../../kit";
import styles from "./ledger.module.css";
import { Written } from "./Proof";


type What = LedgerSelection["what"] | "report";

const CHOICES: readonly { readonly value: What; readonly label: string }[] = [
  { value: "whole", label: "All" },
  { value: "period", label: "Period" },
  { value: "request", label: "Request" },
  { value: "tenant", label: "Tenant" },
  { value: "key", label: "Key" },
];

/** The ledger, or a part of it, in a file that anybody verifies alone; and the audit pack of a period. */
export function Export({ close }: { readonly close: () => void }) {
  return (
    <aside className={styles.entry} aria-label="Export" data-region="detail" data-testid="export">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close export" onClick={close} />
      </div>
      <div className={styles.inner}>
        <Bundle />
        <Pack />
      </div>
    </aside>
  );
}

function Bundle() {
  const [what, setWhat] = useState<What>("whole");
  const [named, setNamed] = useState("");
  const period = usePeriod();
  const write = useAct("ledger_export");
  const { view: tenants } = useRead("tenants_list", { prefix: "", limit: 500 }, { enabled: what === "tenant" });
  const selection = chosen(what, named, period);
  return (
    <form
      className="stack tight"
      aria-label="Bundle"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (selection === null || write.busy) return;
        clearProgress("ledger_export");
        write.act({ selection });
      }}
    >
      <h2 className={`lead strong ${styles.title ?? ""}`}>Export a bundle</h2>
      <p className="t2">One file with the entries, their proofs and the checkpoints. Whoever gets it verifies it alone: no register, no vault, no network.</p>
      <Segments label="What it holds" value={what} options={CHOICES} choose={(value) => { setWhat(value); setNamed(""); write.reset(); }} />
      {what === "period" && period.fields}
      {what === "request" && <TextField label="Request" placeholder="R-7" value={named} onChange={(event) => { setNamed(event.target.value); }} />}
      {what === "key" && <TextField label="Id of the key" hint="Open the key’s entry and copy its subject" value={named} onChange={(event) => { setNamed(event.target.value); }} />}
      {what === "tenant" && (
        <SelectField label="Tenant" value={named} onChange={(event) => { setNamed(event.target.value); }}>
          <option value="">Choose one</option>
          {tenants?.tenants.map((tenant) => (
            <option key={tenant.tenant} value={tenant.tenant}>{tenant.name}</option>
          ))}
        </SelectField>
      )}
      <div className="row">
        <Button icon="download" type="submit" busy={write.busy} disabled={selection === null}>
          Write the bundle
        </Button>
        {write.busy && <Doing />}
      </div>
      {write.view && (
        <>
          <Written path={write.view.file.path} />
          <p className="small t2 num">
            {counted(write.view.entries, "entry", "entries")} of a ledger of {count(write.view.size)}, verified as whoever gets it would. Tell them the founding entry: <Hash value={write.view.founding} label="hash of the founding entry" />
          </p>
        </>
      )}
      {write.error && <Problem error={write.error} />}
    </form>
  );
}

function Pack() {
  const period = usePeriod();
  const write = useAct("ledger_report");
  const { from, until } = period;
  return (
    <form
      className={`stack tight ${styles.second ?? ""}`}
      aria-label="Audit pack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (from === null || until === null || write.busy) return;
        clearProgress("ledger_export");
        write.act({ from, until });
      }}
    >
      <h2 className="lead strong">Audit pack of a period</h2>
      <p className="t2">To print and to sign off: who asked, decided and executed, protective acts, destructions, exceptions, people, reviews and refusals; with the bundle that proves it.</p>
      {period.fields}
      <div className="row">
        <Button icon="file-text" type="submit" busy={write.busy} disabled={from === null || until === null}>
          Make the audit pack
        </Button>
        {write.busy && <Doing />}
      </div>
      {write.view && (
        <>
          <Written path={write.view.pdf.path} />
          <Written path={write.view.html.path} />
          <Written path={write.view.bundle.path} />
          <p className="small t2 num">
            {counted(write.view.entries, "entry", "entries")} in the period. The print names the bundle’s digest: <Hash value={write.view.bundle.digest} label="digest of the bundle" />
          </p>
        </>
      )}
      {write.error && <Problem error={write.error} />}
    </form>
  );
}

function Doing() {
  const progress = useProgress("ledger_export");
  return (
    <span className="grow" role="status">
      <Bar label="Writing" done={progress?.done ?? 0} total={progress?.total ?? null} />
    </span>
  );
}

/** Two days, both included, as the moments between which something lies. */
function usePeriod() {
  const [since, setSince] = useState("");
  const [last, setLast] = useState("");
  const [from, until] = [dayAt(since), endOfDay(last)];
  const order = from !== null && until !== null && BigInt(from) >= BigInt(until);
  return {
    from: order ? null : from,
    until: order ? null : until,
    fields: (
      <div className={styles.days}>
        <DayField label="First day" day={since} error={dayFault(since)} set={setSince} />
        <DayField label="Last day" day={last} error={order ? "It lies before the first day." : dayFault(last)} set={setLast} />
      </div>
    ),
  };
}

function chosen(what: What, named: string, { from, until }: { readonly from: Micros | null; readonly until: Micros | null }): LedgerSelection | null {
  const name = named.trim();
  switch (what) {
    case "whole":
      return { what };
    case "period":
      return from === null || until === null ? null : { what, from, until };
    case "request":
      return name === "" ? null : { what, request: name };
    case "tenant":
      return name === "" ? null : { what, tenant: name as TenantId };
    case "key":
      return name === "" ? null : { what, key: name as KeyId };
    default:
      return null;
  }
}
