-- Importing an inventory: every bad row is named, and all rows are written or none.

CREATE TYPE custody.import_row AS (
    number int, id uuid, environment text, kind text, name text, tenant text, integration text, secret_name text,
    classification text, purpose text, owner text, algorithm text, bits text, storage text, phase_out_date text,
    vault_name text, version text, created_at timestamptz, rotated_at timestamptz, expires_at timestamptz
);

CREATE FUNCTION custody.optional_time(value bytea, what text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF length(value) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN custody.from_us(custody.as_count(value, what), what);
END
$$;

-- Text is only decoded here: which cell is unclean is said by import_problems.
CREATE FUNCTION custody.import_row_of(row_bytes bytea, number int) RETURNS custody.import_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 19, 'inventory row');
    texts text[] := '{}';
BEGIN
    FOR i IN 2 .. 16 LOOP
        texts := texts || convert_from(cells[i], 'UTF8');
    END LOOP;
    RETURN (number, custody.as_id(cells[1], 'key'), texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7],
            texts[8], texts[9], texts[10], texts[11], texts[12], texts[13], texts[14], texts[15],
            custody.optional_time(cells[17], 'created_at'), custody.optional_time(cells[18], 'rotated_at'),
            custody.optional_time(cells[19], 'expires_at'))::custody.import_row;
END
$$;

-- Cells whose text is too long or hides something. Rows that are clean as a whole are not looked at cell by cell.
CREATE FUNCTION custody.import_text_problems(rows custody.import_row[]) RETURNS TABLE (number int, cell text, problem text)
LANGUAGE sql STABLE AS $$
    SELECT r.number, c.cell, CASE WHEN length(c.value) > c.length_max THEN 'too_long' ELSE 'hidden_characters' END
    FROM unnest(rows) AS r
    CROSS JOIN LATERAL (VALUES
        ('name', r.name, 200), ('tenant', r.tenant, 100), ('integration', r.integration, 100),
        ('secret_name', r.secret_name, 127), ('purpose', r.purpose, 500), ('owner', r.owner, 200),
        ('algorithm', r.algorithm, 40), ('version', r.version, 64)) AS c (cell, value, length_max)
    WHERE (length(r.name) > 200 OR length(r.tenant) > 100 OR length(r.integration) > 100 OR length(r.secret_name) > 127
           OR length(r.purpose) > 500 OR length(r.owner) > 200 OR length(r.algorithm) > 40 OR length(r.version) > 64
           OR NOT custody.is_clean(concat_ws(' ', r.name, r.tenant, r.integration, r.secret_name, r.purpose, r.owner,
                                             r.algorithm, r.version)))
      AND (length(c.value) > c.length_max OR NOT custody.is_clean(c.value))
$$;

CREATE FUNCTION custody.import_problems(rows custody.import_row[], here text, now timestamptz)
RETURNS TABLE (number int, cell text, problem text)
LANGUAGE sql STABLE AS $$
    SELECT r.number, p.cell, p.problem
    FROM unnest(rows) AS r
    CROSS JOIN LATERAL (VALUES
        ('environment', 'other_environment', r.environment <> here),
        ('kind', 'unknown_word', NOT custody.is_kind(r.kind)),
        ('kind', 'not_selectable', r.kind IN ('kek', 'dek')),
        ('name', 'missing', r.name = ''),
        ('tenant', 'tenant_needed', r.integration <> '' AND r.tenant = ''),
        ('classification', 'unknown_word', r.classification NOT IN ('public', 'internal', 'confidential', 'restricted')),
        -- R-93: a third party's key has somebody who answers for it.
        ('owner', 'owner_and_purpose_needed', r.kind IN ('ai_service', 'provider') AND (r.owner = '' OR r.purpose = '')),
        ('bits', 'not_a_number', r.bits !~ '^([1-9][0-9]{0,4}|0)?$'),
        -- R-04: where keys must never lie cannot be chosen, and legacy has an end.
        ('storage', 'not_selectable', r.storage NOT IN ('key_vault', 'postgresql_wrapped', 'kubernetes_secret_legacy')),
        ('phase_out_date', 'missing', r.storage = 'kubernetes_secret_legacy' AND r.phase_out_date = ''),
        ('phase_out_date', 'legacy_storage', r.storage <> 'kubernetes_secret_legacy' AND r.phase_out_date <> ''),
        ('phase_out_date', 'not_a_date', r.phase_out_date !~ '^([0-9]{4}-[01][0-9]-[0-3][0-9])?$'),
        ('vault_name', 'unknown_word', r.vault_name !~ '^[a-zA-Z0-9-]{0,127}$'),
        ('created_at', 'missing', r.created_at IS NULL),
        ('created_at', 'not_a_date', r.created_at > now + interval '1 day'),
        ('rotated_at', 'not_a_date', r.rotated_at > now + interval '1 day' OR r.rotated_at < r.created_at)
    ) AS p (cell, problem, wrong)
    WHERE p.wrong
    UNION ALL
    -- R-05. Asked once for each algorithm that occurs.
    SELECT r.number, 'algorithm', 'weak_algorithm' FROM unnest(rows) AS r
    JOIN (SELECT d.kind, d.algorithm, d.bits, custody.is_approved_algorithm(d.kind, d.algorithm, nullif(d.bits, '')::int) AS good
          FROM (SELECT DISTINCT one.kind, one.algorithm, one.bits FROM unnest(rows) AS one
                WHERE one.bits ~ '^[0-9]{0,5}$') AS d) AS known
      ON known.kind = r.kind AND known.algorithm = r.algorithm AND known.bits = r.bits
    WHERE NOT known.good
    UNION ALL SELECT * FROM custody.import_text_problems(rows)
    UNION ALL
    SELECT d.number, 'name', 'duplicate_in_file' FROM (
        SELECT r.number, row_number() OVER (PARTITION BY r.kind, r.name, r.tenant, r.integration ORDER BY r.number) AS nth
        FROM unnest(rows) AS r) AS d
    WHERE d.nth > 1
    UNION ALL
    SELECT r.number, 'name', 'already_in_register' FROM unnest(rows) AS r
    LEFT JOIN custody.tenant AS t ON t.name = r.tenant
    JOIN custody.key AS k ON k.kind = r.kind AND k.name = r.name AND custody.is_live(k.state)
                         AND k.tenant IS NOT DISTINCT FROM t.id AND coalesce(k.integration, '') = r.integration
    WHERE r.tenant = '' OR t.id IS NOT NULL
$$;

-- Tenants and integrations come into being where a key first mentions them.
CREATE FUNCTION custody.ensure_tenants(act custody.act, tenants text[], integrations text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    inactive jsonb;
BEGIN
    SELECT jsonb_agg(DISTINCT t.name) INTO inactive FROM custody.tenant AS t
    WHERE t.name = ANY (tenants) AND t.status <> 'active';
    IF inactive IS NOT NULL THEN
        PERFORM custody.fail('tenant_inactive', jsonb_build_object('tenants', inactive));
    END IF;
    INSERT INTO custody.tenant (name, created_seq)
    SELECT DISTINCT mentioned.name, act.seq FROM unnest(tenants) AS mentioned (name) WHERE mentioned.name <> ''
    ON CONFLICT (name) DO NOTHING;
    INSERT INTO custody.integration (tenant, name, created_seq)
    SELECT DISTINCT t.id, mentioned.integration, act.seq
    FROM unnest(tenants, integrations) AS mentioned (tenant, integration)
    JOIN custody.tenant AS t ON t.name = mentioned.tenant
    WHERE mentioned.integration <> ''
    ON CONFLICT (tenant, name) DO NOTHING;
END
$$;

CREATE FUNCTION custody.insert_imported(act custody.act, rows custody.import_row[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM custody.ensure_tenants(act, array_agg(r.tenant), array_agg(r.integration)) FROM unnest(rows) AS r;
    INSERT INTO custody.key (id, kind, name, tenant, integration, secret_name, classification, purpose, owner, algorithm,
                             bits, storage, phase_out_date, vault_name, current_version, state, created_at, activated_at,
                             rotated_at, rotate_by, expires_at, rule_version, state_seq, search)
    SELECT r.id, r.kind, r.name, t.id, nullif(r.integration, ''), nullif(r.secret_name, ''), r.classification, r.purpose,
           r.owner, r.algorithm, nullif(r.bits, '')::int, r.storage, nullif(r.phase_out_date, '')::date,
           nullif(r.vault_name, ''), nullif(r.version, ''), 'active', r.created_at, r.created_at, r.rotated_at,
           coalesce(r.rotated_at, r.created_at) + custody.days(rule.period_days), r.expires_at, custody.rotation_version(),
           act.seq, custody.search_text(r.name, r.vault_name, r.tenant, r.integration, r.secret_name, r.owner, r.purpose)
    FROM unnest(rows) AS r
    LEFT JOIN custody.tenant AS t ON t.name = r.tenant
    LEFT JOIN (SELECT k.kind, c.classification, found.period_days
               FROM (SELECT DISTINCT one.kind FROM unnest(rows) AS one) AS k
               CROSS JOIN (VALUES ('public'), ('internal'), ('confidential'), ('restricted')) AS c (classification)
               CROSS JOIN LATERAL custody.rotation_rule_for(k.kind, c.classification) AS found) AS rule
           ON rule.kind = r.kind AND rule.classification = r.classification;
    INSERT INTO custody.key_version (key, version, state, created_at, recorded_seq, changed_seq)
    SELECT r.id, r.version, 'enabled', coalesce(r.rotated_at, r.created_at), act.seq, act.seq
    FROM unnest(rows) AS r WHERE r.version <> '';
END
$$;

CREATE FUNCTION custody.do_import_inventory(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['inventory.imported'], 'import', 'session');
    found bytea[];
    rows custody.import_row[];
    bad jsonb;
    bad_count bigint;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    PERFORM custody.text_id(act.subject, 'subject'), custody.attr_filled(act, 'source');
    found := custody.payload_rows(act, payload, 20000);
    IF cardinality(found) = 0 THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', 0));
    END IF;
    SELECT array_agg(custody.import_row_of(f.bytes, f.number::int) ORDER BY f.number) INTO rows
    FROM unnest(found) WITH ORDINALITY AS f (bytes, number);
    SELECT count(*), jsonb_agg(jsonb_build_object('row', p.number, 'column', p.cell, 'problem', p.problem)
                               ORDER BY p.nth) FILTER (WHERE p.nth <= 100)
    INTO bad_count, bad
    FROM (SELECT one.*, row_number() OVER (ORDER BY one.number, one.cell, one.problem) AS nth
          FROM custody.import_problems(rows, act.environment, act.now) AS one) AS p;
    IF bad_count > 0 THEN
        PERFORM custody.fail('rows_refused', jsonb_build_object('rows', bad, 'total', bad_count));
    END IF;
    act := custody.append(act);
    PERFORM custody.insert_imported(act, rows);
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

SELECT custody.publish_verb('import_inventory', '{security,devops,engineering}');
