-- How often the exception register is reviewed is a rule like the others, and a request's texts say something: blanks, tabs and line breaks
-- alone do not (R-25).

INSERT INTO custody.setting_rule (name, lowest, highest, weaker) VALUES ('exception_review_days', 1, 90, 'up');

-- The settings in force with one more: a version that the schema itself brings.
DO $$
DECLARE
    next CONSTANT int := (SELECT max(s.version) + 1 FROM custody.setting AS s);
BEGIN
    INSERT INTO custody.setting (version, name, value)
    SELECT next, s.name, s.value FROM custody.setting AS s WHERE s.version = next - 1
    UNION ALL VALUES (next, 'exception_review_days', '14');
    INSERT INTO custody.rule_change (section, version, at) VALUES ('settings', next, custody.clock());
END
$$;

-- Not of requests that are there: what was taken stays as it was signed.
ALTER TABLE custody.request ADD CONSTRAINT request_says_why
    CHECK (reason ~ '[^[:space:]]' AND change_record ~ '[^[:space:]]' AND rollback_plan ~ '[^[:space:]]') NOT VALID;

SELECT custody.own_everything();
