-- The rules of dual control, each once: verbs enforce them and screens show them through the same functions.

CREATE FUNCTION custody.holds_role(who uuid, wanted text, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.operator AS o JOIN custody.operator_role AS r ON r.operator = o.id
                   WHERE o.id = who AND o.status = 'active' AND r.role = wanted AND r.effective_at <= now)
$$;

-- What a plan for this operation on this key depends on, as far as the database answers for it.
CREATE FUNCTION custody.facts(operation text, key uuid) RETURNS TABLE (name text, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH it AS (SELECT k.* FROM custody.key AS k WHERE k.id = facts.key),
    wraps AS (
        SELECT count(*) AS live,
               encode(sha256(coalesce(string_agg(uuid_send(w.dek) || int4send(w.revision) || sha256(w.wrapped), '' ORDER BY w.dek), '')), 'hex') AS digest
        FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
        WHERE w.kek = facts.key AND custody.is_live(d.state)
    )
    SELECT 'register.' || facts.key || '.' || part, answer FROM (
        SELECT 'state' AS part, coalesce((SELECT state FROM it), 'absent') AS answer
        UNION ALL SELECT 'version', coalesce((SELECT current_version FROM it), '')
        UNION ALL SELECT 'revision', coalesce((SELECT revision::text FROM it), '0')
        UNION ALL SELECT 'live_deks', live::text FROM wraps
        UNION ALL SELECT 'wraps', digest FROM wraps
    ) AS of_key
    UNION ALL SELECT 'register.rotation_rules', custody.rotation_version()::text
    UNION ALL SELECT 'register.quorum_rules', custody.quorum_version()::text
              WHERE EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.operation = facts.operation)
$$;

CREATE FUNCTION custody.facts_of(operation text, keys uuid[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(f.name, f.value), '{}')
    FROM unnest(keys) AS k (key), LATERAL custody.facts(facts_of.operation, k.key) AS f
$$;

-- Names of facts that differ, with both values. Empty when the plan still describes the register.
CREATE FUNCTION custody.differences(planned jsonb, found jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_object('planned', planned ->> name, 'found', found ->> name)), '{}')
    FROM (SELECT jsonb_object_keys(planned) UNION SELECT jsonb_object_keys(found)) AS names (name)
    WHERE planned ->> name IS DISTINCT FROM found ->> name
$$;

CREATE FUNCTION custody.request_differences(wanted uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT custody.differences(r.facts, custody.facts_of(r.operation,
               (SELECT array_agg(t.key) FROM custody.request_target AS t WHERE t.request = r.id)))
    FROM custody.request AS r WHERE r.id = wanted
$$;

-- Seals that count now: by people who are still active, still hold the role, on devices still trusted.
CREATE FUNCTION custody.counting_seals(wanted uuid, now timestamptz)
RETURNS TABLE (operator uuid, person text, role text, is_requester boolean)
LANGUAGE sql STABLE AS $$
    SELECT s.operator, lower(o.person), s.role, s.is_requester
    FROM custody.seal AS s
    JOIN custody.request AS r ON r.id = s.request
    JOIN custody.operator AS o ON o.id = s.operator AND o.kind = 'operator'
    JOIN custody.device AS d ON d.key_id = s.device AND d.operator = s.operator AND d.status = 'active'
    WHERE s.request = wanted AND s.decision = 'approve' AND custody.holds_role(s.operator, s.role, now)
      AND (s.is_requester OR EXISTS (
          SELECT FROM custody.quorum_pair AS p
          WHERE p.version = r.quorum_version AND p.operation = r.operation
            AND p.requester_role = r.requester_role AND p.countersigner_role = s.role))
$$;

CREATE FUNCTION custody.has_quorum(wanted uuid, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT s.person) >= greatest(2, (
               SELECT q.minimum FROM custody.request AS r
               JOIN custody.quorum_rule AS q ON q.version = r.quorum_version AND q.operation = r.operation
               WHERE r.id = wanted))
       AND coalesce(bool_or(s.is_requester), false)
       AND count(DISTINCT s.person) FILTER (WHERE NOT s.is_requester) >= 1
    FROM custody.counting_seals(wanted, now) AS s
$$;

-- Where a request stands at this moment of the database's clock.
CREATE FUNCTION custody.request_state(wanted uuid, now timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN r.decided <> 'open' THEN r.decided
        WHEN now >= r.execute_by THEN 'expired'
        WHEN custody.has_quorum(r.id, now) THEN 'approved'
        WHEN now >= r.approve_by THEN 'expired'
        ELSE 'open'
    END
    FROM custody.request AS r WHERE r.id = wanted
$$;

-- Roles in which this operator could countersign the request.
CREATE FUNCTION custody.countersign_roles(request uuid, who uuid, now timestamptz) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(p.countersigner_role ORDER BY p.countersigner_role DESC), '{}')
    FROM custody.request AS r
    JOIN custody.quorum_pair AS p ON p.version = r.quorum_version AND p.operation = r.operation
                                 AND p.requester_role = r.requester_role
    WHERE r.id = countersign_roles.request AND custody.holds_role(who, p.countersigner_role, now)
$$;

-- May this operator seal this request now? 'ok' with the roles they may use, or the reason why not.
CREATE FUNCTION custody.may_sign(request uuid, who uuid) RETURNS TABLE (code text, detail jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now timestamptz := custody.clock();
    wanted custody.request;
    signer custody.operator;
    standing text;
    roles text[];
BEGIN
    SELECT * INTO wanted FROM custody.request AS r WHERE r.id = may_sign.request;
    SELECT * INTO signer FROM custody.operator AS o WHERE o.id = who;
    IF wanted.id IS NULL THEN
        RETURN QUERY SELECT 'request_unknown', jsonb_build_object('request', may_sign.request);
        RETURN;
    END IF;
    standing := custody.request_state(wanted.id, now);
    roles := custody.countersign_roles(wanted.id, who, now);
    RETURN QUERY SELECT
        CASE
            WHEN signer.id IS NULL THEN 'operator_unknown'
            WHEN signer.status <> 'active' THEN 'operator_inactive'
            WHEN signer.kind <> 'operator' THEN 'not_human'
            WHEN signer.id = wanted.requester THEN 'own_request'
            WHEN lower(signer.person) = (SELECT lower(o.person) FROM custody.operator AS o WHERE o.id = wanted.requester)
                THEN 'same_person'
            WHEN EXISTS (SELECT FROM custody.seal AS s JOIN custody.operator AS o ON o.id = s.operator
                         WHERE s.request = wanted.id AND lower(o.person) = lower(signer.person)) THEN 'already_signed'
            WHEN standing = 'expired' OR now >= wanted.approve_by THEN 'request_expired'
            WHEN standing NOT IN ('open', 'approved') THEN 'request_not_open'
            WHEN cardinality(roles) = 0 THEN 'role_missing'
            WHEN NOT EXISTS (SELECT FROM custody.device AS d WHERE d.operator = who AND d.status = 'active') THEN 'no_device'
            ELSE 'ok'
        END,
        jsonb_build_object('state', standing, 'roles', roles, 'wanted', (
            SELECT coalesce(jsonb_agg(p.countersigner_role ORDER BY p.countersigner_role DESC), '[]') FROM custody.quorum_pair AS p
            WHERE p.version = wanted.quorum_version AND p.operation = wanted.operation
              AND p.requester_role = wanted.requester_role));
END
$$;

-- Who else could sign this request now: what a screen offers instead of a bare refusal.
CREATE FUNCTION custody.who_may_sign(request uuid) RETURNS TABLE (operator uuid, name text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id, o.name, custody.countersign_roles(who_may_sign.request, o.id, custody.clock())
    FROM custody.operator AS o, LATERAL custody.may_sign(who_may_sign.request, o.id) AS answer
    WHERE answer.code = 'ok' ORDER BY o.name
$$;

-- Roles in which the operator may execute a run.
CREATE FUNCTION custody.may_execute(who uuid, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT custody.holds_role(who, 'devops', now) OR custody.holds_role(who, 'security', now)
        OR custody.holds_role(who, 'agent', now)
$$;
