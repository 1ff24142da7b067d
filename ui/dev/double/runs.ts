import type { RunDetailView, RunId, RunRowView } from "../../src/host";
import { daysAgo, inDays, MAREN, micros, NOW, TOMASZ } from "./people";

export const RUNS: RunRowView[] = [
  { run: "rn-1" as RunId, label: "RN-0244", operation: "rotate_kek", subject: "kek-tenant-a", targets: 1, waitsUntil: null, versionAfter: 8, state: "running", step: "rewrap", done: 812, total: 1284, startedBy: MAREN, startedAt: micros(NOW - 14_000), finishedAt: null, request: { request: "rq-1" as never, label: "RQ-0418" }, seals: [TOMASZ, MAREN] },
  { run: "rn-3" as RunId, label: "RN-0240", operation: "rotate_kek", subject: "kek-internal", targets: 1, waitsUntil: null, versionAfter: 6, state: "grace", step: "grace", done: 0, total: 1, startedBy: TOMASZ, startedAt: daysAgo(2), finishedAt: null, request: { request: "rq-8" as never, label: "RQ-0400" }, seals: [TOMASZ, MAREN] },
  { run: "rn-2" as RunId, label: "RN-0201", operation: "rotate_kek", subject: "kek-tenant-a", targets: 1, waitsUntil: null, versionAfter: 7, state: "finished", step: "close", done: 1, total: 1, startedBy: TOMASZ, startedAt: daysAgo(370), finishedAt: daysAgo(363), request: { request: "rq-7" as never, label: "RQ-0301" }, seals: [TOMASZ, MAREN] },
  { run: "rn-4" as RunId, label: "RN-0246", operation: "offboard_tenant", subject: "Marlow Press", targets: 1, waitsUntil: inDays(78), versionAfter: null, state: "awaiting_purge", step: "await_purge", done: 0, total: 1, startedBy: TOMASZ, startedAt: daysAgo(12), finishedAt: null, request: { request: "rq-23" as never, label: "RQ-0380" }, seals: [TOMASZ, MAREN] },
  { run: "rn-6" as RunId, label: "RN-0247", operation: "destroy_dek", subject: "dek/alder/jira", targets: 3, waitsUntil: inDays(0.6), versionAfter: null, state: "reclaim_pending", step: "reclaim", done: 0, total: 1, startedBy: MAREN, startedAt: daysAgo(0.1), finishedAt: null, request: { request: "rq-21" as never, label: "RQ-0420" }, seals: [TOMASZ, MAREN] },
  { run: "rn-5" as RunId, label: "RN-0188", operation: "offboard_tenant", subject: "Hollin Trust", targets: 1, waitsUntil: null, versionAfter: null, state: "finished", step: "close", done: 1, total: 1, startedBy: TOMASZ, startedAt: daysAgo(90), finishedAt: daysAgo(0.2), request: { request: "rq-24" as never, label: "RQ-0301" }, seals: [TOMASZ, MAREN] },
];

const yes = { allowed: true, reason: null, eligible: [] };

export function runDetail(id: string): RunDetailView {
  const row = RUNS.find((one) => one.run === id) ?? RUNS[0];
  if (!row) throw new Error("no runs");
  const running = row.state === "running";
  const step = (kind: RunDetailView["steps"][number]["kind"], state: RunDetailView["steps"][number]["state"], more: Partial<RunDetailView["steps"][number]> = {}) => ({ kind, state, version: null, done: null, total: null, startedAt: state === "waiting" ? null : micros(NOW - 12_000), finishedAt: null, tookMs: null, until: null, evidence: [], entry: null, ...more });
  const later = running ? ("waiting" as const) : ("done" as const);
  if (row.operation !== "rotate_kek") return destroying(row);
  return {
    row,
    steps: [
      step("compare", "done", { tookMs: 210, finishedAt: micros(NOW - 11_800), entry: 18443, evidence: [{ fact: "state_unchanged", value: "1,284 DEKs under v7", entry: 18443 }] }),
      step("create_version", "done", { version: 8, tookMs: 430, finishedAt: micros(NOW - 11_300), entry: 18445, evidence: [{ fact: "version_created", value: "v8 e2b74d0091aa", entry: 18445 }, { fact: "tagged_with_run", value: "RN-0244", entry: 18445 }] }),
      step("rewrap", running ? "running" : "done", { version: 8, done: running ? 812 : 1284, total: 1284 }),
      step("prove", later, { version: 7 }), step("grace", later, { version: 7, until: inDays(7) }), step("disable_old", later, { version: 7 }), step("close", later),
    ],
    pace: running ? { ratePerS: 68, leftS: 7, budgetPercent: 70, usedInWindow: 680, limitInWindow: 1000, throttled: 0, batch: 9, batches: 13 } : null,
    standing: { onNew: running ? 812 : 1284, onOld: running ? 472 : 0, oldVersion: 7, newVersion: 8, oldEnabled: running, mayContinue: [MAREN, TOMASZ] },
    executedBy: running ? MAREN : null, here: running, leaseUntil: running ? micros(NOW + 20_000) : null, leaseRenewedSAgo: running ? 2 : null, takenOverFrom: running ? TOMASZ : null, provenAtTakeOver: running ? 431 : null,
    evidence: [{ entry: 18452, verb: "dek.rewrapped", step: "rewrap", count: 100, at: micros(NOW - 2_000) }, { entry: 18451, verb: "step.intended", step: "rewrap", count: null, at: micros(NOW - 2_100) }, { entry: 18447, verb: "run.claimed", step: null, count: null, at: micros(NOW - 8_000) }],
    evidenceTotal: 12, actions: running ? { pause: yes, resume: { allowed: false, reason: { because: "run_state" }, eligible: [] }, rollback: yes } : { pause: { allowed: false, reason: { because: "run_state" }, eligible: [] }, resume: { allowed: false, reason: { because: "run_state" }, eligible: [] }, rollback: { allowed: false, reason: { because: "old_version_gone" }, eligible: [] } },
    failure: null, certificate: null, certifies: false,
  };
}

const COURSE = ["compare", "deactivate", "delete_tokens", "erase_wraps", "reclaim", "delete_from_vault", "await_purge", "prove_absent", "close"] as const;

/** The run of a destruction: all its steps up to the one at which it waits. */
function destroying(row: RunRowView): RunDetailView {
  const course = row.operation === "offboard_tenant" ? COURSE : COURSE.filter((kind) => kind !== "delete_from_vault" && kind !== "await_purge");
  const at = row.state === "finished" ? course.length : course.findIndex((kind) => kind === row.step);
  const proof: Partial<Record<string, [string, string][]>> = { compare: [["state_unchanged", "12 DEKs, 1,318 tokens"]], delete_tokens: [["tokens", "1318"]], erase_wraps: [["erased", "12"], ["zeroed", "12 of 12 read back as zeros"]], reclaim: [["reclaimed", "3 tables"]], delete_from_vault: [["deleted", "2"], ["recovery_level", "Recoverable+Purgeable"]], prove_absent: [["absent", "12 of 12"], ["files_read", "custody.wrap, custody.token"]] };
  const no = { allowed: false, reason: { because: "run_state" as const }, eligible: [] };
  return {
    row, executedBy: null, here: false, leaseUntil: null, leaseRenewedSAgo: null, takenOverFrom: null, provenAtTakeOver: null, pace: null, failure: null, evidenceTotal: 31, certifies: true,
    certificate: row.run === "rn-5" ? { certificate: "cd-27" as never, label: "CD-0027" } : null,
    steps: course.map((kind, place) => ({
      kind, state: place < at ? ("done" as const) : place === at ? ("running" as const) : ("waiting" as const), version: null, done: null, total: null, startedAt: place <= at ? daysAgo(12) : null, finishedAt: place < at ? daysAgo(11.99) : null, tookMs: place < at ? 340 : null, until: place === at ? row.waitsUntil : null,
      evidence: place < at ? (proof[kind] ?? []).map(([fact, value]) => ({ fact, value, entry: 18463 + place })) : [], entry: place < at ? 18463 + place : null,
    })),
    standing: { onNew: 0, onOld: 0, oldVersion: null, newVersion: null, oldEnabled: false, mayContinue: [MAREN, TOMASZ] },
    evidence: [{ entry: 18472, verb: "step.intended", step: row.step, count: null, at: daysAgo(11.9) }, { entry: 18470, verb: "vault.deleted", step: "delete_from_vault", count: 2, at: daysAgo(11.9) }],
    actions: { pause: no, resume: row.finishedAt === null ? yes : no, rollback: { allowed: false, reason: { because: "nothing_to_roll_back" }, eligible: [] } },
  };
}
