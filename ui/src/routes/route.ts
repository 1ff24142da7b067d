import { useSyncExternalStore } from "react";

import type { Scope } from "../host";

/**
 * Where the window is. Everything a person would want to come back to (the screen, what is open on it, its filter) is in the
 * address; the path names the screen, the query what is set on it.
 */
export type Route = { readonly screen: Screen; readonly id: string | null; readonly query: Query };

export const SCREENS = [
  "overview", "approvals", "request", "keys", "tenants", "exceptions", "offboarding", "reviews", "certificates", "import", "discovery", "create-deks", "runs", "ledger", "people", "policies", "settings",
] as const;

export type Screen = (typeof SCREENS)[number];

export type Query = Readonly<Record<string, string>>;

export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [first = "", id = ""] = path.split("/");
  const screen = SCREENS.find((name) => name === first) ?? "overview";
  return { screen, id: id === "" ? null : decode(id), query: Object.fromEntries(new URLSearchParams(search)) };
}

export function href(screen: Screen, id?: string | null, query: Query = {}): string {
  const filled = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(filled).toString();
  return `#/${screen}${id ? `/${encodeURIComponent(id)}` : ""}${search ? `?${search}` : ""}`;
}

/** Where what an act is upon is shown. */
export function scopeHref(scope: Scope): string {
  return scope.of === "key" ? href("keys", scope.key) : href("tenants", scope.tenant);
}

export function go(screen: Screen, id?: string | null, query: Query = {}): void {
  location.hash = href(screen, id, query);
}

/** Changes what is set on the present screen without a step in the history. */
export function set(change: Query, id?: string | null): void {
  const now = parseRoute(location.hash);
  replace(href(now.screen, id === undefined ? now.id : id, { ...now.query, ...change }));
}

/** Goes somewhere without leaving a step in the history. */
export function replace(address: string): void {
  history.replaceState(null, "", address);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(watch, () => location.hash);
  return parseRoute(hash);
}

function watch(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
