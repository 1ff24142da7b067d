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
    /// Words that all occur in name, vault name, tenant, integration, secret name, owner or purpose. Words with fewer than three
    /// letters or digits in a row are looked for at the beginning of words.
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
            && search_words(&self.text).is_empty()
    }

    /// Adds the conditions to a query on `custody.key AS k`, or on the tally under the same name. Answers whether there are any.
    pub(super) fn push(&self, query: &mut QueryBuilder<Postgres>, now: Timestamp) -> bool {
        let mut conditions = Conditions { query, any: false };
        conditions.any_of("k.kind", &self.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>());
        if !self.kinds.is_empty() && !self.kinds.contains(&KeyKind::Dek) {
            // Leads to the indexes of the few keys that are no DEKs.
            conditions.and("k.kind <> 'dek'");
        }
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
        for word in search_words(&self.text) {
            push_word(&mut conditions, &word);
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
}

/// The words of a search text.
pub(super) fn search_words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(TEXT_LENGTH_MAX).collect();
    text.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect()
}

/// Three letters or digits in a row can be looked up wherever they stand. Anything shorter would read every key, so it is looked
/// for at the beginning of a word; and what has none of them, at the beginning of the name.
fn push_word(conditions: &mut Conditions<'_>, word: &str) {
    // Folded by the database, as the searched text was.
    let literal = literal(word);
    if longest_run(word) >= 3 {
        conditions.and("k.search LIKE lower(").push_bind(format!("%{literal}%")).push(")");
    } else if longest_run(word) > 0 {
        let query = conditions.and("(k.search LIKE lower(").push_bind(format!("{literal}%"));
        query.push(") OR k.search LIKE lower(").push_bind(format!("% {literal}%")).push("))");
    } else {
        conditions.and("k.name_folded LIKE lower(").push_bind(format!("{literal}%")).push(")");
    }
}

fn longest_run(word: &str) -> usize {
    word.split(|letter: char| !letter.is_alphanumeric()).map(|run| run.chars().count()).max().unwrap_or(0)
}

/// A pattern that means the text itself.
pub(super) fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_themselves() {
        assert_eq!(search_words("  Acme 50%_a\\b "), ["Acme", "50%_a\\b"]);
        assert_eq!(literal("50%_a\\b"), "50\\%\\_a\\\\b");
        assert!(!KeyFilter { text: "a".to_owned(), ..KeyFilter::default() }.is_tallied());
        assert!(KeyFilter { text: " \t".to_owned(), ..KeyFilter::default() }.is_tallied());
    }

    #[test]
    fn runs_are_letters_and_digits() {
        assert_eq!(["acme-01", "a-b", "%_-", "ÄÖ1", ""].map(longest_run), [4, 1, 0, 3, 0]);
    }

    #[test]
    fn long_texts_are_bounded() {
        assert_eq!(search_words(&"ab ".repeat(10_000)).len(), WORDS_MAX);
        assert!(search_words(&"x".repeat(10_000)).concat().len() <= TEXT_LENGTH_MAX);
    }
}
