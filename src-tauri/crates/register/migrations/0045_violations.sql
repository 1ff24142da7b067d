-- Violations follow from rules and facts, at the moment somebody asks: nothing has to have run for them to be found. Each rule has an
-- index that finds its keys without reading the others, in order of since when and of id.

-- Whether the algorithms in force allow it: kept beside the key, because they are data and no index could know them.
ALTER TABLE custody.key ADD COLUMN weak boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION custody.prepare_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.tenant IS DISTINCT FROM OLD.tenant THEN
        NEW.tenant_folded := coalesce((SELECT lower(t.name) FROM custody.tenant AS t WHERE t.id = NEW.tenant), '');
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.current_version IS DISTINCT FROM OLD.current_version THEN
        -- Recorded already, or just about to be.
        NEW.version_number := coalesce(
            (SELECT v.number FROM custody.key_version AS v WHERE v.key = NEW.id AND v.version = NEW.current_version),
            (SELECT max(v.number) + 1 FROM custody.key_version AS v WHERE v.key = NEW.id), 1);
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.owner, NEW.purpose, NEW.storage, NEW.kind, NEW.algorithm, NEW.bits, NEW.weak)
       IS NOT DISTINCT FROM (OLD.owner, OLD.purpose, OLD.storage, OLD.kind, OLD.algorithm, OLD.bits, OLD.weak) THEN
        RETURN NEW;
    END IF;
    NEW.weak := NOT custody.is_approved_algorithm(NEW.kind, NEW.algorithm, NEW.bits);
    NEW.violates := NEW.owner = '' OR NEW.purpose = '' OR NEW.storage = 'kubernetes_secret_legacy' OR NEW.weak;
    RETURN NEW;
END
$$;

-- After a change of the algorithms: asked once for each that occurs.
CREATE FUNCTION custody.recompute_weak() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
BEGIN
    WITH answer AS MATERIALIZED (
        SELECT d.kind, d.algorithm, d.bits, NOT custody.is_approved_algorithm(d.kind, d.algorithm, d.bits) AS weak
        FROM (SELECT DISTINCT k.kind, k.algorithm, k.bits FROM custody.key AS k) AS d)
    UPDATE custody.key AS k SET weak = answer.weak FROM answer
    WHERE answer.kind = k.kind AND answer.algorithm = k.algorithm AND answer.bits IS NOT DISTINCT FROM k.bits
      AND answer.weak <> k.weak;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;
SELECT custody.recompute_weak();

CREATE INDEX key_weak ON custody.key ((coalesce(activated_at, created_at)), id) WHERE weak AND custody.is_live(state);
CREATE INDEX key_legacy_since ON custody.key ((coalesce(activated_at, created_at)), id)
    WHERE storage = 'kubernetes_secret_legacy' AND custody.is_live(state);
CREATE INDEX key_phase_out ON custody.key (phase_out_date, id)
    WHERE storage = 'kubernetes_secret_legacy' AND custody.is_live(state);
CREATE INDEX key_owner_missing ON custody.key ((coalesce(activated_at, created_at)), id)
    WHERE owner = '' AND custody.is_live(state);
CREATE INDEX key_purpose_missing ON custody.key ((coalesce(activated_at, created_at)), id)
    WHERE purpose = '' AND custody.is_live(state);
CREATE INDEX key_compromised ON custody.key (id) WHERE state = 'compromised';
CREATE INDEX vault_observation_weak ON custody.vault_observation (name, seq) WHERE drift = 'weak_algorithm';

-- Sealing stops at 2^31 messages (R-11); nine tenths of that are time to rotate.
CREATE FUNCTION custody.messages_high() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 1932735283::bigint $$;
CREATE INDEX dek_messages_high ON custody.dek_messages (sealed) WHERE sealed >= 1932735283;

-- What to do about a violation, and in whose hands it is. In the order in which they are listed.
CREATE TABLE custody.violation_rule (
    rule text PRIMARY KEY,
    rank int NOT NULL UNIQUE,
    remedy text NOT NULL,
    hands text NOT NULL
);
INSERT INTO custody.violation_rule (rank, rule, remedy, hands) VALUES
    (1, 'weak_algorithm', 'Replace the key by one with an approved algorithm and length, or ask for an exception',
     'its owner; Security approves'),
    (2, 'phase_out_passed', 'Move the key to the vault now: the date by which its legacy storage was to be left has passed',
     'its owner, with DevOps'),
    (3, 'rotation_overdue', 'Ask for a rotation, and have it countersigned', 'DevOps or its owner asks; Security countersigns'),
    (4, 'shared_across_tenants',
     'Give each tenant a KEK of its own, or enter the key in the register of shared keys with its decision record',
     'Engineering; whoever may accept risks'),
    (5, 'message_count_high', 'Rotate the DEK before it has sealed as many messages as one key may', 'DevOps asks; Security countersigns'),
    (6, 'legacy_storage', 'Move the key to the vault before its phase-out date', 'its owner, with DevOps'),
    (7, 'owner_missing', 'Say who answers for the key', 'Security'),
    (8, 'purpose_missing', 'Say what the key is for', 'its owner');

CREATE TYPE custody.violation AS (rule text, key uuid, subject text, detail jsonb, since timestamptz, place uuid);

-- Keys that break one of the rules that the record alone answers for.
CREATE FUNCTION custody.violating_keys(wanted text, now timestamptz, after timestamptz, after_place uuid, most bigint)
RETURNS SETOF custody.violation
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    today date := (now AT TIME ZONE 'UTC')::date;
BEGIN
    IF wanted = 'weak_algorithm' THEN
        RETURN QUERY SELECT wanted, k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner, 'algorithm', k.algorithm, 'bits', k.bits),
                coalesce(k.activated_at, k.created_at), k.id
            FROM custody.key AS k WHERE k.weak AND custody.is_live(k.state)
              AND (coalesce(k.activated_at, k.created_at), k.id) > (after, after_place)
            ORDER BY coalesce(k.activated_at, k.created_at), k.id LIMIT most;
    ELSIF wanted = 'legacy_storage' THEN
        RETURN QUERY SELECT wanted, k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner, 'phase_out_date', k.phase_out_date),
                coalesce(k.activated_at, k.created_at), k.id
            FROM custody.key AS k WHERE k.storage = 'kubernetes_secret_legacy' AND custody.is_live(k.state) AND k.phase_out_date > today
              AND (coalesce(k.activated_at, k.created_at), k.id) > (after, after_place)
            ORDER BY coalesce(k.activated_at, k.created_at), k.id LIMIT most;
    ELSIF wanted = 'phase_out_passed' THEN
        RETURN QUERY SELECT wanted, k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner, 'phase_out_date', k.phase_out_date),
                k.phase_out_date::timestamp AT TIME ZONE 'UTC', k.id
            FROM custody.key AS k WHERE k.storage = 'kubernetes_secret_legacy' AND custody.is_live(k.state) AND k.phase_out_date <= today
              AND (k.phase_out_date, k.id) > ((after AT TIME ZONE 'UTC')::date, after_place)
            ORDER BY k.phase_out_date, k.id LIMIT most;
    ELSIF wanted = 'owner_missing' THEN
        RETURN QUERY SELECT wanted, k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner),
                coalesce(k.activated_at, k.created_at), k.id
            FROM custody.key AS k WHERE k.owner = '' AND custody.is_live(k.state)
              AND (coalesce(k.activated_at, k.created_at), k.id) > (after, after_place)
            ORDER BY coalesce(k.activated_at, k.created_at), k.id LIMIT most;
    ELSIF wanted = 'purpose_missing' THEN
        RETURN QUERY SELECT wanted, k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner),
                coalesce(k.activated_at, k.created_at), k.id
            FROM custody.key AS k WHERE k.purpose = '' AND custody.is_live(k.state)
              AND (coalesce(k.activated_at, k.created_at), k.id) > (after, after_place)
            ORDER BY coalesce(k.activated_at, k.created_at), k.id LIMIT most;
    END IF;
END
$$;

-- R-21: late by its date; and a compromised key is late from the moment it was called so, whatever its date (R-20).
CREATE FUNCTION custody.violating_rotation(now timestamptz, after timestamptz, after_place uuid, most bigint)
RETURNS SETOF custody.violation
LANGUAGE sql STABLE AS $$
    SELECT late.* FROM (
        (SELECT 'rotation_overdue', k.id, k.name,
                jsonb_build_object('kind', k.kind, 'owner', k.owner, 'rotate_by', custody.us(k.rotate_by), 'why', 'date'),
                k.rotate_by AS since, k.id AS place
         FROM custody.key AS k
         WHERE k.rotate_by IS NOT NULL AND custody.rotates(k.state) AND k.rotate_by <= now AND k.state <> 'compromised'
           AND (k.rotate_by, k.id) > (after, after_place)
         ORDER BY k.rotate_by, k.id LIMIT most)
        UNION ALL
        (SELECT 'rotation_overdue', c.id, c.name, jsonb_build_object('kind', c.kind, 'owner', c.owner, 'why', 'compromised'), c.since, c.id
         FROM (SELECT k.id, k.name, k.kind, k.owner, coalesce((SELECT max(s.at) FROM custody.state_transition AS s
                   WHERE s.key = k.id AND s.to_state = 'compromised'), k.activated_at, k.created_at) AS since
               FROM custody.key AS k WHERE k.state = 'compromised') AS c
         WHERE (c.since, c.id) > (after, after_place)
         ORDER BY c.since, c.id LIMIT most)) AS late
    ORDER BY late.since, late.place LIMIT most
$$;

-- What discovery last found too weak in the vault, unless the register says so itself.
CREATE FUNCTION custody.violating_vault(after timestamptz, after_place uuid, most bigint) RETURNS SETOF custody.violation
LANGUAGE sql STABLE AS $$
    SELECT found.* FROM (
        SELECT 'weak_algorithm', k.id, o.name, jsonb_build_object('kind', o.kind, 'owner', coalesce(k.owner, ''), 'vault', o.detail ->> 'vault'),
               (SELECT e.recorded_at FROM custody.vault_observation AS f JOIN custody.ledger_entry AS e ON e.seq = f.seq
                WHERE f.name = o.name AND f.drift = 'weak_algorithm' AND f.kind = o.kind ORDER BY f.seq LIMIT 1) AS since,
               md5(o.kind || '/' || o.name)::uuid AS place
        FROM custody.vault_observation AS o
        LEFT JOIN LATERAL (SELECT i.id, i.owner, i.weak FROM custody.key AS i
                           WHERE i.vault_name = o.name AND i.kind <> 'dek' AND custody.is_live(i.state) LIMIT 1) AS k ON true
        WHERE o.drift = 'weak_algorithm' AND k.weak IS NOT TRUE
          AND o.seq = (SELECT max(e.seq) FROM custody.ledger_entry AS e WHERE e.verb = 'vault.observed')) AS found
    WHERE (found.since, found.place) > (after, after_place)
    ORDER BY found.since, found.place LIMIT most
$$;

-- R-54: a KEK whose DEKs are of more than one tenant. The first DEK of another tenant ends the search.
CREATE FUNCTION custody.violating_sharing(now timestamptz, after timestamptz, after_place uuid, most bigint)
RETURNS SETOF custody.violation
LANGUAGE sql STABLE AS $$
    SELECT shared.* FROM (
        SELECT 'shared_across_tenants', k.id, k.name,
               jsonb_build_object('kind', k.kind, 'owner', k.owner, 'deks', (SELECT sum(t.deks) FROM custody.wrap_tally AS t WHERE t.kek = k.id),
                   'tenants', (SELECT jsonb_agg(t.name ORDER BY t.name) FROM custody.tenant AS t WHERE t.id IN (one.tenant, other.tenant))),
               coalesce(k.activated_at, k.created_at) AS since, k.id AS place
        FROM custody.key AS k
        CROSS JOIN LATERAL (SELECT d.tenant FROM (SELECT w.dek FROM custody.wrap AS w WHERE w.kek = k.id OFFSET 0) AS w
            CROSS JOIN LATERAL (SELECT i.tenant, i.state FROM custody.key AS i WHERE i.id = w.dek OFFSET 0) AS d
            WHERE d.tenant IS NOT NULL AND custody.is_live(d.state) LIMIT 1) AS one
        CROSS JOIN LATERAL (SELECT d.tenant FROM (SELECT w.dek FROM custody.wrap AS w WHERE w.kek = k.id OFFSET 0) AS w
            CROSS JOIN LATERAL (SELECT i.tenant, i.state FROM custody.key AS i WHERE i.id = w.dek OFFSET 0) AS d
            WHERE d.tenant <> one.tenant AND custody.is_live(d.state) LIMIT 1) AS other
        WHERE k.kind = 'kek' AND custody.is_live(k.state) AND NOT custody.is_shared_with_leave(k.id, now)) AS shared
    WHERE (shared.since, shared.place) > (after, after_place)
    ORDER BY shared.since, shared.place LIMIT most
$$;

CREATE FUNCTION custody.violating_messages(after timestamptz, after_place uuid, most bigint) RETURNS SETOF custody.violation
LANGUAGE sql STABLE AS $$
    SELECT worn.* FROM (
        SELECT 'message_count_high', k.id, k.name, jsonb_build_object('kind', k.kind, 'owner', k.owner, 'messages', m.sealed, 'most', 2147483648),
               coalesce(k.rotated_at, k.activated_at, k.created_at) AS since, k.id AS place
        FROM custody.dek_messages AS m JOIN custody.key AS k ON k.id = m.dek
        WHERE m.sealed >= 1932735283 AND custody.is_live(k.state)) AS worn
    WHERE (worn.since, worn.place) > (after, after_place)
    ORDER BY worn.since, worn.place LIMIT most
$$;

CREATE FUNCTION custody.violating(wanted text, now timestamptz, after timestamptz, after_place uuid, most bigint)
RETURNS SETOF custody.violation
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF wanted = 'rotation_overdue' THEN
        RETURN QUERY SELECT * FROM custody.violating_rotation(now, after, after_place, most);
    ELSIF wanted = 'shared_across_tenants' THEN
        RETURN QUERY SELECT * FROM custody.violating_sharing(now, after, after_place, most);
    ELSIF wanted = 'message_count_high' THEN
        RETURN QUERY SELECT * FROM custody.violating_messages(after, after_place, most);
    ELSIF wanted = 'weak_algorithm' THEN
        RETURN QUERY SELECT both_places.* FROM (
                SELECT * FROM custody.violating_keys(wanted, now, after, after_place, most)
                UNION ALL SELECT * FROM custody.violating_vault(after, after_place, most)) AS both_places
            ORDER BY both_places.since, both_places.place LIMIT most;
    ELSE
        RETURN QUERY SELECT * FROM custody.violating_keys(wanted, now, after, after_place, most);
    END IF;
END
$$;

-- A page of the list: rule after rule, in each the oldest first, from behind a place on.
CREATE FUNCTION custody.violations_page(now timestamptz, rules text[], after_rule text, after timestamptz, after_place uuid, most bigint)
RETURNS TABLE (rule text, key uuid, subject text, detail jsonb, since timestamptz, excepted_by uuid, place uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed record;
    left_over bigint := most;
    found bigint;
    any_exception boolean := EXISTS (SELECT FROM custody.exception AS e
        WHERE e.expires_at > now AND e.closed_seq IS NULL AND e.revoked_seq IS NULL);
BEGIN
    FOR listed IN
        SELECT v.rule, v.rule = after_rule AS is_first FROM custody.violation_rule AS v
        WHERE v.rule = ANY (rules)
          AND v.rank >= coalesce((SELECT f.rank FROM custody.violation_rule AS f WHERE f.rule = after_rule), 0)
        ORDER BY v.rank
    LOOP
        RETURN QUERY SELECT v.rule, v.key, v.subject, v.detail, v.since,
                CASE WHEN any_exception AND v.key IS NOT NULL THEN custody.covering_exception(v.rule, v.key, now) END, v.place
            FROM custody.violating(listed.rule, now,
                CASE WHEN listed.is_first THEN after ELSE '-infinity' END,
                CASE WHEN listed.is_first THEN after_place ELSE '00000000-0000-0000-0000-000000000000' END, left_over) AS v;
        GET DIAGNOSTICS found = ROW_COUNT;
        left_over := left_over - found;
        EXIT WHEN left_over <= 0;
    END LOOP;
END
$$;

-- All of them.
CREATE FUNCTION custody.violations(now timestamptz)
RETURNS TABLE (rule text, key uuid, subject text, detail jsonb, since timestamptz, excepted_by uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.rule, v.key, v.subject, v.detail, v.since, v.excepted_by
    FROM custody.violations_page(now, (SELECT array_agg(r.rule) FROM custody.violation_rule AS r), NULL, NULL, NULL, NULL) AS v
$$;

-- Whether a key breaks a rule: the same conditions, for one key.
CREATE FUNCTION custody.breaks(rule text, k custody.key, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT CASE rule
        WHEN 'weak_algorithm' THEN k.weak AND custody.is_live(k.state)
        WHEN 'legacy_storage' THEN k.phase_out_date > (now AT TIME ZONE 'UTC')::date AND custody.is_live(k.state)
        WHEN 'phase_out_passed' THEN k.phase_out_date <= (now AT TIME ZONE 'UTC')::date AND custody.is_live(k.state)
        WHEN 'owner_missing' THEN k.owner = '' AND custody.is_live(k.state)
        WHEN 'purpose_missing' THEN k.purpose = '' AND custody.is_live(k.state)
        WHEN 'rotation_overdue' THEN k.state = 'compromised' OR (k.rotate_by <= now AND custody.rotates(k.state))
        WHEN 'message_count_high' THEN custody.is_live(k.state) AND EXISTS (
            SELECT FROM custody.dek_messages AS m WHERE m.dek = k.id AND m.sealed >= custody.messages_high())
        WHEN 'shared_across_tenants' THEN EXISTS (
            SELECT FROM custody.violating_sharing(now, '-infinity', '00000000-0000-0000-0000-000000000000', NULL) AS v WHERE v.key = k.id)
    END IS TRUE
$$;

-- How many there are of each, and how many of those an exception covers. Counted by the indexes: nothing is listed for it.
CREATE FUNCTION custody.violation_counts(now timestamptz)
RETURNS TABLE (rule text, remedy text, hands text, violations bigint, excepted bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today date := (now AT TIME ZONE 'UTC')::date;
    long_ago CONSTANT timestamptz := '-infinity';
    first CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    RETURN QUERY
    WITH counted (rule, keys) AS (
        SELECT 'weak_algorithm', (SELECT count(*) FROM custody.key AS k WHERE k.weak AND custody.is_live(k.state))
                               + (SELECT count(*) FROM custody.violating_vault(long_ago, first, NULL))
        UNION ALL SELECT 'legacy_storage', count(*) FROM custody.key AS k
            WHERE k.storage = 'kubernetes_secret_legacy' AND custody.is_live(k.state) AND k.phase_out_date > today
        UNION ALL SELECT 'phase_out_passed', count(*) FROM custody.key AS k
            WHERE k.storage = 'kubernetes_secret_legacy' AND custody.is_live(k.state) AND k.phase_out_date <= today
        UNION ALL SELECT 'owner_missing', count(*) FROM custody.key AS k WHERE k.owner = '' AND custody.is_live(k.state)
        UNION ALL SELECT 'purpose_missing', count(*) FROM custody.key AS k WHERE k.purpose = '' AND custody.is_live(k.state)
        UNION ALL SELECT 'rotation_overdue',
            (SELECT count(*) FROM custody.key AS k
             WHERE k.rotate_by IS NOT NULL AND custody.rotates(k.state) AND k.rotate_by <= now)
          + (SELECT count(*) FROM custody.key AS k
             WHERE k.state = 'compromised' AND (k.rotate_by IS NULL OR k.rotate_by > now))
        UNION ALL SELECT 'shared_across_tenants', count(*) FROM custody.violating_sharing(now, long_ago, first, NULL)
        UNION ALL SELECT 'message_count_high', count(*) FROM custody.violating_messages(long_ago, first, NULL)),
    covered AS (
        SELECT DISTINCT r.rule, c.key
        FROM custody.exception AS x
        JOIN custody.violation_rule AS r ON custody.clause_covers(x.clause, r.rule)
        JOIN custody.exception_cover AS v ON v.exception = x.id
        CROSS JOIN LATERAL (SELECT v.key WHERE v.key IS NOT NULL
            UNION ALL SELECT k.id FROM custody.key AS k
            WHERE v.key IS NULL AND (v.kind IS NULL OR k.kind = v.kind) AND (v.tenant IS NULL OR k.tenant = v.tenant)) AS c (key)
        WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL AND x.expires_at > now)
    -- Key by key, and only those that an exception names: no rule is asked of the others.
    SELECT r.rule, r.remedy, r.hands, c.keys, (
        SELECT count(*) FROM (
            SELECT named.k FROM covered AS e
            CROSS JOIN LATERAL (SELECT k FROM custody.key AS k WHERE k.id = e.key OFFSET 0) AS named
            WHERE e.rule = r.rule OFFSET 0) AS excepted
        WHERE custody.breaks(r.rule, excepted.k, now))
    FROM custody.violation_rule AS r JOIN counted AS c ON c.rule = r.rule ORDER BY r.rank;
END
$$;

-- R-20: every live key's date follows the rules in force. A large estate takes longer than an act may: what is left is followed batch by
-- batch, by whoever may write, until nothing is. A key's own revision does not change: nothing happened to the key.
CREATE TABLE custody.due_backlog (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- Keys up to this one have their date.
    after uuid NOT NULL
);
CREATE FUNCTION custody.follow_due() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET "TimeZone" = 'UTC' AS $$
DECLARE
    most CONSTANT int := 10000;
    place uuid;
    batch uuid[];
BEGIN
    SELECT b.after INTO place FROM custody.due_backlog AS b FOR UPDATE;
    IF place IS NULL THEN
        RETURN 0;
    END IF;
    batch := array(SELECT k.id FROM custody.key AS k WHERE k.id > place ORDER BY k.id LIMIT most);
    WITH rule AS MATERIALIZED (
        SELECT r.kind, c.classification, found.version, custody.days(found.period_days) AS period
        FROM (SELECT DISTINCT r.kind FROM custody.rotation_rule AS r WHERE r.version = custody.rotation_version()) AS r
        CROSS JOIN unnest('{public,internal,confidential,restricted}'::text[]) AS c (classification)
        CROSS JOIN LATERAL custody.rotation_rule_for(r.kind, c.classification) AS found)
    UPDATE custody.key AS k SET rotate_by = coalesce(k.rotated_at, k.created_at) + rule.period, rule_version = rule.version
    FROM rule
    WHERE k.id = ANY (batch) AND rule.kind = k.kind AND rule.classification = k.classification AND custody.is_live(k.state)
      AND k.rotate_by IS DISTINCT FROM coalesce(k.rotated_at, k.created_at) + rule.period;
    IF cardinality(batch) < most THEN
        DELETE FROM custody.due_backlog;
    ELSE
        UPDATE custody.due_backlog SET after = batch[most];
    END IF;
    RETURN cardinality(batch);
END
$$;

-- R-04: what lies in legacy storage already is recorded with the day by which it leaves, and counts as a violation until then. A key
-- younger than this was not there when the phase-out began: it needs an exception in force, from A §7 or B §6, for its type or tenant.
CREATE FUNCTION custody.legacy_age() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT custody.days(30) $$;

CREATE FUNCTION custody.legacy_leaves(now timestamptz) RETURNS TABLE (kind text, tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT v.kind, v.tenant FROM custody.exception AS x JOIN custody.exception_cover AS v ON v.exception = x.id
    WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL AND x.expires_at > legacy_leaves.now
      AND custody.clause_covers(x.clause, 'legacy_storage') AND v.key IS NULL
$$;

ALTER FUNCTION custody.import_problems(custody.import_row[], text, timestamptz) RENAME TO import_row_problems;
CREATE FUNCTION custody.import_problems(rows custody.import_row[], here text, now timestamptz)
RETURNS TABLE (number int, cell text, problem text)
LANGUAGE sql STABLE AS $$
    SELECT * FROM custody.import_row_problems(rows, here, now)
    UNION ALL
    SELECT r.number, 'storage', 'legacy_storage' FROM unnest(rows) AS r LEFT JOIN custody.tenant AS t ON t.name = r.tenant
    WHERE r.storage = 'kubernetes_secret_legacy' AND r.created_at > now - custody.legacy_age()
      AND NOT EXISTS (SELECT FROM custody.legacy_leaves(now) AS l
                      WHERE (l.kind IS NULL OR l.kind = r.kind) AND (l.tenant IS NULL OR l.tenant = t.id))
$$;

SELECT custody.own_everything();

GRANT SELECT ON custody.violation_rule TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor,
                                          countersign_agent;
GRANT EXECUTE ON FUNCTION custody.follow_due() TO countersign_security, countersign_devops, countersign_engineering, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.violations(timestamptz), custody.violation_counts(timestamptz), custody.legacy_leaves(timestamptz),
    custody.violations_page(timestamptz, text[], text, timestamptz, uuid, bigint)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
