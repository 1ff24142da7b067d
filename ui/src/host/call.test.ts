import { afterEach, describe, expect, it } from "vitest";

import { call, hear } from "./call";
import { replaceTransport, transport, type Transport } from "./transport";

const product = transport();

afterEach(() => {
  replaceTransport(product);
});

function answering(invoke: Transport["invoke"]): void {
  replaceTransport({ invoke, listen: () => Promise.resolve(() => undefined) });
}

describe("call", () => {
  it("hands the request on as it is and escapes the answer", async () => {
    const asked: unknown[] = [];
    answering((command, request) => {
      asked.push([command, request]);
      return Promise.resolve({ tenants: [{ name: "a\u202Eb", keys: 1 }], total: 1 });
    });
    const outcome = await call("tenants_list", { prefix: "a\u202E", limit: 5 });
    expect(asked).toEqual([["tenants_list", { prefix: "a\u202E", limit: 5 }]]);
    expect(outcome).toEqual({ ok: true, view: { tenants: [{ name: "a\\u{202E}b", keys: 1 }], total: 1 } });
  });

  it("answers the host's refusal as a value", async () => {
    answering(() => Promise.reject({ code: "wrong_passphrase" }));
    expect(await call("lock", {})).toEqual({ ok: false, error: { code: "wrong_passphrase" } });
  });

  it("makes an incident of a refusal that is not the host's", async () => {
    answering(() => Promise.reject("overview not allowed. Permissions associated with this command: …"));
    expect(await call("overview", {})).toMatchObject({ ok: false, error: { code: "internal" } });
  });
});

describe("hear", () => {
  it("escapes what it hears and stops when told, also before it has begun", async () => {
    let say: (payload: unknown) => void = () => undefined;
    let stopped = 0;
    replaceTransport({ invoke: () => Promise.resolve(null), listen: (_, heard) => ((say = heard), Promise.resolve(() => (stopped += 1, undefined))) });
    const heard: unknown[] = [];
    const stop = hear((event) => heard.push(event));
    say({ event: "sealed", request: "r", label: "RQ\u200B", decision: null });
    stop();
    await Promise.resolve();
    await Promise.resolve();
    expect(heard).toEqual([{ event: "sealed", request: "r", label: "RQ\\u{200B}", decision: null }]);
    expect(stopped).toBe(1);
  });
});
