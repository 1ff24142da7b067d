-- Secrets in the vault: a new value as a new version, the old version disabled after an overlap, and the end of a secret. The value
-- itself is made by the console from the system's randomness and goes to the vault; it never comes here.

CREATE FUNCTION custody.is_secret_kind(kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT kind IN ('api_secret', 'api_signing', 'token_signing', 'ai_service', 'secret', 'backup') $$;

-- The live record of a secret that lies in the vault under its target's name and version. A record that came without a version takes
-- the vault's word for it.
CREATE FUNCTION custody.secret_target(targets custody.target[]) RETURNS custody.key
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.key;
BEGIN
    SELECT * INTO found FROM custody.key AS k WHERE k.id = target.key;
    IF found.id IS NULL OR NOT custody.is_secret_kind(found.kind) OR NOT custody.is_vault_object(found)
       OR NOT custody.is_live(found.state) THEN
        PERFORM custody.fail('key_unknown');
    ELSIF target.name <> found.vault_name
          OR (found.current_version IS NOT NULL AND target.version <> found.current_version) THEN
        PERFORM custody.unfit('target');
    END IF;
    RETURN found;
END
$$;

-- R-24. What is made is long enough and made by nobody's hand.
CREATE FUNCTION custody.rotate_secret_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.key := custody.secret_target(targets);
BEGIN
    IF found.state <> 'active' THEN
        PERFORM custody.fail('key_not_active', jsonb_build_object('state', found.state));
    ELSIF targets[1].version !~ '^[0-9a-zA-Z-]{1,64}$' THEN
        PERFORM custody.unfit('target');
    ELSIF (plan.parameters ->> 'encoding' IN ('base64url', 'hex')) IS NOT TRUE THEN
        PERFORM custody.unfit('encoding');
    END IF;
    PERFORM custody.plan_number(plan, 'grace_seconds', 0, 2592000), custody.plan_number(plan, 'value_bytes', 16, 512);
END
$$;

-- The version that the vault made for this run. From here on it is the current one, and late readers of the old one have their time.
CREATE FUNCTION custody.do_record_secret_version(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['secret.version_set'], 'key', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    made timestamptz := custody.attr_time(act, 'created_at');
    its_version text := custody.attr_filled(act, 'version');
    before text;
BEGIN
    IF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    ELSIF custody.operation_of(held) <> 'rotate_secret' THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, 'create_version'), custody.check_past(made, act.now, 'created_at');
    SELECT t.version INTO STRICT before FROM custody.request_target AS t WHERE t.request = held.request;
    IF held.new_version IS NOT NULL OR its_version = before OR custody.version_state(held.key, its_version) IS NOT NULL THEN
        PERFORM custody.fail('version_known', jsonb_build_object('version', its_version));
    ELSIF NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
    act := custody.append(act);
    INSERT INTO custody.key_version (key, version, state, created_at, recorded_seq, changed_seq)
    SELECT k.id, before, 'enabled', k.created_at, act.seq, act.seq FROM custody.key AS k
    WHERE k.id = held.key AND custody.version_state(k.id, before) IS NULL;
    INSERT INTO custody.key_version (key, version, state, created_at, run, recorded_seq, changed_seq)
    VALUES (held.key, its_version, 'enabled', made, held.id, act.seq, act.seq);
    PERFORM custody.set_current(held.key, its_version);
    UPDATE custody.run AS u SET new_version = its_version, from_version = before, rewrapped_at = act.now WHERE u.id = held.id;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.rotate_secret_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'disable_old' THEN
        PERFORM custody.check_disable_old(act, held);
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_secret_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Turned back before anything was set: there is nothing to show.
    IF held.direction = 'back' AND held.new_version IS NULL THEN
        RETURN;
    ELSIF (step = 'create_version' AND held.new_version IS NULL)
       OR (step = 'disable_old' AND custody.version_state(held.key, held.from_version) IS DISTINCT FROM 'disabled')
       OR (step = 'enable_old' AND custody.version_state(held.key, held.from_version) IS DISTINCT FROM 'enabled')
       OR (step = 'disable_new' AND custody.version_state(held.key, held.new_version) IS DISTINCT FROM 'disabled') THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

-- While the old version still works it is the current one again at once.
CREATE FUNCTION custody.rotate_secret_turned(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.new_version IS NOT NULL AND custody.version_state(held.key, held.from_version) = 'enabled' THEN
        PERFORM custody.set_current(held.key, held.from_version);
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_secret_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    current text := (SELECT k.current_version FROM custody.key AS k WHERE k.id = held.key);
BEGIN
    IF held.direction = 'back' THEN
        IF held.new_version IS NOT NULL AND (custody.version_state(held.key, held.from_version) <> 'enabled'
           OR held.from_version IS DISTINCT FROM current) THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'enable_old'));
        ELSIF held.new_version IS NOT NULL AND custody.version_state(held.key, held.new_version) <> 'disabled' THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'disable_new'));
        END IF;
    ELSIF held.new_version IS NULL OR held.new_version IS DISTINCT FROM current THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'create_version'));
    ELSIF custody.version_state(held.key, held.from_version) IS DISTINCT FROM 'disabled' THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'disable_old'));
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_secret_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.direction = 'forward' THEN
        PERFORM custody.set_rotated(act, held.key);
    END IF;
END
$$;

-- The end of a secret, by the rules of all that destroys.
CREATE FUNCTION custody.destroy_secret_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.key := custody.secret_target(targets);
BEGIN
    IF (plan.parameters ->> 'purge' IN ('at_once', 'scheduled')) IS NOT TRUE THEN
        PERFORM custody.unfit('purge');
    END IF;
    PERFORM custody.fail_if_held(ARRAY[found.id]);
END
$$;
CREATE FUNCTION custody.destroy_secret_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.before_destruction(act, held, step) $$;
CREATE FUNCTION custody.destroy_secret_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.vault_step_done(held, step) $$;
CREATE FUNCTION custody.destroy_secret_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE sql AS $$ SELECT custody.fail_if_begun(held, '{deactivate}') $$;
CREATE FUNCTION custody.destroy_secret_end(act custody.act, held custody.run) RETURNS void
LANGUAGE sql AS $$ SELECT custody.destruction_end(held) $$;
CREATE FUNCTION custody.destroy_secret_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE sql AS $$ SELECT custody.destruction_ended(act, held) $$;

SELECT custody.publish_verb('record_secret_version', '{security,devops,agent}');
SELECT custody.own_everything();
