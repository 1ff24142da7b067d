import { useEffect, useState } from "react";

import { clearProgress, useAct, useProgress, type CustodyHeadView, type FounderSeat, type FounderView, type FoundingView, type KeychainView } from "../../host";
import { Bar, Button, listed, Note, Problem, ROLE, Seal, shortKeyId } from "../../kit";
import { KeychainLine, StartFrame, Wordmark } from "./Frame";
import { Seat } from "./Seat";
import styles from "./start.module.css";

/** The founding ceremony: two people, one after the other, make their device keys; then both sign entry 1. */
export function Founding({ custody, keychain, founding }: { readonly custody: CustodyHeadView; readonly keychain: KeychainView; readonly founding: FoundingView }) {
  const found = useAct("found_custody");
  const { first, second } = founding;
  const ready = first !== null && second !== null;
  return (
    <StartFrame custody={custody} wide label="Founding ceremony">
      <Wordmark />
      <div className={styles.head}>
        <h2 className="big-title">Found {custody.name}</h2>
        <p className={`t2 ${styles.say ?? ""}`}>
          Two people found a custody, each with their own device key; at least one is Security. Both sign entry 1 of the ledger, which names them. From then on every operator is enrolled by two.
        </p>
      </div>
      <div className={styles.seats}>
        <FounderCard seat="first" founder={first} founding={founding} custody={custody} waits={false} />
        <FounderCard seat="second" founder={second} founding={founding} custody={custody} waits={first === null} />
      </div>
      {found.busy && <Signing />}
      {found.error && <Problem error={found.error} />}
      {ready && (
        <div className={styles.acts}>
          <span className="t2 grow">
            Entry 1 will hold the custody&rsquo;s name, its vault and the two founders with their keys, signed by both.
          </span>
          <Button kind="primary" size="lg" icon="stamp" busy={found.busy} onClick={() => { found.act({}); }}>
            Found custody
          </Button>
        </div>
      )}
      {custody.local && (
        <Note>Local custody: both device keys are made on this machine. That is good for practice and drills, and never proof that two people were there.</Note>
      )}
      <KeychainLine keychain={keychain} />
    </StartFrame>
  );
}

function FounderCard({ seat, founder, founding, custody, waits }: { readonly seat: FounderSeat; readonly founder: FounderView | null; readonly founding: FoundingView; readonly custody: CustodyHeadView; readonly waits: boolean }) {
  const title = seat === "first" ? "First founder" : "Second founder";
  return (
    <section className={`card ${styles.seat ?? ""}`} aria-label={title}>
      <div className={styles.seatHead}>
        {founder ? (
          <Seal look="signed" initials={founder.initials} size={40} label={`Device key of ${founder.name}`} fresh />
        ) : (
          <Seal look={waits ? "empty" : "mine"} size={40} label={waits ? "Waits for the first founder" : "Waiting for this founder"} />
        )}
        <div className="col">
          <h3 className="strong">{founder?.name ?? title}</h3>
          <span className="small t3">{founder ? listed(founder.roles.map((role) => ROLE[role])) : waits ? "after the first founder" : "makes a device key"}</span>
        </div>
      </div>
      {founder ? (
        <Seated seat={seat} founder={founder} />
      ) : waits ? (
        <p className="t3 small">The second founder takes their turn at the keyboard when the first has finished.</p>
      ) : (
        <Seat key={seat} seat={seat} passphraseCharsMin={founding.passphraseCharsMin} local={custody.local} other={founding.first} />
      )}
    </section>
  );
}

function Seated({ seat, founder }: { readonly seat: FounderSeat; readonly founder: FounderView }) {
  const reset = useAct("reset_founder");
  const [asked, setAsked] = useState(false);
  return (
    <>
      <dl className="kv small">
        <dt>Identity</dt>
        <dd className="wrap">{founder.person}</dd>
        <dt>Login</dt>
        <dd className="mono wrap">{founder.login}</dd>
        <dt>Device</dt>
        <dd className="wrap">{founder.deviceName}</dd>
        <dt>Device key</dt>
        <dd className="mono" title={founder.deviceKey}>
          {shortKeyId(founder.deviceKey)}
        </dd>
      </dl>
      {reset.error && <Problem error={reset.error} />}
      <div className={styles.acts}>
        {asked ? (
          <>
            <Button size="sm" onClick={() => { setAsked(false); }}>
              Keep this key
            </Button>
            <Button size="sm" kind="ghost" busy={reset.busy} onClick={() => { reset.act({ seat }); }}>
              Discard key and start over
            </Button>
          </>
        ) : (
          <Button size="sm" kind="ghost" icon="rotate-ccw" onClick={() => { setAsked(true); }}>
            Take this turn back…
          </Button>
        )}
      </div>
    </>
  );
}

function Signing() {
  const progress = useProgress("found");
  useEffect(() => () => { clearProgress("found"); }, []);
  return (
    <div className="stack tight" role="status">
      <span className="small t2">Signing entry 1 with both device keys…</span>
      <Bar label="Founding" done={progress?.done ?? 0} total={progress?.total ?? null} />
    </div>
  );
}
