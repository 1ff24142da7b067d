import type { IpcError } from "../host";
import { Button } from "./Button";
import { Problem } from "./states";

type FormFootProps = { readonly error: IpcError | undefined; readonly opened: boolean; readonly busy: boolean; readonly missing?: readonly string[]; readonly leave?: string; readonly discard: () => void; readonly act: string };

/** The act of a form that asks for a signature: always in sight, with what went wrong and what is missing beside it. */
export function FormFoot({ error, opened, busy, missing = [], leave = "Discard", discard, act }: FormFootProps) {
  return (
    <footer className="form-foot">
      {error && error.code !== "invalid" && <Problem error={error} />}
      {opened && (
        <p className="small t2" role="status">
          The sign window is open. Give your seal there; closing it keeps this unsigned.
        </p>
      )}
      {missing.length > 0 && (
        <p className="small c-alert med" role="alert">
          {missing.join(" ")}
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
