import { useEffect, useRef, type ReactNode } from "react";

import { useAct } from "../host";
import { Icon, IconButton } from "../kit";
import { EnvironmentTab } from "./EnvironmentTab";
import { openPalette } from "./Palette";
import { useSession } from "./session";

/** Title, search and commands, environment, lock: the same on every page. */
export function TopBar({ title, meta, crumb, children }: { readonly title: string; readonly meta?: ReactNode; readonly crumb?: { readonly label: string; readonly href: string }; readonly children?: ReactNode }) {
  const session = useSession();
  const lock = useAct("lock");
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  return (
    <header className="top" data-region="top">
      {crumb && (
        <span className="crumb">
          <a href={crumb.href}>{crumb.label}</a>
          <span aria-hidden="true">/</span>
        </span>
      )}
      <h1 className="trunc">{title}</h1>
      {meta !== undefined && <span className="t3 small nowrap">{meta}</span>}
      {children}
      <button type="button" className="find" onClick={openPalette}>
        <Icon name="search" />
        <span>Search or run a command</span>
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <EnvironmentTab custody={session.custody} />
      <IconButton icon="lock" label="Lock Countersign" onClick={() => { lock.act({}); }} />
    </header>
  );
}

/** A new page takes the focus, so that the next Tab is on it and a screen reader says its name. */
export function Main({ children, label }: { readonly children: ReactNode; readonly label: string }) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
  }, []);
  return (
    <main ref={ref} className="main" id="main" tabIndex={-1} aria-label={label} data-region="main">
      {children}
    </main>
  );
}
