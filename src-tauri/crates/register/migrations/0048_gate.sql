-- The deployment gate (R-53): what is in the way of a deployment now, and what will be until a moment. A pipeline asks with a login of the
-- group `countersign_gate`, which can call `custody.gate` and nothing else of the register. Formats: docs/formats/gate.md.

DO $$
DECLARE
    step text;
BEGIN
    FOREACH step IN ARRAY ARRAY['CREATE ROLE countersign_gate NOLOGIN NOINHERIT',
        'GRANT countersign_gate TO countersign_owner WITH ADMIN OPTION']
    LOOP
        CONTINUE WHEN step LIKE 'CREATE%' AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'countersign_gate');
        FOR attempt IN 1 .. 5 LOOP
            BEGIN
                EXECUTE step;
                EXIT;
            EXCEPTION
                -- Another database of this server was migrated at the same moment.
                WHEN duplicate_object THEN EXIT;
                WHEN unique_violation OR internal_error THEN PERFORM pg_sleep(0.1 * attempt);
            END;
        END LOOP;
    END LOOP;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO countersign_gate', current_database());
END
$$;

-- A pipeline's login is in its group and in no other: `{gate}`, alone.
CREATE OR REPLACE FUNCTION custody.groups_of(roles text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg('countersign_' || role ORDER BY role), '{}') FROM unnest(roles) AS role
    WHERE role IN ('security', 'devops', 'engineering', 'auditor', 'agent', 'gate')
$$;

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
        IF role NOT IN ('security', 'devops', 'engineering', 'auditor', 'agent') AND roles <> '{gate}' THEN
            PERFORM custody.fail('role_unknown', jsonb_build_object('role', role));
        END IF;
    END LOOP;
    -- INHERIT, or membership in a group would not let it call the group's functions. A pipeline's password may leak: then nobody takes
    -- all of the server's connections with it.
    EXECUTE format('CREATE ROLE %I LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT %s PASSWORD %L',
                   login, CASE WHEN roles = '{gate}' THEN 20 ELSE -1 END, verifier);
    PERFORM custody.join_groups(login, roles);
END
$$;

-- DROP OWNED BY a group takes its rights from all of it: whoever holds a pipeline's password could blind every pipeline. See 0030.
DO $$
BEGIN
    IF to_regprocedure('custody.guard_grants()') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION custody.guard_grants() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        IF EXISTS (SELECT FROM custody.operator AS o WHERE o.login = session_user)
           OR EXISTS (SELECT FROM pg_auth_members AS m WHERE m.roleid = 'countersign_gate'::regrole AND m.member = session_user::regrole) THEN
            RAISE LOG 'countersign: % refused to %', TG_TAG, session_user;
            RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s is not for operators', TG_TAG);
        END IF;
    END
    $body$;
END
$$;

-- LIMIT: as many findings of a kind are named, the soonest due first; a verdict needs no more than the first.
CREATE FUNCTION custody.gate_named_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 2000 $$;
-- LIMIT: how far ahead anybody may look, and a file may be valid.
CREATE FUNCTION custody.gate_ahead_max() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT custody.days(7) $$;

-- What a gate finds: it warns from one moment on, and counts from another on.
CREATE TYPE custody.gate_moment AS (
    kind text, id text, subject text, title text, owner text, about text, level text, warns_at timestamptz, due_at timestamptz,
    clears text, detail jsonb);

-- Exceptions whose date has come or is near. One that a single person revoked stays until a second one has signed that off
-- (custody.exceptions_unanswered): nobody opens the gate alone. The one step that clears it: what was asked for already is signed, anything
-- else is renewed (or closed).
CREATE FUNCTION custody.gate_exceptions(now timestamptz, until timestamptz) RETURNS SETOF custody.gate_moment
LANGUAGE plpgsql STABLE AS $$
DECLARE
    warning CONSTANT interval := custody.days(coalesce(custody.setting_value('exception_warn_days')::int, 30));
    most CONSTANT int := custody.gate_named_max();
BEGIN
    RETURN QUERY
    WITH near AS (
        (SELECT o.id, o.number, o.request, o.title, o.owner, o.clause, o.expires_at, NULL::bigint AS unreviewed FROM custody.exception AS o
         WHERE o.closed_seq IS NULL AND o.revoked_seq IS NULL AND o.expires_at <= until + warning
         ORDER BY o.expires_at, o.number LIMIT most)
        UNION ALL
        SELECT x.id, x.number, x.request, x.title, x.owner, x.clause, x.expires_at, r.seq
        FROM custody.review_item AS r JOIN custody.exception AS x ON x.revoked_seq = r.seq
        WHERE r.signed_off_seq IS NULL AND x.expires_at <= until + warning)
    SELECT 'exception', 'EX-' || lpad(n.number::text, greatest(4, length(n.number::text)), '0'), n.id::text,
           n.title || CASE WHEN n.unreviewed IS NULL THEN '' ELSE ' (revoked, not yet signed off)' END, n.owner,
           split_part(n.clause, '-', 1) || ' §' || split_part(n.clause, '-', 2), 'block', n.expires_at - warning, n.expires_at,
           'countersign ' || CASE
               WHEN n.unreviewed IS NOT NULL THEN 'review sign-off ' || n.unreviewed
               WHEN asked.state = 'open' THEN 'sign R-' || asked.number
               WHEN asked.number IS NOT NULL THEN 'request show R-' || asked.number
               ELSE 'exception renew EX-' || lpad(n.number::text, greatest(4, length(n.number::text)), '0') END,
           jsonb_build_object('exception', n.id, 'number', n.number, 'clause', n.clause)
    FROM near AS n LEFT JOIN LATERAL (
        SELECT r.number, custody.request_state(r.id, now) AS state FROM custody.request_target AS t JOIN custody.request AS r ON r.id = t.request
        WHERE t.key = n.id AND r.operation IN ('grant_exception', 'close_exception') AND r.id <> n.request AND r.decided IN ('open', 'executing')
          AND custody.request_state(r.id, now) IN ('open', 'approved', 'executing')
        ORDER BY r.number DESC LIMIT 1) AS asked ON true;
END
$$;

-- The command that puts a violation right. It names the key by its id: a name could be anything to a shell.
CREATE FUNCTION custody.violation_clears(rule text, kind text, key uuid) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN key IS NULL THEN 'countersign discover'
        WHEN rule IN ('rotation_overdue', 'message_count_high') AND kind = 'kek' THEN 'countersign request rotate-kek ' || key
        WHEN rule IN ('rotation_overdue', 'message_count_high') AND kind = 'dek' THEN 'countersign request rotate-dek ' || key
        WHEN rule = 'rotation_overdue' AND kind IN ('api_secret', 'token_signing', 'secret', 'ai_service')
            THEN 'countersign request rotate-secret ' || key
        WHEN rule = 'shared_across_tenants' THEN 'countersign shared-key request ' || key
        ELSE 'countersign keys show ' || key END
$$;

-- Violations that no exception covers: those of now, then those that come to be until then, because a date passes or an exception ends.
-- Whether they block, warn or are left out is a rule of its own for overdue rotations and for all others.
CREATE FUNCTION custody.gate_violations(now timestamptz, until timestamptz) RETURNS SETOF custody.gate_moment
LANGUAGE plpgsql STABLE AS $$
DECLARE
    page CONSTANT int := 500;
    its record;
    v record;
    moment timestamptz;
    due timestamptz;
    ends timestamptz;
    read int;
    named int;
    place record;
BEGIN
    FOR its IN
        SELECT r.rule, r.remedy, coalesce(custody.setting_value(
            CASE r.rule WHEN 'rotation_overdue' THEN 'gate_rotation_overdue' ELSE 'gate_violation' END), 'warn') AS level
        FROM custody.violation_rule AS r ORDER BY r.rank
    LOOP
        CONTINUE WHEN its.level = 'off';
        FOREACH moment IN ARRAY CASE WHEN until > now THEN ARRAY[now, until] ELSE ARRAY[now] END LOOP
            named := 0;
            place := ROW('-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000'::uuid);
            LOOP
                read := 0;
                FOR v IN SELECT * FROM custody.violating(its.rule, moment, place.f1, place.f2, page) LOOP
                    read := read + 1;
                    place := ROW(v.since, v.place);
                    CONTINUE WHEN v.key IS NOT NULL AND custody.covering_exception(v.rule, v.key, moment) IS NOT NULL;
                    due := coalesce(v.since, now);
                    IF moment > now THEN
                        ends := (SELECT x.expires_at FROM custody.exception AS x
                                 WHERE x.id = custody.covering_exception(v.rule, v.key, now));
                        -- What counts already was named.
                        CONTINUE WHEN due <= now AND ends IS NULL;
                        due := greatest(due, ends);
                    END IF;
                    named := named + 1;
                    RETURN NEXT ROW(v.rule, v.subject, coalesce(v.key::text, ''),
                        upper(left(v.rule, 1)) || replace(substr(v.rule, 2), '_', ' ') || ': ' || its.remedy, coalesce(v.detail ->> 'owner', ''), '',
                        its.level, due, due, custody.violation_clears(v.rule, v.detail ->> 'kind', v.key), v.detail)::custody.gate_moment;
                    EXIT WHEN named >= custody.gate_named_max();
                END LOOP;
                EXIT WHEN read < page OR named >= custody.gate_named_max();
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;

-- R-21: what will be overdue soon is one notice, whatever there is of it.
CREATE FUNCTION custody.gate_rotations(now timestamptz, until timestamptz) RETURNS SETOF custody.gate_moment
LANGUAGE sql STABLE AS $$
    SELECT 'rotation_due', 'rotations', '', CASE WHEN count(*) = 1 THEN '1 key is' WHEN count(*) > 1000 THEN 'More than 1000 keys are'
               ELSE count(*) || ' keys are' END || ' due for rotation within 30 days', 'DevOps', '', 'notice', now, now,
           'countersign keys list --due-within 30', jsonb_build_object('keys', count(*), 'first', custody.us(min(soon.rotate_by)))
    FROM (SELECT k.rotate_by FROM custody.key AS k
          WHERE k.rotate_by > until AND k.rotate_by <= until + custody.days(30) AND k.state = 'active'
          ORDER BY k.rotate_by LIMIT 1001) AS soon
    WHERE custody.setting_value('gate_rotation_overdue') <> 'off'
    HAVING count(*) > 0
$$;

-- Operations that nobody could sign today.
CREATE FUNCTION custody.gate_quorums(now timestamptz) RETURNS SETOF custody.gate_moment
LANGUAGE plpgsql STABLE AS $$
DECLARE
    weight text := coalesce(custody.setting_value('gate_quorum'), 'warn');
BEGIN
    IF weight = 'off' THEN
        RETURN;
    END IF;
    -- One finding for each reason: where two people are missing, they mostly are for everything.
    RETURN QUERY SELECT 'quorum', u.why, '', CASE u.why
               WHEN 'too_few' THEN 'Too few people could sign today: ' ELSE 'People who could sign have not shown that they can: ' END
               || array_to_string((array_agg(replace(u.operation, '_', ' ') ORDER BY u.operation))[:3], ', ')
               || CASE WHEN count(*) > 3 THEN ' and ' || count(*) - 3 || ' more' ELSE '' END,
           'Security', '', weight, now, now,
           CASE u.why WHEN 'not_proven' THEN 'countersign people rehearse' ELSE 'countersign people quorums' END, jsonb_object_agg(u.operation, u.detail)
        FROM custody.unmet_quorums(now) AS u GROUP BY u.why;
END
$$;

CREATE FUNCTION custody.gate_moments(now timestamptz, until timestamptz) RETURNS SETOF custody.gate_moment
LANGUAGE sql STABLE AS $$
    SELECT * FROM custody.gate_exceptions(now, until)
    UNION ALL SELECT * FROM custody.gate_violations(now, until)
    UNION ALL SELECT * FROM custody.gate_quorums(now)
    UNION ALL SELECT * FROM custody.gate_rotations(now, until)
$$;

-- What stands at one moment: `block`, `warn` or `notice`; days since it is due, negative for days that are left.
CREATE FUNCTION custody.gate_findings(now timestamptz)
RETURNS TABLE (level text, kind text, id text, title text, owner text, since timestamptz, days int, clears text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN m.due_at <= now OR m.level = 'notice' THEN m.level ELSE 'warn' END, m.kind, m.id, m.title, m.owner, m.due_at,
           floor(extract(epoch FROM now - m.due_at) / 86400)::int, m.clears, m.detail || jsonb_build_object('about', m.about)
    FROM custody.gate_moments(now, now) AS m
    ORDER BY array_position('{block,warn,notice}'::text[], CASE WHEN m.due_at <= now OR m.level = 'notice' THEN m.level ELSE 'warn' END),
             m.due_at, m.kind, m.id
$$;

-- What a pipeline reads: one document. Asked about another environment, or before a custody was founded, there is none. With `until`
-- it holds all that will be in the way at some moment before then, for a file that is judged later.
CREATE FUNCTION custody.gate(environment text, until timestamptz DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    now CONSTANT timestamptz := custody.clock();
    ends CONSTANT timestamptz := coalesce(gate.until, now);
    its custody.custody;
    newest custody.ledger_entry;
    answer jsonb;
BEGIN
    SELECT * INTO its FROM custody.custody;
    IF its.id IS NULL THEN
        PERFORM custody.fail('not_founded');
    ELSIF its.environment IS DISTINCT FROM gate.environment THEN
        PERFORM custody.fail('wrong_environment', jsonb_build_object('asked', gate.environment, 'found', its.environment));
    ELSIF ends < now OR ends > now + custody.gate_ahead_max() THEN
        PERFORM custody.fail('until_unfit', jsonb_build_object('until', ends, 'register_time', custody.us(now)));
    END IF;
    SELECT e.* INTO STRICT newest FROM custody.head AS h JOIN custody.ledger_entry AS e ON e.seq = h.seq;
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', m.kind, 'id', m.id, 'subject', m.subject, 'title', m.title, 'owner', m.owner,
               'about', m.about, 'level', m.level, 'warns_at', custody.us(m.warns_at), 'due_at', custody.us(m.due_at), 'clears', m.clears)
               ORDER BY array_position('{block,warn,notice}'::text[], m.level), m.due_at, m.kind, m.id), '[]')
    INTO answer FROM custody.gate_moments(now, ends) AS m;
    RETURN jsonb_build_object('custody', its.id, 'name', its.name, 'environment', its.environment, 'read_at', custody.us(now),
        'complete_until', custody.us(ends), 'findings', answer, 'more', custody.gate_unnamed(now, ends, answer),
        'ledger', jsonb_build_object('number', newest.seq, 'hash', encode(newest.hash, 'hex'), 'at', custody.us(newest.recorded_at)));
END
$$;

-- How many exceptions there are that were not named: counted only where the limit was reached.
CREATE FUNCTION custody.gate_unnamed(now timestamptz, until timestamptz, named jsonb) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN (SELECT count(*) FROM jsonb_array_elements(named) AS f WHERE f ->> 'kind' = 'exception') < custody.gate_named_max() THEN 0
        ELSE greatest(0, (SELECT count(*) FROM custody.exception AS x
            WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL
              AND x.expires_at <= until + custody.days(coalesce(custody.setting_value('exception_warn_days')::int, 30))) - custody.gate_named_max())
        END
$$;

SELECT custody.own_everything();

GRANT USAGE ON SCHEMA custody TO countersign_gate;
GRANT EXECUTE ON FUNCTION custody.schema_version(), custody.gate(text, timestamptz) TO countersign_gate;
GRANT EXECUTE ON FUNCTION custody.gate(text, timestamptz), custody.gate_findings(timestamptz)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
