import { dismiss, useToasts } from "../commands/toast";
import { Icon, IconButton, Seal } from "../kit";
import styles from "./shell.module.css";

export function Toasts() {
  const toasts = useToasts();
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={styles.toast}>
          {toast.seal === undefined ? (
            <span className="c-ok">
              <Icon name="circle-check" />
            </span>
          ) : (
            <Seal look="signed" initials={toast.seal} size={26} label="Sealed" fresh />
          )}
          <span className="grow wrap">{toast.text}</span>
          <IconButton size="sm" icon="x" label="Dismiss" onClick={() => { dismiss(toast.id); }} />
        </div>
      ))}
    </div>
  );
}
