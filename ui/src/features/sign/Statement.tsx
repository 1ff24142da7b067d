import type { SignPlanView } from "../../host";
import { count, counted, countLabel, ENVIRONMENT, Erasure, isInRegister, moment, Note, parameterValue, parameterWord, PlanChanges, shortKeyId } from "../../kit";
import { irreversible, lines } from "./lines";
import styles from "./sign.module.css";

/** Every fact of the statement in plain words, none folded away: what it does, then every name, figure, setting and line that is signed. */
export function Statement({ context }: { readonly context: SignPlanView }) {
  const { plan, custody } = context;
  const lost = irreversible(plan);
  return (
    <>
      {plan.destroys && lost !== null && (
        <Note tone="danger" icon="trash">
          <b>This can&rsquo;t be undone.</b> {lost}
        </Note>
      )}
      {plan.erasure !== null && <Erasure erasure={plan.erasure} />}
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
        {lines(plan).map(([verb, sentence]) => (
          <Fact key={verb} name={verb} strong={verb === "Accepts"}>
            {sentence}
          </Fact>
        ))}
        {!plan.destroys && lost !== null && <Fact name="Undoing it">{lost}</Fact>}
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
        <dt>{isInRegister(plan.operation) ? "Way back" : "Roll-back plan"}</dt>
        <dd className="prose">{context.rollbackPlan}</dd>
        <dt>Clocks</dt>
        <dd>
          approve by {moment(context.approveBy)}; execute by {moment(context.executeBy)}
        </dd>
        <Seals context={context} />
        <dt>Computed</dt>
        <dd>again from live state {moment(context.recheckedAt)}: {context.differences.length === 0 ? "unchanged" : counted(context.differences.length, "difference")}</dd>
      </dl>
      <PlanChanges plan={plan} />
      <Signed context={context} />
    </>
  );
}

function Fact({ name, strong = false, children }: { readonly name: string; readonly strong?: boolean; readonly children: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={strong ? "wrap strong" : "wrap"}>{children}</dd>
    </>
  );
}

/** The rest of what is signed, by name, as it is signed. */
function Signed({ context: { plan } }: { readonly context: SignPlanView }) {
  return (
    <dl className={`kv small ${styles.statement ?? ""}`} data-testid="signed" aria-label="Everything else that is signed">
      <dt>{plan.targets.length === 1 ? "Target" : `${count(plan.targets.length)} targets`}</dt>
      <dd>
        {plan.targets.map((target) => (
          <span key={target.id} className={`mono wrap ${styles.given ?? ""}`}>
            {target.name}
            {target.version !== "" && <span className="t3"> {target.version}</span>}
          </span>
        ))}
      </dd>
      {plan.impact.counts.map((figure) => (
        <Fact key={figure.name} name={countLabel(plan.operation, figure)}>
          {count(figure.count)}
        </Fact>
      ))}
      {plan.parameters.map((parameter) => (
        <Fact key={parameter.name} name={parameterWord(parameter.name)}>
          {parameterValue(parameter.name, parameter.value)}
        </Fact>
      ))}
    </dl>
  );
}

function Seals({ context }: { readonly context: SignPlanView }) {
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
