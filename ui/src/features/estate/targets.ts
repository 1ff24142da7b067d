import type { DekTarget } from "../../host";

/** What one line names: a tenant and an integration, or a secret. */
export type Line = { readonly line: number; readonly target: DekTarget } | { readonly line: number; readonly problem: string };

export const TARGETS_MAX = 500;

/** "Tenant, Integration" or "secret: name", one a line; blank lines are left out. */
export function readTargets(text: string): Line[] {
  const seen = new Map<string, number>();
  return text.split(/\r?\n/).flatMap((raw, at): Line[] => {
    const line = at + 1;
    const trimmed = raw.trim();
    if (trimmed === "") return [];
    const twin = seen.get(trimmed);
    if (twin !== undefined) return [{ line, problem: `says the same as line ${twin}` }];
    seen.set(trimmed, line);
    const secret = /^secret\s*:\s*(.*)$/i.exec(trimmed);
    if (secret) {
      const name = secret[1]?.trim() ?? "";
      return name === "" ? [{ line, problem: "names no secret" }] : [{ line, target: { for: "secret", name } }];
    }
    const parts = trimmed.split(/[,;\t]/).map((part) => part.trim());
    const [tenant, integration] = parts;
    if (parts.length !== 2 || !tenant || !integration) return [{ line, problem: "is neither “tenant, integration” nor “secret: name”" }];
    return [{ line, target: { for: "tenant", tenant, integration } }];
  });
}
