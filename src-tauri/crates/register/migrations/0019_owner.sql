-- Everything so far belongs to the owner, and nothing to PUBLIC. `migrate` does the same again after the last migration.
SELECT custody.own_everything();
