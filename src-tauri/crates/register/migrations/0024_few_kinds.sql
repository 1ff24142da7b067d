-- Nearly every key is a DEK. Pages of the others would read past all of them wherever order and kind go together (the oldest keys,
-- the first tenants): the others have indexes of their own, which DEKs don't pay for.

CREATE INDEX key_few_name ON custody.key (name_folded, id) WHERE kind <> 'dek';
CREATE INDEX key_few_tenant ON custody.key (tenant_folded, name_folded, id) WHERE kind <> 'dek';
CREATE INDEX key_few_state ON custody.key (state, name_folded, id) WHERE kind <> 'dek';
CREATE INDEX key_few_rotate ON custody.key ((coalesce(rotate_by, 'infinity'::timestamptz)), id) WHERE kind <> 'dek';
CREATE INDEX key_few_created ON custody.key (created_at, id) WHERE kind <> 'dek';
CREATE INDEX key_few_version ON custody.key (version_number, name_folded, id) WHERE kind <> 'dek';
