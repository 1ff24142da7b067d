import { useSyncExternalStore } from "react";

/** Theme, density and whether single letters act: the window's own choices. They stay in this window's storage and never travel. */
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";
export type Appearance = { readonly theme: Theme; readonly density: Density; readonly letters: boolean };

const PLACE = "countersign.appearance";
const USUAL: Appearance = { theme: "system", density: "comfortable", letters: true };
const watchers = new Set<() => void>();

let present = load();

export function appearance(): Appearance {
  return present;
}

export function useAppearance(): Appearance {
  return useSyncExternalStore((changed) => {
    watchers.add(changed);
    return () => watchers.delete(changed);
  }, appearance);
}

export function setAppearance(change: Partial<Appearance>): void {
  present = { ...present, ...change };
  try {
    localStorage.setItem(PLACE, JSON.stringify(present));
  } catch {
    // Without storage the choice lasts as long as the window.
  }
  apply();
  for (const watcher of watchers) watcher();
}

/** Keeps the document in step with the choice and with the system. Call once. */
export function followAppearance(): void {
  apply();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
}

function apply(): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = present.theme === "system" ? (dark ? "dark" : "light") : present.theme;
  document.documentElement.setAttribute("data-theme", theme);
  document.documentElement.setAttribute("data-density", present.density);
}

function load(): Appearance {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "null");
    if (typeof kept !== "object" || kept === null) return USUAL;
    const found = kept as Partial<Record<keyof Appearance, unknown>>;
    return {
      theme: found.theme === "light" || found.theme === "dark" ? found.theme : "system",
      density: found.density === "compact" ? "compact" : "comfortable",
      letters: found.letters !== false,
    };
  } catch {
    return USUAL;
  }
}
