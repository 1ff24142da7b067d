import { escapeAnswer } from "./escape";
import type { HostEvent, IpcError, IpcSchema } from "./ipc";
import { transport } from "./transport";

export type Command = keyof IpcSchema;
export type RequestOf<C extends Command> = IpcSchema[C][0];
export type ViewOf<C extends Command> = IpcSchema[C][1];

/** What a call came to. Failure is a value here: whoever calls must say what happens then. */
export type Outcome<T> = { readonly ok: true; readonly view: T } | { readonly ok: false; readonly error: IpcError };

/** Asks the host. The only way from the window to anything outside it. */
export async function call<C extends Command>(command: C, request: RequestOf<C>): Promise<Outcome<ViewOf<C>>> {
  try {
    const answer = (await transport().invoke(command, request)) as ViewOf<C>;
    return { ok: true, view: escapeAnswer(answer) };
  } catch (refused) {
    return { ok: false, error: escapeAnswer(asIpcError(refused)) };
  }
}

/** Hears what the host says without being asked. Answers how to stop. */
export function hear(heard: (event: HostEvent) => void): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  void transport()
    .listen("host", (payload) => heard(escapeAnswer(payload as HostEvent)))
    .then((stopListening) => {
      if (stopped) stopListening();
      else stop = stopListening;
    });
  return () => {
    stopped = true;
    stop?.();
  };
}

/** The host's own errors carry a code. Anything else (a command that no permission grants) is a fault of the program. */
export function asIpcError(thrown: unknown): IpcError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "string") {
    return thrown as IpcError;
  }
  return { code: "internal", incident: "window" as Extract<IpcError, { code: "internal" }>["incident"] };
}
