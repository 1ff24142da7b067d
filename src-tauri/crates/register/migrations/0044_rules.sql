-- Rules as versioned data: five sections (rotation, algorithms, quorum, terms, settings), each with versions of its own. A version is
-- never edited: a `change_rules` request names the version it replaces and the rows that differ, and the next version is a copy with
-- these rows. Within a section a rule is a name and a value, each with one spelling (docs/formats/rules.md).

CREATE TABLE custody.rule_section (
    -- What a plan names as its target.
    id uuid PRIMARY KEY,
    section text NOT NULL UNIQUE CHECK (section IN ('rotation', 'algorithms', 'quorum', 'terms', 'settings')),
    title text NOT NULL UNIQUE
);
INSERT INTO custody.rule_section VALUES
    ('5ec7104e-0000-8000-8000-000000000001', 'rotation', 'Rotation rules'),
    ('5ec7104e-0000-8000-8000-000000000002', 'algorithms', 'Approved algorithms'),
    ('5ec7104e-0000-8000-8000-000000000003', 'quorum', 'Quorum rules'),
    ('5ec7104e-0000-8000-8000-000000000004', 'terms', 'Exception terms'),
    ('5ec7104e-0000-8000-8000-000000000005', 'settings', 'Settings');

-- R-51: how long an exception from a clause may last. Clauses are named after the policy's: `B-9-api-secrets` is B §9.
CREATE TABLE custody.clause_rule (
    version int NOT NULL CHECK (version >= 1),
    clause text NOT NULL CHECK (clause ~ '^[AB]-([0-9]{1,2}(\.[0-9]{1,2})?|A)(-[a-z0-9]+)+$' AND length(clause) <= 60),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200 AND custody.is_clean(title) AND title = btrim(title)),
    term_days_max int NOT NULL CHECK (term_days_max BETWEEN 1 AND 365),
    PRIMARY KEY (version, clause)
);
INSERT INTO custody.clause_rule (version, clause, title, term_days_max) VALUES
    (1, 'A-3-key-separation', 'DEKs are unique to a tenant''s integration or a secret', 90),
    (1, 'A-6.3-kek-rotation', 'KEKs are rotated every year', 60),
    (1, 'A-6.3-dek-rotation', 'DEKs are rotated on their triggers', 60),
    (1, 'A-7-legacy-storage', 'No new keys in Kubernetes Secrets; what lies there is phased out', 90),
    (1, 'A-9.6-inventory', 'Every key has a record with owner and purpose', 30),
    (1, 'A-A-algorithms', 'Approved algorithms', 60),
    (1, 'B-5-algorithms', 'Approved algorithms and lengths', 60),
    (1, 'B-6-storage', 'Keys lie in managed secret stores', 90),
    (1, 'B-8-declared-purpose', 'Keys are used for their declared purpose, and somebody answers for them', 30),
    (1, 'B-9-api-secrets', 'API secrets every 90 days', 60),
    (1, 'B-9-database-keys', 'Database keys every year', 60),
    (1, 'B-9-tls-certificates', 'TLS certificates before they expire', 30),
    (1, 'B-9-token-signing', 'Token-signing keys every 180 days', 60),
    (1, 'B-11-backup-keys', 'Backup keys are kept apart and tested every year', 90),
    (1, 'B-12-cross-tenant', 'No key is shared across tenants', 90),
    (1, 'B-13-ai-services', 'Keys of AI services are vaulted and scoped to an environment', 60);

-- What a setting may be, and in which direction a change weakens the policy. Part of the program, not of the policy.
CREATE TABLE custody.setting_rule (
    name text PRIMARY KEY,
    words text[],
    lowest bigint,
    highest bigint,
    weaker text CHECK (weaker IN ('up', 'down')),
    CHECK ((words IS NULL) = (lowest IS NOT NULL AND highest IS NOT NULL))
);
INSERT INTO custody.setting_rule (name, lowest, highest, weaker) VALUES
    ('vault_budget_percent', 1, 100, NULL), ('vault_operations_per_ten_seconds', 1, 1000000, NULL),
    ('rewrap_batch', 1, 1000, NULL), ('approve_days_max', 1, 30, 'up'), ('execute_days_max', 1, 60, 'up'),
    ('grace_seconds', 0, 2592000, NULL), ('role_cool_down_hours', 1, 720, 'down'),
    ('backup_retention_days', 0, 3650, NULL), ('wal_retention_days', 0, 365, NULL), ('replica_lag_hours', 0, 720, NULL),
    ('exception_term_days_max', 1, 365, 'up'), ('shared_key_term_days_max', 1, 365, 'up'), ('exception_warn_days', 1, 90, 'down'),
    ('retention_evidence_days', 365, 36500, 'down'), ('retention_observations_days', 30, 3650, 'down'),
    ('rehearsal_days', 7, 365, 'up'), ('acknowledgement_days', 30, 730, 'up'), ('lost_device_hours', 1, 24, 'up');
-- From the weakest to the strongest.
INSERT INTO custody.setting_rule (name, words, weaker) VALUES
    ('threat_level', '{normal,elevated,high}', 'down'), ('gate_rotation_overdue', '{off,warn,block}', 'down'),
    ('gate_violation', '{off,warn,block}', 'down'), ('gate_quorum', '{off,warn,block}', 'down');

INSERT INTO custody.setting (version, name, value)
SELECT (SELECT max(version) + 1 FROM custody.setting), name, value
FROM (SELECT DISTINCT ON (s.name) s.name, s.value FROM custody.setting AS s ORDER BY s.name, s.version DESC) AS before
UNION ALL SELECT (SELECT max(version) + 1 FROM custody.setting), name, value
FROM (VALUES ('exception_term_days_max', '90'), ('shared_key_term_days_max', '365'), ('exception_warn_days', '30'), ('gate_rotation_overdue', 'warn'),
             ('gate_violation', 'warn'), ('gate_quorum', 'warn'), ('retention_evidence_days', '2555'),
             ('retention_observations_days', '365'), ('rehearsal_days', '90'), ('acknowledgement_days', '365'),
             ('lost_device_hours', '4')) AS new (name, value);

-- Who brought a version: a request, or the schema itself where there is none. While a version has no row here it is being written.
CREATE TABLE custody.rule_change (
    section text NOT NULL REFERENCES custody.rule_section (section),
    version int NOT NULL CHECK (version >= 1),
    at timestamptz NOT NULL,
    request uuid UNIQUE REFERENCES custody.request,
    seq bigint UNIQUE REFERENCES custody.ledger_entry,
    -- R-86.
    major boolean NOT NULL DEFAULT false,
    decision_record text NOT NULL DEFAULT '' CHECK (length(decision_record) <= 4000 AND (NOT major OR decision_record <> '')),
    -- Name of each rule that changed, with its value before and after ('' where there is none) and whether that weakens the policy.
    rows jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (section, version),
    CHECK ((request IS NULL) = (seq IS NULL))
);

CREATE FUNCTION custody.rule_version(wanted text) RETURNS int
LANGUAGE sql STABLE AS $$
    SELECT CASE wanted
        WHEN 'rotation' THEN custody.rotation_version()
        WHEN 'algorithms' THEN (SELECT max(version) FROM custody.approved_algorithm)
        WHEN 'quorum' THEN custody.quorum_version()
        WHEN 'terms' THEN (SELECT max(version) FROM custody.clause_rule)
        WHEN 'settings' THEN (SELECT max(version) FROM custody.setting)
    END
$$;

INSERT INTO custody.rule_change (section, version, at)
SELECT section, generate_series(1, custody.rule_version(section)), custody.clock() FROM custody.rule_section;

-- A version that stands is complete: no row joins it later.
CREATE FUNCTION custody.guard_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.rule_change AS c WHERE c.section = TG_ARGV[0] AND c.version >= NEW.version) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'rules_fixed',
            DETAIL = json_build_object('section', TG_ARGV[0], 'version', NEW.version)::text;
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    guarded text[];
    fixed text;
BEGIN
    FOREACH guarded SLICE 1 IN ARRAY ARRAY[['rotation_rule', 'rotation'], ['approved_algorithm', 'algorithms'],
        ['quorum_rule', 'quorum'], ['quorum_pair', 'quorum'], ['clause_rule', 'terms'], ['setting', 'settings']]
    LOOP
        EXECUTE format('CREATE TRIGGER guard_version BEFORE INSERT ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.guard_version(%L)', guarded[1], guarded[2]);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER guard_version', guarded[1]);
    END LOOP;
    FOREACH fixed IN ARRAY ARRAY['clause_rule', 'setting_rule', 'rule_section', 'rule_change'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', fixed);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', fixed);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', fixed);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', fixed);
    END LOOP;
END
$$;

-- One spelling of a quorum: `2 devops:security security:devops,security`.
CREATE FUNCTION custody.quorum_text(wanted_version int, wanted_operation text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT (SELECT q.minimum::text FROM custody.quorum_rule AS q WHERE q.version = wanted_version AND q.operation = wanted_operation)
        || ' ' || string_agg(asked.pair, ' ' ORDER BY asked.requester_role COLLATE "C")
    FROM (SELECT p.requester_role,
                 p.requester_role || ':' || string_agg(p.countersigner_role, ',' ORDER BY p.countersigner_role COLLATE "C") AS pair
          FROM custody.quorum_pair AS p WHERE p.version = wanted_version AND p.operation = wanted_operation
          GROUP BY p.requester_role) AS asked
$$;
CREATE FUNCTION custody.quorum_pairs(value text) RETURNS TABLE (requester text, countersigner text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(asked.pair, ':', 1), role
    FROM unnest(string_to_array(substr(value, strpos(value, ' ') + 1), ' ')) AS asked (pair),
         unnest(string_to_array(split_part(asked.pair, ':', 2), ',')) AS role
$$;

-- All rules of a section in one version, as name and value.
CREATE FUNCTION custody.rules_in(wanted text, wanted_version int) RETURNS TABLE (name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF wanted = 'rotation' THEN
        RETURN QUERY SELECT r.kind || '/' || r.classification || '/' || r.threat_level, r.period_days || '/' || r.warn_days
            FROM custody.rotation_rule AS r WHERE r.version = wanted_version ORDER BY 1;
    ELSIF wanted = 'algorithms' THEN
        RETURN QUERY SELECT a.algorithm, array_to_string(a.bits, ',')
            FROM custody.approved_algorithm AS a WHERE a.version = wanted_version ORDER BY 1;
    ELSIF wanted = 'quorum' THEN
        RETURN QUERY SELECT q.operation, custody.quorum_text(wanted_version, q.operation)
            FROM custody.quorum_rule AS q WHERE q.version = wanted_version ORDER BY 1;
    ELSIF wanted = 'terms' THEN
        RETURN QUERY SELECT c.clause, c.term_days_max || ' ' || c.title
            FROM custody.clause_rule AS c WHERE c.version = wanted_version ORDER BY 1;
    ELSIF wanted = 'settings' THEN
        RETURN QUERY SELECT DISTINCT ON (s.name) s.name, s.value
            FROM custody.setting AS s WHERE s.version <= wanted_version ORDER BY s.name, s.version DESC;
    END IF;
END
$$;
CREATE FUNCTION custody.rules_of(wanted text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(r.name, r.value), '{}') FROM custody.rules_in(wanted, custody.rule_version(wanted)) AS r
$$;

-- The rows that a plan changes: name to value, '' for one that goes.
CREATE FUNCTION custody.rows_of(plan custody.plan) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(substr(p.key, 5), p.value), '{}')
    FROM jsonb_each_text(plan.parameters) AS p WHERE p.key LIKE 'row.%'
$$;
CREATE FUNCTION custody.rules_with(before jsonb, changes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(r.key, r.value), '{}') FROM jsonb_each_text(before || changes) AS r WHERE r.value <> ''
$$;

-- How long a kind and class may serve at a threat level, by a whole set of rows: its own classification before 'any'.
CREATE FUNCTION custody.period_in(rows jsonb, kind text, class text, level text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(coalesce(rows ->> (kind || '/' || class || '/' || level), rows ->> (kind || '/any/' || level)), '/', 1)::int
$$;

-- R-86: whether a row weakens the policy: a longer period, an algorithm more, fewer people or more who may sign, a longer term, a lower
-- level. Found by comparing, not claimed by who asks.
CREATE FUNCTION custody.is_weaker(section text, name text, before jsonb, after jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    old text := before ->> name;
    new text := after ->> name;
    parts text[] := string_to_array(name, '/');
    rule custody.setting_rule;
BEGIN
    IF section = 'rotation' THEN
        RETURN EXISTS (SELECT FROM unnest('{public,internal,confidential,restricted}'::text[]) AS class
            WHERE parts[2] IN (class, 'any')
              AND custody.period_in(after, parts[1], class, parts[3]) > custody.period_in(before, parts[1], class, parts[3]));
    ELSIF section = 'algorithms' THEN
        RETURN NOT string_to_array(coalesce(new, ''), ',') <@ string_to_array(coalesce(old, ''), ',');
    ELSIF section = 'quorum' THEN
        RETURN split_part(new, ' ', 1)::int < split_part(old, ' ', 1)::int
            OR EXISTS (SELECT * FROM custody.quorum_pairs(new) EXCEPT SELECT * FROM custody.quorum_pairs(old));
    ELSIF section = 'terms' THEN
        RETURN coalesce(split_part(new, ' ', 1)::int, 0) > coalesce(split_part(old, ' ', 1)::int, 0);
    END IF;
    SELECT * INTO rule FROM custody.setting_rule AS r WHERE r.name = is_weaker.name;
    RETURN coalesce(CASE rule.weaker
        WHEN 'up' THEN new::bigint > old::bigint
        WHEN 'down' THEN CASE WHEN rule.words IS NULL THEN new::bigint < old::bigint
                              ELSE array_position(rule.words, new) < array_position(rule.words, old) END
    END, false);
END
$$;

-- What these rows would change in the version in force: for planning, and asked again by whoever signs.
CREATE FUNCTION custody.weigh_rules(wanted text, changes jsonb) RETURNS TABLE (name text, before text, after text, weaker boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old jsonb := custody.rules_of(wanted);
    new jsonb := custody.rules_with(custody.rules_of(wanted), changes);
BEGIN
    PERFORM custody.check_rules(wanted, changes, new);
    RETURN QUERY SELECT c.key, coalesce(old ->> c.key, ''), c.value, custody.is_weaker(wanted, c.key, old, new)
        FROM jsonb_each_text(changes) AS c ORDER BY c.key COLLATE "C";
END
$$;
CREATE FUNCTION custody.unfit_rule(name text, why text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.fail('rule_unfit', jsonb_build_object('rule', name, 'why', why)) $$;

-- Whether rows are what this section's rules can be, and the whole of it something to live by.
CREATE FUNCTION custody.check_rules(section text, changes jsonb, rows jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    row record;
BEGIN
    IF (SELECT count(*) FROM jsonb_object_keys(changes)) NOT BETWEEN 1 AND 200 OR length(changes::text) > 16000 THEN
        PERFORM custody.unfit_rule('', 'between 1 and 200 rules change at once');
    END IF;
    FOR row IN SELECT c.key AS name, c.value FROM jsonb_each_text(changes) AS c LOOP
        IF row.value = coalesce(custody.rules_of(section) ->> row.name, '') THEN
            PERFORM custody.unfit_rule(row.name, 'it is like this already');
        END IF;
        IF section = 'rotation' THEN
            PERFORM custody.check_rotation_row(row.name, row.value);
        ELSIF section = 'algorithms' THEN
            IF row.name !~ '^[A-Za-z0-9][A-Za-z0-9 .-]{0,39}$' OR row.value !~ '^((0|[1-9][0-9]{0,4})(,[1-9][0-9]{0,4})*)?$'
               OR string_to_array(row.value, ',')::int[] IS DISTINCT FROM
                  (SELECT coalesce(array_agg(DISTINCT b), '{}') FROM unnest(string_to_array(row.value, ',')::int[]) AS b) THEN
                PERFORM custody.unfit_rule(row.name, 'lengths in bits, ascending, separated by commas');
            END IF;
        ELSIF section = 'quorum' THEN
            PERFORM custody.check_quorum_row(row.name, row.value);
        ELSIF section = 'terms' THEN
            IF row.name !~ '^[AB]-([0-9]{1,2}(\.[0-9]{1,2})?|A)(-[a-z0-9]+)+$' OR length(row.name) > 60
               OR (row.value <> '' AND (row.value !~ '^[1-9][0-9]{0,2} [^ ]' OR split_part(row.value, ' ', 1)::int > 365
                   OR length(row.value) > 200 OR row.value <> btrim(row.value) OR NOT custody.is_clean(row.value))) THEN
                PERFORM custody.unfit_rule(row.name, 'a clause of policy A or B; 1 to 365 days, a blank, and its title');
            END IF;
        ELSIF section = 'settings' THEN
            PERFORM custody.check_setting(row.name, row.value);
        END IF;
    END LOOP;
    IF section = 'rotation' THEN
        PERFORM custody.check_rotation(rows);
    ELSIF section = 'algorithms' AND (rows ->> 'RSA' IS NULL OR rows ->> 'AES-256-GCM' IS DISTINCT FROM '256'
          OR NOT string_to_array(rows ->> 'RSA', ',') && '{2048,3072,4096}') THEN
        PERFORM custody.unfit_rule('', 'KEKs are RSA of 2048, 3072 or 4096 bits, and DEKs AES-256-GCM');
    END IF;
END
$$;

CREATE FUNCTION custody.check_rotation_row(name text, value text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts text[] := string_to_array(name, '/');
BEGIN
    IF cardinality(parts) <> 3 OR NOT custody.is_kind(parts[1]) OR parts[3] NOT IN ('normal', 'elevated', 'high')
       OR parts[2] NOT IN ('any', 'public', 'internal', 'confidential', 'restricted') THEN
        PERFORM custody.unfit_rule(name, 'kind/classification/threat level');
    ELSIF value = '' AND parts[2] = 'any' THEN
        PERFORM custody.unfit_rule(name, 'every kind keeps a rule for any classification');
    ELSIF value <> '' AND (value !~ '^[1-9][0-9]{0,3}/(0|[1-9][0-9]{0,2})$' OR split_part(value, '/', 1)::int > 3650
          OR split_part(value, '/', 2)::int > 365 OR split_part(value, '/', 2)::int >= split_part(value, '/', 1)::int) THEN
        PERFORM custody.unfit_rule(name, 'days of service, at most 3650, a slash, and fewer days of warning, at most 365');
    END IF;
END
$$;

-- A higher threat never lengthens a term.
CREATE FUNCTION custody.check_rotation(rows jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    wrong text;
BEGIN
    SELECT k.kind || '/' || class INTO wrong
    FROM (SELECT DISTINCT split_part(r, '/', 1) AS kind FROM jsonb_object_keys(rows) AS r) AS k,
         unnest('{public,internal,confidential,restricted}'::text[]) AS class
    WHERE (custody.period_in(rows, k.kind, class, 'normal') >= custody.period_in(rows, k.kind, class, 'elevated')
           AND custody.period_in(rows, k.kind, class, 'elevated') >= custody.period_in(rows, k.kind, class, 'high')) IS NOT TRUE
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        PERFORM custody.unfit_rule(wrong, 'a higher threat level may not allow a longer service');
    END IF;
END
$$;

CREATE FUNCTION custody.check_setting(name text, value text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    rule custody.setting_rule;
BEGIN
    SELECT * INTO rule FROM custody.setting_rule AS r WHERE r.name = check_setting.name;
    IF rule.name IS NULL THEN
        PERFORM custody.unfit_rule(name, 'no such setting');
    ELSIF rule.words IS NOT NULL AND value <> ALL (rule.words) THEN
        PERFORM custody.unfit_rule(name, array_to_string(rule.words, ', '));
    ELSIF rule.words IS NULL AND (value !~ '^(0|[1-9][0-9]{0,9})$' OR value::bigint NOT BETWEEN rule.lowest AND rule.highest) THEN
        PERFORM custody.unfit_rule(name, rule.lowest || ' to ' || rule.highest);
    END IF;
END
$$;

-- How many different people could sign together what is asked for in this role: one who asks, and everybody who may countersign.
CREATE FUNCTION custody.people_together(requester text, countersigners text[], now timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
    WITH able AS (
        SELECT DISTINCT lower(o.person) AS person, custody.holds_role(o.id, requester, now) AS asks,
               EXISTS (SELECT FROM unnest(countersigners) AS c (role) WHERE custody.holds_role(o.id, c.role, now)) AS agrees
        FROM custody.operator AS o
        WHERE o.kind = 'operator' AND o.status = 'active'
          AND EXISTS (SELECT FROM custody.device AS d WHERE d.operator = o.id AND d.status = 'active')
    )
    SELECT CASE WHEN bool_or(asks) THEN count(*) FILTER (WHERE agrees) + bool_or(asks AND NOT agrees)::int ELSE 0 END FROM able
$$;

-- The pairs that the schema brought are the widest there are: a change takes pairs away or puts them back, so that Security stays where
-- it is wanted. And no rule comes into force that today's people could not meet: nobody could ever change it again.
CREATE FUNCTION custody.check_quorum_row(name text, value text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    most bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.version = custody.quorum_version() AND q.operation = name) THEN
        PERFORM custody.unfit_rule(name, 'no such operation');
    ELSIF value !~ '^[1-9]( [a-z_]+:[a-z_]+(,[a-z_]+)*)+$' OR value <> split_part(value, ' ', 1) || ' ' || (
              SELECT string_agg(asked.pair, ' ' ORDER BY asked.requester COLLATE "C")
              FROM (SELECT p.requester, p.requester || ':' || string_agg(DISTINCT p.countersigner, ',' ) AS pair
                    FROM (SELECT DISTINCT q.requester, q.countersigner COLLATE "C" AS countersigner FROM custody.quorum_pairs(value) AS q) AS p
                    GROUP BY p.requester) AS asked) THEN
        PERFORM custody.unfit_rule(name, 'people, then who asks and who countersigns: 2 devops:security security:devops,security');
    ELSIF split_part(value, ' ', 1)::int < 2 THEN
        PERFORM custody.unfit_rule(name, 'never fewer than two people');
    ELSIF EXISTS (SELECT * FROM custody.quorum_pairs(value) EXCEPT
                  SELECT p.requester_role, p.countersigner_role FROM custody.quorum_pair AS p
                  WHERE p.operation = name AND NOT EXISTS (SELECT FROM custody.rule_change AS c
                      WHERE c.section = 'quorum' AND c.version = p.version AND c.request IS NOT NULL)) THEN
        PERFORM custody.unfit_rule(name, 'these two could not sign it together under any rule');
    END IF;
    SELECT max(custody.people_together(p.requester, p.countersigners, custody.clock())) INTO most
    FROM (SELECT q.requester, array_agg(q.countersigner) AS countersigners FROM custody.quorum_pairs(value) AS q GROUP BY 1) AS p;
    IF most < split_part(value, ' ', 1)::int THEN
        PERFORM custody.fail('quorum_unreachable', jsonb_build_object('operation', name, 'wanted', split_part(value, ' ', 1)::int,
            'people', most));
    END IF;
END
$$;

CREATE FUNCTION custody.change_rules_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    its custody.rule_section;
    other text;
    weaker boolean;
BEGIN
    SELECT * INTO its FROM custody.rule_section AS s WHERE s.id = target.key;
    IF its.id IS NULL OR plan.parameters ->> 'section' IS DISTINCT FROM its.section OR target.name <> its.title
       OR target.version <> custody.rule_version(its.section)::text THEN
        PERFORM custody.unfit('target');
    END IF;
    SELECT p.key INTO other FROM jsonb_each_text(plan.parameters) AS p
    WHERE p.key NOT IN ('vault', 'section', 'major', 'decision_record') AND p.key NOT LIKE 'row.%' LIMIT 1;
    IF other IS NOT NULL THEN
        PERFORM custody.unfit(other);
    END IF;
    SELECT bool_or(w.weaker) INTO weaker FROM custody.weigh_rules(its.section, custody.rows_of(plan)) AS w;
    IF plan.parameters ->> 'major' IS DISTINCT FROM weaker::text THEN
        PERFORM custody.unfit('major');
    ELSIF length(plan.parameters ->> 'decision_record') > 4000 THEN
        PERFORM custody.unfit('decision_record');
    ELSIF weaker AND coalesce(plan.parameters ->> 'decision_record', '') !~ '[^[:space:]]' THEN
        PERFORM custody.fail('decision_missing', (SELECT jsonb_build_object('weaker', jsonb_agg(w.name ORDER BY w.name))
            FROM custody.weigh_rules(its.section, custody.rows_of(plan)) AS w WHERE w.weaker));
    END IF;
END
$$;

-- A plan lapses when its section has another version by now, and by that alone.
CREATE FUNCTION custody.change_rules_facts(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'version', custody.rule_version(s.section)::text FROM custody.rule_section AS s WHERE s.id = wanted
$$;

CREATE FUNCTION custody.write_rules(section text, version int, rows jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF section = 'rotation' THEN
        INSERT INTO custody.rotation_rule (version, kind, classification, threat_level, period_days, warn_days)
        SELECT write_rules.version, split_part(r.key, '/', 1), split_part(r.key, '/', 2), split_part(r.key, '/', 3),
               split_part(r.value, '/', 1)::int, split_part(r.value, '/', 2)::int FROM jsonb_each_text(rows) AS r;
    ELSIF section = 'algorithms' THEN
        INSERT INTO custody.approved_algorithm (version, algorithm, bits)
        SELECT write_rules.version, r.key, string_to_array(r.value, ',')::int[] FROM jsonb_each_text(rows) AS r;
    ELSIF section = 'quorum' THEN
        INSERT INTO custody.quorum_rule (version, operation, minimum)
        SELECT write_rules.version, r.key, split_part(r.value, ' ', 1)::int FROM jsonb_each_text(rows) AS r;
        INSERT INTO custody.quorum_pair (version, operation, requester_role, countersigner_role)
        SELECT write_rules.version, r.key, p.requester, p.countersigner
        FROM jsonb_each_text(rows) AS r, custody.quorum_pairs(r.value) AS p;
    ELSIF section = 'terms' THEN
        INSERT INTO custody.clause_rule (version, clause, title, term_days_max)
        SELECT write_rules.version, r.key, substr(r.value, strpos(r.value, ' ') + 1), split_part(r.value, ' ', 1)::int
        FROM jsonb_each_text(rows) AS r;
    ELSIF section = 'settings' THEN
        INSERT INTO custody.setting (version, name, value) SELECT write_rules.version, r.key, r.value FROM jsonb_each_text(rows) AS r;
    END IF;
END
$$;

CREATE FUNCTION custody.change_rules_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_section text := plan.parameters ->> 'section';
    next_version int := custody.rule_version(plan.parameters ->> 'section') + 1;
    changed jsonb;
    weaker boolean;
BEGIN
    SELECT jsonb_object_agg(w.name, jsonb_build_object('before', w.before, 'after', w.after, 'weaker', w.weaker)), bool_or(w.weaker)
    INTO changed, weaker FROM custody.weigh_rules(its_section, custody.rows_of(plan)) AS w;
    PERFORM custody.write_rules(its_section, next_version,
                                custody.rules_with(custody.rules_of(its_section), custody.rows_of(plan)));
    INSERT INTO custody.rule_change (section, version, at, request, seq, major, decision_record, rows)
    VALUES (its_section, next_version, act.now, held.request, act.seq, weaker,
            coalesce(plan.parameters ->> 'decision_record', ''), changed);
    IF its_section = 'rotation' OR changed ? 'threat_level' THEN
        INSERT INTO custody.due_backlog (after) VALUES ('00000000-0000-0000-0000-000000000000')
        ON CONFLICT (one) DO UPDATE SET after = excluded.after;
        PERFORM custody.follow_due();
    ELSIF its_section = 'algorithms' THEN
        PERFORM custody.recompute_weak();
    END IF;
END
$$;

SELECT custody.own_everything();

GRANT SELECT ON custody.rule_section, custody.rule_change, custody.clause_rule, custody.setting_rule TO countersign_security,
    countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.rule_version(text), custody.rules_in(text, int), custody.weigh_rules(text, jsonb)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
