import { useAppearance } from "../design/appearance";

const COMFORTABLE = 36;
const COMPACT = 30;

/** The height of a one-line row in the chosen density, as the tokens say. */
export function useRowHeight(): number {
  return useAppearance().density === "compact" ? COMPACT : COMFORTABLE;
}
