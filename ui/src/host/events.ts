import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { forget, invalidate } from "./cache";
import { hear } from "./call";
import type { HostEvent, ProgressView, Task } from "./ipc";

const progress = new Map<Task, ProgressView>();
const watchers = new Set<() => void>();

function noteProgress(view: ProgressView | null, task: Task): void {
  if (view === null) progress.delete(task);
  else progress.set(task, view);
  for (const watcher of watchers) watcher();
}

/** How far a task is, as last heard. Forgotten by `clearProgress` when the task is over. */
export function useProgress(task: Task): ProgressView | undefined {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => progress.get(task),
  );
}

export function clearProgress(task: Task): void {
  noteProgress(null, task);
}

/** Follows the host's events for as long as the window is open. `heard` gets those that a screen answers. */
export function useHostEvents(heard: (event: HostEvent) => void): void {
  const client = useQueryClient();
  useEffect(
    () =>
      hear((event) => {
        switch (event.event) {
          case "changed":
            void invalidate(client, event.tags);
            break;
          case "progress":
            noteProgress(event, event.task);
            break;
          case "locked":
            forget(client);
            void invalidate(client, ["app_state"]);
            break;
          case "run_moved":
            void invalidate(client, ["runs", "requests", "tenants", "certificates", "overview", "status"]);
            break;
          case "sealed":
            void invalidate(client, ["exceptions", "requests", "reviews", "certificates", "tenants", "overview", "status", "ledger", "keys", "people", "operators", "rules"]);
            break;
          case "reminder":
            void invalidate(client, ["exceptions", "overview", "status"]);
            break;
          default:
            event satisfies never;
        }
        heard(event);
      }),
    [client, heard],
  );
}
