import type { CheckKind, CheckView, Finding, TenantId } from "../../host";
import { Chip, counted, Icon, listed, type IconName } from "../../kit";
import { href } from "../../routes/route";
import styles from "./offboarding.module.css";

const LOOK: Record<Finding, { readonly icon: IconName; readonly tone: string; readonly word: string }> = {
  clear: { icon: "circle-check", tone: "c-ok", word: "clear" },
  warns: { icon: "triangle-alert", tone: "c-warn", word: "mind this" },
  blocks: { icon: "octagon-x", tone: "c-alert", word: "blocks" },
};

/** What was looked at before anything is destroyed. What blocks says what to do about it. */
export function Checks({ checks, tenant }: { readonly checks: readonly CheckView[]; readonly tenant: TenantId }) {
  const blocks = checks.filter((check) => check.finding === "blocks").length;
  return (
    <section className="card" aria-label="Checks">
      <header>
        <h2>Checks</h2>
        <span className={`end ${styles.headChip ?? ""}`}>
          {blocks === 0 ? (
            <Chip tone="ok" icon="circle-check">
              Nothing blocks
            </Chip>
          ) : (
            <Chip tone="alert" icon="octagon-x">
              {counted(blocks, "blocker")}
            </Chip>
          )}
        </span>
      </header>
      <ul className={styles.checks}>
        {checks.map((check) => {
          const look = LOOK[check.finding];
          return (
            <li key={check.kind} data-testid={`check-${check.kind}`} data-finding={check.finding}>
              <span className={look.tone}>
                <Icon name={look.icon} />
                <span className="sr">{look.word}</span>
              </span>
              <span className="col">
                <span className="wrap">{said(check)}</span>
                {check.finding === "blocks" && (
                  <span className="small t2 wrap">
                    {TODO[check.kind]} <Way kind={check.kind} tenant={tenant} />
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function said({ kind, finding, names, count }: CheckView): string {
  const which = names.length === 0 ? "" : `: ${listed(names)}${count > names.length ? ` and ${counted(count - names.length, "more", "more")}` : ""}`;
  return `${(finding === "clear" ? CLEAR : FOUND)[kind]}${finding === "clear" ? "" : which}`;
}

const CLEAR: Record<CheckKind, string> = {
  legal_hold: "No legal hold", incident: "No open incident touches these keys", others_under_kek: "No data of others under its KEK", run_under_way: "No run about it is under way", status: "It is there to be offboarded",
  restore_drill: "Backups open without its KEK, or need not", open_request: "No other request about it is open",
};

const FOUND: Record<CheckKind, string> = {
  legal_hold: "Legal hold", incident: "Open incident", others_under_kek: "Data of others lies under its KEK", run_under_way: "A run about it is under way", status: "It is on its way out, or gone",
  restore_drill: "No restore drill has shown yet that the newest backup opens without its KEK", open_request: "Other requests about it are open; they lapse",
};

const TODO: Record<CheckKind, string> = {
  legal_hold: "Two people can lift it.", incident: "Close the incident, then two people can lift its hold.", others_under_kek: "Re-wrap them under another KEK first.", run_under_way: "Let it end first.",
  status: "Nothing is left to ask for.", restore_drill: "Record a drill first.", open_request: "",
};

function Way({ kind, tenant }: { readonly kind: CheckKind; readonly tenant: TenantId }) {
  switch (kind) {
    case "legal_hold":
    case "incident":
      return <a href={href("tenants", tenant)}>Its holds</a>;
    case "status":
      return <a href={href("offboarding")}>Offboardings</a>;
    case "run_under_way":
      return <a href={href("runs")}>Runs</a>;
    default:
      return null;
  }
}
