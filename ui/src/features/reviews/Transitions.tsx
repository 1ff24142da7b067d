import { useRef, useState } from "react";

import { useKeys } from "../../commands/keys";
import { useRowKeys } from "../../commands/rows";
import { useRead, type TransitionGroup, type TransitionItemView, type TransitionReviewView } from "../../host";
import { actWord, Button, count, counted, Empty, Icon, moment, Reading, Scroll } from "../../kit";
import { href } from "../../routes/route";
import { Closing } from "./Closing";
import { FindingForm } from "./FindingForm";
import { GROUP } from "./groups";
import styles from "./transitions.module.css";
import { useWork } from "./useWork";

/** So many items of a group are drawn at once. */
const DRAWN = 200;

/** What happened to keys since the last review, for two leads to work through and sign. */
export function Transitions() {
  const { view, error, again } = useRead("transition_review", {}, { keep: false });
  return (
    <Reading view={view} error={error} again={again} label="what happened" lines={12}>
      {(review) => <Period key={review.after} review={review} />}
    </Reading>
  );
}

function Period({ review }: { readonly review: TransitionReviewView }) {
  const { work, look, find, drop } = useWork(review.after);
  const list = useRef<HTMLDivElement>(null);
  const [about, setAbout] = useState<number | null>(null);
  const [writing, setWriting] = useState(false);
  const looked = new Set(work.looked);
  const done = review.items.filter((item) => looked.has(item.entry)).length;
  useRowKeys("What happened", list);
  const write = (entry: number | null) => {
    setAbout(entry);
    setWriting(true);
  };
  const focused = () => {
    const row = document.activeElement?.closest<HTMLElement>("[data-entry]");
    return row?.dataset["entry"] === undefined ? null : Number(row.dataset["entry"]);
  };
  useKeys("Review", [{ keys: "f", label: "Finding", act: () => { write(focused()); }, shown: true }]);
  const groups = (Object.keys(GROUP) as TransitionGroup[]).map((group) => ({ group, items: review.items.filter((item) => item.group === group) })).filter(({ items }) => items.length > 0);
  return (
    <div className={styles.page}>
      <Scroll label="What happened" region="list" className={styles.list}>
        <div ref={list}>
          {groups.length === 0 ? (
            <Empty icon="circle-check" title="Nothing to look at">{counted(review.routine, "entry", "entries")} since the last review, all of them routine: sessions, steps within runs, observations.</Empty>
          ) : (
            groups.map(({ group, items }) => <Group key={group} group={group} items={items} review={review} looked={looked} look={look} write={write} />)
          )}
        </div>
      </Scroll>
      <Closing review={review} done={done} findings={work.findings} drop={drop} write={() => { write(null); }} />
      {writing && (
        <FindingForm
          about={about}
          review={review}
          close={() => { setWriting(false); }}
          keep={(finding) => {
            find(finding);
            setWriting(false);
          }}
        />
      )}
    </div>
  );
}

type GroupProps = {
  readonly group: TransitionGroup;
  readonly items: readonly TransitionItemView[];
  readonly review: TransitionReviewView;
  readonly looked: ReadonlySet<number>;
  readonly look: (entries: readonly number[], done: boolean) => void;
  readonly write: (entry: number) => void;
};

function Group({ group, items, review, looked, look, write }: GroupProps) {
  const [drawn, setDrawn] = useState(DRAWN);
  const { title, icon } = GROUP[group];
  const entries = items.map((item) => item.entry);
  const left = entries.filter((entry) => !looked.has(entry)).length;
  return (
    <section className={styles.group} aria-label={title}>
      <header>
        <span className="t2">
          <Icon name={icon} />
        </span>
        <h2 className="strong">{title}</h2>
        <span className="t3 small num">{left === 0 ? counted(items.length, "item") : `${count(left)} of ${count(items.length)} to look at`}</span>
        <span className="grow" />
        <Button size="sm" kind="ghost" onClick={() => { look(entries, left > 0); }}>
          {left > 0 ? "Mark all as looked at" : "Not looked at"}
        </Button>
      </header>
      {group === "refusals" && <Refused review={review} />}
      <ul>
        {items.slice(0, drawn).map((item) => (
          <Item key={item.entry} item={item} looked={looked.has(item.entry)} missing={review.looksMissing.includes(item.entry)} look={look} write={write} />
        ))}
      </ul>
      {items.length > drawn && (
        <p className={styles.more}>
          <Button size="sm" onClick={() => { setDrawn(drawn + DRAWN); }}>
            Show {count(Math.min(DRAWN, items.length - drawn))} more
          </Button>
        </p>
      )}
    </section>
  );
}

function Refused({ review }: { readonly review: TransitionReviewView }) {
  if (review.refusals.length === 0) return null;
  return (
    <table className={`t ${styles.refused ?? ""}`}>
      <caption className="sr">What was refused</caption>
      <thead>
        <tr>
          <th>Login</th>
          <th>Asked for</th>
          <th>Refused as</th>
          <th className="n fit">Times</th>
        </tr>
      </thead>
      <tbody>
        {review.refusals.map((one) => (
          <tr key={`${one.login} ${one.function} ${one.code}`}>
            <td className="mono">{one.login}</td>
            <td>{one.function.replaceAll("_", " ")}</td>
            <td>{one.code.replaceAll("_", " ")}</td>
            <td className="n fit">{count(one.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type ItemProps = { readonly item: TransitionItemView; readonly looked: boolean; readonly missing: boolean; readonly look: GroupProps["look"]; readonly write: GroupProps["write"] };

/** One act. The whole line is the mark: J and K go on, Space says that it was looked at. */
function Item({ item, looked, missing, look, write }: ItemProps) {
  const said = actWord(item.verb);
  const upon = [item.subject, item.count !== null && item.count > 1 ? `${count(item.count)} rows` : ""].filter(Boolean).join(", ");
  return (
    <li className={styles.item} data-looked={looked} data-entry={item.entry}>
      <button type="button" className={styles.mark} data-row aria-pressed={looked} onClick={() => { look([item.entry], !looked); }}>
        <span className={styles.box} aria-hidden="true">
          {looked && <Icon name="check" size={12} />}
        </span>
        <span className={`c-${said.tone}`}>
          <Icon name={said.icon} />
        </span>
        <span className={styles.what}>
          <span className="sr">Looked at: entry {count(item.entry)}, </span>
          <span className="trunc">
            <span className="med">{said.word}</span>
            {upon !== "" && <span className="t2"> {upon}</span>}
          </span>
          <span className="small t3 trunc">
            {item.by.name}, {moment(item.at)}
            {item.reason !== "" && ` · ${item.reason}`}
          </span>
        </span>
      </button>
      {missing && (
        <a className="st warn" href={href("reviews", String(item.entry))}>
          <Icon name="stamp" />
          Second look
        </a>
      )}
      <Button size="sm" kind="ghost" icon="plus" onClick={() => { write(item.entry); }}>
        Finding
      </Button>
      <a className={`small num ${styles.entry ?? ""}`} href={href("ledger", String(item.entry))}>
        {count(item.entry)}
      </a>
    </li>
  );
}
