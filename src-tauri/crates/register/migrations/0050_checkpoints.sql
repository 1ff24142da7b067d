-- The ledger as proof: the nodes of its Merkle tree, kept with every entry, and the checkpoints that people sign
-- (docs/formats/checkpoint.md).

-- Complete nodes above the leaves: a leaf follows from the entry's chain hash. Whoever verifies computes all of this again; it is kept
-- so that proofs and roots need a few rows instead of the whole ledger.
CREATE TABLE custody.ledger_node (
    level int NOT NULL CHECK (level BETWEEN 1 AND 62),
    index bigint NOT NULL CHECK (index >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, index)
);

CREATE TABLE custody.checkpoint (
    size bigint PRIMARY KEY CHECK (size >= 1),
    root bytea NOT NULL CHECK (length(root) = 32),
    signed_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    CHECK (signed_seq > size)
);

-- What people signed under a checkpoint: who made it, with `seconds` not set, and who cosigned it. A note is put together from these.
CREATE TABLE custody.checkpoint_signature (
    size bigint NOT NULL REFERENCES custody.checkpoint,
    operator uuid NOT NULL REFERENCES custody.operator,
    device bytea NOT NULL REFERENCES custody.device,
    seconds bigint CHECK (seconds >= 0),
    signature bytea NOT NULL CHECK (length(signature) = 64),
    signed_at timestamptz NOT NULL,
    seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    PRIMARY KEY (size, operator)
);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['ledger_node', 'checkpoint', 'checkpoint_signature'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- A node of the tree; null where the ledger is not long enough for it.
CREATE FUNCTION custody.tree_node(its_level int, its_index bigint) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF its_level = 0 THEN
        RETURN (SELECT sha256('\x00'::bytea || e.hash) FROM custody.ledger_entry AS e WHERE e.seq = its_index + 1);
    END IF;
    RETURN (SELECT n.hash FROM custody.ledger_node AS n WHERE n.level = its_level AND n.index = its_index);
END
$$;

-- Makes all nodes that are missing, level by level: for a ledger that was there before its tree, or was filled behind the verbs.
CREATE FUNCTION custody.fill_tree() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    entries bigint := (SELECT max(e.seq) FROM custody.ledger_entry AS e);
    made bigint;
BEGIN
    FOR its_level IN 1 .. 62 LOOP
        EXIT WHEN entries IS NULL OR entries >> its_level = 0;
        made := coalesce((SELECT max(n.index) + 1 FROM custody.ledger_node AS n WHERE n.level = its_level), 0);
        IF its_level = 1 THEN
            INSERT INTO custody.ledger_node
            SELECT 1, l.seq >> 1, sha256('\x01'::bytea || sha256('\x00'::bytea || l.hash) || sha256('\x00'::bytea || r.hash))
            FROM custody.ledger_entry AS l JOIN custody.ledger_entry AS r ON r.seq = l.seq + 1
            WHERE l.seq > 2 * made AND l.seq & 1 = 1;
        ELSE
            INSERT INTO custody.ledger_node
            SELECT its_level, l.index >> 1, sha256('\x01'::bytea || l.hash || r.hash)
            FROM custody.ledger_node AS l JOIN custody.ledger_node AS r ON r.level = l.level AND r.index = l.index + 1
            WHERE l.level = its_level - 1 AND l.index >= 2 * made AND l.index & 1 = 0;
        END IF;
    END LOOP;
END
$$;

-- The nodes that an entry completes: none after an odd number, two hashes for each entry on average.
CREATE FUNCTION custody.grow_tree(seq bigint, chain_hash bytea) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_index bigint := seq - 1;
    its_level int := 0;
    hash bytea := sha256('\x00'::bytea || chain_hash);
    left_one bytea;
BEGIN
    WHILE its_index & 1 = 1 LOOP
        IF its_level = 0 THEN
            SELECT sha256('\x00'::bytea || e.hash) INTO left_one FROM custody.ledger_entry AS e WHERE e.seq = its_index;
        ELSE
            SELECT n.hash INTO left_one FROM custody.ledger_node AS n WHERE n.level = its_level AND n.index = its_index - 1;
        END IF;
        IF left_one IS NULL THEN
            PERFORM custody.fill_tree();
            RETURN;
        END IF;
        hash := sha256('\x01'::bytea || left_one || hash);
        its_level := its_level + 1;
        its_index := its_index >> 1;
        INSERT INTO custody.ledger_node VALUES (its_level, its_index, hash);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION custody.append(act custody.act) RETURNS custody.act
LANGUAGE plpgsql AS $$
DECLARE
    last custody.head;
BEGIN
    SELECT * INTO STRICT last FROM custody.head FOR UPDATE;
    act.seq := last.seq + 1;
    act.hash := sha256(decode('00', 'hex') || last.hash || act.bytes || act.signatures);
    INSERT INTO custody.ledger_entry VALUES (act.seq, act.entry_id, act.bytes, act.signatures, act.hash, act.now,
        act.entry_time, act.actor, act.key_ids[1], act.verb, act.subject_kind, act.subject, act.purpose);
    PERFORM custody.grow_tree(act.seq, act.hash);
    UPDATE custody.head SET seq = act.seq, hash = act.hash;
    PERFORM pg_notify('countersign',
        json_build_object('seq', act.seq, 'verb', act.verb, 'kind', act.subject_kind, 'subject', left(act.subject, 100))::text);
    RETURN act;
END
$$;

-- Root of the tree over the first `size` entries: of its full subtrees, folded from the smallest.
CREATE FUNCTION custody.tree_root(size bigint) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
    root bytea;
    peak bytea;
BEGIN
    FOR its_level IN 0 .. 62 LOOP
        CONTINUE WHEN (size >> its_level) & 1 = 0;
        peak := custody.tree_node(its_level, (size >> its_level) - 1);
        IF peak IS NULL THEN
            RETURN NULL;
        END IF;
        root := CASE WHEN root IS NULL THEN peak ELSE sha256('\x01'::bytea || peak || root) END;
    END LOOP;
    RETURN root;
END
$$;

-- The checkpoint that an act is about: its size, and that its root is that of this very ledger.
CREATE FUNCTION custody.checkpoint_size(act custody.act) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    size bigint;
BEGIN
    IF act.subject !~ '^[1-9][0-9]{0,17}$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'subject', 'why', 'not the number of an entry'));
    END IF;
    size := act.subject::bigint;
    IF size > (SELECT h.seq FROM custody.head AS h) THEN
        PERFORM custody.fail('checkpoint_beyond', (SELECT jsonb_build_object('entries', h.seq) FROM custody.head AS h));
    END IF;
    IF custody.tree_root(size) IS DISTINCT FROM custody.attr_hex(act, 'root', 32) THEN
        PERFORM custody.fail('root_differs', jsonb_build_object('size', size, 'root', encode(custody.tree_root(size), 'hex')));
    END IF;
    -- Who verifies a checkpoint knows the people up to its last entry.
    IF (SELECT d.enrolled_seq FROM custody.device AS d WHERE d.key_id = act.key_ids[1]) > size THEN
        PERFORM custody.fail('device_newer', jsonb_build_object('size', size));
    END IF;
    RETURN size;
END
$$;

CREATE FUNCTION custody.do_sign_checkpoint(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['checkpoint.signed'], 'checkpoint', 'device');
    its_size bigint;
    newest bigint := (SELECT max(c.size) FROM custody.checkpoint AS c);
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops}');
    its_size := custody.checkpoint_size(act);
    IF its_size <= newest THEN
        PERFORM custody.fail('checkpoint_known', jsonb_build_object('newest', newest));
    END IF;
    PERFORM custody.attr_hex(act, 'signature', 64);
    act := custody.append(act);
    INSERT INTO custody.checkpoint VALUES (its_size, custody.attr_hex(act, 'root', 32), act.seq);
    INSERT INTO custody.checkpoint_signature
    VALUES (its_size, act.actor, act.key_ids[1], NULL, custody.attr_hex(act, 'signature', 64), act.now, act.seq);
    RETURN custody.accepted(act);
END
$$;

-- May this operator cosign this checkpoint? Another person than who made it, and nobody twice, also not as another operator.
CREATE FUNCTION custody.may_cosign(wanted bigint, who uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN c.size IS NULL THEN 'checkpoint_unknown'
        WHEN o.id IS NULL THEN 'operator_unknown'
        WHEN o.status <> 'active' THEN 'operator_inactive'
        WHEN o.kind <> 'operator' THEN 'not_human'
        WHEN EXISTS (SELECT FROM custody.checkpoint_signature AS s JOIN custody.operator AS b ON b.id = s.operator
                     WHERE s.size = c.size AND s.seconds IS NULL AND lower(b.person) = lower(o.person)) THEN 'same_person'
        WHEN EXISTS (SELECT FROM custody.checkpoint_signature AS s JOIN custody.operator AS b ON b.id = s.operator
                     WHERE s.size = c.size AND lower(b.person) = lower(o.person)) THEN 'already_signed'
        WHEN NOT (custody.holds_role(o.id, 'security', now.at) OR custody.holds_role(o.id, 'devops', now.at)) THEN 'role_missing'
        ELSE 'ok' END
    FROM (SELECT custody.clock() AS at) AS now
    LEFT JOIN custody.checkpoint AS c ON c.size = wanted
    LEFT JOIN custody.operator AS o ON o.id = who
$$;

-- The time in the cosignature is the entry's own, in whole seconds.
CREATE FUNCTION custody.do_cosign_checkpoint(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['checkpoint.cosigned'], 'checkpoint', 'device');
    its_size bigint;
    code text;
BEGIN
    its_size := custody.checkpoint_size(act);
    code := custody.may_cosign(its_size, act.actor);
    IF code <> 'ok' THEN
        PERFORM custody.fail(code, jsonb_build_object('size', its_size));
    END IF;
    PERFORM custody.attr_hex(act, 'signature', 64);
    act := custody.append(act);
    INSERT INTO custody.checkpoint_signature
    VALUES (its_size, act.actor, act.key_ids[1], custody.us(act.entry_time) / 1000000, custody.attr_hex(act, 'signature', 64),
            act.now, act.seq);
    RETURN custody.accepted(act);
END
$$;

SELECT custody.fill_tree();

SELECT custody.publish_verb('sign_checkpoint', '{security,devops}');
SELECT custody.publish_verb('cosign_checkpoint', '{security,devops}');
SELECT custody.own_everything();

GRANT SELECT ON custody.ledger_node, custody.checkpoint, custody.checkpoint_signature
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.may_cosign(bigint, uuid)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
