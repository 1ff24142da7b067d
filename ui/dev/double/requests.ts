import type { OperationKind, OperationRequest, PersonView, PlanView, RequestDetailView, RequestId, RequestRowView, RequestState, SealSlotView, SignContextView } from "../../src/host";
import { keyRef } from "./keys";
import { CUSTODY, daysAgo, digest, HANNAH, ILSE, inDays, MAREN, TOMASZ } from "./people";

export function signed(by: PersonView, requester: boolean, days = 0.02): SealSlotView {
  return { slot: "signed", by, role: by.roles[0] ?? "security", at: daysAgo(days), deviceKey: digest(by.name), entry: 18431, requester, verified: true, void: false };
}

export function plan(operation: OperationKind = "rotate_kek", subject = "kek-tenant-a", hash = true): PlanView {
  const rotate = operation === "rotate_kek";
  return {
    operation, key: rotate ? keyRef("kek-1", subject) : null, subject, versionBefore: rotate ? 7 : null, versionAfter: rotate ? 8 : 1, vaultHost: CUSTODY.vaultHost,
    changes: rotate
      ? [
          { subject: "current_version", version: null, before: "v7 · 9c41f0aa2be19910b27e", after: "v8, created by this run", kind: "change", identifier: true },
          { subject: "deks_under_old", version: 7, before: "1284", after: "0", kind: "change", identifier: false },
          { subject: "deks_under_new", version: 8, before: "0", after: "1284, each proven", kind: "change", identifier: false },
          { subject: "old_version", version: 7, before: "enabled", after: "disabled after 7 days' grace", kind: "change", identifier: false },
          { subject: "algorithm", version: null, before: "RSA-3072, RSA-OAEP-256", after: "RSA-3072, RSA-OAEP-256", kind: "same", identifier: false },
        ]
      : [
          { subject: "key_name", version: null, before: "", after: subject, kind: "add", identifier: true },
          { subject: "algorithm", version: null, before: "", after: "RSA-3072, RSA-OAEP-256", kind: "add", identifier: false },
          { subject: "owner", version: null, before: "", after: "Platform Security", kind: "add", identifier: false },
        ],
    impact: { deks: rotate ? 1284 : 0, tenants: rotate ? 31 : 0, vaultOperations: rotate ? 1307 : 2, estimatedSeconds: rotate ? 19 : 1, budgetPercent: 70, tokens: rotate ? 41906 : 0 },
    algorithm: "RSA-3072, RSA-OAEP-256", graceSeconds: 604_800, plannedAt: daysAgo(0.02), planHash: hash ? digest("plan") : null, stateDigest: digest("state"),
  };
}

export function planFor(operation: OperationRequest): PlanView {
  return operation.operation === "rotate_kek" ? plan("rotate_kek", "kek-tenant-b", false) : plan("create_kek", operation.name || "kek-new", false);
}

function row(id: string, label: string, subject: string, state: RequestState, slots: SealSlotView[], more: Partial<RequestRowView> = {}): RequestRowView {
  return {
    request: id as RequestId, label, operation: "rotate_kek", subject, versionBefore: 7, versionAfter: 8, deks: 1284, state, requester: TOMASZ, requestedAt: daysAgo(0.02), approveBy: inDays(1), executeBy: inDays(3), slots,
    waitsForMe: slots.some((slot) => slot.slot === "mine"), lapsedBecause: null, ...more,
  };
}

export const REQUESTS: RequestRowView[] = [
  row("rq-1", "RQ-0418", "kek-tenant-a", "open", [signed(TOMASZ, true), { slot: "mine", role: "security" }]),
  row("rq-2", "RQ-0417", "kek-tenant-c", "open", [signed(TOMASZ, true, 1), { slot: "mine", role: "security" }], { operation: "create_kek", versionBefore: null, versionAfter: 1, deks: 0, requestedAt: daysAgo(1) }),
  row("rq-3", "RQ-0415", "kek-tenant-b", "open", [signed(MAREN, true, 0.2), { slot: "empty", roles: ["devops", "security"] }], { requester: MAREN, versionBefore: 4, versionAfter: 5, deks: 640, requestedAt: daysAgo(0.2) }),
  row("rq-4", "RQ-0410", "kek-backup", "approved", [signed(TOMASZ, true, 2), signed(ILSE, false, 1.5)], { versionBefore: 3, versionAfter: 4, deks: 32, requestedAt: daysAgo(2) }),
  row("rq-5", "RQ-0402", "kek-internal", "lapsed", [{ ...signed(TOMASZ, true, 3), void: true } as SealSlotView, { slot: "empty", roles: ["security"] }], { versionBefore: 6, versionAfter: 7, deks: 161, requestedAt: daysAgo(3), lapsedBecause: { subject: "kek-internal v6", field: "state", planned: "enabled", found: "disabled" } }),
  row("rq-6", "RQ-0399", "kek-tenant-b", "rejected", [signed(TOMASZ, true, 9), { slot: "declined", by: MAREN, role: "security", at: daysAgo(8), reason: "Wait for the quarter close", entry: 18011 }], { versionBefore: 4, versionAfter: 5, deks: 640, requestedAt: daysAgo(9) }),
  row("rq-7", "RQ-0391", "kek-tenant-a", "executed", [signed(TOMASZ, true, 40), signed(MAREN, false, 40)], { versionBefore: 6, versionAfter: 7, requestedAt: daysAgo(40) }),
];

const yes = { allowed: true, reason: null, eligible: [] };

export function requestDetail(id: string): RequestDetailView {
  const found = REQUESTS.find((one) => one.request === id) ?? REQUESTS[0];
  if (!found) throw new Error("no requests");
  const open = found.state === "open";
  const mine = found.requester.operator === MAREN.operator;
  const no = (because: "own_request" | "already_decided" | "quorum_missing") => ({ allowed: false, reason: because === "quorum_missing" ? { because, missing: 1 } : { because }, eligible: because === "own_request" ? [TOMASZ, ILSE] : [] });
  return {
    row: found, plan: { ...plan(found.operation, found.subject), versionBefore: found.versionBefore, versionAfter: found.versionAfter },
    reason: "Annual rotation, due 17 Nov 2026 (policy A §6.3). Five days late because the vault was frozen for the quarter close. \u202Eesrever\u202C", changeRecord: "CHG-20991", rollbackPlan: "Until 29 Nov version 7 stays enabled and every old wrap is kept; Roll back restores them in one run.",
    quorum: 2, countersignRoles: ["security"], maySign: open ? (mine ? [TOMASZ, ILSE] : [MAREN, ILSE]) : [], mayNotSign: [{ person: mine ? MAREN : TOMASZ, reason: { because: "own_request" } }, { person: HANNAH, reason: { because: "auditor_never_signs" } }],
    actions: { countersign: open ? (mine ? no("own_request") : yes) : no("already_decided"), reject: open ? (mine ? no("own_request") : yes) : no("already_decided"), withdraw: open && mine ? yes : no("already_decided"), start: found.state === "approved" ? yes : no("quorum_missing") },
    run: found.state === "executed" ? { run: "rn-2" as never, label: "RN-0201" } : null, runState: found.state === "executed" ? "finished" : null, differences: found.lapsedBecause ? [found.lapsedBecause] : [], entries: [18431, 18442],
  };
}

export function signContext(kind: string): SignContextView {
  const detail = requestDetail("rq-1");
  return {
    act: kind === "submit" ? { kind: "submit" } : { kind: "decide", decision: kind === "reject" ? "reject" : "approve" }, label: kind === "submit" ? null : "RQ-0418", custody: CUSTODY, plan: detail.plan, requester: kind === "submit" ? MAREN : TOMASZ, requestedAt: kind === "submit" ? null : daysAgo(0.02),
    reason: detail.reason, changeRecord: detail.changeRecord, rollbackPlan: detail.rollbackPlan, approveBy: inDays(1), executeBy: inDays(3), quorum: 2, slots: detail.row.slots, signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), planHash: digest("plan"), recheckedAt: daysAgo(0),
    differences: kind === "stale" ? [{ subject: "kek-tenant-a v7", field: "deks", planned: "1284", found: "1286" }] : [], escaped: [{ field: "reason", escaped: "Annual rotation … \\u{202E}esrever\\u{202C}" }],
  } as SignContextView;
}
