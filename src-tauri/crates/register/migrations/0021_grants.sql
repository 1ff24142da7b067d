-- Who reads what. Reading goes by plain grants on tables: an answer is then what the tables say and nothing a function could
-- leave out. Nobody but the owner writes; sequences belong to nobody.

DO $$
DECLARE
    everyone text := 'countersign_security, countersign_devops, countersign_engineering, countersign_auditor, countersign_agent';
    executing text := 'countersign_security, countersign_devops, countersign_agent';
    thing text;
BEGIN
    FOREACH thing IN ARRAY ARRAY['custody', 'operator', 'operator_role', 'device', 'session', 'rotation_rule', 'quorum_rule',
        'quorum_pair', 'approved_algorithm', 'setting', 'tenant', 'integration', 'key', 'key_version', 'legal_transition',
        'state_transition', 'dek_messages', 'head', 'ledger_entry', 'refusal', 'refusal_attestation', 'vault_observation',
        'request', 'request_target', 'seal', 'run', 'run_step']
    LOOP
        EXECUTE format('GRANT SELECT ON custody.%I TO %s', thing, everyone);
    END LOOP;

    -- Ciphertext and what proves it: for those who execute runs. The others see that it is there.
    EXECUTE format('GRANT SELECT ON custody.wrap, custody.token TO %s', executing);
    EXECUTE format('GRANT SELECT (dek, kek, kek_version, algorithm, dek_version, revision, created_seq, changed_seq)
                    ON custody.wrap TO %s', everyone);
    EXECUTE format('GRANT SELECT (id, dek, name, expires_at, sealed_seq) ON custody.token TO %s', everyone);

    -- The rules' own answers.
    FOREACH thing IN ARRAY ARRAY['clock()', 'setting_value(text)', 'rotation_version()', 'quorum_version()',
        'rotation_rule_for(text, text)', 'is_approved_algorithm(text, text, int)', 'days(int)', 'is_live(text)',
        'holds_role(uuid, text, timestamptz)', 'facts(text, uuid)', 'facts_of(text, uuid[])', 'differences(jsonb, jsonb)',
        'request_differences(uuid)', 'counting_seals(uuid, timestamptz)', 'has_quorum(uuid, timestamptz)',
        'request_state(uuid, timestamptz)', 'countersign_roles(uuid, uuid, timestamptz)', 'may_sign(uuid, uuid)',
        'who_may_sign(uuid)', 'may_execute(uuid, timestamptz)']
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION custody.%s TO %s', thing, everyone);
    END LOOP;
END
$$;
