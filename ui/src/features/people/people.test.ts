import { describe, expect, it } from "vitest";

import { daysAgo, digest, ILSE, inDays, micros, NOW } from "../../../dev/double/people";
import { card } from "../../../dev/double/roster";
import type { LostView } from "../../host";
import { momentOf, typedMoment } from "./moment";
import { EMPTY_WISH, gapsOf, operationOf, withRole } from "./peopleAsk";
import { clockLeft, lostClock, operationName, proofSaid, unmetSentence } from "./words";

const LOST: LostView = { device: digest("x"), name: "x", lostAt: micros(NOW), reportedAt: micros(NOW + 22 * 60_000), reportedBy: ILSE, dueAt: micros(NOW + 4 * 3_600_000), entry: 9, wiped: null };
const at = (hours: number) => new Date(NOW + hours * 3_600_000);

describe("the clock of a lost device", () => {
  /** four hours from the loss, not from the report; late is said in so many words. */
  it("counts from the loss, and says what is left and what is late", () => {
    expect(lostClock(LOST, at(1))).toEqual({ tone: "warn", report: "Reported 22 min after the loss, in time.", wipe: "Remote wipe still to be recorded: 3 h 0 min left." });
    expect(lostClock(LOST, at(6)).tone).toBe("alert");
    expect(lostClock(LOST, at(6)).wipe).toBe("Remote wipe not recorded: 2 h over the time.");
    expect(lostClock({ ...LOST, reportedAt: micros(NOW + 5 * 3_600_000) }, at(6)).report).toBe("Reported 5 h after the loss: 1 h too late.");
    const wiped = { at: micros(NOW + 3_600_000), by: ILSE, evidence: "MDM 4711", entry: 10 };
    expect(lostClock({ ...LOST, wiped }, at(6)).tone).toBe("ok");
    expect(clockLeft(3 * 3600 + 59 * 60)).toBe("3 h 59 min");
  });

  /** the time of loss is typed, in UTC, and no day that does not exist becomes another. */
  it("takes a moment as it is typed, and no other", () => {
    expect(momentOf("2026-11-22 07:10")).toBe(String(Date.UTC(2026, 10, 22, 7, 10) * 1000));
    expect(momentOf(typedMoment(new Date(Date.UTC(2026, 0, 2, 3, 4))))).toBe(String(Date.UTC(2026, 0, 2, 3, 4) * 1000));
    for (const wrong of ["", "yesterday", "2026-02-31 07:10", "2026-11-22 25:00", "22.11.2026 07:10"]) expect(momentOf(wrong)).toBeNull();
  });
});

describe("proof of life", () => {
  /** never, due, late and in time read differently. */
  it("says how a proof stands", () => {
    const now = new Date(NOW);
    expect(proofSaid({ state: "in_time", at: daysAgo(21), dueAt: inDays(69), entry: 1 }, now).word).toBe("1 Nov 2026");
    expect(proofSaid({ state: "due", at: daysAgo(82), dueAt: inDays(8), entry: 1 }, now)).toMatchObject({ word: "Due in 8 d", tone: "warn" });
    expect(proofSaid({ state: "overdue", at: daysAgo(104), dueAt: inDays(-14), entry: 1 }, now)).toMatchObject({ word: "14 d late", tone: "alert" });
    expect(proofSaid({ state: "never", at: null, dueAt: inDays(3), entry: null }, now).word).toBe("Never");
  });

  it("says which quorum could not be met, and which only in doubt", () => {
    const health = (operation: "destroy_kek" | "recover_kek", why: "too_few" | "not_proven") => ({ operation, met: false, why, mayAsk: [], mayCountersign: [] });
    expect(unmetSentence([health("destroy_kek", "too_few"), health("recover_kek", "not_proven")])).toBe("No two people could destroy a KEK today. To recover a KEK would take somebody whose rehearsal is overdue.");
    expect(operationName("enrol_operator")).toBe("Enrol an operator");
  });
});

describe("asking about people", () => {
  /** an auditor has no other role; accepting risks goes with Security. */
  it("keeps roles together that belong together, and apart what does not", () => {
    expect(withRole(["security", "devops"], "auditor", true, [])).toEqual(["auditor"]);
    expect(withRole(["auditor"], "devops", true, [])).toEqual(["devops"]);
    expect(withRole([], "risk_acceptance", true, [])).toEqual(["security", "risk_acceptance"]);
    expect(withRole([], "risk_acceptance", true, ["security"])).toEqual(["risk_acceptance"]);
    expect(withRole(["security", "risk_acceptance"], "security", false, [])).toEqual([]);
  });

  /** nobody is asked for on a card whose proof does not hold, of another custody, or of another person. */
  it("asks for nothing with a card that does not hold", () => {
    const wish = (text: string) => ({ ...EMPTY_WISH, card: text, read: card(text), roles: ["devops" as const] });
    expect(operationOf("enrol", wish("good"))).toEqual({ operation: "enrol_operator", joiner: { as: "card", card: "good" }, roles: ["devops"] });
    for (const text of ["forged", "stranger", "maren"]) expect(gapsOf("enrol", wish(text))["card"]).toBeDefined();
    expect(gapsOf("device", { ...wish("maren"), operator: "op-1" })).toEqual({});
    expect(gapsOf("device", { ...wish("maren"), operator: "op-2" })["card"]).toBe("This card is not of that person.");
    expect(gapsOf("grant", { ...EMPTY_WISH, operator: "op-1" })).toEqual({ roles: "Choose at least one role." });
  });

  /** what is no human brings no key. */
  it("asks for a service without a card", () => {
    const wish = { ...EMPTY_WISH, keyless: true, actor: "ai" as const, name: "Triage", person: "triage@ai.example", login: "ai_triage", roles: ["auditor" as const] };
    expect(operationOf("enrol", wish)).toEqual({ operation: "enrol_operator", joiner: { as: "keyless", kind: "ai", name: "Triage", person: "triage@ai.example", login: "ai_triage" }, roles: ["auditor"] });
  });
});
