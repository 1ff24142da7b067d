import { useState } from "react";

import { onlyAuditor } from "../../commands/registry";
import { useRead, type ProtectAct, type TenantDetailView, type TenantId, type TokenScope } from "../../host";
import { Ago, Button, count, counted, Icon, IconButton, instead, Note, Reading, refusal, Section, SEPARATION, Status, TENANT_STATUS } from "../../kit";
import { go, href } from "../../routes/route";
import { useSession } from "../../shell/session";
import { Holds } from "../protect/Holds";
import { More } from "../protect/More";
import { Confirm, Protect } from "../protect/Protect";
import { SetHold } from "../protect/SetHold";
import { Invalidate } from "../tokens/Invalidate";
import { TenantKeys } from "./TenantKeys";
import styles from "./tenants.module.css";

/** Everything about one tenant: where it stands, whose KEK its data lies under, its keys, its holds, its end. */
export function TenantDetail({ id, close }: { readonly id: string; readonly close: () => void }) {
  const { view, error, again } = useRead("tenant_detail", { tenant: id as TenantId }, { keep: false });
  return (
    <aside className={styles.drawer} aria-label={`Tenant ${view?.row.name ?? ""}`} data-region="detail" data-testid="tenant-detail">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close tenant" onClick={close} />
      </div>
      <Reading view={view} error={error} again={again} label="the tenant" lines={10}>
        {(detail) => (
          <>
            <div className={styles.inner}>
              <Head detail={detail} />
              <Unconfirmed detail={detail} />
              <Separation detail={detail} />
              <Integrations detail={detail} />
              <TenantHolds detail={detail} />
              <TenantKeys name={detail.row.name} />
            </div>
            <Acts detail={detail} />
          </>
        )}
      </Reading>
    </aside>
  );
}

function Head({ detail }: { readonly detail: TenantDetailView }) {
  const { row, offboarding, certificate } = detail;
  return (
    <div className="stack tight">
      <div className={`row ${styles.name ?? ""}`}>
        <h2 className="strong wrap grow">{row.name}</h2>
        <Status said={TENANT_STATUS[row.status]} />
      </div>
      <p className="small t2">
        {counted(row.liveKeys, "live key")}, {counted(row.tokens, "token")}.
      </p>
      {offboarding && (
        <Note tone={row.status === "offboarded" ? "info" : "warn"} icon="trash">
          {row.status === "offboarded" ? "Offboarded under " : "Its offboarding is asked for: "}
          <a href={href("approvals", offboarding.request, { folder: row.status === "offboarded" ? "decided" : "open" })}>{offboarding.label}</a>.
          {certificate && (
            <>
              {" "}
              Certificate <a href={href("certificates", certificate.certificate)}>{certificate.label}</a>.
            </>
          )}
        </Note>
      )}
    </div>
  );
}

function Unconfirmed({ detail: { unconfirmed } }: { readonly detail: TenantDetailView }) {
  if (unconfirmed === null) return null;
  return (
    <Note tone="alert" role="alert">
      <b>The vault has not confirmed this yet.</b> Since <Ago at={unconfirmed.since} />, {counted(unconfirmed.keys, "key")} of it may still be used in the vault.
      <div className={styles.confirm}>
        <Confirm act={unconfirmed.act} />
      </div>
    </Note>
  );
}

/** whether its data lies under a KEK of its own, and with whom it shares one. */
function Separation({ detail: { row, under } }: { readonly detail: TenantDetailView }) {
  return (
    <Section title="Separation" aside={<Status said={SEPARATION[row.separation]} />}>
      {under.length === 0 ? (
        <p className="small t3">No DEK of it is live.</p>
      ) : (
        <ul className={styles.boxed}>
          {under.map((one) => (
            <li key={one.kek.key} className={styles.under}>
              <Icon name="vault" size={14} />
              <span className="col">
                <a className="mono wrap" href={href("keys", one.kek.key)}>
                  {one.kek.name}
                </a>
                <span className="small t2">
                  {counted(one.deks, "DEK")} of it
                </span>
              </span>
              <span className={`small ${styles.shared ?? ""} ${one.own ? "t2" : "t3"}`}>{sharing(one)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function sharing({ own, otherTenants, deksOfOthers }: TenantDetailView["under"][number]): string {
  const others = deksOfOthers === 0 ? "" : `${counted(deksOfOthers, "DEK")} of ${otherTenants === 0 ? "no tenant" : counted(otherTenants, "other tenant")}`;
  if (own) return others === "" ? "its own, alone" : `its own, but also over ${others}`;
  return others === "" ? "shared, alone at present" : `shared with ${others}`;
}

function Integrations({ detail: { row, integrations } }: { readonly detail: TenantDetailView }) {
  const [open, setOpen] = useState<{ readonly act: ProtectAct | "invalidate"; readonly integration: string } | null>(null);
  const { operator } = useSession();
  const close = () => {
    setOpen(null);
  };
  if (integrations.length === 0) return null;
  const free = !onlyAuditor(operator) && row.status !== "offboarded";
  const name = open === null ? "" : `${row.name} · ${open.integration}`;
  const scope = open && ({ of: "integration", tenant: row.tenant, integration: open.integration } as const);
  const yes = { allowed: true, reason: null, eligible: [] };
  return (
    <Section title="Integrations">
      <ul className={styles.boxed}>
        {integrations.map((one) => (
          <li key={one} className={styles.integration}>
            <span className="wrap">{one}</span>
            {free && (
              <More
                label="Act"
                groups={[
                  [
                    { id: "suspend", title: "Suspend…", icon: "circle-pause", may: yes, act: () => { setOpen({ act: "suspend", integration: one }); } },
                    { id: "revoke", title: "Revoke…", icon: "ban", may: yes, act: () => { setOpen({ act: "revoke", integration: one }); } },
                  ],
                  [{ id: "invalidate", title: "Invalidate its tokens…", icon: "ban", may: yes, act: () => { setOpen({ act: "invalidate", integration: one }); } }],
                ]}
              />
            )}
          </li>
        ))}
      </ul>
      {open && scope && (open.act === "invalidate" ? <Invalidate scope={scope} name={name} close={close} /> : <Protect act={open.act} scope={scope} name={name} close={close} />)}
    </Section>
  );
}

function TenantHolds({ detail: { holds } }: { readonly detail: TenantDetailView }) {
  const { operator } = useSession();
  if (holds.length === 0) return null;
  return (
    <Section title="Holds" aside={<span className="small t3 num">{count(holds.filter((hold) => hold.liftedAt === null).length)} in force</span>}>
      <Holds holds={holds} auditor={onlyAuditor(operator)} />
    </Section>
  );
}

function Acts({ detail: { row, acts } }: { readonly detail: TenantDetailView }) {
  const [open, setOpen] = useState<ProtectAct | "set_hold" | "invalidate" | null>(null);
  const close = () => {
    setOpen(null);
  };
  const scope = { of: "tenant", tenant: row.tenant } as const;
  const tokens: TokenScope = scope;
  if (row.status === "offboarded") return null;
  return (
    <footer className={styles.act}>
      {acts.reactivate.allowed && (
        <Button kind="primary" icon="rotate-ccw" onClick={() => { go("request", "reactivate", { tenant: row.tenant }); }}>
          Request reactivation…
        </Button>
      )}
      {acts.suspend.allowed && (
        <Button icon="circle-pause" onClick={() => { setOpen("suspend"); }}>
          Suspend…
        </Button>
      )}
      {acts.setHold.allowed && (
        <Button icon="lock" onClick={() => { setOpen("set_hold"); }}>
          Set hold…
        </Button>
      )}
      {acts.offboard.allowed && (
        <Button icon="trash" onClick={() => { go("offboarding", row.tenant); }}>
          Offboard…
        </Button>
      )}
      <More
        label="More"
        groups={[
          [
            { id: "revoke", title: "Revoke its keys…", icon: "ban", may: acts.revoke, act: () => { setOpen("revoke"); } },
            { id: "invalidate", title: "Invalidate its tokens…", icon: "ban", may: acts.invalidateTokens, act: () => { setOpen("invalidate"); } },
          ],
        ]}
      />
      {!acts.offboard.allowed && acts.offboard.reason && (
        <p className="small t2 grow" data-testid="why-not">
          No offboarding: {refusal(acts.offboard.reason)} {acts.offboard.eligible.length > 0 && instead(acts.offboard.eligible.map((who) => who.name))}
        </p>
      )}
      {open === "set_hold" && <SetHold scope={scope} name={row.name} close={close} />}
      {open === "invalidate" && <Invalidate scope={tokens} name={row.name} close={close} />}
      {open !== null && open !== "set_hold" && open !== "invalidate" && <Protect act={open} scope={scope} name={row.name} close={close} />}
    </footer>
  );
}
