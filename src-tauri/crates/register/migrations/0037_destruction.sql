-- Destruction of DEKs and of everything of a tenant: deactivate, delete tokens, erase wraps, reclaim, prove. Each act is taken only in
-- its step, only for keys that the run covers, and asks for quorum and holds again: nothing that must be kept can be raced.

-- A tenant that leaves takes no new key and no new token.
ALTER TABLE custody.tenant DROP CONSTRAINT tenant_status_check;
ALTER TABLE custody.tenant ADD CONSTRAINT tenant_status_check
    CHECK (status IN ('active', 'suspended', 'offboarding', 'offboarded'));

CREATE FUNCTION custody.guard_leaving() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = NEW.tenant AND t.status IN ('offboarding', 'offboarded')) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'tenant_inactive',
            DETAIL = json_build_object('tenant', NEW.tenant)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_leaving BEFORE UPDATE OF state ON custody.key
    FOR EACH ROW WHEN (NEW.tenant IS NOT NULL AND NEW.state = 'active' AND OLD.state <> 'active')
    EXECUTE FUNCTION custody.guard_leaving();
ALTER TABLE custody.key ENABLE ALWAYS TRIGGER guard_leaving;

-- Whoever left stays away: what was begun is finished, and a name that comes back is a new tenant's.
CREATE FUNCTION custody.guard_tenant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.status IN ('offboarding', 'offboarded') AND NEW.status <> 'offboarded' AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'tenant_inactive', DETAIL = json_build_object('tenant', OLD.name)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_tenant BEFORE UPDATE OF status ON custody.tenant FOR EACH ROW EXECUTE FUNCTION custody.guard_tenant();
ALTER TABLE custody.tenant ENABLE ALWAYS TRIGGER guard_tenant;

-- How long copies outside of the register's tables are kept (R-47): backups, write-ahead log, replicas.
INSERT INTO custody.setting (version, name, value)
SELECT (SELECT max(version) + 1 FROM custody.setting), name, value
FROM (VALUES ('backup_retention_days', '35'), ('wal_retention_days', '7'), ('replica_lag_hours', '24')) AS s (name, value);

-- Statistics keep samples of what a column holds: a wrapped key would outlive its row in `pg_statistic`. Setting the type again
-- drops what was sampled; the rewrite takes it out of that catalogue's file, where the migrating login may.
ALTER TABLE custody.wrap ALTER COLUMN wrapped SET STATISTICS 0, ALTER COLUMN wrapped TYPE bytea;
ALTER TABLE custody.former_wrap ALTER COLUMN wrapped SET STATISTICS 0, ALTER COLUMN wrapped TYPE bytea;
ALTER TABLE custody.token ALTER COLUMN envelope SET STATISTICS 0, ALTER COLUMN envelope TYPE bytea;
DO $$
BEGIN
    CLUSTER pg_catalog.pg_statistic USING pg_statistic_relid_att_inh_index;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_statistic could not be rewritten: samples taken before this migration stay in its file until VACUUM FULL';
END
$$;

-- That the old bytes left the files is read from the pages where the extension is to be had, else from whose snapshots could
-- still need them. Both want more than a table's owner has; where neither is given, a reclaim says so and stays pending.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pgstattuple') THEN
        CREATE EXTENSION IF NOT EXISTS pgstattuple WITH SCHEMA custody;
        GRANT EXECUTE ON FUNCTION custody.pgstattuple(regclass) TO countersign_owner;
    END IF;
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function THEN
    RAISE NOTICE 'pgstattuple may not be created here: a reclaim will be proven by snapshots';
END
$$;
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['pg_read_all_stats', 'pg_checkpoint'] LOOP
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted)
               AND NOT pg_catalog.pg_has_role('countersign_owner', wanted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO countersign_owner', wanted);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            NULL; -- Not ours to give, or another database of this cluster gave it at the same moment.
        END;
    END LOOP;
    -- The owner's functions use these rights; the owner itself can't log in.
    IF NOT (SELECT rolinherit FROM pg_catalog.pg_roles WHERE rolname = 'countersign_owner') THEN
        ALTER ROLE countersign_owner INHERIT;
    END IF;
EXCEPTION WHEN OTHERS THEN
    NULL; -- As above: what is missing shows in the evidence of a reclaim.
END
$$;

-- What a run has erased, and how it was proven that the bytes are gone.
CREATE TABLE custody.run_erasure (
    run uuid PRIMARY KEY REFERENCES custody.run,
    tokens bigint NOT NULL DEFAULT 0,
    wraps bigint NOT NULL DEFAULT 0,
    former_wraps bigint NOT NULL DEFAULT 0,
    -- The last act that erased, and the first transaction number that was not yet given out when it did.
    erased_seq bigint NOT NULL REFERENCES custody.ledger_entry,
    erased_before xid8 NOT NULL,
    reclaimed_seq bigint REFERENCES custody.ledger_entry,
    reclaimed_at timestamptz,
    proof jsonb,
    CHECK ((reclaimed_seq IS NULL) = (reclaimed_at IS NULL) AND (reclaimed_seq IS NULL) = (proof IS NULL))
);
CREATE TRIGGER refuse_row_change BEFORE DELETE ON custody.run_erasure FOR EACH ROW EXECUTE FUNCTION custody.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.run_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();
ALTER TABLE custody.run_erasure ENABLE ALWAYS TRIGGER refuse_row_change;
ALTER TABLE custody.run_erasure ENABLE ALWAYS TRIGGER refuse_truncate;

-- What a run deleted in the vault, as the vault told it (R-48): how it may still be recovered, and when it will be purged.
CREATE TABLE custody.key_deletion (
    deleted_seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    key uuid NOT NULL REFERENCES custody.key,
    run uuid NOT NULL REFERENCES custody.run,
    recovery_level text NOT NULL CHECK (length(recovery_level) <= 100 AND custody.is_clean(recovery_level)),
    deleted_at timestamptz NOT NULL,
    -- Nothing where the vault deletes at once: then nothing can be recovered either.
    scheduled_purge_at timestamptz,
    purged_seq bigint REFERENCES custody.ledger_entry,
    purged_at timestamptz,
    purge_proof text CHECK (length(purge_proof) BETWEEN 1 AND 2000),
    recovered_seq bigint REFERENCES custody.ledger_entry,
    recovered_at timestamptz,
    CHECK ((purged_seq IS NULL) = (purged_at IS NULL) AND (purged_seq IS NULL) = (purge_proof IS NULL)),
    CHECK ((recovered_seq IS NULL) = (recovered_at IS NULL)),
    CHECK (purged_seq IS NULL OR recovered_seq IS NULL)
);
-- A deletion is recorded once, and ends once: purged, or recovered.
CREATE FUNCTION custody.guard_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.purged_seq IS NOT NULL OR OLD.recovered_seq IS NOT NULL
       OR (NEW.deleted_seq, NEW.key, NEW.run, NEW.recovery_level, NEW.deleted_at, NEW.scheduled_purge_at)
          IS DISTINCT FROM (OLD.deleted_seq, OLD.key, OLD.run, OLD.recovery_level, OLD.deleted_at, OLD.scheduled_purge_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'deletion_fixed', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_deletion BEFORE UPDATE ON custody.key_deletion FOR EACH ROW EXECUTE FUNCTION custody.guard_deletion();
CREATE TRIGGER refuse_row_change BEFORE DELETE ON custody.key_deletion FOR EACH ROW EXECUTE FUNCTION custody.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.key_deletion
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();
ALTER TABLE custody.key_deletion ENABLE ALWAYS TRIGGER guard_deletion;
ALTER TABLE custody.key_deletion ENABLE ALWAYS TRIGGER refuse_row_change;
ALTER TABLE custody.key_deletion ENABLE ALWAYS TRIGGER refuse_truncate;
CREATE UNIQUE INDEX key_deletion_open ON custody.key_deletion (key) WHERE purged_seq IS NULL AND recovered_seq IS NULL;
CREATE INDEX key_deletion_run ON custody.key_deletion (run, key);

CREATE FUNCTION custody.is_purged(held custody.run, wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.key_deletion AS d WHERE d.run = held.id AND d.key = wanted AND d.purged_seq IS NOT NULL)
$$;

CREATE FUNCTION custody.destroys(operation text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT operation IN ('destroy_dek', 'destroy_kek', 'destroy_secret', 'offboard_tenant') $$;

-- Whether a run is about this key: it is a target, or its tenant is.
CREATE FUNCTION custody.run_covers(held custody.run, wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.request_target AS t WHERE t.request = held.request
                   AND (t.key = wanted OR t.key = (SELECT k.tenant FROM custody.key AS k WHERE k.id = wanted)))
$$;
CREATE FUNCTION custody.covered_keys(held custody.run) RETURNS SETOF custody.key
LANGUAGE sql STABLE AS $$
    SELECT k.* FROM custody.request_target AS t JOIN custody.key AS k ON k.id = t.key WHERE t.request = held.request
    UNION ALL
    SELECT k.* FROM custody.request_target AS t JOIN custody.key AS k ON k.tenant = t.key WHERE t.request = held.request
$$;
CREATE FUNCTION custody.fail_unless_covered(held custody.run, keys uuid[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    strange jsonb;
BEGIN
    IF (SELECT count(DISTINCT k) FROM unnest(keys) AS k) <> cardinality(keys) THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', cardinality(keys)));
    END IF;
    SELECT jsonb_agg(u.key) INTO strange FROM unnest(keys) AS u (key) LEFT JOIN custody.key AS k ON k.id = u.key
    WHERE NOT EXISTS (SELECT FROM custody.request_target AS t
                      WHERE t.request = held.request AND (t.key = u.key OR t.key = k.tenant));
    IF strange IS NOT NULL THEN
        PERFORM custody.fail('not_covered', jsonb_build_object('keys', strange));
    END IF;
END
$$;

-- What lies in the vault under a name of its own and is deleted there. A certificate is revoked where it was issued.
CREATE FUNCTION custody.is_vault_object(it custody.key) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT it.storage = 'key_vault' AND it.vault_name IS NOT NULL AND it.kind <> 'tls_certificate' $$;
-- What a run ends: the rest of a tenant's records is taken out of use and named as residue.
CREATE FUNCTION custody.is_destructible(it custody.key) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT custody.is_live(it.state) AND (it.kind = 'dek' OR custody.is_vault_object(it)) $$;

-- DEKs of others under a KEK that a run ends: their data would go with it.
CREATE FUNCTION custody.deks_of_others(held custody.run) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.covered_keys(held) AS k, LATERAL (
        SELECT w.dek FROM custody.wrap AS w WHERE w.kek = k.id UNION SELECT f.dek FROM custody.former_wrap AS f WHERE f.kek = k.id) AS w
    WHERE k.kind = 'kek' AND NOT custody.run_covers(held, w.dek)
$$;

-- INVARIANT: nothing is destroyed while a hold says that it must be kept, or without the quorum still standing.
CREATE FUNCTION custody.check_destruction(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb;
    others bigint;
BEGIN
    IF NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
    SELECT jsonb_agg(jsonb_build_object('hold', h.id, 'kind', h.kind, 'reference', h.reference) ORDER BY h.set_seq) INTO found
    FROM custody.request_target AS t, LATERAL custody.holds_on(t.key) AS h WHERE t.request = held.request;
    IF found IS NOT NULL THEN
        PERFORM custody.fail('held', jsonb_build_object('holds', found));
    END IF;
    PERFORM custody.fail_if_held(array_agg(k.id))
    FROM custody.covered_keys(held) AS k
    WHERE k.kind = 'kek' OR EXISTS (SELECT FROM custody.request_target AS t WHERE t.request = held.request AND t.key = k.id);
    others := custody.deks_of_others(held);
    IF others > 0 THEN
        PERFORM custody.fail('deks_of_others', jsonb_build_object('count', others));
    END IF;
END
$$;

-- Another run that is under way on a key of a tenant that leaves.
CREATE FUNCTION custody.check_no_other_run(held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    other uuid;
BEGIN
    SELECT u.id INTO other
    FROM custody.run AS u JOIN custody.request_target AS its ON its.request = u.request
    JOIN custody.key AS k ON k.id = its.key JOIN custody.request_target AS mine ON mine.key = k.tenant
    WHERE u.finished_at IS NULL AND u.id <> held.id AND mine.request = held.request LIMIT 1;
    IF other IS NOT NULL THEN
        PERFORM custody.fail('run_active', jsonb_build_object('run', other));
    END IF;
END
$$;

-- The run of an act that destroys, in the step that is for it.
CREATE FUNCTION custody.destroying_run(act custody.act, run uuid, step text) RETURNS custody.run
LANGUAGE plpgsql AS $$
DECLARE
    held custody.run := custody.held_run(act, run);
BEGIN
    IF NOT custody.destroys(custody.operation_of(held)) THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, step);
    RETURN held;
END
$$;

CREATE FUNCTION custody.id_rows(act custody.act, payload bytea, rows_max int, what text) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(custody.as_id((custody.fields_exactly(f.bytes, 1, what))[1], what)), '{}')
    FROM unnest(custody.payload_rows(act, payload, rows_max)) AS f (bytes)
$$;

CREATE FUNCTION custody.note_erased(act custody.act, held custody.run, tokens bigint, wraps bigint, former bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF tokens + wraps + former > 0 THEN
        INSERT INTO custody.run_erasure AS e (run, tokens, wraps, former_wraps, erased_seq, erased_before)
        VALUES (held.id, tokens, wraps, former, act.seq, pg_snapshot_xmax(pg_current_snapshot()))
        ON CONFLICT (run) DO UPDATE SET tokens = e.tokens + excluded.tokens, wraps = e.wraps + excluded.wraps,
            former_wraps = e.former_wraps + excluded.former_wraps, erased_seq = excluded.erased_seq,
            erased_before = excluded.erased_before;
    END IF;
    PERFORM custody.keep_lease(held, act.now);
END
$$;

-- First of all: nothing new comes in.
CREATE FUNCTION custody.do_deactivate_keys(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['keys.deactivated'], 'run', 'session');
    held custody.run := custody.destroying_run(act, custody.text_id(act.subject, 'subject'), 'deactivate');
    keys uuid[] := custody.id_rows(act, payload, 1000, 'key');
    changed bigint;
BEGIN
    PERFORM custody.fail_unless_covered(held, keys), custody.check_destruction(act, held);
    act := custody.append(act);
    UPDATE custody.tenant AS t SET status = 'offboarding'
    WHERE t.status IN ('active', 'suspended') AND custody.operation_of(held) = 'offboard_tenant'
      AND t.id IN (SELECT custody.run_keys(held));
    UPDATE custody.key AS k SET state = 'deactivated', state_seq = act.seq, revision = k.revision + 1
    WHERE k.id = ANY (keys) AND k.state = 'active';
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', changed));
END
$$;

-- Overwritten first, so that what an unfinished reclaim leaves behind is zeros and not only marked as free.
CREATE FUNCTION custody.do_delete_tokens(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['tokens.deleted'], 'run', 'session');
    held custody.run := custody.destroying_run(act, custody.text_id(act.subject, 'subject'), 'delete_tokens');
    wanted uuid[] := custody.id_rows(act, payload, 5000, 'token');
    deleted bigint;
BEGIN
    IF (SELECT count(*) FROM custody.token AS t JOIN custody.key AS k ON k.id = t.dek
        WHERE t.id = ANY (wanted) AND k.state <> 'active' AND custody.run_covers(held, k.id)) <> cardinality(wanted) THEN
        PERFORM custody.fail('token_unknown', jsonb_build_object('why', 'gone, of another, or under a DEK in use'));
    END IF;
    PERFORM custody.check_destruction(act, held);
    act := custody.append(act);
    UPDATE custody.token AS t SET envelope = decode(repeat('00', length(t.envelope)), 'hex') WHERE t.id = ANY (wanted);
    DELETE FROM custody.token AS t WHERE t.id = ANY (wanted);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM custody.note_erased(act, held, deleted, 0, 0);
    RETURN custody.accepted(act, jsonb_build_object('count', deleted));
END
$$;

-- R-40: zeros over the wrapped bytes, then the rows go. Only of DEKs that are out of use and protect nothing any more.
CREATE FUNCTION custody.check_erase(act custody.act, held custody.run, rows custody.dek_version[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    IF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, 'erase_wraps'),
            custody.fail_unless_covered(held, (SELECT array_agg(DISTINCT r.dek) FROM unnest(rows) AS r));
    SELECT jsonb_agg(DISTINCT r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = r.dek AND k.kind = 'dek' AND k.state <> 'active');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_active', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(DISTINCT t.dek) INTO bad FROM custody.token AS t WHERE t.dek IN (SELECT r.dek FROM unnest(rows) AS r);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('tokens_left', jsonb_build_object('deks', bad));
    END IF;
    PERFORM custody.check_destruction(act, held);
END
$$;
CREATE FUNCTION custody.destroy_dek_erase(act custody.act, held custody.run, rows custody.dek_version[]) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT custody.check_erase(act, held, rows) $$;
CREATE FUNCTION custody.offboard_tenant_erase(act custody.act, held custody.run, rows custody.dek_version[]) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT custody.check_erase(act, held, rows) $$;

-- What a destruction erased is kept, for the reclaim that follows.
CREATE FUNCTION custody.destroy_dek_erased(act custody.act, held custody.run, present bigint, former bigint) RETURNS void
LANGUAGE sql AS $$ SELECT custody.note_erased(act, held, 0, present, former) $$;
CREATE FUNCTION custody.offboard_tenant_erased(act custody.act, held custody.run, present bigint, former bigint) RETURNS void
LANGUAGE sql AS $$ SELECT custody.note_erased(act, held, 0, present, former) $$;

-- `any`, or two hours of the day in UTC between which tables may be locked and rewritten.
CREATE FUNCTION custody.are_hours(hours text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT hours ~ '^(any|([0-9]|1[0-9]|2[0-3])-([0-9]|1[0-9]|2[0-3]))$' AND split_part(hours, '-', 1) <> split_part(hours, '-', 2)
$$;
-- When those hours begin next; nothing when it is one of them.
CREATE FUNCTION custody.quiet_from(hours text, now timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    first int;
    last int;
    today timestamp := date_trunc('day', now AT TIME ZONE 'UTC');
    hour int := extract(hour FROM now AT TIME ZONE 'UTC');
BEGIN
    IF hours = 'any' THEN
        RETURN NULL;
    END IF;
    first := split_part(hours, '-', 1)::int;
    last := split_part(hours, '-', 2)::int;
    IF (first < last AND hour >= first AND hour < last) OR (first > last AND (hour >= first OR hour < last)) THEN
        RETURN NULL;
    END IF;
    today := today + make_interval(hours => first);
    RETURN (today + CASE WHEN hour >= first THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE 'UTC';
END
$$;

-- Who may still see rows as they were before that transaction: while there is such a one, a rewrite copies them along.
CREATE FUNCTION custody.old_snapshots(before xid8) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(jsonb_agg(o.what), '[]') FROM (
        SELECT jsonb_build_object('what', 'session', 'name', a.pid || ' ' || coalesce(a.usename, '') || ' ' || coalesce(a.application_name, ''),
                                  'since', custody.us(a.xact_start))
        FROM pg_stat_activity AS a
        WHERE a.pid <> pg_backend_pid() AND (a.datname = current_database() OR a.datname IS NULL)
          AND (age(a.backend_xmin) > age(before::xid) OR age(a.backend_xid) > age(before::xid))
        UNION ALL SELECT jsonb_build_object('what', 'prepared', 'name', p.gid, 'since', custody.us(p.prepared))
        FROM pg_prepared_xacts AS p WHERE p.database = current_database() AND age(p.transaction) > age(before::xid)
        UNION ALL SELECT jsonb_build_object('what', 'replication_slot', 'name', s.slot_name)
        FROM pg_replication_slots AS s WHERE age(s.xmin) > age(before::xid)) AS o (what)
$$;

-- What keeps a run's reclaim from being done now: the hour, or whoever could still see the old rows.
CREATE FUNCTION custody.reclaim_obstacles(run uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    erased custody.run_erasure;
    quiet timestamptz;
BEGIN
    SELECT * INTO erased FROM custody.run_erasure AS e WHERE e.run = reclaim_obstacles.run;
    SELECT custody.quiet_from(r.parameters ->> 'reclaim_hours', custody.clock()) INTO quiet
    FROM custody.run AS u JOIN custody.request AS r ON r.id = u.request WHERE u.id = reclaim_obstacles.run;
    RETURN jsonb_build_object('quiet_from', custody.us(quiet), 'in_the_way',
        CASE WHEN erased.run IS NULL THEN '[]' ELSE custody.old_snapshots(erased.erased_before) END);
END
$$;

-- Tables out of which bytes must go. `CLUSTER` writes a table anew and lets the old file go when it commits; unlike VACUUM FULL it can
-- be done in the act that writes down that it was done.
CREATE FUNCTION custody.rewrite_tables() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    told record;
BEGIN
    FOR told IN SELECT t.name, i.relname AS ordered_by
                FROM unnest('{token,wrap,former_wrap}'::text[]) AS t (name)
                JOIN pg_index AS x ON x.indrelid = format('custody.%I', t.name)::regclass AND x.indisprimary
                JOIN pg_class AS i ON i.oid = x.indexrelid LOOP
        EXECUTE format('CLUSTER custody.%I USING %I', told.name, told.ordered_by);
    END LOOP;
END
$$;
-- Dead rows in those tables and in what they keep out of line, page by page; nothing where the pages may not be read.
CREATE FUNCTION custody.dead_rows() RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    found jsonb;
BEGIN
    IF NOT coalesce(has_function_privilege(to_regprocedure('custody.pgstattuple(regclass)'), 'EXECUTE'), false) THEN
        RETURN NULL;
    END IF;
    EXECUTE $q$
        SELECT jsonb_object_agg(t.name, jsonb_build_object('bytes', s.bytes, 'rows', s.live, 'dead', s.dead))
        FROM unnest('{token,wrap,former_wrap}'::text[]) AS t (name),
             LATERAL (SELECT sum(p.table_len) AS bytes, sum(p.tuple_count) FILTER (WHERE part = c.oid) AS live,
                             sum(p.dead_tuple_count) AS dead
                      FROM pg_class AS c, unnest(ARRAY[c.oid, nullif(c.reltoastrelid, 0)]) AS part,
                           LATERAL custody.pgstattuple(part::regclass) AS p
                      WHERE c.oid = format('custody.%I', t.name)::regclass AND part IS NOT NULL) AS s
    $q$ INTO found;
    RETURN found;
END
$$;

CREATE FUNCTION custody.prove_reclaimed() RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    dead jsonb := custody.dead_rows();
BEGIN
    IF dead IS NOT NULL THEN
        IF EXISTS (SELECT FROM jsonb_each(dead) AS t WHERE (t.value ->> 'dead')::bigint > 0) THEN
            PERFORM custody.fail('reclaim_pending', jsonb_build_object('in_the_way',
                jsonb_build_array(jsonb_build_object('what', 'dead_rows', 'name', dead::text))));
        END IF;
        RETURN jsonb_build_object('proof', 'pages', 'tables', dead);
    ELSIF pg_has_role('pg_read_all_stats', 'USAGE') THEN
        RETURN jsonb_build_object('proof', 'snapshots');
    END IF;
    PERFORM custody.fail('reclaim_pending', jsonb_build_object('in_the_way', jsonb_build_array(jsonb_build_object(
        'what', 'no_proof', 'name', 'neither the extension pgstattuple nor the role pg_read_all_stats was given to countersign_owner'))));
END
$$;

CREATE FUNCTION custody.do_reclaim(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['register.reclaimed'], 'run', 'session');
    held custody.run := custody.destroying_run(act, custody.text_id(act.subject, 'subject'), 'reclaim');
    obstacles jsonb := custody.reclaim_obstacles(held.id);
    erased custody.run_erasure;
    found jsonb;
BEGIN
    PERFORM custody.check_destruction(act, held);
    SELECT * INTO erased FROM custody.run_erasure AS e WHERE e.run = held.id FOR UPDATE;
    IF erased.run IS NULL THEN
        PERFORM custody.fail('nothing_erased');
    ELSIF obstacles -> 'quiet_from' <> 'null' THEN
        PERFORM custody.fail('reclaim_waits', jsonb_build_object('until', obstacles -> 'quiet_from'));
    ELSIF obstacles -> 'in_the_way' <> '[]' OR pg_current_xact_id() < erased.erased_before THEN
        PERFORM custody.fail('reclaim_pending', obstacles);
    END IF;
    act := custody.append(act);
    -- Nobody reads or writes while the tables are rewritten, and nobody waits long for that to begin.
    PERFORM set_config('lock_timeout', '5s', true), custody.rewrite_tables();
    found := custody.prove_reclaimed();
    UPDATE custody.run_erasure AS e SET reclaimed_seq = act.seq, reclaimed_at = act.now, proof = found WHERE e.run = held.id;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, found);
END
$$;

-- After the commit: what was written goes to the files, and the emptied files go. Says whether it was allowed to.
CREATE FUNCTION custody.flush() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CHECKPOINT;
    RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN false;
END
$$;

CREATE FUNCTION custody.is_reclaimed(held custody.run) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM custody.run_erasure AS e
                       WHERE e.run = held.id AND (e.reclaimed_seq IS NULL OR e.reclaimed_seq < e.erased_seq))
$$;

-- What is still there of these keys: nothing may be, before they are called destroyed.
CREATE FUNCTION custody.remains_of(held custody.run, keys uuid[]) RETURNS TABLE (key uuid, what text)
LANGUAGE sql STABLE AS $$
    SELECT t.dek, 'token' FROM custody.token AS t WHERE t.dek = ANY (keys)
    UNION SELECT w.dek, 'wrap' FROM custody.wrap AS w WHERE w.dek = ANY (keys)
    UNION SELECT w.kek, 'wrap' FROM custody.wrap AS w WHERE w.kek = ANY (keys)
    UNION SELECT f.dek, 'former_wrap' FROM custody.former_wrap AS f WHERE f.dek = ANY (keys)
    UNION SELECT f.kek, 'former_wrap' FROM custody.former_wrap AS f WHERE f.kek = ANY (keys)
    UNION SELECT k.id, 'vault_object' FROM custody.key AS k
          WHERE k.id = ANY (keys) AND custody.is_vault_object(k) AND NOT custody.is_purged(held, k.id)
    UNION SELECT k.id, 'reclaim' FROM custody.key AS k WHERE k.id = ANY (keys) AND NOT custody.is_reclaimed(held)
$$;

-- INVARIANT: a key is called destroyed only after nothing of it was found.
CREATE FUNCTION custody.do_record_destroyed(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['keys.destroyed'], 'run', 'session');
    held custody.run := custody.destroying_run(act, custody.text_id(act.subject, 'subject'), 'prove_absent');
    keys uuid[];
    proofs text[];
    bad jsonb;
    changed bigint;
BEGIN
    SELECT coalesce(array_agg(custody.as_id(c.cells[1], 'key')), '{}'), array_agg(custody.as_text(c.cells[2], 'proof', 2000))
    INTO keys, proofs
    FROM (SELECT custody.fields_exactly(f.bytes, 2, 'destroyed key') AS cells
          FROM unnest(custody.payload_rows(act, payload, 1000)) AS f (bytes)) AS c;
    PERFORM custody.fail_unless_covered(held, keys);
    IF EXISTS (SELECT FROM unnest(proofs) AS p WHERE btrim(p) = '') THEN
        PERFORM custody.fail('verification_missing');
    END IF;
    SELECT jsonb_agg(jsonb_build_object('key', r.key, 'left', r.what)) INTO bad FROM custody.remains_of(held, keys) AS r;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('something_left', jsonb_build_object('keys', bad));
    END IF;
    act := custody.append(act);
    UPDATE custody.key AS k SET state = 'destroyed', state_seq = act.seq, revision = k.revision + 1, rotate_by = NULL
    WHERE k.id = ANY (keys) AND k.state <> 'destroyed';
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', changed));
END
$$;

-- The hooks that all operations of destruction share.
CREATE FUNCTION custody.before_destruction(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND step NOT IN ('prove_absent', 'close') THEN
        PERFORM custody.check_destruction(act, held), custody.check_no_other_run(held);
    END IF;
END
$$;

CREATE FUNCTION custody.destruction_done(held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bigint := 0;
BEGIN
    IF held.direction = 'back' THEN
        RETURN;
    ELSIF step = 'deactivate' THEN
        SELECT count(*) INTO found FROM custody.covered_keys(held) AS k WHERE k.state = 'active';
    ELSIF step = 'delete_tokens' THEN
        SELECT count(*) INTO found FROM custody.covered_keys(held) AS k JOIN custody.token AS t ON t.dek = k.id;
    ELSIF step = 'erase_wraps' THEN
        SELECT count(*) INTO found FROM custody.covered_keys(held) AS k
        WHERE EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = k.id)
           OR EXISTS (SELECT FROM custody.former_wrap AS w WHERE w.dek = k.id);
    ELSIF step = 'reclaim' THEN
        found := CASE WHEN custody.is_reclaimed(held) THEN 0 ELSE 1 END;
    ELSIF step = 'prove_absent' THEN
        SELECT count(*) INTO found FROM custody.covered_keys(held) AS k WHERE custody.is_destructible(k);
    END IF;
    IF found > 0 THEN
        PERFORM custody.fail('something_left', jsonb_build_object('step', step, 'count', found));
    END IF;
END
$$;

CREATE FUNCTION custody.destruction_end(held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND (EXISTS (SELECT FROM custody.covered_keys(held) AS k WHERE custody.is_destructible(k))
                                       OR NOT custody.is_reclaimed(held)) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'prove_absent'));
    END IF;
END
$$;

-- R-44: what was destroyed is looked at by a second person afterwards.
CREATE FUNCTION custody.destruction_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.direction = 'forward' THEN
        PERFORM custody.list_for_review(act, custody.operation_of(held), 'run', held.id::text);
    END IF;
END
$$;

CREATE FUNCTION custody.plan_hours(plan custody.plan) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF custody.are_hours(plan.parameters ->> 'reclaim_hours') IS NOT TRUE THEN
        PERFORM custody.unfit('reclaim_hours');
    ELSIF (plan.parameters ->> 'erasure' IN ('cryptographic', 'shared_kek')) IS NOT TRUE THEN
        -- R-47: nobody signs an erasure without being told how strong it is.
        PERFORM custody.unfit('erasure');
    END IF;
END
$$;

CREATE FUNCTION custody.destroy_dek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    PERFORM custody.plan_hours(plan);
    IF plan.parameters ->> 'erasure' <> 'shared_kek' THEN
        PERFORM custody.unfit('erasure');
    END IF;
    SELECT jsonb_agg(t.key) INTO bad FROM unnest(targets) AS t LEFT JOIN custody.key AS k ON k.id = t.key
    WHERE k.id IS NULL OR k.kind <> 'dek' OR NOT custody.is_live(k.state);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_unknown', jsonb_build_object('deks', bad));
    ELSIF EXISTS (SELECT FROM unnest(targets) AS t JOIN custody.key AS k ON k.id = t.key WHERE t.name <> k.name OR t.version <> '') THEN
        PERFORM custody.unfit('target');
    END IF;
    PERFORM custody.fail_if_held((SELECT array_agg(t.key) FROM unnest(targets) AS t));
END
$$;

CREATE FUNCTION custody.offboard_tenant_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.tenant;
    strong boolean;
BEGIN
    PERFORM custody.plan_hours(plan);
    SELECT * INTO found FROM custody.tenant AS t WHERE t.id = target.key;
    IF found.id IS NULL THEN
        PERFORM custody.fail('tenant_unknown', jsonb_build_object('tenant', target.key));
    ELSIF found.status NOT IN ('active', 'suspended') THEN
        PERFORM custody.fail('tenant_inactive', jsonb_build_object('tenant', found.name));
    ELSIF target.name <> found.name OR target.version <> '' OR plan.parameters ->> 'typed_name' IS DISTINCT FROM found.name THEN
        PERFORM custody.unfit('target');
    ELSIF (plan.parameters ->> 'purge' IN ('at_once', 'scheduled')) IS NOT TRUE THEN
        PERFORM custody.unfit('purge');
    ELSIF EXISTS (SELECT FROM custody.holds_on(found.id)) THEN
        PERFORM custody.fail('held', (SELECT jsonb_build_object('holds', jsonb_agg(jsonb_build_object(
            'hold', h.id, 'kind', h.kind, 'reference', h.reference) ORDER BY h.set_seq)) FROM custody.holds_on(found.id) AS h));
    ELSIF EXISTS (SELECT FROM custody.key AS k JOIN custody.wrap AS w ON w.kek = k.id JOIN custody.key AS d ON d.id = w.dek
                  WHERE k.tenant = found.id AND d.tenant IS DISTINCT FROM found.id) THEN
        PERFORM custody.fail('deks_of_others');
    END IF;
    strong := NOT EXISTS (SELECT FROM custody.key AS d JOIN custody.wrap AS w ON w.dek = d.id JOIN custody.key AS k ON k.id = w.kek
                          WHERE d.tenant = found.id AND k.tenant IS DISTINCT FROM found.id)
          AND EXISTS (SELECT FROM custody.key AS d JOIN custody.wrap AS w ON w.dek = d.id WHERE d.tenant = found.id);
    IF strong <> (plan.parameters ->> 'erasure' = 'cryptographic') THEN
        PERFORM custody.unfit('erasure');
    END IF;
END
$$;

CREATE FUNCTION custody.offboard_tenant_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.direction = 'forward' THEN
        UPDATE custody.tenant AS t SET status = 'offboarded' WHERE t.id IN (SELECT custody.run_keys(held));
    END IF;
    PERFORM custody.destruction_ended(act, held);
END
$$;
CREATE FUNCTION custody.destroy_dek_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE sql AS $$ SELECT custody.destruction_ended(act, held) $$;

DO $$
DECLARE
    its_operation text;
BEGIN
    FOREACH its_operation IN ARRAY ARRAY['destroy_dek', 'offboard_tenant', 'destroy_kek'] LOOP
        EXECUTE format('CREATE FUNCTION custody.%I(act custody.act, held custody.run, step text) RETURNS void
            LANGUAGE sql AS $f$ SELECT custody.before_destruction(act, held, step) $f$', its_operation || '_before');
        EXECUTE format('CREATE FUNCTION custody.%I(act custody.act, held custody.run, step text) RETURNS void
            LANGUAGE sql AS $f$ SELECT custody.destruction_done(held, step) $f$', its_operation || '_done');
        -- What was taken out of use is put back by a request of its own; from there on it is two people's word again.
        EXECUTE format('CREATE FUNCTION custody.%I(act custody.act, held custody.run) RETURNS void
            LANGUAGE sql AS $f$ SELECT custody.fail_if_begun(held, ''{deactivate}'') $f$', its_operation || '_turn');
        EXECUTE format('CREATE FUNCTION custody.%I(act custody.act, held custody.run) RETURNS void
            LANGUAGE sql AS $f$ SELECT custody.destruction_end(held) $f$', its_operation || '_end');
    END LOOP;
END
$$;

SELECT custody.publish_verb(verb, '{security,devops,agent}')
FROM unnest('{deactivate_keys,delete_tokens,erase_wraps,reclaim,record_destroyed}'::text[]) AS verb;

SELECT custody.own_everything();

DO $$
DECLARE
    everyone text := 'countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent';
BEGIN
    EXECUTE format('GRANT SELECT ON custody.run_erasure, custody.key_deletion TO %s', everyone);
    EXECUTE format('GRANT EXECUTE ON FUNCTION custody.reclaim_obstacles(uuid) TO %s', everyone);
    GRANT EXECUTE ON FUNCTION custody.flush() TO countersign_security, countersign_devops, countersign_agent;
END
$$;
