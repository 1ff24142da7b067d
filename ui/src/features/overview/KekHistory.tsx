import { useState } from "react";

import type { KekHistoryView, OverviewView } from "../../host";
import { dateOf, day, Empty, listed, Scroll, Segments } from "../../kit";
import { href } from "../../routes/route";
import styles from "./overview.module.css";

const WIDTH = 452;
const LEFT = 124;
const RIGHT = 22;
const ROW = 27;
const SHOWN_MAX = 8;
const DAY_MS = 86_400_000;

/** Each KEK's versions over time, sealed by whom, and when the next is due. */
export function KekHistory({ overview }: { readonly overview: OverviewView }) {
  const [look, setLook] = useState<"chart" | "table">("chart");
  const keks = overview.kekHistory;
  return (
    <section className={`card ${styles.history ?? ""}`} aria-label="KEK rotation history">
      <header>
        <h2>KEK rotation history</h2>
        <span className="end">
          <Segments label="Show the history as" value={look} choose={setLook} options={[{ value: "chart", label: "Chart" }, { value: "table", label: "Table" }]} />
        </span>
      </header>
      {keks.length === 0 ? (
        <Empty icon="vault" title="No KEK yet" />
      ) : look === "chart" ? (
        <div className={styles.chart}>
          <Chart keks={keks.slice(0, SHOWN_MAX)} now={dateOf(overview.now)} />
        </div>
      ) : (
        <Table keks={keks} />
      )}
    </section>
  );
}

function Chart({ keks, now }: { readonly keks: readonly KekHistoryView[]; readonly now: Date }) {
  const moments = keks.flatMap((kek) => kek.versions.map((version) => dateOf(version.since).getTime()));
  const dueDates = keks.flatMap((kek) => (kek.rotateBy === null ? [] : [dateOf(kek.rotateBy).getTime()]));
  const from = Math.min(...moments, now.getTime() - 180 * DAY_MS);
  const to = Math.max(now.getTime() + 60 * DAY_MS, ...dueDates);
  const x = (at: number) => LEFT + 8 + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT - 8);
  const height = keks.length * ROW + 26;
  const late = keks.filter((kek) => (kek.dueInDays ?? 0) < 0).map((kek) => kek.key.name);
  const finding = late.length > 0 ? `${listed(late)} overdue` : "every KEK within its term";
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} width="100%" role="img" aria-label={`Rotations of ${keks.length} KEKs: ${finding}. The table says the same.`} className={styles.plot}>
      {years(from, to).map((year) => (
        <g key={year.label}>
          <line x1={x(year.at)} x2={x(year.at)} y1="4" y2={height - 20} className={styles.grid} />
          <text x={x(year.at)} y={height - 5} textAnchor="middle">
            {year.label}
          </text>
        </g>
      ))}
      <line x1={x(now.getTime())} x2={x(now.getTime())} y1="2" y2={height - 18} className={styles.nowLine} />
      {keks.map((kek, at) => (
        <Line key={kek.key.key} kek={kek} y={18 + at * ROW} x={x} now={now.getTime()} />
      ))}
    </svg>
  );
}

function Line({ kek, y, x, now }: { readonly kek: KekHistoryView; readonly y: number; readonly x: (at: number) => number; readonly now: number }) {
  const since = kek.versions.map((version) => dateOf(version.since).getTime());
  const first = since[0] ?? now;
  const last = since.at(-1) ?? now;
  const late = (kek.dueInDays ?? 0) < 0;
  const dueAt = kek.rotateBy === null ? null : dateOf(kek.rotateBy).getTime();
  return (
    <g>
      <text className={styles.name} x="0" y={y + 4}>
        {kek.key.name.length > 19 ? `${kek.key.name.slice(0, 18)}…` : kek.key.name}
      </text>
      <line x1={x(first)} x2={x(last)} y1={y} y2={y} className={styles.past} />
      <line x1={x(last)} x2={x(now)} y1={y} y2={y} className={styles.present} />
      {kek.versions.map((version, at) => {
        const place = x(since[at] ?? now);
        const room = (at + 1 < since.length ? x(since[at + 1] ?? now) : x(now)) - place > 24;
        return (
          <g key={version.version}>
            <circle cx={place} cy={y} r="5.5" className={styles.seal} />
            {version.seals.length > 1 && <circle cx={place + 5.2} cy={y} r="5.5" className={styles.sealSecond} />}
            {room && (
              <text x={place + 13} y={y - 5}>
                v{version.version}
              </text>
            )}
          </g>
        );
      })}
      {dueAt !== null && (late ? <path d={`M${x(now)} ${y - 7}l7 12.5h-14z`} className={styles.late} /> : <circle cx={x(dueAt)} cy={y} r="5" className={styles.next} />)}
    </g>
  );
}

function years(from: number, to: number): { at: number; label: string }[] {
  const first = new Date(from).getUTCFullYear() + 1;
  const last = new Date(to).getUTCFullYear();
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ({ at: Date.UTC(first + at, 0, 1), label: String(first + at) }));
}

function Table({ keks }: { readonly keks: readonly KekHistoryView[] }) {
  return (
    <Scroll label="Versions of each KEK" className={styles.tableTwin}>
      <table className="t">
        <thead>
          <tr>
            <th scope="col">KEK</th>
            <th scope="col" className="n">Version</th>
            <th scope="col">Since</th>
            <th scope="col">Sealed by</th>
            <th scope="col" className="n">Next due</th>
          </tr>
        </thead>
        <tbody>
          {keks.flatMap((kek) =>
            [...kek.versions].reverse().map((version, at) => (
              <tr key={`${kek.key.key}-${version.version}`}>
                <td className="mono">{at === 0 ? <a href={href("keys", kek.key.key)}>{kek.key.name}</a> : kek.key.name}</td>
                <td className="n">v{version.version}</td>
                <td className="num">{day(version.since)}</td>
                <td>{version.seals.length === 0 ? "brought in" : listed(version.seals.map((person) => person.name))}</td>
                <td className="n">{at === 0 && kek.rotateBy !== null ? day(kek.rotateBy) : ""}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Scroll>
  );
}
