-- Requests in every state, by engineering unless said otherwise, countersigned by security.
CREATE FUNCTION public.request(n int, who int, role text, approve interval, execute interval) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    seq bigint := public.entry(who, 'request.submitted', 'request', public.nr(n)::text, 'yearly rotation', custody.clock());
    plan bytea := convert_to('plan ' || n, 'UTF8');
BEGIN
    INSERT INTO custody.request (id, operation, requester, requester_role, plan, plan_hash, nonce, parameters, facts, reason,
        change_record, rollback_plan, submitted_at, approve_by, execute_by, quorum_version, submitted_seq)
    VALUES (public.nr(n), 'rotate_kek', public.nr(who), role, plan, sha256(plan), public.bytes(n, 16), '{"grace_seconds": "900"}',
        '{"register.rotation_rules": "1"}', 'yearly rotation', 'CHG-' || n, 'enable v1 again', custody.clock() - interval '2 days',
        custody.clock() + approve, custody.clock() + execute, 1, seq);
    INSERT INTO custody.request_target VALUES (public.nr(n), public.nr(300), 'kek-0', 'v2');
    PERFORM public.seal(n, who, role, 'approve');
END
$$;
CREATE FUNCTION public.seal(n int, who int, as_role text, said text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    seq bigint := public.entry(who, CASE said WHEN 'approve' THEN 'request.sealed' ELSE 'request.rejected' END, 'request',
                               public.nr(n)::text, 'looked at it', custody.clock());
BEGIN
    INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
    VALUES (public.nr(n), public.nr(who), sha256(public.bytes(who, 32)), as_role, said,
            public.nr(who) = (SELECT requester FROM custody.request WHERE id = public.nr(n)),
            public.bytes(n * 100 + who, 64), custody.clock(), seq);
    RETURN seq;
END
$$;

SELECT public.request(700, 3, 'engineering', '1 day', '2 days'); -- open
SELECT public.request(701, 3, 'engineering', '1 day', '2 days'); -- approved
SELECT public.seal(701, 1, 'security', 'approve');
SELECT public.request(702, 3, 'engineering', '1 day', '2 days'); -- rejected
UPDATE custody.request SET decided = 'rejected', decided_at = custody.clock(), decided_seq = public.seal(702, 1, 'security', 'reject')
WHERE id = public.nr(702);
SELECT public.request(703, 3, 'engineering', '-1 day', '2 days'); -- expired: nobody sealed in time
SELECT public.request(704, 1, 'security', '1 day', '2 days'); -- open, waits for devops or another security
SELECT public.request(705, 2, 'devops', '1 day', '2 days'); -- lapsed
UPDATE custody.request SET decided = 'lapsed', decided_at = custody.clock(),
    differences = '{"register.rotation_rules": {"planned": "1", "found": "2"}}' WHERE id = public.nr(705);
SELECT public.request(706, 2, 'devops', '1 day', '2 days'); -- executing
SELECT public.seal(706, 1, 'security', 'approve');
UPDATE custody.request SET decided = 'executing' WHERE id = public.nr(706);
SELECT public.request(707, 2, 'devops', '1 day', '2 days'); -- executed
SELECT public.seal(707, 1, 'security', 'approve');
UPDATE custody.request SET decided = 'executing' WHERE id = public.nr(707);
UPDATE custody.request SET decided = 'executed' WHERE id = public.nr(707);
SELECT public.request(708, 2, 'devops', '-1 day', '-1 hour'); -- expired: approved, never started
SELECT public.seal(708, 1, 'security', 'approve');

INSERT INTO custody.run (id, request, key, state, from_version, new_version, owner, owner_session, fence, lease_until, started_at,
    rewrapped, finished_at, verification, started_seq, finished_seq)
SELECT public.nr(800 + n), public.nr(707 - n), public.nr(300), CASE n WHEN 0 THEN 'completed' ELSE 'running' END, 'v1', 'v2',
       public.nr(2), sha256(public.bytes(30, 32)), 1 + n, custody.clock() - interval '1 minute', custody.clock() - interval '1 hour',
       13, CASE n WHEN 0 THEN custody.clock() END, CASE n WHEN 0 THEN 'every DEK opens' END,
       public.entry(2, 'run.started', 'run', public.nr(800 + n)::text, '', custody.clock()),
       CASE n WHEN 0 THEN public.entry(2, 'run.finished', 'run', public.nr(800 + n)::text, '', custody.clock()) END
FROM generate_series(0, 1) AS n;
INSERT INTO custody.run_step (run, position, kind, state, attempts, intent, evidence, intended_at, finished_at, intent_seq, outcome_seq)
SELECT public.nr(801), p, kind, state, 1, '{"batch": "100"}', evidence::jsonb, custody.clock(),
       CASE state WHEN 'intended' THEN NULL ELSE custody.clock() END, 1, CASE state WHEN 'intended' THEN NULL ELSE 1 END
FROM (VALUES (1, 'compare', 'done', '{"facts": "same", "checked": 7}'), (2, 'create_version', 'failed', '{"why": "refused"}'),
             (3, 'rewrap', 'intended', NULL)) AS s (p, kind, state, evidence);
