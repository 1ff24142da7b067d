import { useAct, type CheckpointsView, type CheckpointView, type IpcError, type MayView } from "../../host";
import { Button, Chip, count, counted, Hash, Icon, IconButton, Note, Problem, refusal, Seal, When } from "../../kit";
import { cosigned } from "./Chain";
import styles from "./ledger.module.css";

/** Checkpoints, newest first: up to which entry, under whose signatures; and making and cosigning one. */
export function Checkpoints({ view, error, again, close }: { readonly view: CheckpointsView | undefined; readonly error: IpcError | undefined; readonly again: () => void; readonly close: () => void }) {
  const sign = useAct("open_sign_window");
  const newest = view?.checkpoints[0];
  const tail = view === undefined ? 0 : view.head - (newest?.size ?? 0);
  return (
    <aside className={styles.entry} aria-label="Checkpoints" data-region="detail" data-testid="checkpoints">
      <div className={styles.closer}>
        <IconButton size="sm" icon="x" label="Close checkpoints" onClick={close} />
      </div>
      <div className={styles.inner}>
        <div className="stack tight">
          <h2 className={`lead strong ${styles.title ?? ""}`}>Checkpoints</h2>
          <p className="t2">A checkpoint fixes everything up to its last entry. Once a second person has cosigned it, nobody rewrites what lies under it without being found out by whoever keeps it.</p>
        </div>
        {error && <Problem error={error} again={again} />}
        {view && (
          <>
            <p className="num" data-testid="tail">
              {tail === 0 ? "Every entry lies under the newest checkpoint." : `${counted(tail, "entry", "entries")} since the newest checkpoint lie under none.`}
              {view.kept !== null && <span className="t3"> This computer keeps the one of entry {count(view.kept)}.</span>}
            </p>
            <div className="stack tight">
              <div className={`row ${styles.acts ?? ""}`}>
                <Button kind="primary" icon="stamp" busy={sign.busy} disabled={!view.mayMake.allowed} onClick={() => { sign.act({ subject: { sign: "checkpoint", cosign: false } }); }}>
                  Sign a checkpoint
                </Button>
                {newest && !cosigned(newest) && (
                  <Button icon="stamp" busy={sign.busy} disabled={!view.mayCosign.allowed} onClick={() => { sign.act({ subject: { sign: "checkpoint", cosign: true } }); }}>
                    {`Cosign the one of entry ${count(newest.size)}`}
                  </Button>
                )}
              </div>
              <WhyNot may={view.mayMake} />
              {newest && !cosigned(newest) && <WhyNot may={view.mayCosign} />}
              {sign.error && <Problem error={sign.error} />}
            </div>
            {view.checkpoints.length === 0 && <Note>Nobody has signed a checkpoint yet: the ledger rests on the signatures of its entries alone.</Note>}
            <ol className={styles.checkpoints}>
              {view.checkpoints.map((checkpoint) => (
                <Checkpoint key={checkpoint.size} checkpoint={checkpoint} />
              ))}
            </ol>
          </>
        )}
      </div>
    </aside>
  );
}

function WhyNot({ may }: { readonly may: MayView }) {
  if (may.reason === null) return null;
  const others = may.eligible.map((who) => who.name).join(", ");
  return (
    <p className="small t2">
      {refusal(may.reason)} {others !== "" && `These people may: ${others}.`}
    </p>
  );
}

function Checkpoint({ checkpoint }: { readonly checkpoint: CheckpointView }) {
  return (
    <li className={styles.checkpoint}>
      <div className="row">
        <b className="num">To entry {count(checkpoint.size)}</b>
        <span className="grow" />
        {cosigned(checkpoint) ? <Chip tone="ok" icon="circle-check">Cosigned</Chip> : <Chip tone="warn" icon="circle-dashed">One signature</Chip>}
      </div>
      <div className="row small t2">
        Root <Hash value={checkpoint.root} label={`root of the checkpoint of entry ${checkpoint.size}`} />
      </div>
      {checkpoint.signatures.map((it) => (
        <div key={it.key} className={styles.signature}>
          <Seal look={it.holds ? "signed" : "void"} size={30} initials={it.by.initials} label={`${it.holds ? "Signature" : "Bad signature"} of ${it.by.name}`} />
          <div className="col small">
            <span className="med">
              {it.by.name} {it.cosigned ? "cosigned it" : "made it"}
            </span>
            <span className="t3">
              <When at={it.at} />
            </span>
          </div>
          <span className="grow" />
          <span className={`st ${it.holds ? "ok" : "alert"}`}>
            <Icon name={it.holds ? "circle-check" : "link-2-off"} />
            {it.holds ? "Holds" : "Does not hold"}
          </span>
        </div>
      ))}
    </li>
  );
}
