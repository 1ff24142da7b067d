//! The register in PostgreSQL: migrations, definer functions, typed queries. The only crate with SQL.
