import { render } from "@testing-library/react";

import { App } from "../src/App";
import { replaceTransport } from "../src/host/transport";
import { makeDouble } from "./double/double";

/** Opens the whole window at an address over the double, and keeps what it asks the host to do. For tests. */
export function openAt(hash: string, state = "unlocked", fail = "") {
  const asked: { command: string; request: unknown }[] = [];
  const double = makeDouble(state, { fail, slow: 0, empty: false });
  replaceTransport({
    invoke: (command, request) => {
      asked.push({ command, request });
      return double.invoke(command, request);
    },
    listen: double.listen,
  });
  location.hash = hash;
  render(<App />);
  return { of: (command: string) => asked.filter((one) => one.command === command).map((one) => one.request) };
}
