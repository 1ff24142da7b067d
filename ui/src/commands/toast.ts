import { useSyncExternalStore } from "react";

/** Word of success. Errors never come here: they stay where the act was. */
export type Toast = { readonly id: number; readonly text: string; readonly seal?: string };

const SHOWN_MS = 6000;
let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

export function toast(text: string, seal?: string): void {
  last += 1;
  const id = last;
  put([...toasts.slice(-2), { id, text, ...(seal === undefined ? {} : { seal }) }]);
  window.setTimeout(() => {
    dismiss(id);
  }, SHOWN_MS);
}

export function dismiss(id: number): void {
  put(toasts.filter((one) => one.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => toasts,
  );
}

function put(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}
