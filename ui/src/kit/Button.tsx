import type { ButtonHTMLAttributes, ReactNode } from "react";

import { Icon } from "./Icon";
import type { IconName } from "./drawings";

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "style"> & {
  readonly kind?: "primary" | "danger" | "ghost";
  readonly size?: "sm" | "lg";
  readonly icon?: IconName;
  readonly hint?: string;
  readonly busy?: boolean;
  readonly children: ReactNode;
};

/** The act's button names it. Busy keeps its width and its focus. */
export function Button({ kind, size, icon, hint, busy = false, children, type = "button", disabled, onClick, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={["btn", kind, size].filter(Boolean).join(" ")}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <Icon name="loader-circle" spin /> : icon && <Icon name={icon} />}
      {children}
      {hint !== undefined && <kbd aria-hidden="true">{hint}</kbd>}
    </button>
  );
}

export function IconButton({ icon, label, size, ...rest }: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "style"> & { readonly icon: IconName; readonly label: string; readonly size?: "sm" }) {
  return (
    <button {...rest} type="button" className={`btn ghost icon ${size ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
