-- A founded custody with five people. `{w}` stands for what makes their logins this database's own.
CREATE FUNCTION public.nr(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;
CREATE FUNCTION public.bytes(n int, size int) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(string_agg(sha256(int4send(n) || int4send(part)), '' ORDER BY part), 1, size)
    FROM generate_series(0, size / 32) AS part
$$;

-- Entries as `custody.append` leaves them, but with bytes that nobody signed. Every number once, the head follows.
CREATE FUNCTION public.entry(who int, said text, kind text, about text, why text, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    last custody.head;
    bytes bytea;
BEGIN
    SELECT * INTO last FROM custody.head FOR UPDATE;
    bytes := convert_to(said || ' ' || (last.seq + 1), 'UTF8');
    INSERT INTO custody.ledger_entry VALUES (last.seq + 1, gen_random_uuid(), bytes, '\x0102', sha256(last.hash || bytes), moment,
        moment, public.nr(who), sha256(public.bytes(who, 32)), said, kind, about, why);
    UPDATE custody.head SET seq = last.seq + 1, hash = sha256(last.hash || bytes);
    RETURN last.seq + 1;
END
$$;

SELECT public.entry(1, 'custody.founded', 'custody', public.nr(100)::text, 'the beginning', custody.clock() - interval '90 days');
INSERT INTO custody.custody (id, name, environment, vault_host, vault_name, founded_seq)
VALUES (public.nr(100), 'Tests', 'staging', 'tests.vault.azure.net', 'tests', 1);

-- 1 security, 2 devops, 3 engineering, 4 auditor, 5 agent, 6 a second security who is suspended, 7 security from tomorrow on.
INSERT INTO custody.operator (id, person, name, login, kind, status, enrolled_seq, changed_seq)
SELECT public.nr(n), lower(name) || '@example.com', name || ' Example', login, kind, status, 1, 1
FROM (VALUES (1, 'Ada', 'security_{w}', 'operator', 'active'), (2, 'Ben', 'devops_{w}', 'operator', 'active'),
             (3, 'Cleo', 'engineering_{w}', 'operator', 'active'), (4, 'Dan', 'auditor_{w}', 'operator', 'active'),
             (5, 'Eve', 'agent_{w}', 'agent', 'active'), (6, 'Fay', 'fay_{w}', 'operator', 'suspended'),
             (7, 'Gus', 'gus_{w}', 'operator', 'active')) AS people (n, name, login, kind, status);
INSERT INTO custody.operator_role (operator, role, granted_at, effective_at, granted_seq)
SELECT public.nr(n), role, custody.clock(), custody.clock() + after, 1
FROM (VALUES (1, 'security', interval '0'), (2, 'devops', interval '0'), (3, 'engineering', interval '0'),
             (4, 'auditor', interval '0'), (5, 'agent', interval '0'), (6, 'security', interval '0'),
             (7, 'security', interval '1 day')) AS held (n, role, after);
INSERT INTO custody.device (key_id, public_key, operator, name, status, enrolled_seq)
SELECT sha256(public.bytes(n, 32)), public.bytes(n, 32), public.nr(n), 'laptop ' || n, 'active', 1 FROM generate_series(1, 7) AS n;
INSERT INTO custody.device (key_id, public_key, operator, name, status, enrolled_seq)
VALUES (sha256(public.bytes(21, 32)), public.bytes(21, 32), public.nr(1), 'old laptop', 'revoked', 1);
INSERT INTO custody.session (key_id, public_key, device, operator, opened_at, expires_at, opened_seq)
VALUES (sha256(public.bytes(30, 32)), public.bytes(30, 32), sha256(public.bytes(2, 32)), public.nr(2), custody.clock(),
        custody.clock() + interval '8 hours', 1);
