-- New DEKs with their wraps, and tokens sealed under them. What arrives is ciphertext and stays so.

CREATE TYPE custody.dek_row AS (
    number int, id uuid, tenant text, integration text, secret_name text, name text, owner text, purpose text,
    classification text, wrapped bytea, algorithm text, check_value bytea
);

CREATE FUNCTION custody.dek_row_of(row_bytes bytea, number int) RETURNS custody.dek_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 11, 'DEK row');
    scope text := custody.as_text(cells[2], 'scope', 40);
    tenant text := custody.as_text(cells[3], 'tenant', 400);
    of_what text := custody.as_text(cells[4], 'integration or secret name', 400);
BEGIN
    IF of_what = '' OR NOT ((scope = 'tenant_integration' AND tenant <> '') OR (scope = 'secret_name' AND tenant = '')) THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'scope', 'row', number));
    END IF;
    RETURN (number, custody.as_id(cells[1], 'dek'), tenant, CASE WHEN scope = 'tenant_integration' THEN of_what ELSE '' END,
            CASE WHEN scope = 'secret_name' THEN of_what ELSE '' END, custody.as_text(cells[5], 'name', 800),
            custody.as_text(cells[6], 'owner', 800), custody.as_text(cells[7], 'purpose', 2000),
            custody.as_text(cells[8], 'classification', 40), cells[9], custody.as_text(cells[10], 'algorithm', 40),
            cells[11])::custody.dek_row;
END
$$;

-- R-10, R-11: one DEK for each scope, wrapped in a fitting length under the version that is current at this moment.
CREATE FUNCTION custody.check_deks(kek custody.key, kek_version text, rows custody.dek_row[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    IF kek.id IS NULL OR kek.kind <> 'kek' THEN
        PERFORM custody.fail('key_unknown');
    END IF;
    IF kek.state <> 'active' THEN
        PERFORM custody.fail('key_not_active', jsonb_build_object('state', kek.state));
    END IF;
    -- INVARIANT: no DEK slips under a version that a rotation is emptying. Acts take turns at the head's lock, and the
    -- current version changes in the act that records the new one.
    IF kek.current_version IS DISTINCT FROM kek_version THEN
        PERFORM custody.fail('version_moved', jsonb_build_object('current', kek.current_version));
    END IF;
    SELECT jsonb_agg(r.number ORDER BY r.number) INTO bad FROM unnest(rows) AS r WHERE length(r.wrapped) * 8 <> kek.bits;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('wrap_length', jsonb_build_object('rows', bad, 'bits', kek.bits));
    END IF;
    SELECT jsonb_agg(DISTINCT r.number) INTO bad FROM unnest(rows) AS r
    LEFT JOIN custody.tenant AS t ON t.name = r.tenant
    WHERE EXISTS (SELECT FROM custody.key AS k WHERE k.kind = 'dek' AND custody.is_live(k.state)
                  AND ((r.secret_name <> '' AND k.tenant IS NULL AND k.secret_name = r.secret_name)
                    OR (r.secret_name = '' AND k.tenant = t.id AND k.integration = r.integration)));
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_exists', jsonb_build_object('rows', bad));
    END IF;
END
$$;

CREATE FUNCTION custody.do_create_deks(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['dek.created'], 'batch', 'session');
    kek custody.key;
    version text;
    rows custody.dek_row[];
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    PERFORM custody.text_id(act.subject, 'subject');
    version := custody.attr_filled(act, 'kek_version');
    SELECT array_agg(custody.dek_row_of(f.bytes, f.number::int) ORDER BY f.number) INTO rows
    FROM unnest(custody.payload_rows(act, payload, 1000)) WITH ORDINALITY AS f (bytes, number);
    IF rows IS NULL THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', 0));
    END IF;
    SELECT * INTO kek FROM custody.key AS k WHERE k.id = custody.attr_id(act, 'kek') FOR UPDATE;
    PERFORM custody.check_deks(kek, version, rows);
    act := custody.append(act);
    PERFORM custody.ensure_tenants(act, array_agg(r.tenant), array_agg(r.integration)) FROM unnest(rows) AS r;
    INSERT INTO custody.key (id, kind, name, tenant, integration, secret_name, classification, purpose, owner, algorithm,
                             bits, storage, state, created_at, activated_at, rotate_by, rule_version, state_seq, search)
    SELECT r.id, 'dek', r.name, t.id, nullif(r.integration, ''), nullif(r.secret_name, ''), r.classification, r.purpose,
           r.owner, 'AES-256-GCM', 256, 'postgresql_wrapped', 'active', act.now, act.now,
           custody.due('dek', r.classification, act.now), custody.rotation_version(), act.seq,
           custody.search_text(r.name, r.tenant, r.integration, r.secret_name, r.owner, r.purpose)
    FROM unnest(rows) AS r LEFT JOIN custody.tenant AS t ON t.name = r.tenant;
    INSERT INTO custody.wrap (dek, kek, kek_version, algorithm, wrapped, check_value, created_seq, changed_seq)
    SELECT r.id, kek.id, version, r.algorithm, r.wrapped, r.check_value, act.seq, act.seq FROM unnest(rows) AS r;
    INSERT INTO custody.dek_messages (dek, sealed) SELECT r.id, 0 FROM unnest(rows) AS r;
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

CREATE TYPE custody.token_row AS (id uuid, dek uuid, name text, envelope bytea, expires_at timestamptz);

CREATE FUNCTION custody.token_row_of(row_bytes bytea) RETURNS custody.token_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 5, 'token row');
BEGIN
    RETURN (custody.as_id(cells[1], 'token'), custody.as_id(cells[2], 'dek'), custody.as_text(cells[3], 'name', 800), cells[4],
            custody.optional_time(cells[5], 'expires_at'))::custody.token_row;
END
$$;

CREATE FUNCTION custody.do_seal_tokens(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['token.sealed'], 'batch', 'session');
    rows custody.token_row[];
    bad jsonb;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    PERFORM custody.text_id(act.subject, 'subject');
    SELECT array_agg(custody.token_row_of(f.bytes)) INTO rows FROM unnest(custody.payload_rows(act, payload, 5000)) AS f (bytes);
    IF rows IS NULL THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', 0));
    END IF;
    SELECT jsonb_agg(DISTINCT r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = r.dek AND k.kind = 'dek' AND k.state = 'active');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_not_active', jsonb_build_object('deks', bad));
    END IF;
    -- Random 96-bit nonces are good for so many messages and no more.
    SELECT jsonb_agg(DISTINCT m.dek) INTO bad
    FROM custody.dek_messages AS m
    JOIN (SELECT r.dek, count(*) AS more FROM unnest(rows) AS r GROUP BY r.dek) AS added ON added.dek = m.dek
    WHERE m.sealed + added.more > 2147483648;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_exhausted', jsonb_build_object('deks', bad));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.token (id, dek, name, envelope, expires_at, sealed_seq)
    SELECT r.id, r.dek, r.name, r.envelope, r.expires_at, act.seq FROM unnest(rows) AS r;
    UPDATE custody.dek_messages AS m SET sealed = m.sealed + added.more
    FROM (SELECT r.dek, count(*) AS more FROM unnest(rows) AS r GROUP BY r.dek) AS added WHERE added.dek = m.dek;
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

SELECT custody.publish_verb('create_deks', '{security,devops,engineering}');
SELECT custody.publish_verb('seal_tokens', '{security,devops,engineering}');
