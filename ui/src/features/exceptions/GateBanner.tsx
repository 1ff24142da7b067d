import { useRead, type ExceptionRowView, type GateFindingView, type GateLevel, type GateView } from "../../host";
import { Button, Chip, count, Icon, Popover, Problem, type Said, Skeleton, Status } from "../../kit";
import { go, href } from "../../routes/route";
import styles from "./exceptions.module.css";
import { headline, isRevoked, others, rowOf, sentence, verdict } from "./gate";

/** What a pipeline would be told now, why, and the acts that clear it. */
export function GateBanner({ rows }: { readonly rows: readonly ExceptionRowView[] | undefined }) {
  const { view, error, again } = useRead("gate", {}, { every: 60_000 });
  if (view === undefined) {
    return (
      <section className={styles.gate} aria-label="Gate" data-testid="gate">
        {error ? (
          <div className="grow stack tight">
            <span className="row">
              <Chip tone="alert" icon="ban">Could not tell</Chip>
              <span>A pipeline that can&rsquo;t tell is stopped as well.</span>
            </span>
            <Problem error={error} again={again} />
          </div>
        ) : (
          <Skeleton label="Asking the gate" lines={1} />
        )}
      </section>
    );
  }
  return <Banner gate={view} rows={rows} />;
}

function Banner({ gate, rows }: { readonly gate: GateView; readonly rows: readonly ExceptionRowView[] | undefined }) {
  const [first] = gate.findings;
  const rest = others(gate);
  const text = headline(gate);
  return (
    <section className={styles.gate} aria-label="Gate" data-testid="gate" data-blocked={gate.blocked}>
      <Chip tone={gate.blocked ? "alert" : "ok"} icon={gate.blocked ? "ban" : "circle-check"}>
        {verdict(gate)}
      </Chip>
      <span className={styles.gateText} title={first === undefined ? text : `${text} ${first.clears}`}>
        {text}
      </span>
      {rest.length > 0 && (
        <Popover label="What else the gate says" className={`btn ghost sm ${styles.gateMore ?? ""}`} align="end" trigger={<>{count(rest.length + gate.more)} more<Icon name="chevron-down" size={12} /></>}>
          {() => <Findings findings={gate.findings} />}
        </Popover>
      )}
      {first !== undefined && <Clearing finding={first} row={rowOf(first, rows)} />}
    </section>
  );
}

/** The acts that clear the first finding; one that is under way already is named instead. */
function Clearing({ finding, row }: { readonly finding: GateFindingView; readonly row: ExceptionRowView | undefined }) {
  const { exception } = finding;
  if (exception === null) return null;
  if (isRevoked(finding)) {
    return (
      <a className="btn sm" href={href("reviews")}>
        Open the review list
      </a>
    );
  }
  if (row?.answer) {
    return (
      <a className="btn sm" href={href("approvals", row.answer.request.request, { folder: "open" })}>
        {row.answer.renews ? "Renewal" : "Closing"} {row.answer.request.label} is asked for
      </a>
    );
  }
  const ask = (what: "renew" | "close") => () => { go("exceptions", exception, { ask: what }); };
  return (
    <span className={styles.gateActs}>
      <Button size="sm" onClick={ask("renew")}>
        Request renewal
      </Button>
      <Button size="sm" onClick={ask("close")}>
        Close with evidence
      </Button>
    </span>
  );
}

const LEVEL: Record<GateLevel, Said> = {
  block: { word: "Blocks", icon: "ban", tone: "alert" },
  warn: { word: "Warns", icon: "triangle-alert", tone: "warn" },
  notice: { word: "Ahead", icon: "info", tone: "idle" },
};

const SHOWN_MAX = 60;

function Findings({ findings }: { readonly findings: readonly GateFindingView[] }) {
  return (
    <ul className={styles.findings} aria-label="Findings of the gate">
      {findings.slice(0, SHOWN_MAX).map((finding, at) => (
        <li key={at}>
          <Status said={LEVEL[finding.level]} />
          <span className="col">
            <span className="wrap">
              {finding.exception === null ? sentence(finding) : <a href={href("exceptions", finding.exception)}>{sentence(finding)}</a>}
            </span>
            <span className="small t3 wrap">
              {finding.owner !== "" && `${finding.owner} · `}
              <span className="mono">{finding.clears}</span>
            </span>
          </span>
        </li>
      ))}
      {findings.length > SHOWN_MAX && <li className="small t3">{count(findings.length - SHOWN_MAX)} more: “countersign gate” names them all.</li>}
    </ul>
  );
}
