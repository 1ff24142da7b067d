//! `countersign keys list|show`.

use clap::{Args, Subcommand, ValueEnum};
use domain::{KeyKind, KeyState, StorageMedium};
use register::{Direction, DueFilter, KEYS_PAGE_MAX, KeyCursor, KeyFilter, KeyOrder, KeySort, TIMELINE_MAX};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::people::Directory;
use crate::views::keys;

/// The keys in the register.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// A page of keys
    List(Box<List>),
    /// Everything about one key
    Show {
        /// Its name, or its id
        key: String,
    },
}

/// Which keys, in which order.
#[derive(Debug, Args)]
pub struct List {
    /// Words that all occur in name, tenant, integration, secret, owner or purpose
    text: Vec<String>,
    /// Kind of key, such as kek or dek; several are alternatives
    #[arg(long, value_name = "KIND")]
    kind: Vec<KeyKind>,
    /// State, such as active; several are alternatives
    #[arg(long, value_name = "STATE")]
    state: Vec<KeyState>,
    /// Where it lies: key_vault, postgresql_wrapped or kubernetes_secret_legacy
    #[arg(long, value_name = "MEDIUM")]
    storage: Vec<StorageMedium>,
    /// Past the date of its rotation
    #[arg(long, conflicts_with_all = ["due_within", "violations"])]
    overdue: bool,
    /// Rotation due within so many days
    #[arg(long, value_name = "DAYS", conflicts_with = "violations")]
    due_within: Option<u32>,
    /// Breaks a rule on algorithm, storage, owner or purpose
    #[arg(long)]
    violations: bool,
    /// Of this tenant
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Of this owner
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// DEKs under this KEK
    #[arg(long, value_name = "KEK")]
    under: Option<String>,
    /// Order
    #[arg(long, value_enum, default_value_t = Sort::Name)]
    sort: Sort,
    /// Largest first
    #[arg(long)]
    descending: bool,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(KEYS_PAGE_MAX)))]
    limit: u32,
    /// Where the page before said that the next one begins
    #[arg(long, value_name = "CURSOR")]
    after: Option<KeyCursor>,
}

/// What keys are ordered by.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    /// Name
    Name,
    /// Tenant, then name
    Tenant,
    /// State, then name
    State,
    /// Date of rotation
    RotateBy,
    /// When it was made
    Created,
    /// Number of the version
    Version,
}

impl Keys {
    /// Lists or shows.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => with_desk(context, async |desk| list.page(desk).await).await,
            Self::Show { key } => with_desk(context, async |desk| show(desk, &key).await).await,
        }
    }
}

impl List {
    fn order(&self) -> KeyOrder {
        let sort = match self.sort {
            Sort::Name => KeySort::Name,
            Sort::Tenant => KeySort::Tenant,
            Sort::State => KeySort::State,
            Sort::RotateBy => KeySort::RotateBy,
            Sort::Created => KeySort::Created,
            Sort::Version => KeySort::Version,
        };
        KeyOrder { sort, direction: if self.descending { Direction::Descending } else { Direction::Ascending } }
    }

    fn due(&self) -> Option<DueFilter> {
        match (self.overdue, self.due_within, self.violations) {
            (true, ..) => Some(DueFilter::Overdue),
            (_, Some(days), _) => Some(DueFilter::Within { days }),
            (_, _, true) => Some(DueFilter::Violations),
            _ => None,
        }
    }

    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let wrapped_by = match &self.under {
            Some(kek) => Some(find::key(register, kek).await?),
            None => None,
        };
        let (order, due) = (self.order(), self.due());
        if self.after.as_ref().is_some_and(|cursor| cursor.order() != order) {
            return Err(Failure::new("usage", "this cursor belongs to another order".to_owned())
                .could_not_tell()
                .hint("give the same --sort and --descending as for the page before"));
        }
        let filter = KeyFilter {
            kinds: self.kind,
            states: self.state,
            storage: self.storage,
            due,
            tenant: self.tenant,
            owner: self.owner,
            wrapped_by,
            text: self.text.join(" "),
        };
        let page = register.keys_page(&filter, order, self.after.as_ref(), self.limit).await?;
        let count = register.count_keys(&filter).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        let document = json!({
            "keys": page.rows.iter().map(|row| keys::document(row, page.now)).collect::<Vec<_>>(),
            "matching": count.value,
            "matching_is_exact": count.is_exact,
            "next": next,
        });
        let about = if count.is_exact { "" } else { "about " };
        let more = next.map(|cursor| format!("\nnext page: --after {cursor}")).unwrap_or_default();
        let text = format!("{}\n{about}{} keys match{more}", keys::table(&page.rows, page.now), count.value);
        Ok(Answer::new(document, text))
    }
}

async fn show(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let id = find::key(register, named).await?;
    let unknown = || Failure::new("key_unknown", format!("there is no key {named}")).hint("countersign keys list");
    let found = register.key_detail(id).await?.ok_or_else(unknown)?;
    let timeline = register.timeline(id, TIMELINE_MAX).await?;
    let people = Directory::read(desk).await?;
    let text = keys::detail_text(&found, &timeline, &people);
    Ok(Answer::new(keys::detail_document(&found, &timeline, &people), text))
}
