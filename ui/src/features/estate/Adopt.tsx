import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, type Classification, type DiscoveryView } from "../../host";
import { Button, CLASSIFICATION, counted, Dialog, listed, Problem, SelectField, TextField } from "../../kit";
import styles from "./estate.module.css";

/** Takes keys that the vault holds into the register, with what the vault cannot know. */
export function Adopt({ names, close, done }: { readonly names: readonly string[]; readonly close: () => void; readonly done: (view: DiscoveryView) => void }) {
  const [owner, setOwner] = useState("");
  const [purpose, setPurpose] = useState("");
  const [classification, setClassification] = useState<Classification>("confidential");
  const adopt = useAct("discovery_adopt", {
    done: (view) => {
      toast(`${counted(names.length, "key")} adopted.`);
      done(view);
    },
  });
  const ready = owner.trim() !== "" && purpose.trim() !== "";
  const what = names.length === 1 ? (names[0] ?? "") : counted(names.length, "key");
  return (
    <Dialog
      title={`Adopt ${what}`}
      lead={`The register takes over ${listed(names.slice(0, 5))}${names.length > 5 ? " and others" : ""} as the vault holds them. The vault is not changed.`}
      close={close}
      submit={() => {
        if (ready) adopt.act({ items: names.map((name) => ({ name, owner: owner.trim(), purpose: purpose.trim(), classification })) });
      }}
      footer={
        <>
          <Button onClick={close} hint="Esc">
            Leave as found
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" busy={adopt.busy} disabled={!ready}>
            Adopt {counted(names.length, "key")}
          </Button>
        </>
      }
    >
      <div className={styles.pair}>
        <TextField label="Owner" value={owner} hint="Who answers for it" onChange={(event) => { setOwner(event.target.value); }} />
        <SelectField label="Classification" value={classification} onChange={(event) => { setClassification(event.target.value as Classification); }}>
          {Object.entries(CLASSIFICATION).map(([value, word]) => (
            <option key={value} value={value}>{word}</option>
          ))}
        </SelectField>
      </div>
      <TextField label="Purpose" value={purpose} hint="What it is for" onChange={(event) => { setPurpose(event.target.value); }} />
      {adopt.error && <Problem error={adopt.error} />}
    </Dialog>
  );
}
