-- See bench_data.rs. Everything follows from a row's number: two runs make the same inventory, but for the moment it begins.

CREATE TEMPORARY TABLE index_to_make ON COMMIT DROP AS
SELECT i.indexrelid::regclass AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i
WHERE i.indrelid IN ('custody.key'::regclass, 'custody.wrap'::regclass) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid);
DO $$
DECLARE
    gone record;
BEGIN
    FOR gone IN SELECT name FROM index_to_make LOOP
        EXECUTE format('DROP INDEX %s', gone.name);
    END LOOP;
END
$$;
ALTER TABLE custody.key DISABLE TRIGGER ALL;
ALTER TABLE custody.wrap DISABLE TRIGGER ALL;

INSERT INTO custody.tenant (id, name, created_seq)
SELECT md5('tenant ' || n)::uuid,
       (ARRAY['Acme', 'Borealis', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbor', 'Indigo', 'Juniper', 'Krypton', 'Lumen'])
       [1 + n % 12] || ' ' || to_char(n, 'FM000000'), 1
FROM generate_series(1, current_setting('countersign.bench_tenants')::int) AS n;
INSERT INTO custody.integration (tenant, name, created_seq)
SELECT md5('tenant ' || t)::uuid, 'integration-' || to_char(i, 'FM00'), 1
FROM generate_series(1, current_setting('countersign.bench_tenants')::int) AS t,
     generate_series(1, current_setting('countersign.bench_integrations')::int) AS i;

INSERT INTO custody.key (id, kind, name, classification, purpose, owner, algorithm, bits, storage, vault_name, current_version, state,
                         created_at, activated_at, rotated_at, rotate_by, rule_version, state_seq, search)
SELECT md5('kek ' || n)::uuid, 'kek', name, 'restricted', 'wraps the keys of tenants', 'platform', 'RSA', 3072, 'key_vault', name,
       'v1', 'active', at, at, at, at + interval '365 days', 1, 1, name || ' platform wraps the keys of tenants'
FROM (SELECT n, 'kek-tenants-' || to_char(n, 'FM00') AS name, now() - make_interval(days => n * 9 % 380) AS at
      FROM generate_series(1, 40) AS n) AS k;
INSERT INTO custody.key_version (key, version, state, created_at, recorded_seq, changed_seq)
SELECT md5('kek ' || n)::uuid, 'v1', 'enabled', now() - make_interval(days => n * 9 % 380), 1, 1 FROM generate_series(1, 40) AS n;

-- Numbers are spread by a prime, so that neighbours in one order are none in another.
INSERT INTO custody.key (id, kind, name, tenant, integration, classification, purpose, owner, algorithm, bits, storage,
                         current_version, state, created_at, activated_at, rotated_at, rotate_by, rule_version, state_seq, search,
                         tenant_folded)
SELECT md5('dek ' || n)::uuid, 'dek', tenant || '/' || integration, md5('tenant ' || t)::uuid, integration,
       (ARRAY['public', 'internal', 'confidential', 'restricted'])[1 + n % 4], 'tenant data',
       (ARRAY['platform', 'payments', 'growth', 'data'])[1 + n / 7 % 4], 'AES-256-GCM', 256, 'postgresql_wrapped', '1',
       CASE WHEN n % 50 = 0 THEN 'deactivated' WHEN n % 997 = 0 THEN 'compromised' ELSE 'active' END,
       at - interval '20 days', at - interval '20 days', at, at + interval '365 days', 1, 1,
       lower(tenant || '/' || integration || ' ' || tenant || ' ' || integration || ' tenant data'), lower(tenant)
FROM (SELECT n, t, 'integration-' || to_char(1 + (n - 1) % i, 'FM00') AS integration,
             (ARRAY['Acme', 'Borealis', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbor', 'Indigo', 'Juniper', 'Krypton',
                    'Lumen'])[1 + t % 12] || ' ' || to_char(t, 'FM000000') AS tenant,
             now() - make_interval(secs => (n * 7919::bigint % 34214400)::double precision) AS at
      FROM (SELECT n, i, 1 + (n - 1) / i AS t
            FROM generate_series(1, current_setting('countersign.bench_deks')::int) AS n,
                 (SELECT current_setting('countersign.bench_integrations')::int AS i) AS size) AS numbered) AS d;

INSERT INTO custody.key (id, kind, name, classification, purpose, owner, algorithm, bits, storage, phase_out_date, state, created_at,
                         activated_at, rotated_at, rotate_by, rule_version, state_seq, search, violates)
SELECT md5('secret ' || n)::uuid, kind, name, 'internal', CASE WHEN n % 40 = 0 THEN '' ELSE 'service' END, 'ops-' || n % 200,
       CASE kind WHEN 'tls_certificate' THEN 'TLS' WHEN 'token_signing' THEN 'ECDSA' ELSE '' END,
       CASE kind WHEN 'tls_certificate' THEN 0 WHEN 'token_signing' THEN 256 END,
       CASE WHEN n % 100 = 0 THEN 'kubernetes_secret_legacy' ELSE 'key_vault' END,
       CASE WHEN n % 100 = 0 THEN date '2027-06-30' END, 'active', at, at, at,
       CASE WHEN n % 9 > 0 THEN at + interval '90 days' END, 1, 1, name || ' ops-' || n % 200 || ' service',
       n % 40 = 0 OR n % 100 = 0
FROM (SELECT n, (ARRAY['api_secret', 'tls_certificate', 'token_signing', 'secret'])[1 + n % 4] AS kind, 'service-' || n || '-key' AS name,
             now() - make_interval(secs => (n * 7919::bigint % 7862400)::double precision) AS at
      FROM generate_series(1, current_setting('countersign.bench_secrets')::int) AS n) AS s;

INSERT INTO custody.wrap (dek, kek, kek_version, algorithm, wrapped, check_value, created_seq, changed_seq)
SELECT md5('dek ' || n)::uuid, md5('kek ' || 1 + n % 40)::uuid, 'v1', 'RSA-OAEP-256', repeat(chr(120), 384)::bytea,
       sha256(int4send(n)), 1, 1
FROM generate_series(1, current_setting('countersign.bench_deks')::int) AS n;

INSERT INTO custody.key_tally (kind, state, storage, violates, dated, since, keys)
SELECT kind, state, storage, violates, rotate_by IS NOT NULL,
       (coalesce(rotated_at, activated_at, created_at) AT TIME ZONE 'UTC')::date, count(*)
FROM custody.key GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO custody.wrap_tally (kek, kek_version, deks) SELECT kek, kek_version, count(*) FROM custody.wrap GROUP BY 1, 2;

ALTER TABLE custody.key ENABLE TRIGGER ALL;
ALTER TABLE custody.wrap ENABLE TRIGGER ALL;
DO $$
DECLARE
    told record;
BEGIN
    -- `ENABLE TRIGGER ALL` made them ordinary ones; the register's own hold against everyone.
    FOR told IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger
                WHERE tgrelid IN ('custody.key'::regclass, 'custody.wrap'::regclass) AND NOT tgisinternal
                  AND tgname !~ '^tally_' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', told.place, told.tgname);
    END LOOP;
    FOR told IN SELECT definition FROM index_to_make LOOP
        EXECUTE told.definition;
    END LOOP;
END
$$;
