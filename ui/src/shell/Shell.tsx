import { Suspense, type ReactNode } from "react";

import { nextRegion, useKeyListener, useKeys } from "../commands/keys";
import { commands } from "../commands/registry";
import { useAct } from "../host";
import { Skeleton } from "../kit";
import type { Route } from "../routes/route";
import { Band } from "./EnvironmentTab";
import { KeysHelp, openKeysHelp } from "./KeysHelp";
import { LedgerAlarm } from "./LedgerAlarm";
import { openPalette, PaletteHost } from "./Palette";
import { useIdle, useSession } from "./session";
import { Sidebar } from "./Sidebar";
import { StatusBar } from "./StatusBar";
import styles from "./shell.module.css";
import { Toasts } from "./Toasts";

/** The frame around every screen behind the lock. */
export function Shell({ route, children }: { readonly route: Route; readonly children: ReactNode }) {
  const session = useSession();
  const locksAt = useIdle(session.session);
  const lock = useAct("lock");
  useKeyListener();
  useKeys("Everywhere", [
    { keys: "Ctrl+k", label: "Commands", act: openPalette },
    { keys: "?", label: "Keys of this screen", act: openKeysHelp },
    { keys: "F6", label: "Next region", act: () => { nextRegion(1); } },
    { keys: "Shift+F6", label: "Previous region", act: () => { nextRegion(-1); } },
    ...commands(session, () => { lock.act({}); })
      .filter((command) => command.keys !== undefined && command.refused === undefined)
      .map((command) => ({ keys: command.keys ?? "", label: command.title, act: command.run })),
  ]);
  return (
    <>
      <a className={`btn ${styles.skip ?? ""}`} href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        Skip to the page
      </a>
      <Band environment={session.custody.environment} />
      <LedgerAlarm />
      <div className="app">
        <Sidebar route={route} />
        <Suspense fallback={<Skeleton label="Opening the page" />}>{children}</Suspense>
        <StatusBar custody={session.custody} locksAt={locksAt} />
      </div>
      <PaletteHost />
      <KeysHelp />
      <Toasts />
    </>
  );
}
