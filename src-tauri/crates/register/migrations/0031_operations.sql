-- Operations beyond the KEK's: each one's own rules are functions that are found by their names, so that the common course of
-- requests and runs is written once. `<operation>_check(plan, targets)` must exist; the others where there is something to say:
-- `_before(act, run, step)` and `_done(run, step)` around a step, `_turn(act, run)` before a run turns back, `_end(act, run)`
-- before it is called over, `_ended(act, run)` after.

CREATE TYPE custody.target AS (position int, key uuid, name text, version text);

-- A plan may name several keys. LIMIT: more than this belong to a tenant, and the plan names the tenant.
CREATE FUNCTION custody.targets_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 500 $$;

ALTER TABLE custody.request_target ADD COLUMN position int NOT NULL DEFAULT 1 CHECK (position >= 1);
CREATE UNIQUE INDEX request_target_position ON custody.request_target (request, position);

CREATE FUNCTION custody.targets_of(plan custody.plan) RETURNS custody.target[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[];
    found custody.target[] := '{}';
BEGIN
    IF cardinality(plan.targets) NOT BETWEEN 1 AND custody.targets_max() THEN
        PERFORM custody.fail('plan_unfit', jsonb_build_object('what', 'targets', 'max', custody.targets_max()));
    END IF;
    FOR i IN 1 .. cardinality(plan.targets) LOOP
        cells := custody.fields_exactly(plan.targets[i], 3, 'target');
        found := found || (i, custody.as_id(cells[1], 'target'), custody.as_text(cells[2], 'target', 800),
                           custody.as_text(cells[3], 'version', 200))::custody.target;
    END LOOP;
    IF (SELECT count(DISTINCT t.key) FROM unnest(found) AS t) <> cardinality(found) THEN
        PERFORM custody.fail('plan_unfit', jsonb_build_object('what', 'targets', 'why', 'one of them is named twice'));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.the_target(targets custody.target[]) RETURNS custody.target
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF cardinality(targets) <> 1 THEN
        PERFORM custody.unfit('targets');
    END IF;
    RETURN targets[1];
END
$$;

-- Keys that a run is about.
CREATE FUNCTION custody.run_keys(held custody.run) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$ SELECT t.key FROM custody.request_target AS t WHERE t.request = held.request ORDER BY t.position $$;

-- Where an operation's function for this moment exists.
CREATE FUNCTION custody.has_hook(operation text, moment text, arguments text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT to_regprocedure(format('custody.%I(%s)', operation || '_' || moment, arguments)) IS NOT NULL
$$;

CREATE FUNCTION custody.on_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF plan.parameters ->> 'vault' IS DISTINCT FROM (SELECT c.vault_host FROM custody.custody AS c) THEN
        PERFORM custody.unfit('vault');
    END IF;
    IF NOT custody.has_hook(plan.operation, 'check', 'custody.plan, custody.target[]') THEN
        PERFORM custody.fail('operation_unknown', jsonb_build_object('operation', plan.operation));
    END IF;
    EXECUTE format('SELECT custody.%I($1, $2)', plan.operation || '_check') USING plan, targets;
END
$$;
CREATE FUNCTION custody.on_step(moment text, act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    operation text := custody.operation_of(held);
BEGIN
    IF custody.has_hook(operation, moment, 'custody.act, custody.run, text') THEN
        EXECUTE format('SELECT custody.%I($1, $2, $3)', operation || '_' || moment) USING act, held, step;
    END IF;
END
$$;
CREATE FUNCTION custody.on_run(moment text, act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    operation text := custody.operation_of(held);
BEGIN
    IF custody.has_hook(operation, moment, 'custody.act, custody.run') THEN
        EXECUTE format('SELECT custody.%I($1, $2)', operation || '_' || moment) USING act, held;
    END IF;
END
$$;

-- The KEK's operations, by the same hooks.
CREATE FUNCTION custody.rotate_kek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.key;
BEGIN
    SELECT * INTO found FROM custody.key AS k WHERE k.id = target.key;
    IF found.id IS NULL OR found.kind <> 'kek' THEN
        PERFORM custody.fail('key_unknown');
    ELSIF found.state <> 'active' THEN
        PERFORM custody.fail('key_not_active', jsonb_build_object('state', found.state));
    ELSIF found.vault_name <> target.name OR found.current_version IS DISTINCT FROM target.version THEN
        PERFORM custody.unfit('target');
    END IF;
    PERFORM custody.plan_number(plan, 'grace_seconds', 0, 2592000), custody.plan_number(plan, 'batch_size', 1, 1000);
END
$$;

-- R-12: what is created is made by the vault, in a length that counts.
CREATE FUNCTION custody.create_kek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
BEGIN
    IF EXISTS (SELECT FROM custody.key AS k WHERE k.id = target.key) THEN
        PERFORM custody.fail('key_known', jsonb_build_object('key', target.key));
    ELSIF EXISTS (SELECT FROM custody.key AS k WHERE k.kind = 'kek' AND custody.is_live(k.state)
                  AND (k.name = target.name OR k.vault_name = target.name)) THEN
        PERFORM custody.fail('name_taken', jsonb_build_object('name', target.name));
    ELSIF target.version <> '' OR plan.parameters ->> 'vault_name' IS DISTINCT FROM target.name
          OR target.name !~ '^[a-zA-Z0-9-]{1,127}$' THEN
        PERFORM custody.unfit('target');
    ELSIF plan.parameters ->> 'bits' NOT IN ('2048', '3072', '4096') THEN
        PERFORM custody.fail('weak_algorithm', jsonb_build_object('bits', plan.parameters ->> 'bits'));
    ELSIF (plan.parameters ->> 'classification' IN ('public', 'internal', 'confidential', 'restricted')) IS NOT TRUE THEN
        PERFORM custody.unfit('classification');
    ELSIF (length(plan.parameters ->> 'owner') BETWEEN 1 AND 200 AND custody.is_clean(plan.parameters ->> 'owner')
           AND length(plan.parameters ->> 'purpose') BETWEEN 1 AND 500
           AND custody.is_clean(plan.parameters ->> 'purpose')) IS NOT TRUE THEN
        PERFORM custody.unfit('owner or purpose');
    ELSIF plan.parameters ->> 'tenant' IS NOT NULL
          AND NOT EXISTS (SELECT FROM custody.tenant AS t WHERE t.name = plan.parameters ->> 'tenant' AND t.status = 'active') THEN
        -- R-92: a tenant's own KEK names a tenant that there is.
        PERFORM custody.fail('tenant_inactive', jsonb_build_object('tenant', plan.parameters ->> 'tenant'));
    END IF;
    PERFORM custody.plan_number(plan, 'bits', 2048, 4096);
END
$$;

CREATE FUNCTION custody.rotate_kek_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'disable_old' THEN
        PERFORM custody.check_disable_old(act, held);
    ELSIF step = 'disable_new' AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
    END IF;
END
$$;

CREATE FUNCTION custody.not_recorded(step text) RETURNS void
LANGUAGE sql AS $$
    SELECT custody.fail('wrong_step', jsonb_build_object('step', step, 'why', 'what it is for was not recorded'))
$$;

CREATE FUNCTION custody.rotate_kek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'rewrap' THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.from_version);
    ELSIF step = 'rewrap_back' AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
    ELSIF (step = 'create_version' AND held.new_version IS NULL)
       OR (step = 'disable_old' AND custody.version_state(held.key, held.from_version) <> 'disabled')
       OR (step = 'enable_old' AND custody.version_state(held.key, held.from_version) <> 'enabled')
       OR (step = 'disable_new' AND custody.version_state(held.key, held.new_version) <> 'disabled') THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

CREATE FUNCTION custody.create_kek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'create_version' AND held.new_version IS NULL THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

CREATE FUNCTION custody.create_kek_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.new_version IS NOT NULL THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'the key was created and has no version before'));
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_kek_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'back' THEN
        IF held.new_version IS NOT NULL THEN
            PERFORM custody.fail_if_wraps_left(held.key, held.new_version);
        END IF;
        IF custody.version_state(held.key, held.from_version) <> 'enabled'
           OR held.from_version IS DISTINCT FROM (SELECT k.current_version FROM custody.key AS k WHERE k.id = held.key) THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'enable_old'));
        END IF;
    ELSIF held.new_version IS NULL THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'create_version'));
    ELSE
        PERFORM custody.fail_if_wraps_left(held.key, held.from_version);
        IF custody.version_state(held.key, held.from_version) <> 'disabled' THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'disable_old'));
        END IF;
    END IF;
END
$$;

CREATE FUNCTION custody.create_kek_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND held.new_version IS NULL THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'create_version'));
    END IF;
END
$$;

-- A key that has just been rotated is due again a period later.
CREATE FUNCTION custody.set_rotated(act custody.act, rotated uuid) RETURNS void
LANGUAGE sql AS $$
    UPDATE custody.key AS k SET rotated_at = act.now, rotate_by = custody.due(k.kind, k.classification, act.now),
                                rule_version = custody.rotation_version(), revision = k.revision + 1
    WHERE k.id = rotated
$$;

CREATE FUNCTION custody.rotate_kek_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.direction = 'forward' THEN
        PERFORM custody.set_rotated(act, held.key);
    END IF;
END
$$;

-- The common course again, through the hooks.
CREATE OR REPLACE FUNCTION custody.do_intend_step(entry bytea, signatures bytea) RETURNS custody.outcome
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
    PERFORM custody.check_step_order(held, wanted, place::int), custody.on_step('before', act, held, wanted);
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

CREATE OR REPLACE FUNCTION custody.do_finish_step(entry bytea, signatures bytea) RETURNS custody.outcome
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
        PERFORM custody.on_step('done', act, held, wanted);
    END IF;
    act := custody.append(act);
    UPDATE custody.run_step AS s
    SET state = CASE WHEN good THEN 'done' ELSE 'failed' END, evidence = custody.step_words(act), finished_at = act.now,
        outcome_seq = act.seq
    WHERE s.run = held.id AND s.position = place;
    -- Late readers have their time from here on.
    IF good AND wanted = 'rewrap' THEN
        UPDATE custody.run AS u SET rewrapped_at = act.now WHERE u.id = held.id;
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- What must hold before any run may be called over.
CREATE OR REPLACE FUNCTION custody.check_finish(act custody.act, held custody.run, its_operation text) RETURNS void
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
    PERFORM custody.on_run('end', act, held);
END
$$;

CREATE OR REPLACE FUNCTION custody.do_finish_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.finished'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    its_outcome text := custody.attr_filled(act, 'outcome');
BEGIN
    PERFORM custody.check_finish(act, held, custody.operation_of(held));
    act := custody.append(act);
    UPDATE custody.run_step AS s SET state = 'done', evidence = '{}', finished_at = act.now, outcome_seq = act.seq
    WHERE s.run = held.id AND s.state = 'intended';
    UPDATE custody.run AS u SET state = its_outcome, finished_at = act.now, finished_seq = act.seq, lease_until = act.now,
                                verification = custody.attr(act, 'verification')
    WHERE u.id = held.id;
    UPDATE custody.request AS r SET decided = CASE its_outcome WHEN 'completed' THEN 'executed' ELSE 'failed' END,
                                    decided_at = act.now, decided_seq = act.seq
    WHERE r.id = held.request;
    PERFORM custody.on_run('ended', act, held);
    RETURN custody.accepted(act);
END
$$;

CREATE OR REPLACE FUNCTION custody.do_turn_back(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.turned_back'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
BEGIN
    IF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    IF btrim(act.purpose) = '' THEN
        PERFORM custody.fail('purpose_missing');
    END IF;
    PERFORM custody.on_run('turn', act, held);
    act := custody.append(act);
    UPDATE custody.run_step AS s SET state = 'failed', evidence = '{"turned_back": "true"}', finished_at = act.now,
                                     outcome_seq = act.seq
    WHERE s.run = held.id AND s.state = 'intended';
    UPDATE custody.run AS u SET direction = 'back', rewrapped_at = NULL WHERE u.id = held.id;
    PERFORM custody.on_run('turned', act, held);
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('fence', held.fence));
END
$$;

CREATE FUNCTION custody.rotate_kek_turned(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.new_version IS NOT NULL AND custody.version_state(held.key, held.from_version) = 'enabled' THEN
        PERFORM custody.set_current(held.key, held.from_version);
    END IF;
END
$$;

-- Once something cannot be undone, a run does not turn back: called by `_turn` of the operations that destroy.
CREATE FUNCTION custody.fail_if_begun(held custody.run, steps text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = ANY (steps)) THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'something was destroyed already'));
    END IF;
END
$$;

DROP FUNCTION custody.check_done(custody.run, text);
DROP FUNCTION custody.check_operation(custody.plan, uuid, text, text);

CREATE OR REPLACE FUNCTION custody.do_submit_request(entry bytea, signatures bytea, plan bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.submitted'], 'request', 'device');
    its_role text := custody.attr_filled(act, 'role');
    its_seal bytea := custody.attr_hex(act, 'seal', 64);
    it custody.plan := custody.parse_plan(plan);
    its_targets custody.target[];
    differences jsonb;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, ARRAY[its_role]);
    IF sha256(plan) <> custody.attr_hex(act, 'plan_hash', 32) THEN
        PERFORM custody.fail('plan_differs');
    END IF;
    IF it.custody <> act.custody OR it.environment <> act.environment OR it.requester <> act.actor
       OR it.request <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('plan_differs', jsonb_build_object('why', 'another custody, environment, request or requester'));
    END IF;
    IF NOT EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.version = custody.quorum_version()
                   AND q.operation = it.operation) THEN
        PERFORM custody.fail('operation_unknown', jsonb_build_object('operation', it.operation));
    END IF;
    IF NOT EXISTS (SELECT FROM custody.quorum_pair AS p WHERE p.version = custody.quorum_version()
                   AND p.operation = it.operation AND p.requester_role = its_role) THEN
        PERFORM custody.fail('role_missing', (SELECT jsonb_build_object('wanted', jsonb_agg(DISTINCT p.requester_role))
            FROM custody.quorum_pair AS p WHERE p.version = custody.quorum_version() AND p.operation = it.operation));
    END IF;
    PERFORM custody.check_plan_clocks(it, act.entry_time, act.now);
    IF btrim(it.reason) = '' OR btrim(it.change_record) = '' OR btrim(it.rollback_plan) = '' THEN
        -- R-25.
        PERFORM custody.unfit('reason, change record and roll-back plan');
    END IF;
    its_targets := custody.targets_of(it);
    differences := custody.differences(custody.own_facts(it.facts), custody.facts_of(it.operation,
        (SELECT array_agg(t.key ORDER BY t.position) FROM unnest(its_targets) AS t)));
    IF differences <> '{}' THEN
        PERFORM custody.fail('plan_stale', jsonb_build_object('differences', differences));
    END IF;
    PERFORM custody.on_check(it, its_targets);
    act := custody.append(act);
    INSERT INTO custody.request (id, operation, requester, requester_role, plan, plan_hash, nonce, parameters, facts, reason,
                                 change_record, rollback_plan, submitted_at, approve_by, execute_by, quorum_version,
                                 submitted_seq)
    VALUES (it.request, it.operation, act.actor, its_role, plan, sha256(plan), it.nonce, it.parameters,
            custody.own_facts(it.facts), it.reason, it.change_record, it.rollback_plan, act.now, it.approve_by,
            it.execute_by, custody.quorum_version(), act.seq);
    INSERT INTO custody.request_target (request, position, key, name, version)
    SELECT it.request, t.position, t.key, t.name, t.version FROM unnest(its_targets) AS t;
    INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
    VALUES (it.request, act.actor, act.key_ids[1], its_role, 'approve', true, its_seal, act.entry_time, act.seq);
    RETURN custody.accepted(act);
END
$$;

-- An open run on the same key that this one can't go beside. `_beside(request, run)` of an operation may allow one.
CREATE FUNCTION custody.run_in_the_way(wanted custody.request) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
    other custody.run;
    allowed boolean;
BEGIN
    FOR other IN
        SELECT u.* FROM custody.run AS u
        WHERE u.finished_at IS NULL AND EXISTS (
            SELECT FROM custody.request_target AS mine JOIN custody.request_target AS its ON its.key = mine.key
            WHERE mine.request = wanted.id AND its.request = u.request)
    LOOP
        allowed := false;
        IF custody.has_hook(wanted.operation, 'beside', 'custody.request, custody.run') THEN
            EXECUTE format('SELECT custody.%I($1, $2)', wanted.operation || '_beside') INTO allowed USING wanted, other;
        END IF;
        IF NOT allowed THEN
            RETURN other.id;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION custody.do_start_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.started'], 'run', 'session');
    run_id uuid := custody.text_id(act.subject, 'subject');
    wanted custody.request;
    standing text;
    target uuid;
    other uuid;
BEGIN
    PERFORM custody.require_executor(act);
    SELECT * INTO wanted FROM custody.request AS r WHERE r.id = custody.attr_id(act, 'request') FOR UPDATE;
    IF wanted.id IS NULL THEN
        PERFORM custody.fail('request_unknown');
    END IF;
    IF wanted.plan_hash <> custody.attr_hex(act, 'plan_hash', 32) THEN
        PERFORM custody.fail('plan_differs');
    END IF;
    IF wanted.decided IN ('executing', 'executed', 'failed') THEN
        PERFORM custody.fail('already_started', jsonb_build_object('run', (SELECT u.id FROM custody.run AS u
            WHERE u.request = wanted.id)));
    END IF;
    standing := custody.request_state(wanted.id, act.now);
    IF standing = 'expired' THEN
        PERFORM custody.fail('request_expired', jsonb_build_object('execute_by', custody.us(wanted.execute_by)));
    ELSIF standing = 'open' THEN
        -- Also when somebody who had signed was suspended since.
        PERFORM custody.fail('no_quorum', (SELECT jsonb_build_object('counting', count(*))
            FROM custody.counting_seals(wanted.id, act.now)));
    ELSIF standing <> 'approved' THEN
        PERFORM custody.fail('request_not_open', jsonb_build_object('state', standing));
    END IF;
    PERFORM custody.fail_if_stale(wanted.id);
    other := custody.run_in_the_way(wanted);
    IF other IS NOT NULL THEN
        PERFORM custody.fail('run_active', jsonb_build_object('run', other));
    END IF;
    SELECT t.key INTO STRICT target FROM custody.request_target AS t WHERE t.request = wanted.id ORDER BY t.position LIMIT 1;
    act := custody.append(act);
    INSERT INTO custody.run (id, request, key, from_version, owner, owner_session, lease_until, started_at, started_seq)
    VALUES (run_id, wanted.id, target, (SELECT k.current_version FROM custody.key AS k WHERE k.id = target), act.actor,
            act.key_ids[1], act.now + custody.lease_time(), act.now, act.seq);
    UPDATE custody.request AS r SET decided = 'executing', decided_at = act.now, decided_seq = act.seq WHERE r.id = wanted.id;
    RETURN custody.accepted(act, jsonb_build_object('fence', 1));
END
$$;

SELECT custody.own_everything();
