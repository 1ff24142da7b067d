import type { ReactNode } from "react";

import type { IpcError } from "../host";
import { Button, Reading } from "../kit";
import styles from "./shell.module.css";
import { Main } from "./TopBar";

/** What is read page after page. */
type Paged = { readonly error: IpcError | undefined; readonly again: () => void; readonly more: boolean; readonly loadMore: () => void };

/** The body of a screen that is one list: its rows so far, what stands there while there are none, and the way to older ones. */
export function ListPage<R>({ label, of, list, rows, empty, children }: {
  readonly label: string;
  readonly of: string;
  readonly list: Paged;
  readonly rows: readonly R[] | undefined;
  readonly empty: ReactNode;
  readonly children: (rows: readonly R[]) => ReactNode;
}) {
  return (
    <Main label={label}>
      <div className="scroll pad">
        <section className="card" aria-label={of}>
          <Reading view={rows} error={list.error} again={list.again} label={of.toLowerCase()}>
            {(all) => (all.length === 0 ? empty : children(all))}
          </Reading>
        </section>
        {list.more && (
          <div className={styles.older}>
            <Button size="sm" onClick={list.loadMore}>
              Show older ones
            </Button>
          </div>
        )}
      </div>
    </Main>
  );
}
