-- Requests that change the register alone: exceptions, rules, people. They run like every other, in one step of their own (`apply`),
-- whose entry carries the plan itself: whoever reads the ledger has what two people signed, and needs no table for it.
-- `<operation>_check(plan, targets)` and `<operation>_apply(act, run, plan)` are an operation's own; `_facts(key)` where its plan
-- depends on something.

-- R-50: accepting a risk is an authority of its own. Whoever founded a custody as Security has it; others are granted it.
ALTER TABLE custody.operator_role DROP CONSTRAINT operator_role_role_check;
ALTER TABLE custody.operator_role ADD CONSTRAINT operator_role_role_check
    CHECK (role IN ('security', 'devops', 'engineering', 'auditor', 'agent', 'risk_acceptance'));
ALTER TABLE custody.quorum_pair DROP CONSTRAINT quorum_pair_countersigner_role_check;
ALTER TABLE custody.quorum_pair ADD CONSTRAINT quorum_pair_countersigner_role_check
    CHECK (countersigner_role IN ('security', 'devops', 'engineering', 'risk_acceptance'));

INSERT INTO custody.operator_role (operator, role, granted_at, effective_at, granted_seq)
SELECT r.operator, 'risk_acceptance', r.granted_at, r.effective_at, r.granted_seq
FROM custody.operator_role AS r JOIN custody.custody AS c ON c.founded_seq = r.granted_seq
WHERE r.role = 'security';

CREATE OR REPLACE FUNCTION custody.enrol_founder(act custody.act, prefix text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    id uuid := custody.attr_id(act, prefix || '.operator');
    roles text[] := custody.founder_roles(act, prefix);
BEGIN
    INSERT INTO custody.operator (id, person, name, login, enrolled_seq, changed_seq)
    VALUES (id, custody.attr_filled(act, prefix || '.person'), custody.attr_filled(act, prefix || '.name'),
            custody.attr_filled(act, prefix || '.login'), act.seq, act.seq);
    INSERT INTO custody.operator_role (operator, role, granted_at, effective_at, granted_seq)
    SELECT id, role, act.now, act.now, act.seq FROM unnest(roles) AS role
    UNION SELECT id, 'risk_acceptance', act.now, act.now, act.seq WHERE 'security' = ANY (roles);
    INSERT INTO custody.device (key_id, public_key, operator, name, enrolled_seq)
    VALUES (custody.attr_hex(act, prefix || '.device', 32), custody.attr_hex(act, prefix || '.public_key', 32), id,
            custody.attr_filled(act, prefix || '.device_name'), act.seq);
END
$$;

-- Who may ask for them, and who countersigns. docs/decisions/0008 says why DevOps stands in for a second Security person.
INSERT INTO custody.quorum_rule (version, operation, minimum)
SELECT q.version + 1, q.operation, q.minimum FROM custody.quorum_rule AS q WHERE q.version = custody.quorum_version();
INSERT INTO custody.quorum_rule (version, operation, minimum)
SELECT custody.quorum_version(), operation, 2
FROM unnest('{grant_exception,close_exception,share_key,change_rules,enrol_operator,enrol_device,grant_role,reinstate_operator}'::text[])
     AS o (operation);
INSERT INTO custody.quorum_pair (version, operation, requester_role, countersigner_role)
SELECT p.version + 1, p.operation, p.requester_role, p.countersigner_role
FROM custody.quorum_pair AS p WHERE p.version = custody.quorum_version() - 1;
INSERT INTO custody.quorum_pair (version, operation, requester_role, countersigner_role)
SELECT custody.quorum_version(), operation, requester, 'risk_acceptance'
FROM unnest('{grant_exception,share_key}'::text[]) AS o (operation), unnest('{security,devops,engineering}'::text[]) AS r (requester)
UNION ALL SELECT custody.quorum_version(), 'close_exception', requester, 'security'
FROM unnest('{security,devops,engineering}'::text[]) AS r (requester)
UNION ALL SELECT custody.quorum_version(), 'change_rules', 'security', countersigner
FROM unnest('{security,devops}'::text[]) AS c (countersigner)
UNION ALL SELECT custody.quorum_version(), operation, requester, countersigner
FROM unnest('{enrol_operator,enrol_device,grant_role,reinstate_operator}'::text[]) AS o (operation),
     (VALUES ('security', 'security'), ('security', 'devops'), ('devops', 'security')) AS pair (requester, countersigner);

INSERT INTO custody.step_rule (operation, direction, step)
SELECT operation, direction, unnest(steps)
FROM unnest('{grant_exception,close_exception,share_key,change_rules,enrol_operator,enrol_device,grant_role,reinstate_operator}'::text[])
         AS o (operation),
     (VALUES ('forward', '{compare,apply,close}'::text[]), ('back', '{compare,close}')) AS course (direction, steps);

-- The entry by which a run changed the register.
ALTER TABLE custody.run ADD COLUMN applied_seq bigint REFERENCES custody.ledger_entry;

CREATE FUNCTION custody.applies(operation text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody.step_rule AS r WHERE r.operation = applies.operation AND r.step = 'apply')
$$;

CREATE OR REPLACE FUNCTION custody.on_step(moment text, act custody.act, held custody.run, step text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    operation text := custody.operation_of(held);
BEGIN
    IF step = 'apply' AND moment = 'done' AND held.applied_seq IS NULL THEN
        PERFORM custody.not_recorded(step);
    END IF;
    IF custody.has_hook(operation, moment, 'custody.act, custody.run, text') THEN
        EXECUTE format('SELECT custody.%I($1, $2, $3)', operation || '_' || moment) USING act, held, step;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION custody.on_run(moment text, act custody.act, held custody.run) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    operation text := custody.operation_of(held);
BEGIN
    IF custody.applies(operation) THEN
        IF moment = 'turn' AND held.applied_seq IS NOT NULL THEN
            PERFORM custody.fail('cannot_turn_back', jsonb_build_object('why', 'it is in force; ask for the change that undoes it'));
        ELSIF moment = 'end' AND held.direction = 'forward' AND held.applied_seq IS NULL THEN
            PERFORM custody.fail('wrong_step', jsonb_build_object('wanted', 'apply'));
        END IF;
    END IF;
    IF custody.has_hook(operation, moment, 'custody.act, custody.run') THEN
        EXECUTE format('SELECT custody.%I($1, $2)', operation || '_' || moment) USING act, held;
    END IF;
END
$$;

-- The plan as an entry carries it: lower-case hex in pieces `plan.00`, `plan.01`, …, because a text of an entry is bounded.
CREATE FUNCTION custody.attr_plan(act custody.act) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    pieces text := (SELECT string_agg(a.value, '' ORDER BY a.key) FROM jsonb_each_text(act.attributes) AS a
                    WHERE a.key ~ '^plan\.[0-9]{2}$');
BEGIN
    IF pieces IS NULL OR pieces !~ '^([0-9a-f]{2})+$' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'plan', 'why', 'no plan in lower-case hex'));
    END IF;
    RETURN decode(pieces, 'hex');
END
$$;

CREATE FUNCTION custody.do_apply_request(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.applied'], 'request', 'session');
    held custody.run := custody.held_run(act, custody.attr_id(act, 'run'));
    wanted custody.request;
    plan custody.plan;
BEGIN
    SELECT * INTO wanted FROM custody.request AS r WHERE r.id = held.request;
    IF wanted.id <> custody.text_id(act.subject, 'subject') THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('wanted', wanted.id));
    ELSIF NOT custody.applies(wanted.operation) THEN
        PERFORM custody.fail('wrong_operation', jsonb_build_object('operation', wanted.operation));
    ELSIF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    ELSIF held.applied_seq IS NOT NULL THEN
        PERFORM custody.fail('already_applied', jsonb_build_object('seq', held.applied_seq));
    ELSIF custody.attr_plan(act) <> wanted.plan THEN
        PERFORM custody.fail('plan_differs');
    ELSIF NOT custody.has_quorum(wanted.id, act.now) THEN
        PERFORM custody.fail('no_quorum');
    END IF;
    PERFORM custody.require_step(held, 'apply'), custody.fail_if_stale(wanted.id);
    plan := custody.parse_plan(wanted.plan);
    -- What was right to ask for may not be right to do any more: the same rules again.
    PERFORM custody.on_check(plan, custody.targets_of(plan));
    act := custody.append(act);
    EXECUTE format('SELECT custody.%I($1, $2, $3)', wanted.operation || '_apply') USING act, held, plan;
    UPDATE custody.run AS u SET applied_seq = act.seq WHERE u.id = held.id;
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act);
END
$$;

-- What a plan depends on, with an operation's own answer first. What changes the register alone does not depend on when keys are
-- due, so that a change of those rules lapses none of it.
CREATE FUNCTION custody.facts_of_keys(operation text, key uuid) RETURNS TABLE (name text, value text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM custody.tenant AS t WHERE t.id = facts_of_keys.key) THEN
        RETURN QUERY SELECT 'register.' || facts_of_keys.key || '.' || f.part, f.answer FROM custody.facts_of_tenant(facts_of_keys.key) AS f;
    ELSIF EXISTS (SELECT FROM custody.hold AS h WHERE h.id = facts_of_keys.key) THEN
        RETURN QUERY SELECT 'register.' || facts_of_keys.key || '.' || f.part, f.answer FROM custody.facts_of_hold(facts_of_keys.key) AS f;
    ELSIF EXISTS (SELECT FROM custody.key AS k WHERE k.id = facts_of_keys.key AND k.kind = 'dek') THEN
        RETURN QUERY SELECT 'register.' || facts_of_keys.key || '.' || f.part, f.answer FROM custody.facts_of_dek(facts_of_keys.key) AS f;
    ELSE
        RETURN QUERY SELECT 'register.' || facts_of_keys.key || '.' || f.part, f.answer FROM custody.facts_of_vault_key(facts_of_keys.key) AS f;
    END IF;
    RETURN QUERY SELECT 'register.rotation_rules', custody.rotation_version()::text;
    RETURN QUERY SELECT 'register.quorum_rules', custody.quorum_version()::text
        WHERE EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.operation = facts_of_keys.operation);
END
$$;

CREATE OR REPLACE FUNCTION custody.facts(operation text, key uuid) RETURNS TABLE (name text, value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT custody.applies(facts.operation) THEN
        RETURN QUERY SELECT f.name, f.value FROM custody.facts_of_keys(facts.operation, facts.key) AS f;
        RETURN;
    END IF;
    IF custody.has_hook(facts.operation, 'facts', 'uuid') THEN
        RETURN QUERY EXECUTE format('SELECT ''register.'' || $1 || ''.'' || f.part, f.answer FROM custody.%I($1) AS f',
                                    facts.operation || '_facts') USING facts.key;
    END IF;
    RETURN QUERY SELECT 'register.quorum_rules', custody.quorum_version()::text
        WHERE EXISTS (SELECT FROM custody.quorum_rule AS q WHERE q.operation = facts.operation);
END
$$;

SELECT custody.publish_verb('apply_request', '{security,devops,agent}');

SELECT custody.own_everything();

