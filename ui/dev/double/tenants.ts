import type { ConsequencesView, HoldView, OffboardingsPageRequest, OffboardingsPageView, ProtectedView, Scope, SubjectView, SurveyView, TenantDetailView, TenantId, TenantRowView, TenantsPageRequest, TenantsPageView } from "../../src/host";
import { KEYS, keyRef, TENANT_LIST } from "./keys";
import { daysAgo, inDays, micros, NOW, TOMASZ } from "./people";
import { LIMITED, REQUESTS } from "./requests";

export const tenantId = (at: number) => `tn-${at}` as TenantId;
const yes = { allowed: true, reason: null, eligible: [] };

export const TENANT_ROWS: TenantRowView[] = TENANT_LIST.map(({ tenant, name, keys }, at) => ({
  tenant, name, status: at === 1 ? "suspended" : at === 3 ? "offboarding" : at === 7 ? "offboarded" : "active", liveKeys: at === 7 ? 0 : keys, tokens: at === 7 ? 0 : keys * 37,
  separation: at === 7 ? "no_keys" : at % 4 === 0 ? "own" : at % 5 === 0 ? "both" : "shared", holds: at === 4 ? 2 : at === 10 ? 1 : 0,
}));

export function tenantsPage(request: TenantsPageRequest, empty: boolean): TenantsPageView {
  const rows = (empty ? [] : TENANT_ROWS).filter((row) => row.name.toLowerCase().startsWith(request.text.toLowerCase()));
  return { rows, next: null, matching: rows.length, total: empty ? 0 : TENANT_ROWS.length };
}

export function subject(scope: Scope): SubjectView {
  if (scope.of === "key") return { scope, name: KEYS.find((row) => row.key === scope.key)?.name ?? "a key" };
  const name = TENANT_ROWS.find((row) => row.tenant === scope.tenant)?.name ?? "a tenant";
  return { scope, name: scope.of === "integration" ? `${name} · ${scope.integration}` : name };
}

export function hold(at: number, scope: Scope): HoldView {
  return { hold: `hd-${at}` as never, kind: at === 1 ? "legal_hold" : "incident", subject: subject(scope), reference: at === 1 ? "4 O 221/26" : "INC-118", reason: at === 1 ? "Preservation order of the regional court of 3 Nov 2026" : "Being investigated", setBy: TOMASZ, setAt: daysAgo(19), entry: 18102, liftedAt: null };
}

export function tenantDetail(id: string): TenantDetailView {
  const row = TENANT_ROWS.find((one) => one.tenant === id) ?? TENANT_ROWS[0];
  if (!row) throw new Error("no tenants");
  const scope: Scope = { of: "tenant", tenant: row.tenant };
  const own = row.separation === "own" || row.separation === "both";
  return {
    row,
    under: row.separation === "no_keys" ? [] : [
      ...(own ? [{ kek: keyRef("kek-2", "kek-tenant-b"), own: true, deks: 4, deksOfOthers: 0, otherTenants: 0 }] : []),
      ...(row.separation === "own" ? [] : [{ kek: keyRef("kek-1", "kek-tenant-a"), own: false, deks: row.liveKeys, deksOfOthers: 1107, otherTenants: 30 }]),
    ],
    integrations: row.separation === "no_keys" ? [] : ["Jira", "Salesforce", "Slack"],
    holds: row.holds === 0 ? [] : Array.from({ length: row.holds }, (_, at) => hold(at + 1, scope)),
    unconfirmed: row.status === "suspended" ? { act: 18466, subject: subject(scope), keys: 2, since: micros(NOW - 120_000) } : null,
    offboarding: row.status === "offboarding" ? { request: "rq-20" as never, label: "RQ-0421" } : row.status === "offboarded" ? { request: "rq-24" as never, label: "RQ-0301" } : null,
    certificate: row.status === "offboarded" ? { certificate: "cd-27" as never, label: "CD-0027" } : null,
    acts: {
      suspend: row.status === "active" ? yes : { allowed: false, reason: { because: "register", refusal: "no_key_fits" }, eligible: [] }, revoke: yes, setHold: yes, invalidateTokens: yes,
      reactivate: row.status === "suspended" ? yes : { allowed: false, reason: { because: "register", refusal: "no_key_fits" }, eligible: [] }, offboard: row.holds > 0 ? { allowed: false, reason: { because: "held" }, eligible: [] } : yes,
    },
  };
}

export function survey(id: string): SurveyView {
  const { row } = tenantDetail(id);
  const held = row.holds > 0;
  return {
    tenant: row, foundAt: micros(NOW),
    found: [
      { kind: "dek", name: null, count: 12, fate: "erased" }, { kind: "token", name: null, count: 1318, fate: "invalidated" },
      { kind: "secret", name: "api/pellworth/slack", count: 1, fate: "deleted_and_purged" }, { kind: "certificate", name: "pellworth.tidewell.example", count: 1, fate: "out_of_use" },
      { kind: "shared_kek", name: "kek-tenant-prod", count: 1, fate: "stays" }, { kind: "open_request", name: "RQ-0415", count: 1, fate: "ends" },
    ],
    checks: [
      { kind: "legal_hold", finding: held ? "blocks" : "clear", count: held ? 1 : 0, names: held ? ["4 O 221/26"] : [] }, { kind: "incident", finding: row.holds > 1 ? "blocks" : "clear", count: row.holds > 1 ? 1 : 0, names: row.holds > 1 ? ["INC-118"] : [] },
      { kind: "others_under_kek", finding: "clear", count: 0, names: [] }, { kind: "run_under_way", finding: "clear", count: 0, names: [] }, { kind: "open_request", finding: "warns", count: 1, names: ["RQ-0415"] },
    ],
    purgeAt: inDays(85), erasure: LIMITED, ask: yes,
  };
}

export function offboardings(request: OffboardingsPageRequest): OffboardingsPageView {
  const all = REQUESTS.filter((row) => row.operation === "offboard_tenant");
  const rows = all.filter((row) => (row.state === "executed") === (request.folder === "ended")).map((row) => ({
    request: row,
    run: row.state === "executing" ? { run: { run: "rn-4" as never, label: "RN-0246" }, state: "awaiting_purge" as const, step: "await_purge" as const, waitsUntil: inDays(78) } : row.state === "executed" ? { run: { run: "rn-5" as never, label: "RN-0188" }, state: "finished" as const, step: "close" as const, waitsUntil: null } : null,
    certificate: row.state === "executed" ? { certificate: "cd-27" as never, label: "CD-0027" } : null,
  }));
  return { rows, next: null };
}

export function consequences(scope: Scope): ConsequencesView {
  const one = scope.of === "key";
  return { keys: one ? 1 : 14, vaultKeys: one ? 1 : 2, deks: one ? 1284 : 12, tokens: one ? 41906 : 1318, tenants: one ? 31 : 1, skipped: one ? 0 : 3 };
}

export function protectedView(scope: Scope, unconfirmed: number): ProtectedView {
  return { subject: subject(scope), keys: scope.of === "key" ? 1 : 14, confirmed: 2, unconfirmed, entry: 18470 };
}
