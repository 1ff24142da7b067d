//! What a rotation of data-encryption keys reads: former wraps, and the tokens that still need them.

use domain::{KeyId, RunId};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::Cells as _;
use super::wraps::{TokenId, TokenRow, WrapRow, token, wrap};
use crate::{Register, RegisterError};

/// A wrap that a rotation retires.
#[derive(Clone, PartialEq, Eq)]
pub struct FormerWrapRow {
    /// The wrap. It is not replaced any more: its revision is 0.
    pub wrap: WrapRow,
    /// Whether nothing is sealed under it any more.
    pub retired: bool,
}

/// How many tokens there are under some DEKs, and how many of them in another version than the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokensToMove {
    /// All of them.
    pub tokens: u64,
    /// Those that are to be moved.
    pub left: u64,
}

impl Register {
    /// The wrap of a DEK in one of its versions: the one in use, or one that a rotation is retiring.
    pub async fn wrap_in_version(&self, dek: KeyId, dek_version: u32) -> Result<Option<WrapRow>, RegisterError> {
        let row = sqlx::query(
            "SELECT w.dek, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, w.dek_version, w.kek,
                    w.kek_version, w.algorithm, w.wrapped, w.check_value, w.revision
             FROM (SELECT dek, dek_version, kek, kek_version, algorithm, wrapped, check_value, revision FROM custody.wrap
                   UNION ALL
                   SELECT dek, dek_version, kek, kek_version, algorithm, wrapped, check_value, 0 FROM custody.former_wrap) AS w
             JOIN custody.key AS d ON d.id = w.dek LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             WHERE w.dek = $1 AND w.dek_version = $2",
        )
        .bind(dek.0)
        .bind(version_of(dek_version))
        .fetch_optional(self.pool())
        .await?;
        Ok(row.as_ref().map(wrap).transpose()?)
    }

    /// The wraps that a run retires, in order of the DEK's id.
    pub async fn former_wraps(&self, run: RunId) -> Result<Vec<FormerWrapRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT w.dek, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, w.dek_version, w.kek,
                    w.kek_version, w.algorithm, w.wrapped, w.check_value, 0 AS revision, w.retired
             FROM custody.former_wrap AS w JOIN custody.key AS d ON d.id = w.dek LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             WHERE w.run = $1 ORDER BY w.dek",
        )
        .bind(run.0)
        .fetch_all(self.pool())
        .await?;
        let former =
            |row: &PgRow| Ok::<_, sqlx::Error>(FormerWrapRow { wrap: wrap(row)?, retired: row.try_get("retired")? });
        Ok(rows.iter().map(former).collect::<Result<_, _>>()?)
    }

    /// Tokens under these DEKs in any other version than the one given for each, in order of the DEKs as they are given and of
    /// id, those after `after` under the first of them.
    pub async fn tokens_to_move(
        &self,
        deks: &[(KeyId, u32)],
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Vec<TokenRow>, RegisterError> {
        let (deks, versions) = columns(deks);
        // One DEK after another, so that no more is read than is asked for.
        let rows = sqlx::query(
            "SELECT t.* FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS w (dek, version, place), LATERAL (
                 SELECT t.id, t.dek, t.dek_version, t.revision, t.name, t.envelope, t.expires_at FROM custody.token AS t
                 WHERE t.dek = w.dek AND t.dek_version <> w.version
                   AND t.id > CASE w.place WHEN 1 THEN $3 ELSE '00000000-0000-0000-0000-000000000000'::uuid END
                 ORDER BY t.id LIMIT $4
             ) AS t LIMIT $4",
        )
        .bind(deks)
        .bind(versions)
        .bind(after.unwrap_or(Uuid::nil()))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(token).collect::<Result<_, _>>()?)
    }

    /// How many tokens there are under these DEKs, and how many of them are in another version than the one given.
    pub async fn count_tokens_to_move(&self, deks: &[(KeyId, u32)]) -> Result<TokensToMove, RegisterError> {
        let (deks, versions) = columns(deks);
        let row = sqlx::query(
            "SELECT count(*) AS tokens, count(*) FILTER (WHERE t.dek_version <> w.version) AS left_over
             FROM unnest($1::uuid[], $2::int[]) AS w (dek, version) JOIN custody.token AS t ON t.dek = w.dek",
        )
        .bind(deks)
        .bind(versions)
        .fetch_one(self.pool())
        .await?;
        Ok(TokensToMove { tokens: row.count("tokens")?, left: row.count("left_over")? })
    }

    /// Tokens that still need a wrap which the run retires.
    pub async fn tokens_left(&self, run: RunId) -> Result<u64, RegisterError> {
        let row = sqlx::query("SELECT custody.tokens_left($1) AS tokens").bind(run.0).fetch_one(self.pool()).await?;
        Ok(row.count("tokens")?)
    }
}

fn columns(deks: &[(KeyId, u32)]) -> (Vec<Uuid>, Vec<i32>) {
    deks.iter().map(|(dek, version)| (dek.0, version_of(*version))).unzip()
}

// No version is past the type's end: the register made them all.
fn version_of(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
