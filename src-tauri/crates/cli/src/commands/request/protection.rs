//! What undoes a protective act, and what ends a hold: two people.

use clap::Args;
use custody::request::{Reactivation, Wanted};
use domain::{KeyId, KeyState};
use register::{KeyFilter, TenantStatus};
use workplace::Desk;

use super::asked::Asked;
use super::selection::all_that_fit;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;

/// States that a key comes back from.
const STOPPED: [KeyState; 3] = [KeyState::Suspended, KeyState::Deactivated, KeyState::Compromised];

/// Keys in one request.
const KEYS_MAX: usize = 500;

/// Keys that shall serve again.
#[derive(Debug, Args)]
pub struct Reactivate {
    /// Keys, by name or id
    #[arg(required_unless_present = "tenant")]
    key: Vec<String>,
    /// All keys of a tenant that are suspended, disabled or compromised, and the tenant with them
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    tenant: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

/// A hold that shall be lifted.
#[derive(Debug, Args)]
pub struct LiftHold {
    /// The hold, by its id or its reference
    hold: String,
    #[command(flatten)]
    asked: Asked,
}

impl Reactivate {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let wanted = match &self.tenant {
            Some(tenant) => of_tenant(desk, tenant).await?,
            None => {
                let mut keys = Vec::with_capacity(self.key.len());
                for named in &self.key {
                    keys.push(find::key(&desk.console.register, named).await?);
                }
                Reactivation { keys, tenant: None }
            }
        };
        self.asked.submit(desk, context, &Wanted::Reactivate(wanted)).await
    }
}

async fn of_tenant(desk: &Desk, named: &str) -> Result<Reactivation, Failure> {
    let register = &desk.console.register;
    let id = find::tenant(register, named).await?;
    let found = register.tenant_detail(id).await?.ok_or_else(|| find::unknown_tenant(named))?;
    let filter = KeyFilter { states: STOPPED.to_vec(), tenant: Some(found.row.name), ..KeyFilter::default() };
    let keys: Vec<KeyId> = all_that_fit(register, &filter, |_any| true).await?;
    match keys.len() {
        0 => Err(Failure::new("nothing_found", "no key of this tenant is out of use".to_owned())
            .hint("countersign keys list --tenant NAME")),
        many if many > KEYS_MAX => {
            Err(Failure::new("too_many_keys", format!("{many} keys fit, and {KEYS_MAX} at most go into one request"))
                .hint("name them, several requests for all of them"))
        }
        _ => Ok(Reactivation { keys, tenant: (found.row.status == TenantStatus::Suspended).then_some(id) }),
    }
}

impl LiftHold {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let hold = find::hold(&desk.console.register, &self.hold).await?;
        self.asked.submit(desk, context, &Wanted::LiftHold { hold }).await
    }
}
