//! Lists in pages: objects by name, versions by id.
//!
//! A page's link carries the last name shown, not a position: what is added or removed meanwhile
//! moves nothing twice and skips nothing.

use crate::answer::Answer;
use crate::encoding::{b64, unb64};
use crate::object::{Object, Version};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::shelf::Shelf;
use crate::store::{is_recoverable, live};
use crate::view::{View, deleted_item, latest, version_id};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// As many items as the service ever puts into a page.
const PAGE_ITEMS_MAX: usize = 25;

/// What the query string says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub api_version: String,
    page_items: Option<String>,
    skip_token: Option<String>,
}

impl Query {
    pub fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "api-version" => parsed.api_version = value.to_owned(),
                "maxresults" => parsed.page_items = Some(value.to_owned()),
                // None of a token's characters is ever escaped; the dollar sign may be.
                "$skiptoken" | "%24skiptoken" => parsed.skip_token = Some(value.to_owned()),
                _ => {}
            }
        }
        parsed
    }

    fn page_items(&self) -> Result<usize, Refusal> {
        let Some(text) = &self.page_items else { return Ok(PAGE_ITEMS_MAX) };
        match text.parse() {
            Ok(count) if (1..=PAGE_ITEMS_MAX).contains(&count) => Ok(count),
            _ => Err(Refusal::bad_parameter(format!(
                "Invalid maxresults value '{text}': it must be between 1 and {PAGE_ITEMS_MAX}."
            ))),
        }
    }

    /// The name after which the page begins.
    fn after(&self) -> Result<Option<String>, Refusal> {
        let Some(token) = &self.skip_token else { return Ok(None) };
        let name = unb64("$skiptoken", token)?;
        let name = String::from_utf8(name.to_vec())
            .map_err(|_not_text| Refusal::bad_parameter("The $skiptoken was not made by this vault."))?;
        Ok(Some(name))
    }
}

pub(crate) fn objects<V: View>(shelf: &Shelf<V>, place: &Place, query: &Query) -> Result<Answer, Refusal> {
    let (page, next) = page(shelf, place, query, |object| object.deletion.is_none())?;
    let items = page
        .iter()
        .map(|object| Ok(latest(object)?.item(place.id(V::COLLECTION, &object.name), place)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    answer(items, next, V::COLLECTION, place, query)
}

pub(crate) fn deleted_objects<V: View>(shelf: &Shelf<V>, place: &Place, query: &Query) -> Result<Answer, Refusal> {
    let (page, next) = page(shelf, place, query, |object| is_recoverable(object, place.now))?;
    let items = page
        .iter()
        .filter_map(|object| Some(deleted_item(object, object.deletion?, place)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    answer(items, next, V::DELETED, place, query)
}

pub(crate) fn versions<V: View>(shelf: &Shelf<V>, place: &Place, name: &str, query: &Query) -> Result<Answer, Refusal> {
    let object = live(shelf, place, name)?;
    let (count, after) = (query.page_items()?, query.after()?);
    let mut following: Vec<&V> = object
        .versions
        .iter()
        .filter(|it| after.as_ref().is_none_or(|after| it.properties().version > *after))
        .collect();
    // By id, as the service does: a client that takes the last of a list for the latest is wrong.
    following.sort_by(|a, b| a.properties().version.cmp(&b.properties().version));
    let more = following.len() > count;
    following.truncate(count);
    let next = following.last().filter(|_| more).map(|it| it.properties().version.clone());
    let items = following.into_iter().map(|it| it.item(version_id(&object, it, place), place)).collect();
    let path = format!("{}/{}/versions", V::COLLECTION, object.name);
    answer(items, next, &path, place, query)
}

type Page<V> = (Vec<Arc<Object<V>>>, Option<String>);

fn page<V: Version>(
    shelf: &Shelf<V>,
    place: &Place,
    query: &Query,
    keep: impl Fn(&Object<V>) -> bool,
) -> Result<Page<V>, Refusal> {
    let (count, after) = (query.page_items()?, query.after()?);
    let mut found = shelf.page(&place.vault, after.as_deref(), count + 1, keep);
    let more = found.len() > count;
    found.truncate(count);
    let next = found.last().filter(|_| more).map(|it| it.id().name);
    Ok((found, next))
}

fn answer(
    items: Vec<Map<String, Value>>,
    next: Option<String>,
    path: &str,
    place: &Place,
    query: &Query,
) -> Result<Answer, Refusal> {
    let link = next.map(|name| {
        let size = query.page_items.as_ref().map_or(String::new(), |it| format!("&maxresults={it}"));
        format!("{}/{path}?api-version={}&$skiptoken={}{size}", place.origin, place.api_version, b64(name.as_bytes()),)
    });
    let answer = Answer::json(&json!({ "value": items, "nextLink": link }))?;
    Ok(answer.about(format!("{}/{path}", place.origin)))
}
