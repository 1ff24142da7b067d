import { QueryClient } from "@tanstack/react-query";

import type { Command } from "./call";
import { INVALIDATES, type CacheTag, type IpcError } from "./ipc";

/** A failed call, thrown only so that a query can carry it. */
export class CallFailed extends Error {
  constructor(readonly ipc: IpcError) {
    super(ipc.code);
    this.name = "CallFailed";
  }
}

/** What each reading command's answer belongs to: it is stale when one of these tags is named. */
export const READS = {
  app_state: ["app_state"],
  status_bar: ["status"],
  operators: ["operators", "people"],
  people: ["people", "operators", "requests"],
  person_detail: ["people", "operators", "requests"],
  read_card: ["people"],
  invitation: [],
  joinings: ["app_state"],
  rules: ["rules", "requests", "keys"],
  rules_history: ["rules"],
  compare_rules: ["rules"],
  violations: ["rules", "keys", "requests"],
  overview: ["overview"],
  settings: ["settings"],
  keys_page: ["keys"],
  key_detail: ["keys", "requests"],
  tenants_list: ["keys"],
  tenants_page: ["tenants", "keys"],
  tenant_detail: ["tenants", "keys", "requests", "certificates"],
  protect_preview: ["keys", "tenants"],
  holds: ["tenants", "keys"],
  offboarding_survey: ["tenants", "keys", "requests"],
  offboardings_page: ["requests", "runs", "certificates"],
  reviews_page: ["reviews"],
  review_detail: ["reviews"],
  transition_review: ["reviews", "requests", "tenants"],
  transition_history: ["reviews"],
  schedule: ["reviews", "exceptions"],
  exceptions_page: ["exceptions", "requests"],
  exception_detail: ["exceptions", "requests", "keys"],
  exception_form: ["exceptions", "operators"],
  exceptions_review: ["exceptions", "reviews"],
  gate: ["exceptions", "keys", "operators"],
  shared_keys: ["exceptions", "requests", "keys"],
  certificates_page: ["certificates"],
  certificate: ["certificates", "reviews"],
  tokens: ["tokens", "keys"],
  tokens_count: ["tokens", "keys"],
  saved_views: ["saved_views", "keys"],
  requests_page: ["requests"],
  request_detail: ["requests", "runs"],
  recheck_request: ["requests"],
  plan_request: ["keys", "requests"],
  runs_page: ["runs"],
  run_detail: ["runs"],
  ledger_page: ["ledger"],
  ledger_entry: ["ledger"],
  ledger_checkpoints: ["ledger", "status"],
  ledger_proof: ["ledger"],
  sign_context: [],
} as const satisfies Partial<Record<Command, readonly CacheTag[]>>;

export type Reading = keyof typeof READS;

export function isStale(command: string, tags: readonly CacheTag[]): boolean {
  const reads: readonly CacheTag[] | undefined = READS[command as Reading];
  return reads?.some((tag) => tags.includes(tag)) ?? false;
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        refetchOnWindowFocus: false,
        staleTime: 30_000,
        gcTime: 60_000,
        networkMode: "always",
        structuralSharing: true,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** Reads again what these tags make stale. The only place from which answers are thrown away. */
export function invalidate(client: QueryClient, tags: readonly CacheTag[]): Promise<void> {
  if (tags.length === 0) return Promise.resolve();
  return client.invalidateQueries({ predicate: (query) => isStale(String(query.queryKey[0]), tags) });
}

export function invalidateAfter(client: QueryClient, command: Command): Promise<void> {
  return invalidate(client, INVALIDATES[command]);
}

/** Forgets everything an operator has seen. A locked window holds no data of the custody. */
export function forget(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "app_state" });
}
