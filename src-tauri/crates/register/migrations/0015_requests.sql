-- Requests: submit, decide, withdraw, lapse.

CREATE TYPE custody.plan AS (
    custody uuid, environment text, request uuid, operation text, requester uuid, nonce bytea,
    planned_at timestamptz, approve_by timestamptz, execute_by timestamptz,
    targets bytea[], parameters jsonb, reason text, change_record text, rollback_plan text, facts jsonb
);

-- Reads a plan (docs/formats/plan.md) strictly, also the parts that only people read: what is shown is what was signed.
CREATE FUNCTION custody.parse_plan(bytes bytea) RETURNS custody.plan
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts bytea[];
    plan custody.plan;
    line bytea;
    cells bytea[];
    counts jsonb;
BEGIN
    IF bytes IS NULL OR length(bytes) > 1048576 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'plan', 'why', 'missing or too long'));
    END IF;
    parts := custody.fields_exactly(bytes, 18, 'plan');
    IF parts[1] <> convert_to('countersign/plan/v1', 'UTF8') THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'plan', 'why', 'not a plan of version 1'));
    END IF;
    plan.custody := custody.as_id(parts[2], 'custody');
    plan.environment := custody.as_text(parts[3], 'environment', 20);
    plan.request := custody.as_id(parts[4], 'request');
    plan.operation := custody.as_text(parts[5], 'operation', 40);
    plan.requester := custody.as_id(parts[6], 'requester');
    plan.nonce := parts[7];
    plan.planned_at := custody.from_us(custody.as_count(parts[8], 'planned at'), 'planned at');
    plan.approve_by := custody.from_us(custody.as_count(parts[9], 'approve by'), 'approve by');
    plan.execute_by := custody.from_us(custody.as_count(parts[10], 'execute by'), 'execute by');
    plan.targets := custody.fields(parts[11]);
    plan.parameters := custody.as_map(parts[12], 'parameters');
    FOREACH line IN ARRAY custody.fields(parts[13]) LOOP
        cells := custody.fields_exactly(line, 4, 'change');
        PERFORM custody.as_text(cell, 'change') FROM unnest(cells) AS cell;
    END LOOP;
    counts := custody.as_map(parts[14], 'impact');
    IF EXISTS (SELECT FROM jsonb_each_text(counts) AS c WHERE c.value !~ '^(0|[1-9][0-9]{0,17})$') THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'impact', 'why', 'not a number'));
    END IF;
    plan.reason := custody.as_text(parts[15], 'reason', 16000);
    plan.change_record := custody.as_text(parts[16], 'change record', 16000);
    plan.rollback_plan := custody.as_text(parts[17], 'rollback plan', 32000);
    plan.facts := custody.as_map(parts[18], 'depends on');
    RETURN plan;
END
$$;

-- The facts of a plan that the database answers for.
CREATE FUNCTION custody.own_facts(facts jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each_text(facts) AS f WHERE f.key LIKE 'register.%'
$$;

CREATE FUNCTION custody.unfit(what text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.fail('plan_unfit', jsonb_build_object('what', what)) $$;

CREATE FUNCTION custody.plan_number(plan custody.plan, name text, lowest bigint, highest bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    value text := plan.parameters ->> name;
BEGIN
    IF value IS NULL OR value !~ '^(0|[1-9][0-9]{0,9})$' OR value::bigint NOT BETWEEN lowest AND highest THEN
        PERFORM custody.unfit(name);
    END IF;
    RETURN value::bigint;
END
$$;

-- What a plan may do, by operation. R-12: what is created is made by the vault, in a length that counts.
CREATE FUNCTION custody.check_operation(plan custody.plan, target_key uuid, target_name text, target_version text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.key;
BEGIN
    IF plan.parameters ->> 'vault' IS DISTINCT FROM (SELECT c.vault_host FROM custody.custody AS c) THEN
        PERFORM custody.unfit('vault');
    END IF;
    SELECT * INTO found FROM custody.key AS k WHERE k.id = target_key;
    IF plan.operation = 'rotate_kek' THEN
        IF found.id IS NULL OR found.kind <> 'kek' THEN
            PERFORM custody.fail('key_unknown');
        ELSIF found.state <> 'active' THEN
            PERFORM custody.fail('key_not_active', jsonb_build_object('state', found.state));
        ELSIF found.vault_name <> target_name OR found.current_version IS DISTINCT FROM target_version THEN
            PERFORM custody.unfit('target');
        END IF;
        PERFORM custody.plan_number(plan, 'grace_seconds', 0, 2592000), custody.plan_number(plan, 'batch_size', 1, 1000);
    ELSIF plan.operation = 'create_kek' THEN
        IF found.id IS NOT NULL THEN
            PERFORM custody.fail('key_known', jsonb_build_object('key', target_key));
        ELSIF EXISTS (SELECT FROM custody.key AS k WHERE k.kind = 'kek' AND custody.is_live(k.state)
                      AND (k.name = target_name OR k.vault_name = target_name)) THEN
            PERFORM custody.fail('name_taken', jsonb_build_object('name', target_name));
        ELSIF target_version <> '' OR plan.parameters ->> 'vault_name' IS DISTINCT FROM target_name
              OR target_name !~ '^[a-zA-Z0-9-]{1,127}$' THEN
            PERFORM custody.unfit('target');
        ELSIF plan.parameters ->> 'bits' NOT IN ('2048', '3072', '4096') THEN
            PERFORM custody.fail('weak_algorithm', jsonb_build_object('bits', plan.parameters ->> 'bits'));
        ELSIF (plan.parameters ->> 'classification' IN ('public', 'internal', 'confidential', 'restricted')) IS NOT TRUE THEN
            PERFORM custody.unfit('classification');
        ELSIF (length(plan.parameters ->> 'owner') BETWEEN 1 AND 200 AND custody.is_clean(plan.parameters ->> 'owner')
               AND length(plan.parameters ->> 'purpose') BETWEEN 1 AND 500
               AND custody.is_clean(plan.parameters ->> 'purpose')) IS NOT TRUE THEN
            PERFORM custody.unfit('owner or purpose');
        END IF;
        PERFORM custody.plan_number(plan, 'bits', 2048, 4096);
    ELSE
        PERFORM custody.fail('operation_unknown', jsonb_build_object('operation', plan.operation));
    END IF;
END
$$;

-- A seal names a moment of the signer's clock; verifiers ask that it lies between planning and the end of approval.
CREATE FUNCTION custody.check_plan_clocks(plan custody.plan, sealed_at timestamptz, now timestamptz) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- A plan older than an hour describes another hour, whatever its facts say.
    IF plan.planned_at NOT BETWEEN now - interval '1 hour' AND now + interval '60 seconds'
       OR plan.planned_at > sealed_at OR sealed_at >= plan.approve_by OR plan.approve_by <= now
       OR plan.execute_by < plan.approve_by
       OR plan.approve_by > plan.planned_at + custody.days(custody.setting_value('approve_days_max')::int)
       OR plan.execute_by > plan.planned_at + custody.days(custody.setting_value('execute_days_max')::int) THEN
        PERFORM custody.fail('plan_clocks', jsonb_build_object('planned_at', custody.us(plan.planned_at),
            'approve_by', custody.us(plan.approve_by), 'execute_by', custody.us(plan.execute_by),
            'register_time', custody.us(now)));
    END IF;
END
$$;

CREATE FUNCTION custody.do_submit_request(entry bytea, signatures bytea, plan bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.submitted'], 'request', 'device');
    its_role text := custody.attr_filled(act, 'role');
    its_seal bytea := custody.attr_hex(act, 'seal', 64);
    it custody.plan := custody.parse_plan(plan);
    cells bytea[];
    target uuid;
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
    IF cardinality(it.targets) <> 1 THEN
        PERFORM custody.unfit('targets');
    END IF;
    cells := custody.fields_exactly(it.targets[1], 3, 'target');
    target := custody.as_id(cells[1], 'target');
    differences := custody.differences(custody.own_facts(it.facts), custody.facts_of(it.operation, ARRAY[target]));
    IF differences <> '{}' THEN
        PERFORM custody.fail('plan_stale', jsonb_build_object('differences', differences));
    END IF;
    PERFORM custody.check_operation(it, target, custody.as_text(cells[2], 'target', 800), custody.as_text(cells[3], 'version', 200));
    act := custody.append(act);
    INSERT INTO custody.request (id, operation, requester, requester_role, plan, plan_hash, nonce, parameters, facts, reason,
                                 change_record, rollback_plan, submitted_at, approve_by, execute_by, quorum_version,
                                 submitted_seq)
    VALUES (it.request, it.operation, act.actor, its_role, plan, sha256(plan), it.nonce, it.parameters,
            custody.own_facts(it.facts), it.reason, it.change_record, it.rollback_plan, act.now, it.approve_by,
            it.execute_by, custody.quorum_version(), act.seq);
    INSERT INTO custody.request_target (request, key, name, version)
    VALUES (it.request, target, custody.as_text(cells[2], 'target', 800), custody.as_text(cells[3], 'version', 200));
    INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
    VALUES (it.request, act.actor, act.key_ids[1], its_role, 'approve', true, its_seal, act.entry_time, act.seq);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.fail_if_stale(request uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    differences jsonb := custody.request_differences(request);
BEGIN
    IF differences <> '{}' THEN
        PERFORM custody.fail('plan_stale', jsonb_build_object('differences', differences));
    END IF;
END
$$;

-- The second seal, or a no with its reason. Who may is answered by may_sign, for this verb as for every screen.
CREATE FUNCTION custody.do_decide_request(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.sealed', 'request.rejected'], 'request', 'device');
    wanted uuid := custody.text_id(act.subject, 'subject');
    approving boolean := act.verb = 'request.sealed';
    its_role text := custody.attr_filled(act, 'role');
    its_seal bytea := custody.attr_hex(act, 'seal', 64);
    may record;
BEGIN
    SELECT * INTO may FROM custody.may_sign(wanted, act.actor);
    IF may.code <> 'ok' THEN
        PERFORM custody.fail(may.code, may.detail || jsonb_build_object('who', (
            SELECT coalesce(jsonb_agg(w.name), '[]') FROM custody.who_may_sign(wanted) AS w)));
    END IF;
    IF its_role <> ALL (custody.countersign_roles(wanted, act.actor, act.now)) THEN
        PERFORM custody.fail('role_missing', may.detail);
    END IF;
    IF custody.attr_hex(act, 'plan_hash', 32) <> (SELECT r.plan_hash FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('plan_differs');
    END IF;
    IF act.entry_time >= (SELECT r.approve_by FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('request_expired');
    END IF;
    IF act.entry_time < (SELECT (custody.parse_plan(r.plan)).planned_at FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('plan_clocks', jsonb_build_object('why', 'sealed before it was planned'));
    END IF;
    IF approving THEN
        PERFORM custody.fail_if_stale(wanted);
    ELSIF btrim(act.purpose) = '' THEN
        PERFORM custody.fail('purpose_missing');
    END IF;
    act := custody.append(act);
    INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
    VALUES (wanted, act.actor, act.key_ids[1], its_role, CASE WHEN approving THEN 'approve' ELSE 'reject' END, false, its_seal,
            act.entry_time, act.seq);
    IF NOT approving THEN
        UPDATE custody.request AS r SET decided = 'rejected', decided_at = act.now, decided_seq = act.seq WHERE r.id = wanted;
    END IF;
    RETURN custody.accepted(act, jsonb_build_object('state', custody.request_state(wanted, act.now)));
END
$$;

-- The request, if nothing was decided yet.
CREATE FUNCTION custody.undecided(wanted uuid) RETURNS custody.request
LANGUAGE plpgsql AS $$
DECLARE
    found custody.request;
BEGIN
    SELECT * INTO found FROM custody.request AS r WHERE r.id = wanted FOR UPDATE;
    IF found.id IS NULL THEN
        PERFORM custody.fail('request_unknown');
    END IF;
    IF found.decided <> 'open' THEN
        PERFORM custody.fail('request_not_open', jsonb_build_object('state', found.decided));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.do_withdraw_request(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.withdrawn'], 'request', 'either');
    found custody.request := custody.undecided(custody.text_id(act.subject, 'subject'));
BEGIN
    IF found.requester <> act.actor THEN
        PERFORM custody.fail('not_requester');
    END IF;
    act := custody.append(act);
    UPDATE custody.request AS r SET decided = 'withdrawn', decided_at = act.now, decided_seq = act.seq WHERE r.id = found.id;
    RETURN custody.accepted(act);
END
$$;

-- R-32: what is there differs from what was signed. The register's facts are compared here; what the vault says differently is
-- the console's word, bound to what the plan says.
CREATE FUNCTION custody.do_lapse_request(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.lapsed'], 'request', 'session');
    found custody.request := custody.undecided(custody.text_id(act.subject, 'subject'));
    planned jsonb := (custody.parse_plan(found.plan)).facts;
    told jsonb := custody.attr_filled(act, 'differences')::jsonb;
    differing jsonb;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    IF jsonb_typeof(told) <> 'object' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'differences'));
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(told) AS t WHERE t.key LIKE 'vault.%'
               AND (t.value ->> 'planned' IS DISTINCT FROM coalesce(planned ->> t.key, '')
                    OR t.value ->> 'found' IS NOT DISTINCT FROM coalesce(planned ->> t.key, ''))) THEN
        PERFORM custody.fail('nothing_differs', jsonb_build_object('why', 'not what the plan says'));
    END IF;
    SELECT custody.request_differences(found.id) || coalesce(jsonb_object_agg(t.key, t.value) FILTER (WHERE t.key LIKE 'vault.%'), '{}')
    INTO differing FROM jsonb_each(told) AS t;
    IF differing = '{}' THEN
        PERFORM custody.fail('nothing_differs');
    END IF;
    act := custody.append(act);
    UPDATE custody.request AS r SET decided = 'lapsed', decided_at = act.now, decided_seq = act.seq,
                                    differences = differing
    WHERE r.id = found.id;
    RETURN custody.accepted(act, jsonb_build_object('differences', differing));
END
$$;

SELECT custody.publish_verb('submit_request', '{security,devops,engineering}');
SELECT custody.publish_verb('decide_request', '{security,devops,engineering}');
SELECT custody.publish_verb('withdraw_request', '{security,devops,engineering}');
SELECT custody.publish_verb('lapse_request', '{security,devops,engineering,agent}');
