import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { VirtualTable } from "./VirtualTable";

const ROWS = Array.from({ length: 100_000 }, (_, at) => `key-${at}`);

function open(loadMore = vi.fn(), rows = ROWS) {
  const opened = vi.fn();
  const view = render(
    <VirtualTable label="Keys" columns={[{ id: "name", label: "Key" }]} template="" rows={rows} total={1_000_000} rowKey={(row) => row} cells={(row) => [row]} current={null} open={opened} more loadMore={loadMore} rowHeight={36} />,
  );
  return { opened, view };
}

// jsdom lays nothing out: the table is told that it sees 720 pixels.
beforeEach(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(720);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(900);
  HTMLElement.prototype.scrollTo = vi.fn() as never;
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a table of any length", () => {
  it("keeps at most sixty rows in the document and knows how many there are", () => {
    open();
    const shown = screen.getAllByRole("row");
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.length).toBeLessThanOrEqual(60);
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("1000001");
    expect(screen.getByRole("row", { name: "key-3" }).getAttribute("aria-rowindex")).toBe("5");
  });

  it("gives one row the focus and moves it by key", async () => {
    const { opened } = open();
    const first = screen.getByRole("row", { name: "key-0" });
    expect(screen.getAllByRole("row").filter((row) => row.tabIndex === 0)).toEqual([first]);
    first.focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(document.activeElement).toBe(screen.getByRole("row", { name: "key-1" }));
    await userEvent.keyboard("{Enter}");
    expect(opened).toHaveBeenCalledExactlyOnceWith("key-1");
  });

  it("asks for more before the end is seen, and not far from it", () => {
    const far = vi.fn();
    open(far).view.unmount();
    expect(far).not.toHaveBeenCalled();
    const near = vi.fn();
    open(near, ROWS.slice(0, 50));
    expect(near).toHaveBeenCalled();
  });
});
