import { useState } from "react";

import { useRead, type RuleSectionView, type RulesComparedView, type RulesView } from "../../host";
import { counted, listed, Note, Problem, TextArea, useDebounced } from "../../kit";
import { go, href } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { Ask } from "../ask/Ask";
import { Changes } from "./Changes";
import { EditRules } from "./EditRules";
import type { Edits } from "./rules";
import { ruleTitle, SECTION } from "./words";

/** Asks for the next version of a section: rules edited in place, compared at once with those in force. */
export function ChangeRules({ section, rules }: { readonly section: RuleSectionView; readonly rules: RulesView }) {
  const [edits, setEdits] = useState<Edits>({});
  const [record, setRecord] = useState("");
  const wishes = Object.entries(edits).map(([name, value]) => ({ name, value }));
  const rested = useDebounced(wishes, 250);
  const compared = useRead("compare_rules", { section: section.section, rules: rested }, { enabled: rested.length > 0, keep: false });
  const fresh = wishes.length > 0 && JSON.stringify(rested) === JSON.stringify(wishes) ? compared.view : undefined;
  const weaker = fresh?.changes.filter((change) => change.weaker) ?? [];
  const gaps = gapsOf(wishes.length, fresh, weaker.length > 0, record);
  const operation = Object.keys(gaps).length > 0 ? null : { operation: "change_rules" as const, section: section.section, rules: wishes, decisionRecord: record.trim() };
  const title = `Change: ${SECTION[section.section].title.toLowerCase()}`;
  const leave = () => {
    go("policies", section.section);
  };
  return (
    <>
      <TopBar title={title} crumb={{ label: "Policies", href: href("policies", section.section) }} />
      <Main label={title}>
        <Ask
          label={title}
          wide
          operation={operation}
          gaps={gaps}
          before="Change a value to see what it weakens, and who must sign it."
          above={
            <>
              {compared.error && wishes.length > 0 && <Problem error={compared.error} again={compared.again} />}
              {fresh && <Compared section={section} compared={fresh} planned={operation !== null} />}
            </>
          }
          leave={leave}
        >
          {(wrong) => (
            <>
              <p className="small t2">
                Version {section.version} is in force. {wishes.length === 0 ? "Nothing differs from it yet." : `${counted(wishes.length, "rule")} ${wishes.length === 1 ? "differs" : "differ"} from it; the rest stays as it is.`}
              </p>
              <EditRules section={section} ranges={rules.ranges} edits={edits} change={setEdits} />
              {weaker.length > 0 && (
                <TextArea label="Decision record" rows={2} value={record} error={wrong("decisionRecord")} hint="A major change needs one (policy B §16): its number and what it decided." onChange={(event) => { setRecord(event.target.value); }} />
              )}
            </>
          )}
        </Ask>
      </Main>
    </>
  );
}

function gapsOf(wishes: number, compared: RulesComparedView | undefined, major: boolean, record: string): Readonly<Record<string, string>> {
  if (wishes === 0) return { rules: "Change at least one rule." };
  if (compared === undefined) return { rules: "The rules are still being compared." };
  return {
    ...(compared.problem === null ? {} : { rules: "One rule is not acceptable as it stands." }),
    ...(major && record.trim() === "" ? { decisionRecord: "A major change needs its decision record." } : {}),
  };
}

/** What it would change, whether that is major, and why. */
function Compared({ section, compared, planned }: { readonly section: RuleSectionView; readonly compared: RulesComparedView; readonly planned: boolean }) {
  const weaker = compared.changes.filter((change) => change.weaker);
  if (compared.problem !== null) {
    const { name, why } = compared.problem;
    return (
      <Note tone="alert" role="alert">
        <b>{name === "" ? "This can’t be asked for." : `${ruleTitle(section.section, name)} can’t be like this.`}</b> {why.charAt(0).toUpperCase() + why.slice(1)}.
      </Note>
    );
  }
  return (
    <div className="stack tight" data-testid="compared">
      {weaker.length > 0 ? (
        <Note tone="warn">
          <b>A major change.</b> It weakens the policy in {counted(weaker.length, "rule")}: {listed(weaker.slice(0, 3).map((change) => ruleTitle(section.section, change.name)))}
          {weaker.length > 3 && ` and ${weaker.length - 3} more`}. It needs a decision record.
        </Note>
      ) : (
        <Note tone="ok">
          <b>No major change.</b> No rule gets weaker, so that no decision record is needed. Two people sign it all the same.
        </Note>
      )}
      {!planned && <Changes section={section.section} changes={compared.changes} />}
    </div>
  );
}
