-- How an act becomes an entry: parse, admit, append; and how a refusal becomes a record.
--
-- Every verb takes the lock on the head first, so acts happen one after another: no check can be overtaken.
-- A caller in REPEATABLE READ or SERIALIZABLE gets a serialisation failure instead of an old snapshot.

CREATE TYPE custody.act AS (
    bytes bytea, signatures bytea,
    custody uuid, environment text, entry_id uuid, entry_time timestamptz,
    actor_kind text, actor uuid, verb text, subject_kind text, subject text, purpose text, attributes jsonb,
    key_ids bytea[], signs bytea[],
    now timestamptz, seq bigint, hash bytea
);

CREATE FUNCTION custody.parse_act(entry bytea, signatures bytea) RETURNS custody.act
LANGUAGE plpgsql STABLE AS $$
DECLARE
    act custody.act;
    parts bytea[];
    pairs bytea[];
BEGIN
    IF entry IS NULL OR signatures IS NULL OR length(entry) > 65536 OR length(signatures) > 1024 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('why', 'entry or signature block missing or too long'));
    END IF;
    parts := custody.fields_exactly(entry, 12, 'entry');
    IF parts[1] <> convert_to('countersign/ledger-entry/v1', 'UTF8') THEN
        PERFORM custody.fail('malformed', jsonb_build_object('why', 'not a ledger entry of version 1'));
    END IF;
    act.bytes := entry;
    act.signatures := signatures;
    act.custody := custody.as_id(parts[2], 'custody');
    act.environment := custody.as_text(parts[3], 'environment', 20);
    act.entry_id := custody.as_id(parts[4], 'entry');
    act.entry_time := custody.from_us(custody.as_count(parts[5], 'time'), 'time');
    act.actor_kind := custody.as_text(parts[6], 'actor kind', 20);
    act.actor := custody.as_id(parts[7], 'actor');
    act.verb := custody.as_text(parts[8], 'verb', 60);
    act.subject_kind := custody.as_text(parts[9], 'subject kind', 40);
    act.subject := custody.as_text(parts[10], 'subject', 400);
    act.purpose := custody.as_text(parts[11], 'purpose', 16384);
    act.attributes := custody.as_map(parts[12], 'attributes');
    pairs := custody.fields(signatures);
    IF cardinality(pairs) NOT IN (2, 4) THEN
        PERFORM custody.fail('malformed', jsonb_build_object('why', 'one or two signatures'));
    END IF;
    FOR i IN 1 .. cardinality(pairs) / 2 LOOP
        IF length(pairs[2 * i - 1]) <> 32 OR length(pairs[2 * i]) <> 64 THEN
            PERFORM custody.fail('malformed', jsonb_build_object('why', 'a key id has 32 bytes, a signature 64'));
        END IF;
        act.key_ids := act.key_ids || pairs[2 * i - 1];
        act.signs := act.signs || pairs[2 * i];
    END LOOP;
    RETURN act;
END
$$;

-- What holds for every entry, also the first: clean clock, fresh id, fitting verb and subject.
CREATE FUNCTION custody.check_form(act custody.act, verbs text[], subject_kind text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF act.verb <> ALL (verbs) THEN
        PERFORM custody.fail('wrong_verb', jsonb_build_object('verb', act.verb, 'wanted', verbs));
    END IF;
    IF act.subject_kind <> subject_kind OR act.subject = '' THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('kind', act.subject_kind, 'wanted', subject_kind));
    END IF;
    IF abs(extract(epoch FROM act.entry_time - act.now)) > 60 THEN
        PERFORM custody.fail('clock_skew', jsonb_build_object('entry_time', custody.us(act.entry_time),
            'register_time', custody.us(act.now), 'seconds_max', 60));
    END IF;
    IF EXISTS (SELECT FROM custody.ledger_entry WHERE entry_id = act.entry_id) THEN
        PERFORM custody.fail('entry_known', jsonb_build_object('entry', act.entry_id));
    END IF;
END
$$;

-- The common checks of acts.md. `signed_by` is 'device', 'session' or 'either'.
CREATE FUNCTION custody.admit(entry bytea, signatures bytea, verbs text[], subject_kind text, signed_by text)
RETURNS custody.act
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act;
    here custody.custody;
    who custody.operator;
BEGIN
    PERFORM 1 FROM custody.head FOR UPDATE;
    act := custody.parse_act(entry, signatures);
    act.now := custody.clock();
    SELECT * INTO here FROM custody.custody;
    IF here.id IS NULL THEN
        PERFORM custody.fail('not_founded');
    END IF;
    IF act.custody <> here.id THEN
        PERFORM custody.fail('wrong_custody', jsonb_build_object('wanted', here.id));
    END IF;
    IF act.environment <> here.environment THEN
        PERFORM custody.fail('wrong_environment', jsonb_build_object('wanted', here.environment));
    END IF;
    SELECT * INTO who FROM custody.operator WHERE login = session_user;
    IF who.id IS NULL THEN
        PERFORM custody.fail('not_enrolled', jsonb_build_object('login', session_user));
    END IF;
    IF who.id <> act.actor OR who.kind <> act.actor_kind THEN
        PERFORM custody.fail('wrong_actor', jsonb_build_object('login', session_user, 'operator', who.id));
    END IF;
    IF who.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', who.status));
    END IF;
    IF cardinality(act.key_ids) <> 1 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('why', 'one signature'));
    END IF;
    PERFORM custody.check_key(act, signed_by);
    PERFORM custody.check_form(act, verbs, subject_kind);
    RETURN act;
END
$$;

-- The signing key is the actor's own, alive, and of the kind the act needs.
CREATE FUNCTION custody.check_key(act custody.act, signed_by text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    signing bytea := act.key_ids[1];
    device custody.device;
    session custody.session;
BEGIN
    SELECT * INTO session FROM custody.session AS s WHERE s.key_id = signing;
    SELECT * INTO device FROM custody.device AS d WHERE d.key_id = coalesce(session.device, signing);
    IF device.key_id IS NULL OR device.operator <> act.actor OR (session.key_id IS NOT NULL AND session.operator <> act.actor) THEN
        PERFORM custody.fail('wrong_key', jsonb_build_object('key_id', encode(signing, 'hex')));
    END IF;
    IF device.status <> 'active' THEN
        PERFORM custody.fail('device_revoked', jsonb_build_object('device', device.name));
    END IF;
    IF session.key_id IS NULL AND signed_by = 'session' THEN
        PERFORM custody.fail('session_key_needed');
    END IF;
    IF session.key_id IS NOT NULL AND signed_by = 'device' THEN
        PERFORM custody.fail('device_key_needed');
    END IF;
    IF session.key_id IS NOT NULL AND (session.closed_at IS NOT NULL OR session.expires_at <= act.now) THEN
        PERFORM custody.fail('session_over', jsonb_build_object('expires_at', custody.us(session.expires_at)));
    END IF;
END
$$;

-- Appends the entry. Called after every check and before any change, in the same transaction.
CREATE FUNCTION custody.append(act custody.act) RETURNS custody.act
LANGUAGE plpgsql AS $$
DECLARE
    last custody.head;
BEGIN
    SELECT * INTO STRICT last FROM custody.head FOR UPDATE;
    act.seq := last.seq + 1;
    act.hash := sha256(decode('00', 'hex') || last.hash || act.bytes || act.signatures);
    INSERT INTO custody.ledger_entry VALUES (act.seq, act.entry_id, act.bytes, act.signatures, act.hash, act.now,
        act.entry_time, act.actor, act.key_ids[1], act.verb, act.subject_kind, act.subject, act.purpose);
    UPDATE custody.head SET seq = act.seq, hash = act.hash;
    PERFORM pg_notify('countersign',
        json_build_object('seq', act.seq, 'verb', act.verb, 'kind', act.subject_kind, 'subject', left(act.subject, 100))::text);
    RETURN act;
END
$$;

CREATE FUNCTION custody.accepted(act custody.act, detail jsonb DEFAULT '{}') RETURNS custody.outcome
LANGUAGE sql IMMUTABLE AS $$ SELECT (true, act.seq, act.hash, 'ok', detail)::custody.outcome $$;

-- Attributes, typed. A missing one is malformed.
CREATE FUNCTION custody.attr(act custody.act, name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF act.attributes -> name IS NULL THEN
        PERFORM custody.fail('attribute_missing', jsonb_build_object('attribute', name));
    END IF;
    RETURN act.attributes ->> name;
END
$$;
CREATE FUNCTION custody.attr_filled(act custody.act, name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF custody.attr(act, name) = '' THEN
        PERFORM custody.fail('attribute_missing', jsonb_build_object('attribute', name));
    END IF;
    RETURN act.attributes ->> name;
END
$$;
CREATE FUNCTION custody.text_id(value text, what text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    -- Only the usual form: PostgreSQL itself would take braces and capitals, and one id would have many spellings.
    IF value !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', what, 'why', 'not an id'));
    END IF;
    RETURN value::uuid;
END
$$;
CREATE FUNCTION custody.attr_id(act custody.act, name text) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$ SELECT custody.text_id(custody.attr(act, name), name) $$;
CREATE FUNCTION custody.attr_count(act custody.act, name text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF custody.attr(act, name) !~ '^(0|[1-9][0-9]{0,17})$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', name, 'why', 'not a number'));
    END IF;
    RETURN (act.attributes ->> name)::bigint;
END
$$;
CREATE FUNCTION custody.attr_time(act custody.act, name text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT custody.from_us(custody.attr_count(act, name), name) $$;
CREATE FUNCTION custody.attr_hex(act custody.act, name text, size int) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF custody.attr(act, name) !~ '^([0-9a-f]{2})*$' OR length(act.attributes ->> name) <> 2 * size THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', name, 'why', 'not lower-case hex of that length',
            'bytes', size));
    END IF;
    RETURN decode(act.attributes ->> name, 'hex');
END
$$;

-- The rows of a bulk payload, after its digest and count were found in the signed entry.
CREATE FUNCTION custody.payload_rows(act custody.act, payload bytea, rows_max int) RETURNS bytea[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found bytea[];
BEGIN
    IF payload IS NULL OR length(payload) > 33554432 THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'payload', 'why', 'missing or too long'));
    END IF;
    IF sha256(payload) <> custody.attr_hex(act, 'payload_digest', 32) THEN
        PERFORM custody.fail('payload_differs');
    END IF;
    found := custody.fields(payload);
    IF cardinality(found) <> custody.attr_count(act, 'count') OR cardinality(found) > rows_max THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', cardinality(found), 'max', rows_max));
    END IF;
    RETURN found;
END
$$;

-- Keeps a refusal and tells the server's log; the log line survives a caller who rolls back.
CREATE FUNCTION custody.keep_refusal(called text, entry bytea, code text, detail jsonb) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    verb text;
    subject text;
    act custody.act;
BEGIN
    BEGIN
        act := custody.parse_act(entry, custody.field(decode(repeat('00', 32), 'hex'))
                                     || custody.field(decode(repeat('00', 64), 'hex')));
        verb := act.verb;
        subject := left(act.subject_kind || ' ' || act.subject, 200);
    EXCEPTION WHEN OTHERS THEN
        verb := NULL; -- An entry that can't be parsed is kept by its digest alone.
    END;
    INSERT INTO custody.refusal (at, login, operator, function, verb, subject, code, detail, entry_digest)
    VALUES (custody.clock(), session_user, (SELECT id FROM custody.operator WHERE login = session_user),
            called, verb, subject, code, detail, sha256(coalesce(entry, '')));
    RAISE LOG 'countersign: % refused to % with %', called, session_user, code;
    RETURN (false, NULL, NULL, code, detail)::custody.outcome;
END
$$;

-- What an exception inside a verb means: a rule said no, a constraint did, the call was malformed, or it is not ours.
CREATE FUNCTION custody.refuse(called text, entry bytea, state text, message text, detail text, constraint_name text)
RETURNS custody.outcome
LANGUAGE plpgsql AS $$
BEGIN
    IF state = 'CSREF' THEN
        RETURN custody.keep_refusal(called, entry, message, detail::jsonb);
    ELSIF state LIKE '23%' THEN
        RETURN custody.keep_refusal(called, entry, 'constraint', jsonb_build_object('constraint', constraint_name));
    ELSIF state LIKE '22%' THEN
        RETURN custody.keep_refusal(called, entry, 'malformed', jsonb_build_object('sqlstate', state));
    END IF;
    RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail;
END
$$;

-- Makes `custody.<verb>` out of `custody.do_<verb>`: the only door operators get, the same for all verbs.
-- Settings that a caller may choose and that change how text, times or literals read are fixed at the door.
CREATE FUNCTION custody.publish_verb(verb text, roles text[]) RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
    inner_function pg_proc;
    arguments text;
    passed text;
    role text;
BEGIN
    SELECT * INTO STRICT inner_function FROM pg_proc
    WHERE proname = 'do_' || verb AND pronamespace = 'custody'::regnamespace;
    arguments := pg_get_function_identity_arguments(inner_function.oid);
    passed := array_to_string(inner_function.proargnames, ', ');
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION custody.%1$I(%2$s) RETURNS custody.outcome
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp
        SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'postgres'
        SET standard_conforming_strings = on SET transform_null_equals = off SET lock_timeout = '20s'
        AS $w$
        DECLARE
            state text; message text; detail text; broken text;
        BEGIN
            RETURN custody.%3$I(%4$s);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                detail = PG_EXCEPTION_DETAIL, broken = CONSTRAINT_NAME;
            RETURN custody.refuse(%5$L, entry, state, message, detail, broken);
        END
        $w$ $f$, verb, arguments, 'do_' || verb, passed, verb);
    EXECUTE format('ALTER FUNCTION custody.%I(%s) OWNER TO countersign_owner', verb, arguments);
    EXECUTE format('REVOKE ALL ON FUNCTION custody.%I(%s) FROM PUBLIC', verb, arguments);
    FOREACH role IN ARRAY roles LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION custody.%I(%s) TO %I', verb, arguments, 'countersign_' || role);
    END LOOP;
END
$body$;

-- Gives all of the schema to the owner and takes everything from PUBLIC; run at the end of every migration.
CREATE FUNCTION custody.own_everything() RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT p.oid::regprocedure AS name, d.objid IS NOT NULL AS of_extension
        FROM pg_proc AS p LEFT JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        WHERE p.pronamespace = 'custody'::regnamespace
    LOOP
        IF NOT thing.of_extension THEN
            EXECUTE format('ALTER ROUTINE %s OWNER TO countersign_owner', thing.name);
        END IF;
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', thing.name);
    END LOOP;
    FOR thing IN SELECT oid::regclass AS name, relkind FROM pg_class
                 WHERE relnamespace = 'custody'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
                 ORDER BY relkind DESC LOOP
        IF thing.relkind <> 'S' THEN -- An identity's sequence follows its table.
            EXECUTE format('ALTER TABLE %s OWNER TO countersign_owner', thing.name);
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', thing.name);
    END LOOP;
    FOR thing IN SELECT t.oid::regtype AS name FROM pg_type AS t JOIN pg_class AS c ON c.oid = t.typrelid
                 WHERE t.typnamespace = 'custody'::regnamespace AND c.relkind = 'c' LOOP
        EXECUTE format('ALTER TYPE %s OWNER TO countersign_owner', thing.name);
    END LOOP;
END
$body$;
