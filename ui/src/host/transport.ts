import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

/** The way to the host. The window has one, made of Tauri; tests and the development double bring their own. */
export type Transport = {
  invoke(command: string, request: unknown): Promise<unknown>;
  listen(event: string, heard: (payload: unknown) => void): Promise<() => void>;
};

const tauri: Transport = {
  invoke: (command, request) => invoke(command, { request }),
  listen: (event, heard) => listen(event, (message) => heard(message.payload)),
};

let present: Transport = tauri;

export function transport(): Transport {
  return present;
}

/** For tests and `dev/` only: the product never calls it. */
export function replaceTransport(other: Transport): void {
  present = other;
}
