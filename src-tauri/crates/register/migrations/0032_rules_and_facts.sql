-- Who may ask for the operations beyond the KEK's, which steps they have, and what their plans depend on.

-- A version is never edited: the rules in force come along, the new ones join them.
INSERT INTO custody.quorum_rule (version, operation, minimum)
SELECT q.version + 1, q.operation, q.minimum FROM custody.quorum_rule AS q WHERE q.version = custody.quorum_version();
INSERT INTO custody.quorum_rule (version, operation, minimum)
SELECT custody.quorum_version(), operation, 2
FROM unnest('{rotate_dek,rotate_secret,destroy_dek,destroy_kek,destroy_secret,offboard_tenant,recover_kek,reactivate,lift_hold}'::text[])
     AS o (operation);
INSERT INTO custody.quorum_pair (version, operation, requester_role, countersigner_role)
SELECT p.version + 1, p.operation, p.requester_role, p.countersigner_role
FROM custody.quorum_pair AS p WHERE p.version = custody.quorum_version() - 1;
INSERT INTO custody.quorum_pair (version, operation, requester_role, countersigner_role)
SELECT custody.quorum_version(), operation, requester, countersigner
FROM unnest('{rotate_dek,rotate_secret}'::text[]) AS o (operation),
     (VALUES ('devops', 'security'), ('engineering', 'security'),
             ('security', 'devops'), ('security', 'security')) AS pair (requester, countersigner)
-- Between them the two cover Security and DevOps.
UNION ALL SELECT custody.quorum_version(), operation, requester, countersigner
FROM unnest('{destroy_dek,destroy_kek,destroy_secret,offboard_tenant}'::text[]) AS o (operation),
     (VALUES ('devops', 'security'), ('security', 'devops')) AS pair (requester, countersigner)
UNION ALL SELECT custody.quorum_version(), operation, 'devops', 'security'
FROM unnest('{recover_kek,reactivate}'::text[]) AS o (operation)
UNION ALL SELECT custody.quorum_version(), 'lift_hold', requester, 'security'
FROM unnest('{security,devops}'::text[]) AS pair (requester);

INSERT INTO custody.step_rule (operation, direction, step)
SELECT operation, direction, unnest(steps)
FROM (VALUES
    ('rotate_dek', 'forward', '{compare,replace_dek,reencrypt,prove,erase_old,close}'::text[]),
    ('rotate_dek', 'back', '{reencrypt_back,prove,erase_new,close}'),
    ('rotate_secret', 'forward', '{compare,create_version,grace,disable_old,close}'),
    ('rotate_secret', 'back', '{enable_old,disable_new,close}'),
    ('destroy_dek', 'forward', '{compare,deactivate,delete_tokens,erase_wraps,reclaim,prove_absent,close}'),
    ('destroy_dek', 'back', '{compare,close}'),
    ('destroy_kek', 'forward', '{compare,deactivate,delete_from_vault,await_purge,prove_absent,close}'),
    ('destroy_kek', 'back', '{compare,close}'),
    ('destroy_secret', 'forward', '{compare,deactivate,delete_from_vault,await_purge,prove_absent,close}'),
    ('destroy_secret', 'back', '{compare,close}'),
    ('offboard_tenant', 'forward',
     '{compare,deactivate,delete_tokens,erase_wraps,reclaim,delete_from_vault,await_purge,prove_absent,close}'),
    ('offboard_tenant', 'back', '{compare,close}'),
    ('recover_kek', 'forward', '{compare,recover,prove,close}'),
    ('recover_kek', 'back', '{compare,close}'),
    ('reactivate', 'forward', '{compare,enable_versions,activate,close}'),
    ('reactivate', 'back', '{compare,close}'),
    ('lift_hold', 'forward', '{compare,lift,close}'),
    ('lift_hold', 'back', '{compare,close}')) AS course (operation, direction, steps);

-- R-92: a KEK may be a tenant's own.
CREATE OR REPLACE FUNCTION custody.insert_vault_key(act custody.act, id uuid, words jsonb, version text, made timestamptz,
                                                    digest bytea, of_run uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_kind text := words ->> 'kind';
    bits int := (words ->> 'bits')::int;
    its_tenant uuid := (SELECT t.id FROM custody.tenant AS t WHERE t.name = words ->> 'tenant' AND t.status = 'active');
BEGIN
    IF NOT custody.is_kind(its_kind) OR its_kind = 'dek' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'type', 'why', 'no kind of key that lies in a vault'));
    END IF;
    -- R-05. A KEK wraps with RSA-OAEP, in lengths the vault makes.
    IF NOT custody.is_approved_algorithm(its_kind, words ->> 'algorithm', bits)
       OR (its_kind = 'kek' AND (words ->> 'algorithm' <> 'RSA' OR bits NOT IN (2048, 3072, 4096))) THEN
        PERFORM custody.fail('weak_algorithm', jsonb_build_object('algorithm', words ->> 'algorithm', 'bits', bits));
    END IF;
    IF EXISTS (SELECT FROM custody.key AS k WHERE k.id = insert_vault_key.id) THEN
        PERFORM custody.fail('key_known', jsonb_build_object('key', id));
    END IF;
    IF its_tenant IS NULL AND coalesce(words ->> 'tenant', '') <> '' THEN
        PERFORM custody.fail('tenant_inactive', jsonb_build_object('tenant', words ->> 'tenant'));
    END IF;
    IF EXISTS (SELECT FROM custody.key AS k WHERE custody.is_live(k.state) AND k.kind = its_kind
               AND (k.vault_name = words ->> 'vault_name'
                    OR (k.name = words ->> 'name' AND k.tenant IS NOT DISTINCT FROM its_tenant))) THEN
        PERFORM custody.fail('name_taken', jsonb_build_object('name', words ->> 'name'));
    END IF;
    INSERT INTO custody.key (id, kind, name, tenant, classification, purpose, owner, algorithm, bits, storage, vault_name,
                             current_version, state, created_at, activated_at, rotated_at, rotate_by, rule_version,
                             state_seq, search)
    VALUES (id, its_kind, words ->> 'name', its_tenant, words ->> 'classification', words ->> 'purpose', words ->> 'owner',
            words ->> 'algorithm', bits, 'key_vault', words ->> 'vault_name', version, 'active', made, act.now, made,
            custody.due(its_kind, words ->> 'classification', made), custody.rotation_version(), act.seq,
            custody.search_text(words ->> 'name', words ->> 'vault_name', words ->> 'tenant', words ->> 'owner', words ->> 'purpose'));
    INSERT INTO custody.key_version (key, version, state, created_at, run, public_key_digest, recorded_seq, changed_seq)
    VALUES (id, version, 'enabled', made, of_run, digest, act.seq, act.seq);
END
$$;

-- What a plan depends on, by what it names: a KEK or anything else in the vault, a DEK, a tenant. An id that nobody has yet is
-- looked at as a KEK's.
CREATE FUNCTION custody.facts_of_vault_key(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    WITH it AS (SELECT k.* FROM custody.key AS k WHERE k.id = wanted),
    wraps AS (
        SELECT count(*) AS live,
               encode(sha256(coalesce(string_agg(uuid_send(w.dek) || int4send(w.revision) || sha256(w.wrapped), '' ORDER BY w.dek), '')), 'hex') AS digest
        FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
        WHERE w.kek = wanted AND custody.is_live(d.state)
    )
    SELECT 'state', coalesce((SELECT state FROM it), 'absent')
    UNION ALL SELECT 'version', coalesce((SELECT current_version FROM it), '')
    UNION ALL SELECT 'revision', coalesce((SELECT revision::text FROM it), '0')
    UNION ALL SELECT 'live_deks', live::text FROM wraps
    UNION ALL SELECT 'wraps', digest FROM wraps
$$;

-- A DEK is the same whoever wraps it: a KEK's rotation in between does not lapse what was signed about it.
CREATE FUNCTION custody.facts_of_dek(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'state', (SELECT k.state FROM custody.key AS k WHERE k.id = wanted)
    UNION ALL SELECT 'dek_version', coalesce((SELECT w.dek_version::text FROM custody.wrap AS w WHERE w.dek = wanted), '0')
    UNION ALL SELECT 'check_value', coalesce((SELECT encode(w.check_value, 'hex') FROM custody.wrap AS w WHERE w.dek = wanted), '')
$$;

-- Everything of a tenant but its tokens: those come and go while it works.
CREATE FUNCTION custody.facts_of_tenant(wanted uuid) RETURNS TABLE (part text, answer text)
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
$$;

CREATE OR REPLACE FUNCTION custody.facts(operation text, key uuid) RETURNS TABLE (name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = facts.key) THEN
        RETURN QUERY SELECT 'register.' || facts.key || '.' || f.part, f.answer FROM custody.facts_of_tenant(facts.key) AS f;
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

SELECT custody.own_everything();
