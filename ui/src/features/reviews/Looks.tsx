import { useRef } from "react";

import { useRowKeys } from "../../commands/rows";
import { usePages, type Cursor, type ReviewFolder, type ReviewRowView, type ReviewsPageRequest, type ReviewsPageView } from "../../host";
import { Ago, Button, Empty, Icon, Reading, REVIEW_KIND, Segments } from "../../kit";
import { go, href, type Route } from "../../routes/route";
import { ReviewDetail } from "./ReviewDetail";
import styles from "./reviews.module.css";

const PAGE = 50;
const PAGING = { at: (request: ReviewsPageRequest, after: Cursor) => ({ ...request, after }), next: (page: ReviewsPageView) => page.next };

/** What one person did at once, or what was destroyed: it waits here for a second person's look. */
export function Looks({ route }: { readonly route: Route }) {
  const folder: ReviewFolder = route.query["folder"] === "reviewed" ? "reviewed" : "waiting";
  const list = usePages("reviews_page", { folder, after: null, limit: PAGE }, PAGING);
  const rows = list.pages?.flatMap((page) => page.rows);
  const first = list.pages?.[0];
  const shown = route.id ?? rows?.[0]?.review ?? null;
  return (
    <div className={styles.page}>
      <section className={styles.inbox} aria-label="Items" data-region="list">
        <header>
          <Segments
            label="Folder"
            value={folder}
            choose={(next) => { go("reviews", null, { folder: next }); }}
            options={[{ value: "waiting", label: "Waiting", ...(first ? { count: first.waiting } : {}) }, { value: "reviewed", label: "Signed off" }]}
          />
        </header>
        <Reading view={rows} error={list.error} again={list.again} label="the review list">
          {(all) =>
            all.length === 0 ? (
              folder === "waiting" ? (
                <Empty icon="circle-check" title="Nothing waits for a second look">Protective acts, destructions and certificates come here until a person who did not do them has signed them off.</Empty>
              ) : (
                <Empty icon="inbox" title="Nothing has been signed off yet" />
              )
            ) : (
              <Rows rows={all} folder={folder} shown={shown} more={list.more} loadMore={list.loadMore} />
            )
          }
        </Reading>
      </section>
      {shown === null ? (
        <section className={styles.detail} aria-label="Item">
          <Empty icon="inbox" title="Nothing chosen" />
        </section>
      ) : (
        <ReviewDetail key={shown} review={shown as ReviewRowView["review"]} />
      )}
    </div>
  );
}

function Rows({ rows, folder, shown, more, loadMore }: { readonly rows: readonly ReviewRowView[]; readonly folder: ReviewFolder; readonly shown: string | null; readonly more: boolean; readonly loadMore: () => void }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys("Reviews", list);
  return (
    <ul className={styles.rows} ref={list}>
      {rows.map((row) => {
        const said = REVIEW_KIND[row.kind];
        return (
          <li key={row.review}>
            <a href={href("reviews", row.review, { folder })} className={styles.row} aria-current={row.review === shown ? "true" : undefined} data-row data-testid={`review-${row.review}`}>
              <span className={`c-${said.tone} ${styles.glyph ?? ""}`}>
                <Icon name={said.icon} />
              </span>
              <span className="med trunc">{row.subject}</span>
              <span className="t3 small num nowrap">
                <Ago at={row.at} />
              </span>
              <span className="t2 small trunc">
                {said.word} · {row.by.name}
              </span>
              {row.waitsForMe && (
                <span className="st ink">
                  <Icon name="stamp" />
                  Yours
                </span>
              )}
            </a>
          </li>
        );
      })}
      {more && (
        <li className={styles.more}>
          <Button size="sm" onClick={loadMore}>
            Show more
          </Button>
        </li>
      )}
    </ul>
  );
}
