import { useEffect, useState } from "react";

import { shownKey, useScopes } from "../commands/keys";
import { Button, Dialog } from "../kit";
import styles from "./shell.module.css";

const OPEN = "countersign:keys-help";

export function openKeysHelp(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** The keys of this screen, all of them. */
export function KeysHelp() {
  const [open, setOpen] = useState(false);
  const scopes = useScopes();
  useEffect(() => {
    const show = () => {
      setOpen(true);
    };
    window.addEventListener(OPEN, show);
    return () => {
      window.removeEventListener(OPEN, show);
    };
  }, []);
  const close = () => {
    setOpen(false);
  };
  if (!open) return null;
  return (
    <Dialog title="Keys of this screen" lead="Single letters can be switched off in the settings." close={close} footer={<Button onClick={close} hint="Esc">Close</Button>}>
      <div className={styles.help}>
        {scopes.map((scope) => (
          <section key={scope.name} className="stack tight">
            <h3 className="small t3">{scope.name}</h3>
            <dl className={styles.helpList}>
              {scope.bindings.map((binding) => (
                <div key={binding.keys} className="row">
                  <dt className="row">
                    {shownKey(binding.keys).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{binding.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
