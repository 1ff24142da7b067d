-- Protective acts: suspend, revoke, disable, declare compromised. One person, at once; a second one signs them off (0036). The entry
-- comes first, the vault second, its proof third: an act whose console died in between stands as not yet confirmed by the vault, and
-- whoever may protect can complete it. Coming back needs two people: `reactivate` is an operation with a run.

CREATE TABLE custody.protective_act (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    verb text NOT NULL CHECK (verb IN ('key.suspended', 'key.revoked', 'key.deactivated', 'key.compromised')),
    scope text NOT NULL CHECK (scope IN ('key', 'integration', 'tenant')),
    target uuid NOT NULL,
    integration text,
    by uuid NOT NULL REFERENCES custody.operator,
    at timestamptz NOT NULL,
    purpose text NOT NULL CHECK (btrim(purpose) <> ''),
    keys bigint NOT NULL CHECK (keys >= 0),
    confirmed_seq bigint REFERENCES custody.ledger_entry,
    CHECK ((scope = 'integration') = (integration IS NOT NULL))
);
CREATE INDEX protective_act_unconfirmed ON custody.protective_act (seq) WHERE confirmed_seq IS NULL;

CREATE TABLE custody.protected_key (
    act bigint NOT NULL REFERENCES custody.protective_act,
    key uuid NOT NULL REFERENCES custody.key,
    from_state text NOT NULL,
    in_vault boolean NOT NULL,
    -- What the act found in use in the vault: written down before it is disabled there, so that a reactivation knows it whatever
    -- becomes of the console in between.
    versions text[],
    confirmed_seq bigint REFERENCES custody.ledger_entry,
    enabled_seq bigint REFERENCES custody.ledger_entry,
    reactivated_seq bigint REFERENCES custody.ledger_entry,
    PRIMARY KEY (act, key),
    CHECK (confirmed_seq IS NULL OR versions IS NOT NULL),
    CHECK (in_vault OR confirmed_seq IS NULL)
);
CREATE INDEX protected_key_pending ON custody.protected_key (key) WHERE reactivated_seq IS NULL;
CREATE INDEX protected_key_unconfirmed ON custody.protected_key (act, key) WHERE in_vault AND confirmed_seq IS NULL;

-- The scope an entry names by its subject's kind.
CREATE FUNCTION custody.scope_of(entry bytea, signatures bytea, scopes text[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    act custody.act := custody.parse_act(entry, signatures);
BEGIN
    IF act.subject_kind <> ALL (scopes) THEN
        PERFORM custody.fail('scope_unknown', jsonb_build_object('scope', act.subject_kind, 'wanted', scopes));
    END IF;
    RETURN act.subject_kind;
END
$$;

CREATE FUNCTION custody.check_scope(scope text, target uuid, its_integration text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF scope = 'key' AND NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = target) THEN
        PERFORM custody.fail('key_unknown', jsonb_build_object('key', target));
    ELSIF scope IN ('tenant', 'integration') AND NOT EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = target) THEN
        PERFORM custody.fail('tenant_unknown', jsonb_build_object('tenant', target));
    ELSIF scope = 'integration' AND NOT EXISTS (SELECT FROM custody.integration AS i
                                                WHERE i.tenant = target AND i.name = its_integration) THEN
        PERFORM custody.fail('integration_unknown', jsonb_build_object('tenant', target, 'integration', its_integration));
    END IF;
END
$$;

-- Live keys of a scope. A tenant's are its own; a KEK it shares with others is none of them.
CREATE FUNCTION custody.keys_in_scope(scope text, target uuid, its_integration text) RETURNS SETOF custody.key
LANGUAGE sql STABLE AS $$
    SELECT k.* FROM custody.key AS k WHERE scope = 'key' AND k.id = target AND custody.is_live(k.state)
    UNION ALL SELECT k.* FROM custody.key AS k
    WHERE scope = 'integration' AND k.tenant = target AND k.integration = its_integration AND custody.is_live(k.state)
    UNION ALL SELECT k.* FROM custody.key AS k WHERE scope = 'tenant' AND k.tenant = target AND custody.is_live(k.state)
$$;

CREATE FUNCTION custody.in_vault(it custody.key) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT it.storage = 'key_vault' AND it.vault_name IS NOT NULL $$;

-- Keys of the scope that the act changes: those for which the transition is legal.
CREATE FUNCTION custody.keys_to_protect(scope text, target uuid, its_integration text, its_state text) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    total bigint;
    found uuid[];
BEGIN
    SELECT count(*), coalesce(array_agg(k.id) FILTER (WHERE EXISTS (SELECT FROM custody.legal_transition AS l
                                                      WHERE l.from_state = k.state AND l.to_state = its_state)), '{}')
    INTO total, found FROM custody.keys_in_scope(scope, target, its_integration) AS k;
    IF scope = 'key' AND cardinality(found) = 0 THEN
        PERFORM custody.fail('illegal_transition', jsonb_build_object('key', target, 'to', its_state,
            'from', (SELECT k.state FROM custody.key AS k WHERE k.id = target)));
    ELSIF total = 0 OR (cardinality(found) = 0 AND NOT (scope = 'tenant' AND its_state = 'suspended'
                        AND EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = target AND t.status = 'active'))) THEN
        PERFORM custody.fail('nothing_to_protect', jsonb_build_object('scope', scope, 'to', its_state));
    END IF;
    RETURN found;
END
$$;

-- R-34. From here on nothing is created or sealed under these keys, and no console opens what lies under them.
CREATE FUNCTION custody.do_protect(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    its_scope text := custody.scope_of(entry, signatures, '{key,integration,tenant}');
    act custody.act := custody.admit(entry, signatures,
        '{key.suspended,key.revoked,key.deactivated,key.compromised}', its_scope, 'session');
    its_target uuid := custody.text_id(act.subject, 'subject');
    its_integration text := CASE its_scope WHEN 'integration' THEN custody.attr_filled(act, 'integration') END;
    its_state text := split_part(act.verb, '.', 2);
    found uuid[];
    vaulted bigint;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'),
            custody.require_purpose(act), custody.check_scope(its_scope, its_target, its_integration);
    found := custody.keys_to_protect(its_scope, its_target, its_integration, its_state);
    act := custody.append(act);
    INSERT INTO custody.protective_act (seq, verb, scope, target, integration, by, at, purpose, keys)
    VALUES (act.seq, act.verb, its_scope, its_target, its_integration, act.actor, act.now, act.purpose, cardinality(found));
    INSERT INTO custody.protected_key (act, key, from_state, in_vault)
    SELECT act.seq, k.id, k.state, custody.in_vault(k) FROM custody.key AS k WHERE k.id = ANY (found);
    UPDATE custody.key AS k SET state = its_state, state_seq = act.seq, revision = k.revision + 1 WHERE k.id = ANY (found);
    IF its_scope = 'tenant' AND its_state = 'suspended' THEN
        UPDATE custody.tenant AS t SET status = 'suspended' WHERE t.id = its_target AND t.status = 'active';
    END IF;
    SELECT count(*) INTO vaulted FROM custody.protected_key AS p WHERE p.act = act.seq AND p.in_vault;
    IF vaulted = 0 THEN
        -- Nothing of it lies in a vault: the act is whole.
        UPDATE custody.protective_act AS a SET confirmed_seq = act.seq WHERE a.seq = act.seq;
    END IF;
    PERFORM custody.list_for_review(act, 'protective_act', its_scope, act.subject);
    RETURN custody.accepted(act, jsonb_build_object('keys', cardinality(found), 'in_vault', vaulted));
END
$$;

CREATE FUNCTION custody.attr_versions(act custody.act) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found text[] := string_to_array(custody.attr(act, 'versions'), ',');
BEGIN
    IF cardinality(found) > 1000 OR EXISTS (SELECT FROM unnest(found) AS v WHERE v !~ '^[0-9a-zA-Z-]{1,64}$')
       OR (SELECT count(DISTINCT v) FROM unnest(found) AS v) <> cardinality(found) THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'versions'));
    END IF;
    RETURN found;
END
$$;

-- The key of a protective act that waits for the vault's proof.
CREATE FUNCTION custody.unconfirmed_key(act custody.act) RETURNS custody.protected_key
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target uuid := custody.text_id(act.subject, 'subject');
    its_act bigint := custody.attr_count(act, 'act');
    found custody.protected_key;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    SELECT * INTO found FROM custody.protected_key AS p WHERE p.act = its_act AND p.key = target AND p.in_vault;
    IF found.key IS NULL THEN
        PERFORM custody.fail('protection_unknown', jsonb_build_object('act', its_act, 'key', target));
    ELSIF found.confirmed_seq IS NOT NULL THEN
        PERFORM custody.fail('already_confirmed', jsonb_build_object('seq', found.confirmed_seq));
    END IF;
    RETURN found;
END
$$;

-- What is about to be disabled in the vault. Intended again, by another console, it only becomes more.
CREATE FUNCTION custody.do_intend_protection(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.protection_intended'], 'key', 'session');
    found custody.protected_key := custody.unconfirmed_key(act);
    its_versions text[] := custody.attr_versions(act);
BEGIN
    IF NOT its_versions @> coalesce(found.versions, '{}') THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('wanted', found.versions));
    END IF;
    act := custody.append(act);
    UPDATE custody.protected_key AS p SET versions = its_versions WHERE p.act = found.act AND p.key = found.key;
    RETURN custody.accepted(act);
END
$$;

-- Written after a read of the vault proved it: no version of the key works there, so none on record does. `versions` are those that
-- were in use, and come back with a reactivation.
CREATE FUNCTION custody.do_confirm_protection(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.protection_confirmed'], 'key', 'session');
    found custody.protected_key := custody.unconfirmed_key(act);
    its_versions text[] := custody.attr_versions(act);
BEGIN
    PERFORM custody.attr_filled(act, 'proof');
    IF found.versions IS NULL OR NOT (its_versions @> found.versions AND its_versions <@ found.versions) THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('wanted', found.versions));
    END IF;
    act := custody.append(act);
    UPDATE custody.key_version AS v SET state = 'disabled', disabled_at = act.now, changed_seq = act.seq
    WHERE v.key = found.key AND v.state = 'enabled';
    UPDATE custody.protected_key AS p SET confirmed_seq = act.seq WHERE p.act = found.act AND p.key = found.key;
    UPDATE custody.protective_act AS a SET confirmed_seq = act.seq
    WHERE a.seq = found.act AND NOT EXISTS (SELECT FROM custody.protected_key AS p
                                            WHERE p.act = found.act AND p.in_vault AND p.confirmed_seq IS NULL);
    RETURN custody.accepted(act, jsonb_build_object('left', (
        SELECT count(*) FROM custody.protected_key AS p WHERE p.act = found.act AND p.in_vault AND p.confirmed_seq IS NULL)));
END
$$;

-- May a console open what is sealed under this DEK? Not while the DEK, the KEK above it or its tenant are out of use.
CREATE FUNCTION custody.may_open(dek uuid) RETURNS custody.outcome
LANGUAGE sql STABLE AS $$
    SELECT (it.code = 'ok', NULL, NULL, it.code, jsonb_build_object('dek', may_open.dek))::custody.outcome
    FROM (SELECT coalesce((
        SELECT CASE WHEN d.state <> 'active' THEN 'dek_not_active' WHEN k.state <> 'active' THEN 'key_not_active'
                    WHEN t.status <> 'active' THEN 'tenant_inactive' ELSE 'ok' END
        FROM custody.key AS d LEFT JOIN custody.tenant AS t ON t.id = d.tenant
        LEFT JOIN custody.wrap AS w ON w.dek = d.id LEFT JOIN custody.key AS k ON k.id = w.kek
        WHERE d.id = may_open.dek AND d.kind = 'dek'), 'dek_unknown') AS code) AS it
$$;

-- A DEK in use may lie under a KEK, or belong to a tenant, that is not: nothing new is sealed under it either.
CREATE FUNCTION custody.guard_sealed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bad jsonb;
BEGIN
    SELECT jsonb_agg(d.id) INTO bad
    FROM (SELECT DISTINCT s.dek FROM sealed AS s) AS one JOIN custody.key AS d ON d.id = one.dek
    LEFT JOIN custody.tenant AS t ON t.id = d.tenant
    LEFT JOIN custody.wrap AS w ON w.dek = d.id LEFT JOIN custody.key AS k ON k.id = w.kek
    WHERE t.status <> 'active' OR k.state <> 'active';
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'key_not_active', DETAIL = jsonb_build_object('deks', bad)::text;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER guard_sealed AFTER INSERT ON custody.token REFERENCING NEW TABLE AS sealed
    FOR EACH STATEMENT EXECUTE FUNCTION custody.guard_sealed();

-- A run that was under way when its key was protected makes no new version of it and enables no old one.
CREATE FUNCTION custody.guard_protected_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found custody.key;
BEGIN
    SELECT k.* INTO found FROM custody.run AS u JOIN custody.request_target AS t ON t.request = u.request
    JOIN custody.key AS k ON k.id = t.key
    WHERE u.id = NEW.run AND custody.in_vault(k) AND k.state IN ('suspended', 'deactivated', 'compromised', 'revoked')
    LIMIT 1;
    IF found.id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'key_not_active',
            DETAIL = jsonb_build_object('key', found.id, 'state', found.state)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_protected_step BEFORE INSERT OR UPDATE ON custody.run_step FOR EACH ROW
    WHEN (NEW.state = 'intended' AND NEW.kind IN ('create_version', 'enable_old'))
    EXECUTE FUNCTION custody.guard_protected_step();
ALTER TABLE custody.run_step ENABLE ALWAYS TRIGGER guard_protected_step;

CREATE FUNCTION custody.guard_protected_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state = 'enabled' AND EXISTS (SELECT FROM custody.key AS k WHERE k.id = NEW.key
                                         AND k.state IN ('suspended', 'deactivated', 'compromised', 'revoked')) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'key_not_active',
            DETAIL = jsonb_build_object('key', NEW.key)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_protected_version BEFORE INSERT ON custody.key_version
    FOR EACH ROW EXECUTE FUNCTION custody.guard_protected_version();
ALTER TABLE custody.key_version ENABLE ALWAYS TRIGGER guard_protected_version;

-- Reactivation: back to active, from where that is legal.
CREATE FUNCTION custody.reactivate_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    its_tenant uuid := CASE WHEN coalesce(plan.parameters ->> 'tenant', '') <> ''
                            THEN custody.text_id(plan.parameters ->> 'tenant', 'tenant') END;
    target custody.target;
    found custody.key;
    bad jsonb;
BEGIN
    FOREACH target IN ARRAY targets LOOP
        SELECT * INTO found FROM custody.key AS k WHERE k.id = target.key;
        IF found.id IS NULL THEN
            PERFORM custody.fail('key_unknown', jsonb_build_object('key', target.key));
        ELSIF found.state NOT IN ('suspended', 'deactivated', 'compromised') THEN
            PERFORM custody.fail('illegal_transition', jsonb_build_object('key', found.id, 'from', found.state, 'to', 'active'));
        ELSIF target.name <> coalesce(found.vault_name, found.name) OR target.version <> coalesce(found.current_version, '')
              OR (its_tenant IS NOT NULL AND found.tenant IS DISTINCT FROM its_tenant) THEN
            PERFORM custody.unfit('target');
        END IF;
    END LOOP;
    IF its_tenant IS NOT NULL AND NOT EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = its_tenant AND t.status = 'suspended') THEN
        PERFORM custody.fail('tenant_not_suspended', jsonb_build_object('tenant', its_tenant));
    END IF;
    SELECT jsonb_agg(DISTINCT p.act) INTO bad FROM custody.protected_key AS p
    WHERE p.key IN (SELECT t.key FROM unnest(targets) AS t) AND p.in_vault AND p.confirmed_seq IS NULL;
    IF bad IS NOT NULL THEN
        -- What was disabled must be known before it is enabled again.
        PERFORM custody.fail('protection_unconfirmed', jsonb_build_object('acts', bad));
    END IF;
END
$$;

-- Versions that protective acts disabled since the key was last in use.
CREATE FUNCTION custody.versions_to_enable(wanted uuid) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT v ORDER BY v), '{}')
    FROM custody.protected_key AS p, unnest(p.versions) AS v
    WHERE p.key = wanted AND p.reactivated_seq IS NULL
$$;

-- The run of a reactivation that is at this step, with the key among its targets where one is named.
CREATE FUNCTION custody.reactivating(act custody.act, run uuid, step text) RETURNS custody.run
LANGUAGE plpgsql AS $$
DECLARE
    held custody.run := custody.held_run(act, run);
BEGIN
    IF custody.operation_of(held) <> 'reactivate' THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, step);
    RETURN held;
END
$$;

CREATE FUNCTION custody.do_record_versions_enabled(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.versions_enabled'], 'key', 'session');
    held custody.run := custody.reactivating(act, custody.attr_id(act, 'run'), 'enable_versions');
    target uuid := custody.text_id(act.subject, 'subject');
    its_versions text[] := custody.attr_versions(act);
    wanted text[] := custody.versions_to_enable(target);
BEGIN
    PERFORM custody.attr_filled(act, 'proof');
    IF target NOT IN (SELECT custody.run_keys(held)) THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'no target of this run'));
    ELSIF NOT (its_versions @> wanted AND its_versions <@ wanted) THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('wanted', wanted));
    END IF;
    act := custody.append(act);
    UPDATE custody.key_version AS v SET state = 'enabled', disabled_at = NULL, changed_seq = act.seq
    WHERE v.key = target AND v.version = ANY (its_versions);
    UPDATE custody.protected_key AS p SET enabled_seq = act.seq
    WHERE p.key = target AND p.in_vault AND p.reactivated_seq IS NULL;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.keys_not_enabled(held custody.run) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.protected_key AS p
    WHERE p.key IN (SELECT custody.run_keys(held)) AND p.in_vault AND p.enabled_seq IS NULL AND p.reactivated_seq IS NULL
$$;
CREATE FUNCTION custody.keys_not_active(held custody.run) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.key AS k WHERE k.id IN (SELECT custody.run_keys(held)) AND k.state <> 'active'
$$;

CREATE FUNCTION custody.do_activate_keys(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.reactivated'], 'run', 'session');
    held custody.run := custody.reactivating(act, custody.text_id(act.subject, 'subject'), 'activate');
    its_tenant text := (SELECT r.parameters ->> 'tenant' FROM custody.request AS r WHERE r.id = held.request);
    rows uuid[];
BEGIN
    SELECT array_agg(custody.as_id((custody.fields_exactly(f.bytes, 1, 'key row'))[1], 'key')) INTO rows
    FROM unnest(custody.payload_rows(act, payload, custody.targets_max())) AS f (bytes);
    IF rows IS NULL OR (SELECT array_agg(k ORDER BY k) FROM unnest(rows) AS k)
                       IS DISTINCT FROM (SELECT array_agg(k ORDER BY k) FROM custody.run_keys(held) AS k) THEN
        PERFORM custody.fail('payload_differs', jsonb_build_object('why', 'not the keys of the plan'));
    ELSIF custody.keys_not_enabled(held) > 0 THEN
        PERFORM custody.not_recorded('enable_versions');
    END IF;
    act := custody.append(act);
    UPDATE custody.key AS k SET state = 'active', state_seq = act.seq, revision = k.revision + 1
    WHERE k.id = ANY (rows);
    UPDATE custody.protected_key AS p SET reactivated_seq = act.seq WHERE p.key = ANY (rows) AND p.reactivated_seq IS NULL;
    IF coalesce(its_tenant, '') <> '' THEN
        UPDATE custody.tenant AS t SET status = 'active' WHERE t.id = its_tenant::uuid AND t.status = 'suspended';
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

CREATE FUNCTION custody.reactivate_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (step = 'enable_versions' AND custody.keys_not_enabled(held) > 0)
       OR (step = 'activate' AND custody.keys_not_active(held) > 0) THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

-- Back only where nothing is left of it: it had not begun, or each of its keys was protected again and the vault confirmed that.
CREATE FUNCTION custody.reactivate_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    begun bigint := (SELECT s.intent_seq FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = 'enable_versions');
BEGIN
    IF EXISTS (SELECT FROM custody.key AS k WHERE k.id IN (SELECT custody.run_keys(held)) AND k.state = 'active')
       OR EXISTS (SELECT FROM custody.key AS k WHERE begun IS NOT NULL AND k.id IN (SELECT custody.run_keys(held))
                  AND custody.in_vault(k) AND NOT EXISTS (SELECT FROM custody.protected_key AS p
                                                          WHERE p.key = k.id AND p.confirmed_seq > begun)) THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'versions may be enabled already; protect the keys again'));
    END IF;
END
$$;

CREATE FUNCTION custody.reactivate_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND custody.keys_not_active(held) > 0 THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'activate'));
    END IF;
END
$$;

SELECT custody.publish_verb('protect', '{security,devops,engineering}');
SELECT custody.publish_verb('intend_protection', '{security,devops,engineering}');
SELECT custody.publish_verb('confirm_protection', '{security,devops,engineering}');
SELECT custody.publish_verb('record_versions_enabled', '{security,devops,agent}');
SELECT custody.publish_verb('activate_keys', '{security,devops,agent}');

SELECT custody.own_everything();

GRANT SELECT ON custody.protective_act, custody.protected_key TO countersign_security, countersign_devops,
    countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.may_open(uuid), custody.versions_to_enable(uuid) TO countersign_security,
    countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
