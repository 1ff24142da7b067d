import type { CertificateRowView, CertificateView, ReviewDetailView, ReviewId, ReviewRowView, ReviewsPageRequest, ReviewsPageView } from "../../src/host";
import { CUSTODY, daysAgo, digest, ILSE, inDays, MAREN, TOMASZ } from "./people";

function item(id: string, kind: ReviewRowView["kind"], subject: string, more: Partial<ReviewRowView> = {}): ReviewRowView {
  return { review: id as ReviewId, kind, subject, by: TOMASZ, at: daysAgo(1), dueAt: inDays(13), late: false, signedOff: null, waitsForMe: true, ...more };
}

export const REVIEWS: ReviewRowView[] = [
  item("rv-3", "compromise_reported", "kek-internal", { at: daysAgo(20), dueAt: daysAgo(6), late: true }),
  item("rv-1", "suspended", "Brightwater"),
  item("rv-2", "hold_set", "Duskfield Energy", { by: MAREN, at: daysAgo(0.4), waitsForMe: false }),
  item("rv-4", "destroyed", "Hollin Trust", { at: daysAgo(0.2) }),
  item("rv-5", "certificate", "CD-0027, Hollin Trust", { at: daysAgo(0.1) }),
  item("rv-6", "tokens_invalidated", "Calder Mining", { at: daysAgo(30), waitsForMe: false, signedOff: { by: ILSE, role: "security", at: daysAgo(28), note: "Matches INC-101; every token renewed since.", entry: 17990 } }),
];

export function reviewsPage(request: ReviewsPageRequest, empty: boolean): ReviewsPageView {
  const all = empty ? [] : REVIEWS;
  const rows = all.filter((row) => (row.signedOff === null) === (request.folder === "waiting"));
  return { rows, next: null, waiting: all.filter((row) => row.signedOff === null).length, reviewed: all.filter((row) => row.signedOff !== null).length, forMe: all.filter((row) => row.waitsForMe).length };
}

export function reviewDetail(id: string): ReviewDetailView {
  const row = REVIEWS.find((one) => one.review === id) ?? REVIEWS[1];
  if (!row) throw new Error("no reviews");
  const own = row.by.operator === MAREN.operator;
  return {
    row, reason: "Its administrator's laptop was stolen this morning; until it is clear what was on it nothing of theirs may be used.",
    subject: row.kind === "certificate" ? null : { scope: { of: "tenant", tenant: "tn-1" as never }, name: row.subject },
    facts: [{ name: "keys", value: "14" }, { name: "confirmed", value: "2" }, { name: "payload_digest", value: digest("payload") }], entry: 18466, request: row.kind === "destroyed" ? { request: "rq-24" as never, label: "RQ-0301" } : null, run: row.kind === "destroyed" ? { run: "rn-5" as never, label: "RN-0188" } : null,
    certificate: row.kind === "certificate" ? { certificate: "cd-27" as never, label: "CD-0027" } : null,
    signOff: row.signedOff !== null ? { allowed: false, reason: { because: "already_decided" }, eligible: [] } : own ? { allowed: false, reason: { because: "own_act" }, eligible: [TOMASZ, ILSE] } : { allowed: true, reason: null, eligible: [] },
  };
}

export const CERTIFICATE_ROWS: CertificateRowView[] = [{ certificate: "cd-27" as never, label: "CD-0027", operation: "offboard_tenant", subject: "Hollin Trust", issuedAt: daysAgo(0.1) }, { certificate: "cd-26" as never, label: "CD-0026", operation: "destroy_kek", subject: "kek-legacy-batch", issuedAt: daysAgo(61) }];

export function certificate(id: string): CertificateView {
  const row = CERTIFICATE_ROWS.find((one) => one.certificate === id) ?? CERTIFICATE_ROWS[0];
  if (!row) throw new Error("no certificates");
  return {
    row, custody: CUSTODY.name, environment: CUSTODY.environment, request: { request: "rq-24" as never, label: "RQ-0301" }, run: { run: "rn-5" as never, label: "RN-0188" }, reason: "The contract ended on 31 Oct 2026.", changeRecord: "CHG-21007", issuedBy: TOMASZ,
    destroyed: [
      { what: "DEKs (AES-256), PostgreSQL", count: 12, at: daysAgo(90), proof: "zeroed, removed, table rewritten; 12 of 12 former values not found in the table's files;", entry: 18463 },
      { what: "tokens under them", count: 1318, at: daysAgo(90), proof: "invalidated, overwritten, removed; 0 rows remain;", entry: 18460 },
      { what: "Secret api/hollin/slack", count: 1, at: daysAgo(0.2), proof: "deleted 24 Aug 2026, purged by schedule; the vault answers “not found”, also among the deleted;", entry: 24118 },
    ],
    erasure: { strength: "limited", until: inDays(30), livingKeks: ["kek-tenant-prod"], residues: [{ kind: "backup", until: inDays(30), keptHours: 840, checked: false }] },
    remains: [{ kind: "write_ahead_log", what: "", until: daysAgo(88), checked: true }, { kind: "backup", what: "Wrapped copies in backups (35 days' retention)", until: inDays(30), checked: false }, { kind: "living_kek", what: "KEK kek-tenant-prod, shared with 30 tenants", until: null, checked: true }],
    seals: [{ by: TOMASZ, role: "devops", at: daysAgo(90.2), deviceKey: digest("Tomasz Wilk"), requester: true }, { by: MAREN, role: "security", at: daysAgo(90.1), deviceKey: digest("Maren Oduya"), requester: false }],
    entries: [{ first: 18463, last: 18497 }, { first: 24118, last: 24126 }], digest: digest("certificate"),
    notProven: ["That nobody copied a key before it was destroyed.", "That backups made outside of the stated retention do not exist.", "That the vault's operator keeps no copy of what it says is purged."], reviewedBy: null, reviewedAt: null,
  };
}
