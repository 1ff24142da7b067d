import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { makeDouble } from "../dev/double/double";
import { App } from "./App";
import { replaceTransport, transport, type Transport } from "./host/transport";

const product = transport();

beforeEach(() => {
  location.hash = "";
});

afterEach(() => {
  replaceTransport(product);
});

function open(state: string, change: (double: Transport) => Transport = (double) => double) {
  replaceTransport(change(makeDouble(state, { fail: "", slow: 0, empty: false })));
  return render(<App />);
}

describe("the window", () => {
  it.each([
    ["first_run", "Open a local custody"],
    ["founding", "Found practice"],
    ["locked", "Unlock practice"],
    ["unavailable", "practice cannot be opened now"],
  ])("shows the screen that belongs to %s", async (state, title) => {
    open(state);
    expect(await screen.findByRole("heading", { name: title })).toBeDefined();
  });

  it("says what to start when no keychain answers", async () => {
    open("no_keychain");
    expect((await screen.findByRole("alert")).textContent).toContain("gnome-keyring-daemon --start");
  });

  /** the environment stands on every page, and a local custody says so. */
  it("names the environment and the local custody on the page", async () => {
    open("unlocked");
    expect((await screen.findByTestId("environment")).textContent).toBe("Development· Local custody");
    expect(document.querySelector(".band")?.getAttribute("data-env")).toBe("development");
  });

  it("leaves nothing of the custody on the page once it is locked", async () => {
    open("unlocked");
    await screen.findByText("Needs you");
    await userEvent.click(screen.getByRole("button", { name: "Lock Countersign" }));
    await screen.findByRole("heading", { name: "Unlock practice" });
    expect(document.body.textContent).not.toContain("kek-tenant-a");
  });

  it("locks when the host says so", async () => {
    let say: (payload: unknown) => void = () => undefined;
    let locked = false;
    open("unlocked", (double) => ({
      invoke: (command, request) => (locked && command === "app_state" ? makeDouble("locked", { fail: "", slow: 0, empty: false }).invoke(command, request) : double.invoke(command, request)),
      listen: (_, heard) => {
        say = heard;
        return Promise.resolve(() => undefined);
      },
    }));
    await screen.findByText("Needs you");
    locked = true;
    act(() => { say({ event: "locked", reason: "idle" }); });
    expect(await screen.findByText("Locked because nobody did anything for a while.")).toBeDefined();
  });

  it("says an unlock's refusal where it was tried", async () => {
    open("locked");
    await userEvent.type(await screen.findByLabelText("Passphrase of the device key"), "wrong");
    await userEvent.click(screen.getByRole("button", { name: "Unlock" }));
    await waitFor(() => { expect(screen.getByRole("alert").textContent).toContain("does not open the device key"); });
  });
});
