-- Canonical bytes (docs/formats/canonical.md) read strictly, text hygiene, the clock, and how a rule refuses.

-- What every verb answers. A refusal is an answer, so that its record survives the call.
CREATE TYPE custody.outcome AS (ok boolean, seq bigint, hash bytea, code text, detail jsonb);

-- The one clock. Tests replace it as superuser; operators can't.
CREATE FUNCTION custody.clock() RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT pg_catalog.clock_timestamp() $$;

-- Ends the act with a refusal code; the verb's wrapper turns it into a recorded answer.
CREATE FUNCTION custody.fail(code text, detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'CSREF', MESSAGE = code, DETAIL = detail::text;
END
$$;

-- The fields of a sequence. Anything left over, or a length that runs past the end, is malformed.
CREATE FUNCTION custody.fields(bytes bytea) RETURNS bytea[]
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    -- A value out of a table is unpacked once, not at every byte.
    flat bytea := bytes || ''::bytea;
    total int := pg_catalog.length(bytes);
    at int := 0;
    size bigint;
    found bytea[] := '{}';
BEGIN
    WHILE at < total LOOP
        IF total - at < 4 THEN
            PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('why', 'truncated length'));
        END IF;
        size := pg_catalog.get_byte(flat, at)::bigint * 16777216 + pg_catalog.get_byte(flat, at + 1) * 65536
              + pg_catalog.get_byte(flat, at + 2) * 256 + pg_catalog.get_byte(flat, at + 3);
        IF size > total - at - 4 THEN
            PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('why', 'field runs past the end'));
        END IF;
        found := found || pg_catalog.substr(flat, at + 5, size::int);
        at := at + 4 + size::int;
    END LOOP;
    RETURN found;
END
$$;

-- The fields of a sequence that must have exactly `wanted` of them.
CREATE FUNCTION custody.fields_exactly(bytes bytea, wanted int, what text) RETURNS bytea[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found bytea[] := custody.fields(bytes);
BEGIN
    IF found IS NULL OR pg_catalog.cardinality(found) <> wanted THEN
        PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'fields',
            pg_catalog.cardinality(found), 'wanted', wanted));
    END IF;
    RETURN found;
END
$$;

-- One field, encoded.
CREATE FUNCTION custody.field(value bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.int4send(pg_catalog.length(value)) || value $$;

-- Text that shows what it says: NFC, no control, bidirectional, zero-width or other invisible characters.
-- Not STRICT, so that it is inlined into the constraints that call it for every row.
CREATE FUNCTION custody.is_clean(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT value IS NFC NORMALIZED
       AND value !~ U&'[\0001-\001F\007F-\009F\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180F\200B-\200F\2028-\202E\2060-\206F\3164\FE00-\FE0F\FEFF\FFA0\FFF0-\FFFB\+01BCA0-\+01BCA3\+01D173-\+01D17A\+0E0000-\+0E0FFF]'
$$;

-- As is_clean, but lines may be broken and indented: for reasons, change records and roll-back plans.
CREATE FUNCTION custody.is_clean_prose(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT custody.is_clean(pg_catalog.translate(value, pg_catalog.chr(9) || pg_catalog.chr(10), '  '))
$$;

CREATE FUNCTION custody.as_text(value bytea, what text, length_max int DEFAULT 4096) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    decoded text;
BEGIN
    IF pg_catalog.length(value) > length_max THEN
        PERFORM custody.fail('text_too_long', pg_catalog.jsonb_build_object('what', what, 'max', length_max));
    END IF;
    decoded := pg_catalog.convert_from(value, 'UTF8');
    IF NOT custody.is_clean_prose(decoded) THEN
        PERFORM custody.fail('text_unclean', pg_catalog.jsonb_build_object('what', what));
    END IF;
    RETURN decoded;
END
$$;

CREATE FUNCTION custody.as_id(value bytea, what text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF value IS NULL OR pg_catalog.length(value) <> 16 THEN
        PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'why', 'an id has 16 bytes'));
    END IF;
    RETURN pg_catalog.encode(value, 'hex')::uuid;
END
$$;

CREATE FUNCTION custody.as_count(value bytea, what text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF value IS NULL OR pg_catalog.length(value) <> 8 THEN
        PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'why', 'a number has 8 bytes'));
    END IF;
    RETURN ('x' || pg_catalog.encode(value, 'hex'))::bit(64)::bigint;
END
$$;

-- Microseconds since 1970, both ways. Times outside 2000 to 2200 are malformed, not arithmetic surprises.
CREATE FUNCTION custody.from_us(micros bigint, what text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF micros IS NULL OR micros NOT BETWEEN 946684800000000 AND 7258118400000000 THEN
        PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'why', 'time out of range'));
    END IF;
    RETURN pg_catalog.to_timestamp(0) + pg_catalog.make_interval(secs => micros / 1000000)
         + pg_catalog.make_interval(secs => (micros % 1000000)::double precision / 1000000);
END
$$;

CREATE FUNCTION custody.us(moment timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT (extract(epoch FROM moment) * 1000000)::bigint $$;

-- A map of text to text, names strictly ascending by bytes: one map has one encoding.
CREATE FUNCTION custody.as_map(value bytea, what text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts bytea[] := custody.fields(value);
    count int := pg_catalog.cardinality(parts);
    names text[] := '{}';
    texts text[] := '{}';
BEGIN
    IF count % 2 <> 0 THEN
        PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'why', 'a name without a value'));
    END IF;
    FOR i IN 1 .. count / 2 LOOP
        IF i > 1 AND parts[2 * i - 1] <= parts[2 * i - 3] THEN
            PERFORM custody.fail('malformed', pg_catalog.jsonb_build_object('what', what, 'why', 'names not ascending'));
        END IF;
        names := names || custody.as_text(parts[2 * i - 1], what, 200);
        texts := texts || custody.as_text(parts[2 * i], what, 16384);
    END LOOP;
    RETURN pg_catalog.jsonb_object(names, texts);
END
$$;
