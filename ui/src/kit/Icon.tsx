import { DRAWINGS, type IconName } from "./drawings";

/** A drawing beside a word. Never alone: the word says it, the drawing helps. */
export function Icon({ name, size, spin }: { readonly name: IconName; readonly size?: 12 | 14 | 20; readonly spin?: boolean }) {
  const sized = size ? ` s${size}` : "";
  return (
    <svg className={`i${sized}${spin ? " spin" : ""}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  );
}
