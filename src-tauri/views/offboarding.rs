//! What a survey of a tenant found, in its wire form: what is there, what stands in the way.

use custody::request::{Blocker, Offboarding};
use ipc::{CheckKind, CheckView, Fate, Finding, FoundKind, FoundView};
use register::TenantKeyRow;

use super::moments::count32;
use super::requests::label;

/// How many names of one check are told.
const NAMES_SHOWN: usize = 5;

/// What was found, and what becomes of it.
pub(crate) fn found(tenant: &Offboarding) -> Vec<FoundView> {
    let row = &tenant.found;
    let counted =
        |kind, count: u64, fate| (count > 0).then(|| FoundView { kind, name: None, count: count32(count), fate });
    let one = |kind, fate| {
        move |key: &TenantKeyRow| {
            let name = Some(key.vault_name.clone().unwrap_or_else(|| key.name.clone()));
            FoundView { kind, name, count: 1, fate }
        }
    };
    let living = tenant.living_keks().map(|name| FoundView {
        kind: FoundKind::SharedKek,
        name: Some(name.to_owned()),
        count: 1,
        fate: Fate::Stays,
    });
    counted(FoundKind::Dek, row.deks, Fate::Erased)
        .into_iter()
        .chain(counted(FoundKind::Token, row.tokens, Fate::Invalidated))
        .chain(tenant.keks().map(one(FoundKind::Kek, Fate::DeletedAndPurged)))
        .chain(tenant.secrets().map(one(FoundKind::Secret, Fate::DeletedAndPurged)))
        .chain(tenant.certificates().map(one(FoundKind::Certificate, Fate::OutOfUse)))
        .chain(tenant.elsewhere().map(one(FoundKind::Elsewhere, Fate::OutOfUse)))
        .chain(living)
        .chain(counted(FoundKind::Exception, tenant.exceptions(), Fate::Ends))
        .chain(counted(FoundKind::OpenRequest, tenant.open_requests(), Fate::Ends))
        .collect()
}

/// Every check, with what it found. `undrilled` are KEKs for which a restore drill is still wanted.
pub(crate) fn checks(tenant: &Offboarding, undrilled: Vec<String>) -> Vec<CheckView> {
    let blockers = tenant.blockers();
    let named = |kind| -> Vec<String> { blockers.iter().filter(|blocker| check(blocker) == kind).map(name).collect() };
    let blocking = [
        CheckKind::LegalHold,
        CheckKind::Incident,
        CheckKind::OthersUnderKek,
        CheckKind::RunUnderWay,
        CheckKind::Status,
    ];
    let open = tenant.found.work.iter().filter(|work| work.run.is_none()).map(|work| label(work.number));
    let warning = [(CheckKind::RestoreDrill, undrilled), (CheckKind::OpenRequest, open.collect())];
    let blocks = blocking.into_iter().map(|kind| view(kind, named(kind), Finding::Blocks));
    blocks.chain(warning.into_iter().map(|(kind, names)| view(kind, names, Finding::Warns))).collect()
}

fn view(kind: CheckKind, mut names: Vec<String>, otherwise: Finding) -> CheckView {
    let count = count32(names.len());
    names.truncate(NAMES_SHOWN);
    CheckView { kind, finding: if count == 0 { Finding::Clear } else { otherwise }, count, names }
}

/// The check that a blocker belongs to. One that this console does not know still blocks, and is named.
fn check(blocker: &Blocker) -> CheckKind {
    match blocker {
        Blocker::Held { kind, .. } if kind == "incident" => CheckKind::Incident,
        Blocker::Held { .. } => CheckKind::LegalHold,
        Blocker::Run { .. } => CheckKind::RunUnderWay,
        Blocker::DeksOfOthers { .. } | Blocker::LiveDeks { .. } => CheckKind::OthersUnderKek,
        _ => CheckKind::Status,
    }
}

fn name(blocker: &Blocker) -> String {
    match blocker {
        Blocker::Held { reference, .. } => reference.clone(),
        Blocker::Run { request, .. } => label(*request),
        Blocker::DeksOfOthers { kek, deks } => format!("{deks} DEKs under {kek}"),
        other => other.to_string(),
    }
}
