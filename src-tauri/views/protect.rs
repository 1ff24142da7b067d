//! Scopes, holds and protective acts in their wire forms.

use domain::{KeyId, TenantId};
use ipc::{HoldKind, HoldView, ProtectAct, Scope, SubjectView, Thing, UnconfirmedView};
use register::{HoldRow, HoldTarget, ProtectiveActRow};

use super::moments::{count32, micros};
use super::people::Directory;
use crate::failure::Failure;

/// What is done to keys.
pub(crate) fn protection_of(act: ProtectAct) -> custody::protect::Protection {
    match act {
        ProtectAct::Suspend => custody::protect::Protection::Suspend,
        ProtectAct::Revoke => custody::protect::Protection::Revoke,
        ProtectAct::Disable => custody::protect::Protection::Disable,
        ProtectAct::ReportCompromise => custody::protect::Protection::Compromised,
    }
}

/// A tenant the window named.
pub(crate) fn tenant_of(id: &ipc::TenantId) -> Result<TenantId, Failure> {
    id.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Tenant))
}

/// A scope the window named.
pub(crate) fn scope_of(scope: &Scope) -> Result<register::Scope, Failure> {
    Ok(match scope {
        Scope::Key { key } => register::Scope::Key(super::keys::key_of(key)?),
        Scope::Integration { tenant, integration } => {
            register::Scope::Integration(tenant_of(tenant)?, integration.clone())
        }
        Scope::Tenant { tenant } => register::Scope::Tenant(tenant_of(tenant)?),
    })
}

/// A tenant's id.
pub(crate) fn tenant_id(id: TenantId) -> ipc::TenantId {
    ipc::TenantId(id.to_string())
}

fn key_id(id: KeyId) -> ipc::KeyId {
    ipc::KeyId(id.to_string())
}

/// What an act is upon; `None` for everything, which is no scope of a protective act.
pub(crate) fn subject(scope: &register::Scope, name: &str) -> Option<SubjectView> {
    let (scope, name) = match scope {
        register::Scope::Key(key) => (Scope::Key { key: key_id(*key) }, name.to_owned()),
        register::Scope::Integration(tenant, integration) => {
            let scope = Scope::Integration { tenant: tenant_id(*tenant), integration: integration.clone() };
            (scope, format!("{name} · {integration}"))
        }
        register::Scope::Tenant(tenant) => (Scope::Tenant { tenant: tenant_id(*tenant) }, name.to_owned()),
        register::Scope::Everything(_) => return None,
    };
    Some(SubjectView { scope, name })
}

/// Keys of a protective act that the vault has not confirmed; `None` when it has confirmed all.
pub(crate) fn unconfirmed(row: &ProtectiveActRow) -> Option<UnconfirmedView> {
    let keys = row.in_vault.saturating_sub(row.confirmed);
    (keys > 0 && row.confirmed_seq.is_none()).then_some(())?;
    Some(UnconfirmedView {
        act: count32(row.seq),
        subject: subject(&row.scope, &row.name)?,
        keys: count32(keys),
        since: micros(row.at),
    })
}

/// A hold.
pub(crate) fn hold(row: &HoldRow, people: &Directory<'_>) -> HoldView {
    let scope = match row.target {
        HoldTarget::Tenant(tenant) => Scope::Tenant { tenant: tenant_id(tenant) },
        HoldTarget::Key(key) => Scope::Key { key: key_id(key) },
    };
    HoldView {
        hold: ipc::HoldId(row.id.to_string()),
        kind: match row.kind {
            register::HoldKind::Legal => HoldKind::LegalHold,
            register::HoldKind::Incident => HoldKind::Incident,
        },
        subject: SubjectView { scope, name: row.target_name.clone() },
        reference: row.reference.clone(),
        reason: row.reason.clone(),
        set_by: people.person(row.set_by),
        set_at: micros(row.set_at),
        entry: count32(row.set_seq),
        lifted_at: row.lifted_at.map(micros),
    }
}
