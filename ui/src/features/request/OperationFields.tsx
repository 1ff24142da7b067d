import { useRead, type HoursWish, type KeyState, type KeyType, type PurgeWish, type RotationTrigger } from "../../host";
import { Note, Problem, SelectField, TRIGGER } from "../../kit";
import { href } from "../../routes/route";
import { CreateFields } from "./CreateFields";
import { GRACE, type Draft, type Fill } from "./draft";
import { KeyField } from "./KeyField";
import { KeysField } from "./KeysField";
import type { Wrong } from "./NewRequest";
import styles from "./request.module.css";
import { RotateFields } from "./RotateFields";

type Props = { readonly draft: Draft; readonly fill: Fill; readonly wrong: Wrong };

const SECRETS: readonly KeyType[] = ["api_secret", "token_signing_key", "generic_secret", "ai_service_key"];
const ENDED: readonly KeyState[] = ["suspended", "deactivated", "compromised", "revoked"];
const OUT_OF_USE: readonly KeyState[] = ["suspended", "deactivated", "compromised"];

/** The fields that belong to the operation, and no other. */
export function OperationFields(props: Props) {
  const { draft, wrong, fill } = props;
  const pick = { value: draft.key, error: wrong("key"), choose: (key: string) => { fill({ key }); } };
  switch (draft.kind) {
    case "rotate_kek":
      return <RotateFields {...props} />;
    case "create_kek":
      return <CreateFields {...props} />;
    case "rotate_dek":
      return (
        <>
          <Trigger {...props} />
          <KeysField states={["active", "suspended", "deactivated", "compromised"]} keys={draft.keys} error={wrong("keys")} choose={(keys) => { fill({ keys }); }} />
        </>
      );
    case "rotate_secret":
      return (
        <>
          <KeyField label="Secret" types={SECRETS} states={["active"]} hint="The new value is generated. Nobody types it, nobody sees it." {...pick} />
          <Overlap {...props} />
        </>
      );
    case "destroy_dek":
      return (
        <>
          <KeysField states={["pre_active", "active", ...ENDED]} keys={draft.keys} error={wrong("keys")} choose={(keys) => { fill({ keys }); }} />
          <Reclaim {...props} />
          <Note tone="danger" icon="trash">The tokens under these keys go with them. What they protect opens for nobody again.</Note>
        </>
      );
    case "destroy_kek":
      return (
        <>
          <KeyField label="KEK" types={["kek"]} states={["active", ...ENDED]} hint="Refused while a live DEK hangs on it." {...pick} />
          <Purge {...props} />
          <Note tone="danger" icon="trash">Copies of what it wrapped, in backups too, open for nobody once it is purged. Before that, a restore drill must have shown that the newest backup opens without it.</Note>
        </>
      );
    case "destroy_secret":
      return (
        <>
          <KeyField label="Secret" types={SECRETS} states={["active", ...ENDED]} {...pick} />
          <Purge {...props} />
          <Note tone="danger" icon="trash">Whoever uses this secret is locked out when the run deletes it.</Note>
        </>
      );
    case "offboard_tenant":
      return (
        <>
          <Tenant {...props} />
          <div className={styles.pair}>
            <Purge {...props} />
            <Reclaim {...props} />
          </div>
        </>
      );
    case "recover_kek":
      return <KeyField label="KEK" types={["kek"]} states={["deactivated"]} hint="Possible while the vault still holds it among its deleted keys." {...pick} />;
    case "reactivate":
      return draft.tenant === "" ? <KeyField label="Key" types={[]} states={OUT_OF_USE} hint="Suspended, deactivated or reported as compromised." {...pick} /> : <Tenant {...props} />;
    case "lift_hold":
      return <Hold {...props} />;
    default:
      return draft.kind satisfies never;
  }
}

function Trigger({ draft, fill, wrong }: Props) {
  return (
    <SelectField label="Trigger" value={draft.trigger} error={wrong("trigger")} hint="What the policy names as a reason to rotate a DEK." onChange={(event) => { fill({ trigger: event.target.value as RotationTrigger }); }}>
      <option value="">Choose…</option>
      {Object.entries(TRIGGER).map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </SelectField>
  );
}

function Overlap({ draft, fill, wrong }: Props) {
  return (
    <SelectField label="Overlap" value={String(draft.overlapSeconds)} error={wrong("overlapSeconds")} hint="Both values work that long, so that every reader can take up the new one." onChange={(event) => { fill({ overlapSeconds: Number(event.target.value) }); }}>
      {GRACE.map((grace) => (
        <option key={grace.seconds} value={grace.seconds}>
          {grace.word}
        </option>
      ))}
    </SelectField>
  );
}

function Purge({ draft, fill, wrong }: Props) {
  return (
    <SelectField label="Purge" value={draft.purge} error={wrong("purge")} hint="Until then two people can recover it." onChange={(event) => { fill({ purge: event.target.value as PurgeWish }); }}>
      <option value="scheduled">At the vault&rsquo;s own date</option>
      <option value="at_once">At once, where allowed</option>
    </SelectField>
  );
}

/** Hours of the day in UTC that are offered; the command line takes any. */
const HOURS: readonly HoursWish[] = [{ first: 22, last: 4 }, { first: 0, last: 6 }, { first: 12, last: 14 }];

const written = ({ first, last }: HoursWish) => `${first}-${last}`;
const hour = (value: number) => `${String(value).padStart(2, "0")}:00`;

function Reclaim({ draft, fill, wrong }: Props) {
  return (
    <SelectField
      label="Reclaim space"
      value={draft.reclaim === null ? "any" : written(draft.reclaim)}
      error={wrong("reclaim")}
      hint="Rewrites the tables, which locks them; the run stays open until then."
      onChange={(event) => { fill({ reclaim: HOURS.find((hours) => written(hours) === event.target.value) ?? null }); }}
    >
      <option value="any">At any hour</option>
      {HOURS.map((hours) => (
        <option key={written(hours)} value={written(hours)}>
          {hour(hours.first)} to {hour(hours.last)} UTC
        </option>
      ))}
    </SelectField>
  );
}

const TENANTS_MAX = 200;

function Tenant({ draft, fill, wrong }: Props) {
  const { view, error, again } = useRead("tenants_page", { text: "", after: null, limit: TENANTS_MAX });
  const named = useRead("tenant_detail", { tenant: draft.tenant as never }, { enabled: draft.tenant !== "" });
  const rows = view?.rows.filter((row) => row.status !== "offboarded") ?? [];
  const other = named.view?.row;
  return (
    <>
      <SelectField label="Tenant" value={draft.tenant} error={wrong("tenant")} onChange={(event) => { fill({ tenant: event.target.value }); }}>
        <option value="">Choose…</option>
        {other && !rows.some((row) => row.tenant === other.tenant) && <option value={other.tenant}>{other.name}</option>}
        {rows.map((row) => (
          <option key={row.tenant} value={row.tenant}>
            {row.name}
          </option>
        ))}
      </SelectField>
      {error && <Problem error={error} again={again} />}
      {draft.kind === "offboard_tenant" && draft.tenant !== "" && (
        <p className="small t2">
          <a href={href("offboarding", draft.tenant)}>What was found of this tenant, and what stands in the way</a>
        </p>
      )}
    </>
  );
}

/** Holds of the tenant or key that the request was opened from. */
function Hold({ draft, fill, wrong }: Props) {
  const { view, error, again } = useRead("holds", {});
  return (
    <>
      <SelectField label="Hold" value={draft.hold} error={wrong("hold")} onChange={(event) => { fill({ hold: event.target.value }); }}>
        <option value="">Choose…</option>
        {view?.holds.map((hold) => (
          <option key={hold.hold} value={hold.hold}>
            {hold.reference}, {hold.subject.name}
          </option>
        ))}
      </SelectField>
      {error && <Problem error={error} again={again} />}
    </>
  );
}
