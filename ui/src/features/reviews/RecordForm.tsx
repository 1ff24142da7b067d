import { useState } from "react";

import { useAct, type EndedIncidentView, type RecordedDuty } from "../../host";
import { Button, day, Dialog, groups, Icon, Note, Problem, SelectField } from "../../kit";
import styles from "./schedule.module.css";

/** LIMIT: the host takes no larger ones; the command line does. */
const BYTES_MAX = 32 * 1024 * 1024;

const TITLE: Record<RecordedDuty, string> = { policy_review: "Record a policy review", system_audit: "Record an audit of the encryption system", incident_audit: "Record an audit after an incident" };

type RecordFormProps = { readonly duty: RecordedDuty; readonly incidents: readonly EndedIncidentView[]; readonly close: () => void };

/** The document that shows it. The console computes its SHA-256; the document stays where it is. */
export function RecordForm({ duty, incidents, close }: RecordFormProps) {
  const [incident, setIncident] = useState<string>(incidents[0]?.hold ?? "");
  const [tooLarge, setTooLarge] = useState(false);
  const evidence = useAct("evidence");
  const open = useAct("open_sign_window", { done: close });
  const take = (file: File | undefined) => {
    if (!file) return;
    setTooLarge(file.size > BYTES_MAX);
    if (file.size > BYTES_MAX) return;
    const reader = new FileReader();
    reader.onload = () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      evidence.act({ fileName: file.name, content: url.slice(url.indexOf(",") + 1) });
    };
    reader.readAsDataURL(file);
  };
  const found = evidence.view;
  const chosen = incidents.find((one) => one.hold === incident);
  const ready = found !== undefined && (duty !== "incident_audit" || chosen !== undefined);
  return (
    <Dialog
      title={TITLE[duty]}
      lead="It is signed with your device key, and counts once another person has looked at it."
      close={close}
      submit={() => {
        if (!ready) return;
        open.act({ subject: { sign: "record", duty, incident: duty === "incident_audit" ? (chosen?.hold ?? null) : null, evidenceName: found.name, evidenceDigest: found.digest } });
      }}
      footer={
        <>
          <Button size="lg" hint="Esc" onClick={close}>
            Leave it
          </Button>
          <span className="grow" />
          <Button kind="primary" size="lg" icon="stamp" type="submit" busy={open.busy} disabled={!ready}>
            Sign the record…
          </Button>
        </>
      }
    >
      {duty === "incident_audit" && (
        <SelectField label="After the incident" value={incident} onChange={(event) => { setIncident(event.target.value); }}>
          {incidents.map((one) => (
            <option key={one.hold} value={one.hold}>
              {one.label}, ended {day(one.endedAt)}
            </option>
          ))}
        </SelectField>
      )}
      <div className="stack tight">
        <label className={`btn lg ${styles.choose ?? ""}`}>
          <Icon name="file-text" />
          {found ? "Choose another document…" : "Choose the document…"}
          <input type="file" data-testid="evidence-file" disabled={evidence.busy} onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
        </label>
        {found ? (
          <dl className="kv" data-testid="evidence">
            <dt>Document</dt>
            <dd className="wrap">{found.name}</dd>
            <dt>SHA-256</dt>
            <dd className={`mono ${styles.digest ?? ""}`}>{groups(found.digest)}</dd>
          </dl>
        ) : (
          <p className="small t3">The report, the minutes, the signed policy: whatever an auditor would ask for. Only its name and SHA-256 go into the ledger.</p>
        )}
      </div>
      {tooLarge && <Note tone="alert" role="alert">This file is larger than 32 MiB. Record it from the command line: countersign schedule.</Note>}
      {evidence.error && <Problem error={evidence.error} />}
      {open.error && <Problem error={open.error} />}
    </Dialog>
  );
}
