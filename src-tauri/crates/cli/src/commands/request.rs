//! `countersign request …`: what needs two people is asked for here.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use custody::request::{Grounds, NewKek, RotationOptions, Wanted, Windows};
use domain::{Classification, KeyId, KeyName, Role, Text};
use rand_core::OsRng;
use register::{REQUESTS_PAGE_MAX, RequestFolder};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::{passphrase, with_desk};
use crate::context::Context;
use crate::durations::duration;
use crate::failure::Failure;
use crate::find;
use crate::output::tell;
use crate::people::{Directory, requesting_role};
use crate::views::{plans, requests};

const TEXT_CHARS_MAX: usize = 200;

/// Requests.
#[derive(Debug, Subcommand)]
pub enum Request {
    /// Ask for a new version of a KEK, every DEK re-wrapped, the old version disabled
    RotateKek(RotateKek),
    /// Ask for a new KEK in the vault
    CreateKek(CreateKek),
    /// A folder of requests, newest first
    List(List),
    /// One request: the plan, before and after, who has signed, who may
    Show {
        /// Its number, such as R-7, or its id
        request: String,
    },
    /// Take your own request back
    Withdraw {
        /// Its number, such as R-7, or its id
        request: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// What every request says.
#[derive(Debug, Args)]
pub struct Asked {
    /// Why
    #[arg(long)]
    reason: String,
    /// The change record it belongs to
    #[arg(long, value_name = "RECORD")]
    change: String,
    /// What will be done if it goes wrong
    #[arg(long, value_name = "PLAN")]
    rollback: String,
    /// Until when signatures count
    #[arg(long, value_name = "DURATION", default_value = "48h", value_parser = duration)]
    approve_within: Duration,
    /// Until when its run may start
    #[arg(long, value_name = "DURATION", default_value = "120h", value_parser = duration)]
    execute_within: Duration,
    /// The role in which you ask; otherwise the first of yours that may
    #[arg(long)]
    role: Option<Role>,
    /// Only show what would be asked for
    #[arg(long)]
    dry_run: bool,
}

/// A rotation.
#[derive(Debug, Args)]
pub struct RotateKek {
    /// The KEK, by name or id
    key: String,
    /// How long the old version stays enabled for late readers, such as 24h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    grace: Option<Duration>,
    /// Open every new wrap once, instead of one in each batch
    #[arg(long)]
    full_proof: bool,
    #[command(flatten)]
    asked: Asked,
}

/// A new KEK.
#[derive(Debug, Args)]
pub struct CreateKek {
    /// Its name in the vault
    name: String,
    /// RSA length: 2048, 3072 or 4096
    #[arg(long, default_value_t = 3072)]
    bits: u32,
    /// Who answers for it
    #[arg(long)]
    owner: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// public, internal, confidential or restricted
    #[arg(long, default_value = "restricted")]
    classification: Classification,
    #[command(flatten)]
    asked: Asked,
}

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

impl Request {
    /// Asks, lists, shows or takes back.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::RotateKek(it) => with_desk(context, async |desk| it.ask(desk, context).await).await,
            Self::CreateKek(it) => with_desk(context, async |desk| it.ask(desk, context).await).await,
            Self::List(it) => with_desk(context, async |desk| it.page(desk).await).await,
            Self::Show { request } => with_desk(context, async |desk| show(desk, &request).await).await,
            Self::Withdraw { request, reason } => {
                with_desk(context, async |desk| withdraw(desk, &request, &reason).await).await
            }
        }
    }
}

impl RotateKek {
    async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let key = find::key(register, &self.key).await?;
        let grace = match self.grace {
            Some(grace) => grace,
            None => Duration::from_secs(u64::from(register.settings().await?.grace_seconds)),
        };
        let options = RotationOptions { grace, full_proof: self.full_proof };
        self.asked.submit(desk, context, &Wanted::RotateKek { key, options }).await
    }
}

impl CreateKek {
    async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let name = KeyName::parse(&self.name).map_err(|error| Failure::of("usage", &error).could_not_tell())?;
        let clean = |field, text: &str| Text::parse(field, text, TEXT_CHARS_MAX).map(|text| text.as_str().to_owned());
        let wanted = Wanted::CreateKek(NewKek {
            key: KeyId::make(desk.console.now().await?, &mut OsRng),
            name,
            bits: self.bits,
            owner: clean("owner", &self.owner)?,
            purpose: clean("purpose", &self.purpose)?,
            classification: self.classification,
        });
        self.asked.submit(desk, context, &wanted).await
    }
}

impl Asked {
    /// Plans, shows, and submits under the requester's seal.
    async fn submit(self, desk: &Desk, context: &Context, wanted: &Wanted) -> Result<Answer, Failure> {
        let console = &desk.console;
        let grounds = Grounds { reason: self.reason, change_record: self.change, rollback_plan: self.rollback };
        let windows = Windows { approve_within: self.approve_within, execute_within: self.execute_within };
        let plan = console.plan(desk.person.operator, wanted, grounds, windows).await?;
        console.check_plan(&plan).await?;
        let role = requesting_role(desk, plan.operation, self.role)?;
        if self.dry_run {
            let text = format!("{}\n\nNothing was asked for.", plans::text(&plan));
            return Ok(Answer::new(json!({ "plan": plans::document(&plan), "request": null }), text));
        }
        show_before_signing(context, &plans::text(&plan));
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let receipt = console.submit(&plan, role, &device).await?;
        let row = find::request(desk, &plan.request.to_string()).await?;
        let known = requests::Known::read(desk, row).await?;
        let label = requests::label(known.row.number);
        let mut document = known.document();
        if let Some(all) = document.as_object_mut() {
            all.insert("entry".to_owned(), json!(receipt.seq));
        }
        let text = format!(
            "{label} is submitted under your signature; entry {}. {} more needed: countersign --as NAME sign {label}",
            receipt.seq,
            known.missing()
        );
        Ok(Answer::new(document, text))
    }
}

/// Shows what is about to be signed, unless a program asks and brings the passphrase itself.
pub fn show_before_signing(context: &Context, text: &str) {
    if !(context.json && context.passphrase_file.is_some()) {
        tell(&format!("{text}\n"));
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
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

async fn show(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let row = find::request(desk, named).await?;
    let known = requests::Known::read(desk, row).await?;
    Ok(Answer::new(known.document(), known.text()))
}

async fn withdraw(desk: &Desk, named: &str, reason: &str) -> Result<Answer, Failure> {
    let row = find::request(desk, named).await?;
    let receipt = desk.console.withdraw(row.id, reason, desk.author()).await?;
    let label = requests::label(row.number);
    let document = json!({ "request": label, "id": row.id, "state": "withdrawn", "entry": receipt.seq });
    Ok(Answer::new(document, format!("{label} is withdrawn; entry {}", receipt.seq)))
}
