import type { ExceptionDetailView } from "../../host";
import { counted, day, EXCEPTION_STATE, listed, Section, spanOf, Status } from "../../kit";
import { href } from "../../routes/route";
import styles from "./exceptions.module.css";

/** what was renewed by what, from the first one on. One that was never renewed has no chain. */
export function Chain({ detail: { chain, row } }: { readonly detail: ExceptionDetailView }) {
  const [first] = chain;
  const last = chain.at(-1);
  if (chain.length < 2 || first === undefined || last === undefined) return null;
  return (
    <Section title="Chain of renewals" aside={<span className="small t3 num">{counted(chain.length, "term")}, {spanOf(first.since, last.until)}</span>}>
      <ol className={styles.chain}>
        {chain.map((link) => {
          const own = link.exception === row.exception;
          return (
            <li key={link.exception} className={own ? (styles.own ?? "") : ""} aria-current={own ? "true" : undefined}>
              <span className="row">
                {own ? <span className="mono strong">{link.label}</span> : <a className="mono" href={href("exceptions", link.exception)}>{link.label}</a>}
                <Status said={EXCEPTION_STATE[link.state]} />
                <span className="end small t2 num nowrap">{spanOf(link.since, link.until)}</span>
              </span>
              <span className="small t3 wrap">
                {day(link.since)} to {day(link.until)}
                {link.people.length > 0 && ` · ${listed(link.people.map((who) => who.name))}`}
              </span>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
