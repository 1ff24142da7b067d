import { useRead, type CustodyHeadView, type LinkView, type Micros } from "../host";
import { clock, connection, count, dateOf, duration, Icon, useNow } from "../kit";
import { shownKey, useScopes } from "../commands/keys";

const POLL_MS = 10_000;
const HINTS_MAX = 4;

/** What is always true of the window: ledger, vault, register, and the keys of this screen. */
export function StatusBar({ custody, locksAt }: { readonly custody: CustodyHeadView; readonly locksAt: Micros }) {
  const { view: status, error } = useRead("status_bar", {}, { every: POLL_MS });
  const now = useNow(5_000);
  const left = Math.max(0, (dateOf(locksAt).getTime() - now.getTime()) / 1000);
  return (
    <footer className="status" tabIndex={-1} data-region="status" data-testid="status-bar">
      {error && (
        <span className="c-alert">
          <Icon name="link-2-off" size={12} />
          Status cannot be read
        </span>
      )}
      {status && (
        <>
          {status.ledgerBrokenAt === null ? (
            <span data-testid="ledger-status">
              <Icon name="link-2" size={12} />
              {status.verifiedTo === null
                ? `Ledger at entry ${count(status.ledgerHead)}, not verified yet`
                : `Ledger verified to entry ${count(status.verifiedTo)}${status.verifiedTo < status.ledgerHead ? ` of ${count(status.ledgerHead)}` : ""}${status.verifiedAt === null ? "" : ` · ${clock(status.verifiedAt)}`}`}
            </span>
          ) : (
            <span className="c-alert" data-testid="ledger-status">
              <Icon name="link-2-off" size={12} />
              Ledger broken at entry {count(status.ledgerBrokenAt)}
            </span>
          )}
          <Link icon="vault" link={status.vault} />
          <Link icon="database" link={status.register} wide />
        </>
      )}
      {custody.local && (
        <span className="wide-only">
          <Icon name="monitor" size={12} />
          Local custody
        </span>
      )}
      <span className="wide-only">
        <Icon name="lock" size={12} />
        Locks in {left >= 60 ? `${Math.ceil(left / 60)} min` : duration(left)}
      </span>
      <Hints />
    </footer>
  );
}

function Link({ icon, link, wide }: { readonly icon: "vault" | "database"; readonly link: LinkView; readonly wide?: boolean }) {
  const bad = link.problem !== null;
  return (
    <span className={`${bad ? "c-alert" : ""} ${wide && !bad ? "wide-only" : ""}`}>
      <Icon name={bad ? "link-2-off" : icon} size={12} />
      {link.name}
      {link.problem ? ` ${connection(link.problem)}` : link.latencyMs === null ? "" : ` · ${link.latencyMs} ms`}
    </span>
  );
}

function Hints() {
  const shown = useScopes()
    .flatMap((scope) => scope.bindings)
    .filter((binding) => binding.shown);
  const labels = [...new Set(shown.map((binding) => binding.label))].slice(-HINTS_MAX);
  return (
    <span className="keys">
      {labels.map((label) => (
        <span key={label}>
          {shown
            .filter((binding) => binding.label === label)
            .flatMap((binding) => shownKey(binding.keys))
            .map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}{" "}
          {label}
        </span>
      ))}
      <span>
        <kbd>?</kbd> All keys
      </span>
    </span>
  );
}
