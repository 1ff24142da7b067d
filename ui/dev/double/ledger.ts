import type { CheckpointsView, CheckpointView, LedgerEntryView, LedgerExportRequest, LedgerExportedView, LedgerPageRequest, LedgerPageView, LedgerProofView, LedgerReportedView, LedgerRowView, LedgerVerdictView, SignContextView } from "../../src/host";
import { CUSTODY, digest, MAREN, micros, NOW, TOMASZ } from "./people";

const VERBS: [string, string, string][] = [
  ["ledger.verified", "ledger", "to 18,458"], ["dek.rewrapped", "run", "kek-tenant-a v8"], ["step.done", "run", "RN-0244"], ["key.version_created", "key", "kek-tenant-a v8"], ["request.sealed", "request", "RQ-0418"],
  ["request.submitted", "request", "RQ-0418"], ["inventory.imported", "import", "estate.csv"], ["session.opened", "session", "mo-framework-13"], ["vault.observed", "vault", "practice"], ["request.rejected", "request", "RQ-0399"],
];

const HEAD = 18459;

export function ledgerRow(entry: number): LedgerRowView {
  const [verb, kind, subject] = VERBS[(HEAD - entry) % VERBS.length] ?? ["custody.founded", "custody", "practice"];
  return { entry, at: micros(NOW - (HEAD - entry) * 97_000), actor: entry % 3 === 0 ? TOMASZ : MAREN, actorKind: "operator", verb, subjectKind: kind, subject, count: verb === "dek.rewrapped" ? 100 : null };
}

export function ledgerPage(request: LedgerPageRequest): LedgerPageView {
  const from = request.before === null ? HEAD : request.before - 1;
  const rows: LedgerRowView[] = [];
  let entry = from;
  while (entry > 0 && rows.length < request.limit) {
    const row = ledgerRow(entry);
    if ((request.filter.verbs.length === 0 || request.filter.verbs.includes(row.verb)) && (request.filter.actor === null || row.actor?.operator === request.filter.actor) && row.subject.toLowerCase().includes(request.filter.text.toLowerCase()) && (request.filter.subject === null || row.subjectKind === request.filter.subject.kind)) rows.push(row);
    entry -= 1;
  }
  return { rows, nextBefore: entry > 0 ? entry + 1 : null, matching: HEAD, head: HEAD, since: micros(NOW - 290 * 86_400_000), verbs: VERBS.map(([verb]) => verb) };
}

export function ledgerEntry(entry: number): LedgerEntryView {
  const row = ledgerRow(entry);
  return {
    row, id: "0193a7c2-5d1e-7c3a-9c1e-2f6b7d0e4a11", purpose: "second seal, quorum met", subjectRaw: "rq-1", attributes: [{ name: "plan_hash", value: digest("plan") }, { name: "role", value: "security" }, { name: "seal", value: digest("seal") }],
    signatures: [{ by: row.actor, deviceName: "mo-framework-13", keyKind: "device", key: digest("Maren Oduya"), holds: true }], previousHash: digest(String(entry - 1)), hash: digest(String(entry)), hashHolds: true, bytes: 412, key: null, request: "rq-1" as never, run: null,
  };
}

const SIZES = [18102, 13980, 9120, 4410];

function checkpoint(size: number, cosigned: boolean): CheckpointView {
  const at = micros(NOW - (HEAD - size) * 97_000);
  const made = { by: TOMASZ, cosigned: false, at, key: digest("Tomasz Wilk"), holds: true };
  return { size, root: digest(`root ${size}`), entry: size + 1, signatures: cosigned ? [made, { ...made, by: MAREN, cosigned: true, key: digest("Maren Oduya") }] : [made] };
}

export function checkpoints(empty: boolean): CheckpointsView {
  const list = empty ? [] : SIZES.map((size, at) => checkpoint(size, at > 0));
  return { checkpoints: list, head: HEAD, kept: empty ? null : 13980, mayMake: { allowed: true, reason: null, eligible: [] }, mayCosign: { allowed: true, reason: null, eligible: [] } };
}

export function proof(entry: number, tampered: boolean): LedgerProofView {
  const size = [...SIZES].reverse().find((it) => it >= entry) ?? HEAD;
  const path = Array.from({ length: 15 }, (_, at) => digest(`node ${entry} ${at}`));
  return { entry, leaf: entry - 1, size, root: digest(`root ${size}`), path, under: size === HEAD ? null : checkpoint(size, size !== SIZES[0]), holds: !tampered, text: `c2sp.org/tlog-proof@v1\nindex ${entry - 1}\n` };
}

export function verdictOf(fail: string): LedgerVerdictView {
  if (fail === "tampered") return { verdict: "broken", entry: 18436, fault: "hash_differs", recorded: digest("recorded"), expected: digest("expected"), good: 18435 };
  if (fail === "rolled_back") return { verdict: "replaced", how: "shorter", known: 18700, now: HEAD, first: HEAD + 1, last: 18700 };
  return { verdict: "holds", to: HEAD, at: micros(Date.now()), ratePerS: 812_000, tookMs: 23 };
}

const file = (name: string) => ({ path: `/home/maren/Downloads/${name}`, bytes: 184_210, digest: digest(name) });

export function exported({ selection }: LedgerExportRequest): LedgerExportedView {
  return { file: file(`practice-${selection.what}.bundle`), entries: selection.what === "whole" ? HEAD : 41, size: HEAD, founding: digest("1") };
}

export function reported(): LedgerReportedView {
  return { html: file("practice-audit-pack.html"), pdf: file("practice-audit-pack.pdf"), bundle: file("practice-audit-pack.bundle"), entries: 812 };
}

export function signCheckpoint(cosigns: boolean): SignContextView {
  return {
    what: "checkpoint",
    statement: { custody: CUSTODY, cosigns, madeBy: cosigns ? TOMASZ : null, origin: "countersign/0198f0c0-0000-7000-8000-000000000001/production", size: cosigns ? 18102 : HEAD, root: digest("root"), since: cosigns ? 13980 : 18102, kept: 13980, signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest("statement") },
  };
}
