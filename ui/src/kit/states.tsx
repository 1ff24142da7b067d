import { useEffect, useState, type ReactNode } from "react";

import type { IpcError } from "../host";
import { Button } from "./Button";
import { Icon } from "./Icon";
import type { IconName } from "./drawings";
import { sentences } from "./problems";
import styles from "./states.module.css";
import { Copy } from "./text";

export type NoteTone = "info" | "warn" | "alert" | "ink" | "ok" | "danger";

const NOTE_ICON: Record<NoteTone, IconName> = { info: "info", warn: "circle-alert", alert: "triangle-alert", ink: "info", ok: "circle-check", danger: "octagon-x" };

export function Note({ tone = "info", icon, children, role }: { readonly tone?: NoteTone; readonly icon?: IconName; readonly children: ReactNode; readonly role?: "status" | "alert" }) {
  return (
    <div className={`note ${tone}`} role={role}>
      <Icon name={icon ?? NOTE_ICON[tone]} />
      <div className="grow wrap">{children}</div>
    </div>
  );
}

/** What happened, what holds now, what to do; an incident number to copy. Stays where the act was. */
export function Problem({ error, again }: { readonly error: IpcError; readonly again?: () => void }) {
  const said = sentences(error);
  return (
    <Note tone="alert" role="alert">
      <b className="med">{said.what}</b> {said.state} {said.todo}
      {said.incident !== undefined && (
        <>
          {" "}
          <span className="idc">
            Incident <span className="mono">{said.incident}</span>
            <Copy value={said.incident} label="incident number" />
          </span>
        </>
      )}
      {again && (
        <div className={styles.again}>
          <Button size="sm" icon="refresh-cw" onClick={again}>
            Try again
          </Button>
        </div>
      )}
    </Note>
  );
}

/** Four different emptinesses: nothing yet, nothing matches, not allowed, not reached. Each with one next act at most. */
export function Empty({ icon = "circle-dashed", title, children, act }: { readonly icon?: IconName; readonly title: string; readonly children?: ReactNode; readonly act?: ReactNode }) {
  return (
    <div className="emptystate">
      <Icon name={icon} size={20} />
      <h2>{title}</h2>
      {children !== undefined && <p className={styles.why}>{children}</p>}
      {act}
    </div>
  );
}

/** Grey lines where rows will be, but only when it takes longer than a blink. */
export function Skeleton({ lines = 6, label }: { readonly lines?: number; readonly label: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setLate(true);
    }, 150);
    return () => {
      window.clearTimeout(timer);
    };
  }, []);
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {late && Array.from({ length: lines }, (_, at) => <span key={at} className={styles.line} />)}
    </div>
  );
}

/** The three states every reading has before it has an answer. */
export function Reading<V>({ view, error, again, label, lines, children }: { readonly view: V | undefined; readonly error: IpcError | undefined; readonly again: () => void; readonly label: string; readonly lines?: number; readonly children: (view: V) => ReactNode }) {
  if (view !== undefined) {
    return (
      <>
        {error && (
          <div className={styles.over}>
            <Problem error={error} again={again} />
          </div>
        )}
        {children(view)}
      </>
    );
  }
  if (error) {
    return (
      <div className={styles.over}>
        <Problem error={error} again={again} />
      </div>
    );
  }
  return <Skeleton label={`Reading ${label}`} {...(lines === undefined ? {} : { lines })} />;
}
