use azure_core::http::Pager;
use azure_core::http::pager::{Page, PagerContinuation, PagerOptions};
use futures::StreamExt;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::error::VaultError;
use crate::vault::Vault;

/// 100,000 objects at Key Vault's 25 a page.
const PAGES_MAX: usize = 4_000;

impl Vault {
    /// Reads a list to its end. Each page is a call of its own: paced, limited in time and asked for again alone, where
    /// the SDK's pager would give the whole list up.
    pub(crate) async fn all_pages<P>(
        &self,
        call: Call,
        list: impl Fn(PagerOptions<'static>) -> azure_core::Result<Pager<P>>,
    ) -> Result<Vec<P::Item>, VaultError>
    where
        P: Page + DeserializeOwned + Send + 'static,
    {
        let mut items = Vec::new();
        let mut continuation = None;
        for _ in 0..PAGES_MAX {
            let (page, next) = self.read(call, || one_page(&list, continuation.clone())).await?;
            items.extend(page);
            if next.is_none() {
                return Ok(items);
            }
            continuation = next;
        }
        Err(VaultError::TooMany { action: call.action, pages_max: PAGES_MAX })
    }
}

async fn one_page<P>(
    list: &impl Fn(PagerOptions<'static>) -> azure_core::Result<Pager<P>>,
    continuation: Option<PagerContinuation>,
) -> azure_core::Result<(Vec<P::Item>, Option<PagerContinuation>)>
where
    P: Page + DeserializeOwned + Send + 'static,
{
    let options = PagerOptions { continuation, ..PagerOptions::default() };
    let mut pages = list(options)?.into_pages();
    let Some(page) = pages.next().await else {
        return Ok((Vec::new(), None));
    };
    let items = page?.into_model()?.into_items().await?.collect();
    Ok((items, pages.continuation().cloned()))
}
