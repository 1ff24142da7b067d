import type { DocumentView, EvidenceRequest, MayView, PastReviewView, ScheduleRowView, ScheduleView, SignContextView, TransitionHistoryView, TransitionItemView, TransitionReviewView } from "../../src/host";
import { CUSTODY, daysAgo, digest, ILSE, inDays, MAREN, micros, NOW, TOMASZ } from "./people";

const MAY: MayView = { allowed: true, reason: null, eligible: [MAREN, TOMASZ] };

function item(entry: number, group: TransitionItemView["group"], verb: string, subject: string, days: number, more: Partial<TransitionItemView> = {}): TransitionItemView {
  return { entry, group, verb, subject, by: TOMASZ, at: daysAgo(days), reason: "", count: null, key: null, request: null, run: null, ...more };
}

const ITEMS: TransitionItemView[] = [
  item(18301, "requests", "request.submitted", "RQ-0402", 12.9, { reason: "The KEK of the payments cluster is past its year." }),
  item(18303, "requests", "request.sealed", "RQ-0402", 12.8, { by: MAREN }),
  item(18344, "requests", "request.rejected", "RQ-0405", 9.1, { by: ILSE, reason: "The change record names another vault." }),
  item(18305, "runs", "run.started", "RN-0191", 12.7),
  item(18339, "runs", "run.finished", "RN-0191", 12.6),
  item(18310, "keys", "key.version_created", "kek-payments-prod", 12.7),
  item(18338, "keys", "key.version_disabled", "kek-payments-prod", 12.6),
  item(18361, "keys", "dek.created", "", 6.2, { count: 12 }),
  item(18402, "protection", "key.suspended", "Brightwater", 3.4, { reason: "Its administrator's laptop was stolen this morning; until it is clear what was on it nothing of theirs may be used." }),
  item(18403, "protection", "key.protection_confirmed", "kek-brightwater", 3.4),
  item(18431, "destruction", "certificate.issued", "RN-0188", 1.2),
  item(18440, "people", "device.revoked", "framework-13 of Tomasz Wilk", 0.9, { by: MAREN, reason: "Replaced by a new laptop." }),
  item(18452, "refusals", "refusals.attested", "", 0.1, { by: MAREN }),
];

export function transitionReview(state: string, empty: boolean): TransitionReviewView {
  const signed = state === "cosign" ? { by: TOMASZ, role: "devops" as const, at: daysAgo(0.3), note: "Every item looked at with the run book beside it.", entry: 18455 } : null;
  const reads = state === "auditor";
  return {
    now: micros(NOW), after: 18290, until: 18459, lastAt: daysAgo(16), everyDays: 14, dueAt: daysAgo(2), items: empty ? [] : ITEMS, routine: empty ? 31 : 156,
    refusals: empty ? [] : [{ login: "t.wilk", function: "decide_request", code: "own_request", count: 1 }, { login: "j.ferreira", function: "read_wraps", code: "not_allowed", count: 3 }],
    looksMissing: state === "waiting" ? [18402] : [], digest: digest("list"), signed, found: signed ? [{ about: 18402, becomes: { is: "incident", hold: "hd-1" as never }, reference: "INC-117, Brightwater", words: "The laptop had been out of management for a month.", entry: 18455 }] : [],
    role: reads ? null : "security", sign: reads ? { allowed: false, reason: { because: "role_missing", needs: ["security", "devops"] }, eligible: [MAREN, TOMASZ] } : MAY,
    incidents: [{ hold: "hd-1" as never, label: "INC-117, Brightwater" }], exceptions: [{ request: "rq-9" as never, label: "RQ-0418" }],
  };
}

function past(after: number, until: number, days: number, more: Partial<PastReviewView> = {}): PastReviewView {
  return {
    after, until, items: 41, digest: digest(`list ${until}`), root: digest(`root ${until}`), holds: true, findings: [],
    signed: { by: MAREN, role: "security", at: daysAgo(days), note: "All 41 items; the two rejections were discussed.", entry: until + 2 },
    closed: { by: TOMASZ, role: "devops", at: daysAgo(days - 0.2), note: "Agreed.", entry: until + 4 }, ...more,
  };
}

export function transitionHistory(empty: boolean): TransitionHistoryView {
  if (empty) return { reviews: [] };
  return {
    reviews: [
      past(17112, 18290, 16, { findings: [{ about: 17902, becomes: { is: "exception", request: "rq-9" as never }, reference: "RQ-0418", words: "Two secrets of the billing bridge can't be rotated before its migration.", entry: 18292 }] }),
      past(17112, 18011, 20, { closed: null }),
      past(15871, 17112, 30),
    ],
  };
}

function row(duty: ScheduleRowView["duty"], everyDays: number, daysLeft: number | null, more: Partial<ScheduleRowView> = {}): ScheduleRowView {
  return { duty, everyDays, daysLeft, dueAt: daysLeft === null ? null : inDays(daysLeft), lastAt: null, lastBy: null, lastEntry: null, waits: null, ...more };
}

export function schedule(empty: boolean, reads: boolean): ScheduleView {
  return {
    rows: [
      row("policy_review", 365, -236, { waits: empty ? null : ("rv-4" as never) }),
      row("transition_review", 14, -2, { lastAt: daysAgo(16), lastBy: TOMASZ, lastEntry: 18294 }),
      row("incident_audit", 30, 12),
      row("exception_review", 14, 9, { lastAt: daysAgo(5), lastBy: ILSE, lastEntry: 18377 }),
      row("restore_drill", 365, 201, { lastAt: daysAgo(164), lastBy: TOMASZ, lastEntry: 12004 }),
      row("system_audit", 365, 310, { lastAt: daysAgo(55), lastBy: MAREN, lastEntry: 16220 }),
    ],
    records: empty ? [] : [
      { review: "rv-4" as never, duty: "policy_review", by: MAREN, at: daysAgo(0.2), incident: null, evidenceName: "policy-a-2026-review.pdf", evidenceDigest: digest("policy"), note: "Sections 3 to 11 with the board; two changes asked for.", lookedAtBy: null, entry: 18450 },
      { review: "rv-6" as never, duty: "system_audit", by: MAREN, at: daysAgo(55), incident: null, evidenceName: "audit-2026-encryption.pdf", evidenceDigest: digest("audit"), note: "No finding left open.", lookedAtBy: TOMASZ.name, entry: 16220 },
    ],
    incidents: [{ hold: "hd-7" as never, label: "INC-101", endedAt: daysAgo(18) }],
    record: reads ? { allowed: false, reason: { because: "role_missing", needs: ["security"] }, eligible: [MAREN, ILSE] } : MAY,
  };
}

export function evidence(request: EvidenceRequest): DocumentView {
  return { name: request.fileName, digest: digest(request.content) };
}

export function signTransitions(second: boolean): SignContextView {
  return {
    what: "transitions",
    statement: {
      custody: CUSTODY, after: 18290, until: 18459, items: 13, groups: [{ group: "requests", items: 3 }, { group: "runs", items: 2 }, { group: "keys", items: 3 }, { group: "protection", items: 2 }, { group: "destruction", items: 1 }, { group: "people", items: 1 }, { group: "refusals", items: 1 }],
      digest: digest("list"), root: digest("root"), first: second ? TOMASZ : null, findings: [{ about: 18402, becomes: { is: "incident", hold: "hd-1" as never }, reference: "INC-117, Brightwater", words: "The laptop had been out of management for a month.", entry: null }],
      signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest("review"),
    },
  };
}

export function signRecord(): SignContextView {
  return { what: "record", statement: { custody: CUSTODY, duty: "policy_review", incident: null, evidenceName: "policy-a-2026-review.pdf", evidenceDigest: digest("policy"), signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest("record") } };
}
