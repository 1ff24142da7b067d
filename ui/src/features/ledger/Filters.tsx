import { useRead, type LedgerFilter } from "../../host";
import { ACT_GROUPS, actGroup, actWord, Button, Check, dayFault, DayField, Icon, Popover, Search, shortId } from "../../kit";
import styles from "./ledger.module.css";

type FiltersProps = {
  readonly filter: LedgerFilter;
  readonly verbs: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly show: (change: Readonly<Record<string, string>>) => void;
};

export function Filters({ filter, verbs, query, show }: FiltersProps) {
  const { view: people } = useRead("operators", {});
  const actor = people?.operators.find((one) => one.person.operator === filter.actor);
  const set = filter.verbs.length > 0 || filter.actor !== null || filter.text !== "" || filter.subject !== null || filter.since !== null || filter.until !== null;
  return (
    <div className={styles.filters}>
      <Search label="Search the ledger" placeholder="Request, run, key, purpose" text={filter.text} set={(text) => { show({ text }); }} />
      <Popover label="Act" className={`pill ${filter.verbs.length > 0 ? "set" : ""}`} trigger={<Trigger label="Act" value={chosenActs(filter.verbs, verbs)} />}>
        {() => <Acts chosen={filter.verbs} verbs={verbs} choose={(all) => { show({ act: all.join(",") }); }} />}
      </Popover>
      <Popover label="Who" className={`pill ${filter.actor === null ? "" : "set"}`} trigger={<Trigger label="Who" value={actor?.person.name ?? ""} />}>
        {(close) => (
          <>
            <Check type="radio" name="actor" label="Anyone" checked={filter.actor === null} onChange={() => { show({ actor: "" }); close(); }} />
            {people?.operators.map(({ person }) => (
              <Check key={person.operator} type="radio" name="actor" label={person.name} checked={person.operator === filter.actor} onChange={() => { show({ actor: person.operator }); close(); }} />
            ))}
          </>
        )}
      </Popover>
      <Popover label="When" className={`pill ${filter.since !== null || filter.until !== null ? "set" : ""}`} trigger={<Trigger label="When" value={[query["since"] ?? "", query["until"] ?? ""].join(" – ").replace(/^ – $/, "")} />}>
        {() => (
          <>
            <DayField label="Since" day={query["since"] ?? ""} error={dayFault(query["since"] ?? "")} set={(since) => { show({ since }); }} />
            <DayField label="Until" day={query["until"] ?? ""} error={dayFault(query["until"] ?? "")} hint="Both days included, UTC" set={(until) => { show({ until }); }} />
          </>
        )}
      </Popover>
      {filter.subject !== null && (
        <button type="button" className="pill set" aria-label={`About ${filter.subject.kind} ${filter.subject.name}: remove this filter`} title={filter.subject.name} onClick={() => { show({ subject: "" }); }}>
          About <b className={`trunc ${styles.pillValue ?? ""}`}>{filter.subject.kind} {shortId(filter.subject.name)}</b>
          <Icon name="x" size={12} />
        </button>
      )}
      {set && (
        <Button size="sm" kind="ghost" onClick={() => { show({ act: "", actor: "", subject: "", text: "", since: "", until: "" }); }}>
          Clear
        </Button>
      )}
    </div>
  );
}

/** Groups of acts; the acts of a group below it, each by itself. */
function Acts({ chosen, verbs, choose }: { readonly chosen: readonly string[]; readonly verbs: readonly string[]; readonly choose: (all: readonly string[]) => void }) {
  const without = (some: readonly string[]) => chosen.filter((verb) => !some.includes(verb));
  return (
    <div className={styles.groups}>
      {ACT_GROUPS.map((group) => ({ group, own: verbs.filter((verb) => actGroup(verb) === group.id) }))
        .filter(({ own }) => own.length > 0)
        .map(({ group, own }) => (
          <fieldset key={group.id} className={styles.group}>
            <legend className="sr">{group.word}</legend>
            <Check label={<b className="med">{group.word}</b>} checked={own.every((verb) => chosen.includes(verb))} onChange={(event) => { choose(event.target.checked ? [...without(own), ...own] : without(own)); }} />
            {own.length > 1 && own.map((verb) => (
              <div key={verb} className={styles.one}>
                <Check label={actWord(verb).word} checked={chosen.includes(verb)} onChange={(event) => { choose(event.target.checked ? [...chosen, verb] : without([verb])); }} />
              </div>
            ))}
          </fieldset>
        ))}
    </div>
  );
}

/** What is chosen, by group where a whole one is. */
function chosenActs(chosen: readonly string[], verbs: readonly string[]): string {
  const whole = ACT_GROUPS.filter((group) => {
    const own = verbs.filter((verb) => actGroup(verb) === group.id);
    return own.length > 0 && own.every((verb) => chosen.includes(verb));
  });
  const rest = chosen.filter((verb) => !whole.some((group) => group.id === actGroup(verb)));
  return [...whole.map((group) => group.word), ...rest.map((verb) => actWord(verb).word)].join(", ");
}

function Trigger({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      {label}
      {value !== "" && <b className={`trunc ${styles.pillValue ?? ""}`}>{value}</b>}
      <Icon name="chevron-down" size={12} />
    </>
  );
}
