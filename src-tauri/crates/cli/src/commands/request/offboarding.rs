//! The end of a tenant as one request. Its name is typed by whoever asks, and again by whoever signs.

use clap::Args;
use custody::request::{OffboardingOrder, ReclaimHours, Wanted};
use workplace::Desk;

use super::asked::Asked;
use super::keks::PurgeWhen;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;

/// The end of everything of a tenant.
#[derive(Debug, Args)]
pub struct Offboard {
    /// The tenant, by name or id; countersign offboard survey TENANT says what there is of it
    tenant: String,
    /// Its name, typed once more
    #[arg(long, value_name = "NAME")]
    confirm_name: String,
    /// When what is deleted in the vault is purged
    #[arg(long, value_enum, default_value_t = PurgeWhen::AtOnce)]
    purge: PurgeWhen,
    /// Hours of the day, in UTC, in which tables may be locked and rewritten, such as 22-4; otherwise any
    #[arg(long, value_name = "HOURS", default_value = "any")]
    reclaim_hours: ReclaimHours,
    #[command(flatten)]
    asked: Asked,
}

impl Offboard {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let order = OffboardingOrder {
            tenant: find::tenant(&desk.console.register, &self.tenant).await?,
            typed_name: self.confirm_name,
            purge: self.purge.into(),
            reclaim_hours: self.reclaim_hours,
        };
        self.asked.submit(desk, context, &Wanted::OffboardTenant(order)).await
    }
}
