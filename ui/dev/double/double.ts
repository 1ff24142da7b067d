import type { AppStateView, Command, HostEvent, IpcError, JoiningView, OverviewView, RequestOf, StatusView, ViewOf } from "../../src/host";
import type { Transport } from "../../src/host/transport";
import { discovery, overview, preview, settings } from "./estate";
import { exceptionDetail, exceptionForm, exceptionsPage, gate, registerReview, sharedKeys, signRegister } from "./exceptions";
import { keyDetail, keysPage, TENANT_LIST } from "./keys";
import { checkpoints, exported, ledgerEntry, ledgerPage, proof, reported, signCheckpoint, verdictOf } from "./ledger";
import { appState, CUSTODY, daysAgo, digest, micros, PEOPLE } from "./people";
import { CERTIFICATE_ROWS, certificate, reviewDetail, reviewsPage } from "./reviews";
import { compare, history, rules, violations } from "./policies";
import { planFor, requestDetail, REQUESTS, signContext } from "./requests";
import { card, JOINING, people, personDetail } from "./roster";
import { runDetail, RUNS } from "./runs";
import { evidence, schedule, signRecord, signTransitions, transitionHistory, transitionReview } from "./transitions";
import { consequences, hold, offboardings, protectedView, survey, tenantDetail, tenantId, tenantsPage } from "./tenants";

/** Answers like the host, from invented data, so that screens can be looked at. It keeps no rule: what it allows proves nothing. */
export function makeDouble(state: string, wish: { fail: string; slow: number; empty: boolean; sign?: string }): Transport {
  const told: ((payload: unknown) => void)[] = [];
  const say = (event: HostEvent) => {
    for (const hear of told) hear(event);
  };
  const answers = makeAnswers(state, wish, say);
  return {
    invoke: async (command, request) => {
      await new Promise((done) => setTimeout(done, wish.slow));
      if (wish.fail === command) throw { code: "connection", target: "register", address: "127.0.0.1:5432", problem: { what: "timed_out", afterS: 10 } } satisfies IpcError;
      const answer = answers[command as Command] as ((request: unknown) => unknown) | undefined;
      if (!answer) throw new Error(`not allowed: ${command}`);
      return answer(request);
    },
    listen: (_, hear) => {
      told.push(hear);
      return Promise.resolve(() => undefined);
    },
  };
}

type Answers = { [C in Command]: (request: RequestOf<C>) => ViewOf<C> | Promise<ViewOf<C>> };

function makeAnswers(start: string, wish: { empty: boolean; fail: string; sign?: string }, say: (event: HostEvent) => void): Answers {
  let at: AppStateView = appState(start);
  let views: ViewOf<"saved_views">["views"] = [];
  let joined: JoiningView[] = start === "joining" ? [JOINING] : [];
  let stopped = false;
  const become = (next: string) => (at = appState(next));
  const reads = () => at.at === "unlocked" && at.operator.roles.every((role) => role === "auditor");
  const page = <R>(rows: R[]) => ({ rows: wish.empty ? [] : rows, next: null });
  return {
    app_state: () => at,
    open_local_custody: () => become("founding"),
    test_connection: (request) => ({
      checks: (["vault", "register"] as const).flatMap((target) => (["name", "tls", "sign_in", "permission"] as const).map((check) => ({ check, target, address: target === "vault" ? request.vaultUrl || "https://x.vault.azure.net" : `${request.databaseHost}:${request.databasePort}`, outcome: target === "register" && check === "tls" ? ("failed" as const) : target === "register" && check !== "name" ? ("skipped" as const) : ("passed" as const), problem: target === "register" && check === "tls" ? { what: "tls" as const } : null, tookMs: 42 }))),
      passed: request.databaseHost === "good", founded: true,
    }),
    save_connection: () => become("locked"),
    prepare_founder: (request) => founding(become(request.seat === "first" ? "founding_second" : "founding_ready")),
    reset_founder: () => founding(become("founding")),
    found_custody: () => become("locked"),
    unlock: (request) => {
      if (request.passphrase === "wrong") throw { code: "wrong_passphrase" } satisfies IpcError;
      return become("unlocked");
    },
    lock: () => become("locked"),
    touch_activity: () => ({ endsAt: micros(Date.now() + 6 * 3_600_000), locksAt: micros(Date.now() + 300_000), idleLockMinutes: 5 }),
    status_bar: () => ({ ...status(wish.empty), ledgerBrokenAt: wish.fail === "tampered" ? 18436 : null }),
    operators: () => ({ operators: PEOPLE.map((person, place) => ({ person, login: `op_${person.initials.toLowerCase()}`, active: place !== 3, deviceName: `${person.initials.toLowerCase()}-framework-13`, deviceKey: digest(person.name), enrolledAt: daysAgo(290 - place * 20) })) }),
    overview: (): OverviewView => overview(wish.empty),
    settings,
    keys_page: (request) => keysPage(request, wish.empty),
    key_detail: (request) => keyDetail(request.key, REQUESTS),
    tenants_list: () => ({ tenants: TENANT_LIST, total: TENANT_LIST.length }),
    tenants_page: (request) => tenantsPage(request, wish.empty),
    tenant_detail: (request) => tenantDetail(request.tenant),
    protect_preview: (request) => consequences(request.scope),
    protect: (request) => protectedView(request.scope, request.act === "revoke" ? 1 : 0),
    protect_confirm: () => protectedView({ of: "tenant", tenant: tenantId(1) }, 0),
    holds: () => ({ holds: [hold(1, { of: "tenant", tenant: tenantId(4) }), hold(2, { of: "tenant", tenant: tenantId(4) })] }),
    set_hold: (request) => ({ ...hold(1, request.scope), reference: request.reference }),
    offboarding_survey: (request) => survey(request.tenant),
    offboardings_page: (request) => (wish.empty ? { rows: [], next: null } : offboardings(request)),
    reviews_page: (request) => reviewsPage(request, wish.empty),
    review_detail: (request) => reviewDetail(request.review),
    transition_review: () => transitionReview(start, wish.empty),
    transition_history: () => transitionHistory(wish.empty),
    schedule: () => schedule(wish.empty, reads()),
    evidence,
    exceptions_page: (request) => exceptionsPage(request, wish.empty, reads()),
    exception_detail: (request) => exceptionDetail(request.exception, reads()),
    exception_form: (request) => exceptionForm(request, reads()),
    exception_revoke: (request) => exceptionDetail(request.exception),
    exceptions_review: () => registerReview(wish.empty, reads()),
    gate: () => gate(at.at === "unlocked" ? at.custody.environment : "production", wish.empty),
    shared_keys: () => sharedKeys(wish.empty, reads()),
    shared_key_withdraw: () => sharedKeys(wish.empty, reads()),
    certificates_page: () => page(CERTIFICATE_ROWS),
    certificate: (request) => certificate(request.certificate),
    certificate_issue: () => certificate("cd-27"),
    certificate_save: (request) => ({ path: `/home/maren/Downloads/CD-0027.${request.format}`, bytes: 18211, digest: digest(request.format) }),
    tokens: () => ({ live: wish.empty ? 0 : 78329, expired: wish.empty ? 0 : 412, sweptAt: wish.empty ? null : daysAgo(1), swept: 388 }),
    tokens_count: (request) => (request.scope.of === "everything" ? { tokens: 78329, kept: 148, typeThis: "practice" } : { tokens: 1318, kept: 0, typeThis: null }),
    tokens_invalidate: () => ({ count: 1318, entry: 18471 }),
    tokens_sweep: () => ({ count: 412, entry: 18472 }),
    saved_views: () => ({ views }),
    save_view: (request) => {
      views = [...views, { ...request, id: `sv-${views.length}` as never, matching: 12 }];
      return { views };
    },
    delete_view: (request) => {
      views = views.filter((view) => view.id !== request.id);
      return { views };
    },
    create_deks: (request) => ({ count: request.targets.length, keys: [{ key: "dek-1" as never, name: "dek/new" }], entry: 18461 }),
    import_preview: preview,
    import_commit: () => ({ count: 3, entry: 18462 }),
    discover: discovery,
    discovery_adopt: discovery,
    sample_load: async () => {
      for (let done = 0; done <= 2117; done += 151) {
        say({ event: "progress", task: "sample_load", stage: "deks", done, total: 2117, ratePerS: 640, leftS: 2, at: micros(Date.now()) });
        await new Promise((next) => setTimeout(next, 60));
      }
      return { tenants: 40, keks: 4, deks: 2117, tokens: 41906 };
    },
    plan_request: (request) => planFor(request.operation),
    draft_request: (request) => ({ draft: "dr-1" as never, plan: { ...planFor(request.operation), planHash: digest("plan") } }),
    open_sign_window: () => ({}),
    requests_page: (request) => {
      const of = { for_me: (row: (typeof REQUESTS)[number]) => row.waitsForMe, mine: (row: (typeof REQUESTS)[number]) => row.requester.operator === "op-1", open: (row: (typeof REQUESTS)[number]) => row.state === "open" || row.state === "approved", decided: (row: (typeof REQUESTS)[number]) => row.state !== "open" && row.state !== "approved" };
      return { ...page(REQUESTS.filter(of[request.folder])), counts: { forMe: 2, mine: 1, open: 4, decided: 3 } };
    },
    request_detail: (request) => requestDetail(request.request),
    recheck_request: () => ({ at: micros(Date.now()), secondsAgo: 0, differences: [] }),
    withdraw_request: (request) => requestDetail(request.request),
    people: () => people(wish.empty, start === "auditor"),
    person_detail: (request) => personDetail(request.operator, start === "auditor"),
    protect_person: (request) => ({ person: personDetail(request.operator, false), lapsed: request.act.act === "suspend" ? 2 : 0, connectionsLeft: 0, entry: 18480 }),
    read_card: (request) => card(request.text),
    invitation: () => ({ text: '{ "format": "countersign/invitation/v1" }' }),
    joinings: () => ({ waiting: joined, needsInvitation: at.at === "locked" && !at.custody.local, passphraseCharsMin: 12 }),
    join: () => {
      joined = [JOINING];
      return JOINING;
    },
    joining_save: () => ({ path: `/home/maren/Downloads/${JOINING.fileName}`, bytes: 540, digest: digest("card") }),
    joining_forget: () => {
      joined = [];
      return { waiting: joined, needsInvitation: false, passphraseCharsMin: 12 };
    },
    rules: () => rules(start === "auditor", start === "requested"),
    rules_history: (request) => history(request.section),
    compare_rules: compare,
    violations: (request) => violations(request, wish.empty),
    sign_context: () => {
      if (wish.sign === "register") return signRegister();
      if (wish.sign === "checkpoint" || wish.sign === "cosign") return signCheckpoint(wish.sign === "cosign");
      if (wish.sign === "transitions" || wish.sign === "closing") return signTransitions(wish.sign === "closing");
      return wish.sign === "record" ? signRecord() : signContext(wish.sign ?? "approve");
    },
    sign_confirm: (request) => {
      if (request.passphrase === "wrong") throw { code: "wrong_passphrase" } satisfies IpcError;
      return { request: "rq-1" as never, label: "RQ-0418", decision: "approve", entry: 18442, missing: 0 };
    },
    sign_cancel: () => ({}),
    run_start: () => runDetail("rn-1"),
    runs_page: (request) => ({ ...page(RUNS.filter((run) => (run.finishedAt === null) === (request.folder === "active"))), active: 2, finished: 1 }),
    run_detail: (request) => runDetail(request.run),
    run_pause: (request) => runDetail(request.run),
    run_resume: (request) => runDetail(request.run),
    run_rollback: (request) => runDetail(request.run),
    ledger_page: ledgerPage,
    ledger_entry: (request) => ledgerEntry(request.entry),
    ledger_verify: async () => {
      stopped = false;
      if (wish.fail !== "") return verdictOf(wish.fail);
      for (let done = 0; done <= 18459; done += 1500) {
        say({ event: "progress", task: "ledger_verify", stage: "entries", done, total: 18459, ratePerS: 810_000, leftS: 1, at: micros(Date.now()) });
        await new Promise((next) => setTimeout(next, 60));
      }
      return stopped ? { verdict: "stopped" } : verdictOf(wish.fail);
    },
    ledger_verify_stop: () => {
      stopped = true;
      return {};
    },
    ledger_checkpoints: () => checkpoints(wish.empty),
    ledger_proof: (request) => proof(request.entry, wish.fail === "tampered"),
    ledger_proof_save: (request) => ({ path: `/home/maren/Downloads/practice-entry-${request.entry}.tlog-proof`, bytes: 1204, digest: digest("proof") }),
    ledger_export: exported,
    ledger_report: reported,
  };
}

function founding(state: AppStateView): ViewOf<"prepare_founder"> {
  if (state.at !== "founding") throw new Error("not founding");
  return state.founding;
}

function status(empty: boolean): StatusView {
  return {
    ledgerHead: 18459, verifiedTo: 18442, verifiedAt: micros(Date.now() - 60_000), ledgerBrokenAt: null, vault: { name: CUSTODY.vaultHost.split(".")[0] ?? "", latencyMs: 38, problem: null }, register: { name: "custody", latencyMs: 6, problem: null },
    forMe: empty ? 0 : 2, keys: empty ? 0 : 2391, runs: empty ? 0 : 4, reviews: empty ? 0 : 4, exceptions: empty ? 0 : 6, exceptionsExpired: empty ? 0 : 1,
  };
}
