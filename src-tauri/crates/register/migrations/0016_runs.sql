-- Runs: who has one, and for how long. A fence that grows with every owner keeps a console that was thought dead from acting.

-- A console that goes silent for this long has lost its run.
CREATE FUNCTION custody.lease_time() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '30 seconds' $$;

CREATE FUNCTION custody.require_executor(act custody.act) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT custody.may_execute(act.actor, act.now) THEN
        PERFORM custody.fail('role_missing', jsonb_build_object('wanted', ARRAY['devops', 'security', 'agent']));
    END IF;
END
$$;

CREATE FUNCTION custody.do_start_run(entry bytea, signatures bytea) RETURNS custody.outcome
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
    SELECT t.key INTO STRICT target FROM custody.request_target AS t WHERE t.request = wanted.id;
    SELECT u.id INTO other FROM custody.run AS u WHERE u.key = target AND u.finished_at IS NULL;
    IF other IS NOT NULL THEN
        PERFORM custody.fail('run_active', jsonb_build_object('run', other));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.run (id, request, key, from_version, owner, owner_session, lease_until, started_at, started_seq)
    VALUES (run_id, wanted.id, target, (SELECT k.current_version FROM custody.key AS k WHERE k.id = target), act.actor,
            act.key_ids[1], act.now + custody.lease_time(), act.now, act.seq);
    UPDATE custody.request AS r SET decided = 'executing', decided_at = act.now, decided_seq = act.seq WHERE r.id = wanted.id;
    RETURN custody.accepted(act, jsonb_build_object('fence', 1));
END
$$;

-- The run that is to be changed, locked; nothing is known of it yet but that it is not over.
CREATE FUNCTION custody.open_run(wanted uuid) RETURNS custody.run
LANGUAGE plpgsql AS $$
DECLARE
    found custody.run;
BEGIN
    SELECT * INTO found FROM custody.run AS u WHERE u.id = wanted FOR UPDATE;
    IF found.id IS NULL THEN
        PERFORM custody.fail('run_unknown');
    END IF;
    IF found.finished_at IS NOT NULL THEN
        PERFORM custody.fail('run_finished', jsonb_build_object('state', found.state));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.check_fence(act custody.act, found custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF found.fence <> custody.attr_count(act, 'fence') THEN
        PERFORM custody.fail('lease_lost', jsonb_build_object('fence', found.fence, 'owner', found.owner));
    END IF;
END
$$;

-- INVARIANT: only the holder of the lease changes what a run changes: same operator, same fence, lease not over.
CREATE FUNCTION custody.held_run(act custody.act, wanted uuid) RETURNS custody.run
LANGUAGE plpgsql AS $$
DECLARE
    found custody.run := custody.open_run(wanted);
BEGIN
    PERFORM custody.require_executor(act);
    IF found.state = 'paused' THEN
        PERFORM custody.fail('run_paused', jsonb_build_object('fence', found.fence));
    END IF;
    PERFORM custody.check_fence(act, found);
    IF found.owner <> act.actor OR found.lease_until <= act.now THEN
        PERFORM custody.fail('lease_lost', jsonb_build_object('fence', found.fence, 'owner', found.owner,
            'lease_until', custody.us(found.lease_until)));
    END IF;
    RETURN found;
END
$$;

-- Every act of the holder shows that it is alive.
CREATE FUNCTION custody.keep_lease(held custody.run, now timestamptz) RETURNS void
LANGUAGE sql AS $$ UPDATE custody.run SET lease_until = now + custody.lease_time() WHERE id = held.id $$;

CREATE FUNCTION custody.take_run(act custody.act, found custody.run) RETURNS void
LANGUAGE sql AS $$
    UPDATE custody.run SET state = 'running', owner = act.actor, owner_session = act.key_ids[1], fence = fence + 1,
                           lease_until = act.now + custody.lease_time()
    WHERE id = found.id
$$;

CREATE FUNCTION custody.do_claim_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.claimed'], 'run', 'session');
    found custody.run := custody.open_run(custody.text_id(act.subject, 'subject'));
BEGIN
    PERFORM custody.require_executor(act), custody.check_fence(act, found);
    IF found.state = 'paused' THEN
        PERFORM custody.fail('run_paused', jsonb_build_object('fence', found.fence));
    END IF;
    IF found.owner <> act.actor AND found.lease_until > act.now THEN
        PERFORM custody.fail('lease_held', jsonb_build_object('owner', found.owner, 'until', custody.us(found.lease_until)));
    END IF;
    act := custody.append(act);
    PERFORM custody.take_run(act, found);
    RETURN custody.accepted(act, jsonb_build_object('fence', found.fence + 1, 'taken_from', found.owner));
END
$$;

-- Stopping is protective: whoever may execute may stop what another executes.
CREATE FUNCTION custody.do_pause_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.paused'], 'run', 'session');
    found custody.run := custody.open_run(custody.text_id(act.subject, 'subject'));
BEGIN
    PERFORM custody.require_executor(act), custody.check_fence(act, found);
    IF found.state = 'paused' THEN
        PERFORM custody.fail('run_paused', jsonb_build_object('fence', found.fence));
    END IF;
    act := custody.append(act);
    UPDATE custody.run AS u SET state = 'paused', lease_until = act.now WHERE u.id = found.id;
    RETURN custody.accepted(act, jsonb_build_object('fence', found.fence));
END
$$;

CREATE FUNCTION custody.do_resume_run(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.resumed'], 'run', 'session');
    found custody.run := custody.open_run(custody.text_id(act.subject, 'subject'));
BEGIN
    PERFORM custody.require_executor(act), custody.check_fence(act, found);
    IF found.state <> 'paused' THEN
        PERFORM custody.fail('run_not_paused');
    END IF;
    act := custody.append(act);
    PERFORM custody.take_run(act, found);
    RETURN custody.accepted(act, jsonb_build_object('fence', found.fence + 1, 'taken_from', found.owner));
END
$$;

-- R-25: the way back, as long as the run is open. What was intended is over; new DEKs go under the old version again at once, or as
-- soon as it is enabled.
CREATE FUNCTION custody.do_turn_back(entry bytea, signatures bytea) RETURNS custody.outcome
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
    IF held.from_version IS NULL AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'the key was created and has no version before'));
    END IF;
    act := custody.append(act);
    UPDATE custody.run_step AS s SET state = 'failed', evidence = '{"turned_back": "true"}', finished_at = act.now,
                                     outcome_seq = act.seq
    WHERE s.run = held.id AND s.state = 'intended';
    UPDATE custody.run AS u SET direction = 'back', rewrapped_at = NULL WHERE u.id = held.id;
    IF held.new_version IS NOT NULL AND custody.version_state(held.key, held.from_version) = 'enabled' THEN
        PERFORM custody.set_current(held.key, held.from_version);
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('fence', held.fence));
END
$$;

CREATE FUNCTION custody.version_state(wanted_key uuid, wanted_version text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT v.state FROM custody.key_version AS v WHERE v.key = wanted_key AND v.version = wanted_version
$$;

-- New DEKs go under this version from here on.
CREATE FUNCTION custody.set_current(wanted_key uuid, wanted_version text) RETURNS void
LANGUAGE sql AS $$
    UPDATE custody.key SET current_version = wanted_version, revision = revision + 1
    WHERE id = wanted_key AND current_version IS DISTINCT FROM wanted_version
$$;

SELECT custody.publish_verb('start_run', '{security,devops,agent}');
SELECT custody.publish_verb('claim_run', '{security,devops,agent}');
SELECT custody.publish_verb('pause_run', '{security,devops,agent}');
SELECT custody.publish_verb('resume_run', '{security,devops,agent}');
SELECT custody.publish_verb('turn_back', '{security,devops,agent}');

-- Says that the holder is alive. It changes nothing that anybody signed, so it has no entry.
CREATE FUNCTION custody.renew_lease(run uuid, fence bigint) RETURNS custody.outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '20s' AS $$
DECLARE
    found custody.run;
    now timestamptz;
    code text;
BEGIN
    SELECT * INTO found FROM custody.run AS u WHERE u.id = renew_lease.run FOR UPDATE;
    now := custody.clock();
    code := CASE
        WHEN found.id IS NULL THEN 'run_unknown'
        WHEN found.finished_at IS NOT NULL THEN 'run_finished'
        WHEN found.state = 'paused' THEN 'run_paused'
        WHEN found.fence = renew_lease.fence AND found.lease_until > now AND EXISTS (
            SELECT FROM custody.operator AS o
            WHERE o.id = found.owner AND o.login = session_user AND o.status = 'active') THEN 'ok'
        ELSE 'lease_lost'
    END;
    IF code <> 'ok' THEN
        RETURN custody.keep_refusal('renew_lease', NULL, code, jsonb_build_object('run', renew_lease.run, 'fence', renew_lease.fence));
    END IF;
    PERFORM custody.keep_lease(found, now);
    RETURN (true, NULL, NULL, 'ok', '{}')::custody.outcome;
END
$$;
REVOKE ALL ON FUNCTION custody.renew_lease(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.renew_lease(uuid, bigint) TO countersign_security, countersign_devops, countersign_agent;
