import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import type { ExceptionRowView, Micros } from "../../host";
import { Button, endsWhen, EXCEPTION_STATE, Icon, longMoment, shortDay } from "../../kit";
import styles from "./exceptions.module.css";
import { axisOf, monthsOf } from "./term";
import { TermBar } from "./TermBar";

/** A label closer to today than this would lie under its mark. */
const CLEAR_OF_TODAY = 6;

type Props = { readonly rows: readonly ExceptionRowView[]; readonly now: Micros; readonly current: string | null; readonly open: (row: ExceptionRowView) => void; readonly more: boolean; readonly loadMore: () => void };

/** The same rows along the months. The table says the same in words. */
export function TimeLine({ rows, now, current, open, more, loadMore }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys("Time line", list);
  const axis = axisOf(rows, now);
  return (
    <div className={styles.line}>
      <div className={styles.months} aria-hidden="true">
        <span />
        <span className={styles.scale}>
          {monthsOf(axis).map((month) => (
            <span key={month.place} className={styles.month} style={{ left: `${month.place}%` }}>
              {Math.abs(month.place - 50) < CLEAR_OF_TODAY ? "" : month.label}
            </span>
          ))}
          <span className={styles.today}>{shortDay(now)}</span>
        </span>
      </div>
      <ul className={styles.lanes} ref={list}>
        {rows.map((row) => {
          const ends = endsWhen(row);
          const said = EXCEPTION_STATE[row.state];
          return (
            <li key={row.exception}>
              <button type="button" className={styles.lane} aria-current={row.exception === current ? "true" : undefined} data-row onClick={() => { open(row); }} title={longMoment(row.until)}>
                <span className={styles.laneName}>
                  <span className={`st ${said.tone}`}>
                    <Icon name={said.icon} />
                    <span className="sr">{said.word}</span>
                  </span>
                  <span className="mono">{row.label}</span>
                  <span className="trunc">{row.title}</span>
                </span>
                <span className={styles.laneTerm}>
                  {monthsOf(axis).map((month) => (
                    <span key={month.place} className={styles.rule} style={{ left: `${month.place}%` }} />
                  ))}
                  <TermBar row={row} axis={axis} tall />
                </span>
                <span className={`num nowrap ${ends.tone === null ? "t2" : `c-${ends.tone} strong`}`}>{ends.text}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {more && (
        <div className={styles.moreRows}>
          <Button size="sm" onClick={loadMore}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
