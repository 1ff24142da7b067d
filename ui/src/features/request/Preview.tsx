import type { ReactNode } from "react";

import { useRead, type PlanRequest } from "../../host";
import { Empty, Erasure, Icon, type KeyKind, Note, PlanChanges, PlanFacts, Problem, requestTitle, Scroll, Skeleton, term, useDebounced } from "../../kit";
import { EMPTY_DRAFT, planOf, type Draft } from "./draft";
import styles from "./request.module.css";

const REST_MS = 350;

/** What is wanted before anything can be shown. */
const BEFORE: Record<KeyKind, string> = {
  rotate_kek: "Choose a KEK to see which DEKs are re-wrapped, what changes, and how long it takes.",
  create_kek: "Name the KEK, its owner and its purpose to see what is created.",
  rotate_dek: "Choose DEKs and the trigger to see how many tokens are re-encrypted, and how long it takes.",
  rotate_secret: "Choose the secret to see which version is replaced, and until when both values work.",
  destroy_dek: "Choose DEKs to see which tokens go with them, and how strong the erasure is.",
  destroy_kek: "Choose the KEK to see what still hangs on it, and when it is purged.",
  destroy_secret: "Choose the secret to see its versions, and when they are purged.",
  offboard_tenant: "Choose the tenant to see everything that is destroyed, and how strong the erasure is.",
  recover_kek: "Choose the KEK to see until when the vault holds it, and what opens again.",
  reactivate: "Choose what should serve again to see which keys and versions come back.",
  lift_hold: "Choose the hold to see what may be destroyed once it is lifted.",
};

/** What the request would do, computed by the host from live state, before anyone signs anything. */
export function Preview({ draft }: { readonly draft: Draft }) {
  return <PlanPreview plan={planOf(draft)} before={BEFORE[draft.kind]} />;
}

/** The plan of any operation, once it can be computed; until then, what it takes. `above` stands over it. */
export function PlanPreview({ plan: now, before, above }: { readonly plan: PlanRequest | null; readonly before: string; readonly above?: ReactNode }) {
  const wanted = useDebounced(now, REST_MS);
  const request = wanted ?? { operation: { operation: "rotate_kek" as const, key: "" as never, graceSeconds: EMPTY_DRAFT.graceSeconds }, approveWithinHours: 1, executeWithinHours: 1 };
  const { view: plan, error, again, stale } = useRead("plan_request", request, { enabled: wanted !== null });
  return (
    <Scroll label="What it would do" className={styles.preview} region="preview">
      {above}
      {wanted === null ? (
        <Empty icon="file-text" title="The plan appears here">
          {before}
        </Empty>
      ) : error ? (
        <Problem error={error} again={again} />
      ) : plan === undefined ? (
        <Skeleton label="Computing the plan" lines={8} />
      ) : (
        <div className={`stack ${stale ? (styles.stale ?? "") : ""}`} aria-busy={stale}>
          <h2 className="big-title wrap">{requestTitle({ ...plan, targets: plan.targets.length })}</h2>
          <PlanFacts plan={plan} />
          {plan.erasure !== null && <Erasure erasure={plan.erasure} />}
          <PlanChanges plan={plan} />
          {plan.operation === "rotate_kek" && (
            <Note icon="rotate-ccw">
              {plan.graceSeconds === 0
                ? `Version ${plan.versionBefore ?? ""} is disabled as soon as every DEK has left it. Rolling back is possible only until then.`
                : `Version ${plan.versionBefore ?? ""} stays enabled for ${term(plan.graceSeconds)} after the last DEK has left it; until then the run can be rolled back.`}
            </Note>
          )}
          <p className="row small t3">
            <Icon name="info" size={14} />
            <span>
              Computed from live state in <span className="mono">{plan.vaultHost}</span>. It is computed again when you seal, when a colleague countersigns, and when it runs.
            </span>
          </p>
        </div>
      )}
    </Scroll>
  );
}
