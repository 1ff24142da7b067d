//! Requests that were made: folders, one of them, and taking one back.

use clap::{Args, ValueEnum};
use register::{REQUESTS_PAGE_MAX, RequestFolder};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::find;
use crate::people::Directory;
use crate::views::requests;

/// Which requests.
#[derive(Debug, Args)]
pub struct List {
    /// Folder
    #[arg(long, value_enum, default_value_t = Folder::Open)]
    folder: Folder,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(REQUESTS_PAGE_MAX)))]
    limit: u32,
    /// Only requests with a smaller number
    #[arg(long, value_name = "NUMBER")]
    before: Option<u32>,
}

/// A folder of the inbox.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Folder {
    /// Waits for your signature
    ForMe,
    /// Yours, not decided
    Mine,
    /// Not decided
    Open,
    /// Begun, done, declined, withdrawn, lapsed or expired
    Decided,
}

impl List {
    /// One page of a folder.
    pub async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let folder = match self.folder {
            Folder::ForMe => RequestFolder::ForMe,
            Folder::Mine => RequestFolder::Mine,
            Folder::Open => RequestFolder::Open,
            Folder::Decided => RequestFolder::Decided,
        };
        let register = &desk.console.register;
        let page = register.requests_page(folder, desk.person.operator, self.before, self.limit).await?;
        let people = Directory::read(desk).await?;
        let document = json!({
            "requests": page.rows.iter().map(|row| requests::row_document(row, &people)).collect::<Vec<_>>(),
            "next_before": page.next_below,
        });
        let more = page.next_below.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match page.rows.is_empty() {
            true => "No requests in this folder.".to_owned(),
            false => format!("{}{more}", requests::table(&page.rows, &people)),
        };
        Ok(Answer::new(document, text))
    }
}

/// Everything about one request.
pub async fn show(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let row = find::request(desk, named).await?;
    let known = requests::Known::read(desk, row).await?;
    Ok(Answer::new(known.document(), known.text()))
}

/// Takes one's own request back.
pub async fn withdraw(desk: &Desk, named: &str, reason: &str) -> Result<Answer, Failure> {
    let row = find::request(desk, named).await?;
    let receipt = desk.console.withdraw(row.id, reason, desk.author()).await?;
    let label = requests::label(row.number);
    let document = json!({ "request": label, "id": row.id, "state": "withdrawn", "entry": receipt.seq });
    Ok(Answer::new(document, format!("{label} is withdrawn; entry {}", receipt.seq)))
}
