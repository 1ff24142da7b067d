-- What the vault was seen to hold, and refusals put under the ledger's seal.

-- The words of the wire, so that nothing is translated in between.
ALTER TABLE custody.vault_observation DROP CONSTRAINT vault_observation_drift_check;
ALTER TABLE custody.vault_observation ADD CONSTRAINT vault_observation_drift_check CHECK (drift IN (
    'only_in_vault', 'only_in_register', 'deleted', 'version_unknown', 'version_gone', 'disabled', 'enabled',
    'public_key_differs', 'attributes_differ', 'weak_algorithm'));

CREATE FUNCTION custody.do_observe_vault(entry bytea, signatures bytea, payload bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['vault.observed'], 'vault', 'session');
    found bytea[];
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    -- R-91: another environment's vault is not this custody's business.
    IF act.subject <> (SELECT c.vault_host FROM custody.custody AS c) THEN
        PERFORM custody.fail('wrong_subject', jsonb_build_object('why', 'not the vault of this custody'));
    END IF;
    found := custody.payload_rows(act, payload, 20000);
    act := custody.append(act);
    INSERT INTO custody.vault_observation (seq, kind, name, drift, detail)
    SELECT act.seq, custody.as_text(c.cells[1], 'kind', 40), custody.as_text(c.cells[2], 'name', 400),
           custody.as_text(c.cells[3], 'drift', 40),
           jsonb_build_object('register', custody.as_text(c.cells[4], 'register', 2000),
                              'vault', custody.as_text(c.cells[5], 'vault', 2000))
    FROM (SELECT custody.fields_exactly(f.bytes, 5, 'observation') AS cells FROM unnest(found) AS f (bytes)) AS c;
    RETURN custody.accepted(act, jsonb_build_object('count', cardinality(found)));
END
$$;

-- The digest of a range of kept refusals: rows of id, moment, login, function, verb, subject, code, detail, entry digest.
CREATE FUNCTION custody.refusals_digest(first bigint, last bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(coalesce(string_agg(custody.field(
        custody.field(int8send(r.id)) || custody.field(int8send(custody.us(r.at)))
        || custody.field(convert_to(r.login, 'UTF8')) || custody.field(convert_to(r.function, 'UTF8'))
        || custody.field(convert_to(coalesce(r.verb, ''), 'UTF8')) || custody.field(convert_to(coalesce(r.subject, ''), 'UTF8'))
        || custody.field(convert_to(r.code, 'UTF8')) || custody.field(convert_to(r.detail::text, 'UTF8'))
        || custody.field(r.entry_digest)), '' ORDER BY r.id), ''))
    FROM custody.refusal AS r WHERE r.id BETWEEN first AND last
$$;
REVOKE ALL ON FUNCTION custody.refusals_digest(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION custody.refusals_digest(bigint, bigint) TO countersign_security, countersign_devops,
    countersign_engineering, countersign_auditor, countersign_agent;

-- From here on a refusal in the range can't be changed or removed without being found out.
CREATE FUNCTION custody.do_attest_refusals(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['refusals.attested'], 'batch', 'session');
    from_id bigint;
    to_id bigint;
BEGIN
    PERFORM custody.require_role(act, '{security,devops,engineering,agent}');
    PERFORM custody.text_id(act.subject, 'subject');
    from_id := custody.attr_count(act, 'first');
    to_id := custody.attr_count(act, 'last');
    IF from_id > to_id OR from_id <= (SELECT coalesce(max(a.last), 0) FROM custody.refusal_attestation AS a)
       OR NOT EXISTS (SELECT FROM custody.refusal AS r WHERE r.id = from_id)
       OR NOT EXISTS (SELECT FROM custody.refusal AS r WHERE r.id = to_id) THEN
        PERFORM custody.fail('payload_count', jsonb_build_object('first', from_id, 'last', to_id));
    END IF;
    IF custody.attr_hex(act, 'digest', 32) <> custody.refusals_digest(from_id, to_id) THEN
        PERFORM custody.fail('payload_differs');
    END IF;
    act := custody.append(act);
    INSERT INTO custody.refusal_attestation (first, last, seq) VALUES (from_id, to_id, act.seq);
    RETURN custody.accepted(act);
END
$$;

SELECT custody.publish_verb('observe_vault', '{security,devops,engineering,agent}');
SELECT custody.publish_verb('attest_refusals', '{security,devops,engineering,agent}');
