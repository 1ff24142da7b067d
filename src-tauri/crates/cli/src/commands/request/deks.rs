//! What is asked for DEKs: one, several, or all that a filter finds.

use clap::{Args, ValueEnum};
use custody::request::{DEKS_MAX, DESTROY_DEKS_MAX, ReclaimHours, Wanted};
use domain::{DekTrigger, KeyId, KeyKind};
use register::{DueFilter, KeyFilter, KeyRow, Register};
use workplace::Desk;

use super::asked::Asked;
use super::selection::all_that_fit;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;

/// New DEKs.
#[derive(Debug, Args)]
pub struct RotateDek {
    #[command(flatten)]
    which: Which,
    /// What it is for
    #[arg(long, value_enum)]
    trigger: Trigger,
    #[command(flatten)]
    asked: Asked,
}

/// The end of DEKs.
#[derive(Debug, Args)]
pub struct DestroyDek {
    #[command(flatten)]
    which: Which,
    /// Hours of the day, in UTC, in which tables may be locked and rewritten, such as 22-4; otherwise any
    #[arg(long, value_name = "HOURS", default_value = "any")]
    reclaim_hours: ReclaimHours,
    #[command(flatten)]
    asked: Asked,
}

/// Which DEKs: those that are named, or all live ones that the filters find together.
#[derive(Debug, Args)]
struct Which {
    /// DEKs, by name or id
    #[arg(required_unless_present_any = ["tenant", "integration", "overdue", "due_within"],
          conflicts_with_all = ["tenant", "integration", "overdue", "due_within"])]
    key: Vec<String>,
    /// Those of a tenant
    #[arg(long, value_name = "NAME", conflicts_with = "integration")]
    tenant: Option<String>,
    /// That of a tenant and its integration
    #[arg(long, num_args = 2, value_names = ["TENANT", "INTEGRATION"])]
    integration: Vec<String>,
    /// Those past the date of their rotation
    #[arg(long)]
    overdue: bool,
    /// Those whose rotation is due within so many days
    #[arg(long, value_name = "DAYS", conflicts_with = "overdue")]
    due_within: Option<u32>,
    /// Of those that the filters find, the first to be due
    #[arg(long, value_name = "DEKS", conflicts_with = "key")]
    limit: Option<usize>,
}

/// Why DEKs are rotated.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Trigger {
    /// The tokens were regenerated
    TokenRegeneration,
    /// Somebody else may know the key
    SuspectedCompromise,
    /// The integration belongs to somebody else now
    OwnershipChange,
    /// It is due
    Schedule,
}

impl From<Trigger> for DekTrigger {
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::TokenRegeneration => Self::TokenRegeneration,
            Trigger::SuspectedCompromise => Self::SuspectedCompromise,
            Trigger::OwnershipChange => Self::OwnershipChange,
            Trigger::Schedule => Self::Schedule,
        }
    }
}

impl RotateDek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let keys = self.which.find(&desk.console.register, DEKS_MAX).await?;
        self.asked.submit(desk, context, &Wanted::RotateDeks { keys, trigger: self.trigger.into() }).await
    }
}

impl DestroyDek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let keys = self.which.find(&desk.console.register, DESTROY_DEKS_MAX).await?;
        let wanted = Wanted::DestroyDeks { keys, reclaim_hours: self.reclaim_hours };
        self.asked.submit(desk, context, &wanted).await
    }
}

impl Which {
    /// The DEKs, at most `max`: more than go into one request is said, not cut off.
    async fn find(&self, register: &Register, max: usize) -> Result<Vec<KeyId>, Failure> {
        let mut found = Vec::new();
        if self.key.is_empty() {
            found = self.filtered(register).await?;
            found.truncate(self.limit.unwrap_or(usize::MAX));
        }
        for named in &self.key {
            found.push(find::key(register, named).await?);
        }
        match found.len() {
            0 => Err(Failure::new("nothing_found", "no live DEK fits".to_owned())
                .hint("countersign keys list --kind dek, with the same filters")),
            many if many > max => {
                Err(Failure::new("too_many_keys", format!("{many} DEKs fit, and {max} at most go into one request"))
                    .hint(format!("--limit {max} takes those that are due first; a tenant that leaves is offboarded")))
            }
            _ => Ok(found),
        }
    }

    async fn filtered(&self, register: &Register) -> Result<Vec<KeyId>, Failure> {
        let (tenant, integration) = match self.integration.as_slice() {
            [tenant, integration] => (Some(tenant), Some(integration)),
            _ => (self.tenant.as_ref(), None),
        };
        if let Some(tenant) = tenant {
            find::tenant(register, tenant).await?;
        }
        let due = match (self.overdue, self.due_within) {
            (true, _) => Some(DueFilter::Overdue),
            (_, days) => days.map(|days| DueFilter::Within { days }),
        };
        let filter = KeyFilter { kinds: vec![KeyKind::Dek], tenant: tenant.cloned(), due, ..KeyFilter::default() };
        let fits = |row: &KeyRow| {
            find::is_live(row.state) && integration.is_none_or(|name| row.integration.as_ref() == Some(name))
        };
        all_that_fit(register, &filter, fits).await
    }
}
