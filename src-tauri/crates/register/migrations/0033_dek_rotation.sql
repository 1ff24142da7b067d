-- The rotation of data-encryption keys (R-23): a new DEK takes the place of the present one at once, the former wrap stays until no
-- token needs it, tokens are moved by compare-and-set, the former wrap is overwritten and removed.

-- A version number is never given twice, also when a rotation is turned back.
ALTER TABLE custody.wrap ADD COLUMN highest_version int NOT NULL DEFAULT 1 CHECK (highest_version >= 1);
UPDATE custody.wrap SET highest_version = dek_version WHERE dek_version > 1;

-- Which version of its DEK a token is sealed under, and how often it was sealed: what compare-and-set compares.
ALTER TABLE custody.token
    ADD COLUMN dek_version int NOT NULL DEFAULT 1 CHECK (dek_version >= 1),
    ADD COLUMN revision int NOT NULL DEFAULT 1 CHECK (revision >= 1);
-- A rotation rewrites every token under a DEK. Where the new row fits beside the old one no index is touched, which is three times
-- as fast; the room is used again by the next rotation.
ALTER TABLE custody.token SET (fillfactor = 50);

-- The wrap that is being retired while tokens are moved. `custody.wrap` is always the one that new tokens use.
CREATE TABLE custody.former_wrap (
    dek uuid NOT NULL REFERENCES custody.key,
    dek_version int NOT NULL CHECK (dek_version >= 1),
    kek uuid NOT NULL,
    kek_version text NOT NULL,
    algorithm text NOT NULL CHECK (algorithm IN ('RSA-OAEP-256', 'RSA-OAEP')),
    wrapped bytea NOT NULL CHECK (length(wrapped) IN (256, 384, 512)),
    check_value bytea NOT NULL CHECK (length(check_value) = 32),
    run uuid NOT NULL REFERENCES custody.run,
    -- Messages sealed under this version, as `custody.dek_messages` counts them under the present one.
    messages bigint NOT NULL CHECK (messages BETWEEN 0 AND 2147483648),
    -- Whether nothing is sealed under it any more: from then on the tokens that name it only become fewer.
    retired boolean NOT NULL DEFAULT false,
    created_seq bigint NOT NULL,
    PRIMARY KEY (dek, dek_version),
    FOREIGN KEY (kek, kek_version) REFERENCES custody.key_version (key, version)
);
CREATE INDEX former_wrap_under ON custody.former_wrap (kek, kek_version);
CREATE INDEX former_wrap_run ON custody.former_wrap (run, dek);

CREATE TYPE custody.dek_version AS (dek uuid, version int);

-- A KEK's rotation beside it. Its re-wrap moves the wraps that are in use; its old version stays enabled as long as a former wrap
-- needs it.
CREATE FUNCTION custody.former_wraps(wanted_kek uuid, wanted_version text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.former_wrap AS f WHERE f.kek = wanted_kek AND f.kek_version = wanted_version
$$;

CREATE FUNCTION custody.fail_if_wraps_to_move(its_key uuid, its_version text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    left_over bigint := custody.live_wraps(its_key, its_version);
BEGIN
    IF left_over > 0 THEN
        PERFORM custody.fail('wraps_left', jsonb_build_object('version', its_version, 'count', left_over));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION custody.fail_if_wraps_left(its_key uuid, its_version text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    former bigint := custody.former_wraps(its_key, its_version);
BEGIN
    PERFORM custody.fail_if_wraps_to_move(its_key, its_version);
    IF former > 0 THEN
        PERFORM custody.fail('wraps_left', jsonb_build_object('version', its_version, 'count', former,
            'why', 'a rotation of DEKs still needs it'));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION custody.rotate_kek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'rewrap' THEN
        PERFORM custody.fail_if_wraps_to_move(held.key, held.from_version);
    ELSIF step = 'rewrap_back' AND held.new_version IS NOT NULL THEN
        PERFORM custody.fail_if_wraps_to_move(held.key, held.new_version);
    ELSIF (step = 'create_version' AND held.new_version IS NULL)
       OR (step = 'disable_old' AND custody.version_state(held.key, held.from_version) <> 'disabled')
       OR (step = 'enable_old' AND custody.version_state(held.key, held.from_version) <> 'enabled')
       OR (step = 'disable_new' AND custody.version_state(held.key, held.new_version) <> 'disabled') THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

-- What may be planned.
CREATE FUNCTION custody.rotate_dek_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
    cause text := plan.parameters ->> 'trigger';
BEGIN
    IF (cause IN ('token_regeneration', 'suspected_compromise', 'ownership_change', 'schedule')) IS NOT TRUE THEN
        PERFORM custody.unfit('trigger');
    END IF;
    IF plan.parameters ->> 'reactivates' IS NOT NULL
       AND (plan.parameters ->> 'reactivates' <> 'true' OR cause <> 'suspected_compromise') THEN
        PERFORM custody.unfit('reactivates');
    END IF;
    SELECT jsonb_agg(t.key) INTO bad FROM unnest(targets) AS t
    WHERE NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = t.key AND k.kind = 'dek');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('key_unknown', jsonb_build_object('keys', bad));
    END IF;
    SELECT jsonb_agg(jsonb_build_object('key', k.id, 'state', k.state)) INTO bad
    FROM unnest(targets) AS t JOIN custody.key AS k ON k.id = t.key
    WHERE k.state <> 'active' AND NOT (k.state = 'compromised' AND cause = 'suspected_compromise');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('key_not_active', jsonb_build_object('keys', bad));
    END IF;
    SELECT jsonb_agg(t.key) INTO bad
    FROM unnest(targets) AS t JOIN custody.key AS k ON k.id = t.key LEFT JOIN custody.wrap AS w ON w.dek = t.key
    WHERE t.name <> k.name OR t.version IS DISTINCT FROM w.dek_version::text;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('plan_unfit', jsonb_build_object('what', 'target', 'keys', bad));
    END IF;
END
$$;

-- The step that an act of a run belongs to, at the place that the act names.
CREATE FUNCTION custody.require_step_at(act custody.act, held custody.run, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = wanted AND s.state = 'intended'
                   AND s.position = custody.attr_count(act, 'position')) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', wanted, 'direction', held.direction));
    END IF;
END
$$;

CREATE FUNCTION custody.require_operation(held custody.run, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF custody.operation_of(held) <> wanted THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', custody.operation_of(held), 'wanted', wanted));
    END IF;
END
$$;

CREATE TYPE custody.replace_row AS (dek uuid, dek_version bigint, wrapped bytea, algorithm text, check_value bytea);

CREATE FUNCTION custody.replace_row_of(row_bytes bytea) RETURNS custody.replace_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 5, 'replace row');
BEGIN
    RETURN (custody.as_id(cells[1], 'dek'), custody.as_count(cells[2], 'dek_version'), cells[3],
            custody.as_text(cells[4], 'algorithm', 40), cells[5])::custody.replace_row;
END
$$;

-- Only DEKs that the plan names, in the version it names, each by the next number, under its own KEK's current version.
CREATE FUNCTION custody.check_replace(act custody.act, held custody.run, kek custody.key, rows custody.replace_row[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    IF kek.id IS NULL OR kek.kind <> 'kek' THEN
        PERFORM custody.fail('key_unknown');
    ELSIF kek.state <> 'active' THEN
        PERFORM custody.fail('key_not_active', jsonb_build_object('state', kek.state));
    -- INVARIANT: no DEK slips under a version that a rotation is emptying.
    ELSIF kek.current_version IS DISTINCT FROM custody.attr_filled(act, 'kek_version') THEN
        PERFORM custody.fail('version_moved', jsonb_build_object('current', kek.current_version));
    END IF;
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r WHERE r.dek NOT IN (SELECT custody.run_keys(held));
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_unknown', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = r.dek AND k.state IN ('active', 'compromised'));
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_not_active', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r WHERE length(r.wrapped) * 8 <> kek.bits;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('wrap_length', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(r.dek) INTO bad
    FROM unnest(rows) AS r JOIN custody.request_target AS t ON t.request = held.request AND t.key = r.dek
    WHERE NOT EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = r.dek AND w.kek = kek.id AND w.dek_version::text = t.version
                      AND r.dek_version = greatest(w.highest_version, w.dek_version) + 1);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('wrap_moved', jsonb_build_object('deks', bad));
    END IF;
    -- A check value says which key it is: the same one is no new key.
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r
    WHERE EXISTS (SELECT FROM custody.wrap AS w WHERE w.check_value = r.check_value)
       OR EXISTS (SELECT FROM custody.former_wrap AS f WHERE f.check_value = r.check_value);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_unchanged', jsonb_build_object('deks', bad));
    END IF;
END
$$;

-- INVARIANT: no DEK is ever without a working wrap. The present one steps aside in the act that brings the new one.
CREATE FUNCTION custody.do_replace_deks(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['dek.replaced'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    kek custody.key;
    rows custody.replace_row[];
BEGIN
    PERFORM custody.require_operation(held, 'rotate_dek');
    IF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_step_at(act, held, 'replace_dek');
    SELECT array_agg(custody.replace_row_of(f.bytes)) INTO rows FROM unnest(custody.payload_rows(act, payload, 1000)) AS f (bytes);
    IF rows IS NULL OR (SELECT count(DISTINCT r.dek) FROM unnest(rows) AS r) <> cardinality(rows) THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', coalesce(cardinality(rows), 0)));
    END IF;
    SELECT * INTO kek FROM custody.key AS k WHERE k.id = custody.attr_id(act, 'kek') FOR UPDATE;
    PERFORM custody.check_replace(act, held, kek, rows);
    act := custody.append(act);
    INSERT INTO custody.former_wrap (dek, dek_version, kek, kek_version, algorithm, wrapped, check_value, run, messages, created_seq)
    SELECT w.dek, w.dek_version, w.kek, w.kek_version, w.algorithm, w.wrapped, w.check_value, held.id,
           coalesce((SELECT m.sealed FROM custody.dek_messages AS m WHERE m.dek = w.dek), 0), act.seq
    FROM unnest(rows) AS r JOIN custody.wrap AS w ON w.dek = r.dek;
    UPDATE custody.wrap AS w
    SET dek_version = r.dek_version::int, highest_version = r.dek_version::int, kek_version = kek.current_version,
        algorithm = r.algorithm, wrapped = r.wrapped, check_value = r.check_value, revision = w.revision + 1, changed_seq = act.seq
    FROM unnest(rows) AS r WHERE w.dek = r.dek;
    INSERT INTO custody.dek_messages (dek, sealed) SELECT r.dek, 0 FROM unnest(rows) AS r
    ON CONFLICT (dek) DO UPDATE SET sealed = 0;
    UPDATE custody.key AS k SET version_number = r.dek_version::int, revision = k.revision + 1
    FROM unnest(rows) AS r WHERE k.id = r.dek;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

-- The step in which tokens are moved, by the run's direction.
CREATE FUNCTION custody.require_reencryption(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM custody.require_operation(held, 'rotate_dek');
    PERFORM custody.require_step_at(act, held, CASE held.direction WHEN 'back' THEN 'reencrypt_back' ELSE 'reencrypt' END);
END
$$;

-- Rows come as typed arrays: thirty-five thousand tokens a second are not parsed one by one. What is signed is the digest of the
-- canonical payload that these rows make: id · revision (count) · envelope.
CREATE FUNCTION custody.check_token_arrays(act custody.act, ids uuid[], revisions int[], envelopes bytea[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    digest bytea;
BEGIN
    IF ids IS NULL OR revisions IS NULL OR envelopes IS NULL OR cardinality(ids) NOT BETWEEN 1 AND 5000
       OR cardinality(revisions) <> cardinality(ids) OR cardinality(envelopes) <> cardinality(ids)
       OR cardinality(ids) <> custody.attr_count(act, 'count') THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', cardinality(ids), 'max', 5000));
    END IF;
    IF (SELECT count(DISTINCT r.id) FROM unnest(ids) AS r (id)) <> cardinality(ids)
       OR array_position(revisions, NULL) IS NOT NULL OR array_position(envelopes, NULL) IS NOT NULL THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'payload', 'why', 'a row is missing something or there twice'));
    END IF;
    SELECT sha256(string_agg(
               int4send(36 + length(r.envelope)) || '\x00000010'::bytea || uuid_send(r.id) || '\x00000008'::bytea
               || int8send(r.revision) || int4send(length(r.envelope)) || r.envelope, ''::bytea ORDER BY r.number))
    INTO digest
    FROM unnest(ids, revisions, envelopes) WITH ORDINALITY AS r (id, revision, envelope, number);
    IF digest <> custody.attr_hex(act, 'payload_digest', 32) THEN
        PERFORM custody.fail('payload_differs');
    END IF;
END
$$;

-- INVARIANT: a token is replaced only if it is still the one that was read, and only by one whose clear header names its own DEK in
-- the version in use. All of the batch, or nothing. Every row is found by its key, whatever is known of the tables' sizes: a plan that
-- reads all tokens for each batch would take a register of millions of them to a halt.
CREATE FUNCTION custody.do_reencrypt_tokens(entry bytea, signatures bytea, ids uuid[], revisions int[], envelopes bytea[])
RETURNS custody.outcome
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['token.reencrypted'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    moved bigint;
BEGIN
    PERFORM custody.require_reencryption(act, held), custody.check_token_arrays(act, ids, revisions, envelopes);
    act := custody.append(act);
    WITH written AS (
        UPDATE custody.token AS t
        SET envelope = r.envelope, dek_version = w.dek_version, revision = t.revision + 1, sealed_seq = act.seq
        FROM unnest(ids, revisions, envelopes) AS r (id, revision, envelope), custody.request_target AS g, custody.wrap AS w
        WHERE t.id = r.id AND t.revision = r.revision AND g.request = held.request AND g.key = t.dek AND w.dek = t.dek
          AND t.dek_version <> w.dek_version
          AND substr(r.envelope, 1, 28) = '\x43535431'::bytea || uuid_send(t.dek) || int8send(w.dek_version)
        RETURNING t.dek
    ), counted AS (
        SELECT c.dek, count(*) AS more FROM written AS c GROUP BY c.dek
    ), told AS (
        UPDATE custody.dek_messages AS m SET sealed = m.sealed + c.more FROM counted AS c WHERE m.dek = c.dek
    )
    SELECT coalesce(sum(c.more), 0) INTO moved FROM counted AS c;
    IF moved <> cardinality(ids) THEN
        PERFORM custody.fail('token_moved', jsonb_build_object('count', cardinality(ids), 'replaced', moved));
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', moved));
END
$$;

-- From here on nothing is sealed under the former versions: who still does is told to open the DEK again.
CREATE FUNCTION custody.do_retire_deks(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['dek.retired'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    closed bigint;
BEGIN
    PERFORM custody.require_reencryption(act, held);
    act := custody.append(act);
    UPDATE custody.former_wrap AS f SET retired = true WHERE f.run = held.id AND NOT f.retired;
    GET DIAGNOSTICS closed = ROW_COUNT;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', closed));
END
$$;

-- Tokens that still need a wrap which a run retires.
CREATE FUNCTION custody.tokens_left(of_run uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.former_wrap AS f JOIN custody.token AS t ON t.dek = f.dek AND t.dek_version = f.dek_version
    WHERE f.run = of_run
$$;

CREATE FUNCTION custody.fail_if_tokens_left(held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    left_over bigint := custody.tokens_left(held.id);
BEGIN
    IF left_over > 0 THEN
        PERFORM custody.fail('tokens_left', jsonb_build_object('count', left_over));
    ELSIF EXISTS (SELECT FROM custody.former_wrap AS f WHERE f.run = held.id AND NOT f.retired) THEN
        PERFORM custody.fail('tokens_left', jsonb_build_object('count', 0, 'why', 'tokens may still be sealed under a former version'));
    END IF;
END
$$;

-- Overwrites wraps with zeros, then deletes them. Which ones a run may erase, and when, its operation says:
-- `<operation>_erase(custody.act, custody.run, custody.dek_version[])` must exist and fails where one may not go; `_erased(custody.act,
-- custody.run, present bigint, former bigint)` keeps what went, where that is wanted.
CREATE FUNCTION custody.do_erase_wraps(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['dek.erased'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
    operation text := custody.operation_of(held);
    rows custody.dek_version[];
    former bigint;
    present bigint;
BEGIN
    IF NOT custody.has_hook(operation, 'erase', 'custody.act, custody.run, custody.dek_version[]') THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', operation));
    END IF;
    SELECT array_agg((custody.as_id(c.cells[1], 'dek'), custody.as_count(c.cells[2], 'dek_version'))::custody.dek_version)
    INTO rows
    FROM (SELECT custody.fields_exactly(f.bytes, 2, 'erase row') AS cells
          FROM unnest(custody.payload_rows(act, payload, 1000)) AS f (bytes)) AS c;
    IF rows IS NULL OR (SELECT count(DISTINCT (r.dek, r.version)) FROM unnest(rows) AS r) <> cardinality(rows) THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', coalesce(cardinality(rows), 0)));
    END IF;
    EXECUTE format('SELECT custody.%I($1, $2, $3)', operation || '_erase') USING act, held, rows;
    act := custody.append(act);
    UPDATE custody.former_wrap AS f SET wrapped = decode(repeat('00', length(f.wrapped)), 'hex')
    FROM unnest(rows) AS r WHERE f.dek = r.dek AND f.dek_version = r.version;
    UPDATE custody.wrap AS w
    SET wrapped = decode(repeat('00', length(w.wrapped)), 'hex'), revision = w.revision + 1, changed_seq = act.seq
    FROM unnest(rows) AS r WHERE w.dek = r.dek AND w.dek_version = r.version;
    DELETE FROM custody.former_wrap AS f USING unnest(rows) AS r WHERE f.dek = r.dek AND f.dek_version = r.version;
    GET DIAGNOSTICS former = ROW_COUNT;
    DELETE FROM custody.wrap AS w USING unnest(rows) AS r WHERE w.dek = r.dek AND w.dek_version = r.version;
    GET DIAGNOSTICS present = ROW_COUNT;
    IF former + present <> cardinality(rows) THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('count', cardinality(rows), 'found', former + present));
    END IF;
    IF custody.has_hook(operation, 'erased', 'custody.act, custody.run, bigint, bigint') THEN
        EXECUTE format('SELECT custody.%I($1, $2, $3, $4)', operation || '_erased') USING act, held, present, former;
    END IF;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('count', former + present));
END
$$;

-- INVARIANT: a rotation erases what it has retired and nothing else, and nothing that a token needs.
CREATE FUNCTION custody.rotate_dek_erase(act custody.act, held custody.run, rows custody.dek_version[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    PERFORM custody.require_step_at(act, held, CASE held.direction WHEN 'back' THEN 'erase_new' ELSE 'erase_old' END);
    SELECT jsonb_agg(r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.former_wrap AS f
                      WHERE f.dek = r.dek AND f.dek_version = r.version AND f.run = held.id);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('version_unknown', jsonb_build_object('deks', bad));
    END IF;
    PERFORM custody.fail_if_tokens_left(held);
    IF held.direction = 'forward' AND NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
END
$$;

-- Targets of a run that live and are in the version that was planned, or that are not. What was destroyed meanwhile is in none.
CREATE FUNCTION custody.targets_in_version(held custody.run, planned boolean) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.request_target AS t JOIN custody.key AS k ON k.id = t.key
    LEFT JOIN custody.wrap AS w ON w.dek = t.key
    WHERE t.request = held.request AND custody.is_live(k.state)
      AND (w.dek_version::text IS NOT DISTINCT FROM t.version) = planned
$$;

CREATE FUNCTION custody.rotate_dek_before(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step IN ('erase_old', 'erase_new') THEN
        IF NOT EXISTS (SELECT FROM custody.run_step AS s WHERE s.run = held.id AND s.kind = 'prove' AND s.state = 'done'
                       AND s.position > coalesce((SELECT max(e.position) FROM custody.run_step AS e
                                                  WHERE e.run = held.id AND e.kind IN ('reencrypt', 'reencrypt_back')), 0)) THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'prove'));
        END IF;
        PERFORM custody.fail_if_tokens_left(held);
    END IF;
    -- The moment after which there is no way back: both signatures must still count.
    IF step = 'erase_old' AND NOT custody.has_quorum(held.request, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_dek_done(act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF step = 'replace_dek' AND custody.targets_in_version(held, true) > 0 THEN
        PERFORM custody.not_recorded(step);
    ELSIF step IN ('reencrypt', 'reencrypt_back', 'prove') THEN
        PERFORM custody.fail_if_tokens_left(held);
    ELSIF step IN ('erase_old', 'erase_new') AND EXISTS (SELECT FROM custody.former_wrap AS f WHERE f.run = held.id) THEN
        PERFORM custody.not_recorded(step);
    END IF;
END
$$;

CREATE FUNCTION custody.rotate_dek_turn(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    PERFORM custody.fail_if_begun(held, '{erase_old}');
    -- A KEK's rotation that has re-wrapped everything would never meet the wrap that comes back under the version it empties.
    SELECT jsonb_agg(DISTINCT u.id) INTO bad
    FROM custody.former_wrap AS f JOIN custody.run AS u ON u.key = f.kek AND u.finished_at IS NULL
    JOIN custody.run_step AS s ON s.run = u.id AND s.state = 'done'
                              AND s.kind = CASE u.direction WHEN 'back' THEN 'rewrap_back' ELSE 'rewrap' END
    WHERE f.run = held.id AND f.kek_version = CASE u.direction WHEN 'back' THEN u.new_version ELSE u.from_version END
      AND custody.operation_of(u) = 'rotate_kek';
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('cannot_turn_back', jsonb_build_object('runs', bad,
            'why', 'a rotation of the KEK has left the version that the former DEKs are under: turn that one back first, or go on'));
    END IF;
    -- Tokens that are moved back are sealed once more.
    SELECT jsonb_agg(f.dek) INTO bad FROM custody.former_wrap AS f
    WHERE f.run = held.id AND f.messages + (SELECT count(*) FROM custody.token AS t WHERE t.dek = f.dek) > 2147483648;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_exhausted', jsonb_build_object('deks', bad));
    END IF;
END
$$;

-- The former DEKs are in use again at once, and the new ones are what is retired. One statement sees both as they were.
CREATE FUNCTION custody.rotate_dek_turned(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH stepped_aside AS (
        UPDATE custody.former_wrap AS f
        SET dek_version = w.dek_version, kek = w.kek, kek_version = w.kek_version, algorithm = w.algorithm, wrapped = w.wrapped,
            check_value = w.check_value, retired = false, created_seq = act.seq,
            messages = (SELECT m.sealed FROM custody.dek_messages AS m WHERE m.dek = f.dek)
        FROM custody.wrap AS w WHERE f.run = held.id AND w.dek = f.dek
    ), counted AS (
        UPDATE custody.dek_messages AS m SET sealed = f.messages FROM custody.former_wrap AS f
        WHERE f.run = held.id AND m.dek = f.dek
    ), named AS (
        UPDATE custody.key AS k SET version_number = f.dek_version, revision = k.revision + 1 FROM custody.former_wrap AS f
        WHERE f.run = held.id AND k.id = f.dek
    )
    UPDATE custody.wrap AS w
    SET dek_version = f.dek_version, kek = f.kek, kek_version = f.kek_version, algorithm = f.algorithm, wrapped = f.wrapped,
        check_value = f.check_value, revision = w.revision + 1, changed_seq = act.seq
    FROM custody.former_wrap AS f WHERE f.run = held.id AND w.dek = f.dek;
END
$$;

CREATE FUNCTION custody.rotate_dek_end(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.former_wrap AS f WHERE f.run = held.id) THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object(
            'wanted', CASE held.direction WHEN 'back' THEN 'erase_new' ELSE 'erase_old' END));
    ELSIF custody.targets_in_version(held, held.direction = 'forward') > 0 THEN
        PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'replace_dek'));
    END IF;
END
$$;

-- What was compromised when it was planned protects under new keys now; what was reported since stays as it was reported.
CREATE FUNCTION custody.rotate_dek_ended(act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF held.direction = 'back' THEN
        RETURN;
    END IF;
    PERFORM custody.set_rotated(act, k.id) FROM custody.key AS k
    WHERE k.id IN (SELECT custody.run_keys(held)) AND custody.is_live(k.state);
    UPDATE custody.key AS k SET state = 'active', state_seq = act.seq, revision = k.revision + 1
    FROM custody.request AS r
    WHERE r.id = held.request AND r.parameters ->> 'reactivates' = 'true' AND k.state = 'compromised'
      AND k.id IN (SELECT custody.run_keys(held)) AND r.facts ->> ('register.' || k.id || '.state') = 'compromised';
END
$$;

-- Tokens are sealed under the version in use, or under a former one that a rotation has not retired yet: it will meet them.
ALTER TYPE custody.token_row ADD ATTRIBUTE dek_version bigint;

CREATE OR REPLACE FUNCTION custody.token_row_of(row_bytes bytea) RETURNS custody.token_row
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    cells bytea[] := custody.fields_exactly(row_bytes, 6, 'token row');
BEGIN
    RETURN (custody.as_id(cells[1], 'token'), custody.as_id(cells[2], 'dek'), custody.as_text(cells[4], 'name', 800), cells[5],
            custody.optional_time(cells[6], 'expires_at'), custody.as_count(cells[3], 'dek_version'))::custody.token_row;
END
$$;

-- Random 96-bit nonces are good for so many messages and no more, under each version.
CREATE FUNCTION custody.check_token_rows(rows custody.token_row[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    bad jsonb;
BEGIN
    SELECT jsonb_agg(DISTINCT r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.key AS k WHERE k.id = r.dek AND k.kind = 'dek' AND k.state = 'active');
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_not_active', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(DISTINCT r.dek) INTO bad FROM unnest(rows) AS r
    WHERE NOT EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = r.dek AND w.dek_version = r.dek_version)
      AND NOT EXISTS (SELECT FROM custody.former_wrap AS f
                      WHERE f.dek = r.dek AND f.dek_version = r.dek_version AND NOT f.retired);
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_version_gone', jsonb_build_object('deks', bad));
    END IF;
    SELECT jsonb_agg(DISTINCT added.dek) INTO bad
    FROM (SELECT r.dek, r.dek_version, count(*) AS more FROM unnest(rows) AS r GROUP BY r.dek, r.dek_version) AS added
    LEFT JOIN custody.former_wrap AS f ON f.dek = added.dek AND f.dek_version = added.dek_version
    LEFT JOIN custody.dek_messages AS m ON m.dek = added.dek
    WHERE coalesce(f.messages, m.sealed, 0) + added.more > 2147483648;
    IF bad IS NOT NULL THEN
        PERFORM custody.fail('dek_exhausted', jsonb_build_object('deks', bad));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION custody.do_seal_tokens(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['token.sealed'], 'batch', 'session');
    rows custody.token_row[];
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}');
    PERFORM custody.text_id(act.subject, 'subject');
    SELECT array_agg(custody.token_row_of(f.bytes)) INTO rows FROM unnest(custody.payload_rows(act, payload, 5000)) AS f (bytes);
    IF rows IS NULL THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('rows', 0));
    END IF;
    PERFORM custody.check_token_rows(rows);
    act := custody.append(act);
    INSERT INTO custody.token (id, dek, dek_version, name, envelope, expires_at, sealed_seq)
    SELECT r.id, r.dek, r.dek_version::int, r.name, r.envelope, r.expires_at, act.seq FROM unnest(rows) AS r;
    UPDATE custody.dek_messages AS m SET sealed = m.sealed + added.more
    FROM (SELECT r.dek, count(*) AS more FROM unnest(rows) AS r JOIN custody.wrap AS w ON w.dek = r.dek AND w.dek_version = r.dek_version
          GROUP BY r.dek) AS added
    WHERE added.dek = m.dek;
    UPDATE custody.former_wrap AS f SET messages = f.messages + added.more
    FROM (SELECT r.dek, r.dek_version, count(*) AS more FROM unnest(rows) AS r GROUP BY r.dek, r.dek_version) AS added
    WHERE added.dek = f.dek AND added.dek_version = f.dek_version;
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(rows)));
END
$$;

SELECT custody.publish_verb(verb, '{security,devops,agent}')
FROM unnest('{replace_deks,reencrypt_tokens,retire_deks,erase_wraps}'::text[]) AS verb;

SELECT custody.own_everything();

DO $$
DECLARE
    everyone text := 'countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent';
BEGIN
    -- Ciphertext and what proves it: for those who execute runs. The others see that it is there.
    GRANT SELECT ON custody.former_wrap TO countersign_security, countersign_devops, countersign_agent;
    EXECUTE format('GRANT SELECT (dek, dek_version, kek, kek_version, algorithm, run, messages, retired, created_seq)
                    ON custody.former_wrap TO %s', everyone);
    EXECUTE format('GRANT SELECT (highest_version) ON custody.wrap TO %s', everyone);
    EXECUTE format('GRANT SELECT (dek_version, revision) ON custody.token TO %s', everyone);
    EXECUTE format('GRANT EXECUTE ON FUNCTION custody.tokens_left(uuid) TO %s', everyone);
END
$$;
