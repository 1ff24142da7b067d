import { useEffect, useRef, useState } from "react";

import { call, useRead, type AppStateView, type Micros } from "../host";

export type Unlocked = Extract<AppStateView, { at: "unlocked" }>;

/** Who is at work. Only screens behind the lock use it. */
export function useSession(): Unlocked {
  const { view } = useRead("app_state", {});
  if (view?.at !== "unlocked") throw new Error("no operator is at work");
  return view;
}

const TOUCH_MS = 15_000;

/** Tells the host that someone is there, and answers when the console locks if they are not. */
export function useIdle(session: Unlocked["session"]): Micros {
  const [locksAt, setLocksAt] = useState(session.locksAt);
  const last = useRef(0);
  useEffect(() => {
    const touch = () => {
      const now = Date.now();
      if (now - last.current < TOUCH_MS) return;
      last.current = now;
      void call("touch_activity", {}).then((outcome) => {
        if (outcome.ok) setLocksAt(outcome.view.locksAt);
      });
    };
    const kinds = ["keydown", "pointerdown", "wheel"] as const;
    for (const kind of kinds) window.addEventListener(kind, touch, { passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, touch);
    };
  }, []);
  return locksAt;
}
