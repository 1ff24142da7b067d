import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { makeQueryClient } from "./cache";
import { useAct, usePages, useRead } from "./hooks";
import type { Cursor, KeysPageRequest, KeysPageView } from "./ipc";
import { replaceTransport, transport } from "./transport";

const product = transport();
let client: QueryClient;
let asked: [string, unknown][];

const around = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;

beforeEach(() => {
  client = makeQueryClient();
  asked = [];
});

afterEach(() => {
  replaceTransport(product);
});

function answering(answer: (command: string, request: never) => unknown): void {
  replaceTransport({
    invoke: (command, request) => {
      asked.push([command, request]);
      return Promise.resolve().then(() => answer(command, request as never));
    },
    listen: () => Promise.resolve(() => undefined),
  });
}

const FIRST: KeysPageRequest = { filter: { types: [], states: [], due: null, storage: [], tenant: null, owner: null, wrappedBy: null, text: "" }, sort: "name", direction: "ascending", after: null, limit: 2 };
const PAGING = { at: (request: KeysPageRequest, after: Cursor) => ({ ...request, after }), next: (page: KeysPageView) => page.next };

describe("usePages", () => {
  it("goes from cursor to cursor until there is none", async () => {
    answering((_, request: KeysPageRequest) => ({ rows: [], next: request.after === null ? "one" : request.after === "one" ? "two" : null, matching: 5, total: 5 }));
    const { result } = renderHook(() => usePages("keys_page", FIRST, PAGING), { wrapper: around });
    await waitFor(() => { expect(result.current.pages).toHaveLength(1); });
    for (const pages of [2, 3]) {
      act(() => { result.current.loadMore(); });
      await waitFor(() => { expect(result.current.pages).toHaveLength(pages); });
    }
    expect(result.current.more).toBe(false);
    act(() => { result.current.loadMore(); });
    expect(asked.map(([, request]) => (request as KeysPageRequest).after)).toEqual([null, "one", "two"]);
  });

  it("keeps the old rows while another filter is read", async () => {
    answering((_, request: KeysPageRequest) => (request.filter.text === "" ? { rows: [], next: null, matching: 5, total: 5 } : new Promise(() => undefined)));
    const { result, rerender } = renderHook(({ text }) => usePages("keys_page", { ...FIRST, filter: { ...FIRST.filter, text } }, PAGING), { wrapper: around, initialProps: { text: "" } });
    await waitFor(() => { expect(result.current.pages?.[0]?.matching).toBe(5); });
    rerender({ text: "kek" });
    expect(result.current.pages?.[0]?.matching).toBe(5);
    expect(result.current.stale).toBe(true);
  });
});

describe("useAct", () => {
  it("reads again what it made stale, and says so only after success", async () => {
    answering((command) => (command === "overview" ? { keys: 1 } : { count: 3, entry: 7 }));
    const done: unknown[] = [];
    const { result } = renderHook(() => ({ overview: useRead("overview", {}), commit: useAct("import_commit", { done: (view) => done.push(view.entry) }) }), { wrapper: around });
    await waitFor(() => { expect(result.current.overview.view).toBeDefined(); });
    act(() => { result.current.commit.act({ import: "i" as never }); });
    await waitFor(() => { expect(asked.filter(([command]) => command === "overview")).toHaveLength(2); });
    expect(done).toEqual([7]);
  });

  it("says a refusal and makes nothing stale", async () => {
    answering((command) => {
      if (command === "overview") return { keys: 1 };
      throw { code: "moved" };
    });
    const { result } = renderHook(() => ({ overview: useRead("overview", {}), commit: useAct("import_commit") }), { wrapper: around });
    await waitFor(() => { expect(result.current.overview.view).toBeDefined(); });
    act(() => { result.current.commit.act({ import: "i" as never }); });
    await waitFor(() => { expect(result.current.commit.error).toEqual({ code: "moved" }); });
    expect(asked.filter(([command]) => command === "overview")).toHaveLength(1);
  });

  /** a passphrase leaves the window and nothing of it stays in a cache. */
  it("keeps no request", async () => {
    answering(() => ({ at: "locked" }));
    const { result } = renderHook(() => useAct("unlock"), { wrapper: around });
    act(() => { result.current.act({ operator: "o" as never, passphrase: "correct horse" }); });
    await waitFor(() => { expect(result.current.busy).toBe(false); });
    expect(client.getMutationCache().getAll()).toEqual([]);
    expect(JSON.stringify(client.getQueryCache().getAll().map((query) => [query.queryKey, query.state.data]))).not.toContain("correct horse");
  });
});
