import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";

import { Icon } from "./Icon";

type Around = { readonly label: string; readonly hint?: ReactNode; readonly error?: string | undefined; readonly optional?: boolean };

function useParts({ hint, error }: Around) {
  const id = useId();
  const described = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`].filter(Boolean).join(" ");
  return { id, described: described === "" ? undefined : described };
}

function Frame({ id, label, hint, error, optional, children }: Around & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={`field${error === undefined ? "" : " error"}`}>
      <label htmlFor={id}>
        {label}
        {optional && <span className="t3 small">optional</span>}
      </label>
      {children}
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && (
        <span className="msg" id={`${id}-error`} role="alert">
          <Icon name="circle-alert" size={14} />
          {error}
        </span>
      )}
    </div>
  );
}

type Own<E> = Omit<E, "className" | "style" | "id">;

export function TextField({ label, hint, error, optional, ...rest }: Around & Own<InputHTMLAttributes<HTMLInputElement>>) {
  const around = { label, hint, error, ...(optional === undefined ? {} : { optional }) };
  const { id, described } = useParts(around);
  return (
    <Frame id={id} {...around}>
      <input {...rest} id={id} className="input" aria-describedby={described} aria-invalid={error !== undefined || undefined} />
    </Frame>
  );
}

/** A day, typed as 2026-11-22: the same in every language of the desktop, which a date control of the web view is not. */
export function DayField({ day, set, ...rest }: Around & { readonly day: string; readonly set: (day: string) => void }) {
  return <TextField placeholder="2026-11-22" inputMode="numeric" autoComplete="off" spellCheck={false} value={day} onChange={(event) => { set(event.target.value); }} {...rest} />;
}

export function TextArea({ label, hint, error, optional, ...rest }: Around & Own<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  const around = { label, hint, error, ...(optional === undefined ? {} : { optional }) };
  const { id, described } = useParts(around);
  return (
    <Frame id={id} {...around}>
      <textarea {...rest} id={id} className="input area" aria-describedby={described} aria-invalid={error !== undefined || undefined} />
    </Frame>
  );
}

export function SelectField({ label, hint, error, optional, children, ...rest }: Around & Own<SelectHTMLAttributes<HTMLSelectElement>>) {
  const around = { label, hint, error, ...(optional === undefined ? {} : { optional }) };
  const { id, described } = useParts(around);
  return (
    <Frame id={id} {...around}>
      <select {...rest} id={id} className="input" aria-describedby={described} aria-invalid={error !== undefined || undefined}>
        {children}
      </select>
    </Frame>
  );
}

export function Check({ label, hint, ...rest }: { readonly label: ReactNode; readonly hint?: string } & Own<InputHTMLAttributes<HTMLInputElement>>) {
  const id = useId();
  return (
    <div className="check">
      <input type="checkbox" {...rest} id={id} aria-describedby={hint === undefined ? undefined : `${id}-hint`} />
      <label htmlFor={id}>
        {label}
        {hint !== undefined && (
          <span className="t3 small" id={`${id}-hint`}>
            {" "}
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}

/** A few choices side by side; one is pressed. */
export function Segments<T extends string>({ label, value, options, choose }: { readonly label: string; readonly value: T; readonly options: readonly { readonly value: T; readonly label: string; readonly count?: number }[]; readonly choose: (value: T) => void }) {
  return (
    <div className="seg" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => {
            choose(option.value);
          }}
        >
          {option.label}
          {option.count !== undefined && <span className="num">{option.count.toLocaleString("en-GB")}</span>}
        </button>
      ))}
    </div>
  );
}
