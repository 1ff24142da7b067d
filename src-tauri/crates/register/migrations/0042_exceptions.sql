-- The exception register (R-50, R-51, R-52): something departs from a clause of the policy until a date, because two people said so and
-- one of them accepted the risk. States follow from facts and the clock; nobody stores one, and nobody moves a date.

-- LIMIT: no rule makes a term longer than this. What is needed for longer is renewed, by new signatures.
CREATE FUNCTION custody.exception_term_ceiling() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 366 $$;
-- LIMIT: keys named one by one; words of a scope; keys that the whole of it may reach when it is granted.
CREATE FUNCTION custody.exception_keys_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 50 $$;
CREATE FUNCTION custody.exception_words_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 20 $$;
CREATE FUNCTION custody.exception_reach_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1000 $$;

-- What was asked for, by the number that people call it. A request that is not applied stays here only.
CREATE TABLE custody.exception_request (
    request uuid PRIMARY KEY REFERENCES custody.request,
    exception uuid NOT NULL UNIQUE,
    number int NOT NULL UNIQUE CHECK (number >= 1),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200 AND custody.is_clean(title)),
    clause text NOT NULL CHECK (clause ~ '^[A-Za-z0-9.-]{2,60}$'),
    clause_title text NOT NULL,
    keys uuid[] NOT NULL,
    scope text[] NOT NULL,
    owner text NOT NULL CHECK (length(owner) BETWEEN 1 AND 200 AND custody.is_clean(owner)),
    requested_by uuid NOT NULL REFERENCES custody.operator,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (isfinite(expires_at)),
    renews uuid
);

CREATE TABLE custody.exception (
    id uuid PRIMARY KEY,
    number int NOT NULL UNIQUE REFERENCES custody.exception_request (number),
    request uuid NOT NULL UNIQUE REFERENCES custody.exception_request,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200 AND custody.is_clean(title)),
    clause text NOT NULL CHECK (clause ~ '^[A-Za-z0-9.-]{2,60}$'),
    clause_title text NOT NULL,
    keys uuid[] NOT NULL CHECK (cardinality(keys) <= custody.exception_keys_max()),
    scope text[] NOT NULL CHECK (cardinality(scope) <= custody.exception_words_max()),
    justification text NOT NULL CHECK (length(justification) BETWEEN 1 AND 4000 AND justification ~ '[^[:space:]]'),
    controls text NOT NULL CHECK (length(controls) BETWEEN 1 AND 4000 AND controls ~ '[^[:space:]]'),
    owner text NOT NULL CHECK (length(owner) BETWEEN 1 AND 200 AND custody.is_clean(owner)),
    requested_by uuid NOT NULL REFERENCES custody.operator,
    requested_at timestamptz NOT NULL,
    granted_at timestamptz NOT NULL CHECK (isfinite(granted_at)),
    granted_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    -- The seal by which somebody with that authority accepted the risk, in these words.
    accepted_by uuid NOT NULL REFERENCES custody.operator CHECK (accepted_by <> requested_by),
    accepted_at timestamptz NOT NULL,
    accepted_seq bigint NOT NULL REFERENCES custody.seal (seq),
    acceptance text NOT NULL CHECK (length(acceptance) BETWEEN 1 AND 200),
    -- R-51: the longest term of the clause when it was granted, and a date within it.
    term_days_max int NOT NULL CHECK (term_days_max BETWEEN 1 AND custody.exception_term_ceiling()),
    expires_at timestamptz NOT NULL CHECK (isfinite(expires_at)),
    -- What it covered, as that stood when it was decided.
    key_states jsonb NOT NULL CHECK (jsonb_typeof(key_states) = 'array'),
    renews uuid UNIQUE REFERENCES custody.exception CHECK (renews <> id),
    closed_at timestamptz,
    closed_by uuid REFERENCES custody.operator,
    closed_seq bigint REFERENCES custody.ledger_entry,
    evidence text CHECK (length(evidence) BETWEEN 1 AND 4000),
    -- The one that renewed it: it is closed by that.
    successor uuid UNIQUE REFERENCES custody.exception CHECK (successor <> id),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES custody.operator,
    revoked_seq bigint UNIQUE REFERENCES custody.ledger_entry,
    CHECK (cardinality(keys) + cardinality(scope) >= 1),
    CHECK (expires_at > granted_at AND expires_at <= granted_at + custody.days(term_days_max)),
    CHECK ((closed_seq IS NULL) = (closed_at IS NULL) AND (closed_seq IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_seq IS NULL) = (evidence IS NULL AND successor IS NULL) AND (evidence IS NULL OR successor IS NULL)),
    CHECK ((revoked_seq IS NULL) = (revoked_at IS NULL) AND (revoked_seq IS NULL) = (revoked_by IS NULL)),
    CHECK (closed_seq IS NULL OR revoked_seq IS NULL)
);
CREATE INDEX exception_open ON custody.exception (expires_at, number) WHERE closed_seq IS NULL AND revoked_seq IS NULL;
CREATE INDEX exception_clause ON custody.exception (clause, expires_at);
CREATE INDEX exception_request_exception ON custody.exception_request (renews) WHERE renews IS NOT NULL;

-- What an exception covers, one line for each key, or each kind and tenant: what is not named is any.
CREATE TABLE custody.exception_cover (
    exception uuid NOT NULL REFERENCES custody.exception,
    key uuid REFERENCES custody.key,
    kind text,
    tenant uuid REFERENCES custody.tenant,
    CHECK ((key IS NULL) <> (kind IS NULL AND tenant IS NULL))
);
CREATE INDEX exception_cover_key ON custody.exception_cover (key) WHERE key IS NOT NULL;
CREATE INDEX exception_cover_scope ON custody.exception_cover (kind, tenant) WHERE key IS NULL;
CREATE INDEX exception_cover_exception ON custody.exception_cover (exception);

-- Where an exception stands. Intervals are half open: at the moment of its date it has expired.
CREATE FUNCTION custody.exception_state(it custody.exception, now timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN it.revoked_seq IS NOT NULL THEN 'revoked'
        WHEN it.closed_seq IS NOT NULL THEN 'closed'
        WHEN now >= it.expires_at THEN 'expired'
        WHEN now >= it.expires_at - custody.days(coalesce(custody.setting_value('exception_warn_days')::int, 30)) THEN 'expiring'
        ELSE 'active' END
$$;

-- INVARIANT: an exception is a request that two people sealed and a run applied, and ends once. Its date never changes. The constraints
-- above bound the date; this holds the row to the entries it came from, also against one who can write the table.
CREATE FUNCTION custody.guard_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ends text[] := '{closed_at,closed_by,closed_seq,evidence,successor,revoked_at,revoked_by,revoked_seq}';
    wanted custody.request;
    written custody.ledger_entry;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.closed_seq IS NOT NULL OR OLD.revoked_seq IS NOT NULL OR (NEW.closed_seq IS NULL) = (NEW.revoked_seq IS NULL)
           OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR to_jsonb(NEW) - ends <> to_jsonb(OLD) - ends THEN
            RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'exception_fixed', DETAIL = jsonb_build_object('exception', OLD.id)::text;
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO wanted FROM custody.request AS r WHERE r.id = NEW.request;
    SELECT * INTO written FROM custody.ledger_entry AS e WHERE e.seq = NEW.granted_seq;
    IF wanted.operation IS DISTINCT FROM 'grant_exception' OR wanted.decided <> 'executing'
       OR NOT custody.has_quorum(wanted.id, NEW.granted_at)
       OR written.verb IS DISTINCT FROM 'request.applied' OR written.subject <> wanted.id::text OR written.recorded_at <> NEW.granted_at
       OR wanted.parameters ->> 'expires_at' IS DISTINCT FROM custody.us(NEW.expires_at)::text
       OR wanted.parameters ->> 'clause' IS DISTINCT FROM NEW.clause OR wanted.requester <> NEW.requested_by
       OR NOT EXISTS (SELECT FROM custody.seal AS s WHERE s.request = wanted.id AND s.seq = NEW.accepted_seq AND s.operator = NEW.accepted_by
                      AND s.role = 'risk_acceptance' AND s.decision = 'approve' AND NOT s.is_requester)
       OR NEW.closed_seq IS NOT NULL OR NEW.revoked_seq IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'exception_fixed', DETAIL = jsonb_build_object('exception', NEW.id)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_exception BEFORE INSERT OR UPDATE ON custody.exception FOR EACH ROW EXECUTE FUNCTION custody.guard_exception();
ALTER TABLE custody.exception ENABLE ALWAYS TRIGGER guard_exception;

-- No row of these tables goes away, and of all but exceptions none changes.
CREATE FUNCTION custody.keep_rows(kept text, what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE %s ON custody.%I FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', what, kept);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', kept);
    EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', kept);
    EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', kept);
END
$$;
SELECT custody.keep_rows('exception', 'DELETE'), custody.keep_rows('exception_request', 'UPDATE OR DELETE'),
       custody.keep_rows('exception_cover', 'UPDATE OR DELETE');

-- What a plan says, typed.
CREATE FUNCTION custody.plan_prose(plan custody.plan, name text, chars_max int) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    value text := plan.parameters ->> name;
BEGIN
    IF (length(value) <= chars_max AND value ~ '[^[:space:]]' AND custody.is_clean_prose(value)) IS NOT TRUE THEN
        PERFORM custody.unfit(name);
    END IF;
    RETURN value;
END
$$;
CREATE FUNCTION custody.plan_line(plan custody.plan, name text, chars_max int) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT custody.is_clean(custody.plan_prose(plan, name, chars_max)) THEN
        PERFORM custody.unfit(name);
    END IF;
    RETURN plan.parameters ->> name;
END
$$;
CREATE FUNCTION custody.plan_moment(plan custody.plan, name text) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (plan.parameters ->> name ~ '^[1-9][0-9]{0,17}$') IS NOT TRUE THEN
        PERFORM custody.unfit(name);
    END IF;
    RETURN custody.from_us((plan.parameters ->> name)::bigint, name);
END
$$;
-- Words separated by commas, ascending by bytes: one list has one spelling, so that equal lists are equal texts.
CREATE FUNCTION custody.plan_list(parameters jsonb, name text, most int) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found text[] := coalesce(string_to_array(parameters ->> name, ','), '{}');
BEGIN
    IF cardinality(found) > most OR found <> coalesce((SELECT array_agg(DISTINCT w COLLATE "C" ORDER BY w COLLATE "C")
                                                       FROM unnest(found) AS w), '{}') THEN
        PERFORM custody.fail('plan_unfit', jsonb_build_object('what', name, 'max', most));
    END IF;
    RETURN found;
END
$$;
CREATE FUNCTION custody.only_parameters(plan custody.plan, known text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    other text := (SELECT min(p.name) FROM jsonb_object_keys(plan.parameters) AS p (name) WHERE p.name <> ALL (known || 'vault'::text));
BEGIN
    IF other IS NOT NULL THEN
        PERFORM custody.unfit(other);
    END IF;
END
$$;

-- Title of a clause in force, and the longest term of an exception from it. No row: there is no such clause.
CREATE FUNCTION custody.exception_term(wanted text) RETURNS TABLE (title text, days int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT c.title, least(c.term_days_max, custody.setting_value('exception_term_days_max')::int,
                                       custody.exception_term_ceiling())
    FROM custody.clause_rule AS c WHERE c.clause = wanted AND c.version = (SELECT max(l.version) FROM custody.clause_rule AS l);
END
$$;

-- Kinds and tenants of a scope's words: `type:api_secret`, `tenant:<id>`. Both kinds of words together mean keys that are both.
CREATE FUNCTION custody.scope_cover(scope text[]) RETURNS TABLE (kind text, tenant uuid)
LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(k.word, 6), substr(t.word, 8)::uuid
    FROM (SELECT w FROM unnest(scope) AS w WHERE starts_with(w, 'type:')) AS k (word)
    FULL JOIN (SELECT w FROM unnest(scope) AS w WHERE starts_with(w, 'tenant:')) AS t (word) ON true
$$;
CREATE FUNCTION custody.keys_in_scope(keys uuid[], scope text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    SELECT k.id FROM custody.key AS k WHERE k.id = ANY (keys)
    UNION SELECT k.id FROM custody.scope_cover(scope) AS c
          JOIN custody.key AS k ON (c.kind IS NULL OR k.kind = c.kind) AND (c.tenant IS NULL OR k.tenant = c.tenant)
          WHERE custody.is_live(k.state)
    LIMIT custody.exception_reach_max() + 1
$$;

CREATE FUNCTION custody.check_scope(keys uuid[], scope text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    word text;
    reached bigint;
BEGIN
    FOREACH word IN ARRAY scope LOOP
        IF starts_with(word, 'tenant:') THEN
            IF NOT EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = custody.text_id(substr(word, 8), 'scope')) THEN
                PERFORM custody.fail('tenant_unknown', jsonb_build_object('tenant', substr(word, 8)));
            END IF;
        ELSIF NOT starts_with(word, 'type:') OR NOT custody.is_kind(substr(word, 6)) THEN
            PERFORM custody.unfit('scope');
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM unnest(keys) AS named (id) LEFT JOIN custody.key AS k ON k.id = named.id
               WHERE custody.is_live(k.state) IS NOT TRUE) THEN
        PERFORM custody.fail('key_unknown', (SELECT jsonb_build_object('keys', jsonb_agg(named.id)) FROM unnest(keys) AS named (id)
            LEFT JOIN custody.key AS k ON k.id = named.id WHERE custody.is_live(k.state) IS NOT TRUE));
    END IF;
    reached := (SELECT count(*) FROM custody.keys_in_scope(keys, scope));
    IF reached = 0 THEN
        PERFORM custody.fail('scope_empty');
    ELSIF reached > custody.exception_reach_max() THEN
        PERFORM custody.fail('scope_too_wide', jsonb_build_object('max', custody.exception_reach_max()));
    END IF;
END
$$;

-- R-51: a date, later than now and than the last moment at which the request may be applied, within the clause's term from now.
CREATE FUNCTION custody.check_expiry(plan custody.plan, until timestamptz, days int, now timestamptz) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF until <= now THEN
        PERFORM custody.fail('expiry_past', jsonb_build_object('expires_at', custody.us(until), 'register_time', custody.us(now)));
    ELSIF until > now + custody.days(days) THEN
        PERFORM custody.fail('expiry_beyond_term', jsonb_build_object('expires_at', custody.us(until), 'days', days,
            'latest', custody.us(now + custody.days(days))));
    ELSIF plan.execute_by >= until THEN
        PERFORM custody.unfit('execute_by');
    END IF;
END
$$;

CREATE FUNCTION custody.check_renewal(previous custody.target, its_clause text, its_keys uuid[], its_scope text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.exception;
BEGIN
    SELECT * INTO found FROM custody.exception AS x WHERE x.id = previous.key;
    IF found.id IS NULL THEN
        PERFORM custody.fail('exception_unknown', jsonb_build_object('exception', previous.key));
    ELSIF found.closed_seq IS NOT NULL OR found.revoked_seq IS NOT NULL THEN
        PERFORM custody.fail('exception_over', jsonb_build_object('exception', previous.key, 'state', custody.exception_state(found, custody.clock())));
    ELSIF (found.clause, found.keys, found.scope) IS DISTINCT FROM (its_clause, its_keys, its_scope) THEN
        PERFORM custody.fail('renewal_differs', jsonb_build_object('exception', previous.key, 'clause', found.clause));
    ELSIF previous.name <> found.title OR previous.version <> '' THEN
        PERFORM custody.unfit('target');
    END IF;
END
$$;

-- R-50: everything an exception needs, when it is asked for and once more when it is applied.
CREATE FUNCTION custody.grant_exception_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    its_clause text := custody.plan_line(plan, 'clause', 60);
    keys uuid[] := (SELECT coalesce(array_agg(custody.text_id(k.id, 'keys') ORDER BY k.nth), '{}')
                    FROM unnest(custody.plan_list(plan.parameters, 'keys', custody.exception_keys_max())) WITH ORDINALITY AS k (id, nth));
    scope text[] := custody.plan_list(plan.parameters, 'scope', custody.exception_words_max());
    renewed text := plan.parameters ->> 'renews';
    days int := (SELECT t.days FROM custody.exception_term(its_clause) AS t);
    it custody.target := targets[1];
BEGIN
    PERFORM custody.only_parameters(plan, '{clause,title,keys,scope,justification,controls,owner,expires_at,acceptance,renews}'),
            custody.plan_prose(plan, 'justification', 4000), custody.plan_prose(plan, 'controls', 4000), custody.plan_line(plan, 'owner', 200);
    IF days IS NULL THEN
        PERFORM custody.fail('clause_unknown', jsonb_build_object('clause', its_clause));
    ELSIF plan.parameters ->> 'acceptance' IS DISTINCT FROM 'I accept the risk of this exception until its expiry date.' THEN
        PERFORM custody.unfit('acceptance');
    ELSIF it.name <> custody.plan_line(plan, 'title', 200) OR it.version <> ''
          -- A renewal names what it renews, so that it lapses when that ends, and no two of them run at once.
          OR cardinality(targets) <> (CASE WHEN renewed IS NULL THEN 1 ELSE 2 END) OR targets[2].key::text IS DISTINCT FROM renewed THEN
        PERFORM custody.unfit('target');
    ELSIF EXISTS (SELECT FROM custody.exception_request AS q WHERE q.exception = it.key AND q.request <> plan.request)
          OR EXISTS (SELECT FROM custody.key AS k WHERE k.id = it.key) OR EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = it.key)
          OR EXISTS (SELECT FROM custody.hold AS h WHERE h.id = it.key) THEN
        PERFORM custody.fail('exception_known', jsonb_build_object('exception', it.key));
    END IF;
    PERFORM custody.check_expiry(plan, custody.plan_moment(plan, 'expires_at'), days, custody.clock()), custody.check_scope(keys, scope);
    IF renewed IS NOT NULL THEN
        PERFORM custody.check_renewal(targets[2], its_clause, keys, scope);
    END IF;
END
$$;

-- The number is given when it is asked for: people talk of it from then on.
CREATE FUNCTION custody.number_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    targets custody.target[] := custody.targets_of(custody.parse_plan(NEW.plan));
    words jsonb := NEW.parameters;
BEGIN
    INSERT INTO custody.exception_request (request, exception, number, title, clause, clause_title, keys, scope, owner, requested_by,
                                           requested_at, expires_at, renews)
    SELECT NEW.id, targets[1].key, coalesce(max(q.number), 0) + 1, words ->> 'title', words ->> 'clause',
           (SELECT t.title FROM custody.exception_term(words ->> 'clause') AS t),
           coalesce(string_to_array(words ->> 'keys', ',')::uuid[], '{}'), coalesce(string_to_array(words ->> 'scope', ','), '{}'),
           words ->> 'owner', NEW.requester, NEW.submitted_at, custody.from_us((words ->> 'expires_at')::bigint, 'expires_at'),
           targets[2].key
    FROM custody.exception_request AS q;
    RETURN NULL;
END
$$;
CREATE TRIGGER number_exception AFTER INSERT ON custody.request FOR EACH ROW WHEN (NEW.operation = 'grant_exception')
    EXECUTE FUNCTION custody.number_exception();
ALTER TABLE custody.request ENABLE ALWAYS TRIGGER number_exception;

-- The seal that accepts the risk: of another person than asked, in that authority, and still counting.
CREATE FUNCTION custody.acceptance_of(wanted uuid, now timestamptz) RETURNS custody.seal
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.seal;
BEGIN
    SELECT s.* INTO found FROM custody.seal AS s JOIN custody.counting_seals(wanted, now) AS c ON c.operator = s.operator
    WHERE s.request = wanted AND NOT s.is_requester AND s.role = 'risk_acceptance' ORDER BY s.seq LIMIT 1;
    IF found.seq IS NULL THEN
        PERFORM custody.fail('acceptance_missing');
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.key_states_of(keys uuid[], scope text[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('key', k.id, 'kind', k.kind, 'name', k.name, 'state', k.state, 'version', k.current_version,
               'version_number', k.version_number, 'rotated_at', custody.us(k.rotated_at), 'rotate_by', custody.us(k.rotate_by))
               ORDER BY k.name_folded, k.id), '[]')
    FROM custody.keys_in_scope(key_states_of.keys, key_states_of.scope) AS reached (id) JOIN custody.key AS k ON k.id = reached.id
$$;

CREATE FUNCTION custody.grant_exception_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    asked custody.exception_request;
    accepted custody.seal := custody.acceptance_of(held.request, act.now);
BEGIN
    SELECT * INTO STRICT asked FROM custody.exception_request AS q WHERE q.request = held.request;
    INSERT INTO custody.exception (id, number, request, title, clause, clause_title, keys, scope, justification, controls, owner,
        requested_by, requested_at, granted_at, granted_seq, accepted_by, accepted_at, accepted_seq, acceptance, term_days_max,
        expires_at, key_states, renews)
    SELECT asked.exception, asked.number, asked.request, asked.title, asked.clause, t.title, asked.keys, asked.scope,
           plan.parameters ->> 'justification', plan.parameters ->> 'controls', asked.owner, asked.requested_by, asked.requested_at, act.now,
           act.seq, accepted.operator, accepted.sealed_at, accepted.seq, plan.parameters ->> 'acceptance', t.days, asked.expires_at,
           custody.key_states_of(asked.keys, asked.scope), asked.renews
    FROM custody.exception_term(asked.clause) AS t;
    INSERT INTO custody.exception_cover (exception, key) SELECT asked.exception, unnest(asked.keys);
    INSERT INTO custody.exception_cover (exception, kind, tenant) SELECT asked.exception, c.kind, c.tenant FROM custody.scope_cover(asked.scope) AS c;
    UPDATE custody.exception AS x SET closed_at = act.now, closed_by = asked.requested_by, closed_seq = act.seq, successor = asked.exception
    WHERE x.id = asked.renews;
END
$$;

-- Closing: two people, with evidence. It is how an expired exception is answered, and how one ends that is no longer needed.
CREATE FUNCTION custody.close_exception_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.exception;
BEGIN
    SELECT * INTO found FROM custody.exception AS x WHERE x.id = target.key;
    IF found.id IS NULL THEN
        PERFORM custody.fail('exception_unknown', jsonb_build_object('exception', target.key));
    ELSIF found.closed_seq IS NOT NULL OR found.revoked_seq IS NOT NULL THEN
        PERFORM custody.fail('exception_over', jsonb_build_object('exception', found.id, 'state', custody.exception_state(found, custody.clock())));
    ELSIF target.name <> found.title OR target.version <> '' THEN
        PERFORM custody.unfit('target');
    END IF;
    PERFORM custody.only_parameters(plan, '{evidence}'), custody.plan_prose(plan, 'evidence', 4000);
END
$$;

CREATE FUNCTION custody.close_exception_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE sql AS $$
    UPDATE custody.exception AS x
    SET closed_at = act.now, closed_by = plan.requester, closed_seq = act.seq, evidence = plan.parameters ->> 'evidence'
    WHERE x.id = held.key
$$;

-- What plans about exceptions depend on: no clock, so that a date that passes lapses nothing.
CREATE FUNCTION custody.facts_of_exception(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'status', coalesce((SELECT CASE WHEN x.revoked_seq IS NOT NULL THEN 'revoked' WHEN x.successor IS NOT NULL THEN 'renewed'
                                           WHEN x.closed_seq IS NOT NULL THEN 'closed' ELSE 'granted' END
                               FROM custody.exception AS x WHERE x.id = wanted), 'absent')
$$;
CREATE FUNCTION custody.grant_exception_facts(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT f.part, f.answer FROM custody.facts_of_exception(wanted) AS f $$;
CREATE FUNCTION custody.close_exception_facts(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT f.part, f.answer FROM custody.facts_of_exception(wanted) AS f $$;

-- R-34: one person ends an exception at once; what it covered is a violation again from then on. One that has expired is not ended so:
-- that would open the gate without a second person.
CREATE FUNCTION custody.do_revoke_exception(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['exception.revoked'], 'exception', 'session');
    found custody.exception;
    standing text;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'), custody.require_purpose(act);
    SELECT * INTO found FROM custody.exception AS x WHERE x.id = custody.text_id(act.subject, 'subject');
    standing := custody.exception_state(found, act.now);
    IF found.id IS NULL THEN
        PERFORM custody.fail('exception_unknown', jsonb_build_object('exception', act.subject));
    ELSIF standing IN ('closed', 'revoked') THEN
        PERFORM custody.fail('exception_over', jsonb_build_object('exception', found.id, 'state', standing));
    ELSIF standing = 'expired' THEN
        PERFORM custody.fail('exception_expired', jsonb_build_object('exception', found.id, 'expires_at', custody.us(found.expires_at)));
    END IF;
    act := custody.append(act);
    UPDATE custody.exception AS x SET revoked_at = act.now, revoked_by = act.actor, revoked_seq = act.seq WHERE x.id = found.id;
    PERFORM custody.list_for_review(act, 'protective_act', 'exception', found.id::text);
    RETURN custody.accepted(act, jsonb_build_object('number', found.number));
END
$$;
SELECT custody.publish_verb('revoke_exception', '{security,devops,engineering}');

SELECT custody.own_everything();

GRANT SELECT ON custody.exception_request, custody.exception, custody.exception_cover
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.exception_state(custody.exception, timestamptz), custody.exception_term(text), custody.scope_cover(text[])
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
