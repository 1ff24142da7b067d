import { describe, expect, it } from "vitest";

import main from "../../../src-tauri/capabilities/main.json?raw";
import sign from "../../../src-tauri/capabilities/sign.json?raw";
import conf from "../../../tauri.conf.json?raw";
import mainPage from "../../index.html?raw";
import signPage from "../../sign.html?raw";
import { INVALIDATES } from "./ipc";

type Capability = { windows: string[]; permissions: string[] };

const SIGN_ONLY = ["sign_context", "sign_confirm", "sign_cancel"];
const permission = (command: string) => `allow-${command.replaceAll("_", "-")}`;
const commandsOf = (text: string) => (JSON.parse(text) as Capability).permissions.filter((name) => name.startsWith("allow-")).sort();

describe("capabilities", () => {
  it("give each window its own commands of the table and no other", () => {
    const all = Object.keys(INVALIDATES);
    expect(commandsOf(main)).toEqual(all.filter((command) => !SIGN_ONLY.includes(command)).map(permission).sort());
    expect(commandsOf(sign)).toEqual(SIGN_ONLY.map(permission).sort());
    expect((JSON.parse(main) as Capability).windows).toEqual(["main"]);
    expect((JSON.parse(sign) as Capability).windows).toEqual(["sign"]);
  });

  it("give no plugin and nothing of the core but listening", () => {
    for (const text of [main, sign]) {
      const others = (JSON.parse(text) as Capability).permissions.filter((name) => !name.startsWith("allow-"));
      expect(others).toEqual(["core:event:allow-listen", "core:event:allow-unlisten"]);
    }
  });
});

describe("content policy", () => {
  it("starts from nothing and allows nothing inline", () => {
    const { security } = (JSON.parse(conf) as { app: { security: { csp: Record<string, string>; freezePrototype: boolean } } }).app;
    expect(security.csp["default-src"]).toBe("'none'");
    expect(Object.values(security.csp).join(" ")).not.toMatch(/unsafe|\*|https:/);
    expect(security.freezePrototype).toBe(true);
  });

  it("finds nothing inline in the pages", () => {
    for (const page of [mainPage, signPage]) {
      expect(page).not.toMatch(/<style|style=|\son[a-z]+=|<script>(?!<)/);
    }
  });
});
