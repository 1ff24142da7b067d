import { useKeys } from "../../commands/keys";
import { useRead, type RuleSection, type RuleSectionView, type RulesView } from "../../host";
import { Button, count, day, Icon, instead, listed, longMoment, Note, PeopleSeals, Reading, refusal, Scroll } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { ChangeRules } from "./ChangeRules";
import { History } from "./History";
import styles from "./policies.module.css";
import { RulesTable } from "./RulesTable";
import { Violations } from "./Violations";
import { SECTION, SECTIONS } from "./words";

type Tab = RuleSection | "violations";

const TABS: readonly Tab[] = [...SECTIONS, "violations"];

/** The rules in force, their history, and what breaks them. */
export default function Policies({ route }: { readonly route: Route }) {
  const tab = TABS.find((one) => one === route.id) ?? "rotation";
  const { view, error, again } = useRead("rules", {});
  const changing = route.query["change"] === "1" && tab !== "violations";
  const at = TABS.indexOf(tab);
  useKeys("Policies", [
    { keys: "[", label: "Section", act: () => { go("policies", TABS[(at + TABS.length - 1) % TABS.length] ?? "rotation"); }, shown: true },
    { keys: "]", label: "Section", act: () => { go("policies", TABS[(at + 1) % TABS.length] ?? "rotation"); }, shown: true },
  ]);
  if (changing && view) {
    const section = view.sections.find((one) => one.section === tab);
    if (section) return <ChangeRules key={tab} section={section} rules={view} />;
  }
  return (
    <>
      <TopBar title="Policies" meta={view && open(view)} />
      <Main label="Policies">
        <div className={styles.page}>
          <nav className={`tabs ${styles.tabs ?? ""}`} aria-label="Sections of the policies">
            {TABS.map((one) => (
              <a key={one} href={href("policies", one)} aria-current={one === tab ? "page" : undefined}>
                {one === "violations" ? "Violations" : SECTION[one].title}
                {one === "violations" && view !== undefined && view.uncovered > 0 && <span className="count plain">{count(view.uncovered)}</span>}
              </a>
            ))}
          </nav>
          {tab === "violations" ? (
            <Violations route={route} />
          ) : (
            <Reading view={view} error={error} again={again} label="the rules" lines={14}>
              {(rules) => {
                const section = rules.sections.find((one) => one.section === tab);
                return section && <Section section={section} rules={rules} history={route.query["show"] === "history"} />;
              }}
            </Reading>
          )}
        </div>
      </Main>
    </>
  );
}

function open({ requests }: RulesView): string {
  return requests.length === 0 ? "" : `${listed(requests.map((one) => one.label))} would change a rule`;
}

function Section({ section, rules, history }: { readonly section: RuleSectionView; readonly rules: RulesView; readonly history: boolean }) {
  const { change } = rules;
  const toggle = () => {
    replace(href("policies", section.section, { show: history ? "" : "history" }));
  };
  useKeys("This section", [
    { keys: "h", label: "History", act: toggle, shown: true },
    ...(change.allowed ? [{ keys: "e", label: "Change", act: () => { go("policies", section.section, { change: "1" }); }, shown: true }] : []),
  ]);
  return (
    <div className={`${styles.section ?? ""} ${history ? (styles.open ?? "") : ""}`}>
      <section className={styles.rules} aria-label={SECTION[section.section].title} data-region="list">
        <header className={styles.head}>
          <div className={styles.says}>
            <p className="t2">{SECTION[section.section].says}</p>
            <Version section={section} />
          </div>
          <Button icon="scroll-text" aria-expanded={history} hint="H" onClick={toggle}>
            {history ? "Hide history" : "History"}
          </Button>
          {change.allowed && (
            <Button icon="stamp" hint="E" onClick={() => { go("policies", section.section, { change: "1" }); }}>
              Request a change…
            </Button>
          )}
        </header>
        {!change.allowed && change.reason && (
          <p className={`small t3 ${styles.why ?? ""}`} data-testid="why-not">
            No change: {refusal(change.reason)} {change.eligible.length > 0 && instead(change.eligible.map((who) => who.name))}
          </p>
        )}
        {rules.requests.length > 0 && (
          <div className={styles.why}>
            <Note tone="info" icon="stamp">
              A change is asked for and waits:{" "}
              {rules.requests.map((one, at) => (
                <span key={one.request}>
                  {at > 0 && ", "}
                  <a href={href("approvals", one.request, { folder: "open" })}>{one.label}</a>
                </span>
              ))}
              . What is shown here is in force until it is countersigned.
            </Note>
          </div>
        )}
        <Scroll label={`Rules: ${SECTION[section.section].title}`} className={styles.scroll}>
          <RulesTable section={section} threat={threatOf(rules)} />
        </Scroll>
      </section>
      {history && <History section={section.section} close={toggle} />}
    </div>
  );
}

/** The threat level in force, which chooses the column of the rotation rules. */
function threatOf({ sections }: RulesView): string {
  return sections.find((one) => one.section === "settings")?.rules.find((rule) => rule.name === "threat_level")?.value ?? "normal";
}

function Version({ section }: { readonly section: RuleSectionView }) {
  return (
    <p className="small t3 row">
      <Icon name="book-open" size={14} />
      <span>
        Version {count(section.version)}, in force since <span title={longMoment(section.since)}>{day(section.since)}</span>
        {section.request ? (
          <>
            , <a href={href("approvals", section.request.request, { folder: "decided" })}>{section.request.label}</a>
          </>
        ) : (
          ", as the custody was founded"
        )}
      </span>
      {section.signedBy.length > 0 && <PeopleSeals people={section.signedBy} size={22} />}
    </p>
  );
}
