-- See bench_data.rs. Of a thousand exceptions 600 are closed, 100 were revoked and signed off, 295 are in force for long, 4 end within thirty
-- days, and one has expired unanswered.

ALTER TABLE custody.exception DISABLE TRIGGER ALL;
ALTER TABLE custody.exception_request DISABLE TRIGGER ALL;
ALTER TABLE custody.exception_cover DISABLE TRIGGER ALL;

CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT n, md5('exception ' || n)::uuid AS id, md5('request ' || n)::uuid AS request,
       CASE WHEN n % 1000 < 600 THEN 'closed' WHEN n % 1000 < 700 THEN 'revoked' ELSE 'open' END AS standing,
       now() + CASE WHEN n % 1000 = 999 THEN -make_interval(days => 1 + n / 1000 % 60) WHEN n % 1000 >= 995 THEN make_interval(days => 1 + n % 29)
                    WHEN n % 1000 >= 700 THEN make_interval(days => 31 + n % 55) ELSE -make_interval(days => n % 900) END AS expires_at
FROM generate_series(1, current_setting('countersign.bench_exceptions')::int) AS n;

INSERT INTO custody.exception_request (request, exception, number, title, clause, clause_title, keys, scope, owner, requested_by, requested_at,
                                       expires_at)
SELECT request, id, n, 'Exception of integration ' || n, 'B-9-api-secrets', 'API secrets every 90 days', '{}', '{type:api_secret}', 'ops-' || n % 200,
       (SELECT o.id FROM custody.operator AS o ORDER BY o.login LIMIT 1), expires_at - interval '88 days', expires_at
FROM wanted;
INSERT INTO custody.exception (id, number, request, title, clause, clause_title, keys, scope, justification, controls, owner, requested_by,
    requested_at, granted_at, granted_seq, accepted_by, accepted_at, accepted_seq, acceptance, term_days_max, expires_at, key_states,
    closed_at, closed_by, closed_seq, evidence, revoked_at, revoked_by, revoked_seq)
SELECT id, n, request, 'Exception of integration ' || n, 'B-9-api-secrets', 'API secrets every 90 days', '{}', '{type:api_secret}', 'The supplier needs time',
       'Access from one host only', 'ops-' || n % 200, people.asks, expires_at - interval '88 days', expires_at - interval '87 days', 1000000 + n,
       people.accepts, expires_at - interval '87 days', 1000000 + n, 'I accept this risk.', 90, expires_at, '[]',
       CASE standing WHEN 'closed' THEN expires_at END, CASE standing WHEN 'closed' THEN people.asks END,
       CASE standing WHEN 'closed' THEN 2000000 + n END, CASE standing WHEN 'closed' THEN 'Rotated' END,
       CASE standing WHEN 'revoked' THEN expires_at END, CASE standing WHEN 'revoked' THEN people.asks END,
       CASE standing WHEN 'revoked' THEN 3000000 + n END
FROM wanted, (SELECT min(o.id::text)::uuid AS asks, max(o.id::text)::uuid AS accepts FROM custody.operator AS o) AS people;
INSERT INTO custody.exception_cover (exception, kind) SELECT id, 'api_secret' FROM wanted;

DO $$
DECLARE
    it record;
BEGIN
    FOR it IN SELECT c.relname, t.tgname, t.tgisinternal FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
              WHERE t.tgrelid IN ('custody.exception'::regclass, 'custody.exception_request'::regclass, 'custody.exception_cover'::regclass) LOOP
        EXECUTE format('ALTER TABLE custody.%I ENABLE %s TRIGGER %I', it.relname, CASE WHEN it.tgisinternal THEN '' ELSE 'ALWAYS' END, it.tgname);
    END LOOP;
END
$$;
