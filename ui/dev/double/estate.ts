import type { DiscoveryView, ImportId, ImportPreviewRequest, ImportPreviewView, LogTargetView, OverviewView, ReviewRowView, SettingsView } from "../../src/host";
import { EXCEPTIONS, gate } from "./exceptions";
import { KEYS, keyRef } from "./keys";
import { CUSTODY, daysAgo, inDays, KEYCHAIN, MAREN, micros, NOW, TOMASZ } from "./people";
import { REQUESTS } from "./requests";
import { REVIEWS } from "./reviews";
import { RUNS } from "./runs";

const LOG_TARGETS: LogTargetView[] = [
  { name: "azure-monitor:https://northwind-7f3a.westeurope-1.ingest.monitor.azure.com/dcr-0b1f/Custom-Countersign", format: "ocsf", position: 18_472, behind: 0, minutesBehind: 0, stalled: false, movedAt: daysAgo(0.001), trouble: "" },
  { name: "elasticsearch:https://logs.northwind.example:9200/logs-countersign", format: "ecs", position: 18_161, behind: 311, minutesBehind: 42, stalled: true, movedAt: daysAgo(0.03), trouble: "it answered 503 Service Unavailable" },
];

export function overview(empty: boolean): OverviewView {
  const dueKeys = KEYS.filter((row) => (row.dueInDays ?? 99) < 30).sort((one, other) => (one.dueInDays ?? 0) - (other.dueInDays ?? 0)).slice(0, 12);
  const due = dueKeys.map((row) => ({ key: keyRef(row.key, row.name), keyType: row.keyType, scope: row.tenant === null ? "31 tenants" : `${row.tenant} · ${row.integration ?? ""}`, rotateBy: row.rotateBy ?? inDays(1), dueInDays: row.dueInDays ?? 0, requested: row.key === "kek-1" }));
  const [mine, second, , approved] = REQUESTS;
  const [, grace] = RUNS;
  return {
    now: micros(NOW), keys: empty ? 0 : 2391, withinRule: empty ? 0 : 2384, withRule: empty ? 0 : 2391, overdue: empty ? 0 : 7, dueSoon: 41, waitingSecondSeal: 5, forMe: empty ? 0 : 2, approvedNotStarted: 1, reviews: empty ? 0 : 4, violations: 3, gate: gate("production", empty), drift: 2, discoveredAt: daysAgo(0.3),
    needs: empty || !mine || !second || !approved || !grace ? [{ need: "ledger", brokenAt: null }] : [{ need: "sign", request: mine }, { need: "sign", request: second }, { need: "start", request: approved }, { need: "run", run: { ...grace, state: "stopped", done: 812, total: 1284 } }, ...due.slice(0, 2).map((key) => ({ need: "overdue" as const, key })), { need: "review", review: REVIEWS[0] as ReviewRowView }, { need: "confirm", act: { act: 18466, subject: { scope: { of: "tenant", tenant: "tn-1" as never }, name: "Brightwater" }, keys: 2, since: daysAgo(0.01) } }, ...EXCEPTIONS.slice(0, 1).map((exception) => ({ need: "exception" as const, exception })), ...LOG_TARGETS.filter((target) => target.stalled).map((target) => ({ need: "log_target" as const, target })), { need: "drift", count: 2, at: daysAgo(0.3) }, { need: "ledger", brokenAt: null }],
    needsTotal: empty ? 1 : 9, due: empty ? [] : due, dekAge: empty ? [] : [148, 163, 171, 187, 204, 216, 198, 176, 149, 132, 118, 92, 163].map((count, at) => ({ fromDays: at === 12 ? 365 : at * 30, toDays: at === 12 ? null : at === 11 ? 365 : at * 30 + 30, count })), deks: empty ? 0 : 2117, dekReviewDays: 365,
    kekHistory: empty ? [] : [["kek-1", "kek-tenant-a", [1102, 735, 370], 5, -5], ["kek-2", "kek-tenant-b", [980, 610, 262], 2, 102], ["kek-3", "kek-internal", [1210, 850, 640, 308], 3, 57], ["kek-4", "kek-backup", [900, 520, 178], 1, 187]].map(([id, name, ages, first, left]) => ({
      key: keyRef(id as string, name as string), state: "active" as const, rotateBy: inDays(left as number), dueInDays: left as number,
      versions: (ages as number[]).map((age, at) => ({ version: (first as number) + at, since: daysAgo(age), seals: at === 0 ? [] : [TOMASZ, MAREN] })),
    })),
  };
}

export function preview(request: ImportPreviewRequest): ImportPreviewView {
  const lines = request.text.trim().split(/\r?\n/);
  const columns = (lines[0] ?? "").split(",");
  const rows = lines.slice(1).map((line, at) => ({ row: at + 2, cells: line.split(","), good: !line.includes("MD5") }));
  const bad = rows.filter((row) => !row.good);
  return {
    import: "im-1" as ImportId, fileName: request.fileName, columns, rowsTotal: rows.length, rowsGood: rows.length - bad.length, rowsUnchanged: 1, rows: rows.slice(0, 200),
    problems: bad.map((row) => ({ row: row.row, column: "algorithm", value: "MD5", problem: "weak_algorithm" as const, accepted: ["AES-256-GCM", "RSA-3072"] })), problemsTotal: bad.length,
  };
}

export function discovery(): DiscoveryView {
  return {
    at: micros(Date.now()), vaultObjects: 9, registerRecords: 8, agreeing: 6, entry: 18460,
    drift: [
      { kind: "only_in_vault", object: "key", name: "kek-legacy-batch", key: null, register: "", vault: "RSA-3072, version 1, enabled", adoptable: true, weak: false },
      { kind: "only_in_vault", object: "key", name: "old-rsa-1024", key: null, register: "", vault: "RSA-1024, version 1, enabled", adoptable: false, weak: true },
      { kind: "disabled", object: "key", name: "kek-internal", key: keyRef("kek-3", "kek-internal"), register: "version 6 enabled", vault: "version 6 disabled", adoptable: false, weak: false },
    ],
  };
}

export function settings(): SettingsView {
  return {
    custody: CUSTODY, keychain: KEYCHAIN, budgetPercent: 70, limitInWindow: 1000, batchSize: 100, idleLockMinutes: 5, sessionHoursMax: 12, dataFolder: "/home/maren/.local/share/countersign", version: "0.1.0", logTargets: LOG_TARGETS,
    rules: [{ keyType: "kek", everyDays: 365, clause: "policy A §6.3" }, { keyType: "dek", everyDays: 365, clause: "policy A §6.2" }, { keyType: "api_secret", everyDays: 90, clause: "policy A §6.5" }],
  };
}
