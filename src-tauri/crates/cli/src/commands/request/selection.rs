//! Keys that a request is about, found by filter.

use domain::KeyId;
use register::{Direction, KEYS_PAGE_MAX, KeyFilter, KeyOrder, KeyRow, KeySort, Register};

use crate::failure::Failure;

/// All keys that the filter finds and that fit, the first to be due first.
pub async fn all_that_fit(
    register: &Register,
    filter: &KeyFilter,
    fits: impl Fn(&KeyRow) -> bool,
) -> Result<Vec<KeyId>, Failure> {
    let order = KeyOrder { sort: KeySort::RotateBy, direction: Direction::Ascending };
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = register.keys_page(filter, order, after.as_ref(), KEYS_PAGE_MAX).await?;
        found.extend(page.rows.iter().filter(|row| fits(row)).map(|row| row.id));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
