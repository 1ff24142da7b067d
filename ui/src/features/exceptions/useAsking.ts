import { useAct, type DraftRequest } from "../../host";

/** A request is written by the host and sealed in the sign window: the same for every form here. */
export function useAsking() {
  const open = useAct("open_sign_window");
  const write = useAct("draft_request", { done: (view) => { open.act({ subject: { sign: "draft", draft: view.draft } }); } });
  return {
    ask: (request: DraftRequest) => { write.act(request); },
    busy: write.busy || open.busy,
    error: write.error ?? open.error,
    opened: open.view !== undefined,
    reset: () => {
      write.reset();
      open.reset();
    },
  };
}
