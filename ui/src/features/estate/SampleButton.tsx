import { useEffect } from "react";

import { toast } from "../../commands/toast";
import { clearProgress, useAct, useProgress, type IpcError, type Stage } from "../../host";
import { Bar, Button, count, counted } from "../../kit";
import styles from "./estate.module.css";

const STAGE: Partial<Record<Stage, string>> = { tenants: "Tenants", keks: "KEKs", deks: "DEKs", tokens: "Tokens", device_keys: "Device keys" };

/** Brings in the labelled sample estate, through the same doors as real keys. */
export function SampleButton({ failed }: { readonly failed: (error: IpcError | null) => void }) {
  const load = useAct("sample_load", {
    done: (view) => {
      toast(`Sample estate loaded: ${counted(view.tenants, "tenant")}, ${counted(view.keks, "KEK")}, ${counted(view.deks, "DEK")}, ${counted(view.tokens, "token")}.`);
    },
  });
  const { error } = load;
  useEffect(() => {
    failed(error ?? null);
  }, [error, failed]);
  return (
    <>
      <Button icon="layers" busy={load.busy} onClick={() => { load.act({}); }}>
        Load the sample estate
      </Button>
      {load.busy && <Loading />}
    </>
  );
}

function Loading() {
  const progress = useProgress("sample_load");
  useEffect(() => () => { clearProgress("sample_load"); }, []);
  const stage = progress ? (STAGE[progress.stage] ?? "Working") : "Beginning";
  return (
    <div className={styles.loading} role="status">
      <span className="small t2 num">
        {stage}
        {progress && `: ${count(progress.done)}${progress.total === null ? "" : ` of ${count(progress.total)}`}`}
        {progress?.ratePerS ? ` · ${count(progress.ratePerS)} a second` : ""}
      </span>
      <Bar label={`Loading the sample estate: ${stage}`} done={progress?.done ?? 0} total={progress?.total ?? null} />
    </div>
  );
}
