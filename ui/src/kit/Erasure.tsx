import type { ErasureView } from "../host";
import { strengthText, strengthTitle, strengthTone } from "./erasureWords";
import { Note } from "./states";

/** how strong the erasure is, said before anyone signs it. */
export function Erasure({ erasure }: { readonly erasure: ErasureView }) {
  const tone = strengthTone(erasure);
  return (
    <div data-testid="erasure">
      <Note tone={tone} icon={tone === "ok" ? "shield-check" : "triangle-alert"}>
        <b>{strengthTitle(erasure)}</b> {strengthText(erasure)}
      </Note>
    </div>
  );
}
