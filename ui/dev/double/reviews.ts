import type { CertificateRowView, CertificateView, ReviewDetailView, ReviewId, ReviewRowView, ReviewsPageRequest, ReviewsPageView } from "../../src/host";
import { CUSTODY, daysAgo, digest, ILSE, inDays, MAREN, TOMASZ } from "./people";

function item(id: string, kind: ReviewRowView["kind"], subject: string, more: Partial<ReviewRowView> = {}): ReviewRowView {
  return { review: id as ReviewId, kind, subject, by: TOMASZ, at: daysAgo(1), verb: kind, signedOff: null, waitsForMe: true, ...more };
}

export const REVIEWS: ReviewRowView[] = [
  item("rv-3", "compromise_reported", "kek-internal", { at: daysAgo(20) }),
  item("rv-1", "suspended", "Brightwater"),
  item("rv-2", "hold_set", "Duskfield Energy", { by: MAREN, at: daysAgo(0.4), waitsForMe: false }),
  item("rv-4", "destroyed", "Hollin Trust", { at: daysAgo(0.2) }),
  item("rv-5", "certificate", "CD-0027, Hollin Trust", { at: daysAgo(0.1) }),
  item("rv-6", "tokens_invalidated", "Calder Mining", { at: daysAgo(30), waitsForMe: false, signedOff: { by: ILSE, at: daysAgo(28), note: "Matches INC-101; every token renewed since.", entry: 17990 } }),
];

export function reviewsPage(request: ReviewsPageRequest, empty: boolean): ReviewsPageView {
  const all = empty ? [] : REVIEWS;
  const rows = all.filter((row) => (row.signedOff === null) === (request.folder === "waiting"));
  return { rows, next: null, waiting: all.filter((row) => row.signedOff === null).length, forMe: all.filter((row) => row.waitsForMe).length };
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
    beganAt: daysAgo(90), endedAt: daysAgo(0.2), executedBy: [TOMASZ, MAREN], verification: "0 tokens, 0 wraps and 0 former wraps left; 2 objects in the vault deleted, purged and found gone.",
    destroyed: [
      ...["jira", "slack", "teams"].map((name) => ({ keyType: "dek" as const, name: `dek/hollin/${name}`, scope: `Hollin Trust, ${name}`, proof: "no token, no wrap and no former wrap of it; the tables were written anew in entry 18470", entry: 18497 })),
      { keyType: "api_secret", name: "api-hollin-slack", scope: "Hollin Trust", proof: "secret api-hollin-slack: not found, its deleted remains not found; first so in entry 24118", entry: 24124 },
    ], destroyedTotal: 14,
    evidence: [
      { entry: 18460, at: daysAgo(90), words: "1,318 tokens overwritten and deleted." }, { entry: 18463, at: daysAgo(89.99), words: "12 wrapped DEKs overwritten and deleted." }, { entry: 18470, at: daysAgo(89.7), words: "The tables were rewritten: the erased bytes left their files." },
      { entry: 18475, at: daysAgo(89.6), words: "API secret api-hollin-slack was deleted in the vault." }, { entry: 24118, at: daysAgo(0.2), words: "API secret api-hollin-slack was found purged from the vault." },
    ], evidenceTotal: 21,
    strength: "limited", strengthWords: "KEK kek-tenant-prod lives on: whoever has both the KEK's use and a copy of a wrapped DEK can open it until the copies are gone.",
    remains: [
      { copy: "write-ahead log", until: daysAgo(83), words: "stated by the retention that was signed" }, { copy: "backups", until: inDays(30), words: "stated by the retention that was signed, not checked by Countersign" }, { copy: "replicas", until: daysAgo(89), words: "stated by the retention that was signed" },
    ],
    checked: ["The file is written in the one way a certificate of this content is written, and its issuer's signature covers all of it.", "2 seals by different people, in roles that may sign this together, all on this plan and in time.", "All 9 steps of the run were intended and done, in order, and nothing was destroyed outside of the step for it."],
    seals: [{ by: TOMASZ, role: "devops", at: daysAgo(90.2), deviceKey: digest("Tomasz Wilk"), requester: true }, { by: MAREN, role: "security", at: daysAgo(90.1), deviceKey: digest("Maren Oduya"), requester: false }],
    entries: [{ first: 18463, last: 18497 }, { first: 24118, last: 24126 }], digest: digest("certificate"),
    notProven: ["That nobody copied a key before it was destroyed.", "That backups made outside of the stated retention do not exist.", "That the vault's operator keeps no copy of what it says is purged."],
  };
}
