import { useAct, useRead } from "../host";
import { count, Icon, listed, Mark, Popover, ROLE, Seal, shortKeyId, type IconName } from "../kit";
import { Button } from "../kit";
import { href, type Route, type Screen } from "../routes/route";
import styles from "./shell.module.css";
import { useSession } from "./session";

/** Where one can go, and who is here. */
export function Sidebar({ route }: { readonly route: Route }) {
  const { view: status } = useRead("status_bar", {});
  const here = OWNER[route.screen] ?? route.screen;
  const item = (screen: Screen, icon: IconName, title: string, number?: number, look: Look = "plain") => (
    <NavItem key={screen} screen={screen} here={here} icon={icon} title={title} look={look} {...(number === undefined ? {} : { number })} />
  );
  return (
    <nav className="side" aria-label="Main" data-region="side">
      <div className="brand">
        <Mark />
        <span>Countersign</span>
      </div>
      <div className="nav">
        {item("overview", "layout-dashboard", "Overview")}
        {item("approvals", "inbox", "Approvals", status?.forMe, status !== undefined && status.forMe > 0 ? "mine" : "plain")}
        {item("keys", "key-round", "Keys", status?.keys)}
        {item("runs", "play", "Runs", status?.runs)}
      </div>
      <div className="nav-h">Control</div>
      <div className={`nav ${styles.flush ?? ""}`}>
        {item("exceptions", "hourglass", "Exceptions", status?.exceptions, status !== undefined && status.exceptionsExpired > 0 ? "hot" : "plain")}
        {item("reviews", "stamp", "Reviews", status?.reviews, status !== undefined && status.reviews > 0 ? "mine" : "plain")}
        {item("ledger", "scroll-text", "Ledger")}
      </div>
      <div className="nav-h">Estate</div>
      <div className={`nav ${styles.flush ?? ""}`}>
        {item("tenants", "users", "Tenants")}
        {item("offboarding", "trash", "Offboarding")}
        {item("certificates", "file-text", "Certificates")}
        {item("discovery", "radar", "Discovery")}
        {item("import", "upload", "Import")}
      </div>
      <div className="nav-h">Reference</div>
      <div className={`nav ${styles.flush ?? ""}`}>
        {item("people", "user", "People")}
        {item("policies", "book-open", "Policies")}
        {item("settings", "settings", "Settings")}
      </div>
      <Me />
    </nav>
  );
}

/** Screens that are reached from another one light that one up. */
const OWNER: Partial<Record<Screen, Screen>> = { request: "approvals", "create-deks": "keys" };

type Look = "plain" | "mine" | "hot";

function NavItem({ screen, here, icon, title, number, look }: { readonly screen: Screen; readonly here: Screen; readonly icon: IconName; readonly title: string; readonly number?: number; readonly look: Look }) {
  return (
    <a href={href(screen)} aria-current={screen === here ? "page" : undefined} title={title}>
      <Icon name={icon} />
      <span>{title}</span>
      {number !== undefined && number > 0 && <span className={`count ${look}`}>{count(number)}</span>}
    </a>
  );
}

function Me() {
  const { operator, custody, deviceKey } = useSession();
  const lock = useAct("lock");
  const roles = listed(operator.roles.map((role) => ROLE[role]));
  return (
    <div className={styles.me}>
      <Popover
        label="Operator"
        className={styles.meButton ?? ""}
        trigger={
          <>
            <Seal look="signed" initials={operator.initials} size={30} label={`Your seal: ${operator.initials}`} />
            <span className={`small ${styles.meText ?? ""}`}>
              <span className="med trunc">{operator.name}</span>
              <span className="t3 micro trunc">{roles}</span>
            </span>
          </>
        }
      >
        {() => (
          <>
            <dl className="kv small">
              <dt>Operator</dt>
              <dd className="med">{operator.name}</dd>
              <dt>Roles</dt>
              <dd>{roles}</dd>
              <dt>Device key</dt>
              <dd className="mono" title={deviceKey}>{shortKeyId(deviceKey)}</dd>
            </dl>
            {custody.local && (
              <Button size="sm" icon="user" onClick={() => { lock.act({}); }}>
                Switch operator
              </Button>
            )}
            <Button size="sm" icon="lock" onClick={() => { lock.act({}); }}>
              Lock
            </Button>
          </>
        )}
      </Popover>
    </div>
  );
}
