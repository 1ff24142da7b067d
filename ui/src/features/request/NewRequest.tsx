import { useState } from "react";

import { useKeys } from "../../commands/keys";
import { useSelection } from "../../commands/selection";
import { useAct, type IpcError } from "../../host";
import { fieldName, fieldProblem, FormFoot, type KeyKind, OPERATION, SelectField, TRIGGER } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { EMPTY_DRAFT, kindOf, missing, operationOf, type Draft, type Fill } from "./draft";
import { OperationFields } from "./OperationFields";
import { Preview } from "./Preview";
import styles from "./request.module.css";
import { WhyFields } from "./WhyFields";

const KINDS: readonly { readonly group: string; readonly kinds: readonly KeyKind[] }[] = [
  { group: "Rotate and create", kinds: ["rotate_kek", "create_kek", "rotate_dek", "rotate_secret"] },
  { group: "Destroy", kinds: ["destroy_dek", "destroy_kek", "destroy_secret", "offboard_tenant"] },
  { group: "Bring back", kinds: ["recover_kek", "reactivate", "lift_hold"] },
];

const CHOICE: Partial<Record<KeyKind, string>> = { rotate_dek: "Rotate DEKs", destroy_dek: "Destroy DEKs", reactivate: "Reactivate keys", lift_hold: "Lift a hold" };

/** Asks for whatever needs two people. What it would do stands beside the form while it is being filled. */
export default function NewRequest({ route }: { readonly route: Route }) {
  const kind = kindOf(route.id);
  const selection = useSelection();
  const [draft, setDraft] = useState<Draft>(() => ({ ...EMPTY_DRAFT, ...upon(kind, route, selection) }));
  const [tried, setTried] = useState(false);
  const open = useAct("open_sign_window");
  const write = useAct("draft_request", { done: (view) => { open.act({ subject: { sign: "draft", draft: view.draft } }); } });
  const error = write.error ?? open.error;
  // Another operation was chosen, here or by a command: what it is about is chosen anew, why it is asked for stays.
  if (draft.kind !== kind) setDraft({ ...draft, ...upon(kind, route, selection) });
  const gaps = missing(draft);
  const fill: Fill = (change) => {
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
              <SelectField label="Operation" value={kind} onChange={(event) => { replace(href("request", event.target.value)); write.reset(); open.reset(); }}>
                {KINDS.map(({ group, kinds }) => (
                  <optgroup key={group} label={group}>
                    {kinds.map((one) => (
                      <option key={one} value={one}>
                        {CHOICE[one] ?? `${OPERATION[one].verb} a ${OPERATION[one].one}`}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </SelectField>
              <OperationFields draft={draft} fill={fill} wrong={wrong} />
              <WhyFields draft={draft} fill={fill} wrong={wrong} />
            </div>
            <FormFoot error={error} opened={open.view !== undefined} busy={write.busy || open.busy} discard={() => { go("approvals"); }} act="Seal and submit…" />
          </section>
          <Preview draft={draft} />
        </form>
      </Main>
    </>
  );
}

export type Wrong = (field: keyof Draft) => string | undefined;

/** What a request is about, as the address and the selection say. */
function upon(kind: KeyKind, { query }: Route, selection: Draft["keys"]): Pick<Draft, "kind" | "key" | "keys" | "tenant" | "hold" | "trigger"> {
  const picks = kind === "rotate_dek" || kind === "destroy_dek";
  const one = picks && query["key"] !== undefined && query["name"] !== undefined ? [{ key: query["key"] as Draft["keys"][number]["key"], name: query["name"] }] : [];
  const trigger = query["trigger"] ?? "";
  return {
    kind, key: picks ? "" : (query["key"] ?? ""), keys: one.length > 0 ? one : picks ? selection : [], tenant: query["tenant"] ?? "", hold: query["hold"] ?? "",
    trigger: Object.hasOwn(TRIGGER, trigger) ? (trigger as Draft["trigger"]) : "",
  };
}

function wrongOf(error: IpcError | undefined, gaps: Partial<Record<keyof Draft, string>>): Wrong {
  return (field) => (error?.code === "invalid" && (error.field === field || (error.field === "tenant" && field === "own")) ? `${fieldName(field)} ${fieldProblem(error.problem)}.` : gaps[field]);
}
