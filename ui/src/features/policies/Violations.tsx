import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { useRead, type BrokenRule, type ViolationView } from "../../host";
import { Button, count, counted, day, Empty, Icon, longMoment, Reading, Scroll, useNow } from "../../kit";
import { go, href, replace, type Route } from "../../routes/route";
import styles from "./policies.module.css";
import { BROKEN, BROKEN_RULES, lasting, violationDetail } from "./words";

const SHOWN_MAX = 200;

/** What breaks a rule, since when, and the one thing that clears it. What an exception covers stays in the list, marked. */
export function Violations({ route }: { readonly route: Route }) {
  const rule = BROKEN_RULES.find((one) => one === route.query["rule"]) ?? null;
  const { view, error, again } = useRead("violations", { rule, limit: SHOWN_MAX });
  const all = view?.counts.reduce((sum, one) => sum + one.count, 0) ?? 0;
  return (
    <section className={styles.rules} aria-label="Violations" data-region="list">
      <header className={styles.head}>
        <p className={`t2 ${styles.says ?? ""}`}>What breaks a rule now: computed from the register and its clock, not from a list that somebody keeps.</p>
        {view && all > 0 && (
          <span className={styles.filter}>
            <select className="input sm" aria-label="Rule" value={rule ?? ""} onChange={(event) => { replace(href("policies", "violations", { rule: event.target.value })); }}>
              <option value="">Every rule, {count(all)}</option>
              {view.counts.map((one) => (
                <option key={one.rule} value={one.rule}>
                  {BROKEN[one.rule].title}, {count(one.count)}
                </option>
              ))}
            </select>
          </span>
        )}
      </header>
      <Reading view={view} error={error} again={again} label="violations" lines={12}>
        {({ rows, counts }) =>
          rows.length === 0 ? (
            all === 0 ? (
              <Empty icon="shield-check" title="No rule is broken">Every key in the register has an approved algorithm, a place, an owner and a purpose, and is rotated in time.</Empty>
            ) : (
              <Empty icon="search" title="This rule is not broken" act={<Button onClick={() => { replace(href("policies", "violations")); }}>Show all</Button>} />
            )
          ) : (
            <Table rows={rows} more={matching(counts, rule) - rows.length} />
          )
        }
      </Reading>
    </section>
  );
}

function matching(counts: readonly { readonly rule: BrokenRule; readonly count: number }[], rule: BrokenRule | null): number {
  return counts.filter((one) => rule === null || one.rule === rule).reduce((sum, one) => sum + one.count, 0);
}

function Table({ rows, more }: { readonly rows: readonly ViolationView[]; readonly more: number }) {
  const list = useRef<HTMLDivElement>(null);
  const now = useNow(60_000);
  useRowKeys("Violations", list);
  return (
    <Scroll label="All violations" className={styles.scroll}>
      <div ref={list}>
        <table className={`t ${styles.violations ?? ""}`} data-testid="violations">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Broken by</th>
              <th scope="col" className="n fit">Since</th>
              <th scope="col">What to do</th>
              <th scope="col" className="fit">
                <span className="sr">Act</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <Row key={`${row.rule}/${row.key?.key ?? row.subject}/${at}`} row={row} now={now} />
            ))}
          </tbody>
        </table>
        {more > 0 && <p className={`small t3 ${styles.why ?? ""}`}>{counted(more, "more violation", "more violations")}: choose a rule to see its oldest.</p>}
      </div>
    </Scroll>
  );
}

function Row({ row, now }: { readonly row: ViolationView; readonly now: Date }) {
  const said = BROKEN[row.rule];
  const detail = violationDetail(row);
  const act = clearing(row);
  const { exception } = row;
  return (
    <tr className={exception ? styles.excepted : ""}>
      <td>
        <span className={`st ${exception ? "idle" : "alert"}`}>
          <Icon name={said.icon} />
          {said.title}
        </span>
        <span className="small t3 trunc" title={detail}>
          {detail === "" ? said.clause : detail}
        </span>
      </td>
      <td>
        {row.key ? (
          <a className="mono trunc" data-row href={href("keys", row.key.key)} title={row.subject}>
            {row.subject}
          </a>
        ) : (
          <a className="mono trunc" data-row href={href("discovery")} title={`${row.subject}, known to the vault only`}>
            {row.subject}
          </a>
        )}
        <span className="small t3 trunc">{row.owner === "" ? "nobody answers for it" : row.owner}</span>
      </td>
      <td className="n fit" title={longMoment(row.since)}>
        <span className={exception ? "t2" : "med"}>{lasting(row.since, now)}</span>
        <span className="small t3">{day(row.since)}</span>
      </td>
      <td className={styles.todo}>
        {exception ? (
          <span className="st idle">
            <Icon name="hourglass" />
            <span>
              Excepted by <a href={href("exceptions", exception.exception)}>{exception.label}</a>
            </span>
          </span>
        ) : (
          said.todo
        )}
      </td>
      <td className="fit">
        {act !== null && (
          <Button size="sm" icon={act.icon} onClick={act.go}>
            {act.title}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** The act that clears it, as near as one click comes. */
function clearing({ rule, key, keyType, exception }: ViolationView): { readonly title: string; readonly icon: "refresh-cw" | "key-round" | "radar" | "upload" | "users"; readonly go: () => void } | null {
  if (exception !== null) return null;
  if (key === null) return { title: "Compare…", icon: "radar", go: () => { go("discovery"); } };
  const rotate = keyType === "kek" ? "rotate_kek" : keyType === "dek" ? "rotate_dek" : "rotate_secret";
  switch (rule) {
    case "rotation_overdue":
    case "message_count_high":
      return { title: "Rotate…", icon: "refresh-cw", go: () => { go("request", rotate, { key: key.key, name: key.name }); } };
    case "shared_across_tenants":
      return { title: "Enter it…", icon: "users", go: () => { go("exceptions", null, { tab: "shared", ask: "share", key: key.key }); } };
    case "owner_missing":
    case "purpose_missing":
      return { title: "Import it…", icon: "upload", go: () => { go("import"); } };
    case "weak_algorithm":
    case "legacy_storage":
    case "phase_out_passed":
      return { title: "Open the key", icon: "key-round", go: () => { go("keys", key.key); } };
    default:
      return rule satisfies never;
  }
}
