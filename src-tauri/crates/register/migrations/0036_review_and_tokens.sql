-- The review list: what one person did at once, and what cannot be undone, is looked at by a second one. And tokens that end:
-- by their date (the sweep), or all at once in an emergency, which is a protective act and goes on that list.

CREATE TABLE custody.review_item (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{3,40}$'),
    subject_kind text NOT NULL CHECK (subject_kind ~ '^[a-z_]{2,40}$'),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 400),
    by uuid NOT NULL REFERENCES custody.operator,
    at timestamptz NOT NULL,
    signed_off_by uuid REFERENCES custody.operator,
    signed_off_at timestamptz,
    signed_off_seq bigint UNIQUE REFERENCES custody.ledger_entry,
    note text CHECK (length(note) BETWEEN 1 AND 4000),
    CHECK ((signed_off_seq IS NULL) = (signed_off_by IS NULL) AND (signed_off_seq IS NULL) = (signed_off_at IS NULL)
           AND (signed_off_seq IS NULL) = (note IS NULL))
);
CREATE INDEX review_item_open ON custody.review_item (seq DESC) WHERE signed_off_seq IS NULL;

-- An item is signed off once; nothing else about it changes, and none goes away.
CREATE FUNCTION custody.guard_review_item() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.signed_off_seq IS NOT NULL OR NEW.signed_off_seq IS NULL
       OR (NEW.seq, NEW.kind, NEW.subject_kind, NEW.subject, NEW."by", NEW.at)
          IS DISTINCT FROM (OLD.seq, OLD.kind, OLD.subject_kind, OLD.subject, OLD."by", OLD.at)
       OR lower((SELECT o.person FROM custody.operator AS o WHERE o.id = NEW.signed_off_by))
          = lower((SELECT o.person FROM custody.operator AS o WHERE o.id = NEW."by")) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'review_fixed', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_review_item BEFORE UPDATE ON custody.review_item FOR EACH ROW EXECUTE FUNCTION custody.guard_review_item();
CREATE TRIGGER refuse_row_change BEFORE DELETE ON custody.review_item FOR EACH ROW EXECUTE FUNCTION custody.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.review_item FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();
ALTER TABLE custody.review_item ENABLE ALWAYS TRIGGER guard_review_item;
ALTER TABLE custody.review_item ENABLE ALWAYS TRIGGER refuse_row_change;
ALTER TABLE custody.review_item ENABLE ALWAYS TRIGGER refuse_truncate;

-- Puts an act that has its entry on the list. Called by the verbs, in their transaction.
CREATE FUNCTION custody.list_for_review(act custody.act, its_kind text, its_subject_kind text, its_subject text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO custody.review_item (seq, kind, subject_kind, subject, by, at)
    VALUES (act.seq, its_kind, its_subject_kind, its_subject, act.actor, act.now)
$$;

-- May this operator sign this item off? 'ok', or why not.
CREATE FUNCTION custody.may_sign_off(item bigint, who uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN r.seq IS NULL THEN 'review_unknown'
        WHEN o.id IS NULL THEN 'operator_unknown'
        WHEN o.status <> 'active' THEN 'operator_inactive'
        WHEN o.kind <> 'operator' THEN 'not_human'
        WHEN r.signed_off_seq IS NOT NULL THEN 'already_signed_off'
        WHEN lower(o.person) = (SELECT lower(b.person) FROM custody.operator AS b WHERE b.id = r.by) THEN 'same_person'
        WHEN NOT (custody.holds_role(o.id, 'security', now.at) OR custody.holds_role(o.id, 'devops', now.at)
                  OR custody.holds_role(o.id, 'engineering', now.at)) THEN 'role_missing'
        ELSE 'ok' END
    FROM (SELECT custody.clock() AS at) AS now
    LEFT JOIN custody.review_item AS r ON r.seq = item
    LEFT JOIN custody.operator AS o ON o.id = who
$$;

CREATE FUNCTION custody.do_sign_off(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['review.signed_off'], 'review', 'device');
    item bigint;
    code text;
BEGIN
    IF act.subject !~ '^[1-9][0-9]{0,17}$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'subject', 'why', 'not the number of an entry'));
    END IF;
    item := act.subject::bigint;
    code := custody.may_sign_off(item, act.actor);
    IF code <> 'ok' THEN
        PERFORM custody.fail(code, jsonb_build_object('item', item));
    END IF;
    -- What was looked at is said.
    PERFORM custody.require_purpose(act);
    act := custody.append(act);
    UPDATE custody.review_item AS r SET signed_off_by = act.actor, signed_off_at = act.now, signed_off_seq = act.seq,
                                        note = act.purpose
    WHERE r.seq = item;
    RETURN custody.accepted(act);
END
$$;

-- R-34: suspending an operator is a protective act like the others.
CREATE OR REPLACE FUNCTION custody.do_suspend_operator(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['operator.suspended'], 'operator', 'session');
    target custody.operator;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering}');
    SELECT * INTO target FROM custody.operator AS o WHERE o.id = custody.text_id(act.subject, 'subject');
    IF target.id IS NULL THEN
        PERFORM custody.fail('operator_unknown');
    END IF;
    IF target.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', target.status));
    END IF;
    PERFORM custody.require_purpose(act);
    act := custody.append(act);
    UPDATE custody.operator SET status = 'suspended', changed_seq = act.seq WHERE id = target.id;
    UPDATE custody.session SET closed_at = act.now WHERE operator = target.id AND closed_at IS NULL;
    PERFORM custody.list_for_review(act, 'protective_act', 'operator', act.subject);
    RETURN custody.accepted(act);
END
$$;

-- Tokens that end. A batch is bounded in number and in bytes, and determined by where it begins: the console asks what the next one
-- is, signs its count and digest, and the register refuses when it is another by then.

CREATE INDEX token_expiry ON custody.token (expires_at, id) WHERE expires_at IS NOT NULL;

CREATE TYPE custody.token_batch AS (count bigint, digest bytea, beyond bigint, kept bigint);

CREATE FUNCTION custody.token_batch_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 5000 $$;
-- LIMIT: so many bytes of envelopes are overwritten in one transaction, and at least one token.
CREATE FUNCTION custody.token_bytes_max() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 16777216::bigint $$;

-- DEKs under which holds of these kinds keep everything.
CREATE FUNCTION custody.kept_deks(kinds text[]) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT d.id), '{}')
    FROM custody.hold AS h, LATERAL (
        SELECT k.id FROM custody.key AS k WHERE k.kind = 'dek' AND (k.id = h.key OR k.tenant = h.tenant)
        UNION ALL SELECT w.dek FROM custody.wrap AS w WHERE w.kek = h.key) AS d
    WHERE h.lifted_seq IS NULL AND h.kind = ANY (kinds)
$$;

-- DEKs of an emergency: a DEK itself, all under a KEK, those of an integration or of a tenant. Nothing means: all there are.
CREATE FUNCTION custody.deks_in_scope(scope text, target uuid, its_integration text) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN scope <> 'custody' THEN coalesce((SELECT array_agg(d.id) FROM (
        SELECT k.id FROM custody.key AS k WHERE scope = 'key' AND k.id = target AND k.kind = 'dek'
        UNION ALL SELECT w.dek FROM custody.wrap AS w WHERE scope = 'key' AND w.kek = target
        UNION ALL SELECT k.id FROM custody.key AS k
        WHERE scope = 'integration' AND k.kind = 'dek' AND k.tenant = target AND k.integration = its_integration
        UNION ALL SELECT k.id FROM custody.key AS k WHERE scope = 'tenant' AND k.kind = 'dek' AND k.tenant = target) AS d), '{}') END
$$;

-- The first of some tokens, in the order in which they come, bounded in number and in bytes.
CREATE FUNCTION custody.first_tokens(ids uuid[], bytes int[]) RETURNS uuid[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(b.id ORDER BY b.nth) FILTER (WHERE b.nth = 1 OR b.total <= custody.token_bytes_max()), '{}')
    FROM (SELECT i.id, i.nth, sum(i.bytes) OVER (ORDER BY i.nth) AS total
          FROM unnest(ids, bytes) WITH ORDINALITY AS i (id, bytes, nth)) AS b
$$;

-- The next tokens of a scope, in order of id. What a legal hold keeps stays: suspend what must not be opened.
CREATE FUNCTION custody.tokens_to_invalidate(scope text, target uuid, its_integration text) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept uuid[] := custody.kept_deks('{legal_hold}');
    deks uuid[] := custody.deks_in_scope(scope, target, its_integration);
    ids uuid[];
    bytes int[];
BEGIN
    IF deks IS NULL THEN
        SELECT array_agg(f.id ORDER BY f.id), array_agg(f.bytes ORDER BY f.id) INTO ids, bytes FROM (
            SELECT t.id, length(t.envelope) AS bytes FROM custody.token AS t
            WHERE NOT t.dek = ANY (kept) ORDER BY t.id LIMIT custody.token_batch_max()) AS f;
    ELSE
        SELECT array_agg(f.id ORDER BY f.id), array_agg(f.bytes ORDER BY f.id) INTO ids, bytes FROM (
            SELECT t.id, length(t.envelope) AS bytes FROM custody.token AS t
            WHERE t.dek = ANY (deks) AND NOT t.dek = ANY (kept) ORDER BY t.id LIMIT custody.token_batch_max()) AS f;
    END IF;
    RETURN custody.first_tokens(ids, bytes);
END
$$;

-- The next tokens that had expired at `before`. Any hold keeps: an open incident may need them as evidence.
CREATE FUNCTION custody.tokens_to_sweep(before timestamptz) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept uuid[] := custody.kept_deks('{legal_hold,incident}');
    ids uuid[];
    bytes int[];
BEGIN
    SELECT array_agg(f.id ORDER BY f.expires_at, f.id), array_agg(f.bytes ORDER BY f.expires_at, f.id) INTO ids, bytes FROM (
        SELECT t.id, t.expires_at, length(t.envelope) AS bytes FROM custody.token AS t
        WHERE t.expires_at <= before AND NOT t.dek = ANY (kept)
        ORDER BY t.expires_at, t.id LIMIT custody.token_batch_max()) AS f;
    RETURN custody.first_tokens(ids, bytes);
END
$$;

-- How many are in all, without those that are kept, and how many of those there are.
CREATE FUNCTION custody.tally_to_invalidate(scope text, target uuid, its_integration text, OUT free bigint, OUT kept bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    keeping uuid[] := custody.kept_deks('{legal_hold}');
    deks uuid[] := custody.deks_in_scope(scope, target, its_integration);
BEGIN
    IF deks IS NULL THEN
        SELECT count(*) FILTER (WHERE NOT t.dek = ANY (keeping)), count(*) FILTER (WHERE t.dek = ANY (keeping))
        INTO free, kept FROM custody.token AS t;
    ELSE
        SELECT count(*) FILTER (WHERE NOT t.dek = ANY (keeping)), count(*) FILTER (WHERE t.dek = ANY (keeping))
        INTO free, kept FROM custody.token AS t WHERE t.dek = ANY (deks);
    END IF;
END
$$;
CREATE FUNCTION custody.tally_to_sweep(before timestamptz, OUT free bigint, OUT kept bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    keeping uuid[] := custody.kept_deks('{legal_hold,incident}');
BEGIN
    SELECT count(*) FILTER (WHERE NOT t.dek = ANY (keeping)), count(*) FILTER (WHERE t.dek = ANY (keeping))
    INTO free, kept FROM custody.token AS t WHERE t.expires_at <= before;
END
$$;

CREATE FUNCTION custody.digest_of(ids uuid[]) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(string_agg(uuid_send(i), '' ORDER BY i), '')) FROM unnest(ids) AS i
$$;

-- What the console signs next, how many come after it, and how many a hold keeps. As the owner: it counts bytes that not every
-- role reads.
CREATE FUNCTION custody.invalidation_batch(scope text, target uuid, its_integration text) RETURNS custody.token_batch
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (cardinality(ids.it), custody.digest_of(ids.it), tally.free - cardinality(ids.it), tally.kept)::custody.token_batch
    FROM (SELECT custody.tokens_to_invalidate(scope, target, its_integration) AS it OFFSET 0) AS ids,
         custody.tally_to_invalidate(scope, target, its_integration) AS tally
$$;

CREATE FUNCTION custody.sweep_batch(before timestamptz) RETURNS custody.token_batch
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (cardinality(ids.it), custody.digest_of(ids.it), tally.free - cardinality(ids.it), tally.kept)::custody.token_batch
    FROM (SELECT custody.tokens_to_sweep(before) AS it OFFSET 0) AS ids, custody.tally_to_sweep(before) AS tally
$$;

-- Exactly what the entry counts and names by its digest.
CREATE FUNCTION custody.check_batch(act custody.act, ids uuid[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF cardinality(ids) = 0 THEN
        PERFORM custody.fail('nothing_left');
    ELSIF custody.attr_count(act, 'count') <> cardinality(ids) OR custody.attr_hex(act, 'digest', 32) <> custody.digest_of(ids) THEN
        PERFORM custody.fail('batch_differs', jsonb_build_object('count', cardinality(ids)));
    END IF;
END
$$;

-- Overwritten first, so that the row's last version holds nothing, then deleted. What stays behind in the table's files, the log and
-- backups is named in docs/formats/acts.md.
CREATE FUNCTION custody.erase_tokens(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    UPDATE custody.token AS t SET envelope = decode(repeat('00', length(t.envelope)), 'hex') WHERE t.id = ANY (ids);
    DELETE FROM custody.token AS t WHERE t.id = ANY (ids);
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> cardinality(ids) THEN
        PERFORM custody.fail('batch_differs', jsonb_build_object('count', gone));
    END IF;
END
$$;

-- R-61. The first batch of an invalidation goes on the review list; the others name its entry.
CREATE FUNCTION custody.do_invalidate_tokens(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    scope text := custody.scope_of(entry, signatures, '{key,integration,tenant,custody}');
    act custody.act := custody.admit(entry, signatures, ARRAY['tokens.invalidated'], scope, 'session');
    target uuid := custody.text_id(act.subject, 'subject');
    its_integration text := CASE scope WHEN 'integration' THEN custody.attr_filled(act, 'integration') END;
    continues bigint := custody.attr_count(act, 'continues');
    ids uuid[];
    rest record;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'),
            custody.require_purpose(act), custody.check_scope(scope, target, its_integration);
    IF scope = 'custody' AND target <> act.custody THEN
        PERFORM custody.fail('wrong_custody', jsonb_build_object('wanted', act.custody));
    ELSIF continues <> 0 AND NOT EXISTS (
        SELECT FROM custody.review_item AS r JOIN custody.ledger_entry AS e ON e.seq = r.seq
        WHERE r.seq = continues AND r.kind = 'invalidation' AND r.subject_kind = scope AND r.subject = act.subject
          AND r.by = act.actor AND e.purpose = act.purpose) THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'continues no invalidation of this scope by this operator'));
    END IF;
    ids := custody.tokens_to_invalidate(scope, target, its_integration);
    PERFORM custody.check_batch(act, ids);
    act := custody.append(act);
    PERFORM custody.erase_tokens(ids);
    IF continues = 0 THEN
        PERFORM custody.list_for_review(act, 'invalidation', scope, act.subject);
    END IF;
    SELECT * INTO rest FROM custody.tally_to_invalidate(scope, target, its_integration);
    RETURN custody.accepted(act, jsonb_build_object('deleted', cardinality(ids), 'left', rest.free, 'kept', rest.kept));
END
$$;

-- R-27. By the register's clock, and counted in the entry.
CREATE FUNCTION custody.do_sweep_tokens(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['tokens.swept'], 'custody', 'session');
    before timestamptz := custody.attr_time(act, 'before');
    ids uuid[];
    rest record;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    IF custody.text_id(act.subject, 'subject') <> act.custody THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', act.custody));
    ELSIF before > act.now THEN
        PERFORM custody.fail('not_expired', jsonb_build_object('now', custody.us(act.now)));
    END IF;
    ids := custody.tokens_to_sweep(before);
    PERFORM custody.check_batch(act, ids);
    act := custody.append(act);
    PERFORM custody.erase_tokens(ids);
    SELECT * INTO rest FROM custody.tally_to_sweep(before);
    RETURN custody.accepted(act, jsonb_build_object('deleted', cardinality(ids), 'left', rest.free, 'kept', rest.kept));
END
$$;

SELECT custody.publish_verb('sign_off', '{security,devops,engineering}');
SELECT custody.publish_verb('invalidate_tokens', '{security,devops,engineering}');
SELECT custody.publish_verb('sweep_tokens', '{security,devops,engineering,agent}');

SELECT custody.own_everything();

GRANT SELECT ON custody.review_item TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor,
                                       countersign_agent;
GRANT EXECUTE ON FUNCTION custody.may_sign_off(bigint, uuid), custody.invalidation_batch(text, uuid, text),
    custody.sweep_batch(timestamptz) TO countersign_security, countersign_devops,
    countersign_engineering, countersign_auditor, countersign_agent;
