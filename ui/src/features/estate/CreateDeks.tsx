import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { toast } from "../../commands/toast";
import { useAct, useRead, type Classification, type KeyId } from "../../host";
import { Button, CLASSIFICATION, count, counted, fieldName, fieldProblem, Note, Problem, SelectField, TextArea, TextField } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./estate.module.css";
import { readTargets, TARGETS_MAX } from "./targets";

const KEKS_MAX = 200;
const KEKS = { filter: { types: ["kek" as const], states: ["active" as const], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text: "" }, sort: "name" as const, direction: "ascending" as const, after: null, limit: KEKS_MAX };

/** Makes DEKs, one for each tenant and integration or secret, wrapped with a KEK's public half at once. */
export default function CreateDeks({ route }: { readonly route: Route }) {
  const keks = useRead("keys_page", KEKS);
  const [kek, setKek] = useState(route.query["kek"] ?? "");
  const [text, setText] = useState("");
  const [owner, setOwner] = useState("");
  const [purpose, setPurpose] = useState("");
  const [classification, setClassification] = useState<Classification>("confidential");
  const [tried, setTried] = useState(false);
  const lines = readTargets(text);
  const targets = lines.flatMap((line) => ("target" in line ? [line.target] : []));
  const bad = lines.flatMap((line) => ("problem" in line ? [`line ${line.line} ${line.problem}`] : []));
  const create = useAct("create_deks", {
    done: (view) => {
      toast(`${counted(view.count, "DEK")} created, ledger entry ${count(view.entry)}.`);
      go("keys", null, { kek });
    },
  });
  useKeys("Create DEKs", [{ keys: "Escape", label: "Back", act: () => { history.back(); } }]);
  const ready = kek !== "" && owner.trim() !== "" && purpose.trim() !== "" && targets.length > 0 && bad.length === 0 && targets.length <= TARGETS_MAX;
  const empty = (value: string, name: string) => (tried && value.trim() === "" ? `${name} is empty.` : undefined);
  const wrong = (field: string) => (create.error?.code === "invalid" && create.error.field === field ? `${fieldName(field)} ${fieldProblem(create.error.problem)}.` : undefined);
  const targetsProblem = bad.length > 0 ? `${bad.slice(0, 3).join("; ")}${bad.length > 3 ? `; ${counted(bad.length - 3, "more line")}` : ""}.` : targets.length > TARGETS_MAX ? `At most ${TARGETS_MAX} at once.` : tried && targets.length === 0 ? "Name at least one." : undefined;
  return (
    <>
      <TopBar title="Create DEKs" crumb={{ label: "Keys", href: href("keys") }} />
      <Main label="Create DEKs">
        <div className="scroll pad">
          <form
            className={`card ${styles.form ?? ""}`}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              setTried(true);
              if (ready) create.act({ kek: kek as KeyId, targets, owner: owner.trim(), purpose: purpose.trim(), classification });
            }}
          >
            <SelectField label="Wrapped by" value={kek} error={wrong("kek") ?? (tried && kek === "" ? "Choose the KEK." : undefined)} onChange={(event) => { setKek(event.target.value); }}>
              <option value="">Choose a KEK…</option>
              {keks.view?.rows.map((row) => (
                <option key={row.key} value={row.key}>{row.name}, v{row.version}</option>
              ))}
            </SelectField>
            <TextArea label="For" rows={7} spellCheck={false} value={text} error={wrong("targets") ?? targetsProblem} hint={`One a line: “tenant, integration” or “secret: name”. ${targets.length > 0 ? counted(targets.length, "DEK") : `At most ${TARGETS_MAX} at once`}.`} onChange={(event) => { setText(event.target.value); }} />
            <div className={styles.pair}>
              <TextField label="Owner" value={owner} error={wrong("owner") ?? empty(owner, "The owner")} onChange={(event) => { setOwner(event.target.value); }} />
              <SelectField label="Classification" value={classification} onChange={(event) => { setClassification(event.target.value as Classification); }}>
                {Object.entries(CLASSIFICATION).map(([value, word]) => (
                  <option key={value} value={value}>{word}</option>
                ))}
              </SelectField>
            </div>
            <TextField label="Purpose" value={purpose} error={wrong("purpose") ?? empty(purpose, "The purpose")} onChange={(event) => { setPurpose(event.target.value); }} />
            <Note>The keys are made here, wrapped with the KEK&rsquo;s public half, and wiped. There is one DEK for each tenant and integration, and one for each secret.</Note>
            {create.error && create.error.code !== "invalid" && <Problem error={create.error} />}
            <div className="row">
              <Button size="lg" onClick={() => { history.back(); }}>
                Back
              </Button>
              <span className="grow" />
              <Button kind="primary" size="lg" icon="key-round" type="submit" busy={create.busy}>
                {targets.length > 0 ? `Create ${counted(targets.length, "DEK")}` : "Create DEKs"}
              </Button>
            </div>
          </form>
        </div>
      </Main>
    </>
  );
}
