import type { RefObject } from "react";

import { useKeys } from "./keys";

/** J and K go through the rows of a list: elements marked `data-row` that take the focus. Enter is the row's own. */
export function useRowKeys(name: string, list: RefObject<HTMLElement | null>): void {
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    if (rows.length === 0) return;
    const focused = rows.findIndex((row) => row.contains(document.activeElement));
    const at = focused === -1 ? rows.findIndex((row) => row.getAttribute("aria-current") === "true") : focused;
    const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys(name, [
    { keys: "j", label: "Move", act: () => { step(1); }, shown: true },
    { keys: "k", label: "Move", act: () => { step(-1); }, shown: true },
  ]);
}
