//! `countersign review period|sign|history`: two leads look through what happened to keys, and sign the ledger's checkpoint with it.

use clap::Args;
use custody::review::{Becomes, Finding, Group, ReviewWords};
use domain::Role;
use register::{Register, TRANSITION_REVIEWS_PAGE_MAX};
use serde_json::json;
use workplace::Desk;

use super::super::request::show_before_signing;
use crate::answer::Answer;
use crate::at_work::passphrase;
use crate::context::Context;
use crate::failure::{Failure, why_not};
use crate::find;
use crate::people::Directory;
use crate::views::transitions::{self, Period};

/// A lead's signature.
#[derive(Debug, Args)]
pub struct Sign {
    /// What you looked at
    #[arg(long)]
    note: String,
    /// Something you found, for the record
    #[arg(long, value_name = "TEXT")]
    finding: Vec<String>,
    /// Something you found that is an incident, by the hold that keeps its evidence
    #[arg(long, value_name = "HOLD=TEXT", value_parser = named)]
    incident: Vec<(String, String)>,
    /// Something you found for which an exception is asked for
    #[arg(long, value_name = "REQUEST=TEXT", value_parser = named)]
    exception: Vec<(String, String)>,
    /// As which lead, security or devops, where you are both
    #[arg(long, value_name = "ROLE")]
    role: Option<Role>,
    /// Begin a new review in place of one that waits for its second lead
    #[arg(long)]
    anew: bool,
}

/// Which reviews.
#[derive(Debug, Args)]
pub struct History {
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(TRANSITION_REVIEWS_PAGE_MAX)))]
    limit: u32,
    /// Only reviews of checkpoints before this entry
    #[arg(long, value_name = "ENTRY")]
    before: Option<u64>,
}

fn named(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(named, words)| (named.trim().to_owned(), words.trim().to_owned()));
    parts.filter(|(named, words)| !named.is_empty() && !words.is_empty()).ok_or_else(|| "give NAME=TEXT".to_owned())
}

/// The list after `after`, up to `until` or to the ledger's end.
async fn read(desk: &Desk, after: u64, until: Option<u64>) -> Result<Period, Failure> {
    let (console, register) = (&desk.console, &desk.console.register);
    let list = console.transitions(after, until).await?;
    let numbers: Vec<u64> = list.items.iter().map(|item| item.number).collect();
    let mut refusals = Vec::new();
    for item in list.items.iter().filter(|item| item.group == Group::Refusals) {
        let number = |name: &str| item.entry.attribute(name).and_then(|text| text.parse().ok());
        if let Some((first, last)) = number("first").zip(number("last")) {
            refusals.extend(register.refusal_tally(first, last).await?);
        }
    }
    let (rows, looks) = (register.entries_of(&numbers).await?, register.looks_missing(list.size).await?);
    Ok(Period { list, rows, refusals, looks })
}

/// The review that waits for its second lead, or what a new one would be about.
pub async fn period(desk: &Desk) -> Result<Answer, Failure> {
    let standing = desk.console.register.transition_standing().await?;
    let people = Directory::read(desk).await?;
    let found = read(desk, standing.after, standing.open).await?;
    let mut document = found.document(&people);
    let open = match standing.open {
        Some(size) => desk.console.register.transition_reviews(size.checked_add(1), 1).await?.pop(),
        None => None,
    };
    if let Some(all) = document.as_object_mut() {
        all.insert("due_at".to_owned(), json!(standing.due_at.to_string()));
        all.insert("waits_for_second_lead".to_owned(), json!(open.as_ref().map(transitions::document)));
    }
    let waits = open.map_or_else(
        || format!("due {}", standing.due_at),
        |open| {
            format!(
                "{} signed as {}; the other lead closes it: countersign --as NAME review sign",
                open.signed.by_name, open.signed.role
            )
        },
    );
    Ok(Answer::new(document, format!("{}\n{waits}", found.text(&people))))
}

impl Sign {
    /// Signs as the first lead, or closes what the first one signed.
    pub async fn run(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let standing = register.transition_standing().await?;
        let open = standing.open.filter(|_| !self.anew);
        let may = match open {
            Some(size) => register.may_close_review(size, desk.person.operator).await?,
            None => register.may_review(desk.person.operator).await?,
        };
        if may != "ok" {
            return Err(why_not(&may, &[]));
        }
        let findings = self.findings(desk).await?;
        if open.is_none() {
            // What was refused comes onto the list first.
            desk.console.attest_refusals(desk.author()).await?;
        }
        let found = read(desk, standing.after, open).await?;
        if !found.looks.is_empty() {
            return Err(why_not("looks_missing", &[]).with("entries", found.looks.clone()));
        }
        let role = self.role(desk, open).await?;
        let people = Directory::read(desk).await?;
        show_before_signing(context, &found.text(&people));
        let kept = desk.kept_tree().await?;
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let words = ReviewWords { role, note: &self.note, findings: &findings };
        let done = match open {
            Some(_) => desk.console.close_review(&device, kept.as_ref(), &found.list, &words).await?,
            None => desk.console.sign_review(&device, kept.as_ref(), &found.list, &words).await?,
        };
        desk.keep(&done).await?;
        let row = one(register, done.size).await?;
        let entry = done.receipt.as_ref().map_or(0, |receipt| receipt.seq);
        let text = match open {
            Some(_) => format!("The review up to entry {} is closed; entry {entry}", done.size),
            None => format!(
                "The review up to entry {} has your signature; entry {entry}. The other lead closes it: countersign --as NAME review sign",
                done.size
            ),
        };
        Ok(Answer::new(transitions::document(&row), text))
    }

    async fn findings(&self, desk: &Desk) -> Result<Vec<Finding>, Failure> {
        let note = |words: &String| Finding { about: None, becomes: Becomes::Note, words: words.clone() };
        let mut findings: Vec<Finding> = self.finding.iter().map(note).collect();
        for (hold, words) in &self.incident {
            let hold = find::hold(&desk.console.register, hold).await?;
            findings.push(Finding { about: None, becomes: Becomes::Incident(hold), words: words.clone() });
        }
        for (request, words) in &self.exception {
            let request = find::request(desk, request).await?.id;
            findings.push(Finding { about: None, becomes: Becomes::Exception(request), words: words.clone() });
        }
        Ok(findings)
    }

    /// The role that was named, or the one that is wanted and held.
    async fn role(&self, desk: &Desk, open: Option<u64>) -> Result<Role, Failure> {
        let wanted = match open {
            Some(size) => match one(&desk.console.register, size).await?.signed.role {
                Role::Security => vec![Role::DevOps],
                _ => vec![Role::Security],
            },
            None => vec![Role::Security, Role::DevOps],
        };
        let held = |role: &Role| desk.person.roles.contains(role) && self.role.is_none_or(|named| named == *role);
        wanted.iter().copied().find(held).ok_or_else(|| why_not("role_missing", &wanted))
    }
}

async fn one(register: &Register, size: u64) -> Result<register::TransitionReviewRow, Failure> {
    let found = register.transition_reviews(size.checked_add(1), 1).await?.pop();
    found.filter(|row| row.size == size).ok_or_else(|| why_not("review_unknown", &[]))
}

impl History {
    /// Reviews, newest first.
    pub async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let rows = desk.console.register.transition_reviews(self.before, self.limit).await?;
        let full = rows.len() >= usize::try_from(self.limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|row| row.size);
        let document =
            json!({ "reviews": rows.iter().map(transitions::document).collect::<Vec<_>>(), "next_before": next });
        let more = next.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match rows.is_empty() {
            true => "No review yet: countersign review period".to_owned(),
            false => format!("{}{more}", transitions::table(&rows)),
        };
        Ok(Answer::new(document, text))
    }
}
