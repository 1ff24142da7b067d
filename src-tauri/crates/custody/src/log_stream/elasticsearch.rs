//! Elasticsearch's bulk interface: `create` under a stable id, so that what is sent twice is there once.

use std::collections::HashMap;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::delivery::{Parcel, Trouble};
use super::http::{HttpError, client, said, secret_header, taken};

const CREATED: std::ops::RangeInclusive<u16> = 200..=299;
/// The document is there already: from an earlier delivery whose answer was lost.
const THERE_ALREADY: u16 = 409;
const TOO_MANY: u16 = 429;

/// An index or a data stream.
pub struct Elasticsearch {
    client: Client,
    bulk: Url,
    key: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: Created,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "_id")]
    id: Option<String>,
    status: u16,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    reason: String,
}

impl Elasticsearch {
    /// The index at `url`, with an API key in the form in which Elasticsearch gives it out (encoded), trusting these certificates (PEM)
    /// besides those of the system.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn new(url: &Url, api_key: Option<&Zeroizing<String>>, pem: Option<&[u8]>) -> Result<Self, HttpError> {
        let mut bulk = url.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        bulk.set_path(&format!("{path}/_bulk"));
        // Only what is read of the answer.
        bulk.set_query(Some("filter_path=items.*._id,items.*.status,items.*.error.type,items.*.error.reason"));
        let key = match api_key {
            Some(key) => Some(secret_header(&Zeroizing::new(format!("ApiKey {}", key.trim())))?),
            None => None,
        };
        Ok(Self { client: client(url, pem)?, bulk, key })
    }

    pub(super) async fn deliver(&mut self, parcels: &mut Vec<Parcel>) -> Result<(), Trouble> {
        let mut body = String::new();
        for parcel in parcels.iter() {
            body.push_str(&format!("{{\"create\":{{\"_id\":\"{}\"}}}}\n", parcel.id));
            body.push_str(&parcel.line);
            body.push('\n');
        }
        let mut call = self.client.post(self.bulk.clone()).header(CONTENT_TYPE, "application/x-ndjson").body(body);
        if let Some(key) = &self.key {
            call = call.header(AUTHORIZATION, key.clone());
        }
        let answer = taken(call.send().await).await?;
        let strange = |body: &[u8]| Trouble::Later {
            why: format!("its answer is none of a bulk call{}", said(body)),
            after: None,
        };
        let read: Answer = serde_json::from_slice(&answer).map_err(|_unread| strange(&answer))?;
        settle(parcels, read.items)
    }
}

/// Takes away what is there, item by item, and says what is to become of the rest.
fn settle(parcels: &mut Vec<Parcel>, items: Vec<Item>) -> Result<(), Trouble> {
    let found = items.into_iter().filter_map(|item| Some((item.create.id.clone()?, item.create)));
    let mut answered: HashMap<String, Created> = found.collect();
    let mut outcomes: Vec<(Parcel, Option<Created>)> = Vec::with_capacity(parcels.len());
    for parcel in parcels.drain(..) {
        let item = answered.remove(&parcel.id);
        outcomes.push((parcel, item));
    }
    outcomes.retain(|(_, item)| {
        !item.as_ref().is_some_and(|it| CREATED.contains(&it.status) || it.status == THERE_ALREADY)
    });
    let mut trouble = Ok(());
    for (parcel, item) in &outcomes {
        match item {
            Some(item) if item.status == TOO_MANY || item.status >= 500 => {
                trouble = trouble.and(Err(later(parcel, &told(item))));
            }
            Some(item) => {
                // The first that will never be taken is named, whatever else waits.
                trouble = Err(Trouble::Poison { number: parcel.number, why: told(item) });
                break;
            }
            None => trouble = trouble.and(Err(later(parcel, "its answer passes over it"))),
        }
    }
    parcels.extend(outcomes.into_iter().map(|(parcel, _)| parcel));
    trouble
}

fn later(parcel: &Parcel, why: &str) -> Trouble {
    Trouble::Later { why: format!("entry {}: {why}", parcel.number), after: None }
}

fn told(item: &Created) -> String {
    let error = item.error.as_ref().map(|error| said(format!("{} {}", error.kind, error.reason).as_bytes()));
    format!("it answered {}{}", item.status, error.unwrap_or_default())
}
