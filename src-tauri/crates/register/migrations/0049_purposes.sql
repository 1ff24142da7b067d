-- The older verbs ask for a purpose as the newer ones do: blanks, tabs and line breaks alone say nothing.

CREATE OR REPLACE FUNCTION custody.do_decide_request(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['request.sealed', 'request.rejected'], 'request', 'device');
    wanted uuid := custody.text_id(act.subject, 'subject');
    approving boolean := act.verb = 'request.sealed';
    its_role text := custody.attr_filled(act, 'role');
    its_seal bytea := custody.attr_hex(act, 'seal', 64);
    may record;
BEGIN
    SELECT * INTO may FROM custody.may_sign(wanted, act.actor);
    IF may.code <> 'ok' THEN
        PERFORM custody.fail(may.code, may.detail || jsonb_build_object('who', (
            SELECT coalesce(jsonb_agg(w.name), '[]') FROM custody.who_may_sign(wanted) AS w)));
    END IF;
    IF its_role <> ALL (custody.countersign_roles(wanted, act.actor, act.now)) THEN
        PERFORM custody.fail('role_missing', may.detail);
    END IF;
    IF custody.attr_hex(act, 'plan_hash', 32) <> (SELECT r.plan_hash FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('plan_differs');
    END IF;
    IF act.entry_time >= (SELECT r.approve_by FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('request_expired');
    END IF;
    IF act.entry_time < (SELECT (custody.parse_plan(r.plan)).planned_at FROM custody.request AS r WHERE r.id = wanted) THEN
        PERFORM custody.fail('plan_clocks', jsonb_build_object('why', 'sealed before it was planned'));
    END IF;
    IF approving THEN
        PERFORM custody.fail_if_stale(wanted);
    ELSE
        PERFORM custody.require_purpose(act);
    END IF;
    act := custody.append(act);
    INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
    VALUES (wanted, act.actor, act.key_ids[1], its_role, CASE WHEN approving THEN 'approve' ELSE 'reject' END, false, its_seal,
            act.entry_time, act.seq);
    IF NOT approving THEN
        UPDATE custody.request AS r SET decided = 'rejected', decided_at = act.now, decided_seq = act.seq WHERE r.id = wanted;
    END IF;
    RETURN custody.accepted(act, jsonb_build_object('state', custody.request_state(wanted, act.now)));
END
$$;

CREATE OR REPLACE FUNCTION custody.do_turn_back(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['run.turned_back'], 'run', 'session');
    held custody.run := custody.held_run(act, custody.text_id(act.subject, 'subject'));
BEGIN
    IF held.direction = 'back' THEN
        PERFORM custody.fail('turned_back');
    END IF;
    PERFORM custody.require_purpose(act), custody.on_run('turn', act, held);
    act := custody.append(act);
    UPDATE custody.run_step AS s SET state = 'failed', evidence = '{"turned_back": "true"}', finished_at = act.now,
                                     outcome_seq = act.seq
    WHERE s.run = held.id AND s.state = 'intended';
    UPDATE custody.run AS u SET direction = 'back', rewrapped_at = NULL WHERE u.id = held.id;
    PERFORM custody.on_run('turned', act, held);
    PERFORM custody.keep_lease(held, act.now);
    RETURN custody.accepted(act, jsonb_build_object('fence', held.fence));
END
$$;

SELECT custody.own_everything();
