-- R-84: every two weeks Security and DevOps look through what happened to keys, from where the last review ended to a new checkpoint.
-- Signing the review is signing that checkpoint, closing it is cosigning it: by another person, in the other of the two roles, over
-- the same list. Decision 0008 does not reach this far: nobody stands in for the other department here.

-- What people owe at regular times, in days.
INSERT INTO custody.setting_rule (name, lowest, highest, weaker) VALUES
    ('transition_review_days', 1, 90, 'up'), ('policy_review_days', 30, 730, 'up'),
    ('system_audit_days', 30, 730, 'up'), ('incident_audit_days', 1, 90, 'up'), ('restore_drill_days', 30, 730, 'up');
DO $$
DECLARE
    next int := (SELECT max(s.version) + 1 FROM custody.setting AS s);
BEGIN
    INSERT INTO custody.setting (version, name, value)
    SELECT next, name, value FROM (
        SELECT DISTINCT ON (s.name) s.name, s.value FROM custody.setting AS s ORDER BY s.name, s.version DESC) AS before
    UNION ALL SELECT next, name, value FROM (VALUES ('transition_review_days', '14'), ('policy_review_days', '365'),
        ('system_audit_days', '365'), ('incident_audit_days', '30'),
        ('restore_drill_days', '365')) AS new (name, value);
    INSERT INTO custody.rule_change (section, version, at) VALUES ('settings', next, custody.clock());
END
$$;

CREATE TABLE custody.transition_review (
    size bigint PRIMARY KEY REFERENCES custody.checkpoint,
    -- Entries up to this one were looked at in the review before.
    after bigint NOT NULL CHECK (after >= 0 AND after < size),
    items bigint NOT NULL CHECK (items BETWEEN 0 AND size - after),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    signed_by uuid NOT NULL REFERENCES custody.operator,
    signed_role text NOT NULL CHECK (signed_role IN ('security', 'devops')),
    signed_at timestamptz NOT NULL,
    signed_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    signed_note text NOT NULL CHECK (length(signed_note) BETWEEN 1 AND 4000),
    closed_by uuid REFERENCES custody.operator CHECK (closed_by <> signed_by),
    closed_role text CHECK (closed_role IN ('security', 'devops') AND closed_role <> signed_role),
    closed_at timestamptz,
    closed_seq bigint UNIQUE REFERENCES custody.ledger_entry,
    closed_note text CHECK (length(closed_note) BETWEEN 1 AND 4000),
    CHECK ((closed_seq IS NULL) = (closed_by IS NULL) AND (closed_seq IS NULL) = (closed_role IS NULL)
           AND (closed_seq IS NULL) = (closed_at IS NULL) AND (closed_seq IS NULL) = (closed_note IS NULL))
);
CREATE INDEX transition_review_closed ON custody.transition_review (size DESC) WHERE closed_seq IS NOT NULL;
-- No two reviews of the same entries are closed.
CREATE UNIQUE INDEX transition_review_once ON custody.transition_review (after) WHERE closed_seq IS NOT NULL;

-- What a reviewer found, and what it became: by number of the entry that says so.
CREATE TABLE custody.review_finding (
    seq bigint NOT NULL REFERENCES custody.ledger_entry,
    nth int NOT NULL CHECK (nth >= 0),
    size bigint NOT NULL REFERENCES custody.transition_review,
    -- The entry that it is about, where it is about one.
    about bigint REFERENCES custody.ledger_entry,
    becomes text NOT NULL CHECK (becomes IN ('incident', 'exception', 'note')),
    incident uuid REFERENCES custody.hold,
    request uuid REFERENCES custody.request,
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 4000),
    PRIMARY KEY (seq, nth),
    CHECK ((becomes = 'incident') = (incident IS NOT NULL) AND (becomes = 'exception') = (request IS NOT NULL))
);
CREATE INDEX review_finding_of ON custody.review_finding (size, seq, nth);

-- A review is signed once and closed once; nothing else about it changes, and none goes away.
CREATE FUNCTION custody.guard_transition_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ends text[] := '{closed_by,closed_role,closed_at,closed_seq,closed_note}';
BEGIN
    IF OLD.closed_seq IS NOT NULL OR NEW.closed_seq IS NULL OR to_jsonb(NEW) - ends <> to_jsonb(OLD) - ends
       OR lower((SELECT o.person FROM custody.operator AS o WHERE o.id = NEW.closed_by))
          = lower((SELECT o.person FROM custody.operator AS o WHERE o.id = NEW.signed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'review_fixed', DETAIL = '{}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_transition_review BEFORE UPDATE ON custody.transition_review
    FOR EACH ROW EXECUTE FUNCTION custody.guard_transition_review();
ALTER TABLE custody.transition_review ENABLE ALWAYS TRIGGER guard_transition_review;
SELECT custody.keep_rows('transition_review', 'DELETE'), custody.keep_rows('review_finding', 'UPDATE OR DELETE');

-- Verbs that say nothing a lead has to look at: steps within a run, sessions, observations, signs of life, and the reviews themselves.
-- Whatever is not named here is on the list. The console has the same words, and a test holds the two together.
CREATE FUNCTION custody.is_routine(verb text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT verb IN ('session.opened', 'session.closed', 'vault.observed', 'run.claimed', 'step.intended', 'step.done', 'dek.rewrapped',
                    'token.sealed', 'token.reencrypted', 'key.protection_intended', 'exception.reminded', 'rehearsal.signed',
                    'duties.acknowledged', 'checkpoint.signed', 'checkpoint.cosigned', 'review.signed', 'review.cosigned')
$$;

-- What two reviewers sign: how many entries after `after` up to `until` are on the list, and SHA-256 over a canonical sequence of rows,
-- by number: number (count) · SHA-256 of the entry's bytes.
CREATE FUNCTION custody.transitions_seen(after bigint, until bigint, OUT items bigint, OUT digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), sha256(coalesce(string_agg(custody.field(
               custody.field(int8send(e.seq)) || custody.field(sha256(e.entry))), '' ORDER BY e.seq), ''))
    FROM custody.ledger_entry AS e
    WHERE e.seq > transitions_seen.after AND e.seq <= transitions_seen.until AND NOT custody.is_routine(e.verb)
$$;

-- Where the last closed review ended; 0 before there was one.
CREATE FUNCTION custody.reviewed_until() RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT r.size FROM custody.transition_review AS r WHERE r.closed_seq IS NOT NULL ORDER BY r.size DESC LIMIT 1), 0)
$$;

-- The role of the second reviewer.
CREATE FUNCTION custody.other_lead(role text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE role WHEN 'security' THEN 'devops' WHEN 'devops' THEN 'security' END $$;

-- May this operator begin a review, or close the one of this size? 'ok', or why not. 
CREATE FUNCTION custody.may_review(who uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN o.id IS NULL THEN 'operator_unknown'
        WHEN o.status <> 'active' THEN 'operator_inactive'
        WHEN o.kind <> 'operator' THEN 'not_human'
        WHEN NOT (custody.holds_role(o.id, 'security', now.at) OR custody.holds_role(o.id, 'devops', now.at)) THEN 'role_missing'
        ELSE 'ok' END
    FROM (SELECT custody.clock() AS at) AS now LEFT JOIN custody.operator AS o ON o.id = who
$$;
CREATE FUNCTION custody.may_close_review(wanted bigint, who uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN r.size IS NULL THEN 'review_unknown'
        WHEN o.id IS NULL THEN 'operator_unknown'
        WHEN o.status <> 'active' THEN 'operator_inactive'
        WHEN o.kind <> 'operator' THEN 'not_human'
        WHEN r.closed_seq IS NOT NULL THEN 'review_closed'
        WHEN r.after <> custody.reviewed_until() OR EXISTS (SELECT FROM custody.transition_review AS n WHERE n.size > r.size)
            THEN 'review_superseded'
        WHEN lower(o.person) = (SELECT lower(b.person) FROM custody.operator AS b WHERE b.id = r.signed_by) THEN 'same_person'
        WHEN NOT custody.holds_role(o.id, custody.other_lead(r.signed_role), now.at) THEN 'role_missing'
        ELSE 'ok' END
    FROM (SELECT custody.clock() AS at) AS now
    LEFT JOIN custody.transition_review AS r ON r.size = wanted
    LEFT JOIN custody.operator AS o ON o.id = who
$$;

-- The role in which a lead signs, and that they hold it.
CREATE FUNCTION custody.lead_role(act custody.act, wanted text[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    role text := custody.attr_filled(act, 'role');
BEGIN
    IF role <> ALL (wanted) OR NOT custody.holds_role(act.actor, role, act.now) THEN
        PERFORM custody.fail('role_missing', jsonb_build_object('wanted', wanted));
    END IF;
    RETURN role;
END
$$;

-- R-44: nothing is behind us while somebody's second look at it is missing. And the list is the register's own, entry for entry.
CREATE FUNCTION custody.check_review(act custody.act, its_after bigint, its_size bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    open bigint[] := (SELECT array_agg(i.seq ORDER BY i.seq) FROM (
        SELECT r.seq FROM custody.review_item AS r WHERE r.signed_off_seq IS NULL AND r.seq <= its_size ORDER BY r.seq LIMIT 100) AS i);
    seen record;
BEGIN
    PERFORM custody.require_purpose(act);
    IF length(act.purpose) > 4000 THEN
        PERFORM custody.fail('text_too_long', jsonb_build_object('what', 'note', 'max', 4000));
    ELSIF custody.attr_count(act, 'after') <> its_after THEN
        PERFORM custody.fail('review_superseded', jsonb_build_object('after', its_after));
    ELSIF open IS NOT NULL THEN
        PERFORM custody.fail('looks_missing', jsonb_build_object('entries', to_jsonb(open)));
    END IF;
    SELECT * INTO seen FROM custody.transitions_seen(its_after, its_size);
    IF (seen.items, seen.digest) IS DISTINCT FROM (custody.attr_count(act, 'items'), custody.attr_hex(act, 'digest', 32)) THEN
        PERFORM custody.fail('list_differs', jsonb_build_object('items', seen.items));
    END IF;
END
$$;

-- Most findings of one reviewer.
CREATE FUNCTION custody.findings_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 50 $$;

-- One finding out of the entry, with what it refers to found. `finding.00.text`, `.about`, `.becomes`, `.reference`.
CREATE FUNCTION custody.finding_in(act custody.act, its_nth int, its_after bigint, its_size bigint) RETURNS custody.review_finding
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text := 'finding.' || lpad(its_nth::text, 2, '0') || '.';
    found custody.review_finding;
    its_reference text := custody.attr(act, name || 'reference');
    its_about text := custody.attr(act, name || 'about');
    why text;
BEGIN
    found.nth := its_nth;
    found.size := its_size;
    found.words := custody.attr_filled(act, name || 'text');
    found.becomes := custody.attr_filled(act, name || 'becomes');
    IF length(found.words) > 4000 OR found.words !~ '[^[:space:]]' THEN
        why := 'text';
    ELSIF its_about <> '' AND NOT (custody.attr_count(act, name || 'about') > its_after AND its_about::bigint <= its_size) THEN
        why := 'about';
    ELSIF found.becomes = 'incident' THEN
        found.incident := (SELECT h.id FROM custody.hold AS h WHERE h.id = custody.text_id(its_reference, 'reference') AND h.kind = 'incident');
        why := CASE WHEN found.incident IS NULL THEN 'incident' END;
    ELSIF found.becomes = 'exception' THEN
        found.request := (SELECT r.id FROM custody.request AS r
                          WHERE r.id = custody.text_id(its_reference, 'reference') AND r.operation = 'grant_exception');
        why := CASE WHEN found.request IS NULL THEN 'exception' END;
    ELSIF found.becomes <> 'note' OR its_reference <> '' THEN
        why := 'becomes';
    END IF;
    IF why IS NOT NULL THEN
        PERFORM custody.fail('finding_unfit', jsonb_build_object('finding', its_nth, 'why', why));
    END IF;
    found.about := CASE WHEN its_about <> '' THEN its_about::bigint END;
    RETURN found;
END
$$;

CREATE FUNCTION custody.findings_in(act custody.act, its_after bigint, its_size bigint) RETURNS custody.review_finding[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    named int := (SELECT count(*) FROM jsonb_object_keys(act.attributes) AS k WHERE k LIKE 'finding.%');
    found custody.review_finding[] := '{}';
BEGIN
    IF named % 4 <> 0 OR named / 4 > custody.findings_max() THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'findings', 'max', custody.findings_max()));
    END IF;
    FOR nth IN 0 .. named / 4 - 1 LOOP
        found := found || custody.finding_in(act, nth, its_after, its_size);
    END LOOP;
    RETURN found;
END
$$;

CREATE FUNCTION custody.keep_findings(act custody.act, found custody.review_finding[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO custody.review_finding (seq, nth, size, about, becomes, incident, request, words)
    SELECT act.seq, f.nth, f.size, f.about, f.becomes, f.incident, f.request, f.words FROM unnest(found) AS f
$$;

CREATE FUNCTION custody.do_sign_review(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['review.signed'], 'checkpoint', 'device');
    its_role text;
    its_size bigint;
    its_after bigint := custody.reviewed_until();
    newest bigint := (SELECT max(c.size) FROM custody.checkpoint AS c);
    found custody.review_finding[];
BEGIN
    PERFORM custody.require_human(act);
    its_role := custody.lead_role(act, '{security,devops}');
    its_size := custody.checkpoint_size(act);
    IF its_size <= newest THEN
        PERFORM custody.fail('checkpoint_known', jsonb_build_object('newest', newest));
    END IF;
    PERFORM custody.attr_hex(act, 'signature', 64), custody.check_review(act, its_after, its_size);
    found := custody.findings_in(act, its_after, its_size);
    act := custody.append(act);
    INSERT INTO custody.checkpoint VALUES (its_size, custody.attr_hex(act, 'root', 32), act.seq);
    INSERT INTO custody.checkpoint_signature
    VALUES (its_size, act.actor, act.key_ids[1], NULL, custody.attr_hex(act, 'signature', 64), act.now, act.seq);
    INSERT INTO custody.transition_review (size, after, items, digest, signed_by, signed_role, signed_at, signed_seq, signed_note)
    VALUES (its_size, its_after, custody.attr_count(act, 'items'), custody.attr_hex(act, 'digest', 32), act.actor, its_role, act.now,
            act.seq, act.purpose);
    PERFORM custody.keep_findings(act, found);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.do_cosign_review(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['review.cosigned'], 'checkpoint', 'device');
    its_size bigint := custody.checkpoint_size(act);
    code text := custody.may_close_review(its_size, act.actor);
    review custody.transition_review;
    its_role text;
    found custody.review_finding[];
BEGIN
    SELECT * INTO review FROM custody.transition_review AS r WHERE r.size = its_size;
    IF code <> 'ok' THEN
        PERFORM custody.fail(code, jsonb_build_object('size', its_size, 'wanted', ARRAY[custody.other_lead(review.signed_role)]));
    END IF;
    its_role := custody.lead_role(act, ARRAY[custody.other_lead(review.signed_role)]);
    PERFORM custody.attr_hex(act, 'signature', 64), custody.check_review(act, review.after, its_size);
    IF (review.items, review.digest) IS DISTINCT FROM (custody.attr_count(act, 'items'), custody.attr_hex(act, 'digest', 32)) THEN
        -- The register's list is another one than the first reviewer worked through.
        PERFORM custody.fail('list_differs', jsonb_build_object('items', review.items));
    END IF;
    found := custody.findings_in(act, review.after, its_size);
    act := custody.append(act);
    -- Who had cosigned the bare checkpoint before has their line under it already.
    INSERT INTO custody.checkpoint_signature
    VALUES (its_size, act.actor, act.key_ids[1], custody.us(act.entry_time) / 1000000, custody.attr_hex(act, 'signature', 64),
            act.now, act.seq) ON CONFLICT (size, operator) DO NOTHING;
    UPDATE custody.transition_review AS r SET closed_by = act.actor, closed_role = its_role, closed_at = act.now, closed_seq = act.seq,
                                              closed_note = act.purpose
    WHERE r.size = its_size;
    PERFORM custody.keep_findings(act, found);
    RETURN custody.accepted(act);
END
$$;

-- How the review stands: where the last one ended, and when the next is due: so many days after that, or after the founding.
CREATE FUNCTION custody.transition_review_standing(now timestamptz) RETURNS TABLE (
    after bigint, last_at timestamptz, last_by uuid, last_seq bigint, open_size bigint, every_days int, due_at timestamptz, looks bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(l.size, 0), l.closed_at, l.closed_by, l.closed_seq,
           (SELECT max(r.size) FROM custody.transition_review AS r WHERE r.closed_seq IS NULL AND r.after = coalesce(l.size, 0)),
           e.days, coalesce(l.closed_at, f.recorded_at) + custody.days(e.days),
           (SELECT count(*) FROM custody.review_item AS i WHERE i.signed_off_seq IS NULL)
    FROM (SELECT coalesce(custody.setting_value('transition_review_days')::int, 14) AS days) AS e
    LEFT JOIN (SELECT r.* FROM custody.transition_review AS r WHERE r.closed_seq IS NOT NULL ORDER BY r.size DESC LIMIT 1) AS l ON true
    LEFT JOIN custody.ledger_entry AS f ON f.seq = 1
$$;

-- Refusals after those that an entry attests already: what a reviewer's console puts under the ledger's seal before it shows the list.
CREATE FUNCTION custody.refusals_unattested(OUT first bigint, OUT last bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(r.id), max(r.id) FROM custody.refusal AS r
    WHERE r.id > (SELECT coalesce(max(a.last), 0) FROM custody.refusal_attestation AS a)
$$;

SELECT custody.publish_verb('sign_review', '{security,devops}');
SELECT custody.publish_verb('cosign_review', '{security,devops}');
SELECT custody.own_everything();

GRANT SELECT ON custody.transition_review, custody.review_finding
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.is_routine(text), custody.transitions_seen(bigint, bigint), custody.reviewed_until(),
    custody.may_review(uuid), custody.may_close_review(bigint, uuid), custody.other_lead(text),
    custody.transition_review_standing(timestamptz), custody.refusals_unattested()
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
