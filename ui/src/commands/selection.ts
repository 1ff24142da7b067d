import { useSyncExternalStore } from "react";

import type { KeyRefView } from "../host";

/** Keys picked in the table, for a request about several. In memory only, and bounded by what one plan may name. */
export const SELECTION_MAX = 500;

let picked: readonly KeyRefView[] = [];
const watchers = new Set<() => void>();

export function useSelection(): readonly KeyRefView[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => picked,
  );
}

export function select(keys: readonly KeyRefView[]): void {
  picked = keys.slice(0, SELECTION_MAX);
  for (const watcher of watchers) watcher();
}

export function toggle(key: KeyRefView): void {
  select(picked.some((one) => one.key === key.key) ? picked.filter((one) => one.key !== key.key) : [...picked, key]);
}
