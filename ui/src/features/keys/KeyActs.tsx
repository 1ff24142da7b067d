import { useState } from "react";

import type { KeyAct, KeyDetailView, MayView, ProtectAct } from "../../host";
import { Button, instead, OPERATION, PROTECT, refusal, type IconName } from "../../kit";
import { go } from "../../routes/route";
import { More, type MoreItem } from "../protect/More";
import { Protect } from "../protect/Protect";
import { SetHold } from "../protect/SetHold";
import { Invalidate } from "../tokens/Invalidate";
import styles from "./keys.module.css";

const PROTECTS: readonly ProtectAct[] = ["suspend", "disable", "revoke", "report_compromise"];

/** What can be done with the key: the request that is likeliest first, protection and destruction one step further. */
export function KeyActs({ detail }: { readonly detail: KeyDetailView }) {
  const { row, acts } = detail;
  const [open, setOpen] = useState<ProtectAct | "set_hold" | "invalidate" | null>(null);
  const may = (act: KeyAct): MayView | undefined => acts.find((one) => one.act === act)?.may;
  const scope = { of: "key", key: row.key } as const;
  const item = (act: KeyAct, title: string, icon: IconName, run: () => void, destroys = false): MoreItem[] => {
    const allowed = may(act);
    return allowed === undefined ? [] : [{ id: act, title, icon, may: allowed, act: run, destroys }];
  };
  const close = () => {
    setOpen(null);
  };
  const rotate = may("rotate");
  const back = may("reactivate");
  const recover = may("recover");
  const ask = (kind: string) => { go("request", kind, { key: row.key, name: row.name }); };
  const kind = row.keyType === "kek" ? "kek" : row.keyType === "dek" ? "dek" : "secret";
  if (acts.length === 0) return null;
  return (
    <footer className={styles.act}>
      {rotate?.allowed === true && (
        <Button {...(back?.allowed === true || recover?.allowed === true ? {} : { kind: "primary" as const })} icon="refresh-cw" onClick={() => { ask(`rotate_${kind}`); }}>
          Request rotation…
        </Button>
      )}
      {back?.allowed === true && (
        <Button kind="primary" icon="rotate-ccw" onClick={() => { ask("reactivate"); }}>
          Request reactivation…
        </Button>
      )}
      {recover?.allowed === true && (
        <Button kind="primary" icon="rotate-ccw" onClick={() => { ask("recover_kek"); }}>
          Request recovery…
        </Button>
      )}
      {row.keyType === "kek" && row.state === "active" && (
        <Button icon="circle-plus" onClick={() => { go("create-deks", null, { kek: row.key }); }}>
          Create DEKs…
        </Button>
      )}
      <More
        label="Protect or end"
        groups={[
          PROTECTS.flatMap((act) => item(act, `${PROTECT[act].act.replace(" of", "")}…`, PROTECT[act].icon, () => { setOpen(act); })),
          [...item("invalidate_tokens", "Invalidate its tokens…", "ban", () => { setOpen("invalidate"); }), ...item("set_hold", "Set a hold…", "lock", () => { setOpen("set_hold"); })],
          item("destroy", `Request ${OPERATION[`destroy_${kind}`].noun}…`, "trash", () => { ask(`destroy_${kind}`); }, true),
        ]}
      />
      {rotate && !rotate.allowed && rotate.reason && (
        <p className="small t2 grow" data-testid="why-not">
          {refusal(rotate.reason)} {rotate.eligible.length > 0 && instead(rotate.eligible.map((who) => who.name))}
        </p>
      )}
      {open === "set_hold" && <SetHold scope={scope} name={row.name} close={close} />}
      {open === "invalidate" && <Invalidate scope={scope} name={row.name} close={close} />}
      {open !== null && open !== "set_hold" && open !== "invalidate" && <Protect act={open} scope={scope} name={row.name} close={close} />}
    </footer>
  );
}
