import type { RunDetailView, RunId, RunRowView } from "../../src/host";
import { daysAgo, inDays, MAREN, micros, NOW, TOMASZ } from "./people";

export const RUNS: RunRowView[] = [
  { run: "rn-1" as RunId, label: "RN-0244", operation: "rotate_kek", subject: "kek-tenant-a", versionAfter: 8, state: "running", step: "rewrap", done: 812, total: 1284, startedBy: MAREN, startedAt: micros(NOW - 14_000), finishedAt: null, request: { request: "rq-1" as never, label: "RQ-0418" }, seals: [TOMASZ, MAREN] },
  { run: "rn-3" as RunId, label: "RN-0240", operation: "rotate_kek", subject: "kek-internal", versionAfter: 6, state: "grace", step: "grace", done: 0, total: 1, startedBy: TOMASZ, startedAt: daysAgo(2), finishedAt: null, request: { request: "rq-8" as never, label: "RQ-0400" }, seals: [TOMASZ, MAREN] },
  { run: "rn-2" as RunId, label: "RN-0201", operation: "rotate_kek", subject: "kek-tenant-a", versionAfter: 7, state: "finished", step: "close", done: 1, total: 1, startedBy: TOMASZ, startedAt: daysAgo(370), finishedAt: daysAgo(363), request: { request: "rq-7" as never, label: "RQ-0301" }, seals: [TOMASZ, MAREN] },
];

const yes = { allowed: true, reason: null, eligible: [] };

export function runDetail(id: string): RunDetailView {
  const row = RUNS.find((one) => one.run === id) ?? RUNS[0];
  if (!row) throw new Error("no runs");
  const running = row.state === "running";
  const step = (kind: RunDetailView["steps"][number]["kind"], state: RunDetailView["steps"][number]["state"], more: Partial<RunDetailView["steps"][number]> = {}) => ({ kind, state, version: null, done: null, total: null, startedAt: state === "waiting" ? null : micros(NOW - 12_000), finishedAt: null, tookMs: null, until: null, evidence: [], entry: null, ...more });
  const later = running ? ("waiting" as const) : ("done" as const);
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
    failure: null,
  };
}
