-- R-85: what is done at regular times: the policy's review, the audit of the encryption system, another audit after each incident that
-- ended, a restore drill of backup keys; beside them the reviews of 0043 and 0051. Each has a date, and evidence of the last time.

-- Cycles that had begun before there was a register. The policy's next review was to be in March 2026.
CREATE TABLE custody.duty_begin (
    duty text PRIMARY KEY,
    due_at timestamptz NOT NULL
);
INSERT INTO custody.duty_begin VALUES ('policy_review', '2026-03-31T23:59:59Z');
SELECT custody.keep_rows('duty_begin', 'UPDATE OR DELETE');

-- Reviews of the policy and audits, each with the document that is the evidence: by its name and digest, the console having read the file.
CREATE TABLE custody.duty_record (
    seq bigint PRIMARY KEY REFERENCES custody.review_item,
    duty text NOT NULL CHECK (duty IN ('policy_review', 'system_audit', 'incident_audit')),
    by uuid NOT NULL REFERENCES custody.operator,
    at timestamptz NOT NULL,
    -- The incident that an audit follows.
    incident uuid REFERENCES custody.hold,
    evidence_name text NOT NULL CHECK (length(evidence_name) BETWEEN 1 AND 200 AND custody.is_clean(evidence_name)),
    evidence_digest bytea NOT NULL CHECK (length(evidence_digest) = 32),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 4000),
    CHECK ((duty = 'incident_audit') = (incident IS NOT NULL))
);
CREATE INDEX duty_record_of ON custody.duty_record (duty, seq DESC);
SELECT custody.keep_rows('duty_record', 'UPDATE OR DELETE');

CREATE FUNCTION custody.do_record_duty(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['policy.reviewed', 'system.audited'], 'custody', 'device');
    its_name text := custody.attr_filled(act, 'evidence_name');
    its_digest bytea := custody.attr_hex(act, 'evidence_digest', 32);
    its_incident uuid := CASE WHEN act.verb = 'system.audited' AND custody.attr(act, 'incident') <> ''
                              THEN custody.attr_id(act, 'incident') END;
    found custody.hold;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security}'), custody.require_purpose(act);
    IF custody.text_id(act.subject, 'subject') <> act.custody THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', act.custody));
    ELSIF length(act.purpose) > 4000 OR length(its_name) > 200 THEN
        PERFORM custody.fail('text_too_long', jsonb_build_object('what', 'note or evidence_name', 'max', 4000));
    ELSIF NOT custody.is_clean(its_name) THEN
        PERFORM custody.fail('text_unclean', jsonb_build_object('what', 'evidence_name'));
    END IF;
    IF its_incident IS NOT NULL THEN
        SELECT * INTO found FROM custody.hold AS h WHERE h.id = its_incident AND h.kind = 'incident';
        IF found.id IS NULL THEN
            PERFORM custody.fail('hold_unknown', jsonb_build_object('hold', its_incident));
        ELSIF found.lifted_seq IS NULL THEN
            PERFORM custody.fail('incident_open', jsonb_build_object('hold', its_incident));
        END IF;
    END IF;
    act := custody.append(act);
    PERFORM custody.list_for_review(act, 'duty', 'custody', act.subject);
    INSERT INTO custody.duty_record (seq, duty, by, at, incident, evidence_name, evidence_digest, note)
    VALUES (act.seq, CASE WHEN act.verb = 'policy.reviewed' THEN 'policy_review' WHEN its_incident IS NULL THEN 'system_audit'
                          ELSE 'incident_audit' END,
            act.actor, act.now, its_incident, its_name, its_digest, act.purpose);
    RETURN custody.accepted(act);
END
$$;

-- Incidents that ended and had no audit since that a second person looked at.
CREATE FUNCTION custody.incidents_unaudited() RETURNS SETOF custody.hold
LANGUAGE sql STABLE AS $$
    SELECT h.* FROM custody.hold AS h
    WHERE h.kind = 'incident' AND h.lifted_seq IS NOT NULL AND NOT EXISTS (
        SELECT FROM custody.duty_record AS d JOIN custody.review_item AS r ON r.seq = d.seq
        WHERE d.incident = h.id AND r.signed_off_seq IS NOT NULL)
$$;

-- Every duty with the last time that counts and when it is due next. What one person recorded counts once a second one looked at it:
-- nobody alone stops the days from being counted. `waits` is the newest record that nobody has looked at yet.
CREATE FUNCTION custody.schedule(now timestamptz) RETURNS TABLE (
    duty text, every_days int, last_at timestamptz, last_by uuid, last_seq bigint, due_at timestamptz, waits bigint, open bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'transition_review', t.every_days, t.last_at, t.last_by, t.last_seq, t.due_at, NULL::bigint, 1::bigint
    FROM custody.transition_review_standing(schedule.now) AS t
    UNION ALL
    SELECT 'exception_review', x.every_days, x.last_at, x.last_by, x.last_seq, x.due_at, NULL, 1
    FROM custody.exception_review_standing(schedule.now) AS x
    UNION ALL
    SELECT d.duty, e.days, l.at, l.by, l.seq,
           coalesce(l.at + custody.days(e.days), b.due_at, f.recorded_at + custody.days(e.days)),
           CASE WHEN d.duty <> 'restore_drill' THEN (
               SELECT w.seq FROM custody.duty_record AS w JOIN custody.review_item AS r ON r.seq = w.seq
               WHERE w.duty = d.duty AND r.signed_off_seq IS NULL ORDER BY w.seq DESC LIMIT 1) END, 1
    FROM (VALUES ('policy_review', 'policy_review_days'), ('system_audit', 'system_audit_days'),
                 ('restore_drill', 'restore_drill_days')) AS d (duty, setting)
    CROSS JOIN LATERAL (SELECT coalesce(custody.setting_value(d.setting)::int, 365) AS days) AS e
    LEFT JOIN custody.ledger_entry AS f ON f.seq = 1
    LEFT JOIN custody.duty_begin AS b ON b.duty = d.duty
    LEFT JOIN LATERAL (
        SELECT r.at, r.by, r.seq FROM custody.duty_record AS r JOIN custody.review_item AS i ON i.seq = r.seq
        WHERE r.duty = d.duty AND i.signed_off_seq IS NOT NULL
        UNION ALL SELECT q.at, q.by, q.seq FROM custody.restore_drill AS q WHERE d.duty = 'restore_drill'
        ORDER BY seq DESC LIMIT 1) AS l ON true
    UNION ALL
    SELECT 'incident_audit', e.days, l.at, l.by, l.seq, w.since + custody.days(e.days),
           (SELECT r.seq FROM custody.duty_record AS r JOIN custody.review_item AS i ON i.seq = r.seq
            WHERE r.duty = 'incident_audit' AND i.signed_off_seq IS NULL ORDER BY r.seq DESC LIMIT 1), w.open
    FROM (SELECT coalesce(custody.setting_value('incident_audit_days')::int, 30) AS days) AS e
    CROSS JOIN (SELECT min(h.lifted_at) AS since, count(*) AS open FROM custody.incidents_unaudited() AS h) AS w
    LEFT JOIN LATERAL (
        SELECT r.at, r.by, r.seq FROM custody.duty_record AS r JOIN custody.review_item AS i ON i.seq = r.seq
        WHERE r.duty = 'incident_audit' AND i.signed_off_seq IS NOT NULL ORDER BY r.seq DESC LIMIT 1) AS l ON true
$$;

SELECT custody.publish_verb('record_duty', '{security}');
SELECT custody.own_everything();

GRANT SELECT ON custody.duty_record, custody.duty_begin
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.incidents_unaudited(), custody.schedule(timestamptz)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
