import { useEffect, useState } from "react";

import type { Micros } from "../host";
import { exactMoment, longMoment, moment, relative, shortDigest } from "./format";
import { Icon } from "./Icon";
import type { IconName } from "./drawings";
import type { Said, Tone } from "./words";

/** A status: drawing, word and colour, always all three. */
export function Status({ said }: { readonly said: Said }) {
  return (
    <span className={`st ${said.tone}`}>
      <Icon name={said.icon} />
      {said.word}
    </span>
  );
}

export function Chip({ tone = "idle", icon, children }: { readonly tone?: Tone; readonly icon?: IconName; readonly children: string }) {
  return (
    <span className={`chip ${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** Relative, with the whole moment on hover and for screen readers. */
export function Ago({ at }: { readonly at: Micros }) {
  const now = useNow(20_000);
  return (
    <time dateTime={iso(at)} title={longMoment(at)}>
      {relative(at, now)}
    </time>
  );
}

export function When({ at, exact = false }: { readonly at: Micros; readonly exact?: boolean }) {
  return (
    <time dateTime={iso(at)} title={exactMoment(at)}>
      {exact ? exactMoment(at) : moment(at)}
    </time>
  );
}

/** The present, renewed every so often. */
export function useNow(everyMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = window.setInterval(() => {
      setNow(new Date());
    }, everyMs);
    return () => {
      window.clearInterval(timer);
    };
  }, [everyMs]);
  return now;
}

/** A hash, shortened in the middle, whole on hover, with a button that copies the whole. */
export function Hash({ value, label, short }: { readonly value: string; readonly label: string; readonly short?: string }) {
  return (
    <span className="idc">
      <span className="mono trunc" title={value}>
        {short ?? shortDigest(value)}
      </span>
      <Copy value={value} label={label} />
    </span>
  );
}

export function Copy({ value, label }: { readonly value: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(value).then(() => {
      setCopied(true);
      window.setTimeout(() => {
        setCopied(false);
      }, 1500);
    }, ignoreRefusal);
  };
  return (
    <button type="button" className="copy" aria-label={copied ? `${label} copied` : `Copy ${label}`} title={copied ? "Copied" : `Copy ${label}: ${value}`} onClick={copy}>
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}

/** A refused clipboard leaves the button as it was: the value is still there to be selected. */
function ignoreRefusal(): void {
  return undefined;
}

function iso(at: Micros): string {
  return new Date(Number(BigInt(at) / 1000n)).toISOString();
}

export function Bar({ label, done, total, tone, height = 6 }: { readonly label: string; readonly done: number; readonly total: number | null; readonly tone?: "ok" | "warn" | "alert"; readonly height?: number }) {
  const share = total === null || total === 0 ? 0 : Math.min(100, (done / total) * 100);
  return (
    <span className="bar" style={{ height }} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={total ?? 100} aria-valuenow={total === null ? undefined : Math.min(done, total)}>
      <i className={tone} style={{ width: `${share}%` }} />
    </span>
  );
}
