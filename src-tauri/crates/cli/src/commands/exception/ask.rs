//! Asking for exceptions: new ones, further terms, closings.

use clap::Args;
use custody::request::{Excepted, NewException, Wanted};
use domain::{ExceptionNumber, KeyKind, Timestamp};
use workplace::Desk;

use super::find;
use crate::answer::Answer;
use crate::commands::request::Asked;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::find as named;

/// A new exception. Its reason is its justification.
#[derive(Debug, Args)]
pub struct Request {
    /// Keys, by name or id
    #[arg(required_unless_present_any = ["kind", "tenant"])]
    key: Vec<String>,
    /// All keys of this type; with --tenant, of that tenant's
    #[arg(long = "type", value_name = "TYPE")]
    kind: Vec<KeyKind>,
    /// All keys of this tenant; with --type, of that type
    #[arg(long, value_name = "NAME")]
    tenant: Vec<String>,
    /// What it departs from, such as B-9-api-secrets: countersign rules show terms lists them
    #[arg(long, value_name = "CLAUSE")]
    clause: String,
    /// What it is about, in a line
    #[arg(long)]
    title: String,
    #[command(flatten)]
    terms: Terms,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    owner: String,
    #[command(flatten)]
    asked: Asked,
}

/// What every exception has.
#[derive(Debug, Args)]
struct Terms {
    /// What limits the risk until then: at least one control that is in place today
    #[arg(long, value_name = "TEXT")]
    controls: String,
    /// Its date: a day, which ends it at its beginning in UTC, or a time with its zone. There is no permanent exception
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Timestamp,
}

/// A further term.
#[derive(Debug, Args)]
pub struct Renew {
    /// The exception, such as EX-57
    exception: ExceptionNumber,
    #[command(flatten)]
    terms: Terms,
    /// What it is about, if that is to be said otherwise
    #[arg(long)]
    title: Option<String>,
    /// Who answers for it, if that is somebody else now
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

/// The end of an exception.
#[derive(Debug, Args)]
pub struct Close {
    /// The exception, such as EX-57
    exception: ExceptionNumber,
    /// What shows that it is no longer needed
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    #[command(flatten)]
    asked: Asked,
}

impl Request {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let (mut keys, mut tenants) = (Vec::with_capacity(self.key.len()), Vec::with_capacity(self.tenant.len()));
        for key in &self.key {
            keys.push(named::key(register, key).await?);
        }
        for tenant in &self.tenant {
            tenants.push(named::tenant(register, tenant).await?);
        }
        let wanted = Wanted::GrantException(NewException {
            excepted: Excepted::Clause { clause: self.clause, keys, kinds: self.kind, tenants },
            title: self.title,
            justification: self.asked.reason().to_owned(),
            controls: self.terms.controls,
            owner: self.owner,
            expires_at: self.terms.until,
        });
        self.asked.submit(desk, context, &wanted).await
    }
}

impl Renew {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let it = find(desk, self.exception).await?.row;
        let wanted = Wanted::GrantException(NewException {
            excepted: Excepted::Renewing(it.id),
            title: self.title.unwrap_or(it.title),
            justification: self.asked.reason().to_owned(),
            controls: self.terms.controls,
            owner: self.owner.unwrap_or(it.owner),
            expires_at: self.terms.until,
        });
        self.asked.submit(desk, context, &wanted).await
    }
}

impl Close {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let exception = find(desk, self.exception).await?.row.id;
        self.asked.submit(desk, context, &Wanted::CloseException { exception, evidence: self.evidence }).await
    }
}
