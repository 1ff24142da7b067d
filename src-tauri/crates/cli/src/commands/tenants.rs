//! `countersign tenants list|show`: whom keys belong to, and how far they are separated from the others.

use clap::{Args, Subcommand};
use domain::TenantId;
use register::{TENANT_ESTATES_PAGE_MAX, TenantCursor};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::views::tenants;

/// Tenants.
#[derive(Debug, Subcommand)]
pub enum Tenants {
    /// A page of tenants with their keys, and whether a KEK of theirs wraps for others as well
    List(List),
    /// One tenant: integrations, keys, the KEKs above them, and what must be kept
    Show {
        /// Its name, or its id
        tenant: String,
    },
}

/// Which tenants.
#[derive(Debug, Args)]
pub struct List {
    /// Beginning of the name
    #[arg(default_value = "")]
    name: String,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(TENANT_ESTATES_PAGE_MAX)))]
    limit: u32,
    /// Where the page before said that the next one begins
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    after: Option<TenantCursor>,
}

impl Tenants {
    /// Lists or shows.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => with_desk(context, async |desk| list.page(desk).await).await,
            Self::Show { tenant } => with_desk(context, async |desk| show(desk, &tenant).await).await,
        }
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let page = desk.console.register.tenants_page(&self.name, self.after.as_ref(), self.limit).await?;
        let next = page.next.as_ref().map(written);
        let document = json!({
            "tenants": page.rows.iter().map(tenants::document).collect::<Vec<_>>(),
            "next": next,
        });
        let more = next.map(|next| format!("\nnext page: --after '{next}'")).unwrap_or_default();
        let text = match page.rows.is_empty() {
            true => "No tenants.".to_owned(),
            false => format!("{}{more}", tenants::table(&page.rows)),
        };
        Ok(Answer::new(document, text))
    }
}

async fn show(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let id = find::tenant(register, named).await?;
    let found = register.tenant_detail(id).await?.ok_or_else(|| find::unknown_tenant(named))?;
    Ok(Answer::new(tenants::detail_document(&found), tenants::detail_text(&found)))
}

/// A cursor on the command line: the id, then the name.
fn written(cursor: &TenantCursor) -> String {
    format!("{}:{}", cursor.id, cursor.folded)
}

fn cursor(text: &str) -> Result<TenantCursor, String> {
    let parts = text.split_once(':').and_then(|(id, folded)| Some((id.parse::<TenantId>().ok()?, folded.to_owned())));
    let (id, folded) = parts.ok_or_else(|| "this is no cursor that a page has named".to_owned())?;
    Ok(TenantCursor { folded, id })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let went = TenantCursor { folded: "a:b c".to_owned(), id };
        assert_eq!(cursor(&written(&went)), Ok(went));
        assert!(cursor("acme").is_err());
    }
}
