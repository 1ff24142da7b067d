-- Certificates of destruction (R-43): the signed file, kept as it was issued, once for each run; never while a proof is missing.

-- In which words each key was proven to be gone: the payloads of `keys.destroyed`, whose digests the ledger has.
CREATE TABLE custody.destroyed_key (
    seq bigint NOT NULL REFERENCES custody.ledger_entry,
    position int NOT NULL CHECK (position >= 1),
    key uuid NOT NULL REFERENCES custody.key,
    run uuid NOT NULL REFERENCES custody.run,
    proof text NOT NULL CHECK (length(proof) BETWEEN 1 AND 2000),
    PRIMARY KEY (seq, position)
);
CREATE INDEX destroyed_key_run ON custody.destroyed_key (run, seq, position);

ALTER FUNCTION custody.do_record_destroyed(bytea, bytea, bytea) RENAME TO destroy_keys;
CREATE FUNCTION custody.do_record_destroyed(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    done custody.outcome := custody.destroy_keys(entry, signatures, payload);
    act custody.act := custody.parse_act(entry, signatures);
BEGIN
    INSERT INTO custody.destroyed_key (seq, position, key, run, proof)
    SELECT done.seq, f.position, custody.as_id(c.cells[1], 'key'), custody.text_id(act.subject, 'subject'),
           custody.as_text(c.cells[2], 'proof', 2000)
    FROM unnest(custody.payload_rows(act, payload, 1000)) WITH ORDINALITY AS f (bytes, position),
         LATERAL (SELECT custody.fields_exactly(f.bytes, 2, 'destroyed key') AS cells) AS c;
    RETURN done;
END
$$;

CREATE TABLE custody.certificate (
    run uuid PRIMARY KEY REFERENCES custody.run,
    -- What people call it: dense, from 1.
    number int NOT NULL UNIQUE CHECK (number >= 1),
    bytes bytea NOT NULL CHECK (length(bytes) BETWEEN 1 AND 16777216),
    digest bytea NOT NULL UNIQUE CHECK (digest = sha256(bytes)),
    issued_by uuid NOT NULL REFERENCES custody.operator,
    issued_at timestamptz NOT NULL,
    issued_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry
);
ALTER TABLE custody.certificate ALTER COLUMN bytes SET STATISTICS 0;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['certificate', 'destroyed_key'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- What a certificate of this run would lack; nothing when it lacks nothing.
CREATE FUNCTION custody.missing_proofs(held custody.run) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    SELECT 'run ' || held.state WHERE held.state <> 'completed'
    UNION ALL
    SELECT 'step ' || r.step FROM custody.step_rule AS r
    WHERE r.operation = custody.operation_of(held) AND r.direction = 'forward' AND NOT EXISTS (
        SELECT FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = r.step AND s.state = 'done')
    UNION ALL
    SELECT 'key ' || k.id FROM custody.covered_keys(held) AS k WHERE custody.is_destructible(k)
    UNION ALL
    SELECT 'proof ' || k.id FROM custody.covered_keys(held) AS k JOIN custody.state_transition AS t ON t.key = k.id
    WHERE t.to_state = 'destroyed' AND t.seq BETWEEN held.started_seq AND held.finished_seq
      AND NOT EXISTS (SELECT FROM custody.destroyed_key AS d WHERE d.run = held.id AND d.key = k.id)
    UNION ALL
    SELECT 'purge ' || d.key FROM custody.key_deletion AS d WHERE d.run = held.id AND d.purged_seq IS NULL
    UNION ALL
    SELECT 'reclaim' WHERE NOT custody.is_reclaimed(held)
    UNION ALL
    SELECT 'destroyed keys' WHERE NOT EXISTS (SELECT FROM custody.destroyed_key AS d WHERE d.run = held.id)
$$;

CREATE FUNCTION custody.do_issue_certificate(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['certificate.issued'], 'run', 'session');
    held custody.run;
    missing jsonb;
    its_number int;
    told json;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops}');
    SELECT * INTO held FROM custody.run AS u WHERE u.id = custody.text_id(act.subject, 'subject') FOR UPDATE;
    IF held.id IS NULL THEN
        PERFORM custody.fail('run_unknown');
    ELSIF NOT custody.destroys(custody.operation_of(held)) THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF EXISTS (SELECT FROM custody.certificate AS c WHERE c.run = held.id) THEN
        PERFORM custody.fail('certificate_known', (SELECT jsonb_build_object('number', c.number)
            FROM custody.certificate AS c WHERE c.run = held.id));
    END IF;
    SELECT jsonb_agg(m.what) INTO missing FROM custody.missing_proofs(held) AS m (what);
    IF missing IS NOT NULL THEN
        PERFORM custody.fail('not_proven', jsonb_build_object('missing', missing));
    ELSIF payload IS NULL OR length(payload) NOT BETWEEN 1 AND 16777216 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'payload', 'why', 'missing or too long'));
    ELSIF sha256(payload) <> custody.attr_hex(act, 'digest', 32) THEN
        PERFORM custody.fail('payload_differs');
    END IF;
    -- Whether it holds is for verifiers to say, who trust no register; that it is this run's is plain to see.
    told := convert_from(payload, 'UTF8')::json;
    IF told ->> 'format' IS DISTINCT FROM 'countersign/certificate/v1' OR told ->> 'run' IS DISTINCT FROM held.id::text
       OR told ->> 'request' IS DISTINCT FROM held.request::text OR told ->> 'custody' IS DISTINCT FROM act.custody::text THEN
        PERFORM custody.fail('payload_differs', jsonb_build_object('why', 'another format, custody, request or run'));
    END IF;
    act := custody.append(act);
    SELECT coalesce(max(c.number), 0) + 1 INTO its_number FROM custody.certificate AS c;
    INSERT INTO custody.certificate (run, number, bytes, digest, issued_by, issued_at, issued_seq)
    VALUES (held.id, its_number, payload, sha256(payload), act.actor, act.now, act.seq);
    -- R-44: a second person looks at what was certified.
    PERFORM custody.list_for_review(act, 'certificate', 'run', held.id::text);
    RETURN custody.accepted(act, jsonb_build_object('number', its_number));
END
$$;

SELECT custody.publish_verb('issue_certificate', '{security,devops}');
SELECT custody.own_everything();

GRANT SELECT ON custody.certificate, custody.destroyed_key TO countersign_security, countersign_devops, countersign_engineering,
                                                              countersign_auditor, countersign_agent;
