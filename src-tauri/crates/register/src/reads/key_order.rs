//! In which order a page shows keys, and where the next page starts. Every order is total: ties are broken by the key's id.

use std::fmt;
use std::str::FromStr;

use domain::{KeyId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{At, Cells as _};

/// What keys are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySort {
    /// Name, without case.
    Name,
    /// Tenant, then name. Keys of no tenant come first.
    Tenant,
    /// State by its word, then name.
    State,
    /// Date of rotation; keys without one come last.
    RotateBy,
    /// When it was made.
    Created,
    /// Number of the version, then name.
    Version,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first: the exact reverse.
    Descending,
}

/// An order of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOrder {
    /// By what.
    pub sort: KeySort,
    /// Which way.
    pub direction: Direction,
}

/// Where a page starts: after the row that had these values. Its text is opaque to everyone else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCursor {
    #[serde(flatten)]
    order: KeyOrder,
    /// Values of the order's text columns.
    texts: Vec<String>,
    /// Value of its number or moment.
    number: Option<i64>,
    key: KeyId,
    /// Whether few keys matched when the first page was read: how the next is best found, not what is on it.
    few: bool,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not where a page of keys starts")]
pub struct CursorError;

impl fmt::Display for KeyCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_never: serde_json::Error| fmt::Error)?;
        f.write_str(&hex::encode(json))
    }
}

impl FromStr for KeyCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let json = hex::decode(text).map_err(|_not_hex| CursorError)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_not_json| CursorError)?;
        // A cursor comes back from outside: it must have what its order compares.
        let texts = cursor.order.text_columns().len();
        let needs_number = matches!(cursor.order.sort, KeySort::Created | KeySort::Version);
        if cursor.texts.len() == texts && (cursor.number.is_some() || !needs_number) {
            Ok(cursor)
        } else {
            Err(CursorError)
        }
    }
}

impl KeyCursor {
    /// The order it belongs to.
    #[must_use]
    pub fn order(&self) -> KeyOrder {
        self.order
    }

    pub(super) fn is_few(&self) -> bool {
        self.few
    }

    /// Adds the condition that a row comes after it.
    pub(super) fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query.push("(").push(self.order.columns().join(", ")).push(") ");
        query.push(if self.order.direction == Direction::Ascending { "> (" } else { "< (" });
        match self.order.sort {
            KeySort::Name | KeySort::Tenant | KeySort::State => {}
            KeySort::RotateBy => {
                query.push("coalesce(").push_bind(self.number.map(moment)).push(", 'infinity'::timestamptz), ");
            }
            KeySort::Created => drop(query.push_bind(self.number.map(moment)).push(", ")),
            KeySort::Version => {
                query.push_bind(self.number.and_then(|number| i32::try_from(number).ok())).push(", ");
            }
        }
        for text in &self.texts {
            query.push_bind(text.clone()).push(", ");
        }
        query.push_bind(self.key.0).push(")");
    }
}

fn moment(micros: i64) -> At {
    At(Timestamp::from_micros(micros))
}

impl KeyOrder {
    /// The columns compared, most significant first; each list is the beginning of an index.
    fn columns(self) -> &'static [&'static str] {
        match self.sort {
            KeySort::Name => &["k.name_folded", "k.id"],
            KeySort::Tenant => &["k.tenant_folded", "k.name_folded", "k.id"],
            KeySort::State => &["k.state", "k.name_folded", "k.id"],
            KeySort::RotateBy => &["coalesce(k.rotate_by, 'infinity'::timestamptz)", "k.id"],
            KeySort::Created => &["k.created_at", "k.id"],
            KeySort::Version => &["k.version_number", "k.name_folded", "k.id"],
        }
    }

    fn text_columns(self) -> &'static [&'static str] {
        match self.sort {
            KeySort::Name | KeySort::Version => &["name_folded"],
            KeySort::Tenant => &["tenant_folded", "name_folded"],
            KeySort::State => &["state", "name_folded"],
            KeySort::RotateBy | KeySort::Created => &[],
        }
    }

    /// Adds the order.
    pub(super) fn push(self, query: &mut QueryBuilder<Postgres>) {
        let direction = if self.direction == Direction::Ascending { "" } else { " DESC" };
        let columns: Vec<String> = self.columns().iter().map(|column| format!("{column}{direction}")).collect();
        query.push(" ORDER BY ").push(columns.join(", "));
    }

    /// The cursor that starts after this row.
    pub(super) fn cursor(self, row: &PgRow, few: bool) -> Result<KeyCursor, sqlx::Error> {
        let texts = self.text_columns().iter().map(|column| row.try_get(*column)).collect::<Result<_, _>>()?;
        let number = match self.sort {
            KeySort::Name | KeySort::Tenant | KeySort::State => None,
            KeySort::RotateBy => row.at_maybe("rotate_by")?.map(Timestamp::micros),
            KeySort::Created => Some(row.at("created_at")?.micros()),
            KeySort::Version => Some(i64::from(row.small("version_number")?)),
        };
        Ok(KeyCursor { order: self, texts, number, key: KeyId(row.try_get::<Uuid, _>("id")?), few })
    }
}
