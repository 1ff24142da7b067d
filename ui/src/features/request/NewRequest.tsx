import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { useAct, type IpcError } from "../../host";
import { Button, fieldName, fieldProblem, Problem, Segments } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { CreateFields } from "./CreateFields";
import { EMPTY_DRAFT, missing, operationOf, type Draft } from "./draft";
import { Preview } from "./Preview";
import styles from "./request.module.css";
import { RotateFields } from "./RotateFields";
import { WhyFields } from "./WhyFields";

/** Asks for a rotation or a new KEK. What it would do stands beside the form while it is being filled. */
export default function NewRequest({ route }: { readonly route: Route }) {
  const [draft, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, kind: route.id === "create" ? "create" : "rotate", key: route.query["key"] ?? "" });
  const [tried, setTried] = useState(false);
  const open = useAct("open_sign_window");
  const write = useAct("draft_request", { done: (view) => { open.act({ subject: { sign: "draft", draft: view.draft } }); } });
  const error = write.error ?? open.error;
  const gaps = missing(draft);
  const fill = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    write.reset();
    open.reset();
  };
  const submit = () => {
    setTried(true);
    const operation = operationOf(draft);
    if (operation === null || Object.keys(gaps).length > 0) return;
    write.act({ operation, reason: draft.reason.trim(), changeRecord: draft.changeRecord.trim(), rollbackPlan: draft.rollbackPlan.trim(), approveWithinHours: draft.approveWithinHours, executeWithinHours: draft.executeWithinHours });
  };
  useKeys("New request", [{ keys: "Escape", label: "Back", act: () => { history.back(); }, shown: true }]);
  const wrong = wrongOf(error, tried ? gaps : {});
  return (
    <>
      <TopBar title="New request" crumb={{ label: "Approvals", href: href("approvals") }} />
      <Main label="New request">
        <form className={styles.page} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
          <section className={styles.form} aria-label="What is asked for" data-region="form">
            <div className={styles.fields}>
              <Segments label="Operation" value={draft.kind} choose={(kind) => { go("request", kind); }} options={[{ value: "rotate", label: "Rotate a KEK" }, { value: "create", label: "Create a KEK" }]} />
              {draft.kind === "rotate" ? <RotateFields draft={draft} fill={fill} wrong={wrong} /> : <CreateFields draft={draft} fill={fill} wrong={wrong} />}
              <WhyFields draft={draft} fill={fill} wrong={wrong} />
            </div>
            <footer className={styles.act}>
              {error && error.code !== "invalid" && <Problem error={error} />}
              {open.view && <p className="small t2" role="status">The sign window is open. Give your seal there; closing it keeps this draft unsigned.</p>}
              <div className="row">
                <Button size="lg" onClick={() => { go("approvals"); }}>
                  Discard
                </Button>
                <span className="grow" />
                <Button kind="primary" size="lg" icon="stamp" type="submit" busy={write.busy || open.busy}>
                  Seal and submit…
                </Button>
              </div>
            </footer>
          </section>
          <Preview draft={draft} />
        </form>
      </Main>
    </>
  );
}

export type Wrong = (field: keyof Draft) => string | undefined;

function wrongOf(error: IpcError | undefined, gaps: Partial<Record<keyof Draft, string>>): Wrong {
  return (field) => (error?.code === "invalid" && error.field === field ? `${fieldName(field)} ${fieldProblem(error.problem)}.` : gaps[field]);
}
