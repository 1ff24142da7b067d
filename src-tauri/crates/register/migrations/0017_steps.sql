-- Steps of runs, and what they change in the register.

-- Which steps an operation has, on its way forward and back.
CREATE TABLE custody.step_rule (
    operation text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'back')),
    step text NOT NULL,
    PRIMARY KEY (operation, direction, step)
);
INSERT INTO custody.step_rule
SELECT 'rotate_kek', 'forward', unnest('{compare,create_version,rewrap,prove,grace,disable_old,close}'::text[])
UNION ALL SELECT 'rotate_kek', 'back', unnest('{compare,enable_old,rewrap_back,prove,disable_new,close}'::text[])
UNION ALL SELECT 'create_kek', 'forward', unnest('{compare,create_version,prove,close}'::text[])
UNION ALL SELECT 'create_kek', 'back', unnest('{compare,close}'::text[]);

CREATE FUNCTION custody.operation_of(held custody.run) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT r.operation FROM custody.request AS r WHERE r.id = held.request $$;

-- What a step says besides where it belongs.
CREATE FUNCTION custody.step_words(act custody.act) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$ SELECT act.attributes - '{fence,step,position}'::text[] $$;

CREATE FUNCTION custody.require_step(held custody.run, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = wanted AND s.state = 'intended') THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', wanted));
    END IF;
END
$$;

CREATE FUNCTION custody.fail_if_wraps_left(its_key uuid, its_version text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    left_over bigint := custody.live_wraps(its_key, its_version);
BEGIN
    IF left_over > 0 THEN
        PERFORM custody.fail('wraps_left', jsonb_build_object('version', its_version, 'count', left_over));
    END IF;
END
$$;

-- INVARIANT: an old version is disabled only when no live wrap names it, late readers had their time, and the quorum stands.
CREATE FUNCTION custody.check_disable_old(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    until timestamptz;
BEGIN
    PERFORM custody.fail_if_wraps_left(held.key, held.from_version);
    SELECT held.rewrapped_at + make_interval(secs => (r.parameters ->> 'grace_seconds')::int) INTO until
    FROM custody.request AS r WHERE r.id = held.request;
    IF until IS NULL OR act.now < until THEN
        PERFORM custody.fail('grace_running', jsonb_build_object('until', custody.us(until)));
    END IF;
    IF NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
END
$$;

CREATE FUNCTION custody.check_step_order(held custody.run, wanted text, place int) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    last custody.run_step;
BEGIN
    IF NOT EXISTS (SELECT FROM custody.step_rule AS r WHERE r.step = wanted) THEN
        PERFORM custody.fail('step_unknown', jsonb_build_object('step', wanted));
    END IF;
    IF NOT EXISTS (SELECT FROM custody.step_rule AS r WHERE r.step = wanted AND r.direction = held.direction
                   AND r.operation = custody.operation_of(held)) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('step', wanted, 'direction', held.direction));
    END IF;
    SELECT * INTO last FROM custody.run_step AS s WHERE s.run = held.id ORDER BY s.position DESC LIMIT 1;
    IF last.run IS NULL
       OR (place = last.position AND wanted = last.kind AND last.state <> 'done')
       OR (place > last.position AND last.state = 'done')
       OR (place > last.position AND last.state = 'failed' AND held.direction = 'back') THEN
        RETURN;
    END IF;
    PERFORM custody.fail('step_order', jsonb_build_object('position', last.position, 'step', last.kind, 'state', last.state));
END
$$;

-- What is about to be done. No entry, no act: a console that gets no receipt here must not go on.
CREATE FUNCTION custody.do_intend_step(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['step.intended'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    wanted text := custody.attr_filled(act, 'step');
    place bigint := custody.attr_count(act, 'position');
    tries int;
BEGIN
    IF place NOT BETWEEN 1 AND 10000 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'position'));
    END IF;
    PERFORM custody.check_step_order(held, wanted, place::int);
    IF wanted = 'disable_old' THEN
        PERFORM custody.check_disable_old(act, held);
    ELSIF wanted = 'disable_new' AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
    END IF;
    act := custody.append(act);
    INSERT INTO custody.run_step AS s (run, position, kind, state, intent, intended_at, intent_seq)
    VALUES (held.id, place::int, wanted, 'intended', custody.step_words(act), act.now, act.seq)
    ON CONFLICT (run, position) DO UPDATE SET state = 'intended', attempts = s.attempts + 1, intent = excluded.intent,
        intended_at = excluded.intended_at, intent_seq = excluded.intent_seq, evidence = NULL, finished_at = NULL,
        outcome_seq = NULL
    RETURNING s.attempts INTO tries;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('attempt', tries));
END
$$;

-- A step is done when the register shows what it was for.
CREATE FUNCTION custody.check_done(held custody.run, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF wanted = 'rewrap' THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.from_version);
    ELSIF wanted = 'rewrap_back' AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
    ELSIF (wanted = 'create_version' AND held.new_version IS NULL)
       OR (wanted = 'disable_old' AND custody.version_state(held.key, held.from_version) <> 'disabled')
       OR (wanted = 'enable_old' AND custody.version_state(held.key, held.from_version) <> 'enabled')
       OR (wanted = 'disable_new' AND custody.version_state(held.key, held.new_version) <> 'disabled') THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('step', wanted, 'why', 'what it is for was not recorded'));
    END IF;
END
$$;

CREATE FUNCTION custody.do_finish_step(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['step.done', 'step.failed'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    wanted text := custody.attr_filled(act, 'step');
    place bigint := custody.attr_count(act, 'position');
    good boolean := act.verb = 'step.done';
BEGIN
    IF NOT EXISTS (SELECT FROM custody.run_step AS s
                   WHERE s.run = held.id AND s.position = place AND s.kind = wanted AND s.state = 'intended') THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('step', wanted, 'position', place));
    END IF;
    IF good THEN
        PERFORM custody.check_done(held, wanted);
    END IF;
    act := custody.append(act);
    UPDATE custody.run_step AS s
    SET state = CASE WHEN good THEN 'done' ELSE 'failed' END, evidence = custody.step_words(act), finished_at = act.now,
        outcome_seq = act.seq
    WHERE s.run = held.id AND s.position = place;
    IF good AND wanted = 'rewrap' THEN
        UPDATE custody.run AS u SET rewrapped_at = act.now WHERE u.id = held.id;
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- The version that the vault made for this run. From here on it is the current one: no new DEK goes under the old one.
CREATE FUNCTION custody.do_record_version(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.version_created', 'key.created'], 'key', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    made timestamptz := custody.attr_time(act, 'created_at');
    its_version text := custody.attr_filled(act, 'version');
    digest bytea := custody.attr_hex(act, 'public_key_digest', 32);
    plan custody.request;
BEGIN
    IF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    END IF;
    SELECT * INTO STRICT plan FROM custody.request AS r WHERE r.id = held.request;
    IF (plan.operation = 'create_kek') <> (act.verb = 'key.created') THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', plan.operation));
    END IF;
    IF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, 'create_version'), custody.check_past(made, act.now, 'created_at');
    IF held.new_version IS NOT NULL OR custody.version_state(held.key, its_version) IS NOT NULL THEN
        PERFORM custody.fail('version_known', jsonb_build_object('version', held.new_version));
    END IF;
    act := custody.append(act);
    IF plan.operation = 'create_kek' THEN
        PERFORM custody.insert_vault_key(act, held.key, plan.parameters
            || jsonb_build_object('kind', 'kek', 'algorithm', 'RSA', 'name', plan.parameters ->> 'vault_name'),
            its_version, made, digest, held.id);
    ELSE
        INSERT INTO custody.key_version (key, version, state, created_at, run, public_key_digest, recorded_seq, changed_seq)
        VALUES (held.key, its_version, 'enabled', made, held.id, digest, act.seq, act.seq);
        PERFORM custody.set_current(held.key, its_version);
    END IF;
    UPDATE custody.run AS u SET new_version = its_version WHERE u.id = held.id;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE TYPE custody.rewrap_row AS (dek uuid, revision bigint, wrapped bytea, algorithm text);

CREATE FUNCTION custody.rewrap_row_of(row_bytes bytea) RETURNS custody.rewrap_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 4, 'rewrap row');
BEGIN
    RETURN (custody.as_id(cells[1], 'dek'), custody.as_count(cells[2], 'revision'), cells[3],
            custody.as_text(cells[4], 'algorithm', 40))::custody.rewrap_row;
END
$$;

-- Only from the version a run empties to the version it fills, and only in the step for it.
CREATE FUNCTION custody.check_rewrap(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    back boolean := held.direction = 'back';
BEGIN
    IF NOT EXISTS (SELECT FROM custody.run_step AS s
                   WHERE s.run = held.id AND s.position = custody.attr_count(act, 'position') AND s.state = 'intended'
                     AND s.kind = CASE WHEN back THEN 'rewrap_back' ELSE 'rewrap' END) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('direction', held.direction));
    END IF;
    IF custody.attr_id(act, 'kek') <> held.key
       OR custody.attr(act, 'from_version') IS DISTINCT FROM (CASE WHEN back THEN held.new_version ELSE held.from_version END)
       OR custody.attr(act, 'to_version') IS DISTINCT FROM (CASE WHEN back THEN held.from_version ELSE held.new_version END)
       OR custody.version_state(held.key, custody.attr(act, 'to_version')) IS DISTINCT FROM 'enabled' THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('from', held.from_version, 'new', held.new_version));
    END IF;
END
$$;

-- INVARIANT: no DEK is ever without a working wrap. Each row is replaced in one statement, if it is still the row that was read.
CREATE FUNCTION custody.do_rewrap_batch(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['dek.rewrapped'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    rows custody.rewrap_row[];
    bad jsonb;
    replaced bigint;
BEGIN
    PERFORM custody.check_rewrap(act, held);
    SELECT array_agg(custody.rewrap_row_of(f.bytes)) INTO rows FROM unnest(custody.payload_rows(act, payload, 1000)) AS f (bytes);
    IF rows IS NULL OR (SELECT count(DISTINCT r.dek) FROM unnest(rows) AS r) <> cardinality(rows) THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', coalesce(cardinality(rows), 0)));
    END IF;
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r
    WHERE length(r.wrapped) * 8 <> (SELECT k.bits FROM custody.key AS k WHERE k.id = held.key);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('wrap_length', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(r.dek ORDER BY r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = r.dek AND w.revision = r.revision AND w.kek = held.key
                      AND w.kek_version = act.attributes ->> 'from_version');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('wrap_moved', jsonb_build_object('deks', bad));
    END IF;
    act := custody.append(act);
    UPDATE custody.wrap AS w
    SET wrapped = r.wrapped, algorithm = r.algorithm, kek_version = act.attributes ->> 'to_version',
        revision = w.revision + 1, changed_seq = act.seq
    FROM unnest(rows) AS r
    WHERE w.dek = r.dek AND w.revision = r.revision AND w.kek = held.key
      AND w.kek_version = act.attributes ->> 'from_version';
    GET DIAGNOSTICS replaced = ROW_COUNT;
    IF replaced <> cardinality(rows) THEN
        PERFORM custody.fail('wrap_moved', jsonb_build_object('replaced', replaced));
    END IF;
    IF held.direction = 'forward' THEN
        UPDATE custody.run AS u SET rewrapped = u.rewrapped + replaced WHERE u.id = held.id;
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', replaced,
        'left', custody.live_wraps(held.key, act.attributes ->> 'from_version')));
END
$$;

-- Written after a read of the vault proved it, never before.
CREATE FUNCTION custody.set_version_state(act custody.act, held custody.run, its_version text, its_state text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE custody.key_version AS v
    SET state = its_state, disabled_at = CASE WHEN its_state = 'disabled' THEN act.now END, changed_seq = act.seq
    WHERE v.key = held.key AND v.version = its_version;
    IF NOT FOUND THEN
        PERFORM custody.fail('version_unknown');
    END IF;
END
$$;

CREATE FUNCTION custody.do_record_version_disabled(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.version_disabled'], 'key', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    its_version text := custody.attr_filled(act, 'version');
    back boolean := held.direction = 'back';
BEGIN
    PERFORM custody.attr_filled(act, 'proof');
    IF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    END IF;
    IF its_version IS DISTINCT FROM (CASE WHEN back THEN held.new_version ELSE held.from_version END) THEN
        PERFORM custody.fail('version_unknown');
    END IF;
    IF back THEN
        PERFORM custody.require_step(held, 'disable_new'), custody.fail_if_wraps_left(held.key, its_version);
    ELSE
        PERFORM custody.require_step(held, 'disable_old'), custody.check_disable_old(act, held);
    END IF;
    act := custody.append(act);
    PERFORM custody.set_version_state(act, held, its_version, 'disabled'), custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.do_record_version_enabled(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.version_enabled'], 'key', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    its_version text := custody.attr_filled(act, 'version');
BEGIN
    PERFORM custody.attr_filled(act, 'proof');
    IF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    END IF;
    IF held.direction <> 'back' THEN
        PERFORM custody.fail('not_turned_back');
    END IF;
    IF its_version IS DISTINCT FROM held.from_version THEN
        PERFORM custody.fail('version_unknown');
    END IF;
    PERFORM custody.require_step(held, 'enable_old');
    act := custody.append(act);
    PERFORM custody.set_version_state(act, held, its_version, 'enabled'), custody.set_current(held.key, its_version),
            custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- What must hold before a run may be called over.
CREATE FUNCTION custody.check_finish(act custody.act, held custody.run, its_operation text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    last custody.run_step;
BEGIN
    IF custody.attr(act, 'outcome') <> (CASE held.direction WHEN 'forward' THEN 'completed' ELSE 'rolled_back' END) THEN
        PERFORM custody.fail(CASE held.direction WHEN 'forward' THEN 'not_turned_back' ELSE 'turned_back' END);
    END IF;
    -- R-25: nothing is closed without recorded verification.
    IF btrim(custody.attr(act, 'verification')) = '' THEN
        PERFORM custody.fail('verification_missing');
    END IF;
    SELECT * INTO last FROM custody.run_step AS s WHERE s.run = held.id ORDER BY s.position DESC LIMIT 1;
    IF last.kind IS DISTINCT FROM 'close' OR last.state = 'failed' THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'close'));
    END IF;
    IF held.direction = 'back' THEN
        IF held.new_version IS NOT NULL THEN
            PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
        END IF;
        IF held.from_version IS NOT NULL AND (custody.version_state(held.key, held.from_version) <> 'enabled'
            OR held.from_version IS DISTINCT FROM (SELECT k.current_version FROM custody.key AS k WHERE k.id = held.key)) THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'enable_old'));
        END IF;
    ELSIF held.new_version IS NULL THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'create_version'));
    ELSIF its_operation = 'rotate_kek' THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.from_version);
        IF custody.version_state(held.key, held.from_version) <> 'disabled' THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'disable_old'));
        END IF;
    END IF;
END
$$;

CREATE FUNCTION custody.do_finish_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.finished'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    its_operation text := custody.operation_of(held);
    its_outcome text := custody.attr_filled(act, 'outcome');
BEGIN
    PERFORM custody.check_finish(act, held, its_operation);
    act := custody.append(act);
    UPDATE custody.run_step AS s SET state = 'done', evidence = '{}', finished_at = act.now, outcome_seq = act.seq
    WHERE s.run = held.id AND s.state = 'intended';
    UPDATE custody.run AS u SET state = its_outcome, finished_at = act.now, finished_seq = act.seq, lease_until = act.now,
                                verification = custody.attr(act, 'verification')
    WHERE u.id = held.id;
    IF its_outcome = 'completed' AND its_operation = 'rotate_kek' THEN
        UPDATE custody.key AS k SET rotated_at = act.now, rotate_by = custody.due(k.kind, k.classification, act.now),
                                    rule_version = custody.rotation_version(), revision = k.revision + 1
        WHERE k.id = held.key;
    END IF;
    UPDATE custody.request AS r SET decided = CASE its_outcome WHEN 'completed' THEN 'executed' ELSE 'failed' END,
                                    decided_at = act.now, decided_seq = act.seq
    WHERE r.id = held.request;
    RETURN custody.accepted(act);
END
$$;

SELECT custody.publish_verb(verb, '{security,devops,agent}')
FROM unnest('{intend_step,finish_step,record_version,rewrap_batch,record_version_disabled,record_version_enabled,finish_run}'::text[])
     AS verb;
