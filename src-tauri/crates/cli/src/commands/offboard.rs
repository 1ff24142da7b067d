//! `countersign offboard survey`: what there is of a tenant, what stands in the way of its end, and how strong that would be.

use clap::Subcommand;
use custody::request::Residue;
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::views::tenants::Survey;

/// The end of a tenant. It is asked for with `request offboard`.
#[derive(Debug, Subcommand)]
pub enum Offboard {
    /// What is found of a tenant, what is in the way and what to do about it, how strong its erasure would be
    Survey {
        /// Its name, or its id
        tenant: String,
    },
}

impl Offboard {
    /// Looks; ends with 1 while something is in the way.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Self::Survey { tenant } = self;
        with_desk(context, async |desk| survey(desk, &tenant).await).await
    }
}

async fn survey(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let console = &desk.console;
    let tenant = console.offboarding(find::tenant(&console.register, named).await?).await?;
    let now = console.now().await?;
    let residue = Residue::of(console.register.retention().await?, now);
    let recovery = console.vault.probe().await?.recovery;
    let survey = Survey { tenant, residue, recovery, now };
    let exit = if survey.tenant.blockers().is_empty() { Exit::Done } else { Exit::Refused };
    Ok(Answer { document: survey.document(), text: survey.text(), exit })
}
