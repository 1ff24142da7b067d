-- What the verbs about keys share, and taking a key found in the vault into the register.

-- The operator's own record decides, not only membership in a group role.
CREATE FUNCTION custody.require_role(act custody.act, wanted text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(wanted) AS one (role) WHERE custody.holds_role(act.actor, one.role, act.now)) THEN
        PERFORM custody.fail('role_missing', jsonb_build_object('wanted', wanted));
    END IF;
END
$$;

-- R-35: agents and services make no keys and ask for nothing.
CREATE FUNCTION custody.require_human(act custody.act) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF act.actor_kind <> 'operator' THEN
        PERFORM custody.fail('not_human', jsonb_build_object('kind', act.actor_kind));
    END IF;
END
$$;

-- What a search on the keys screen looks through.
CREATE FUNCTION custody.search_text(VARIADIC parts text[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lower(array_to_string(parts, ' ')) $$;

-- R-20: when a key of this kind that was last rotated then is due.
CREATE FUNCTION custody.due(kind text, classification text, rotated timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT rotated + custody.days(rule.period_days) FROM custody.rotation_rule_for(due.kind, due.classification) AS rule
$$;

-- Live wraps under one version of a KEK: while there is one, the version must work.
CREATE FUNCTION custody.live_wraps(wanted_kek uuid, wanted_version text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
    WHERE w.kek = wanted_kek AND w.kek_version = wanted_version AND custody.is_live(d.state)
$$;

CREATE FUNCTION custody.check_past(moment timestamptz, now timestamptz, what text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF moment > now + interval '60 seconds' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', what, 'why', 'a time in the future'));
    END IF;
END
$$;

-- A new record of a key in the vault with its first version. Adoption and creation differ only in where the words come from.
CREATE FUNCTION custody.insert_vault_key(act custody.act, id uuid, words jsonb, version text, made timestamptz,
                                         digest bytea, of_run uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    its_kind text := words ->> 'kind';
    bits int := (words ->> 'bits')::int;
BEGIN
    IF NOT custody.is_kind(its_kind) OR its_kind = 'dek' THEN
        PERFORM custody.fail('malformed', jsonb_build_object('what', 'type', 'why', 'no kind of key that lies in a vault'));
    END IF;
    -- R-05. A KEK wraps with RSA-OAEP, in lengths the vault makes.
    IF NOT custody.is_approved_algorithm(its_kind, words ->> 'algorithm', bits)
       OR (its_kind = 'kek' AND (words ->> 'algorithm' <> 'RSA' OR bits NOT IN (2048, 3072, 4096))) THEN
        PERFORM custody.fail('weak_algorithm', jsonb_build_object('algorithm', words ->> 'algorithm', 'bits', bits));
    END IF;
    IF EXISTS (SELECT FROM custody.key AS k WHERE k.id = insert_vault_key.id) THEN
        PERFORM custody.fail('key_known', jsonb_build_object('key', id));
    END IF;
    IF EXISTS (SELECT FROM custody.key AS k WHERE custody.is_live(k.state) AND k.kind = its_kind
               AND (k.vault_name = words ->> 'vault_name' OR (k.name = words ->> 'name' AND k.tenant IS NULL))) THEN
        PERFORM custody.fail('name_taken', jsonb_build_object('name', words ->> 'name'));
    END IF;
    INSERT INTO custody.key (id, kind, name, classification, purpose, owner, algorithm, bits, storage, vault_name,
                             current_version, state, created_at, activated_at, rotated_at, rotate_by, rule_version,
                             state_seq, search)
    VALUES (id, its_kind, words ->> 'name', words ->> 'classification', words ->> 'purpose', words ->> 'owner',
            words ->> 'algorithm', bits, 'key_vault', words ->> 'vault_name', version, 'active', made, act.now, made,
            custody.due(its_kind, words ->> 'classification', made), custody.rotation_version(), act.seq,
            custody.search_text(words ->> 'name', words ->> 'vault_name', words ->> 'owner', words ->> 'purpose'));
    INSERT INTO custody.key_version (key, version, state, created_at, run, public_key_digest, recorded_seq, changed_seq)
    VALUES (id, version, 'enabled', made, of_run, digest, act.seq, act.seq);
END
$$;

CREATE FUNCTION custody.do_adopt_key(entry bytea, signatures bytea) RETURNS custody.outcome
LANGUAGE plpgsql AS $$
DECLARE
    act custody.act := custody.admit(entry, signatures, ARRAY['key.adopted'], 'key', 'session');
    made timestamptz;
    words jsonb;
BEGIN
    PERFORM custody.require_human(act), custody.require_role(act, '{security,devops}');
    made := custody.attr_time(act, 'version_created_at');
    PERFORM custody.check_past(made, act.now, 'version_created_at');
    words := jsonb_build_object('kind', custody.attr_filled(act, 'type'), 'name', custody.attr_filled(act, 'name'),
        'vault_name', custody.attr_filled(act, 'vault_name'), 'algorithm', custody.attr_filled(act, 'algorithm'),
        'bits', custody.attr_count(act, 'bits'), 'classification', custody.attr_filled(act, 'classification'),
        'owner', custody.attr_filled(act, 'owner'), 'purpose', custody.attr_filled(act, 'purpose'));
    act := custody.append(act);
    PERFORM custody.insert_vault_key(act, custody.text_id(act.subject, 'subject'), words,
        custody.attr_filled(act, 'version'), made, custody.attr_hex(act, 'public_key_digest', 32), NULL);
    RETURN custody.accepted(act);
END
$$;

SELECT custody.publish_verb('adopt_key', '{security,devops}');
