-- Verbs about people: founding, sessions, suspension.

-- Entry 1. Signed by both founders; called by whoever migrated, before anybody else can do anything.
CREATE FUNCTION custody.do_found(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act;
    roles text[];
BEGIN
    PERFORM 1 FROM custody.head FOR UPDATE;
    act := custody.parse_act(entry, signatures);
    act.now := custody.clock();
    IF EXISTS (SELECT FROM custody.custody) OR (SELECT seq FROM custody.head) <> 0 THEN
        PERFORM custody.fail('already_founded');
    END IF;
    PERFORM custody.check_form(act, ARRAY['custody.founded'], 'custody');
    IF custody.text_id(act.subject, 'subject') <> act.custody OR act.actor <> custody.attr_id(act, 'a.operator') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'the custody founds itself, founder a acts'));
    END IF;
    IF cardinality(act.key_ids) <> 2
       OR act.key_ids[1] <> sha256(custody.attr_hex(act, 'a.public_key', 32))
       OR act.key_ids[2] <> sha256(custody.attr_hex(act, 'b.public_key', 32))
       OR custody.attr_hex(act, 'a.device', 32) <> act.key_ids[1]
       OR custody.attr_hex(act, 'b.device', 32) <> act.key_ids[2] THEN
        PERFORM custody.fail('wrong_key', jsonb_build_object('why', 'both founders sign, a before b'));
    END IF;
    IF act.key_ids[1] = act.key_ids[2] OR lower(custody.attr(act, 'a.person')) = lower(custody.attr(act, 'b.person'))
       OR custody.attr(act, 'a.operator') = custody.attr(act, 'b.operator')
       OR custody.attr(act, 'a.login') = custody.attr(act, 'b.login') THEN
        PERFORM custody.fail('same_person', jsonb_build_object('why', 'two founders are two people with two devices'));
    END IF;
    roles := custody.founder_roles(act, 'a');
    IF NOT ((roles && ARRAY['security'] AND custody.founder_roles(act, 'b') && ARRAY['security', 'devops'])
         OR (roles && ARRAY['devops', 'engineering'] AND custody.founder_roles(act, 'b') && ARRAY['security'])) THEN
        PERFORM custody.fail('no_quorum', jsonb_build_object('why', 'the two could not sign for each other'));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.custody (id, name, environment, vault_host, vault_name, founded_seq)
    VALUES (act.custody, custody.attr_filled(act, 'name'), act.environment, custody.attr_filled(act, 'vault_host'),
            split_part(act.attributes ->> 'vault_host', '.', 1), act.seq);
    PERFORM custody.enrol_founder(act, 'a'), custody.enrol_founder(act, 'b');
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.founder_roles(act custody.act, prefix text) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    login text := custody.attr_filled(act, prefix || '.login');
    roles text[] := string_to_array(custody.attr_filled(act, prefix || '.roles'), ',');
    role text;
BEGIN
    IF (SELECT rolsuper OR rolcreaterole OR NOT rolcanlogin FROM pg_roles WHERE rolname = login) IS DISTINCT FROM false THEN
        PERFORM custody.fail('login_unfit', jsonb_build_object('login', login,
            'why', 'no such login, or one with powers an operator must not have'));
    END IF;
    FOREACH role IN ARRAY roles LOOP
        IF role NOT IN ('security', 'devops', 'engineering') THEN
            PERFORM custody.fail('role_unknown', jsonb_build_object('role', role));
        END IF;
        IF NOT pg_has_role(login, 'countersign_' || role, 'MEMBER') THEN
            PERFORM custody.fail('login_unfit', jsonb_build_object('login', login, 'why', 'not a member of its group role',
                'role', role));
        END IF;
    END LOOP;
    RETURN roles;
END
$$;

CREATE FUNCTION custody.enrol_founder(act custody.act, prefix text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    id uuid := custody.attr_id(act, prefix || '.operator');
BEGIN
    INSERT INTO custody.operator (id, person, name, login, enrolled_seq, changed_seq)
    VALUES (id, custody.attr_filled(act, prefix || '.person'), custody.attr_filled(act, prefix || '.name'),
            custody.attr_filled(act, prefix || '.login'), act.seq, act.seq);
    INSERT INTO custody.operator_role (operator, role, granted_at, effective_at, granted_seq)
    SELECT id, role, act.now, act.now, act.seq FROM unnest(custody.founder_roles(act, prefix)) AS role;
    INSERT INTO custody.device (key_id, public_key, operator, name, enrolled_seq)
    VALUES (custody.attr_hex(act, prefix || '.device', 32), custody.attr_hex(act, prefix || '.public_key', 32), id,
            custody.attr_filled(act, prefix || '.device_name'), act.seq);
END
$$;

CREATE FUNCTION custody.do_open_session(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['session.opened'], 'session', 'device');
    its_key bytea := custody.attr_hex(act, 'public_key', 32);
    expires timestamptz := custody.attr_time(act, 'expires_at');
BEGIN
    IF act.subject <> encode(sha256(its_key), 'hex') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'a session is named by its key id'));
    END IF;
    IF expires <= act.now OR expires > act.entry_time + interval '12 hours' THEN
        PERFORM custody.fail('session_term', jsonb_build_object('hours_max', 12));
    END IF;
    IF EXISTS (SELECT FROM custody.device AS d WHERE d.public_key = its_key)
       OR EXISTS (SELECT FROM custody.session AS s WHERE s.public_key = its_key) THEN
        PERFORM custody.fail('key_known', jsonb_build_object('why', 'a session key is made for one session'));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.session (key_id, public_key, device, operator, opened_at, expires_at, opened_seq)
    VALUES (sha256(its_key), its_key, act.key_ids[1], act.actor, act.now, expires, act.seq);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.do_close_session(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['session.closed'], 'session', 'either');
    closed custody.session;
BEGIN
    SELECT * INTO closed FROM custody.session AS s WHERE encode(s.key_id, 'hex') = act.subject;
    IF closed.key_id IS NULL OR closed.operator <> act.actor OR closed.closed_at IS NOT NULL THEN
        PERFORM custody.fail('session_unknown');
    END IF;
    act := custody.append(act);
    UPDATE custody.session SET closed_at = act.now WHERE key_id = closed.key_id;
    RETURN custody.accepted(act);
END
$$;

-- Protective: one person, at once (R-34). Coming back needs two, and is not this verb.
CREATE FUNCTION custody.do_suspend_operator(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['operator.suspended'], 'operator', 'session');
    target custody.operator;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering}');
    SELECT * INTO target FROM custody.operator AS o WHERE o.id = custody.text_id(act.subject, 'subject');
    IF target.id IS NULL THEN
        PERFORM custody.fail('operator_unknown');
    END IF;
    IF target.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', target.status));
    END IF;
    IF act.purpose = '' THEN
        PERFORM custody.fail('purpose_missing');
    END IF;
    act := custody.append(act);
    UPDATE custody.operator SET status = 'suspended', changed_seq = act.seq WHERE id = target.id;
    UPDATE custody.session SET closed_at = act.now WHERE operator = target.id AND closed_at IS NULL;
    RETURN custody.accepted(act);
END
$$;

SELECT custody.publish_verb('found', '{}');
SELECT custody.publish_verb('open_session', '{security,devops,engineering,agent}');
SELECT custody.publish_verb('close_session', '{security,devops,engineering,agent}');
SELECT custody.publish_verb('suspend_operator', '{security,devops,engineering}');
