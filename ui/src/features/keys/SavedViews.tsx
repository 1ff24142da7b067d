import { useState } from "react";

import { toast } from "../../commands/toast";
import { useAct, useRead, type SavedViewView } from "../../host";
import { Button, count, Icon, IconButton, Popover, Problem } from "../../kit";
import type { Shown } from "./keyQuery";
import styles from "./keys.module.css";

const NAME_MAX = 60;

/** The operator's own views of the table: kept by name, with how many keys match now. */
export function SavedViews({ shown, show }: { readonly shown: Shown; readonly show: (next: Shown, id?: null) => void }) {
  return (
    <Popover
      label="Saved views"
      trigger={
        <>
          <Icon name="bookmark" size={14} />
          Views
          <Icon name="chevron-down" size={12} />
        </>
      }
    >
      {(close) => (
        <Views
          shown={shown}
          show={(view) => {
            show({ filter: view.filter, sort: view.sort, direction: view.direction }, null);
            close();
          }}
        />
      )}
    </Popover>
  );
}

function Views({ shown, show }: { readonly shown: Shown; readonly show: (view: SavedViewView) => void }) {
  const { view, error, again } = useRead("saved_views", {});
  const [name, setName] = useState("");
  const save = useAct("save_view", {
    done: () => {
      toast(`View “${name.trim()}” saved.`);
      setName("");
    },
  });
  const remove = useAct("delete_view");
  const failed = error ?? save.error ?? remove.error;
  return (
    <div className={styles.views}>
      {view?.views.length === 0 && <p className="small t3">No view is saved yet. Set a filter and an order, and keep them under a name.</p>}
      <ul className={styles.tenants}>
        {view?.views.map((saved) => (
          <li key={saved.id} className="row">
            <button type="button" className={styles.tenant} onClick={() => { show(saved); }}>
              <span className="trunc">{saved.name}</span>
              <span className="t3 num">{count(saved.matching)}</span>
            </button>
            <IconButton size="sm" icon="x" label={`Forget view ${saved.name}`} onClick={() => { remove.act({ id: saved.id }); }} />
          </li>
        ))}
      </ul>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save.act({ name: name.trim(), ...shown });
        }}
      >
        <input className="input sm" aria-label="Name of the view" placeholder="Keep this view as…" maxLength={NAME_MAX} value={name} onChange={(event) => { setName(event.target.value); }} />
        <Button type="submit" busy={save.busy} disabled={name.trim() === ""}>
          Save view
        </Button>
      </form>
      {failed && <Problem error={failed} {...(error ? { again } : {})} />}
    </div>
  );
}
