import { describe, expect, it } from "vitest";

import tokens from "./tokens.css?raw";

type Colours = Record<string, string>;

/** The custom properties of one block that hold a plain colour. */
function coloursOf(selector: string): Colours {
  const from = tokens.indexOf(`${selector} {`);
  const block = tokens.slice(from, tokens.indexOf("\n}", from));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

const light = coloursOf(":root");
const themes: Record<string, Colours> = { light, dark: { ...light, ...coloursOf(':root[data-theme="dark"]') } };

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["canvas", "surface", "surface-sunken"];
const TEXT: [string, string[]][] = [
  ["text", [...SURFACES, "sidebar", "surface-selected", "surface-hover"]],
  ["text-2", [...SURFACES, "sidebar", "surface-selected", "surface-hover", "diff-del-bg"]],
  ["text-3", [...SURFACES, "surface-selected", "sidebar"]],
  ["ink", [...SURFACES, "ink-tint"]],
  ["ok", [...SURFACES, "ok-tint"]], ["warn", [...SURFACES, "warn-tint"]], ["alert", [...SURFACES, "alert-tint"]], ["danger", [...SURFACES, "danger-tint"]], ["idle", ["idle-tint"]],
];
const ON: [string, string][] = [["on-ink", "ink"], ["on-ink", "ink-hover"], ["on-danger", "danger"], ["on-danger", "danger-hover"], ["on-env-production", "env-production"]];
const SHAPES: [string, string[]][] = [["line-control", SURFACES], ["focus", SURFACES], ["env-production", ["canvas"]], ["env-staging", ["surface"]], ["env-development", ["surface"]]];

describe.each(Object.entries(themes))("%s theme", (_, colours) => {
  const pair = (one: string, other: string) => contrast(colours[one] ?? "", colours[other] ?? "");

  it("has text at 4.5 to 1 on every ground it is used on", () => {
    const poor = TEXT.flatMap(([text, grounds]) => grounds.filter((ground) => !(pair(text, ground) >= 4.5)).map((ground) => `${text} on ${ground}`));
    expect(poor).toEqual([]);
    expect(ON.filter(([text, ground]) => !(pair(text, ground) >= 4.5))).toEqual([]);
  });

  it("has control borders, focus and environments at 3 to 1", () => {
    const poor = SHAPES.flatMap(([shape, grounds]) => grounds.filter((ground) => !(pair(shape, ground) >= 3)).map((ground) => `${shape} on ${ground}`));
    expect(poor).toEqual([]);
  });
});
