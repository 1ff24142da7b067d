import { useEffect, useId, useRef, type ReactNode } from "react";

type DialogProps = {
  /** Verb and object. */
  readonly title: string;
  readonly lead?: ReactNode;
  readonly close: () => void;
  readonly submit?: () => void;
  readonly footer: ReactNode;
  readonly children: ReactNode;
};

/**
 * A dialog of the browser's own: what lies under it is inert, Escape closes it, focus goes back to its opener.
 * The first focus is the first field or the safe button, never the act.
 */
export function Dialog({ title, lead, close, submit, footer, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit?.();
        }}
      >
        <header>
          <h2 id={id}>{title}</h2>
          {lead !== undefined && <p className="t2">{lead}</p>}
        </header>
        <div className="body">{children}</div>
        <footer>{footer}</footer>
      </form>
    </dialog>
  );
}
