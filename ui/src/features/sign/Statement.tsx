import type { SignContextView } from "../../host";
import { counted, ENVIRONMENT, moment, shortKeyId, term } from "../../kit";
import styles from "./sign.module.css";

/** Every fact of the statement in plain words, none folded away. */
export function Statement({ context }: { readonly context: SignContextView }) {
  const { plan, custody } = context;
  const rotate = plan.operation === "rotate_kek";
  return (
    <dl className={`kv ${styles.statement ?? ""}`} data-testid="statement">
      <dt>Custody</dt>
      <dd>
        <span className="envdot" data-env={custody.environment}>
          {custody.name} · {ENVIRONMENT[custody.environment].toLowerCase()}
          {custody.local && " · local"}
        </span>
      </dd>
      <dt>Vault</dt>
      <dd className="mono wrap">{plan.vaultHost}</dd>
      <dt>Creates</dt>
      <dd className="wrap">{rotate ? `version ${plan.versionAfter} of ${plan.subject}, ${plan.algorithm}` : `${plan.subject}, ${plan.algorithm}`}</dd>
      {rotate && (
        <>
          <dt>Re-wraps</dt>
          <dd>
            {counted(plan.impact.deks, "DEK")} of {counted(plan.impact.tenants, "tenant")}; {counted(plan.impact.tokens, "token")} stay as they are
          </dd>
          <dt>Disables</dt>
          <dd>
            version {plan.versionBefore}, {plan.graceSeconds === 0 ? "at once" : `after ${term(plan.graceSeconds)} of grace`}
          </dd>
        </>
      )}
      <dt>Asked by</dt>
      <dd>
        {context.requester.name}
        {context.requestedAt !== null && `, ${moment(context.requestedAt)}`}
        {context.label !== null && (
          <>
            {" "}
            · <span className="mono">{context.label}</span>
          </>
        )}
      </dd>
      <dt>Because</dt>
      <dd className="prose">{context.reason}</dd>
      <dt>Change record</dt>
      <dd className="wrap">{context.changeRecord}</dd>
      <dt>Roll-back plan</dt>
      <dd className="prose">{context.rollbackPlan}</dd>
      <dt>Clocks</dt>
      <dd>
        approve by {moment(context.approveBy)}; execute by {moment(context.executeBy)}
      </dd>
      <Seals context={context} />
      <dt>Computed</dt>
      <dd>again from live state {moment(context.recheckedAt)}: {context.differences.length === 0 ? "unchanged" : counted(context.differences.length, "difference")}</dd>
    </dl>
  );
}

function Seals({ context }: { readonly context: SignContextView }) {
  const given = context.slots.flatMap((slot) => (slot.slot === "signed" && !slot.void ? [slot] : []));
  if (given.length === 0) return null;
  return (
    <>
      <dt>Sealed by</dt>
      <dd>
        {given.map((slot) => (
          <span key={slot.deviceKey} className={styles.given}>
            {slot.by.name} · <span className="mono">key {shortKeyId(slot.deviceKey)}</span>
            {slot.verified ? " · signature holds" : " · signature not verified"}
          </span>
        ))}
      </dd>
    </>
  );
}
