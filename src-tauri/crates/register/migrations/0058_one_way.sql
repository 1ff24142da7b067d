-- The clock of a ledger runs one way: no entry is dated further before an earlier one than two writers' clocks may differ (60 s each from the
-- register's). What expires can't come back with a clock that was set back, and a copy of an old entry shows by its date.

ALTER TABLE custody.head ADD COLUMN newest timestamptz NOT NULL DEFAULT '-infinity';
UPDATE custody.head SET newest = coalesce((SELECT max(e.entry_time) FROM custody.ledger_entry AS e), '-infinity');

CREATE OR REPLACE FUNCTION custody.append(act custody.act) RETURNS custody.act
LANGUAGE plpgsql AS $$
DECLARE
    last custody.head;
BEGIN
    SELECT * INTO STRICT last FROM custody.head FOR UPDATE;
    IF act.entry_time < last.newest - interval '120 seconds' THEN
        PERFORM custody.fail('clock_behind', jsonb_build_object('entry_time', custody.us(act.entry_time),
            'newest', custody.us(last.newest), 'seconds_max', 120));
    END IF;
    act.seq := last.seq + 1;
    act.hash := sha256(decode('00', 'hex') || last.hash || act.bytes || act.signatures);
    INSERT INTO custody.ledger_entry VALUES (act.seq, act.entry_id, act.bytes, act.signatures, act.hash, act.now,
        act.entry_time, act.actor, act.key_ids[1], act.verb, act.subject_kind, act.subject, act.purpose);
    PERFORM custody.grow_tree(act.seq, act.hash);
    UPDATE custody.head SET seq = act.seq, hash = act.hash, newest = greatest(last.newest, act.entry_time);
    PERFORM pg_notify('countersign',
        json_build_object('seq', act.seq, 'verb', act.verb, 'kind', act.subject_kind, 'subject', left(act.subject, 100))::text);
    RETURN act;
END
$$;

SELECT custody.own_everything();
