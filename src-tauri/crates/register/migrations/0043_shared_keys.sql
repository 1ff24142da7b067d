-- What is read of the exception register, reminders, its review with a signature; and the shared-service register (R-54): a key that serves
-- several tenants does so by a decision on record and an accepted risk, until it is looked at again.

-- The register at a moment, asked for and granted alike. A request that came to nothing is no line of it.
CREATE FUNCTION custody.exception_lines(now timestamptz) RETURNS TABLE (
    id uuid, number int, request uuid, title text, clause text, clause_title text, keys uuid[], scope text[], owner text,
    requested_by uuid, requested_at timestamptz, accepted_by uuid, granted_at timestamptz, granted_seq bigint, expires_at timestamptz,
    renews uuid, successor uuid, is_open boolean, state text)
LANGUAGE sql STABLE AS $$
    SELECT x.id, x.number, x.request, x.title, x.clause, x.clause_title, x.keys, x.scope, x.owner, x.requested_by, x.requested_at,
           x.accepted_by, x.granted_at, x.granted_seq, x.expires_at, x.renews, x.successor,
           x.closed_seq IS NULL AND x.revoked_seq IS NULL, custody.exception_state(x, now)
    FROM custody.exception AS x
    UNION ALL
    SELECT q.exception, q.number, q.request, q.title, q.clause, q.clause_title, q.keys, q.scope, q.owner, q.requested_by, q.requested_at,
           NULL, NULL, NULL, q.expires_at, q.renews, NULL, true, 'requested'
    FROM custody.request AS r JOIN custody.exception_request AS q ON q.request = r.id
    WHERE r.operation = 'grant_exception' AND r.decided IN ('open', 'executing')
      AND NOT EXISTS (SELECT FROM custody.exception AS x WHERE x.request = q.request)
      AND custody.request_state(r.id, now) IN ('open', 'approved', 'executing')
$$;

-- R-53: what blocks. A date that passed is answered by closing with evidence or by renewing, which both take two people. What one person
-- revoked counts as unanswered from its date on until a second one has signed that off: nobody opens the gate alone.
CREATE FUNCTION custody.exceptions_unanswered(now timestamptz) RETURNS SETOF custody.exception
LANGUAGE sql STABLE AS $$
    SELECT x.* FROM custody.exception AS x
    WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL AND x.expires_at <= now
    UNION ALL
    SELECT x.* FROM custody.review_item AS r JOIN custody.exception AS x ON x.revoked_seq = r.seq
    WHERE r.signed_off_seq IS NULL AND x.expires_at <= now
$$;

-- Which violations a clause speaks of, by its section of the policy.
CREATE FUNCTION custody.clause_covers(clause text, rule text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT clause ~ CASE rule
        WHEN 'weak_algorithm' THEN '^(A-A|B-5)-'
        WHEN 'legacy_storage' THEN '^(A-7|B-6)-'
        WHEN 'phase_out_passed' THEN '^(A-7|B-6)-'
        WHEN 'owner_missing' THEN '^(A-9[.]6|B-8)-'
        WHEN 'purpose_missing' THEN '^(A-9[.]6|B-8)-'
        WHEN 'rotation_overdue' THEN '^(A-6[.]3|B-9|B-11|B-13)-'
        WHEN 'message_count_high' THEN '^A-6[.]3-'
        WHEN 'shared_across_tenants' THEN '^(A-3|B-12)-'
        ELSE '^$' END
$$;

-- The exception in force that covers a violation of this rule by this key; the one that lasts longest.
CREATE FUNCTION custody.covering_exception(rule text, key uuid, now timestamptz) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT x.id FROM custody.exception AS x
    WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL AND x.expires_at > covering_exception.now
      AND custody.clause_covers(x.clause, covering_exception.rule)
      AND x.id IN (
          SELECT v.exception FROM custody.exception_cover AS v WHERE v.key = covering_exception.key
          UNION ALL
          SELECT v.exception FROM custody.key AS k
          JOIN custody.exception_cover AS v ON v.key IS NULL AND (v.kind IS NULL OR v.kind = k.kind) AND (v.tenant IS NULL OR v.tenant = k.tenant)
          WHERE k.id = covering_exception.key)
    ORDER BY x.expires_at DESC LIMIT 1
$$;

-- Reminders: one for each exception, threshold and channel. The entry comes first, so that no two consoles send the same.
CREATE FUNCTION custody.reminder_days() RETURNS int[] LANGUAGE sql IMMUTABLE AS $$ SELECT '{30,7,1}'::int[] $$;

CREATE TABLE custody.exception_reminder (
    exception uuid NOT NULL REFERENCES custody.exception,
    days int NOT NULL CHECK (days = ANY (custody.reminder_days())),
    channel text NOT NULL CHECK (channel IN ('webhook', 'desktop')),
    at timestamptz NOT NULL,
    by uuid NOT NULL REFERENCES custody.operator,
    seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    PRIMARY KEY (exception, days, channel)
);
SELECT custody.keep_rows('exception_reminder', 'UPDATE OR DELETE');

-- What is to be reminded of now, at the nearest threshold that was passed. A threshold that lay before the grant is none, and one that
-- was missed is not made up for once the next has been.
CREATE FUNCTION custody.exceptions_to_remind(channel text, now timestamptz) RETURNS TABLE (
    exception uuid, number int, title text, clause text, owner text, expires_at timestamptz, days int)
LANGUAGE sql STABLE AS $$
    SELECT x.id, x.number, x.title, x.clause, x.owner, x.expires_at, passed.days
    FROM custody.exception AS x, LATERAL (
        SELECT min(t.days) AS days FROM unnest(custody.reminder_days()) AS t (days)
        WHERE x.expires_at - custody.days(t.days) <= exceptions_to_remind.now AND x.expires_at - custody.days(t.days) > x.granted_at) AS passed
    WHERE x.closed_seq IS NULL AND x.revoked_seq IS NULL AND x.expires_at > exceptions_to_remind.now
      AND x.expires_at <= exceptions_to_remind.now + custody.days(30) AND passed.days IS NOT NULL
      AND NOT EXISTS (SELECT FROM custody.exception_reminder AS r WHERE r.exception = x.id AND r.channel = exceptions_to_remind.channel
                      AND r.days <= passed.days)
    ORDER BY x.expires_at, x.number LIMIT 1000
$$;

CREATE FUNCTION custody.do_remind_exception(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['exception.reminded'], 'exception', 'session');
    it uuid := custody.text_id(act.subject, 'subject');
    its_channel text := custody.attr_filled(act, 'channel');
    its_days bigint := custody.attr_count(act, 'days');
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    IF NOT EXISTS (SELECT FROM custody.exceptions_to_remind(its_channel, act.now) AS d WHERE d.exception = it AND d.days = its_days) THEN
        PERFORM custody.fail('reminder_not_due', jsonb_build_object('exception', it, 'days', its_days, 'channel', its_channel));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.exception_reminder (exception, days, channel, at, by, seq)
    VALUES (it, its_days, its_channel, act.now, act.actor, act.seq);
    RETURN custody.accepted(act);
END
$$;

-- Reviews of the whole register, signed with a device key over what was open.
CREATE TABLE custody.exception_review (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    by uuid NOT NULL REFERENCES custody.operator,
    at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    open int NOT NULL CHECK (open >= 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 4000),
    findings text NOT NULL CHECK (length(findings) <= 4000)
);
CREATE INDEX exception_review_at ON custody.exception_review (at DESC);
SELECT custody.keep_rows('exception_review', 'UPDATE OR DELETE');

-- What a reviewer signs: SHA-256 over a canonical sequence of rows, by number: id · number (count) · expires at (time) · entry that granted it
-- (count, 0 where it is only asked for). No state: a date that passes in between does not take the signature away.
CREATE FUNCTION custody.exceptions_seen(now timestamptz) RETURNS TABLE (open int, digest bytea)
LANGUAGE sql STABLE AS $$
    SELECT count(*)::int, sha256(coalesce(string_agg(custody.field(
               custody.field(uuid_send(x.id)) || custody.field(int8send(x.number)) || custody.field(int8send(custody.us(x.expires_at)))
               || custody.field(int8send(coalesce(x.granted_seq, 0)))), '' ORDER BY x.number), ''))
    FROM custody.exception_lines(exceptions_seen.now) AS x WHERE x.is_open
$$;

-- How the review stands: the last one, and when the next is due. Never before there is an exception.
CREATE FUNCTION custody.exception_review_standing(now timestamptz) RETURNS TABLE (
    last_seq bigint, last_at timestamptz, last_by uuid, every_days int, due_at timestamptz, days_since int)
LANGUAGE sql STABLE AS $$
    SELECT l.seq, l.at, l.by, e.days, coalesce(l.at, f.at) + custody.days(e.days),
           floor(extract(epoch FROM exception_review_standing.now - coalesce(l.at, f.at)) / 86400)::int
    FROM (SELECT coalesce(custody.setting_value('exception_review_days')::int, 14) AS days) AS e
    LEFT JOIN (SELECT r.seq, r.at, r.by FROM custody.exception_review AS r ORDER BY r.seq DESC LIMIT 1) AS l ON true
    LEFT JOIN (SELECT x.granted_at AS at FROM custody.exception AS x ORDER BY x.granted_seq LIMIT 1) AS f ON true
$$;

CREATE FUNCTION custody.do_review_exceptions(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['exceptions.reviewed'], 'custody', 'device');
    told bytea := custody.attr_hex(act, 'digest', 32);
    count bigint := custody.attr_count(act, 'open');
    its_findings text := custody.attr(act, 'findings');
    seen record;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security}'), custody.require_purpose(act);
    IF custody.text_id(act.subject, 'subject') <> act.custody THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', act.custody));
    ELSIF length(act.purpose) > 4000 OR length(its_findings) > 4000 THEN
        PERFORM custody.fail('text_too_long', jsonb_build_object('what', 'note or findings', 'max', 4000));
    ELSIF EXISTS (SELECT FROM custody.exception_review_standing(act.now) AS s JOIN custody.operator AS l ON l.id = s.last_by
                  JOIN custody.operator AS me ON lower(me.person) = lower(l.person) WHERE me.id = act.actor) THEN
        -- Two pairs of eyes over time: not the same person twice in a row.
        PERFORM custody.fail('same_person');
    END IF;
    SELECT * INTO seen FROM custody.exceptions_seen(act.now);
    IF (seen.digest, seen.open) IS DISTINCT FROM (told, count::int) THEN
        PERFORM custody.fail('exceptions_differ', jsonb_build_object('open', seen.open));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.exception_review (seq, by, at, digest, open, note, findings)
    VALUES (act.seq, act.actor, act.now, told, count, act.purpose, its_findings);
    RETURN custody.accepted(act);
END
$$;

-- The shared-service register.
CREATE TABLE custody.shared_key (
    id uuid PRIMARY KEY,
    key uuid NOT NULL REFERENCES custody.key,
    request uuid NOT NULL UNIQUE REFERENCES custody.request,
    -- The architectural decision record.
    decision_record text NOT NULL CHECK (length(decision_record) BETWEEN 1 AND 200 AND custody.is_clean(decision_record)),
    justification text NOT NULL CHECK (length(justification) BETWEEN 1 AND 4000 AND justification ~ '[^[:space:]]'),
    controls text NOT NULL CHECK (length(controls) BETWEEN 1 AND 4000 AND controls ~ '[^[:space:]]'),
    -- Tenants that it served when that was decided.
    tenants int NOT NULL CHECK (tenants >= 0),
    requested_by uuid NOT NULL REFERENCES custody.operator,
    granted_at timestamptz NOT NULL CHECK (isfinite(granted_at)),
    granted_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    accepted_by uuid NOT NULL REFERENCES custody.operator CHECK (accepted_by <> requested_by),
    accepted_seq bigint NOT NULL REFERENCES custody.seal (seq),
    acceptance text NOT NULL CHECK (length(acceptance) BETWEEN 1 AND 200),
    term_days_max int NOT NULL CHECK (term_days_max BETWEEN 1 AND custody.exception_term_ceiling()),
    -- Until then somebody has looked at it again, or it counts no more.
    review_by timestamptz NOT NULL CHECK (isfinite(review_by)),
    ended_at timestamptz,
    ended_by uuid REFERENCES custody.operator,
    ended_seq bigint REFERENCES custody.ledger_entry,
    -- The entry of the register that took its place; none where it was withdrawn.
    successor uuid UNIQUE REFERENCES custody.shared_key DEFERRABLE INITIALLY DEFERRED CHECK (successor <> id),
    CHECK (review_by > granted_at AND review_by <= granted_at + custody.days(term_days_max)),
    CHECK ((ended_seq IS NULL) = (ended_at IS NULL) AND (ended_seq IS NULL) = (ended_by IS NULL)),
    CHECK (successor IS NULL OR ended_seq IS NOT NULL)
);
CREATE UNIQUE INDEX shared_key_one ON custody.shared_key (key) WHERE ended_seq IS NULL;
CREATE INDEX shared_key_page ON custody.shared_key (granted_seq DESC);

CREATE FUNCTION custody.guard_shared_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ends text[] := '{ended_at,ended_by,ended_seq,successor}';
    wanted custody.request;
BEGIN
    SELECT * INTO wanted FROM custody.request AS r WHERE r.id = NEW.request;
    IF (TG_OP = 'UPDATE' AND (OLD.ended_seq IS NOT NULL OR NEW.ended_seq IS NULL OR to_jsonb(NEW) - ends <> to_jsonb(OLD) - ends))
       OR (TG_OP = 'INSERT' AND (
           wanted.operation IS DISTINCT FROM 'share_key' OR wanted.decided <> 'executing' OR NOT custody.has_quorum(wanted.id, NEW.granted_at)
           OR wanted.parameters ->> 'review_by' IS DISTINCT FROM custody.us(NEW.review_by)::text OR wanted.requester <> NEW.requested_by
           OR wanted.parameters ->> 'key' IS DISTINCT FROM NEW.key::text OR NEW.ended_seq IS NOT NULL
           OR NOT EXISTS (SELECT FROM custody.ledger_entry AS e WHERE e.seq = NEW.granted_seq AND e.verb = 'request.applied'
                          AND e.subject = wanted.id::text AND e.recorded_at = NEW.granted_at)
           OR NOT EXISTS (SELECT FROM custody.seal AS s WHERE s.request = wanted.id AND s.seq = NEW.accepted_seq AND s.decision = 'approve'
                          AND s.operator = NEW.accepted_by AND s.role = 'risk_acceptance' AND NOT s.is_requester))) THEN
        RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = 'shared_key_fixed', DETAIL = jsonb_build_object('shared_key', NEW.id)::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_shared_key BEFORE INSERT OR UPDATE ON custody.shared_key FOR EACH ROW EXECUTE FUNCTION custody.guard_shared_key();
ALTER TABLE custody.shared_key ENABLE ALWAYS TRIGGER guard_shared_key;
SELECT custody.keep_rows('shared_key', 'DELETE');

-- Tenants that a key serves: its own, and for a KEK those whose DEKs it wraps.
CREATE FUNCTION custody.tenants_served(wanted uuid) RETURNS int
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT t.tenant)::int FROM (
        SELECT k.tenant FROM custody.key AS k WHERE k.id = wanted
        UNION ALL SELECT d.tenant FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
                  WHERE w.kek = wanted AND custody.is_live(d.state)) AS t
$$;

CREATE FUNCTION custody.is_shared_with_leave(key uuid, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.shared_key AS s WHERE s.key = is_shared_with_leave.key AND s.ended_seq IS NULL
                   AND s.review_by > is_shared_with_leave.now)
$$;

-- The longest time until a shared key is looked at again.
CREATE FUNCTION custody.shared_key_term() RETURNS int
LANGUAGE sql STABLE AS $$
    SELECT least(coalesce(custody.setting_value('shared_key_term_days_max')::int, 365), custody.exception_term_ceiling())
$$;

CREATE FUNCTION custody.share_key_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    it custody.target := custody.the_target(targets);
    found custody.key;
BEGIN
    PERFORM custody.only_parameters(plan, '{key,decision_record,justification,controls,review_by,acceptance}'),
            custody.plan_line(plan, 'decision_record', 200), custody.plan_prose(plan, 'justification', 4000),
            custody.plan_prose(plan, 'controls', 4000);
    SELECT * INTO found FROM custody.key AS k WHERE k.id = custody.text_id(custody.plan_line(plan, 'key', 36), 'key');
    IF custody.is_live(found.state) IS NOT TRUE THEN
        PERFORM custody.fail('key_unknown', jsonb_build_object('key', plan.parameters ->> 'key'));
    ELSIF found.kind = 'dek' THEN
        -- R-10: a DEK serves one integration of one tenant, and no decision changes that.
        PERFORM custody.fail('key_not_shareable', jsonb_build_object('key', found.id, 'kind', found.kind));
    ELSIF plan.parameters ->> 'acceptance' IS DISTINCT FROM 'I accept the risk of this key serving several tenants until its review date.' THEN
        PERFORM custody.unfit('acceptance');
    ELSIF it.name <> found.name OR it.version <> '' THEN
        PERFORM custody.unfit('target');
    ELSIF EXISTS (SELECT FROM custody.shared_key AS s WHERE s.id = it.key) OR EXISTS (SELECT FROM custody.key AS k WHERE k.id = it.key)
          OR EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = it.key) OR EXISTS (SELECT FROM custody.hold AS h WHERE h.id = it.key)
          OR EXISTS (SELECT FROM custody.exception_request AS q WHERE q.exception = it.key) THEN
        PERFORM custody.fail('shared_key_known', jsonb_build_object('shared_key', it.key));
    END IF;
    PERFORM custody.check_expiry(plan, custody.plan_moment(plan, 'review_by'), custody.shared_key_term(), custody.clock());
END
$$;

CREATE FUNCTION custody.share_key_facts(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'status', CASE WHEN EXISTS (SELECT FROM custody.shared_key AS s WHERE s.id = wanted) THEN 'shared' ELSE 'absent' END
$$;

-- An entry of the register for a key that has one takes its place.
CREATE FUNCTION custody.share_key_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_key uuid := (plan.parameters ->> 'key')::uuid;
    accepted custody.seal := custody.acceptance_of(held.request, act.now);
    previous uuid := (SELECT s.id FROM custody.shared_key AS s WHERE s.key = its_key AND s.ended_seq IS NULL);
BEGIN
    UPDATE custody.shared_key AS s SET ended_at = act.now, ended_by = plan.requester, ended_seq = act.seq, successor = held.key
    WHERE s.id = previous;
    INSERT INTO custody.shared_key (id, key, request, decision_record, justification, controls, tenants, requested_by, granted_at, granted_seq,
                                    accepted_by, accepted_seq, acceptance, term_days_max, review_by)
    VALUES (held.key, its_key, held.request, plan.parameters ->> 'decision_record', plan.parameters ->> 'justification',
            plan.parameters ->> 'controls', custody.tenants_served(its_key), plan.requester, act.now, act.seq, accepted.operator, accepted.seq,
            plan.parameters ->> 'acceptance', custody.shared_key_term(), custody.plan_moment(plan, 'review_by'));
END
$$;

-- R-34: one person, at once: from now on the sharing is a violation.
CREATE FUNCTION custody.do_withdraw_shared_key(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['shared_key.withdrawn'], 'shared_key', 'session');
    found custody.shared_key;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops,engineering}'), custody.require_purpose(act);
    SELECT * INTO found FROM custody.shared_key AS s WHERE s.id = custody.text_id(act.subject, 'subject');
    IF found.id IS NULL THEN
        PERFORM custody.fail('shared_key_unknown', jsonb_build_object('shared_key', act.subject));
    ELSIF found.ended_seq IS NOT NULL THEN
        PERFORM custody.fail('shared_key_over', jsonb_build_object('shared_key', found.id));
    END IF;
    act := custody.append(act);
    UPDATE custody.shared_key AS s SET ended_at = act.now, ended_by = act.actor, ended_seq = act.seq WHERE s.id = found.id;
    PERFORM custody.list_for_review(act, 'protective_act', 'shared_key', found.id::text);
    RETURN custody.accepted(act, jsonb_build_object('key', found.key));
END
$$;

SELECT custody.publish_verb('remind_exception', '{security,devops,engineering,agent}');
SELECT custody.publish_verb('review_exceptions', '{security}');
SELECT custody.publish_verb('withdraw_shared_key', '{security,devops,engineering}');

SELECT custody.own_everything();

GRANT SELECT ON custody.exception_reminder, custody.exception_review, custody.shared_key
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.exception_lines(timestamptz), custody.exceptions_unanswered(timestamptz),
    custody.clause_covers(text, text),
    custody.covering_exception(text, uuid, timestamptz), custody.exceptions_to_remind(text, timestamptz), custody.reminder_days(),
    custody.exceptions_seen(timestamptz), custody.field(bytea), custody.us(timestamptz), custody.exception_review_standing(timestamptz),
    custody.is_shared_with_leave(uuid, timestamptz), custody.shared_key_term(), custody.tenants_served(uuid),
    -- Constant in constraints, which the planner looks into when it reads for whoever asks.
    custody.exception_term_ceiling(), custody.exception_keys_max(), custody.exception_words_max(), custody.exception_reach_max(),
    custody.is_clean(text)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
