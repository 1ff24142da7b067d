import type { RuleChangeView, RuleSection } from "../../host";
import { Icon } from "../../kit";
import styles from "./policies.module.css";
import { ruleTitle, ruleValue } from "./words";

/** Rules before and after, each said in words; those that weaken the policy are marked. */
export function Changes({ section, changes }: { readonly section: RuleSection; readonly changes: readonly RuleChangeView[] }) {
  return (
    <div className={`diff ${styles.diff ?? ""}`} role="table" aria-label="What differs">
      <div className="h" role="row">
        <span role="columnheader">Rule</span>
        <span role="columnheader">Before</span>
        <span role="columnheader">After</span>
      </div>
      {changes.map((change) => (
        <div key={change.name} className="l" role="row">
          <span role="rowheader" title={change.name}>
            {ruleTitle(section, change.name)}
            {change.weaker && (
              <span className="st warn">
                <Icon name="triangle-alert" />
                weaker
              </span>
            )}
          </span>
          <span role="cell" className={change.before === "" ? "same" : "del"} title={change.before}>
            {ruleValue(section, change.name, change.before)}
          </span>
          <span role="cell" className="add" title={change.after}>
            {ruleValue(section, change.name, change.after)}
          </span>
        </div>
      ))}
    </div>
  );
}
