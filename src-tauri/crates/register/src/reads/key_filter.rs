//! Which keys a page shows.

use domain::{KeyId, KeyKind, KeyState, StorageMedium, Timestamp};
use sqlx::{Postgres, QueryBuilder};

use super::cells::At;

/// Words of a search text that are looked for; further ones are left out.
const WORDS_MAX: usize = 8;

/// Characters of a search text that are looked for.
const TEXT_LENGTH_MAX: usize = 200;

/// Which keys. Empty lists mean "any".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Any of these kinds.
    pub kinds: Vec<KeyKind>,
    /// In any of these states.
    pub states: Vec<KeyState>,
    /// Kept here.
    pub storage: Vec<StorageMedium>,
    /// Where rotation stands.
    pub due: Option<DueFilter>,
    /// Of this tenant, by its exact name.
    pub tenant: Option<String>,
    /// Of this owner, exactly.
    pub owner: Option<String>,
    /// Wrapped by this KEK.
    pub wrapped_by: Option<KeyId>,
    /// Words that all occur in name, vault name, tenant, integration, secret name, owner or purpose.
    pub text: String,
}

/// Where a key's rotation stands, or whether it breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueFilter {
    /// Past its date.
    Overdue,
    /// Not overdue, and due within so many days.
    Within {
        /// Days from now.
        days: u32,
    },
    /// Weak algorithm, legacy storage, no owner or no purpose.
    Violations,
}

/// Adds `WHERE`, then `AND`.
struct Conditions<'q> {
    query: &'q mut QueryBuilder<Postgres>,
    any: bool,
}

impl Conditions<'_> {
    fn and(&mut self, condition: &str) -> &mut QueryBuilder<Postgres> {
        self.query.push(if self.any { " AND " } else { " WHERE " }).push(condition);
        self.any = true;
        self.query
    }

    fn any_of(&mut self, column: &str, words: &[&'static str]) {
        match words {
            [] => {}
            // One value keeps the order of an index that begins with this column.
            [word] => drop(self.and(column).push(" = ").push_bind(*word)),
            words => drop(self.and(column).push(" = ANY (").push_bind(words.to_vec()).push(")")),
        }
    }
}

impl KeyFilter {
    /// Whether the tally of keys answers for it.
    pub(super) fn is_tallied(&self) -> bool {
        matches!(self.due, None | Some(DueFilter::Violations))
            && self.tenant.is_none()
            && self.owner.is_none()
            && self.wrapped_by.is_none()
            && self.words().is_empty()
    }

    /// Adds the conditions to a query on `custody.key AS k`, or on the tally under the same name. Answers whether there are any.
    pub(super) fn push(&self, query: &mut QueryBuilder<Postgres>, now: Timestamp) -> bool {
        let mut conditions = Conditions { query, any: false };
        conditions.any_of("k.kind", &self.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>());
        conditions.any_of("k.state", &self.states.iter().map(|state| state.word()).collect::<Vec<_>>());
        conditions.any_of("k.storage", &self.storage.iter().map(|medium| medium.word()).collect::<Vec<_>>());
        self.push_due(&mut conditions, now);
        if let Some(tenant) = &self.tenant {
            let found = conditions.and("k.tenant = (SELECT t.id FROM custody.tenant AS t WHERE t.name = ");
            found.push_bind(tenant.clone()).push(")");
        }
        if let Some(owner) = &self.owner {
            conditions.and("k.owner = ").push_bind(owner.clone());
        }
        if let Some(kek) = self.wrapped_by {
            let found = conditions.and("EXISTS (SELECT FROM custody.wrap AS w WHERE w.dek = k.id AND w.kek = ");
            found.push_bind(kek.0).push(")");
        }
        for word in self.words() {
            // Folded by the database, as the searched text was.
            conditions.and("k.search LIKE lower(").push_bind(word).push(")");
        }
        conditions.any
    }

    fn push_due(&self, conditions: &mut Conditions<'_>, now: Timestamp) {
        // The same condition as the index `key_rotates` has.
        const ROTATES: &str = "k.rotate_by IS NOT NULL AND custody.rotates(k.state) AND k.rotate_by ";
        match self.due {
            None => {}
            Some(DueFilter::Violations) => drop(conditions.and("k.violates")),
            Some(DueFilter::Overdue) => drop(conditions.and(ROTATES).push("<= ").push_bind(At(now))),
            Some(DueFilter::Within { days }) => {
                let end = At(now.plus_days(i64::from(days)));
                conditions.and(ROTATES).push("> ").push_bind(At(now)).push(" AND k.rotate_by <= ").push_bind(end);
            }
        }
    }

    fn words(&self) -> Vec<String> {
        patterns(&self.text)
    }
}

/// A search text as patterns, one for each word.
pub(super) fn patterns(text: &str) -> Vec<String> {
    let text: String = text.chars().take(TEXT_LENGTH_MAX).collect();
    text.split_whitespace().take(WORDS_MAX).map(pattern).collect()
}

/// A pattern that means the word itself, wherever it stands.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for letter in word.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_themselves() {
        let filter = KeyFilter { text: "  Acme 50%_a\\b ".to_owned(), ..KeyFilter::default() };
        assert_eq!(filter.words(), ["%Acme%", "%50\\%\\_a\\\\b%"]);
        assert!(!filter.is_tallied());
        assert!(KeyFilter { text: " \t".to_owned(), ..KeyFilter::default() }.is_tallied());
    }

    #[test]
    fn long_texts_are_bounded() {
        let filter = KeyFilter { text: "ab ".repeat(10_000), ..KeyFilter::default() };
        assert_eq!(filter.words().len(), WORDS_MAX);
    }
}
