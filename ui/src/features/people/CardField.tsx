import { useEffect, useRef, useState } from "react";

import { useRead, type CardView } from "../../host";
import { groups, Icon, Note, Problem, Skeleton, TextArea, useDebounced } from "../../kit";
import styles from "./people.module.css";
import { ACTOR } from "./words";

const CARD_BYTES_MAX = 16 * 1024;

/** The card: pasted or chosen as a file, and what it says, before anything is asked for. It holds no secret. */
export function CardField({ value, error, choose }: { readonly value: string; readonly error: string | undefined; readonly choose: (card: string, read: CardView | null) => void }) {
  const text = useDebounced(value.trim(), 200);
  const read = useRead("read_card", { text }, { enabled: text !== "", keep: false });
  const [tooLarge, setTooLarge] = useState(false);
  const settled = text === value.trim() && text !== "" && read.error === undefined ? (read.view ?? null) : null;
  const told = useRef<CardView | null>(null);
  useEffect(() => {
    if (told.current === settled) return;
    told.current = settled;
    choose(value, settled);
  }, [settled, value, choose]);
  const take = (file: File | undefined) => {
    if (!file) return;
    setTooLarge(file.size > CARD_BYTES_MAX);
    if (file.size <= CARD_BYTES_MAX) void file.text().then((content) => { choose(content, null); });
  };
  return (
    <div className="stack tight">
      <TextArea label="Enrolment card" rows={4} value={value} error={settled === null ? error : undefined} spellCheck={false} autoComplete="off" placeholder="Paste the card that the joiner's computer made" hint="They make it with “Join a custody” on their own computer and hand it over; it holds no secret." onChange={(event) => { choose(event.target.value, null); }} />
      <label className={`btn ${styles.file ?? ""}`}>
        <Icon name="file-text" />
        Choose file…
        <input type="file" accept=".card,.txt,.json,text/plain,application/json" data-testid="card-file" onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
      </label>
      {tooLarge && <Note tone="alert" role="alert">This file is larger than 16 KiB and no enrolment card. Nothing was read.</Note>}
      {text !== "" && read.error && <Problem error={read.error} />}
      {text !== "" && read.view === undefined && read.error === undefined && <Skeleton label="Reading the card" lines={3} />}
      {settled && <Says card={settled} />}
    </div>
  );
}

/** What the card says: who, with which device, and whether its proof holds. */
function Says({ card }: { readonly card: CardView }) {
  const sound = card.proven && card.thisCustody;
  return (
    <section className={styles.card} aria-label="What the card says" data-testid="card">
      <dl className="kv">
        <dt>{ACTOR[card.kind].word}</dt>
        <dd className="med wrap">{card.name}</dd>
        <dt>Identity</dt>
        <dd className="wrap">{card.identity}</dd>
        <dt>Login</dt>
        <dd className="mono wrap">{card.login}</dd>
        <dt>Device</dt>
        <dd className="wrap">{card.deviceName}</dd>
        <dt>Fingerprint</dt>
        <dd className={`mono wrap ${styles.fingerprint ?? ""}`}>{groups(card.deviceKey)}</dd>
      </dl>
      {sound ? (
        <Note tone="ok" icon="shield-check">
          <b>Proof verified:</b> whoever made this card holds the key it names, for this custody. That it is them, you know by comparing the fingerprint with them, by voice or face to face.
        </Note>
      ) : (
        <Note tone="alert" role="alert">
          <b>{card.thisCustody ? "The proof does not hold." : "This card was made for another custody."}</b> Ask for nothing with it; have the joiner make a new card.
        </Note>
      )}
    </section>
  );
}
