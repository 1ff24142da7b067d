/** The one door to the host. No other module imports what Tauri brings or knows a command's name as text. */
export { call, type Command, type Outcome, type RequestOf, type ViewOf } from "./call";
export { CallFailed, forget, invalidate, makeQueryClient, type Reading } from "./cache";
export { clearProgress, useHostEvents, useProgress } from "./events";
export { escapeText, isPlain } from "./escape";
export { useAct, usePages, useRead } from "./hooks";
export type * from "./ipc";
