import { useEffect } from "react";

import { toast } from "../../commands/toast";
import { clearProgress, useAct, useProgress, type ImportPreviewView } from "../../host";
import { Bar, Button, CELL_PROBLEM, count, counted, Icon, Note, Problem, Scroll } from "../../kit";
import { go } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import styles from "./estate.module.css";
import { ImportSource } from "./ImportSource";

/** Reads an inventory, shows what it would do and what is wrong with it by row and column, and takes all of it or nothing. */
export default function Import() {
  const preview = useAct("import_preview");
  const commit = useAct("import_commit", {
    done: (view) => {
      toast(`${counted(view.count, "row")} imported, ledger entry ${count(view.entry)}.`);
      go("keys");
    },
  });
  return (
    <>
      <TopBar title="Import" meta="an inventory as CSV" />
      <Main label="Import">
        <div className="scroll pad stack">
          {preview.view === undefined ? (
            <ImportSource busy={preview.busy} read={(fileName, text) => { preview.act({ fileName, text }); }} />
          ) : (
            <Preview view={preview.view} busy={commit.busy} again={() => { preview.reset(); commit.reset(); }} take={() => { if (preview.view) commit.act({ import: preview.view.import }); }} />
          )}
          {commit.busy && <Writing />}
          {(preview.error ?? commit.error) && <Problem error={(preview.error ?? commit.error) as NonNullable<typeof preview.error>} />}
        </div>
      </Main>
    </>
  );
}

function Preview({ view, busy, again, take }: { readonly view: ImportPreviewView; readonly busy: boolean; readonly again: () => void; readonly take: () => void }) {
  const fresh = view.rowsGood - view.rowsUnchanged;
  const clean = view.problemsTotal === 0;
  return (
    <>
      <section className={`card ${styles.figures ?? ""}`} aria-label="What it would do">
        <Figure value={view.rowsTotal} label="rows in the file" />
        <Figure value={fresh} label="new and good" />
        <Figure value={view.rowsUnchanged} label="in the register already, as they are" />
        <Figure value={view.problemsTotal} label={view.problemsTotal === 1 ? "bad cell" : "bad cells"} bad={!clean} />
      </section>
      <div className={`card ${styles.bar ?? ""}`}>
        <span className="row grow">
          <Icon name="file-text" />
          <span className="med trunc">{view.fileName}</span>
        </span>
        <span className="small t2" data-testid="why-not">
          {!clean ? "All rows or none: correct the cells below and read the file again." : fresh === 0 ? "Everything in it is in the register already." : "Adds keys, changes none. One signed ledger entry."}
        </span>
        <Button onClick={again} disabled={busy}>
          Another file
        </Button>
        {clean && fresh > 0 && (
          <Button kind="primary" icon="upload" busy={busy} onClick={take}>
            Import {counted(fresh, "row")}
          </Button>
        )}
      </div>
      {!clean && <Problems view={view} />}
      <Rows view={view} />
    </>
  );
}

function Figure({ value, label, bad }: { readonly value: number; readonly label: string; readonly bad?: boolean }) {
  return (
    <div>
      <span className={`figure ${bad ? "c-alert" : ""}`}>{count(value)}</span>
      <span className="small t2">{label}</span>
    </div>
  );
}

function Problems({ view }: { readonly view: ImportPreviewView }) {
  return (
    <section className="card" aria-label="Bad cells">
      <header>
        <h2>Bad cells</h2>
        <span className="t3 small num">
          {view.problems.length < view.problemsTotal ? `the first ${count(view.problems.length)} of ${count(view.problemsTotal)}` : count(view.problemsTotal)}
        </span>
      </header>
      <Scroll label="List of bad cells" className={styles.table}>
        <table className="t" data-testid="bad-cells">
          <thead>
            <tr>
              <th scope="col" className="n fit">Row</th>
              <th scope="col" className="fit">Column</th>
              <th scope="col">What stands there</th>
              <th scope="col">What is wrong</th>
              <th scope="col">Accepted</th>
            </tr>
          </thead>
          <tbody>
            {view.problems.map((problem, at) => (
              <tr key={at}>
                <td className="n fit mono">{problem.row}</td>
                <td className="fit mono">{problem.column === "" ? "whole row" : problem.column}</td>
                <td className="mono" title={problem.value}>{problem.value === "" ? "–" : problem.value}</td>
                <td title={CELL_PROBLEM[problem.problem]}>{CELL_PROBLEM[problem.problem]}</td>
                <td className="t2" title={problem.accepted.join(", ")}>{problem.accepted.join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Rows({ view }: { readonly view: ImportPreviewView }) {
  const bad = new Set(view.problems.map((problem) => `${problem.row}/${problem.column}`));
  return (
    <section className="card" aria-label="Rows">
      <header>
        <h2>Rows</h2>
        <span className="t3 small num">{view.rows.length < view.rowsTotal ? `the first ${count(view.rows.length)} of ${count(view.rowsTotal)}` : count(view.rowsTotal)}</span>
      </header>
      <Scroll label="List of rows" className={styles.table}>
        <table className={`t ${styles.free ?? ""}`}>
          <thead>
            <tr>
              <th scope="col" className="n fit">Row</th>
              {view.columns.map((column, at) => (
                <th key={at} scope="col">{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={row.row}>
                <td className="n fit mono t3">
                  {!row.good && (
                    <span className={`c-alert ${styles.mark ?? ""}`} title="Has a bad cell">
                      <Icon name="triangle-alert" size={12} />
                      <span className="sr">bad</span>
                    </span>
                  )}
                  {row.row}
                </td>
                {row.cells.map((cell, at) => (
                  <td key={at} className={bad.has(`${row.row}/${view.columns[at] ?? ""}`) ? styles.badCell : ""} title={cell}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Writing() {
  const progress = useProgress("import");
  useEffect(() => () => { clearProgress("import"); }, []);
  return (
    <Note tone="ink" icon="loader-circle" role="status">
      <span className="num">Writing rows{progress ? `: ${count(progress.done)}${progress.total === null ? "" : ` of ${count(progress.total)}`}` : "…"}</span>
      <Bar label="Importing" done={progress?.done ?? 0} total={progress?.total ?? null} />
    </Note>
  );
}
