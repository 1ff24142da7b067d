import { useEffect, useRef, useSyncExternalStore } from "react";

import { appearance } from "../design/appearance";

/** What a key does on the present screen. `keys` is one key ("j", "Enter", "/") or two in a row ("g o"), or "Ctrl+k". */
export type Binding = {
  readonly keys: string;
  readonly label: string;
  readonly act: () => void;
  /** Shown in the status bar. */
  readonly shown?: boolean;
};

type Scope = { readonly name: string; readonly bindings: readonly Binding[] };

let scopes: readonly Scope[] = [];
const watchers = new Set<() => void>();
const PREFIX_MS = 1200;
let prefix: { readonly key: string; readonly at: number } | null = null;

/** Adds keys for as long as the component is there. Later ones win over earlier ones. */
export function useKeys(name: string, bindings: readonly Binding[]): void {
  const present = useRef(bindings);
  useEffect(() => {
    present.current = bindings;
  });
  const signature = bindings.map((binding) => `${binding.keys}:${binding.label}`).join("|");
  useEffect(() => {
    const scope: Scope = {
      name,
      bindings: present.current.map((binding, at) => ({ ...binding, act: () => present.current[at]?.act() })),
    };
    scopes = [...scopes, scope];
    tell();
    return () => {
      scopes = scopes.filter((one) => one !== scope);
      tell();
    };
  }, [name, signature]);
}

export function useScopes(): readonly Scope[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => scopes,
  );
}

/** Listens once for the whole window. */
export function useKeyListener(): void {
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
    };
  }, []);
}

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = spell(event);
  const withModifier = event.ctrlKey || event.metaKey;
  const named = pressed.length > 1 && !withModifier;
  if (event.altKey) return;
  if (isTyping(event.target) && !withModifier && !isFunctionKey(pressed)) return;
  if (document.querySelector("dialog[open]") && !isFunctionKey(pressed)) return;
  if (!named && !withModifier && !appearance().letters) return;
  if ((pressed === "Enter" || pressed === "Space") && actsItself(event.target)) return;
  const found = resolve(pressed);
  if (found === null) return;
  event.preventDefault();
  found?.act();
}

/** `null`: nothing; `undefined`: the first of two keys. */
function resolve(pressed: string): Binding | null | undefined {
  const held = prefix !== null && Date.now() - prefix.at < PREFIX_MS ? `${prefix.key} ${pressed}` : null;
  prefix = null;
  const all = scopes.flatMap((scope) => scope.bindings).reverse();
  const exact = (held !== null && all.find((binding) => binding.keys === held)) || all.find((binding) => binding.keys === pressed);
  if (exact) return exact;
  if (all.some((binding) => binding.keys.startsWith(`${pressed} `))) {
    prefix = { key: pressed, at: Date.now() };
    return undefined;
  }
  return null;
}

function spell(event: KeyboardEvent): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && isFunctionKey(key) ? "Shift+" : "";
  return event.ctrlKey || event.metaKey ? `Ctrl+${key}` : `${shift}${key}`;
}

function isFunctionKey(key: string): boolean {
  return /^(Shift\+)?F\d+$/.test(key);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** A focused button or link answers Enter and Space itself. */
function actsItself(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a[href], summary") !== null;
}

function tell(): void {
  for (const watcher of watchers) watcher();
}

/** How a key is written on its hint: "G O", "Ctrl K", "↵" stays "Enter". */
export function shownKey(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => (key.length === 1 ? key.toUpperCase() : key === "Escape" ? "Esc" : key));
}

/** Moves the focus to the next (or previous) region of the window: side, top, list, detail, status. */
export function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter((region) => region.querySelector("[data-region]") === null);
  if (regions.length === 0) return;
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const first = next?.querySelector<HTMLElement>("[aria-current='page'], [data-first], a[href], button:not(:disabled), input, select, [tabindex='0']");
  (first ?? next)?.focus();
}
