-- What two people decide about people: enrolment, further devices, roles, coming back. And what shows that those who must sign can:
-- lost devices followed to their end, rehearsals, acknowledged duties, quorums that nobody could meet.

-- What a plan about somebody depends on.
CREATE FUNCTION custody.facts_of_operator(wanted uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$
    SELECT 'status', coalesce((SELECT o.status FROM custody.operator AS o WHERE o.id = wanted), 'absent')
    UNION ALL SELECT 'roles', coalesce((SELECT string_agg(r.role, ',' ORDER BY r.role) FROM custody.operator_role AS r
                                        WHERE r.operator = wanted), '')
$$;
CREATE FUNCTION custody.enrol_operator_facts(uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT * FROM custody.facts_of_operator($1) $$;
CREATE FUNCTION custody.enrol_device_facts(uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT * FROM custody.facts_of_operator($1) $$;
CREATE FUNCTION custody.grant_role_facts(uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT * FROM custody.facts_of_operator($1) $$;
CREATE FUNCTION custody.reinstate_operator_facts(uuid) RETURNS TABLE (part text, answer text)
LANGUAGE sql STABLE AS $$ SELECT * FROM custody.facts_of_operator($1) $$;

-- An address with a tag is the same person's.
CREATE FUNCTION custody.person_key(person text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lower(regexp_replace(person, '\+[^@]*@', '@')) $$;

CREATE FUNCTION custody.plan_text(plan custody.plan, name text, length_max int) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    value text := plan.parameters ->> name;
BEGIN
    IF value IS NULL OR length(value) NOT BETWEEN 1 AND length_max OR NOT custody.is_clean(value) OR value <> btrim(value) THEN
        PERFORM custody.unfit(name);
    END IF;
    RETURN value;
END
$$;

-- A login that may become somebody's: it is there, has no powers, and is in none of the groups, which enrolment puts it in.
CREATE FUNCTION custody.check_login(login text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found pg_roles;
    why text;
BEGIN
    SELECT * INTO found FROM pg_roles AS r WHERE r.rolname = login;
    why := CASE
        WHEN found.oid IS NULL THEN 'there is no such login'
        WHEN NOT found.rolcanlogin OR NOT found.rolinherit THEN 'it can not log in, or does not inherit from its groups'
        WHEN found.rolsuper OR found.rolcreaterole OR found.rolcreatedb OR found.rolreplication OR found.rolbypassrls
            THEN 'it has powers that an operator must not have'
        WHEN EXISTS (SELECT FROM pg_database AS d WHERE d.datdba = found.oid) THEN 'it owns a database'
        WHEN EXISTS (SELECT FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
                     WHERE m.member = found.oid AND (g.rolname LIKE 'countersign\_%' OR g.rolname LIKE 'pg\_%'))
            THEN 'it is in a group already: enrolment is what puts it in one'
    END;
    IF why IS NOT NULL THEN
        PERFORM custody.fail('login_unfit', jsonb_build_object('login', login, 'why', why));
    END IF;
END
$$;

-- R-35, R-36: which roles go together. An auditor changes nothing, an agent executes and nothing else, other programs read.
CREATE FUNCTION custody.check_roles(kind text, roles text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    allowed text[] := CASE kind WHEN 'operator' THEN '{security,devops,engineering,auditor,risk_acceptance}'
                                WHEN 'agent' THEN '{agent}' ELSE '{auditor}' END;
BEGIN
    IF cardinality(roles) = 0 OR NOT roles <@ allowed OR (SELECT count(DISTINCT r) FROM unnest(roles) AS r) <> cardinality(roles) THEN
        PERFORM custody.fail('role_unfit', jsonb_build_object('kind', kind, 'roles', roles, 'wanted', allowed));
    ELSIF 'auditor' = ANY (roles) AND cardinality(roles) > 1 THEN
        PERFORM custody.fail('role_unfit', jsonb_build_object('role', 'auditor', 'why', 'whoever reads everything changes nothing'));
    ELSIF 'risk_acceptance' = ANY (roles) AND NOT 'security' = ANY (roles) THEN
        PERFORM custody.fail('role_unfit', jsonb_build_object('role', 'risk_acceptance', 'why', 'goes with security'));
    END IF;
END
$$;

-- The waiting time is in the plan, so that the ledger alone says from when on a role counts.
CREATE FUNCTION custody.check_cool_down(plan custody.plan) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF custody.plan_number(plan, 'cool_down_hours', 0, 8760) <> custody.setting_value('role_cool_down_hours')::bigint THEN
        PERFORM custody.unfit('cool_down_hours');
    END IF;
END
$$;

-- An enrolment card in a plan (docs/formats/enrolment-card.md). That its proof verifies is for consoles and for whoever reads the
-- ledger: this database can't verify Ed25519.
CREATE FUNCTION custody.check_card(plan custody.plan) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    its_key bytea;
BEGIN
    PERFORM custody.plan_text(plan, 'device_name', 100);
    IF plan.parameters ->> 'founding' IS DISTINCT FROM (SELECT encode(l.hash, 'hex') FROM custody.ledger_entry AS l WHERE l.seq = 1) THEN
        PERFORM custody.unfit('founding');
    ELSIF (plan.parameters ->> 'public_key' ~ '^[0-9a-f]{64}$') IS NOT TRUE THEN
        PERFORM custody.unfit('public_key');
    ELSIF (plan.parameters ->> 'proof' ~ '^[0-9a-f]{128}$') IS NOT TRUE THEN
        PERFORM custody.unfit('proof');
    END IF;
    its_key := decode(plan.parameters ->> 'public_key', 'hex');
    IF EXISTS (SELECT FROM custody.device AS d WHERE d.public_key = its_key)
       OR EXISTS (SELECT FROM custody.session AS s WHERE s.public_key = its_key) THEN
        PERFORM custody.fail('key_known', jsonb_build_object('why', 'a device key is made for one enrolment'));
    END IF;
END
$$;

CREATE FUNCTION custody.plan_roles(plan custody.plan) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(string_to_array(nullif(plan.parameters ->> 'roles', ''), ','), '{}') $$;

CREATE FUNCTION custody.enrol_operator_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    its_kind text := plan.parameters ->> 'kind';
    its_person text := plan.parameters ->> 'person';
    its_name text := custody.plan_text(plan, 'name', 100);
    its_login text := custody.plan_text(plan, 'login', 63);
BEGIN
    IF EXISTS (SELECT FROM custody.operator AS o WHERE o.id = target.key) THEN
        PERFORM custody.fail('operator_known', jsonb_build_object('operator', target.key));
    ELSIF target.name <> its_name OR target.version <> '' THEN
        PERFORM custody.unfit('target');
    ELSIF (its_kind IN ('operator', 'agent', 'service', 'ai')) IS NOT TRUE THEN
        PERFORM custody.unfit('kind');
    ELSIF (its_person ~ '^[!-~]{3,200}$') IS NOT TRUE THEN
        PERFORM custody.unfit('person');
    ELSIF EXISTS (SELECT FROM custody.operator AS o WHERE custody.person_key(o.person) = custody.person_key(its_person)) THEN
        PERFORM custody.fail('same_person', jsonb_build_object('person', its_person));
    ELSIF EXISTS (SELECT FROM custody.operator AS o WHERE lower(o.name) = lower(its_name) AND o.status <> 'left')
          OR EXISTS (SELECT FROM custody.operator AS o WHERE o.login = its_login) THEN
        PERFORM custody.fail('name_taken', jsonb_build_object('name', its_name, 'login', its_login));
    END IF;
    PERFORM custody.check_login(its_login), custody.check_roles(its_kind, custody.plan_roles(plan)), custody.check_cool_down(plan);
    IF its_kind IN ('operator', 'agent') THEN
        PERFORM custody.check_card(plan);
    ELSIF plan.parameters ?| '{public_key,proof,device_name}' THEN
        -- R-35.
        PERFORM custody.fail('not_human', jsonb_build_object('kind', its_kind, 'why', 'it holds no key'));
    END IF;
END
$$;

-- The operator whom a plan names, as the card in it must name them too.
CREATE FUNCTION custody.planned_operator(plan custody.plan, targets custody.target[]) RETURNS custody.operator
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target custody.target := custody.the_target(targets);
    found custody.operator;
BEGIN
    SELECT * INTO found FROM custody.operator AS o WHERE o.id = target.key;
    IF found.id IS NULL THEN
        PERFORM custody.fail('operator_unknown', jsonb_build_object('operator', target.key));
    ELSIF found.name <> target.name OR target.version <> '' THEN
        PERFORM custody.unfit('target');
    ELSIF plan.parameters ? 'public_key' AND (plan.parameters ->> 'kind', plan.parameters ->> 'person', plan.parameters ->> 'name',
                                              plan.parameters ->> 'login')
          IS DISTINCT FROM (found.kind, found.person, found.name, found.login) THEN
        PERFORM custody.unfit('card');
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION custody.enrol_device_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.operator := custody.planned_operator(plan, targets);
BEGIN
    IF found.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', found.status));
    ELSIF found.kind NOT IN ('operator', 'agent') THEN
        PERFORM custody.fail('not_human', jsonb_build_object('kind', found.kind));
    END IF;
    PERFORM custody.check_card(plan);
END
$$;

CREATE FUNCTION custody.grant_role_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.operator := custody.planned_operator(plan, targets);
    held text[] := (SELECT coalesce(array_agg(r.role), '{}') FROM custody.operator_role AS r WHERE r.operator = found.id);
    wanted text[] := custody.plan_roles(plan);
BEGIN
    IF found.status <> 'active' THEN
        PERFORM custody.fail('operator_inactive', jsonb_build_object('status', found.status));
    ELSIF found.kind <> 'operator' THEN
        PERFORM custody.fail('not_human', jsonb_build_object('kind', found.kind));
    ELSIF wanted && held THEN
        PERFORM custody.fail('role_held', jsonb_build_object('held', held));
    END IF;
    PERFORM custody.check_roles(found.kind, held || wanted), custody.check_cool_down(plan);
END
$$;

-- Old keys never count again: who comes back brings a card of a new one, and gets the roles that the plan says.
CREATE FUNCTION custody.reinstate_operator_check(plan custody.plan, targets custody.target[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found custody.operator := custody.planned_operator(plan, targets);
BEGIN
    IF found.status = 'active' THEN
        PERFORM custody.fail('operator_active', jsonb_build_object('operator', found.id));
    ELSIF found.kind NOT IN ('operator', 'agent') THEN
        IF plan.parameters ? 'public_key' THEN
            PERFORM custody.fail('not_human', jsonb_build_object('kind', found.kind));
        END IF;
    ELSE
        PERFORM custody.check_card(plan);
    END IF;
    PERFORM custody.check_login(found.login), custody.check_roles(found.kind, custody.plan_roles(plan)), custody.check_cool_down(plan);
END
$$;

CREATE FUNCTION custody.give_roles(act custody.act, plan custody.plan, who custody.operator) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO custody.operator_role (operator, role, granted_at, effective_at, granted_seq)
    SELECT who.id, role, act.now, act.entry_time + make_interval(hours => (plan.parameters ->> 'cool_down_hours')::int), act.seq
    FROM unnest(custody.plan_roles(plan)) AS role;
    PERFORM custody.join_groups(who.login, custody.plan_roles(plan));
END
$$;

CREATE FUNCTION custody.give_device(act custody.act, plan custody.plan, who custody.operator) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO custody.device (key_id, public_key, operator, name, enrolled_seq)
    SELECT sha256(decode(plan.parameters ->> 'public_key', 'hex')), decode(plan.parameters ->> 'public_key', 'hex'), who.id,
           plan.parameters ->> 'device_name', act.seq
    WHERE plan.parameters ? 'public_key'
$$;

CREATE FUNCTION custody.enrol_operator_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    made custody.operator;
BEGIN
    INSERT INTO custody.operator (id, person, name, login, kind, enrolled_seq, changed_seq)
    VALUES (held.key, plan.parameters ->> 'person', plan.parameters ->> 'name', plan.parameters ->> 'login',
            plan.parameters ->> 'kind', act.seq, act.seq) RETURNING * INTO made;
    PERFORM custody.give_roles(act, plan, made), custody.give_device(act, plan, made);
END
$$;

CREATE FUNCTION custody.changed_operator(act custody.act, wanted uuid, its_status text) RETURNS custody.operator
LANGUAGE sql AS $$
    UPDATE custody.operator AS o SET changed_seq = act.seq, status = its_status WHERE o.id = wanted RETURNING o.*
$$;

CREATE FUNCTION custody.enrol_device_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE sql AS $$ SELECT custody.give_device(act, plan, custody.changed_operator(act, held.key, 'active')) $$;

CREATE FUNCTION custody.grant_role_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE sql AS $$ SELECT custody.give_roles(act, plan, custody.changed_operator(act, held.key, 'active')) $$;

CREATE FUNCTION custody.reinstate_operator_apply(act custody.act, held custody.run, plan custody.plan) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    back custody.operator := custody.changed_operator(act, held.key, 'active');
BEGIN
    PERFORM custody.give_roles(act, plan, back), custody.give_device(act, plan, back);
END
$$;

-- R-46: a lost device. Its key is out of trust from the report on; the clock for wiping it runs from the loss.
CREATE TABLE custody.lost_device (
    device bytea PRIMARY KEY REFERENCES custody.device,
    lost_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    reported_by uuid NOT NULL REFERENCES custody.operator,
    reported_seq bigint NOT NULL UNIQUE REFERENCES custody.ledger_entry,
    due_at timestamptz NOT NULL CHECK (due_at > lost_at),
    wiped_at timestamptz,
    evidence text CHECK (length(evidence) BETWEEN 1 AND 4000),
    wiped_by uuid REFERENCES custody.operator,
    wiped_seq bigint UNIQUE REFERENCES custody.ledger_entry,
    CHECK ((wiped_at IS NULL) = (wiped_seq IS NULL) AND (wiped_at IS NULL) = (evidence IS NULL) AND (wiped_at IS NULL) = (wiped_by IS NULL))
);

CREATE FUNCTION custody.do_report_lost_device(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['device.reported_lost'], 'device', 'session');
    found custody.device := custody.known_device(act);
    its_loss timestamptz := custody.attr_time(act, 'lost_at');
    due timestamptz := its_loss + make_interval(hours => coalesce(custody.setting_value('lost_device_hours'), '4')::int);
    broken text[];
BEGIN
    PERFORM custody.check_past(its_loss, act.now, 'lost_at');
    IF EXISTS (SELECT FROM custody.lost_device AS l WHERE l.device = found.key_id) THEN
        PERFORM custody.fail('loss_known', jsonb_build_object('device', found.name));
    END IF;
    IF found.status = 'active' THEN
        broken := custody.fail_if_breaks_quorum(act, found.operator, '{}', ARRAY[found.key_id], true);
    END IF;
    act := custody.append(act);
    INSERT INTO custody.lost_device (device, lost_at, reported_at, reported_by, reported_seq, due_at)
    VALUES (found.key_id, its_loss, act.now, act.actor, act.seq, due);
    RETURN custody.accepted(act, custody.end_device(act, found, coalesce(broken, '{}'))
                                 || jsonb_build_object('due_at', custody.us(due), 'late', act.now > due));
END
$$;

CREATE FUNCTION custody.do_record_wiped(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['device.wiped'], 'device', 'session');
    found custody.device := custody.known_device(act);
    its_wipe timestamptz := custody.attr_time(act, 'wiped_at');
    loss custody.lost_device;
BEGIN
    SELECT * INTO loss FROM custody.lost_device AS l WHERE l.device = found.key_id;
    IF loss.device IS NULL THEN
        PERFORM custody.fail('loss_unknown', jsonb_build_object('device', found.name));
    ELSIF loss.wiped_seq IS NOT NULL THEN
        PERFORM custody.fail('already_wiped', jsonb_build_object('seq', loss.wiped_seq));
    ELSIF its_wipe < loss.lost_at THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'wiped_at', 'why', 'before the loss'));
    END IF;
    PERFORM custody.check_past(its_wipe, act.now, 'wiped_at');
    act := custody.append(act);
    UPDATE custody.lost_device AS l SET wiped_at = its_wipe, evidence = act.purpose, wiped_by = act.actor, wiped_seq = act.seq
    WHERE l.device = found.key_id;
    RETURN custody.accepted(act, jsonb_build_object('late', its_wipe > loss.due_at));
END
$$;

-- Where each lost device stands at this moment: `waiting`, `late`, `wiped` or `wiped_late`.
CREATE FUNCTION custody.lost_devices(now timestamptz)
RETURNS TABLE (device bytea, device_name text, operator uuid, operator_name text, lost_at timestamptz, reported_at timestamptz,
               due_at timestamptz, wiped_at timestamptz, evidence text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.device, d.name, o.id, o.name, l.lost_at, l.reported_at, l.due_at, l.wiped_at, l.evidence, CASE
        WHEN l.wiped_at > l.due_at THEN 'wiped_late' WHEN l.wiped_at IS NOT NULL THEN 'wiped'
        WHEN now >= l.due_at THEN 'late' ELSE 'waiting' END
    FROM custody.lost_device AS l JOIN custody.device AS d ON d.key_id = l.device JOIN custody.operator AS o ON o.id = d.operator
    ORDER BY l.wiped_seq IS NOT NULL, l.due_at
$$;

-- R-38: custodians show that they are there, and that they know what they answer for.
CREATE TABLE custody.duty_text (
    version int PRIMARY KEY CHECK (version >= 1),
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 3800 AND custody.is_clean_prose(words))
);
INSERT INTO custody.duty_text VALUES (1,
'I am a custodian of cryptographic keys. I keep my device key and its passphrase to myself and lend them to nobody.
I sign only what I have read and understood, and I refuse what I do not understand.
I do not countersign what I asked for myself, nor under pressure; I report whoever asks me to.
I report a lost device within four hours, and a suspicion at once.
I act when a signature of mine is needed, or say in time that I cannot.');

CREATE TABLE custody.proof_of_life (
    seq bigint PRIMARY KEY REFERENCES custody.ledger_entry,
    operator uuid NOT NULL REFERENCES custody.operator,
    kind text NOT NULL CHECK (kind IN ('rehearsal', 'acknowledgement')),
    at timestamptz NOT NULL,
    device bytea NOT NULL REFERENCES custody.device,
    version int REFERENCES custody.duty_text,
    CHECK ((kind = 'acknowledgement') = (version IS NOT NULL))
);
CREATE INDEX proof_of_life_of ON custody.proof_of_life (operator, kind, seq DESC);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['proof_of_life', 'duty_text', 'ended_role'] LOOP
        EXECUTE format('CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON custody.%I
                        FOR EACH ROW EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON custody.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change()', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_row_change', guarded);
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

CREATE FUNCTION custody.do_sign_rehearsal(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['rehearsal.signed'], 'operator', 'device');
BEGIN
    PERFORM custody.require_human(act);
    IF custody.text_id(act.subject, 'subject') <> act.actor THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'everybody rehearses for themselves'));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.proof_of_life VALUES (act.seq, act.actor, 'rehearsal', act.now, act.key_ids[1], NULL);
    RETURN custody.accepted(act);
END
$$;

CREATE FUNCTION custody.do_acknowledge_duties(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['duties.acknowledged'], 'operator', 'device');
    its_version bigint := custody.attr_count(act, 'version');
    duties custody.duty_text;
BEGIN
    PERFORM custody.require_human(act);
    IF custody.text_id(act.subject, 'subject') <> act.actor THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'everybody acknowledges for themselves'));
    END IF;
    SELECT * INTO STRICT duties FROM custody.duty_text AS t ORDER BY t.version DESC LIMIT 1;
    -- What was acknowledged stands in the entry, word for word.
    IF its_version <> duties.version OR custody.attr(act, 'words') <> duties.words THEN
        PERFORM custody.fail('duties_differ', jsonb_build_object('version', duties.version));
    END IF;
    act := custody.append(act);
    INSERT INTO custody.proof_of_life VALUES (act.seq, act.actor, 'acknowledgement', act.now, act.key_ids[1], duties.version);
    RETURN custody.accepted(act);
END
$$;

-- When each custodian last showed that they can sign, and acknowledged their duties, and until when they must again. A seal shows it
-- as well as a rehearsal: both need the device key unlocked afresh. Half open: overdue from the moment itself on.
CREATE FUNCTION custody.proofs_of_life(now timestamptz)
RETURNS TABLE (operator uuid, name text, proven_at timestamptz, rehearse_by timestamptz, rehearsal_overdue boolean,
               acknowledged_at timestamptz, acknowledged_version int, acknowledge_by timestamptz, acknowledgement_overdue boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH custodians AS (
        SELECT o.id, o.name, e.recorded_at AS since,
               greatest((SELECT max(p.at) FROM custody.proof_of_life AS p WHERE p.operator = o.id AND p.kind = 'rehearsal'),
                        (SELECT max(s.sealed_at) FROM custody.seal AS s WHERE s.operator = o.id)) AS proven,
               (SELECT max(p.at) FROM custody.proof_of_life AS p WHERE p.operator = o.id AND p.kind = 'acknowledgement') AS acknowledged,
               (SELECT max(p.version) FROM custody.proof_of_life AS p WHERE p.operator = o.id) AS version
        FROM custody.operator AS o JOIN custody.ledger_entry AS e ON e.seq = o.enrolled_seq
        WHERE o.kind = 'operator' AND o.status = 'active' AND EXISTS (
            SELECT FROM custody.operator_role AS r WHERE r.operator = o.id AND r.role <> 'auditor')
    ), dated AS (
        SELECT c.*, coalesce(c.proven, c.since) + custody.days(coalesce(custody.setting_value('rehearsal_days'), '90')::int) AS prove_by,
               -- New custodians have two weeks to read what they answer for.
               coalesce(c.acknowledged + custody.days(coalesce(custody.setting_value('acknowledgement_days'), '365')::int),
                        c.since + custody.days(14)) AS know_by
        FROM custodians AS c
    )
    SELECT d.id, d.name, d.proven, d.prove_by, now >= d.prove_by, d.acknowledged, d.version, d.know_by, now >= d.know_by
    FROM dated AS d ORDER BY d.name, d.id
$$;

-- R-38: operations that no two people could bring to force at this moment (`too_few`), or only with somebody who has not shown for
-- too long that they can sign (`not_proven`).
CREATE FUNCTION custody.unmet_quorums(now timestamptz) RETURNS TABLE (operation text, why text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH able AS MATERIALIZED (SELECT * FROM custody.could_seal(now, NULL, '{}', '{}')),
    silent AS MATERIALIZED (SELECT p.operator FROM custody.proofs_of_life(now) AS p WHERE p.rehearsal_overdue),
    unmet AS MATERIALIZED (SELECT custody.operations_unmet(now, NULL, '{}', '{}') AS operation),
    unproven AS (
        SELECT q.operation FROM custody.quorum_rule AS q
        WHERE q.version = custody.quorum_version() AND NOT EXISTS (SELECT FROM unmet AS u WHERE u.operation = q.operation)
          AND NOT EXISTS (
            SELECT FROM custody.quorum_pair AS p JOIN able AS a ON a.role = p.requester_role
            JOIN able AS b ON b.role = p.countersigner_role AND b.person <> a.person
            WHERE p.version = q.version AND p.operation = q.operation
              AND a.operator NOT IN (SELECT s.operator FROM silent AS s) AND b.operator NOT IN (SELECT s.operator FROM silent AS s)
            GROUP BY a.operator, a.role HAVING count(DISTINCT b.person) >= greatest(q.minimum, 2) - 1)
    )
    SELECT f.operation, f.why, jsonb_build_object(
        'minimum', (SELECT greatest(q.minimum, 2) FROM custody.quorum_rule AS q
                    WHERE q.version = custody.quorum_version() AND q.operation = f.operation),
        'may_request', (SELECT coalesce(jsonb_agg(DISTINCT a.name), '[]') FROM able AS a JOIN custody.quorum_pair AS p
                        ON p.version = custody.quorum_version() AND p.operation = f.operation AND p.requester_role = a.role),
        'may_countersign', (SELECT coalesce(jsonb_agg(DISTINCT a.name), '[]') FROM able AS a JOIN custody.quorum_pair AS p
                            ON p.version = custody.quorum_version() AND p.operation = f.operation AND p.countersigner_role = a.role))
    FROM (SELECT u.operation, 'too_few' FROM unmet AS u UNION ALL SELECT n.operation, 'not_proven' FROM unproven AS n) AS f (operation, why)
    ORDER BY f.operation
$$;

SELECT custody.publish_verb('report_lost_device', '{security,devops,engineering}');
SELECT custody.publish_verb('record_wiped', '{security,devops,engineering}');
SELECT custody.publish_verb('sign_rehearsal', '{security,devops,engineering}');
SELECT custody.publish_verb('acknowledge_duties', '{security,devops,engineering}');

SELECT custody.own_everything();

GRANT SELECT ON custody.lost_device, custody.duty_text, custody.proof_of_life TO countersign_security, countersign_devops,
    countersign_engineering, countersign_auditor, countersign_agent;
GRANT EXECUTE ON FUNCTION custody.lost_devices(timestamptz), custody.proofs_of_life(timestamptz), custody.unmet_quorums(timestamptz)
    TO countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent;
