import { useRead } from "../../host";
import { counted, Segments } from "../../kit";
import { go, type Query, type Route } from "../../routes/route";
import { Main, TopBar } from "../../shell/TopBar";
import { History } from "./History";
import { Looks } from "./Looks";
import styles from "./reviews.module.css";
import { Schedule } from "./Schedule";
import { Transitions } from "./Transitions";

const PARTS = ["looks", "transitions", "schedule", "history"] as const;
type Part = (typeof PARTS)[number];

const TITLE: Record<Part, string> = { looks: "Second looks", transitions: "Biweekly review", schedule: "Schedule", history: "History" };

/** What people look at after it was done: item by item, two weeks at a time, and at regular dates. */
export default function Reviews({ route }: { readonly route: Route }) {
  const part = PARTS.find((one) => one === route.query["part"]) ?? "looks";
  const waiting = useRead("reviews_page", { folder: "waiting", after: null, limit: 50 }).view;
  const schedule = useRead("schedule", {}).view;
  const late = schedule?.rows.filter((row) => row.daysLeft !== null && row.daysLeft < 0).length ?? 0;
  const query = (next: Part): Query => (next === "looks" ? {} : { part: next });
  return (
    <>
      <TopBar title="Reviews" meta={late > 0 ? <span className="c-alert">{counted(late, "review or audit", "reviews and audits")} late</span> : waiting && (waiting.forMe > 0 ? `${counted(waiting.forMe, "act")} for your look` : "none waits for your look")} />
      <Main label="Reviews">
        <div className={styles.whole}>
          <div className={styles.parts}>
            <Segments
              label="Part of the reviews"
              value={part}
              choose={(next) => { go("reviews", null, query(next)); }}
              options={PARTS.map((one) => ({ value: one, label: TITLE[one], ...(one === "looks" && waiting ? { count: waiting.waiting } : {}), ...(one === "schedule" && late > 0 ? { count: late } : {}) }))}
            />
          </div>
          {part === "looks" ? <Looks route={route} /> : part === "transitions" ? <Transitions /> : part === "schedule" ? <Schedule /> : <History />}
        </div>
      </Main>
    </>
  );
}
