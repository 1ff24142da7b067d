//! `countersign sign`: shows exactly what will change, then takes the passphrase afresh.

use clap::Args;
use custody::request::Verdict;
use domain::{Decision, Operation, Plan, Role};
use serde_json::json;
use workplace::Desk;

use super::request::show_before_signing;
use crate::answer::Answer;
use crate::at_work::{passphrase, with_desk};
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::output::tell;
use crate::people::words;
use crate::typed::Confirmation;
use crate::views::requests::{self, Known};

/// A decision on a request.
#[derive(Debug, Args)]
pub struct Sign {
    /// Its number, such as R-7, or its id
    request: String,
    /// Decline instead of countersigning; needs --reason
    #[arg(long, requires = "reason")]
    reject: bool,
    /// Why it is declined
    #[arg(long, requires = "reject")]
    reason: Option<String>,
    /// The role in which you sign; otherwise the first of yours that counts
    #[arg(long)]
    role: Option<Role>,
    /// Sign only the plan with this hash: for a script whose author has read it
    #[arg(long, value_name = "HEX")]
    plan_hash: Option<String>,
    /// For the end of a tenant: its name, typed by whoever signs; otherwise it is asked for
    #[arg(long, value_name = "NAME", conflicts_with = "reject")]
    confirm_name: Option<String>,
}

impl Sign {
    /// Decides.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| self.decide(desk, context).await).await
    }

    async fn decide(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let row = find::request(desk, &self.request).await?;
        let known = Known::read(desk, row).await?;
        if let Some(refusal) = known.refusal() {
            return Err(refusal);
        }
        let shown = known.plan.hash();
        self.check_hash(shown)?;
        let role = self.role(&known, desk)?;
        let decision = if self.reject { Decision::Reject } else { Decision::Approve };
        show_before_signing(context, &known.text());
        if !known.differences.is_empty() && !context.json {
            // The register lapses the request when it is signed now, so that everybody sees why.
            tell("What this request depends on has changed: signing it makes it lapse.");
        }
        if decision == Decision::Approve {
            self.check_name(&known.plan, context)?;
        }
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let reason = self.reason.as_deref().unwrap_or_default();
        let verdict = Verdict { request: known.row.id, decision, role, reason, shown };
        let receipt = desk.console.decide(verdict, &device, desk.author()).await?;
        if decision == Decision::Approve {
            desk.console.settle(desk.author(), known.row.id).await?;
        }
        let row = find::request(desk, &self.request).await?;
        let known = Known::read(desk, row).await?;
        let label = requests::label(known.row.number);
        let mut document = known.document();
        if let Some(all) = document.as_object_mut() {
            all.insert("decision".to_owned(), json!(decision));
            all.insert("entry".to_owned(), json!(receipt.seq));
        }
        let text = match (decision, known.missing()) {
            (Decision::Reject, _) => format!("{label} is rejected; entry {}", receipt.seq),
            (Decision::Approve, 0) if known.plan.operation.applies() => {
                format!("{label} is countersigned and in force; entry {}", receipt.seq)
            }
            (Decision::Approve, 0) => {
                format!("{label} is countersigned; entry {}. Next: countersign run start {label}", receipt.seq)
            }
            (Decision::Approve, missing) => format!("{label} is signed; entry {}. {missing} more needed", receipt.seq),
        };
        Ok(Answer::new(document, text))
    }

    fn check_hash(&self, shown: [u8; 32]) -> Result<(), Failure> {
        let Some(wanted) = &self.plan_hash else { return Ok(()) };
        let wanted: String = wanted.chars().filter(|character| !character.is_whitespace()).collect();
        if wanted.eq_ignore_ascii_case(&hex::encode(shown)) {
            return Ok(());
        }
        let message = format!("the plan on record has the hash {}, not the one you named", hex::encode(shown));
        Err(Failure::new("plan_differs", message).hint("look again: countersign request show REQUEST"))
    }

    /// whoever signs the end of a tenant types its name, before there is a seal.
    fn check_name(&self, plan: &Plan, context: &Context) -> Result<(), Failure> {
        match plan.targets.first() {
            Some(tenant) if plan.operation == Operation::OffboardTenant => Confirmation {
                instead: "--confirm-name NAME",
                given: self.confirm_name.as_deref(),
                question: "Type the tenant's name to sign its end:",
                wanted: &tenant.name,
            }
            .check(context),
            _ => Ok(()),
        }
    }

    fn role(&self, known: &Known, desk: &Desk) -> Result<Role, Failure> {
        let usable = &known.may.roles;
        match self.role {
            Some(role) if usable.contains(&role) => Ok(role),
            Some(role) => Err(Failure::new("role_missing", format!("{} cannot sign this as {role}", desk.person.name))
                .hint(format!("roles that would do: {}", words(usable)))),
            None => usable.first().copied().ok_or_else(|| crate::failure::why_not("role_missing", &known.may.wanted)),
        }
    }
}
