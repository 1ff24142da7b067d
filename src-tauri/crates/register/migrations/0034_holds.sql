-- Holds: what must be kept, because a court or an open incident says so. A hold stops what destroys; it never stops what protects.
-- One person sets one, at once. Lifting one needs two: it is an operation with a request, seals and a run like any other.

CREATE TABLE custody.hold (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('legal_hold', 'incident')),
    tenant uuid REFERENCES custody.tenant,
    key uuid REFERENCES custody.key,
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200 AND custody.is_clean(reference)),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 4000),
    set_by uuid NOT NULL REFERENCES custody.operator,
    set_at timestamptz NOT NULL,
    set_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    lifted_by uuid REFERENCES custody.operator,
    lifted_at timestamptz,
    lifted_seq bigint UNIQUE REFERENCES custody.ledger_entry,
    CHECK ((tenant IS NULL) <> (key IS NULL)),
    CHECK ((lifted_seq IS NULL) = (lifted_at IS NULL) AND (lifted_seq IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX hold_of_tenant ON custody.hold (tenant) WHERE lifted_seq IS NULL;
CREATE INDEX hold_of_key ON custody.hold (key) WHERE lifted_seq IS NULL;
CREATE INDEX hold_page ON custody.hold (set_seq DESC);

-- A hold is set once and lifted once; nothing else about it changes, and none goes away.
CREATE FUNCTION custody.guard_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.lifted_seq IS NOT NULL OR NEW.lifted_seq IS NULL
       OR (NEW.id, NEW.kind, NEW.tenant, NEW.key, NEW.reference, NEW.reason, NEW.set_by, NEW.set_at, NEW.set_seq)
          IS DISTINCT FROM
          (OLD.id, OLD.kind, OLD.tenant, OLD.key, OLD.reference, OLD.reason, OLD.set_by, OLD.set_at, OLD.set_seq) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'hold_fixed', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_hold BEFORE UPDATE ON custody.hold FOR EACH ROW EXECUTE FUNCTION custody.guard_hold();
CREATE TRIGGER refuse_row_change BEFORE DELETE ON custody.hold FOR EACH ROW EXECUTE FUNCTION custody.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.hold FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();
ALTER TABLE custody.hold ENABLE ALWAYS TRIGGER guard_hold;
ALTER TABLE custody.hold ENABLE ALWAYS TRIGGER refuse_row_change;
ALTER TABLE custody.hold ENABLE ALWAYS TRIGGER refuse_truncate;

-- Unlifted holds in the way of destroying these keys: on one of them, on the tenant of one, and, where one is a KEK, on what it
-- still wraps. Whoever takes a KEK away takes away what lies under it.
CREATE FUNCTION custody.holds_of(keys uuid[]) RETURNS SETOF custody.hold
LANGUAGE sql STABLE AS $$
    SELECT h.* FROM custody.hold AS h
    WHERE h.lifted_seq IS NULL AND (
        h.key = ANY (keys)
        OR EXISTS (SELECT FROM custody.key AS k WHERE k.tenant = h.tenant AND k.id = ANY (keys))
        OR EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = h.key AND w.kek = ANY (keys))
        OR EXISTS (SELECT FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
                   WHERE d.tenant = h.tenant AND custody.is_live(d.state) AND w.kek = ANY (keys)))
$$;

-- Unlifted holds on a tenant or on any of its keys.
CREATE FUNCTION custody.holds_on(wanted uuid) RETURNS SETOF custody.hold
LANGUAGE sql STABLE AS $$
    SELECT h.* FROM custody.hold AS h
    WHERE h.lifted_seq IS NULL AND (h.tenant = wanted OR EXISTS (
        SELECT FROM custody.key AS k WHERE k.id = h.key AND k.tenant = wanted))
$$;

-- R-42: refuses what would destroy any of these keys while something says they must be kept.
CREATE FUNCTION custody.fail_if_held(keys uuid[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('hold', h.id, 'kind', h.kind, 'reference', h.reference) ORDER BY h.set_seq) INTO found
    FROM custody.holds_of(keys) AS h;
    IF found IS NOT NULL THEN
        PERFORM custody.fail('held', jsonb_build_object('holds', found));
    END IF;
END
$$;

CREATE FUNCTION custody.require_purpose(act custody.act) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF act.purpose !~ '[^[:space:]]' THEN
        PERFORM custody.fail('purpose_missing');
    END IF;
END
$$;

CREATE FUNCTION custody.do_set_hold(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['hold.set'], 'hold', 'session');
    it uuid := custody.text_id(act.subject, 'subject');
    its_kind text := custody.attr_filled(act, 'kind');
    scope text := custody.attr_filled(act, 'scope');
    target uuid := custody.attr_id(act, 'target');
    its_reference text := custody.attr_filled(act, 'reference');
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'),
            custody.require_purpose(act);
    IF its_kind NOT IN ('legal_hold', 'incident') THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'kind', 'wanted', '{legal_hold,incident}'::text[]));
    ELSIF scope NOT IN ('tenant', 'key') THEN
        PERFORM custody.fail('scope_unknown', jsonb_build_object('scope', scope, 'wanted', '{tenant,key}'::text[]));
    ELSIF scope = 'tenant' AND NOT EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = target) THEN
        PERFORM custody.fail('tenant_unknown', jsonb_build_object('tenant', target));
    ELSIF scope = 'key' AND NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = target) THEN
        PERFORM custody.fail('key_unknown', jsonb_build_object('key', target));
    ELSIF EXISTS (SELECT FROM custody.hold AS h WHERE h.id = it)
          -- A plan names what it is about by its id alone: no hold may go by a key's or a tenant's.
          OR EXISTS (SELECT FROM custody.key AS k WHERE k.id = it) OR EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = it) THEN
        PERFORM custody.fail('hold_known', jsonb_build_object('hold', it));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.hold (id, kind, tenant, key, reference, reason, set_by, set_at, set_seq)
    VALUES (it, its_kind, CASE scope WHEN 'tenant' THEN target END, CASE scope WHEN 'key' THEN target END, its_reference,
            act.purpose, act.actor, act.now, act.seq);
    PERFORM custody.list_for_review(act, 'hold', 'hold', it::text);
    RETURN custody.accepted(act);
END
$$;

-- Lifting: the operation's own rules.
CREATE FUNCTION custody.lift_hold_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.hold;
BEGIN
    SELECT * INTO found FROM custody.hold AS h WHERE h.id = target.key;
    IF found.id IS NULL THEN
        PERFORM custody.fail('hold_unknown', jsonb_build_object('hold', target.key));
    ELSIF found.lifted_seq IS NOT NULL THEN
        PERFORM custody.fail('hold_lifted', jsonb_build_object('hold', found.id));
    ELSIF target.name <> found.reference OR target.version <> '' THEN
        PERFORM custody.unfit('target');
    END IF;
END
$$;

CREATE FUNCTION custody.is_lifted(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM custody.hold AS h WHERE h.id = wanted AND h.lifted_seq IS NOT NULL) $$;

CREATE FUNCTION custody.do_lift_hold(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['hold.lifted'], 'hold', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
BEGIN
    IF custody.operation_of(held) <> 'lift_hold' THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    ELSIF custody.is_lifted(held.key) THEN
        PERFORM custody.fail('hold_lifted', jsonb_build_object('hold', held.key));
    END IF;
    PERFORM custody.require_step(held, 'lift');
    act := custody.append(act);
    UPDATE custody.hold AS h SET lifted_by = act.actor, lifted_at = act.now, lifted_seq = act.seq WHERE h.id = held.key;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.lift_hold_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'lift' AND NOT custody.is_lifted(held.key) THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

CREATE FUNCTION custody.lift_hold_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF custody.is_lifted(held.key) THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'the hold is lifted; set a new one'));
    END IF;
END
$$;

CREATE FUNCTION custody.lift_hold_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND NOT custody.is_lifted(held.key) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'lift'));
    END IF;
END
$$;

-- What a plan depends on, with holds: a tenant's plan lapses when a hold comes or goes, and a hold is something to plan about.
CREATE FUNCTION custody.facts_of_hold(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT f.part, f.answer FROM custody.hold AS h, LATERAL (VALUES
        ('kind', h.kind), ('reference', h.reference), ('target', coalesce('tenant ' || h.tenant, 'key ' || h.key)),
        ('status', CASE WHEN h.lifted_seq IS NULL THEN 'set' ELSE 'lifted' END)) AS f (part, answer)
    WHERE h.id = wanted
$$;

CREATE OR REPLACE FUNCTION custody.facts_of_tenant(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'status', (SELECT t.status FROM custody.tenant AS t WHERE t.id = wanted)
    UNION ALL SELECT 'keys', (SELECT count(*)::text FROM custody.key AS k WHERE k.tenant = wanted AND custody.is_live(k.state))
    UNION ALL SELECT 'keys_digest', (
        SELECT encode(sha256(coalesce(string_agg(
                   uuid_send(k.id) || convert_to(k.kind || '/' || k.state || '/' || coalesce(k.current_version, ''), 'UTF8')
                   || coalesce(w.check_value, ''), '' ORDER BY k.id), '')), 'hex')
        FROM custody.key AS k LEFT JOIN custody.wrap AS w ON w.dek = k.id
        WHERE k.tenant = wanted AND custody.is_live(k.state))
    UNION ALL SELECT 'deks_of_others', (
        SELECT count(*)::text FROM custody.key AS k JOIN custody.wrap AS w ON w.kek = k.id JOIN custody.key AS d ON d.id = w.dek
        WHERE k.tenant = wanted AND k.kind = 'kek' AND d.tenant IS DISTINCT FROM wanted AND custody.is_live(d.state))
    UNION ALL SELECT 'holds', (
        SELECT count(*) || '/' || encode(sha256(coalesce(string_agg(uuid_send(h.id), '' ORDER BY h.id), '')), 'hex')
        FROM custody.holds_on(wanted) AS h)
$$;

CREATE OR REPLACE FUNCTION custody.facts(operation text, key uuid) RETURNS TABLE (name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = facts.key) THEN
        RETURN QUERY SELECT 'register.' || facts.key || '.' || f.part, f.answer FROM custody.facts_of_tenant(facts.key) AS f;
    ELSIF EXISTS (SELECT FROM custody.hold AS h WHERE h.id = facts.key) THEN
        RETURN QUERY SELECT 'register.' || facts.key || '.' || f.part, f.answer FROM custody.facts_of_hold(facts.key) AS f;
    ELSIF EXISTS (SELECT FROM custody.key AS k WHERE k.id = facts.key AND k.kind = 'dek') THEN
        RETURN QUERY SELECT 'register.' || facts.key || '.' || f.part, f.answer FROM custody.facts_of_dek(facts.key) AS f;
    ELSE
        RETURN QUERY SELECT 'register.' || facts.key || '.' || f.part, f.answer FROM custody.facts_of_vault_key(facts.key) AS f;
    END IF;
    RETURN QUERY SELECT 'register.rotation_rules', custody.rotation_version()::text;
    RETURN QUERY SELECT 'register.quorum_rules', custody.quorum_version()::text
        WHERE EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.operation = facts.operation);
END
$$;

SELECT custody.publish_verb('set_hold', '{security,devops,engineering}');
SELECT custody.publish_verb('lift_hold', '{security,devops,agent}');

SELECT custody.own_everything();

GRANT SELECT ON custody.hold TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor,
                                countersign_agent;
GRANT EXECUTE ON FUNCTION custody.holds_on(uuid), custody.holds_of(uuid[]) TO countersign_security, countersign_devops,
    countersign_engineering, countersign_auditor, countersign_agent;
