-- Numbers by which people call requests, runs and versions: dense, from 1, never reused. Acts happen one after another
-- (the lock on the head), so the next number is the last one and one more.

ALTER TABLE custody.request ADD COLUMN number int NOT NULL UNIQUE CHECK (number >= 1);
ALTER TABLE custody.run ADD COLUMN number int NOT NULL UNIQUE CHECK (number >= 1);
ALTER TABLE custody.key_version ADD COLUMN number int NOT NULL CHECK (number >= 1);
CREATE UNIQUE INDEX key_version_number ON custody.key_version (key, number);

CREATE FUNCTION custody.number_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM custody.request);
    RETURN NEW;
END
$$;
CREATE TRIGGER number_request BEFORE INSERT ON custody.request
    FOR EACH ROW EXECUTE FUNCTION custody.number_request();

CREATE FUNCTION custody.number_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM custody.run);
    RETURN NEW;
END
$$;
CREATE TRIGGER number_run BEFORE INSERT ON custody.run
    FOR EACH ROW EXECUTE FUNCTION custody.number_run();

CREATE FUNCTION custody.number_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.number := (SELECT coalesce(max(v.number), 0) + 1 FROM custody.key_version AS v WHERE v.key = NEW.key);
    RETURN NEW;
END
$$;
CREATE TRIGGER number_version BEFORE INSERT ON custody.key_version
    FOR EACH ROW EXECUTE FUNCTION custody.number_version();

-- The number of the version in use, and what else the inventory's pages are ordered and filtered by.
ALTER TABLE custody.key
    ADD COLUMN version_number int NOT NULL DEFAULT 1 CHECK (version_number >= 1),
    ADD COLUMN tenant_folded text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN violates boolean NOT NULL DEFAULT false;

CREATE FUNCTION custody.prepare_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.tenant IS DISTINCT FROM OLD.tenant THEN
        NEW.tenant_folded := coalesce((SELECT lower(t.name) FROM custody.tenant AS t WHERE t.id = NEW.tenant), '');
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.current_version IS DISTINCT FROM OLD.current_version THEN
        -- Recorded already, or just about to be.
        NEW.version_number := coalesce(
            (SELECT v.number FROM custody.key_version AS v WHERE v.key = NEW.id AND v.version = NEW.current_version),
            (SELECT max(v.number) + 1 FROM custody.key_version AS v WHERE v.key = NEW.id), 1);
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.owner, NEW.purpose, NEW.storage, NEW.kind, NEW.algorithm, NEW.bits)
       IS NOT DISTINCT FROM (OLD.owner, OLD.purpose, OLD.storage, OLD.kind, OLD.algorithm, OLD.bits) THEN
        RETURN NEW;
    END IF;
    NEW.violates := NEW.owner = '' OR NEW.purpose = '' OR NEW.storage = 'kubernetes_secret_legacy'
                 OR NOT custody.is_approved_algorithm(NEW.kind, NEW.algorithm, NEW.bits);
    RETURN NEW;
END
$$;
CREATE TRIGGER prepare_key BEFORE INSERT OR UPDATE ON custody.key
    FOR EACH ROW EXECUTE FUNCTION custody.prepare_key();

DO $$
DECLARE
    made text[];
BEGIN
    FOREACH made SLICE 1 IN ARRAY ARRAY[['request', 'number_request'], ['run', 'number_run'],
                                        ['key_version', 'number_version'], ['key', 'prepare_key']]
    LOOP
        EXECUTE format('ALTER TABLE custody.%I ENABLE ALWAYS TRIGGER %I', made[1], made[2]);
    END LOOP;
END
$$;

SELECT custody.own_everything();
