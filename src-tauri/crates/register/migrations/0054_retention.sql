-- R-74: how long things are kept. Entries of the ledger, and what proves them, for ever: nothing removes them. Observations of the vault
-- for the term of the rules (`retention_observations_days`), then in batches by a signed act that says which. What an observation said can
-- still be checked after that: its entry carries the digest of its rows, and the act that pruned it names the entry.

CREATE TABLE custody.observation_pruning (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    entries bigint[] NOT NULL CHECK (cardinality(entries) BETWEEN 1 AND 500),
    rows bigint NOT NULL CHECK (rows >= 0),
    root bytea NOT NULL CHECK (length(root) = 32)
);
-- Finds the first observation of a thing.
CREATE INDEX vault_observation_thing ON custody.vault_observation (name, kind, drift, seq);

-- Which act pruned an observation.
CREATE TABLE custody.pruned_observation (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    pruned_seq bigint NOT NULL REFERENCES custody.observation_pruning
);

-- The rows of an observation as its console signed them: the payload of `vault.observed`, in the order in which they came.
CREATE FUNCTION custody.observation_digest(observed bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(coalesce(string_agg(custody.field(
        custody.field(convert_to(o.kind, 'UTF8')) || custody.field(convert_to(o.name, 'UTF8'))
        || custody.field(convert_to(o.drift, 'UTF8')) || custody.field(convert_to(o.detail ->> 'register', 'UTF8'))
        || custody.field(convert_to(o.detail ->> 'vault', 'UTF8'))), '' ORDER BY o.id), ''))
    FROM custody.vault_observation AS o WHERE o.seq = observed
$$;

-- What an entry of the ledger itself says, not the columns that repeat it.
CREATE FUNCTION custody.entry_said(wanted bigint) RETURNS custody.act
LANGUAGE sql STABLE AS $$
    SELECT custody.parse_act(e.entry, e.signatures) FROM custody.ledger_entry AS e WHERE e.seq = wanted
$$;

-- Whether an observation may go at that moment: older than the term by the register's record and by its own signed time, not the last one,
-- and not the first that found what the last one still finds, since how long that has been so is counted from there.
CREATE FUNCTION custody.is_prunable(observed bigint, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_and(
        e.verb = 'vault.observed' AND e.recorded_at < term.began AND (custody.entry_said(e.seq)).entry_time < term.began
        AND e.seq < last.seq AND NOT EXISTS (
            SELECT FROM custody.vault_observation AS first JOIN custody.vault_observation AS still
                ON still.seq = last.seq AND (still.kind, still.name, still.drift) = (first.kind, first.name, first.drift)
            WHERE first.seq = e.seq AND NOT EXISTS (
                SELECT FROM custody.vault_observation AS earlier
                WHERE earlier.seq < first.seq AND (earlier.kind, earlier.name, earlier.drift) = (first.kind, first.name, first.drift)))), false)
    FROM custody.ledger_entry AS e,
         (SELECT max(l.seq) AS seq FROM custody.ledger_entry AS l WHERE l.verb = 'vault.observed') AS last,
         (SELECT now - make_interval(hours => 24 * custody.setting_value('retention_observations_days')::int) AS began) AS term
    WHERE e.seq = observed
$$;

-- What binds a pruning to what it prunes: the number and the signed digest of each observation, ascending.
CREATE FUNCTION custody.pruning_root(observed bigint[]) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(coalesce(string_agg(custody.field(custody.field(int8send(n.seq))
        || custody.field(decode((custody.entry_said(n.seq)).attributes ->> 'payload_digest', 'hex'))), '' ORDER BY n.seq), ''))
    FROM unnest(observed) AS n (seq)
$$;

-- The next batch that is due, oldest first: entries, number of rows, root. No row where nothing is due.
CREATE FUNCTION custody.pruning_batch() RETURNS TABLE (entries bigint[], rows bigint, root bytea, days int, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH old AS MATERIALIZED (
        SELECT e.seq FROM custody.ledger_entry AS e
        WHERE e.verb = 'vault.observed'
          AND e.recorded_at < custody.clock() - make_interval(hours => 24 * custody.setting_value('retention_observations_days')::int)
          AND NOT EXISTS (SELECT FROM custody.pruned_observation AS p WHERE p.seq = e.seq)),
    fit AS MATERIALIZED (SELECT o.seq FROM old AS o WHERE custody.is_prunable(o.seq, custody.clock()) ORDER BY o.seq LIMIT 500),
    batch AS (SELECT array_agg(f.seq ORDER BY f.seq) AS entries FROM fit AS f)
    SELECT b.entries, (SELECT count(*) FROM custody.vault_observation AS v WHERE v.seq = ANY (b.entries)), custody.pruning_root(b.entries),
           custody.setting_value('retention_observations_days')::int, (SELECT count(*) FROM old)
    FROM batch AS b WHERE b.entries IS NOT NULL
$$;

-- Observations may go, each by the act that names it and when its term is over; nothing else does, and nothing changes. Asked again here,
-- beside the act: what comes past the act's own checks meets the same rule.
CREATE FUNCTION custody.guard_observation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM custody.pruned_observation AS p JOIN custody.observation_pruning AS b ON b.seq = p.pruned_seq
        JOIN custody.ledger_entry AS e ON e.seq = b.seq AND e.verb = 'observations.pruned'
        JOIN custody.ledger_entry AS o ON o.seq = p.seq
        WHERE p.seq = OLD.seq AND OLD.seq = ANY (b.entries) AND o.recorded_at
            < e.recorded_at - make_interval(hours => 24 * custody.setting_value('retention_observations_days')::int)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'CSLED', MESSAGE = format('%s of custody.%s is not possible', TG_OP, TG_TABLE_NAME);
END
$$;
DROP TRIGGER refuse_row_change ON custody.vault_observation;
CREATE TRIGGER guard_observation BEFORE UPDATE OR DELETE ON custody.vault_observation
    FOR EACH ROW EXECUTE FUNCTION custody.guard_observation();
ALTER TABLE custody.vault_observation ENABLE ALWAYS TRIGGER guard_observation;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['observation_pruning', 'pruned_observation'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- The numbers in an entry: decimal, ascending, separated by commas.
CREATE FUNCTION custody.attr_numbers(act custody.act, name text, most int) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found bigint[];
BEGIN
    IF custody.attr(act, name) !~ '^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17})*$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', name, 'why', 'not numbers, separated by commas'));
    END IF;
    found := string_to_array(act.attributes ->> name, ',')::bigint[];
    IF cardinality(found) > most OR found <> ARRAY(SELECT DISTINCT n FROM unnest(found) AS n ORDER BY n) THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', name, 'why', 'too many, or not ascending'));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.do_prune_observations(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['observations.pruned'], 'custody', 'session');
    these bigint[];
    early bigint;
    differing bigint;
    deleted bigint;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    IF act.subject <> act.custody::text THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'not this custody'));
    END IF;
    these := custody.attr_numbers(act, 'entries', 500);
    IF custody.attr_count(act, 'days') <> custody.setting_value('retention_observations_days')::bigint THEN
        PERFORM custody.fail('batch_differs', jsonb_build_object('days', custody.setting_value('retention_observations_days')));
    END IF;
    SELECT min(n) INTO early FROM unnest(these) AS n
    WHERE NOT custody.is_prunable(n, least(act.now, act.entry_time))
       OR EXISTS (SELECT FROM custody.pruned_observation AS p WHERE p.seq = n) OR NOT EXISTS (SELECT FROM custody.ledger_entry AS e WHERE e.seq = n);
    IF early IS NOT NULL THEN
        PERFORM custody.fail('under_retention', jsonb_build_object('entry', early));
    END IF;
    -- What was changed is kept, and stays to be found.
    SELECT min(n) INTO differing FROM unnest(these) AS n
    WHERE encode(custody.observation_digest(n), 'hex') IS DISTINCT FROM (custody.entry_said(n)).attributes ->> 'payload_digest';
    IF differing IS NOT NULL THEN
        PERFORM custody.fail('observation_differs', jsonb_build_object('entry', differing));
    END IF;
    IF custody.attr_hex(act, 'root', 32) <> custody.pruning_root(these)
       OR custody.attr_count(act, 'count') <> (SELECT count(*) FROM custody.vault_observation AS o WHERE o.seq = ANY (these)) THEN
        PERFORM custody.fail('batch_differs');
    END IF;
    act := custody.append(act);
    INSERT INTO custody.observation_pruning VALUES (act.seq, these, custody.attr_count(act, 'count'), custody.attr_hex(act, 'root', 32));
    INSERT INTO custody.pruned_observation SELECT n, act.seq FROM unnest(these) AS n;
    DELETE FROM custody.vault_observation AS o WHERE o.seq = ANY (these);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN custody.accepted(act, jsonb_build_object('deleted', deleted));
END
$$;

SELECT custody.publish_verb('prune_observations', '{security,devops,engineering,agent}');
SELECT custody.own_everything();

GRANT SELECT ON custody.observation_pruning, custody.pruned_observation
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.pruning_batch(), custody.observation_digest(bigint), custody.pruning_root(bigint[])
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
