import type { ChangeView, CountView, ErasureView, OperationKind, OperationRequest, PersonView, PlanView, RequestDetailView, RequestId, RequestRowView, RequestState, SealSlotView, SignContextView, SignPlanView } from "../../src/host";
import { OPERATION } from "../../src/kit";
import { duty } from "./roster";
import { reviewDetail } from "./reviews";
import { keyRef } from "./keys";
import { CUSTODY, daysAgo, digest, HANNAH, ILSE, inDays, MAREN, TOMASZ } from "./people";

export function signed(by: PersonView, requester: boolean, days = 0.02): SealSlotView {
  return { slot: "signed", by, role: by.roles[0] ?? "security", at: daysAgo(days), deviceKey: digest(by.name), entry: 18431, requester, verified: true, void: false };
}

type Made = Pick<PlanView, "changes" | "parameters" | "targets" | "versionBefore" | "versionAfter" | "erasure"> & { readonly counts: CountView[] };

const target = (id: string, name: string, version = "") => ({ id, name, version });
const DEKS = ["dek/pellworth/slack", "dek/pellworth/teams", "dek/pellworth/sap"];
const change = (subject: string, field: string, before: string, after: string): ChangeView => ({ subject, field, before, after, kind: before === after ? "same" : before === "" ? "add" : after === "" ? "destroy" : "change" });
const parameters = (all: Record<string, string>) => Object.entries({ vault: CUSTODY.vaultHost, ...all }).map(([name, value]) => ({ name, value }));

export const LIMITED: ErasureView = {
  strength: "limited", until: inDays(34), livingKeks: ["kek-tenant-prod"],
  residues: [{ kind: "write_ahead_log", until: inDays(2), keptHours: 48, checked: true }, { kind: "backup", until: inDays(35), keptHours: 35 * 24, checked: false }, { kind: "living_kek", until: null, keptHours: null, checked: true }],
};
const BOUNDED: ErasureView = { strength: "bounded", until: inDays(90), livingKeks: [], residues: [{ kind: "soft_delete", until: inDays(90), keptHours: 90 * 24, checked: true }] };

/** What changes the register alone: one line of before and after is enough to see how it is shown. */
const inRegister = (field: string, before: string, after: string) => (subject: string): Made => ({
  targets: [target("rg-1", subject)], versionBefore: null, versionAfter: null, erasure: null, parameters: parameters({}), counts: [], changes: [change(subject, field, before, after)],
});

const CARD = { device_name: "lk-framework-16", public_key: digest("lk-framework-16"), proof: digest("proof") + digest("proof2"), founding: digest("founding") };

const MADE: Record<OperationKind, (subject: string) => Made> = {
  rotate_kek: (subject) => ({
    targets: [target("kek-1", subject, "9c41f0aa2be19910b27e")], versionBefore: 7, versionAfter: 8, erasure: null, parameters: parameters({ grace_seconds: "604800", batch_size: "100", budget_percent: "70", full_proof: "false", version_before: "7", version_after: "8" }),
    counts: [{ name: "deks", count: 1284 }, { name: "tenants", count: 31 }, { name: "tokens", count: 41906 }],
    changes: [change(subject, "current_version", "v7 · 9c41f0aa2be19910b27e", "v8, created by this run"), change(subject, "deks_under_old", "1284", "0"), change(subject, "deks_under_new", "0", "1284, each proven"), change(subject, "old_version", "enabled", "disabled after 7 days' grace"), change(subject, "algorithm", "RSA-3072, RSA-OAEP-256", "RSA-3072, RSA-OAEP-256")],
  }),
  create_kek: (subject) => ({
    targets: [target("kek-9", subject)], versionBefore: null, versionAfter: 1, erasure: null, parameters: parameters({ bits: "3072", owner: "Platform Security", vault_name: subject }), counts: [],
    changes: [change(subject, "key_name", "", subject), change(subject, "algorithm", "", "RSA-3072, RSA-OAEP-256"), change(subject, "owner", "", "Platform Security")],
  }),
  rotate_dek: () => ({
    targets: DEKS.map((name, at) => target(`dek-${at}`, name, String(at + 1))), versionBefore: null, versionAfter: null, erasure: null, parameters: parameters({ trigger: "suspected_compromise", batch_size: "1000" }),
    counts: [{ name: "deks", count: 3 }, { name: "tokens", count: 1318 }, { name: "tenants", count: 1 }],
    changes: DEKS.flatMap((name) => [change(name, "dek_version", "1", "2"), change(name, "tokens", "439", "439, each re-encrypted"), change(name, "wrap", "kek-tenant-prod v7", "a new one; the old overwritten and removed")]),
  }),
  rotate_secret: () => ({
    targets: [target("sec-1", "api-pellworth-slack", "4f1e")], versionBefore: 2, versionAfter: 3, erasure: null, parameters: parameters({ grace_seconds: "86400" }), counts: [{ name: "secrets", count: 1 }],
    changes: [change("api-pellworth-slack", "current_version", "4f1e", "made by this run"), change("api-pellworth-slack", "old_version", "enabled", "disabled after 1 day")],
  }),
  destroy_dek: () => ({
    targets: DEKS.map((name, at) => target(`dek-${at}`, name, String(at + 1))), versionBefore: null, versionAfter: null, erasure: LIMITED, parameters: parameters({ reclaim_hours: "22-4", erasure: "shared_kek" }),
    counts: [{ name: "deks", count: 3 }, { name: "tokens", count: 1318 }, { name: "tenants", count: 1 }],
    changes: DEKS.flatMap((name) => [change(name, "state", "active", "destroyed"), change(name, "tokens", "439", "0"), change(name, "wrap", "384 bytes", "")]),
  }),
  destroy_kek: () => ({
    targets: [target("kek-7", "kek-pellworth", "77ab")], versionBefore: null, versionAfter: null, erasure: BOUNDED, parameters: parameters({ purge: "scheduled" }), counts: [{ name: "versions", count: 3 }],
    changes: [change("kek-pellworth", "state", "active", "destroyed"), change("kek-pellworth", "in_vault", "3 versions", "deleted, purged 15 Feb 2027")],
  }),
  destroy_secret: () => ({
    targets: [target("sec-1", "api-pellworth-slack", "4f1e")], versionBefore: null, versionAfter: null, erasure: BOUNDED, parameters: parameters({ purge: "at_once" }), counts: [{ name: "versions", count: 2 }],
    changes: [change("api-pellworth-slack", "in_vault", "2 versions", "deleted and purged")],
  }),
  offboard_tenant: () => ({
    targets: [target("tn-11", "Pellworth Law")], versionBefore: null, versionAfter: null, erasure: LIMITED, parameters: parameters({ purge: "scheduled", reclaim_hours: "22-4", wal_retention_days: "2", erasure: "shared_kek", newer_word: "as it is" }),
    counts: [{ name: "deks", count: 12 }, { name: "tokens", count: 1318 }, { name: "secrets", count: 1 }, { name: "certificates", count: 1 }],
    changes: [change("Pellworth Law", "status", "active", "offboarded"), change("Pellworth Law", "tokens", "1318", "0"), change("Pellworth Law", "deks", "12", "0, zeroed, removed, reclaimed"), change("Pellworth Law", "secrets", "1", "0, purged 15 Feb 2027"), change("Pellworth Law", "backup_copies", "open with kek-tenant-prod", "until 22 Dec 2026"), change("kek-tenant-prod", "state", "active", "active")],
  }),
  recover_kek: () => ({
    targets: [target("kek-7", "kek-pellworth", "77ab")], versionBefore: null, versionAfter: null, erasure: null, parameters: parameters({}), counts: [{ name: "deks", count: 12 }],
    changes: [change("kek-pellworth", "in_vault", "deleted, purge 15 Feb 2027", "enabled")],
  }),
  reactivate: () => ({
    targets: [target("dek-7", "dek/pellworth/slack", "1")], versionBefore: null, versionAfter: null, erasure: null, parameters: parameters({}), counts: [{ name: "keys", count: 1 }],
    changes: [change("dek/pellworth/slack", "state", "suspended", "active")],
  }),
  lift_hold: () => ({
    targets: [target("hd-1", "4 O 221/26")], versionBefore: null, versionAfter: null, erasure: null, parameters: parameters({ kind: "legal_hold", tenant: "Pellworth Law" }), counts: [],
    changes: [change("4 O 221/26", "status", "set", "lifted")],
  }),
  grant_exception: () => ({
    ...inRegister("exception", "", "active until 15 Jan 2027, 17:00 UTC")("API secret kept past 90 days"), counts: [{ name: "keys", count: 1 }],
    parameters: parameters({ clause: "B-9-api-secrets", title: "API secret kept past 90 days", keys: "sec-1", scope: "", justification: "The partner can only change the shared secret in its January window.", controls: "Source addresses pinned; transfers watched nightly.", owner: "Dele Akande", expires_at: inDays(54), acceptance: "I accept the risk of this exception until its expiry date." }),
  }),
  close_exception: (subject) => ({ ...inRegister("exception", "active", "closed")(subject), parameters: parameters({ evidence: "Rotated on 3 Nov 2026 under RN-0251; the old value is refused." }) }),
  share_key: (subject) => ({ ...inRegister("shared_service", "", "entered")(subject), parameters: parameters({ key: "kek-1", decision_record: "ADR-031, shared gateway", justification: "One gateway serves them all.", controls: "DEKs apart for each integration.", review_by: inDays(300), acceptance: "I accept the risk of this key serving several tenants until its review date." }) }),
  change_rules: () => ({
    ...inRegister("row", "", "")("Rotation rules"), parameters: parameters({ section: "rotation", "row.api_secret/any/normal": "120/14", "row.kek/any/normal": "180/21", major: "true", decision_record: "ADR-0024: partners rotate shared secrets three times a year" }),
    counts: [{ name: "rules", count: 2 }, { name: "weaker", count: 1 }],
    changes: [change("api_secret/any/normal", "period_days", "90", "120"), change("kek/any/normal", "period_days", "365", "180"), change("kek/any/normal", "warn_days", "30", "21")],
  }),
  enrol_operator: (subject) => ({ ...inRegister("roles", "", "security, devops")(subject), changes: [change(subject, "roles", "", "security, devops"), change(subject, "fingerprint", "", digest("lk-framework-16"))], parameters: parameters({ kind: "operator", person: "lena.kovac@tidewell.example", name: "Lena Kovač", login: "cs_lenakovac_7a", roles: "devops,security", cool_down_hours: "24", ...CARD }) }),
  enrol_device: (subject) => ({ ...inRegister("device", "", "lk-framework-16")(subject), parameters: parameters(CARD) }),
  grant_role: (subject) => ({ ...inRegister("roles", "devops", "devops, security")(subject), parameters: parameters({ roles: "security", cool_down_hours: "24" }) }),
  reinstate_operator: (subject) => ({ ...inRegister("status", "suspended", "active")(subject), parameters: parameters({ roles: "engineering", cool_down_hours: "24", ...CARD }) }),
};

export function plan(operation: OperationKind = "rotate_kek", subject = "kek-tenant-a", hash = true): PlanView {
  const { counts, ...made } = MADE[operation](subject);
  const rotate = operation === "rotate_kek";
  return {
    ...made, operation, key: operation === "create_kek" ? null : keyRef(made.targets[0]?.id ?? "", made.targets[0]?.name ?? ""), subject: made.targets[0]?.name ?? subject, destroys: OPERATION[operation].destroys === true, vaultHost: CUSTODY.vaultHost,
    impact: { counts, vaultOperations: rotate ? 1307 : 6, estimatedSeconds: rotate ? 19 : 12, budgetPercent: rotate ? 70 : 0 },
    algorithm: "RSA-3072, RSA-OAEP-256", graceSeconds: 604_800, plannedAt: daysAgo(0.02), planHash: hash ? digest("plan") : null, stateDigest: digest("state"),
  };
}

export function planFor(operation: OperationRequest): PlanView {
  return plan(operation.operation, operation.operation === "create_kek" ? operation.name : "kek-tenant-b", false);
}

function row(id: string, label: string, subject: string, state: RequestState, slots: SealSlotView[], more: Partial<RequestRowView> = {}): RequestRowView {
  return {
    request: id as RequestId, label, operation: "rotate_kek", subject, targets: 1, versionBefore: 7, versionAfter: 8, counts: [{ name: "deks", count: 1284 }], state, requester: TOMASZ, requestedAt: daysAgo(0.02), approveBy: inDays(1), executeBy: inDays(3), slots,
    waitsForMe: slots.some((slot) => slot.slot === "mine"), lapsedBecause: null, ...more,
  };
}

const OFFBOARD = { operation: "offboard_tenant" as const, versionBefore: null, versionAfter: null, counts: [{ name: "deks", count: 12 }, { name: "tokens", count: 1318 }, { name: "secrets", count: 1 }, { name: "certificates", count: 1 }] };

export const REQUESTS: RequestRowView[] = [
  row("rq-1", "RQ-0418", "kek-tenant-a", "open", [signed(TOMASZ, true), { slot: "mine", role: "security" }]),
  row("rq-2", "RQ-0417", "kek-tenant-c", "open", [signed(TOMASZ, true, 1), { slot: "mine", role: "security" }], { operation: "create_kek", versionBefore: null, versionAfter: 1, counts: [], requestedAt: daysAgo(1) }),
  row("rq-3", "RQ-0415", "kek-tenant-b", "open", [signed(MAREN, true, 0.2), { slot: "empty", roles: ["devops", "security"] }], { requester: MAREN, versionBefore: 4, versionAfter: 5, counts: [{ name: "deks", count: 640 }], requestedAt: daysAgo(0.2) }),
  row("rq-4", "RQ-0410", "kek-backup", "approved", [signed(TOMASZ, true, 2), signed(ILSE, false, 1.5)], { versionBefore: 3, versionAfter: 4, counts: [{ name: "deks", count: 32 }], requestedAt: daysAgo(2) }),
  row("rq-5", "RQ-0402", "kek-internal", "lapsed", [{ ...signed(TOMASZ, true, 3), void: true } as SealSlotView, { slot: "empty", roles: ["security"] }], { versionBefore: 6, versionAfter: 7, counts: [{ name: "deks", count: 161 }], requestedAt: daysAgo(3), lapsedBecause: { subject: "kek-internal v6", field: "state", planned: "enabled", found: "disabled" } }),
  row("rq-6", "RQ-0399", "kek-tenant-b", "rejected", [signed(TOMASZ, true, 9), { slot: "declined", by: MAREN, role: "security", at: daysAgo(8), reason: "Wait for the quarter close", entry: 18011 }], { versionBefore: 4, versionAfter: 5, counts: [{ name: "deks", count: 640 }], requestedAt: daysAgo(9) }),
  row("rq-7", "RQ-0391", "kek-tenant-a", "executed", [signed(TOMASZ, true, 40), signed(MAREN, false, 40)], { versionBefore: 6, versionAfter: 7, requestedAt: daysAgo(40) }),
  row("rq-20", "RQ-0421", "Pellworth Law", "open", [signed(TOMASZ, true), { slot: "mine", role: "security" }], OFFBOARD),
  row("rq-21", "RQ-0420", "dek/pellworth/slack", "open", [signed(TOMASZ, true), { slot: "mine", role: "security" }], { operation: "destroy_dek", targets: 3, versionBefore: null, versionAfter: null, counts: [{ name: "deks", count: 3 }, { name: "tokens", count: 1318 }] }),
  row("rq-22", "RQ-0419", "dek/pellworth/slack", "approved", [signed(TOMASZ, true), signed(MAREN, false)], { operation: "rotate_dek", targets: 3, versionBefore: null, versionAfter: null, counts: [{ name: "deks", count: 3 }, { name: "tokens", count: 1318 }] }),
  row("rq-23", "RQ-0380", "Marlow Press", "executing", [signed(TOMASZ, true, 12), signed(MAREN, false, 12)], { ...OFFBOARD, requestedAt: daysAgo(12) }),
  row("rq-24", "RQ-0301", "Hollin Trust", "executed", [signed(TOMASZ, true, 140), signed(MAREN, false, 140)], { ...OFFBOARD, requestedAt: daysAgo(140) }),
];

const yes = { allowed: true, reason: null, eligible: [] };

export function requestDetail(id: string): RequestDetailView {
  const found = REQUESTS.find((one) => one.request === id) ?? REQUESTS[0];
  if (!found) throw new Error("no requests");
  const open = found.state === "open";
  const mine = found.requester.operator === MAREN.operator;
  const no = (because: "own_request" | "already_decided" | "quorum_missing") => ({ allowed: false, reason: because === "quorum_missing" ? { because, missing: 1 } : { because }, eligible: because === "own_request" ? [TOMASZ, ILSE] : [] });
  return {
    row: found, plan: { ...plan(found.operation, found.subject), subject: found.subject, versionBefore: found.versionBefore, versionAfter: found.versionAfter },
    reason: "Annual rotation, due 17 Nov 2026 (policy A §6.3). Five days late because the vault was frozen for the quarter close. \u202Eesrever\u202C", changeRecord: "CHG-20991", rollbackPlan: "Until 29 Nov version 7 stays enabled and every old wrap is kept; Roll back restores them in one run.",
    quorum: 2, countersignRoles: ["security"], maySign: open ? (mine ? [TOMASZ, ILSE] : [MAREN, ILSE]) : [], mayNotSign: [{ person: mine ? MAREN : TOMASZ, reason: { because: "own_request" } }, { person: HANNAH, reason: { because: "auditor_never_signs" } }],
    actions: { countersign: open ? (mine ? no("own_request") : yes) : no("already_decided"), reject: open ? (mine ? no("own_request") : yes) : no("already_decided"), withdraw: open && mine ? yes : no("already_decided"), start: found.state === "approved" ? yes : no("quorum_missing") },
    run: found.state === "executed" ? { run: "rn-2" as never, label: "RN-0201" } : null, runState: found.state === "executed" ? "finished" : null, differences: found.lapsedBecause ? [found.lapsedBecause] : [], entries: [18431, 18442],
  };
}

export function signPlan(kind: string, operation?: OperationKind): SignPlanView {
  const detail = requestDetail("rq-1");
  const shown = operation === undefined ? detail.plan : plan(operation);
  return {
    act: kind === "submit" ? { kind: "submit" } : { kind: "decide", decision: kind === "reject" ? "reject" : "approve" }, label: kind === "submit" ? null : "RQ-0418", custody: CUSTODY, plan: shown, requester: kind === "submit" ? MAREN : TOMASZ, requestedAt: kind === "submit" ? null : daysAgo(0.02),
    reason: detail.reason, changeRecord: detail.changeRecord, rollbackPlan: detail.rollbackPlan, approveBy: inDays(1), executeBy: inDays(3), quorum: 2, slots: detail.row.slots, signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), planHash: digest("plan"), recheckedAt: daysAgo(0),
    typeThis: shown.operation === "offboard_tenant" ? shown.subject : null,
    differences: kind === "stale" ? [{ subject: "kek-tenant-a v7", field: "deks", planned: "1284", found: "1286" }] : [], escaped: operation === undefined ? [{ field: "reason", escaped: "Annual rotation … \\u{202E}esrever\\u{202C}" }] : [],
  };
}

/** By what the address asks for: "approve", "reject", "submit", "stale", "review", or an operation. */
export function signContext(kind: string): SignContextView {
  if (kind === "review") return { what: "review", statement: { custody: CUSTODY, item: reviewDetail("rv-1"), signer: MAREN, role: "security", deviceKey: digest("Maren Oduya"), statementHash: digest("review") } };
  if (kind === "acknowledge" || kind === "rehearse") return { what: "duty", statement: duty(kind) };
  return { what: "plan", statement: Object.hasOwn(OPERATION, kind) ? signPlan("approve", kind as OperationKind) : signPlan(kind) };
}
