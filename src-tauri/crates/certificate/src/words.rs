//! Sentences and names: what people read, made from words of the formats.

use std::collections::BTreeMap;

use domain::{KeyKind, Operation, StepKind};

use crate::document::Destroyed;
use crate::entries::Act;

/// Attributes that say where an act belongs, and no figure of it.
const PLACING: [&str; 7] = ["run", "fence", "step", "position", "payload_digest", "plan_hash", "request"];

/// What an act that is evidence says; `None` for one that is none.
pub(crate) fn act_in_words(act: &Act, destroyed: &[Destroyed]) -> Option<String> {
    let of = |name: &str| act.entry.attribute(name).unwrap_or_default();
    let counted = |one: &str, many: &str| match of("count") {
        "" => format!("All {many} were"),
        "1" => format!("1 {one} was"),
        count => format!("{count} {many} were"),
    };
    Some(match act.verb() {
        "keys.deactivated" => {
            format!("{} taken out of use: nothing new is sealed or wrapped under them.", counted("key", "keys"))
        }
        "tokens.deleted" => format!("{} overwritten and deleted.", counted("token", "tokens")),
        "dek.erased" => {
            format!("{} overwritten with zeros and deleted.", counted("wrapped DEK", "wrapped DEKs"))
        }
        "register.reclaimed" => "The tables were rewritten, so that the old bytes left their files.".to_owned(),
        "key.deleted" => format!("{} was deleted in the vault.", named(act, destroyed)),
        "key.purged" => {
            format!("{} was purged from the vault: a read was answered with not found.", named(act, destroyed))
        }
        "keys.destroyed" => format!("{} proven destroyed.", counted("key", "keys")),
        "step.done" => format!("Step done: {}.", step_in_words(of("step"))),
        "run.finished" => "The run was verified and called over.".to_owned(),
        _ => return None,
    })
}

/// The particulars an act carries.
pub(crate) fn figures_of(act: &Act) -> BTreeMap<String, String> {
    let is_figure = |name: &&String| !PLACING.contains(&name.as_str());
    let names = act.entry.attributes.keys().filter(is_figure);
    names.map(|name| (name.clone(), act.entry.attribute(name).unwrap_or_default().to_owned())).collect()
}

/// The key that an act is about, by its name where it has one.
fn named(act: &Act, destroyed: &[Destroyed]) -> String {
    let subject = &act.entry.subject;
    match destroyed.iter().find(|row| subject.kind == "key" && row.key.to_string() == subject.name) {
        Some(row) => format!("{} {}", capitalised(kind_in_words(row.kind)), row.name),
        None => format!("{} {}", capitalised(&subject.kind), subject.name),
    }
}

/// With a capital letter at the beginning.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn step_in_words(word: &str) -> String {
    let words = match word.parse::<StepKind>() {
        Ok(StepKind::Compare) => "the plan was compared with what was there, and the signatures were proven",
        Ok(StepKind::Deactivate) => "keys taken out of use",
        Ok(StepKind::DeleteTokens) => "tokens overwritten and deleted",
        Ok(StepKind::EraseWraps) => "wrapped DEKs overwritten and deleted",
        Ok(StepKind::Reclaim) => "tables rewritten",
        Ok(StepKind::DeleteFromVault) => "deleted in the vault",
        Ok(StepKind::AwaitPurge) => "purged from the vault",
        Ok(StepKind::ProveAbsent) => "absence proven",
        Ok(StepKind::Close) => "verified and closed",
        _ => word,
    };
    words.to_owned()
}

/// An operation, as a heading says it.
pub(crate) fn operation_in_words(operation: Operation) -> &'static str {
    match operation {
        Operation::DestroyDek => "Data-encryption keys destroyed",
        Operation::DestroyKek => "Key-encryption key destroyed",
        Operation::DestroySecret => "Secret destroyed",
        Operation::OffboardTenant => "Tenant offboarded: all its keys destroyed",
        other => other.word(),
    }
}

/// A kind of key, as people say it.
pub(crate) fn kind_in_words(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Kek => "key-encryption key",
        KeyKind::Dek => "data-encryption key",
        KeyKind::Database => "database key",
        KeyKind::Provider => "provider's key",
        KeyKind::TlsCertificate => "TLS certificate",
        KeyKind::ApiSecret => "API secret",
        KeyKind::ApiSigning => "API signing key",
        KeyKind::TokenSigning => "token-signing key",
        KeyKind::Backup => "backup key",
        KeyKind::AiService => "AI service's key",
        KeyKind::Secret => "secret",
    }
}
