import { useEffect, useRef, useState } from "react";

import type { IpcError } from "../../host";
import { Button, Icon, Note, Popover, Problem, Scroll } from "../../kit";
import styles from "./estate.module.css";
import { SampleButton } from "./SampleButton";

const BYTES_MAX = 10 * 1024 * 1024;

const COLUMNS: readonly { readonly name: string; readonly must: string; readonly holds: string }[] = [
  { name: "type", must: "yes", holds: "database, provider, tls_certificate, api_secret, api_signing, token_signing, backup, ai_service, secret" },
  { name: "name", must: "yes", holds: "at most 200 characters" },
  { name: "environment", must: "", holds: "this custody's; empty means that" },
  { name: "tenant, integration", must: "", holds: "whose it is; an integration needs a tenant" },
  { name: "secret_name", must: "", holds: "the secret it protects" },
  { name: "classification", must: "yes", holds: "public, internal, confidential, restricted" },
  { name: "purpose, owner", must: "yes", holds: "what it is for; who answers for it" },
  { name: "algorithm, bits", must: "", holds: "AES-256-GCM, RSA, ECDSA, Ed25519, TLS; the length where the name does not say it" },
  { name: "storage", must: "yes", holds: "key_vault, postgresql_wrapped, kubernetes_secret_legacy" },
  { name: "vault_name, version", must: "", holds: "its name in the vault; the version in use" },
  { name: "created", must: "yes", holds: "YYYY-MM-DD, not in the future" },
  { name: "last_rotated, expires", must: "", holds: "YYYY-MM-DD; expires is needed for a certificate" },
  { name: "phase_out_date", must: "", holds: "needed for legacy storage, empty otherwise" },
];

/** Where the inventory comes from: a file, chosen or dropped, or text that is pasted. */
export function ImportSource({ busy, read }: { readonly busy: boolean; readonly read: (fileName: string, text: string) => void }) {
  const [pasted, setPasted] = useState("");
  const [over, setOver] = useState(false);
  const [tooLarge, setTooLarge] = useState(false);
  const take = (file: File | undefined) => {
    if (!file) return;
    setTooLarge(file.size > BYTES_MAX);
    if (file.size > BYTES_MAX) return;
    void file.text().then((text) => { read(file.name, text); });
  };
  const [failed, setFailed] = useState<IpcError | null>(null);
  useDrop(setOver, take);
  return (
    <div className={styles.source}>
      <section className={`card ${styles.drop ?? ""} ${over ? (styles.over ?? "") : ""}`} aria-label="Inventory file">
        <Icon name="upload" size={20} />
        <h2 className="lead strong">Choose an inventory</h2>
        <p className="t2">CSV in UTF-8, one key a row, metadata only. There is no column for a value, and none is accepted. Nothing is written before you have seen what it would do.</p>
        <div className="row">
          <label className={`btn primary lg ${styles.choose ?? ""}`}>
            <Icon name="file-text" />
            Choose file…
            <input type="file" accept=".csv,.tsv,text/csv" data-testid="import-file" disabled={busy} onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
          </label>
          <Columns />
        </div>
        {tooLarge && <Note tone="alert" role="alert">This file is larger than 10 MiB. Nothing was read; split it.</Note>}
      </section>
      <form
        className={`card ${styles.paste ?? ""}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (pasted.trim() !== "") read("pasted.csv", pasted);
        }}
      >
        <label className="label" htmlFor="import-text">Or paste it</label>
        <textarea id="import-text" className="input area mono" spellCheck={false} rows={10} placeholder="type,name,classification,purpose,owner,storage,created" value={pasted} onChange={(event) => { setPasted(event.target.value); }} />
        <div className="row">
          <Button type="submit" busy={busy} disabled={pasted.trim() === ""}>
            Read pasted text
          </Button>
        </div>
      </form>
      <section className={`card ${styles.sample ?? ""}`} aria-label="Sample estate">
        <span className="grow">
          <b className="strong">Nothing at hand?</b> <span className="t2">The sample estate has 40 tenants, four KEKs, about 2,100 DEKs and their tokens, labelled as sample and made through the same doors as real keys.</span>
        </span>
        <SampleButton failed={setFailed} />
        {failed && <Problem error={failed} />}
      </section>
    </div>
  );
}

/** A file may be dropped anywhere in the window; without this the window would open it. */
function useDrop(over: (is: boolean) => void, take: (file: File | undefined) => void): void {
  const present = useRef({ over, take });
  useEffect(() => {
    present.current = { over, take };
  });
  useEffect(() => {
    const drag = (event: DragEvent) => {
      event.preventDefault();
      present.current.over(event.type === "dragover");
      if (event.type === "drop") present.current.take(event.dataTransfer?.files[0]);
    };
    const kinds = ["dragover", "dragleave", "drop"] as const;
    for (const kind of kinds) document.addEventListener(kind, drag);
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, drag);
    };
  }, []);
}

function Columns() {
  return (
    <Popover label="Columns of an inventory" className="btn lg ghost" trigger="Columns">
      {() => (
        <Scroll label="Columns" className={styles.columnsHelp}>
          <p className="small t2">In any order; the first line names them. A column that is not here is refused, because it might hold a value.</p>
          <table className={styles.columnsTable}>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Needed</th>
                <th scope="col">Holds</th>
              </tr>
            </thead>
            <tbody>
              {COLUMNS.map((column) => (
                <tr key={column.name}>
                  <td className="mono">{column.name}</td>
                  <td>{column.must}</td>
                  <td>{column.holds}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Popover>
  );
}
