import { QueryObserver } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";

import { forget, invalidate, isStale, makeQueryClient, READS } from "./cache";
import { INVALIDATES, type CacheTag } from "./ipc";

describe("invalidation", () => {
  it("reads again what a command made stale, and only that", async () => {
    const client = makeQueryClient();
    const reads: string[] = [];
    const watch = (command: string) => new QueryObserver(client, { queryKey: [command, {}], queryFn: () => (reads.push(command), command) }).subscribe(() => undefined);
    const stops = ["keys_page", "overview", "settings", "run_detail"].map(watch);
    await client.refetchQueries();
    reads.length = 0;
    await invalidate(client, INVALIDATES.import_commit);
    expect(reads.sort()).toEqual(["keys_page", "overview"]);
    for (const stop of stops) stop();
  });

  it("knows a reader for every tag that a command names", () => {
    const read = new Set<CacheTag>(Object.values(READS).flat());
    // Discovery is read by an act of its own, which writes an entry; nothing is kept of it.
    const unread = Object.values(INVALIDATES).flat().filter((tag) => !read.has(tag) && tag !== "discovery");
    expect(unread).toEqual([]);
  });

  it("makes a request's detail stale when its run moves", () => {
    expect(isStale("request_detail", ["runs"])).toBe(true);
    expect(isStale("settings", ["runs"])).toBe(false);
  });

  it("never keeps the answer of a command that changes something", () => {
    const changing = Object.entries(INVALIDATES).filter(([, tags]) => tags.length > 0).map(([command]) => command);
    expect(changing.filter((command) => command in READS)).toEqual([]);
  });
});

describe("forget", () => {
  it("leaves nothing of the custody in a locked window", () => {
    const client = makeQueryClient();
    client.setQueryData(["keys_page", {}], { rows: ["secret name"] });
    client.setQueryData(["app_state", {}], { at: "locked" });
    forget(client);
    expect(client.getQueryData(["keys_page", {}])).toBeUndefined();
    expect(client.getQueryData(["app_state", {}])).toEqual({ at: "locked" });
  });
});
