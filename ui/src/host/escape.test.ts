import { describe, expect, it } from "vitest";

import { escapeAnswer, escapeText, isPlain } from "./escape";

describe("escapeText", () => {
  it("shows what turns the reading direction", () => {
    expect(escapeText("pay\u202Eroll\u202C")).toBe("pay\\u{202E}roll\\u{202C}");
    expect(escapeText("a\u2066b\u2069\u200F")).toBe("a\\u{2066}b\\u{2069}\\u{200F}");
  });

  it("shows what has no width", () => {
    for (const hidden of ["\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD", "\u3164", "\u115F", "\u2800", "\u034F", "\uFE0F", "\u{E0041}", "\u{E0100}"]) {
      expect(escapeText(`a${hidden}b`)).toMatch(/^a\\u\{[0-9A-F]{4,}\}b$/);
    }
  });

  it("shows controls and odd spaces, and leaves line feed and tab", () => {
    expect(escapeText("a\0b\u0007\r\n\tc\u2028\u2003")).toBe("a\\u{0000}b\\u{0007}\\u{000D}\n\tc\\u{2028}\\u{2003}");
  });

  it("leaves names of every script alone", () => {
    for (const name of ["Hannah Voß", "Łukasz Żak", "李小龙", "Σωκράτης", "שרה", "محمد", "O’Brien", "€ 5, 100 %"]) {
      expect(isPlain(name)).toBe(true);
    }
  });

  it("shows a lone surrogate instead of breaking on it", () => {
    expect(escapeText("a\uD800b")).toBe("a\\u{D800}b");
  });
});

describe("escapeAnswer", () => {
  /** what is read is what is signed; nothing that was typed can dress up as something else. */
  it("reaches every string of an answer and nothing else", () => {
    const answer = { name: "a\u202Eb", rows: [{ owner: "c\u200Bd", count: 3, gone: null, yes: true }] };
    expect(escapeAnswer(answer)).toEqual({ name: "a\\u{202E}b", rows: [{ owner: "c\\u{200B}d", count: 3, gone: null, yes: true }] });
  });
});
