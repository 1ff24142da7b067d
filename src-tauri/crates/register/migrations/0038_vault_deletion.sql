-- Deletion in the vault: what was deleted, until when it can be recovered, that it is gone; recovery by two people while it is not;
-- and the restore drill without which no retired KEK is purged.

-- The objects in the vault that a run deletes.
CREATE FUNCTION custody.vault_objects(held custody.run) RETURNS SETOF custody.key
LANGUAGE sql STABLE AS $$ SELECT k.* FROM custody.covered_keys(held) AS k WHERE custody.is_vault_object(k) AND custody.is_live(k.state) $$;

-- What a run has under deletion now.
CREATE FUNCTION custody.open_deletion(held custody.run, wanted uuid) RETURNS custody.key_deletion
LANGUAGE sql STABLE AS $$
    SELECT d FROM custody.key_deletion AS d
    WHERE d.run = held.id AND d.key = wanted AND d.purged_seq IS NULL AND d.recovered_seq IS NULL
$$;

-- A KEK goes only when nothing hangs on it: the data under a wrap that is left would go with it.
CREATE FUNCTION custody.fail_if_wrapping(kek uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bigint := (SELECT count(*) FROM custody.wrap AS w WHERE w.kek = fail_if_wrapping.kek)
                  + (SELECT count(*) FROM custody.former_wrap AS w WHERE w.kek = fail_if_wrapping.kek);
BEGIN
    IF found > 0 THEN
        PERFORM custody.fail('wraps_left', jsonb_build_object('key', kek, 'count', found));
    END IF;
END
$$;

-- R-49. When a DEK last went from a version of this KEK to another one, or to another KEK: from then on older backups need it.
CREATE TABLE custody.kek_moved (
    kek uuid PRIMARY KEY REFERENCES custody.key,
    last_seq bigint NOT NULL
);
INSERT INTO custody.kek_moved (kek, last_seq)
SELECT v.key, max(v.changed_seq) FROM custody.key_version AS v
WHERE v.key IN (SELECT u.key FROM custody.run AS u WHERE u.rewrapped > 0) GROUP BY v.key;

CREATE FUNCTION custody.keep_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO custody.kek_moved AS m (kek, last_seq)
    SELECT b.kek, max(a.changed_seq) FROM before AS b JOIN after AS a ON a.dek = b.dek
    WHERE (a.kek, a.kek_version) IS DISTINCT FROM (b.kek, b.kek_version)
    GROUP BY b.kek
    ON CONFLICT (kek) DO UPDATE SET last_seq = greatest(m.last_seq, excluded.last_seq);
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_moves AFTER UPDATE ON custody.wrap REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION custody.keep_moves();
ALTER TABLE custody.wrap ENABLE ALWAYS TRIGGER keep_moves;

-- A restore that was tried: a copy of the register in which every DEK opened without this KEK.
CREATE TABLE custody.restore_drill (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    kek uuid NOT NULL REFERENCES custody.key,
    by uuid NOT NULL REFERENCES custody.operator,
    at timestamptz NOT NULL,
    -- The last entry of the ledger that the copy holds: how old it is.
    restored_seq bigint NOT NULL CHECK (restored_seq >= 1),
    restored_at timestamptz NOT NULL,
    deks bigint NOT NULL CHECK (deks >= 0),
    opened bigint NOT NULL CHECK (opened >= 0 AND opened <= deks)
);
CREATE INDEX restore_drill_kek ON custody.restore_drill (kek, seq);
CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.restore_drill
    FOR EACH ROW EXECUTE FUNCTION custody.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.restore_drill
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();
ALTER TABLE custody.restore_drill ENABLE ALWAYS TRIGGER refuse_row_change;
ALTER TABLE custody.restore_drill ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION custody.drill_wanted(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.kek_moved AS m WHERE m.kek = wanted AND NOT EXISTS (
        SELECT FROM custody.restore_drill AS d WHERE d.kek = wanted AND d.restored_seq > m.last_seq))
$$;
CREATE FUNCTION custody.fail_without_drill(kek uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF custody.drill_wanted(kek) THEN
        PERFORM custody.fail('drill_missing', jsonb_build_object('key', kek));
    END IF;
END
$$;

CREATE FUNCTION custody.do_record_drill(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['drill.passed'], 'key', 'session');
    target uuid := custody.text_id(act.subject, 'subject');
    restored bigint := custody.attr_count(act, 'restored_seq');
    its_hash bytea := custody.attr_hex(act, 'restored_hash', 32);
    its_deks bigint := custody.attr_count(act, 'deks');
    its_opened bigint := custody.attr_count(act, 'opened');
    taken timestamptz;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops}');
    IF NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = target AND k.kind = 'kek') THEN
        PERFORM custody.fail('key_unknown');
    END IF;
    -- The copy is one of this very ledger: its last entry is one of ours.
    SELECT l.recorded_at INTO taken FROM custody.ledger_entry AS l WHERE l.seq = restored AND l.hash = its_hash;
    IF taken IS NULL THEN
        PERFORM custody.fail('drill_unfit', jsonb_build_object('why', 'the restored ledger does not end in an entry of this one'));
    ELSIF its_opened = 0 AND its_deks > 0 OR its_opened > its_deks THEN
        PERFORM custody.fail('drill_unfit', jsonb_build_object('why', 'no DEK was opened'));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.restore_drill (seq, kek, by, at, restored_seq, restored_at, deks, opened)
    VALUES (act.seq, target, act.actor, act.now, restored, taken, its_deks, its_opened);
    RETURN custody.accepted(act);
END
$$;

-- Written after the vault said so. From here on it counts the days.
CREATE FUNCTION custody.do_record_deleted(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.deleted'], 'key', 'session');
    held custody.run := custody.destroying_run(act, custody.attr_id(act, 'run'), 'delete_from_vault');
    target uuid := custody.text_id(act.subject, 'subject');
    level text := custody.attr(act, 'recovery_level');
    moment timestamptz := custody.attr_time(act, 'deleted_at');
    purge timestamptz := CASE WHEN custody.attr(act, 'scheduled_purge_at') <> '' THEN custody.attr_time(act, 'scheduled_purge_at') END;
    found custody.key;
BEGIN
    SELECT * INTO found FROM custody.vault_objects(held) AS k WHERE k.id = target;
    IF found.id IS NULL THEN
        PERFORM custody.fail('not_covered', jsonb_build_object('keys', jsonb_build_array(target)));
    ELSIF found.state = 'active' THEN
        PERFORM custody.fail('key_active', jsonb_build_object('key', target));
    ELSIF (custody.open_deletion(held, target)).key IS NOT NULL OR custody.is_purged(held, target) THEN
        PERFORM custody.fail('deletion_known', jsonb_build_object('key', target));
    END IF;
    PERFORM custody.check_past(moment, act.now, 'deleted_at'), custody.fail_if_wrapping(target), custody.check_destruction(act, held);
    act := custody.append(act);
    INSERT INTO custody.key_deletion (deleted_seq, key, run, recovery_level, deleted_at, scheduled_purge_at)
    VALUES (act.seq, target, held.id, level, moment, purge);
    UPDATE custody.key_version AS v SET state = 'disabled', disabled_at = coalesce(v.disabled_at, act.now), changed_seq = act.seq
    WHERE v.key = target AND v.state = 'enabled';
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- Written after neither the object nor its deleted remains were found any more.
CREATE FUNCTION custody.do_record_purged(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.purged'], 'key', 'session');
    held custody.run := custody.destroying_run(act, custody.attr_id(act, 'run'), 'await_purge');
    target uuid := custody.text_id(act.subject, 'subject');
    deletion custody.key_deletion := custody.open_deletion(held, target);
BEGIN
    IF deletion.key IS NULL THEN
        PERFORM custody.fail('deletion_unknown', jsonb_build_object('key', target));
    END IF;
    act := custody.append(act);
    UPDATE custody.key_deletion AS d SET purged_seq = act.seq, purged_at = act.now, purge_proof = custody.attr_filled(act, 'proof')
    WHERE d.deleted_seq = deletion.deleted_seq;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- INVARIANT: each object in the vault is deleted and recorded before a run waits for its purge, and purged before it proves anything.
CREATE FUNCTION custody.vault_step_done(held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bigint;
BEGIN
    IF held.direction = 'forward' AND step IN ('delete_from_vault', 'await_purge') THEN
        SELECT count(*) INTO found FROM custody.vault_objects(held) AS k
        WHERE NOT custody.is_purged(held, k.id)
          AND (step = 'await_purge' OR (custody.open_deletion(held, k.id)).key IS NULL);
        IF found > 0 THEN
            PERFORM custody.fail('something_left', jsonb_build_object('step', step, 'count', found));
        END IF;
    END IF;
    PERFORM custody.destruction_done(held, step);
END
$$;
CREATE OR REPLACE FUNCTION custody.destroy_kek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.vault_step_done(held, step) $$;
CREATE OR REPLACE FUNCTION custody.offboard_tenant_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE sql AS $$ SELECT custody.vault_step_done(held, step) $$;

-- The destruction of a KEK.
CREATE FUNCTION custody.destroy_kek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.key;
BEGIN
    SELECT * INTO found FROM custody.key AS k WHERE k.id = target.key;
    IF found.id IS NULL OR found.kind <> 'kek' OR NOT custody.is_live(found.state) THEN
        PERFORM custody.fail('key_unknown');
    ELSIF target.name <> found.vault_name OR target.version IS DISTINCT FROM coalesce(found.current_version, '') THEN
        PERFORM custody.unfit('target');
    ELSIF (plan.parameters ->> 'purge' IN ('at_once', 'scheduled')) IS NOT TRUE THEN
        PERFORM custody.unfit('purge');
    END IF;
    PERFORM custody.fail_if_wrapping(found.id), custody.fail_if_held(ARRAY[found.id]), custody.fail_without_drill(found.id);
END
$$;
CREATE OR REPLACE FUNCTION custody.destroy_kek_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND step NOT IN ('prove_absent', 'close') THEN
        PERFORM custody.fail_if_wrapping(held.key), custody.fail_without_drill(held.key);
    END IF;
    PERFORM custody.before_destruction(act, held, step);
END
$$;
CREATE FUNCTION custody.destroy_kek_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE sql AS $$ SELECT custody.destruction_ended(act, held) $$;

-- Recovery (R-41): two people, as long as the vault has it.
CREATE FUNCTION custody.deletion_of(wanted uuid) RETURNS custody.key_deletion
LANGUAGE sql STABLE AS $$
    SELECT d FROM custody.key_deletion AS d WHERE d.key = wanted AND d.purged_seq IS NULL AND d.recovered_seq IS NULL
$$;
CREATE FUNCTION custody.recover_kek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.key;
BEGIN
    SELECT * INTO found FROM custody.key AS k WHERE k.id = target.key;
    IF found.id IS NULL OR found.kind <> 'kek' OR NOT custody.is_live(found.state) THEN
        PERFORM custody.fail('key_unknown');
    ELSIF (custody.deletion_of(found.id)).key IS NULL THEN
        PERFORM custody.fail('deletion_unknown', jsonb_build_object('key', found.id));
    ELSIF target.name <> found.vault_name OR target.version IS DISTINCT FROM coalesce(found.current_version, '') THEN
        PERFORM custody.unfit('target');
    END IF;
END
$$;

-- The only run that goes beside another one on the same key: the one that stops the other.
CREATE FUNCTION custody.recover_kek_beside(wanted custody.request, other custody.run) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT custody.operation_of(other) = 'destroy_kek' AND EXISTS (
        SELECT FROM custody.run_step AS s WHERE s.run = other.id AND s.kind = 'await_purge' AND s.state <> 'done')
$$;

CREATE FUNCTION custody.do_record_recovered(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.recovered'], 'key', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    deletion custody.key_deletion;
BEGIN
    IF custody.operation_of(held) <> 'recover_kek' THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held)));
    ELSIF held.key <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', held.key));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step(held, 'recover'), custody.attr_filled(act, 'proof');
    deletion := custody.deletion_of(held.key);
    IF deletion.key IS NULL THEN
        PERFORM custody.fail('deletion_unknown', jsonb_build_object('key', held.key));
    ELSIF NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
    act := custody.append(act);
    UPDATE custody.key_deletion AS d SET recovered_seq = act.seq, recovered_at = act.now WHERE d.deleted_seq = deletion.deleted_seq;
    -- In the vault the versions that were enabled are enabled again; here those that the deletion had put out of use.
    UPDATE custody.key_version AS v SET state = 'enabled', disabled_at = NULL, changed_seq = act.seq
    WHERE v.key = held.key AND v.state = 'disabled' AND v.changed_seq = deletion.deleted_seq;
    UPDATE custody.key AS k SET revision = k.revision + 1 WHERE k.id = held.key;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.recover_kek_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND step = 'recover' AND NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
END
$$;
CREATE FUNCTION custody.recover_kek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND step = 'recover' AND (custody.deletion_of(held.key)).key IS NOT NULL THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;
CREATE FUNCTION custody.recover_kek_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT custody.fail_if_begun(held, '{recover}') $$;
CREATE FUNCTION custody.recover_kek_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF held.direction = 'forward' AND (custody.deletion_of(held.key)).key IS NOT NULL THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'recover'));
    END IF;
END
$$;

-- The run that was destroying the key is over: what it was for was taken back by two people.
CREATE FUNCTION custody.recover_kek_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    other custody.run;
BEGIN
    IF held.direction = 'back' THEN
        RETURN;
    END IF;
    FOR other IN SELECT u.* FROM custody.run AS u
                 WHERE u.key = held.key AND u.id <> held.id AND u.finished_at IS NULL AND custody.operation_of(u) = 'destroy_kek' LOOP
        UPDATE custody.run_step AS s SET state = 'failed', finished_at = act.now, outcome_seq = act.seq,
               evidence = jsonb_build_object('why', 'the key was recovered', 'recovered_by', held.id)
        WHERE s.run = other.id AND s.state = 'intended';
        UPDATE custody.run AS u SET state = 'rolled_back', direction = 'back', finished_at = act.now, finished_seq = act.seq,
               lease_until = act.now, fence = u.fence + 1, verification = 'the key was recovered in run ' || held.number
               || ': ' || left((SELECT r.reason FROM custody.request AS r WHERE r.id = held.request), 3000)
        WHERE u.id = other.id;
        UPDATE custody.request AS r SET decided = 'failed', decided_at = act.now, decided_seq = act.seq WHERE r.id = other.request;
    END LOOP;
END
$$;

-- A plan to destroy or recover a KEK depends on its deletion as well.
CREATE OR REPLACE FUNCTION custody.facts_of_vault_key(wanted uuid) RETURNS TABLE (part text, answer text)
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
    UNION ALL SELECT 'deletion', d.deleted_seq::text FROM custody.deletion_of(wanted) AS d WHERE d.key IS NOT NULL
$$;

SELECT custody.publish_verb(verb, '{security,devops,agent}')
FROM unnest('{record_deleted,record_purged,record_recovered}'::text[]) AS verb;
SELECT custody.publish_verb('record_drill', '{security,devops}');

SELECT custody.own_everything();

DO $$
DECLARE
    everyone text := 'countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent';
BEGIN
    EXECUTE format('GRANT SELECT ON custody.kek_moved, custody.restore_drill TO %s', everyone);
    EXECUTE format('GRANT EXECUTE ON FUNCTION custody.drill_wanted(uuid) TO %s', everyone);
END
$$;
