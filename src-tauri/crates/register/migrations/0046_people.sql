-- People: who joins, who gets which role, and how access ends. Joining, further devices, roles and coming back need two people;
-- ending access needs one, at once, and takes everything with it: device keys, sessions, roles, the database login, open seals.

-- R-35: what is no human says so.
ALTER TABLE custody.operator DROP CONSTRAINT operator_kind_check;
ALTER TABLE custody.operator ADD CONSTRAINT operator_kind_check CHECK (kind IN ('operator', 'agent', 'service', 'ai'));
ALTER TABLE custody.device ADD COLUMN revoked_at timestamptz, ADD COLUMN revoked_seq bigint REFERENCES custody.ledger_entry;

-- Roles that somebody had.
CREATE TABLE custody.ended_role (
    operator uuid NOT NULL REFERENCES custody.operator,
    role text NOT NULL,
    granted_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    granted_seq bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    ended_seq bigint NOT NULL REFERENCES custody.ledger_entry,
    PRIMARY KEY (operator, role, ended_seq)
);

-- The way to the database leads through the group roles alone, so that whoever leaves them is refused at the door. The owner, whom
-- nobody can be, may put people into the groups and take them out, within the act that says so, and end their sessions.
-- LIMIT: groups belong to the whole server. Custodies that share one share its groups: give each a server of its own.
DO $$
DECLARE
    groups text[] := '{countersign_security,countersign_devops,countersign_engineering,countersign_auditor,countersign_agent}';
    step text;
    login text;
BEGIN
    FOREACH step IN ARRAY ARRAY['ALTER ROLE countersign_owner INHERIT', 'GRANT pg_signal_backend TO countersign_owner']
        || (SELECT array_agg(format('GRANT %I TO countersign_owner WITH ADMIN OPTION', g)) FROM unnest(groups) AS g)
    LOOP
        FOR attempt IN 1 .. 5 LOOP
            BEGIN
                EXECUTE step;
                EXIT;
            EXCEPTION
                -- Another database of this server was migrated at the same moment.
                WHEN unique_violation OR internal_error THEN PERFORM pg_sleep(0.1 * attempt);
                -- LIMIT: where an administrator may not give this away, open sessions of a suspended login end by themselves.
                WHEN insufficient_privilege THEN
                    IF step NOT LIKE '%pg_signal_backend%' THEN
                        RAISE;
                    END IF;
                    EXIT;
            END;
        END LOOP;
    END LOOP;
    EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), array_to_string(groups, ', '));
    FOR login IN
        SELECT r.rolname FROM pg_database AS d, aclexplode(d.datacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
        WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT' AND r.oid <> d.datdba AND EXISTS (
            SELECT FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
            WHERE m.member = r.oid AND g.rolname = ANY (groups) AND r.rolname <> 'countersign_owner')
    LOOP
        EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', current_database(), login);
    END LOOP;
END
$$;

-- Groups of these roles; an authority has none.
CREATE FUNCTION custody.groups_of(roles text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg('countersign_' || role ORDER BY role), '{}') FROM unnest(roles) AS role
    WHERE role IN ('security', 'devops', 'engineering', 'auditor', 'agent')
$$;

CREATE FUNCTION custody.join_groups(login text, roles text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    its_group text;
BEGIN
    FOREACH its_group IN ARRAY custody.groups_of(roles) LOOP
        EXECUTE format('GRANT %I TO %I', its_group, login);
    END LOOP;
END
$$;

CREATE FUNCTION custody.leave_groups(login text, roles text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_group text;
BEGIN
    FOR its_group IN
        SELECT g.rolname FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid JOIN pg_roles AS r ON r.oid = m.member
        WHERE r.rolname = login AND g.rolname = ANY (custody.groups_of(roles)::name[])
    LOOP
        EXECUTE format('REVOKE %I FROM %I', its_group, login);
    END LOOP;
END
$$;

-- Ends what a login still has open here. How many are left, where the server did not let us.
CREATE FUNCTION custody.disconnect(login text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    connection int;
    remaining int := 0;
BEGIN
    RAISE LOG 'countersign: % ends the connections of %', session_user, login;
    FOR connection IN SELECT a.pid FROM pg_stat_activity AS a
        WHERE a.usename = login AND a.datname = current_database() AND a.pid <> pg_backend_pid()
    LOOP
        BEGIN
            PERFORM pg_terminate_backend(connection);
        EXCEPTION WHEN insufficient_privilege THEN
            remaining := remaining + 1;
        END;
    END LOOP;
    RETURN remaining;
END
$$;

-- A login opens no door by itself: its groups do, and whoever is enrolled gets those from the register.
CREATE OR REPLACE FUNCTION custody.create_login(login text, verifier text, roles text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text;
BEGIN
    IF login !~ '^[a-z0-9][a-z0-9._@#-]{0,62}$' OR login LIKE 'pg\_%' OR login LIKE 'countersign\_%' OR login = 'public' THEN
        PERFORM custody.fail('login_unfit', jsonb_build_object('login', login));
    END IF;
    IF verifier !~ '^SCRAM-SHA-256\$' THEN
        PERFORM custody.fail('verifier_unfit');
    END IF;
    FOREACH role IN ARRAY roles LOOP
        IF role NOT IN ('security', 'devops', 'engineering', 'auditor', 'agent') THEN
            PERFORM custody.fail('role_unknown', jsonb_build_object('role', role));
        END IF;
    END LOOP;
    -- INHERIT, or membership in a group would not let it call the group's functions.
    EXECUTE format('CREATE ROLE %I LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
                   login, verifier);
    PERFORM custody.join_groups(login, roles);
END
$$;

-- R-35: a service and an AI actor read, at most; keys are for humans and agents.
CREATE FUNCTION custody.guard_kind() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT o.kind FROM custody.operator AS o WHERE o.id = NEW.operator) IN ('service', 'ai')
       AND coalesce(to_jsonb(NEW) ->> 'role', '') <> 'auditor' THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'not_human', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_kind BEFORE INSERT OR UPDATE ON custody.device FOR EACH ROW EXECUTE FUNCTION custody.guard_kind();
CREATE TRIGGER guard_kind BEFORE INSERT OR UPDATE ON custody.operator_role FOR EACH ROW EXECUTE FUNCTION custody.guard_kind();
ALTER TABLE custody.device ENABLE ALWAYS TRIGGER guard_kind;
ALTER TABLE custody.operator_role ENABLE ALWAYS TRIGGER guard_kind;

-- Who could seal at this moment, by role; `who` as they would stand without these roles (none named: without any) and these devices.
CREATE FUNCTION custody.could_seal(now timestamptz, who uuid, roles_gone text[], devices_gone bytea[])
RETURNS TABLE (operator uuid, name text, person text, role text)
LANGUAGE sql STABLE AS $$
    SELECT o.id, o.name, lower(o.person), r.role
    FROM custody.operator AS o JOIN custody.operator_role AS r ON r.operator = o.id
    WHERE o.kind = 'operator' AND o.status = 'active' AND r.effective_at <= now
      AND NOT (o.id IS NOT DISTINCT FROM who AND (roles_gone IS NULL OR r.role = ANY (roles_gone)))
      AND EXISTS (SELECT FROM custody.device AS d WHERE d.operator = o.id AND d.status = 'active'
                  AND NOT coalesce(d.key_id = ANY (devices_gone), false))
$$;

-- Operations that none of these people could bring to force together.
CREATE FUNCTION custody.operations_unmet(now timestamptz, who uuid, roles_gone text[], devices_gone bytea[]) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    WITH able AS MATERIALIZED (SELECT * FROM custody.could_seal(now, who, roles_gone, devices_gone))
    SELECT q.operation FROM custody.quorum_rule AS q
    WHERE q.version = custody.quorum_version() AND NOT EXISTS (
        SELECT FROM custody.quorum_pair AS p JOIN able AS a ON a.role = p.requester_role
        JOIN able AS b ON b.role = p.countersigner_role AND b.person <> a.person
        WHERE p.version = q.version AND p.operation = q.operation
        GROUP BY a.operator, a.role HAVING count(DISTINCT b.person) >= greatest(q.minimum, 2) - 1)
$$;

-- R-38: operations that could be brought to force before such a change and could not after it.
CREATE FUNCTION custody.would_break_quorum(now timestamptz, who uuid, roles_gone text[] DEFAULT NULL, devices_gone bytea[] DEFAULT '{}')
RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(broken ORDER BY broken), '{}') FROM (
        SELECT custody.operations_unmet(now, who, roles_gone, devices_gone)
        EXCEPT SELECT custody.operations_unmet(now, NULL, '{}', '{}')) AS it (broken)
$$;

-- The last two stay, unless what is feared is worse: a suspicion and a lost device go through when the loss is accepted in the entry.
CREATE FUNCTION custody.fail_if_breaks_quorum(act custody.act, who uuid, roles_gone text[], devices_gone bytea[], acceptable boolean)
RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    broken text[] := custody.would_break_quorum(act.now, who, roles_gone, devices_gone);
BEGIN
    IF cardinality(broken) > 0 AND NOT (acceptable AND act.attributes ->> 'accept_loss' IS NOT DISTINCT FROM 'yes') THEN
        PERFORM custody.fail('would_break_quorum', jsonb_build_object('operations', broken, 'acceptable', acceptable));
    END IF;
    RETURN broken;
END
$$;

-- R-45: a request lapses when its requester's seal no longer counts; others may still countersign one whose second seal fell away.
CREATE FUNCTION custody.lapse_requests_of(act custody.act, who uuid, why text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    lapsed bigint;
BEGIN
    UPDATE custody.request AS r SET decided = 'lapsed', decided_at = act.now, decided_seq = act.seq,
        differences = jsonb_build_object('register.' || who || '.seal', jsonb_build_object('planned', 'counts', 'found', why))
    WHERE r.decided = 'open' AND r.requester = who AND act.now < r.execute_by
      AND NOT EXISTS (SELECT FROM custody.counting_seals(r.id, act.now) AS s WHERE s.is_requester);
    GET DIAGNOSTICS lapsed = ROW_COUNT;
    RETURN lapsed;
END
$$;

-- Seals that were given and no longer count, with the reason: what a request says of itself.
CREATE FUNCTION custody.lapsed_seals(wanted uuid, now timestamptz) RETURNS TABLE (operator uuid, name text, role text, why text)
LANGUAGE sql STABLE AS $$
    SELECT s.operator, o.name, s.role, CASE
        WHEN o.status <> 'active' THEN 'operator_' || o.status
        WHEN d.status <> 'active' THEN 'device_revoked'
        ELSE 'role_ended' END
    FROM custody.seal AS s JOIN custody.operator AS o ON o.id = s.operator JOIN custody.device AS d ON d.key_id = s.device
    WHERE s.request = wanted AND s.decision = 'approve'
      AND NOT EXISTS (SELECT FROM custody.counting_seals(wanted, now) AS c WHERE c.operator = s.operator)
$$;

-- Closes sessions. A device that goes takes all of its operator's sessions along: none of them is worth the doubt.
CREATE FUNCTION custody.close_sessions(act custody.act, who uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    closed bigint;
BEGIN
    UPDATE custody.session AS s SET closed_at = act.now WHERE s.operator = who AND s.closed_at IS NULL;
    GET DIAGNOSTICS closed = ROW_COUNT;
    RETURN closed;
END
$$;

CREATE FUNCTION custody.revoke_devices(act custody.act, who uuid, its_key bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    revoked bigint;
BEGIN
    UPDATE custody.device AS d SET status = 'revoked', revoked_at = act.now, revoked_seq = act.seq
    WHERE d.operator = who AND d.status = 'active' AND d.key_id = coalesce(its_key, d.key_id);
    GET DIAGNOSTICS revoked = ROW_COUNT;
    RETURN revoked;
END
$$;

CREATE FUNCTION custody.end_roles(act custody.act, who uuid, roles text[]) RETURNS void
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM custody.operator_role AS r WHERE r.operator = who AND (roles IS NULL OR r.role = ANY (roles)) RETURNING r.*
    )
    INSERT INTO custody.ended_role (operator, role, granted_at, effective_at, granted_seq, ended_at, ended_seq)
    SELECT g.operator, g.role, g.granted_at, g.effective_at, g.granted_seq, act.now, act.seq FROM gone AS g
$$;

-- R-45: everything of a person in one act. What it led to is the answer's detail.
CREATE FUNCTION custody.end_access(act custody.act, target custody.operator, its_status text, broken text[]) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    found jsonb := jsonb_build_object('unmet', to_jsonb(broken));
BEGIN
    PERFORM custody.end_roles(act, target.id, NULL);
    found := found || jsonb_build_object('devices', custody.revoke_devices(act, target.id, NULL),
                                         'sessions', custody.close_sessions(act, target.id));
    UPDATE custody.operator AS o SET status = its_status, changed_seq = act.seq WHERE o.id = target.id;
    found := found || jsonb_build_object('requests', custody.lapse_requests_of(act, target.id, 'operator_' || its_status));
    PERFORM custody.leave_groups(target.login, '{security,devops,engineering,auditor,agent}');
    RETURN found || jsonb_build_object('connections_left', custody.disconnect(target.login));
END
$$;

-- The operator that a protective act is about.
CREATE FUNCTION custody.active_operator(act custody.act, wanted uuid) RETURNS custody.operator
LANGUAGE plpgsql AS $$
DECLARE
    target custody.operator;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    SELECT * INTO target FROM custody.operator AS o WHERE o.id = wanted FOR UPDATE;
    IF target.id IS NULL THEN
        PERFORM custody.fail('operator_unknown');
    ELSIF target.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', target.status));
    END IF;
    PERFORM custody.require_purpose(act);
    RETURN target;
END
$$;

CREATE OR REPLACE FUNCTION custody.do_suspend_operator(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['operator.suspended'], 'operator', 'session');
    target custody.operator := custody.active_operator(act, custody.text_id(act.subject, 'subject'));
    broken text[] := custody.fail_if_breaks_quorum(act, target.id, NULL, NULL, true);
BEGIN
    act := custody.append(act);
    PERFORM custody.list_for_review(act, 'protective_act', 'operator', act.subject);
    RETURN custody.accepted(act, custody.end_access(act, target, 'suspended', broken));
END
$$;

CREATE FUNCTION custody.do_operator_left(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['operator.left'], 'operator', 'session');
    target custody.operator;
    broken text[];
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'), custody.require_purpose(act);
    SELECT * INTO target FROM custody.operator AS o WHERE o.id = custody.text_id(act.subject, 'subject') FOR UPDATE;
    -- Who was suspended first may turn out to be gone.
    IF target.id IS NULL THEN
        PERFORM custody.fail('operator_unknown');
    ELSIF target.status = 'left' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', target.status));
    END IF;
    broken := custody.fail_if_breaks_quorum(act, target.id, NULL, NULL, false);
    act := custody.append(act);
    PERFORM custody.list_for_review(act, 'protective_act', 'operator', act.subject);
    RETURN custody.accepted(act, custody.end_access(act, target, 'left', broken));
END
$$;

-- R-45: one role, or several. Who has none left has no access left; the authority to accept risks goes with the role Security.
CREATE FUNCTION custody.do_withdraw_role(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['role.withdrawn'], 'operator', 'session');
    target custody.operator := custody.active_operator(act, custody.text_id(act.subject, 'subject'));
    gone text[] := string_to_array(custody.attr_filled(act, 'roles'), ',');
    held text[] := (SELECT coalesce(array_agg(r.role), '{}') FROM custody.operator_role AS r WHERE r.operator = target.id);
    found jsonb;
BEGIN
    IF NOT gone <@ held OR (SELECT count(DISTINCT g) FROM unnest(gone) AS g) <> cardinality(gone) THEN
        PERFORM custody.fail('role_unknown', jsonb_build_object('roles', gone, 'held', held));
    ELSIF 'security' = ANY (gone) AND 'risk_acceptance' = ANY (held) AND NOT 'risk_acceptance' = ANY (gone) THEN
        PERFORM custody.fail('role_unfit', jsonb_build_object('role', 'risk_acceptance', 'why', 'goes with security'));
    END IF;
    PERFORM custody.fail_if_breaks_quorum(act, target.id, gone, NULL, false);
    act := custody.append(act);
    PERFORM custody.list_for_review(act, 'protective_act', 'operator', act.subject), custody.end_roles(act, target.id, gone);
    found := jsonb_build_object('sessions', custody.close_sessions(act, target.id));
    IF held <@ gone THEN
        found := found || jsonb_build_object('devices', custody.revoke_devices(act, target.id, NULL));
    END IF;
    UPDATE custody.operator AS o SET changed_seq = act.seq WHERE o.id = target.id;
    found := found || jsonb_build_object('requests', custody.lapse_requests_of(act, target.id, 'role_ended'));
    PERFORM custody.leave_groups(target.login, gone);
    IF held <@ gone THEN
        found := found || jsonb_build_object('connections_left', custody.disconnect(target.login));
    END IF;
    RETURN custody.accepted(act, found);
END
$$;

CREATE FUNCTION custody.known_device(act custody.act) RETURNS custody.device
LANGUAGE plpgsql AS $$
DECLARE
    found custody.device;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'), custody.require_purpose(act);
    SELECT * INTO found FROM custody.device AS d WHERE encode(d.key_id, 'hex') = act.subject FOR UPDATE;
    IF found.key_id IS NULL THEN
        PERFORM custody.fail('device_unknown');
    END IF;
    RETURN found;
END
$$;

-- What a device that is out of trust takes along.
CREATE FUNCTION custody.end_device(act custody.act, found custody.device, broken text[]) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    revoked bigint := custody.revoke_devices(act, found.operator, found.key_id);
BEGIN
    UPDATE custody.operator AS o SET changed_seq = act.seq WHERE o.id = found.operator;
    PERFORM custody.list_for_review(act, 'protective_act', 'device', act.subject);
    RETURN jsonb_build_object('devices', revoked, 'sessions', custody.close_sessions(act, found.operator),
        'requests', custody.lapse_requests_of(act, found.operator, 'device_revoked'), 'unmet', to_jsonb(broken));
END
$$;

CREATE FUNCTION custody.do_revoke_device(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['device.revoked'], 'device', 'session');
    found custody.device := custody.known_device(act);
    broken text[];
BEGIN
    IF found.status <> 'active' THEN
        PERFORM custody.fail('device_revoked', jsonb_build_object('device', found.name));
    END IF;
    broken := custody.fail_if_breaks_quorum(act, found.operator, '{}', ARRAY[found.key_id], false);
    act := custody.append(act);
    RETURN custody.accepted(act, custody.end_device(act, found, broken));
END
$$;

SELECT custody.publish_verb('suspend_operator', '{security,devops,engineering}');
SELECT custody.publish_verb('operator_left', '{security,devops,engineering}');
SELECT custody.publish_verb('withdraw_role', '{security,devops,engineering}');
SELECT custody.publish_verb('revoke_device', '{security,devops,engineering}');

-- A step that goes forward is as good as its signatures: when they no longer stand, what was not begun is not begun. What only proves
-- or closes goes on; the way back is always open.
CREATE FUNCTION custody.fail_if_lapsed(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND step NOT IN ('prove', 'prove_absent', 'await_purge', 'grace', 'close')
       AND NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum', (SELECT jsonb_build_object('lapsed', coalesce(jsonb_agg(to_jsonb(l)), '[]'))
            FROM custody.lapsed_seals(held.request, act.now) AS l));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION custody.on_step(moment text, act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    operation text := custody.operation_of(held);
BEGIN
    IF step = 'apply' AND moment = 'done' AND held.applied_seq IS NULL THEN
        PERFORM custody.not_recorded(step);
    END IF;
    IF custody.has_hook(operation, moment, 'custody.act, custody.run, text') THEN
        EXECUTE format('SELECT custody.%I($1, $2, $3)', operation || '_' || moment) USING act, held, step;
    END IF;
    IF moment = 'before' THEN
        PERFORM custody.fail_if_lapsed(act, held, step);
    END IF;
END
$$;

SELECT custody.own_everything();

GRANT SELECT ON custody.ended_role TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor,
                                      countersign_agent;
GRANT EXECUTE ON FUNCTION custody.would_break_quorum(timestamptz, uuid, text[], bytea[]), custody.lapsed_seals(uuid, timestamptz)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
