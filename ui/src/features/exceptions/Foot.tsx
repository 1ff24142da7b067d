import type { IpcError } from "../../host";
import { Button, Problem } from "../../kit";
import styles from "./exceptions.module.css";

/** The act of a form in the panel: always in sight, with what went wrong beside it. */
export function Foot({ error, opened, busy, leave, discard, act }: { readonly error: IpcError | undefined; readonly opened: boolean; readonly busy: boolean; readonly leave: string; readonly discard: () => void; readonly act: string }) {
  return (
    <footer className={styles.formFoot}>
      {error && error.code !== "invalid" && <Problem error={error} />}
      {opened && (
        <p className="small t2" role="status">
          The sign window is open. Give your seal there; closing it keeps this unsigned.
        </p>
      )}
      <div className="row">
        <Button size="lg" onClick={discard}>
          {leave}
        </Button>
        <span className="grow" />
        <Button kind="primary" size="lg" icon="stamp" type="submit" busy={busy}>
          {act}
        </Button>
      </div>
    </footer>
  );
}
