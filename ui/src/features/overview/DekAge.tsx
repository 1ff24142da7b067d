import { useState } from "react";

import type { AgeBucketView, OverviewView } from "../../host";
import { count, counted, Empty, Icon, Scroll, Segments } from "../../kit";
import { href } from "../../routes/route";
import styles from "./overview.module.css";

/** How old the DEKs are since their last rotation; those past the review threshold are hatched, not only coloured. */
export function DekAge({ overview }: { readonly overview: OverviewView }) {
  const [look, setLook] = useState<"chart" | "table">("chart");
  const over = overview.dekAge.filter((bucket) => bucket.fromDays >= overview.dekReviewDays).reduce((sum, bucket) => sum + bucket.count, 0);
  return (
    <section className="card" aria-label="DEK age">
      <header>
        <h2>DEK age</h2>
        <span className="t3 small trunc">{counted(overview.deks, "DEK")} · days since last rotation</span>
        <span className="end">
          <Segments label="Show DEK age as" value={look} choose={setLook} options={[{ value: "chart", label: "Chart" }, { value: "table", label: "Table" }]} />
        </span>
      </header>
      {overview.deks === 0 ? (
        <Empty icon="key-round" title="No DEK yet" />
      ) : (
        <div className="body">
          {look === "chart" ? <Histogram buckets={overview.dekAge} review={overview.dekReviewDays} /> : <Table buckets={overview.dekAge} />}
          <p className={`row small ${styles.finding ?? ""}`}>
            <span className={over > 0 ? "c-warn" : "c-ok"}>
              <Icon name={over > 0 ? "circle-alert" : "circle-check"} size={14} />
            </span>
            {over > 0 ? `${count(over)} are past the ${overview.dekReviewDays}-day review threshold.` : `None is past the ${overview.dekReviewDays}-day review threshold.`}
            {over > 0 && <a href={href("keys", null, { type: "dek", sort: "rotate_by" })}>Show them</a>}
          </p>
        </div>
      )}
    </section>
  );
}

function Histogram({ buckets, review }: { readonly buckets: readonly AgeBucketView[]; readonly review: number }) {
  const highest = Math.max(1, ...buckets.map((bucket) => bucket.count));
  return (
    <div role="img" aria-label="Number of DEKs by days since last rotation. The table says the same.">
      <div className={styles.bars} style={{ gridTemplateColumns: `repeat(${buckets.length}, minmax(0, 1fr))` }}>
        {buckets.map((bucket) => (
          <div key={bucket.fromDays} className={bucket.fromDays >= review ? styles.over : ""} style={{ height: `${Math.max(2, (bucket.count / highest) * 82)}%` }}>
            <span>{count(bucket.count)}</span>
          </div>
        ))}
      </div>
      <div className={styles.axis} style={{ gridTemplateColumns: `repeat(${buckets.length}, minmax(0, 1fr))` }}>
        {buckets.map((bucket) => (
          <span key={bucket.fromDays}>{bucket.toDays === null ? `${bucket.fromDays}+` : bucket.fromDays}</span>
        ))}
      </div>
    </div>
  );
}

function Table({ buckets }: { readonly buckets: readonly AgeBucketView[] }) {
  return (
    <Scroll label="DEKs by age" className={styles.tableTwin}>
      <table className="t">
        <thead>
          <tr>
            <th scope="col">Days since last rotation</th>
            <th scope="col" className="n">DEKs</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket) => (
            <tr key={bucket.fromDays}>
              <td>{bucket.toDays === null ? `${bucket.fromDays} and more` : `${bucket.fromDays} to ${bucket.toDays - 1}`}</td>
              <td className="n">{count(bucket.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
