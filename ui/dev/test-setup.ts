import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// What jsdom lacks of a browser.
window.matchMedia ??= (query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
if (typeof HTMLDialogElement.prototype.showModal !== "function") {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
}

// Slow is not wrong: a machine that is busy with other tests draws late.
configure({ asyncUtilTimeout: 15_000 });

afterEach(cleanup);
