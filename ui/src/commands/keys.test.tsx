import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { setAppearance } from "../design/appearance";
import { shownKey, useKeyListener, useKeys, type Binding } from "./keys";

function Screen({ bindings }: { readonly bindings: readonly Binding[] }) {
  useKeyListener();
  useKeys("Here", bindings);
  return (
    <>
      <input aria-label="Text" />
      <button type="button">Button</button>
    </>
  );
}

function open() {
  const overview = vi.fn();
  const sign = vi.fn();
  const palette = vi.fn();
  const view = render(<Screen bindings={[{ keys: "g o", label: "Overview", act: overview }, { keys: "c", label: "Countersign", act: sign }, { keys: "Ctrl+k", label: "Commands", act: palette }]} />);
  return { overview, sign, palette, view };
}

describe("keys", () => {
  it("act alone and two in a row", async () => {
    const { overview, sign } = open();
    await userEvent.keyboard("c");
    await userEvent.keyboard("go");
    expect([sign, overview].map((act) => act.mock.calls.length)).toEqual([1, 1]);
  });

  it("leave text alone, but for those with Ctrl", async () => {
    const { sign, palette, view } = open();
    await userEvent.click(view.getByLabelText("Text"));
    await userEvent.keyboard("c{Control>}k{/Control}");
    expect([sign, palette].map((act) => act.mock.calls.length)).toEqual([0, 1]);
  });

  it("can be switched off where they are single letters", async () => {
    const { sign, palette } = open();
    setAppearance({ letters: false });
    await userEvent.keyboard("c{Control>}k{/Control}");
    setAppearance({ letters: true });
    expect([sign, palette].map((act) => act.mock.calls.length)).toEqual([0, 1]);
  });

  it("go with the screen that brought them", async () => {
    const { sign, view } = open();
    view.unmount();
    await userEvent.keyboard("c");
    expect(sign).not.toHaveBeenCalled();
  });

  it("are written as on the keyboard", () => {
    expect(shownKey("g o")).toEqual(["G", "O"]);
    expect(shownKey("Ctrl+k")).toEqual(["Ctrl", "K"]);
    expect(shownKey("Escape")).toEqual(["Esc"]);
  });
});
