//! An operator's own saved views. No acts: keeping one changes nothing that is in custody.

use serde_json::Value;
use sqlx::Row as _;

use crate::{Register, RegisterError};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedViewRow {
    /// Its name, which is unique on its screen.
    pub name: String,
    /// What the screen kept.
    pub filters: Value,
}

impl Register {
    /// The signed-in operator's views of a screen, in order of name.
    pub async fn saved_views(&self, screen: &str) -> Result<Vec<SavedViewRow>, RegisterError> {
        let rows =
            sqlx::query("SELECT name, filters FROM custody.my_saved_view WHERE screen = $1 ORDER BY lower(name), name")
                .bind(screen)
                .fetch_all(self.pool())
                .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(SavedViewRow { name: row.try_get("name")?, filters: row.try_get("filters")? });
        }
        Ok(found)
    }

    /// Keeps a view under a name; one that has the name is replaced. `false` when the operator may not or has too many.
    pub async fn save_view(&self, screen: &str, name: &str, filters: &Value) -> Result<bool, RegisterError> {
        let saved = sqlx::query_scalar("SELECT custody.save_view($1, $2, $3)").bind(screen).bind(name).bind(filters);
        Ok(saved.fetch_one(self.pool()).await?)
    }

    /// Forgets a view. `false` when there was none.
    pub async fn delete_view(&self, screen: &str, name: &str) -> Result<bool, RegisterError> {
        let deleted = sqlx::query_scalar("SELECT custody.delete_view($1, $2)").bind(screen).bind(name);
        Ok(deleted.fetch_one(self.pool()).await?)
    }
}
