import { useState } from "react";

import type { RuleSectionView, RuleView, SettingRangeView } from "../../host";
import { Button, CLASSIFICATION, Icon, Popover, SelectField } from "../../kit";
import styles from "./policies.module.css";
import { clauseWord, daysOf, LEVELS, quorumOf, quorumText, rotationRows, termOf, valueOf, withEdit, withPair, type Edits } from "./rules";
import { choiceWord, classificationWord, kindWord, LEVEL, operationWord, roleWord, SETTING, SETTING_GROUPS, settingTitle } from "./words";

type EditProps = { readonly section: RuleSectionView; readonly ranges: readonly SettingRangeView[]; readonly edits: Edits; readonly change: (edits: Edits) => void };
type Part = { readonly rules: readonly RuleView[]; readonly edits: Edits; readonly set: (name: string, value: string) => void };

/** The section's rules as fields. A field that differs from what is in force is marked, and says what it was. */
export function EditRules({ section, ranges, edits, change }: EditProps) {
  const part: Part = { rules: section.rules, edits, set: (name, value) => { change(withEdit(section.rules, edits, name, value)); } };
  switch (section.section) {
    case "rotation":
      return <Rotation {...part} all={(next) => { change(next); }} />;
    case "algorithms":
      return <Algorithms {...part} />;
    case "quorum":
      return <Quorums {...part} />;
    case "terms":
      return <Terms {...part} />;
    case "settings":
      return <Settings {...part} ranges={ranges} />;
    default:
      return section.section satisfies never;
  }
}

/** A number in a table. What it was stands under it once it differs. */
function Cell({ label, value, was, set, wide = false }: { readonly label: string; readonly value: string; readonly was: string; readonly set: (value: string) => void; readonly wide?: boolean }) {
  const changed = value !== was;
  return (
    <span className={`${styles.cell ?? ""} ${changed ? (styles.changed ?? "") : ""}`}>
      <input className={`input sm ${wide ? (styles.text ?? "") : (styles.number ?? "")}`} aria-label={changed ? `${label}, was ${was === "" ? "none" : was}` : label} value={value} inputMode={wide ? "text" : "numeric"} autoComplete="off" spellCheck={false} onChange={(event) => { set(wide ? event.target.value : event.target.value.replace(/\D/g, "").slice(0, 9)); }} />
      {changed && <span className="micro t3 nowrap">was {was === "" ? "none" : was}</span>}
    </span>
  );
}

function Rotation({ rules, edits, set, all }: Part & { readonly all: (edits: Edits) => void }) {
  const shown = [...rules, ...Object.keys(edits).filter((name) => !rules.some((rule) => rule.name === name)).map((name) => ({ name, value: "" }))];
  return (
    <>
      <table className={`t ${styles.edit ?? ""}`}>
        <thead>
          <tr>
            <th scope="col">Keys</th>
            {LEVELS.map((level) => (
              <th key={level} scope="col">
                {LEVEL[level]}, days / warn
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rotationRows(shown).map(({ kind, classification }) => (
            <tr key={`${kind}/${classification}`}>
              <th scope="row">
                {kindWord(kind)}
                <span className="t3 small"> {classificationWord(classification)}</span>
              </th>
              {LEVELS.map((level) => {
                const name = `${kind}/${classification}/${level}`;
                const now = daysOf(valueOf(rules, edits, name)) ?? { period: "", warn: "" };
                const was = daysOf(rules.find((rule) => rule.name === name)?.value ?? "") ?? { period: "", warn: "" };
                const put = (period: string, warn: string) => { set(name, period === "" && warn === "" ? "" : `${period}/${warn}`); };
                return (
                  <td key={level}>
                    <span className={styles.two}>
                      <Cell label={`${kindWord(kind)}, ${classificationWord(classification)}, ${LEVEL[level]}: days`} value={now.period} was={was.period} set={(period) => { put(period, now.warn); }} />
                      <Cell label={`${kindWord(kind)}, ${classificationWord(classification)}, ${LEVEL[level]}: days of warning`} value={now.warn} was={was.warn} set={(warn) => { put(now.period, warn); }} />
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <AddRotation rules={rules} edits={edits} add={all} />
    </>
  );
}

/** A rule of its own for one classification starts as the one it departs from. */
function AddRotation({ rules, edits, add }: { readonly rules: readonly RuleView[]; readonly edits: Edits; readonly add: (edits: Edits) => void }) {
  const [kind, setKind] = useState("kek");
  const [classification, setClassification] = useState("restricted");
  const kinds = rotationRows(rules).filter((row) => row.classification === "any").map((row) => row.kind);
  const known = rules.some((rule) => rule.name.startsWith(`${kind}/${classification}/`)) || Object.keys(edits).some((name) => name.startsWith(`${kind}/${classification}/`));
  return (
    <div className={styles.add}>
      <SelectField label="A rule of its own for" value={kind} onChange={(event) => { setKind(event.target.value); }}>
        {kinds.map((one) => (
          <option key={one} value={one}>
            {kindWord(one)}
          </option>
        ))}
      </SelectField>
      <SelectField label="of classification" value={classification} onChange={(event) => { setClassification(event.target.value); }}>
        {Object.entries(CLASSIFICATION).map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </SelectField>
      <Button
        icon="plus"
        disabled={known}
        onClick={() => {
          add({ ...edits, ...Object.fromEntries(LEVELS.map((level) => [`${kind}/${classification}/${level}`, valueOf(rules, edits, `${kind}/any/${level}`)])) });
        }}
      >
        Add rule
      </Button>
      {known && <span className="small t3">There is one already.</span>}
    </div>
  );
}

function Algorithms({ rules, edits, set }: Part) {
  const [name, setName] = useState("");
  const added = Object.keys(edits).filter((one) => !rules.some((rule) => rule.name === one));
  return (
    <>
      <table className={`t ${styles.edit ?? ""}`}>
        <thead>
          <tr>
            <th scope="col">Algorithm</th>
            <th scope="col">Lengths in bits, ascending; none: no longer approved</th>
          </tr>
        </thead>
        <tbody>
          {[...rules.map((rule) => rule.name), ...added].map((one) => (
            <tr key={one}>
              <th scope="row">{one}</th>
              <td>
                <Cell wide label={`Lengths of ${one}`} value={valueOf(rules, edits, one)} was={rules.find((rule) => rule.name === one)?.value ?? ""} set={(value) => { set(one, value.replace(/[^\d,]/g, "")); }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.add}>
        <span className="field">
          <label htmlFor="new-algorithm">Another algorithm</label>
          <input id="new-algorithm" className="input" value={name} maxLength={40} autoComplete="off" spellCheck={false} onChange={(event) => { setName(event.target.value); }} />
        </span>
        <Button icon="plus" disabled={name.trim() === "" || rules.some((rule) => rule.name === name.trim()) || added.includes(name.trim())} onClick={() => { set(name.trim(), "256"); setName(""); }}>
          Add algorithm
        </Button>
      </div>
    </>
  );
}

const ASKERS = ["devops", "engineering", "security"] as const;

function Quorums({ rules, edits, set }: Part) {
  return (
    <table className={`t ${styles.edit ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col">People</th>
          <th scope="col">Who asks, and who countersigns</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ name, value: before }) => {
          const quorum = quorumOf(valueOf(rules, edits, name));
          const was = quorumOf(before);
          return (
            <tr key={name}>
              <th scope="row">{operationWord(name)}</th>
              <td>
                <Cell label={`People for ${operationWord(name)}`} value={quorum.people} was={was.people} set={(people) => { set(name, quorumText({ ...quorum, people })); }} />
              </td>
              <td className={edits[name] === undefined ? "" : styles.changed}>
                <Popover label={`Pairs for ${operationWord(name)}`} className={`btn ${styles.pairsButton ?? ""}`} trigger={<>{quorum.pairs.filter((pair) => pair.countersigns.length > 0).map((pair) => `${roleWord(pair.asks)}: ${pair.countersigns.map(roleWord).join(", ")}`).join(" · ")}<Icon name="chevron-down" size={12} /></>}>
                  {() => <Pairs operation={name} was={was} now={quorum} put={(next) => { set(name, quorumText(next)); }} />}
                </Popover>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Pairs({ operation, was, now, put }: { readonly operation: string; readonly was: ReturnType<typeof quorumOf>; readonly now: ReturnType<typeof quorumOf>; readonly put: (next: ReturnType<typeof quorumOf>) => void }) {
  const columns = operation === "grant_exception" || operation === "share_key" ? ["risk_acceptance"] : ["devops", "security"];
  const has = (quorum: ReturnType<typeof quorumOf>, asks: string, role: string) => quorum.pairs.find((pair) => pair.asks === asks)?.countersigns.includes(role) ?? false;
  return (
    <table className={styles.matrix}>
      <thead>
        <tr>
          <th scope="col">Asks</th>
          {columns.map((role) => (
            <th key={role} scope="col">
              {roleWord(role)} countersigns
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ASKERS.map((asks) => (
          <tr key={asks}>
            <th scope="row">{roleWord(asks)}</th>
            {columns.map((role) => (
              <td key={role}>
                <input type="checkbox" className="box" aria-label={`${roleWord(asks)} asks, ${roleWord(role)} countersigns${has(was, asks, role) ? ", allowed now" : ""}`} checked={has(now, asks, role)} onChange={(event) => { put(withPair(now, asks, role, event.target.checked)); }} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Terms({ rules, edits, set }: Part) {
  return (
    <table className={`t ${styles.edit ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Clause</th>
          <th scope="col">What it says</th>
          <th scope="col">Longest exception, days</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ name, value }) => {
          const was = termOf(value);
          const now = termOf(valueOf(rules, edits, name));
          return (
            <tr key={name}>
              <th scope="row">{clauseWord(name)}</th>
              <td className={styles.title} title={was.title}>
                {was.title}
              </td>
              <td>
                <Cell label={`Longest exception from ${name}, days`} value={now.days} was={was.days} set={(days) => { set(name, `${days} ${was.title}`); }} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Settings({ rules, edits, set, ranges }: Part & { readonly ranges: readonly SettingRangeView[] }) {
  const known = new Set(SETTING_GROUPS.flatMap((group) => group.names));
  const names = [...SETTING_GROUPS.flatMap((group) => group.names.filter((name) => rules.some((rule) => rule.name === name))), ...rules.map((rule) => rule.name).filter((name) => !known.has(name))];
  return (
    <table className={`t ${styles.edit ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Value</th>
          <th scope="col">May be</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => {
          const range = ranges.find((one) => one.name === name);
          const was = rules.find((rule) => rule.name === name)?.value ?? "";
          const value = valueOf(rules, edits, name);
          return (
            <tr key={name}>
              <th scope="row">
                {settingTitle(name)}
                {SETTING[name]?.unit !== undefined && <span className="t3 small"> {UNIT[SETTING[name].unit]}</span>}
              </th>
              <td>
                {range !== undefined && range.words.length > 0 ? (
                  <span className={`${styles.cell ?? ""} ${value === was ? "" : (styles.changed ?? "")}`}>
                    <select className="input sm" aria-label={value === was ? settingTitle(name) : `${settingTitle(name)}, was ${choiceWord(was)}`} value={value} onChange={(event) => { set(name, event.target.value); }}>
                      {range.words.map((word) => (
                        <option key={word} value={word}>
                          {choiceWord(word)}
                        </option>
                      ))}
                    </select>
                    {value !== was && <span className="micro t3 nowrap">was {choiceWord(was)}</span>}
                  </span>
                ) : (
                  <Cell label={settingTitle(name)} value={value} was={was} set={(next) => { set(name, next); }} />
                )}
              </td>
              <td className="t3 small">{range === undefined ? "" : range.words.length > 0 ? range.words.map(choiceWord).join(", ") : `${range.lowest ?? ""} to ${range.highest ?? ""}`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const UNIT: Record<string, string> = { days: "days", hours: "hours", seconds: "seconds", percent: "%", count: "" };
