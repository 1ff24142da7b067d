import type { LedgerEntryView, LedgerPageRequest, LedgerPageView, LedgerRowView } from "../../src/host";
import { digest, MAREN, micros, NOW, TOMASZ } from "./people";

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
    if ((request.filter.verbs.length === 0 || request.filter.verbs.includes(row.verb)) && (request.filter.actor === null || row.actor?.operator === request.filter.actor) && row.subject.toLowerCase().includes(request.filter.text.toLowerCase())) rows.push(row);
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
