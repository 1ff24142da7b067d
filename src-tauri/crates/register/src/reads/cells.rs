//! How values of PostgreSQL become values of the domain. What does not fit is an error of the row, never a guess.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::types::Json;
use sqlx::{Decode, Encode, Postgres, Row as _, Type};
use uuid::Uuid;

/// PostgreSQL's `timestamptz`.
const TIMESTAMPTZ: Oid = Oid(1184);

/// PostgreSQL counts from 2000-01-01T00:00:00Z.
pub(super) const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// A moment, as PostgreSQL sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At(pub Timestamp);

impl Type<Postgres> for At {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl Encode<'_, Postgres> for At {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = self.0.micros().saturating_sub(POSTGRES_EPOCH_MICROS);
        buffer.extend(&micros.to_be_bytes());
        Ok(IsNull::No)
    }
}

impl<'r> Decode<'r, Postgres> for At {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.format() != PgValueFormat::Binary {
            return Err("a time in text form".into());
        }
        let micros = i64::from_be_bytes(value.as_bytes()?.try_into()?);
        Ok(Self(Timestamp::from_micros(micros.saturating_add(POSTGRES_EPOCH_MICROS))))
    }
}

/// Reads the columns of a row as the domain's values.
pub(crate) trait Cells {
    /// A moment.
    fn at(&self, column: &str) -> Result<Timestamp, sqlx::Error>;
    /// A moment, or none.
    fn at_maybe(&self, column: &str) -> Result<Option<Timestamp>, sqlx::Error>;
    /// A word of a closed set.
    fn word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(&self, column: &str) -> Result<T, sqlx::Error>;
    /// Words of a closed set.
    fn words<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<Vec<T>, sqlx::Error>;
    /// An id.
    fn id<T>(&self, column: &str, wrap: fn(Uuid) -> T) -> Result<T, sqlx::Error>;
    /// An id, or none.
    fn id_maybe<T>(&self, column: &str, wrap: fn(Uuid) -> T) -> Result<Option<T>, sqlx::Error>;
    /// A number that is never negative.
    fn count(&self, column: &str) -> Result<u64, sqlx::Error>;
    /// A number that is never negative, or none.
    fn count_maybe(&self, column: &str) -> Result<Option<u64>, sqlx::Error>;
    /// A small number that is never negative.
    fn small(&self, column: &str) -> Result<u32, sqlx::Error>;
    /// A small number that is never negative, or none.
    fn small_maybe(&self, column: &str) -> Result<Option<u32>, sqlx::Error>;
    /// Names and texts out of a JSON object; a value that is no string is kept as its JSON.
    fn texts(&self, column: &str) -> Result<BTreeMap<String, String>, sqlx::Error>;
    /// Names and texts, or none.
    fn texts_maybe(&self, column: &str) -> Result<Option<BTreeMap<String, String>>, sqlx::Error>;
}

impl Cells for PgRow {
    fn at(&self, column: &str) -> Result<Timestamp, sqlx::Error> {
        self.try_get::<At, _>(column).map(|at| at.0)
    }

    fn at_maybe(&self, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
        Ok(self.try_get::<Option<At>, _>(column)?.map(|at| at.0))
    }

    fn word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(&self, column: &str) -> Result<T, sqlx::Error> {
        parse(column, &self.try_get::<String, _>(column)?)
    }

    fn words<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<Vec<T>, sqlx::Error> {
        self.try_get::<Vec<String>, _>(column)?.iter().map(|word| parse(column, word)).collect()
    }

    fn id<T>(&self, column: &str, wrap: fn(Uuid) -> T) -> Result<T, sqlx::Error> {
        self.try_get::<Uuid, _>(column).map(wrap)
    }

    fn id_maybe<T>(&self, column: &str, wrap: fn(Uuid) -> T) -> Result<Option<T>, sqlx::Error> {
        Ok(self.try_get::<Option<Uuid>, _>(column)?.map(wrap))
    }

    fn count(&self, column: &str) -> Result<u64, sqlx::Error> {
        unsigned(column, self.try_get::<i64, _>(column)?)
    }

    fn count_maybe(&self, column: &str) -> Result<Option<u64>, sqlx::Error> {
        self.try_get::<Option<i64>, _>(column)?.map(|number| unsigned(column, number)).transpose()
    }

    fn small(&self, column: &str) -> Result<u32, sqlx::Error> {
        unsigned(column, self.try_get::<i32, _>(column)?)
    }

    fn small_maybe(&self, column: &str) -> Result<Option<u32>, sqlx::Error> {
        self.try_get::<Option<i32>, _>(column)?.map(|number| unsigned(column, number)).transpose()
    }

    fn texts(&self, column: &str) -> Result<BTreeMap<String, String>, sqlx::Error> {
        self.try_get::<Json<BTreeMap<String, serde_json::Value>>, _>(column).map(|json| plain(json.0))
    }

    fn texts_maybe(&self, column: &str) -> Result<Option<BTreeMap<String, String>>, sqlx::Error> {
        Ok(self.try_get::<Option<Json<BTreeMap<String, serde_json::Value>>>, _>(column)?.map(|json| plain(json.0)))
    }
}

/// A word of a closed set, out of text that did not come straight from a column.
pub(crate) fn parse<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    column: &str,
    word: &str,
) -> Result<T, sqlx::Error> {
    word.parse().map_err(|source| unfit(column, source))
}

/// A number that can't be negative where the schema is as migrated.
pub(crate) fn unsigned<T: TryInto<U, Error: std::error::Error + Send + Sync + 'static>, U>(
    column: &str,
    number: T,
) -> Result<U, sqlx::Error> {
    number.try_into().map_err(|source| unfit(column, source))
}

/// A bind parameter for a number of the domain: what is past the type's end is past every row, too.
pub(crate) fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unfit(column: &str, source: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) }
}

fn plain(object: BTreeMap<String, serde_json::Value>) -> BTreeMap<String, String> {
    let text = |value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    object.into_iter().map(|(name, value)| (name, text(value))).collect()
}
