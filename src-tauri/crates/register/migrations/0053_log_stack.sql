-- How far each target of the log stack is (docs/formats/log-stack.md). A report like a lease's renewal and no act: it changes nothing in
-- custody, and nobody relies on it but who looks whether a stream still moves. What was sent is decided by the sender's own position.

CREATE TABLE custody.log_target (
    name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 300 AND custody.is_clean(name)),
    format text NOT NULL CHECK (format IN ('ocsf', 'ecs')),
    -- Number of the last entry that the target has acknowledged.
    position bigint NOT NULL CHECK (position >= 0),
    moved_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    reported_by uuid NOT NULL REFERENCES custody.operator,
    -- Why it does not move, in the sender's words; empty where it does.
    trouble text NOT NULL DEFAULT '' CHECK (length(trouble) <= 400 AND custody.is_clean(trouble))
);

-- A target is named by who sends to it. Answers `ok`, or why the report was not taken. A new target keeps its beginning as the moment
-- it last moved; a position that is beyond the ledger is none.
CREATE FUNCTION custody.report_log_target(target text, its_format text, its_position bigint, its_trouble text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    targets_max CONSTANT int := 50;
    who uuid := (SELECT o.id FROM custody.operator AS o WHERE o.login = session_user AND o.status = 'active');
    now timestamptz := custody.clock();
BEGIN
    IF who IS NULL THEN
        RETURN 'operator_inactive';
    ELSIF its_position IS NULL OR its_position > (SELECT h.seq FROM custody.head AS h) THEN
        RETURN 'position_beyond';
    ELSIF NOT EXISTS (SELECT FROM custody.log_target AS t WHERE t.name = target)
          AND (SELECT count(*) FROM custody.log_target) >= targets_max THEN
        RETURN 'too_many_targets';
    END IF;
    INSERT INTO custody.log_target AS t VALUES (target, its_format, its_position, now, now, who, its_trouble)
    ON CONFLICT (name) DO UPDATE SET format = excluded.format, position = excluded.position, reported_at = now, reported_by = who,
        trouble = excluded.trouble, moved_at = CASE WHEN excluded.position > t.position THEN now ELSE t.moved_at END;
    RETURN 'ok';
EXCEPTION WHEN check_violation OR not_null_violation THEN
    RETURN 'malformed';
END
$$;

-- Each target with what it has not taken yet. It is stalled when the oldest of that has waited for a quarter of an hour: a stream that
-- follows sends within seconds, one that a scheduler starts every five minutes has then failed at least twice in a row.
CREATE FUNCTION custody.log_targets()
RETURNS TABLE (name text, format text, "position" bigint, moved_at timestamptz, reported_at timestamptz, reported_by uuid, trouble text,
               behind bigint, waiting_since timestamptz, stalled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.name, t.format, t.position, t.moved_at, t.reported_at, t.reported_by, t.trouble, h.seq - t.position, e.recorded_at,
           coalesce(e.recorded_at <= custody.clock() - interval '15 minutes', false)
    FROM custody.log_target AS t CROSS JOIN custody.head AS h
    LEFT JOIN custody.ledger_entry AS e ON e.seq = t.position + 1
    ORDER BY t.name
$$;

-- Ends the alarm about a target that is used no more: an act, since it silences something.
CREATE FUNCTION custody.do_drop_log_target(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['log_target.dropped'], 'log_target', 'session');
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops}'), custody.require_purpose(act);
    IF NOT EXISTS (SELECT FROM custody.log_target AS t WHERE t.name = act.subject) THEN
        PERFORM custody.fail('log_target_unknown', jsonb_build_object('target', act.subject));
    END IF;
    act := custody.append(act);
    DELETE FROM custody.log_target AS t WHERE t.name = act.subject;
    RETURN custody.accepted(act);
END
$$;

SELECT custody.publish_verb('drop_log_target', '{security,devops}');
SELECT custody.own_everything();

GRANT EXECUTE ON FUNCTION custody.log_targets()
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
-- An auditor's login writes nothing at all.
GRANT EXECUTE ON FUNCTION custody.report_log_target(text, text, bigint, text)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_agent;
