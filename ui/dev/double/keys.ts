import type { Cursor, KeyDetailView, KeyId, KeyRefView, KeyRowView, KeysPageRequest, KeysPageView, RequestRowView, TenantId } from "../../src/host";
import { daysAgo, digest, inDays, MAREN, TOMASZ } from "./people";

const TENANTS = ["Alder & Finch", "Brightwater", "Calder Mining", "Corvane Health", "Drayton Foods", "Duskfield Energy", "Eastmoor Council", "Elmstead University", "Fennick Bank", "Kestrel Air", "Pellworth Law", "Saltmarsh Shipping"];
const INTEGRATIONS = ["Salesforce", "ServiceNow", "Slack", "Teams", "Jira", "Okta", "Workday", "Zendesk", "SAP", "SFTP bridge"];

export const keyRef = (id: string, name: string): KeyRefView => ({ key: id as KeyId, name });

function kek(at: number, name: string, wraps: number, version: number, due: number): KeyRowView {
  return { key: `kek-${at}` as KeyId, name, keyType: "kek", tenant: null, integration: null, secretName: null, wraps, version, state: "active", rotateBy: inDays(due), dueInDays: due, violation: false };
}

const keks = [kek(1, "kek-tenant-a", 1284, 7, -5), kek(2, "kek-tenant-b", 640, 4, 102), kek(3, "kek-internal", 161, 6, 57), kek(4, "kek-backup", 32, 3, 187)];

const deks: KeyRowView[] = Array.from({ length: 2117 }, (_, at) => {
  const tenant = TENANTS[at % TENANTS.length] ?? "";
  const integration = INTEGRATIONS[Math.floor(at / TENANTS.length) % INTEGRATIONS.length] ?? "";
  const due = ((at * 37) % 380) - 4;
  return {
    key: `dek-${at}` as KeyId, name: `dek/${tenant.split(" ")[0]?.toLowerCase() ?? ""}/${integration.toLowerCase().replace(" ", "-")}${at > 120 ? `-${at}` : ""}`, keyType: "dek" as const, tenant, integration, secretName: null,
    wraps: null, version: 1 + (at % 5), state: at % 41 === 7 ? ("suspended" as const) : at === 9 ? ("compromised" as const) : at % 53 === 11 ? ("pre_active" as const) : ("active" as const), rotateBy: inDays(due), dueInDays: due, violation: at % 97 === 5,
  };
});

export const KEYS: KeyRowView[] = [...keks, ...deks];

export function keysPage(request: KeysPageRequest, empty: boolean): KeysPageView {
  const { filter } = request;
  const text = filter.text.toLowerCase();
  const fit = (empty ? [] : KEYS).filter((row) =>
    (filter.types.length === 0 || filter.types.includes(row.keyType)) &&
    (filter.states.length === 0 || filter.states.includes(row.state)) &&
    (filter.tenant === null || row.tenant === filter.tenant) &&
    (filter.due !== "overdue" || (row.dueInDays ?? 1) < 0) &&
    (text === "" || `${row.name} ${row.tenant ?? ""} ${row.integration ?? ""}`.toLowerCase().includes(text)));
  const sign = request.direction === "ascending" ? 1 : -1;
  const order = request.sort === "rotate_by" ? (row: KeyRowView) => String((row.dueInDays ?? 0) + 1000).padStart(6, "0") : request.sort === "name" ? (row: KeyRowView) => row.name : () => "";
  const sorted = [...fit].sort((one, other) => sign * order(one).localeCompare(order(other)));
  const from = request.after === null ? 0 : Number(request.after);
  const to = from + request.limit;
  return { rows: sorted.slice(from, to), next: to < sorted.length ? (String(to) as Cursor) : null, matching: fit.length, total: empty ? 0 : KEYS.length };
}

export function keyDetail(id: string, requests: RequestRowView[]): KeyDetailView {
  const row = KEYS.find((one) => one.key === id) ?? KEYS[0];
  if (!row) throw new Error("no keys");
  const isKek = row.keyType === "kek";
  return {
    row, environment: "development", algorithm: isKek ? "RSA-3072, RSA-OAEP-256" : "AES-256-GCM", bits: isKek ? 3072 : 256, storage: isKek ? "key_vault" : "postgresql", phaseOutBy: null,
    vaultHost: "practice.vault.azure.net", vaultName: isKek ? row.name : null, wrappedBy: isKek ? null : keyRef("kek-1", "kek-tenant-a"), wrappedByVersion: isKek ? null : 7, classification: "confidential",
    purpose: isKek ? "Wraps the DEKs of tenants that share a KEK" : "Encrypts the tenant's tokens for this integration", owner: "Platform Security", createdAt: daysAgo(1100), activatedAt: daysAgo(1099), expiresAt: null,
    rotateEveryDays: isKek ? 365 : 180, ruleClause: isKek ? "policy A §6.3" : "policy A §6.2", tokens: isKek ? 41906 : 37, tenants: isKek ? 31 : 1, violations: row.dueInDays !== null && row.dueInDays < 0 ? ["overdue"] : [],
    versions: Array.from({ length: Math.min(row.version, 4) }, (_, at) => ({ version: row.version - at, vaultVersion: isKek ? digest(`${row.name}${at}`).slice(0, 32) : null, state: at === 0 ? ("current" as const) : ("disabled" as const), since: daysAgo(370 * (at + 1)), until: at === 0 ? null : daysAgo(370 * at), publicKeyDigest: isKek ? digest(`p${row.name}${at}`) : null, wraps: isKek ? (at === 0 ? row.wraps : 0) : null })),
    timeline: [
      { event: "rotation_asked", at: daysAgo(0, -1_500_000), by: TOMASZ, version: null, state: null, entry: 18431, request: { request: "rq-1" as never, label: "RQ-0418" }, run: null, seals: [] },
      { event: "overdue", at: daysAgo(5), by: null, version: null, state: null, entry: null, request: null, run: null, seals: [] },
      { event: "version_disabled", at: daysAgo(363), by: MAREN, version: row.version - 1, state: null, entry: 12880, request: null, run: { run: "rn-2" as never, label: "RN-0201" }, seals: [] },
      { event: "version_created", at: daysAgo(370), by: TOMASZ, version: row.version, state: null, entry: 12871, request: { request: "rq-9" as never, label: "RQ-0301" }, run: { run: "rn-2" as never, label: "RN-0201" }, seals: [TOMASZ, MAREN] },
      { event: "imported", at: daysAgo(1100), by: MAREN, version: 1, state: "active", entry: 2, request: null, run: null, seals: [] },
    ],
    requests: isKek ? requests.slice(0, 2) : [],
    tenant: row.tenant === null ? null : (`tn-${TENANTS.indexOf(row.tenant)}` as TenantId),
    acts: (["rotate", "destroy", "suspend", "disable", "revoke", "report_compromise", "set_hold", "invalidate_tokens", ...(row.state === "suspended" ? ["reactivate" as const] : [])] as const).map((act) => ({
      act,
      may: act === "rotate" && row.key === "kek-1" ? { allowed: false, reason: { because: "request_open" as const }, eligible: [] } : act === "destroy" && isKek ? { allowed: false, reason: { because: "register" as const, refusal: "live_deks" }, eligible: [] } : { allowed: true, reason: null, eligible: [] },
    })),
    holds: row.key === "dek-4" ? [{ hold: "hd-2" as never, kind: "incident", subject: { scope: { of: "key", key: row.key }, name: row.name }, reference: "INC-118", reason: "Being investigated", setBy: TOMASZ, setAt: daysAgo(3), entry: 18400, liftedAt: null }] : [],
    unconfirmed: row.state === "suspended" ? { act: 18467, subject: { scope: { of: "key", key: row.key }, name: row.name }, keys: 1, since: daysAgo(0.01) } : null,
  };
}

export const TENANT_LIST = TENANTS.map((name, at) => ({ tenant: `tn-${at}` as TenantId, name, keys: KEYS.filter((row) => row.tenant === name).length }));
