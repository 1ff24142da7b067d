import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import styles from "./Popover.module.css";

/** A button that opens a small panel under it. Escape or leaving it closes it; focus goes back to the button. */
export function Popover({ label, className = "pill", trigger, children, align = "start", up = false }: { readonly label: string; readonly className?: string; readonly trigger: ReactNode; readonly children: (close: () => void) => ReactNode; readonly align?: "start" | "end"; readonly up?: boolean }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const around = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
  };
  useEffect(() => {
    if (!open) return undefined;
    panel.current?.querySelector<HTMLElement>("input, select, button, a[href]")?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !around.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    const opener = button.current;
    return () => {
      document.removeEventListener("pointerdown", away);
      if (document.activeElement === document.body || document.activeElement === null) opener?.focus();
    };
  }, [open]);
  return (
    // The container only listens for the key that closes what it contains.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={around}
      className={styles.around}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) {
          event.stopPropagation();
          close();
        }
      }}
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !around.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {trigger}
      </button>
      {open && (
        <div ref={panel} id={id} role="dialog" aria-label={label} className={`${styles.panel ?? ""} ${align === "end" ? (styles.end ?? "") : ""} ${up ? (styles.up ?? "") : ""}`}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
