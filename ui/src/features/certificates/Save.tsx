import { useAct, type CertificateFormat, type CertificateView } from "../../host";
import { Button, Copy, Note, Problem } from "../../kit";
import styles from "./certificates.module.css";

const FORMATS: readonly { readonly format: CertificateFormat; readonly title: string; readonly says: string }[] = [
  { format: "pdf", title: "Save as PDF", says: "to print and to file" },
  { format: "html", title: "Save as HTML", says: "to read in any browser" },
  { format: "json", title: "Save as JSON", says: "signed; what “certificate verify” checks" },
];

/** Writes it to a file; the host says where. */
export function Save({ certificate }: { readonly certificate: CertificateView }) {
  const save = useAct("certificate_save");
  return (
    <section className="card" aria-label="Save">
      <header>
        <h2>Save</h2>
      </header>
      <div className="body stack tight">
        <ul className={styles.save}>
          {FORMATS.map(({ format, title, says }) => (
            <li key={format}>
              <Button icon="download" busy={save.busy} onClick={() => { save.act({ certificate: certificate.row.certificate, format }); }}>
                {title}
              </Button>
              <span className="small t3">{says}</span>
            </li>
          ))}
        </ul>
        {save.view && (
          <Note tone="ok" role="status">
            Written to <span className="mono wrap">{save.view.path}</span> <Copy value={save.view.path} label="path" />
          </Note>
        )}
        {save.error && <Problem error={save.error} />}
      </div>
    </section>
  );
}
