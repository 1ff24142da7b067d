import type { RuleSectionView, RuleView } from "../../host";
import { counted, Icon, listed } from "../../kit";
import styles from "./policies.module.css";
import { clauseWord, LEVELS, quorumOf, rotationRows, sourceOf, termOf } from "./rules";
import { classificationWord, kindWord, LEVEL, operationWord, roleWord, SETTING, SETTING_GROUPS, settingTitle, settingValue } from "./words";

/** A section's rules, each with the clause it comes from. */
export function RulesTable({ section, threat }: { readonly section: RuleSectionView; readonly threat: string }) {
  switch (section.section) {
    case "rotation":
      return <Rotation rules={section.rules} threat={threat} />;
    case "algorithms":
      return <Algorithms rules={section.rules} />;
    case "quorum":
      return <Quorums rules={section.rules} />;
    case "terms":
      return <Terms rules={section.rules} />;
    case "settings":
      return <Settings rules={section.rules} />;
    default:
      return section.section satisfies never;
  }
}

function Rotation({ rules, threat }: { readonly rules: readonly RuleView[]; readonly threat: string }) {
  return (
    <table className={`t ${styles.table ?? ""} ${styles.rotation ?? ""}`}>
      <caption className="sr">Days a key may serve, by kind, classification and threat level. In force now: {threat}.</caption>
      <thead>
        <tr>
          <th scope="col">Keys</th>
          <th scope="col">Classification</th>
          {LEVELS.map((level) => (
            <th key={level} scope="col" className={`n ${level === threat ? (styles.now ?? "") : ""}`} aria-current={level === threat ? "true" : undefined}>
              {LEVEL[level]}
              {level === threat && ", in force"}
            </th>
          ))}
          <th scope="col" className="fit">Source</th>
        </tr>
      </thead>
      <tbody>
        {rotationRows(rules).map((row) => (
          <tr key={`${row.kind}/${row.classification}`}>
            <td className="med">{kindWord(row.kind)}</td>
            <td className="t2">{row.classification === "any" ? "any" : classificationWord(row.classification)}</td>
            {LEVELS.map((level) => (
              <Days key={level} row={row.days[level]} now={level === threat} />
            ))}
            <Source clause={sourceOf("rotation", row.kind)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Days({ row, now }: { readonly row: Record<"period" | "warn", string> | null; readonly now: boolean }) {
  if (row === null) return <td className="n t3">–</td>;
  return (
    <td className={`n ${now ? (styles.now ?? "") : "t2"}`} title={`Every ${row.period} days, warned ${row.warn} days before`}>
      {row.period} d <span className="t3 small">warn {row.warn}</span>
    </td>
  );
}

function Algorithms({ rules }: { readonly rules: readonly RuleView[] }) {
  return (
    <table className={`t ${styles.table ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Algorithm</th>
          <th scope="col">Lengths, bits</th>
          <th scope="col" className="fit">Source</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ name, value }) => (
          <tr key={name}>
            <td className="med">{name}</td>
            <td className="num">{value === "0" ? <span className="t2">{name === "TLS" ? "1.2 or newer" : "none of its own"}</span> : value.replaceAll(",", ", ")}</td>
            <Source clause={sourceOf("algorithms", name)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Quorums({ rules }: { readonly rules: readonly RuleView[] }) {
  return (
    <table className={`t ${styles.table ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col" className="n fit">People</th>
          <th scope="col">Who asks, and who countersigns</th>
          <th scope="col" className="fit">Source</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ name, value }) => {
          const { people, pairs } = quorumOf(value);
          return (
            <tr key={name} className={styles.tall}>
              <td className="med">{operationWord(name)}</td>
              <td className="n fit">{people}</td>
              <td className={styles.pairs}>
                {pairs.map((pair) => (
                  <span key={pair.asks} className={styles.pair}>
                    {roleWord(pair.asks)}
                    <Icon name="arrow-right" size={12} />
                    <span className="t2">{listed(pair.countersigns.map(roleWord), "or")}</span>
                  </span>
                ))}
              </td>
              <Source clause={sourceOf("quorum", name)} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Terms({ rules }: { readonly rules: readonly RuleView[] }) {
  return (
    <table className={`t ${styles.table ?? ""}`}>
      <thead>
        <tr>
          <th scope="col" className="fit">Clause</th>
          <th scope="col">What it says</th>
          <th scope="col" className="n fit">Longest exception</th>
          <th scope="col">Name</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ name, value }) => {
          const { days, title } = termOf(value);
          return (
            <tr key={name}>
              <td className="fit med">{clauseWord(name)}</td>
              <td title={title}>{title}</td>
              <td className="n fit">{counted(Number(days), "day")}</td>
              <td className="mono t3 small" title={name}>{name}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Settings({ rules }: { readonly rules: readonly RuleView[] }) {
  const known = new Set(SETTING_GROUPS.flatMap((group) => group.names));
  const others = rules.filter((rule) => !known.has(rule.name)).map((rule) => rule.name);
  const groups = others.length === 0 ? SETTING_GROUPS : [...SETTING_GROUPS, { title: "Others", names: others }];
  return (
    <table className={`t ${styles.table ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col" className="n">Value</th>
          <th scope="col">Name</th>
          <th scope="col" className="fit">Source</th>
        </tr>
      </thead>
      {groups.map((group) => {
        const rows = rules.filter((rule) => group.names.includes(rule.name)).sort((one, other) => group.names.indexOf(one.name) - group.names.indexOf(other.name));
        if (rows.length === 0) return null;
        return (
          <tbody key={group.title}>
            <tr className={styles.group}>
              <th scope="rowgroup" colSpan={4}>
                {group.title}
              </th>
            </tr>
            {rows.map(({ name, value }) => (
              <tr key={name}>
                <td className={styles.setting} title={SETTING[name]?.says}>
                  {settingTitle(name)}
                  {SETTING[name]?.says !== undefined && <span className="t3 small"> {SETTING[name].says}</span>}
                </td>
                <td className="n med">{settingValue(name, value)}</td>
                <td className="mono t3 small">{name}</td>
                <Source clause={sourceOf("settings", name)} />
              </tr>
            ))}
          </tbody>
        );
      })}
    </table>
  );
}

function Source({ clause }: { readonly clause: string }) {
  return <td className="fit t3 small">{clause === "" ? "–" : clause}</td>;
}

