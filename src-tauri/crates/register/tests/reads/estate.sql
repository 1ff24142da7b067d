-- Two KEKs, twelve DEKs of three tenants under two versions, two internal secrets, and keys that break rules.
INSERT INTO custody.tenant (id, name, created_seq) VALUES
    (public.nr(201), 'Acme', 1), (public.nr(202), 'acorn', 1), (public.nr(203), 'Borealis', 1);
INSERT INTO custody.integration (tenant, name, created_seq)
SELECT public.nr(200 + t), integration, 1
FROM generate_series(1, 3) AS t, (VALUES ('crm'), ('mail'), ('pay'), ('chat')) AS i (integration);

SELECT public.entry(2, 'key.adopted', 'key', public.nr(300)::text, 'found in the vault', custody.clock() - interval '80 days');
INSERT INTO custody.key (id, kind, name, classification, purpose, owner, algorithm, bits, storage, vault_name, current_version,
                         state, created_at, activated_at, rotated_at, rotate_by, rule_version, state_seq, search)
SELECT public.nr(300 + n), 'kek', 'kek-' || n, 'restricted', 'wraps DEKs', 'platform', 'RSA', 3072, 'key_vault', 'kek-' || n,
       'v1', 'active', moment, moment, moment, moment + interval '365 days', 1, 2, 'kek-' || n || ' platform wraps deks'
FROM (SELECT n, custody.clock() - interval '80 days' AS moment FROM generate_series(0, 1) AS n) AS k;
INSERT INTO custody.key_version (key, version, state, created_at, public_key_digest, recorded_seq, changed_seq)
SELECT public.nr(300 + n), 'v1', 'enabled', custody.clock() - interval '80 days', public.bytes(n, 32), 2, 2
FROM generate_series(0, 1) AS n;
INSERT INTO custody.key_version (key, version, state, created_at, recorded_seq, changed_seq)
VALUES (public.nr(300), 'v2', 'enabled', custody.clock() - interval '8 days', 2, 2);
UPDATE custody.key SET current_version = 'v2', rotated_at = custody.clock() - interval '8 days', revision = 2
WHERE id = public.nr(300);

SELECT public.entry(3, 'dek.created', 'batch', 'first', 'onboarding', custody.clock() - interval '70 days');
INSERT INTO custody.key (id, kind, name, tenant, integration, classification, purpose, owner, algorithm, bits, storage,
                         current_version, state, created_at, activated_at, rotated_at, rotate_by, rule_version, state_seq, search)
SELECT public.nr(399 + row_number() OVER (ORDER BY t.id, i.name)::int), 'dek', t.name || '/' || i.name, t.id, i.name,
       'confidential', 'tenant data', 'apps', 'AES-256-GCM', 256, 'postgresql_wrapped', '1', 'active', moment, moment, NULL,
       moment + make_interval(days => 60 + 10 * row_number() OVER (ORDER BY t.id, i.name)::int), 1, 3,
       lower(t.name || '/' || i.name || ' ' || t.name || ' ' || i.name || ' apps tenant data')
FROM custody.tenant AS t JOIN custody.integration AS i ON i.tenant = t.id,
     (SELECT custody.clock() - interval '70 days' AS moment) AS m;
INSERT INTO custody.key (id, kind, name, secret_name, classification, purpose, owner, algorithm, bits, storage, phase_out_date,
                         vault_name, state, created_at, activated_at, rotate_by, rule_version, state_seq, search)
SELECT public.nr(n), kind, name, secret, class, purpose, owner, algorithm, bits, storage, out, vault, state,
       custody.clock() - interval '5 days', NULL, custody.clock() + due, 1, 3, lower(name || ' ' || owner)
FROM (VALUES
    (500, 'dek', 'secret-a', 'secret-a', 'internal', 'secrets', 'apps', 'AES-256-GCM', 256, 'postgresql_wrapped', NULL::date, NULL,
     'active', interval '400 days'),
    (501, 'api_secret', 'stripe-key', 'stripe-key', 'internal', 'payments', '', '', NULL, 'key_vault', NULL, 'stripe-key', 'active',
     interval '-2 days'),
    (502, 'token_signing', 'legacy_100%', NULL, 'internal', 'tokens', 'apps', 'ECDSA', 256, 'kubernetes_secret_legacy',
     '2027-03-01', NULL, 'active', interval '10 days'),
    (503, 'tls_certificate', 'legacyX100', NULL, 'public', 'web', 'web', 'TLS', 0, 'key_vault', NULL, 'cert-1', 'active',
     interval '40 days'),
    (504, 'provider', 'weak', NULL, 'internal', 'old', 'platform', 'RSA', 1024, 'key_vault', NULL, 'weak', 'active', NULL),
    (505, 'database', 'retired', NULL, 'internal', 'db', 'platform', 'AES-256-GCM', 256, 'key_vault', NULL, 'db', 'deactivated',
     interval '-30 days')
) AS k (n, kind, name, secret, class, purpose, owner, algorithm, bits, storage, out, vault, state, due);

INSERT INTO custody.wrap (dek, kek, kek_version, algorithm, wrapped, check_value, created_seq, changed_seq)
SELECT k.id, public.nr(300), CASE WHEN row_number() OVER (ORDER BY k.id) <= 5 THEN 'v1' ELSE 'v2' END, 'RSA-OAEP-256',
       public.bytes(row_number() OVER (ORDER BY k.id)::int, 384), sha256(uuid_send(k.id)), 3, 3
FROM custody.key AS k WHERE k.kind = 'dek';
INSERT INTO custody.token (id, dek, name, envelope, expires_at, sealed_seq)
SELECT public.nr(600 + n), public.nr(400 + n % 2), 'token ' || n, public.bytes(n, 100), NULL, 3 FROM generate_series(0, 9) AS n;
INSERT INTO custody.dek_messages (dek, sealed) VALUES (public.nr(400), 5);
