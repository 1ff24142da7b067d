import { describe, expect, it } from "vitest";

import type { IpcError } from "../host";
import { sentences } from "./problems";

const EVERY: IpcError[] = [
  { code: "locked" }, { code: "wrong_passphrase" }, { code: "keychain_unavailable", start: "Start it." }, { code: "invalid", field: "reason", problem: "empty" },
  { code: "not_found", what: "request" }, { code: "refused", reason: { because: "own_request" }, eligible: [{ operator: "o" as never, name: "Ilse Brandt", initials: "IB", roles: ["security"] }] },
  { code: "plan_stale", differences: [] }, { code: "connection", target: "vault", address: "a", problem: { what: "dns" } }, { code: "throttled", retryAfterS: 3 },
  { code: "ledger_broken", entry: 5, fault: "hash_differs" }, { code: "too_large", limitBytes: 10_485_760 }, { code: "moved" }, { code: "busy", task: "import" }, { code: "internal", incident: "A1" as never },
];

describe("sentences", () => {
  it("say what happened and what to do, in whole sentences, for every error", () => {
    for (const error of EVERY) {
      const said = sentences(error);
      for (const text of [said.what, said.todo, said.state ?? "Fine."]) expect(text, error.code).toMatch(/^[A-Z“].*[.”]$/);
    }
  });

  it("name who could do it instead", () => {
    expect(sentences(EVERY[5] as IpcError).todo).toBe("Ilse Brandt could do it instead.");
    expect(sentences({ code: "refused", reason: { because: "suspended" }, eligible: [] }).todo).toBe("Nobody enrolled could do it instead.");
  });

  it("carry the incident to be copied", () => {
    expect(sentences({ code: "internal", incident: "A1" as never }).incident).toBe("A1");
  });
});
