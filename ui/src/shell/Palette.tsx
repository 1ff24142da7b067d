import { useEffect, useId, useRef, useState } from "react";

import { commands, matching, type Command } from "../commands/registry";
import { shownKey } from "../commands/keys";
import { useAct } from "../host";
import { Icon } from "../kit";
import { go } from "../routes/route";
import styles from "./Palette.module.css";
import { useSession } from "./session";

const OPEN = "countersign:palette";

export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** Mounted once in the shell; opens on Ctrl K. */
export function PaletteHost() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = () => {
      setOpen(true);
    };
    window.addEventListener(OPEN, show);
    return () => {
      window.removeEventListener(OPEN, show);
    };
  }, []);
  return open ? <Palette close={() => { setOpen(false); }} /> : null;
}

function Palette({ close }: { readonly close: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const session = useSession();
  const lock = useAct("lock");
  const found = matching(commands(session, () => { lock.act({}); }), typed);
  const all: Command[] = typed.trim() === "" ? found : [...found, search(typed.trim())];
  useEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const run = (command: Command | undefined) => {
    if (!command || command.refused !== undefined) return;
    close();
    command.run();
  };
  const move = (to: number) => {
    setAt(to);
    document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <dialog ref={dialog} className={`dialog ${styles.palette ?? ""}`} aria-label="Search and commands" onCancel={(event) => { event.preventDefault(); close(); }}>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search or run a command"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={all.length > 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          placeholder="Search or run a command"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(Math.min(all.length - 1, at + 1));
            else if (event.key === "ArrowUp") move(Math.max(0, at - 1));
            else if (event.key === "Enter") run(all[at]);
            else return;
            event.preventDefault();
          }}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Commands" className={styles.list}>
        {all.map((command, place) => (
          // The keyboard acts through the combobox above; the pointer acts here.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div key={command.id} id={`${id}-${place}`} role="option" tabIndex={-1} aria-selected={place === at} aria-disabled={command.refused !== undefined} className={styles.item} onClick={() => { run(command); }} onPointerMove={() => { setAt(place); }}>
            <Icon name={command.icon} />
            <span className="grow">
              {command.title}
              {command.refused !== undefined && <span className="t3 small"> · {command.refused}</span>}
            </span>
            {command.keys !== undefined && shownKey(command.keys).map((key) => <kbd key={key} aria-hidden="true">{key}</kbd>)}
          </div>
        ))}
      </div>
    </dialog>
  );
}

function search(text: string): Command {
  return { id: "search", title: `Search keys for “${text}”`, icon: "key-round", run: () => { go("keys", null, { text }); } };
}
