//! Keys in their wire forms: rows, filters, words.

use domain::Timestamp;
use ipc::{Cursor, FieldProblem, KeyRefView, KeyRowView, Thing};
use register::KeyRow;

use super::moments::{count32, micros};
use crate::failure::Failure;

/// What a key is.
pub(crate) fn key_type(kind: domain::KeyKind) -> ipc::KeyType {
    match kind {
        domain::KeyKind::Kek => ipc::KeyType::Kek,
        domain::KeyKind::Dek => ipc::KeyType::Dek,
        domain::KeyKind::Database => ipc::KeyType::DatabaseKey,
        domain::KeyKind::Provider => ipc::KeyType::CloudKey,
        domain::KeyKind::TlsCertificate => ipc::KeyType::TlsCertificate,
        domain::KeyKind::ApiSecret => ipc::KeyType::ApiSecret,
        domain::KeyKind::ApiSigning => ipc::KeyType::ApiSigningKey,
        domain::KeyKind::TokenSigning => ipc::KeyType::TokenSigningKey,
        domain::KeyKind::Backup => ipc::KeyType::BackupKey,
        domain::KeyKind::AiService => ipc::KeyType::AiServiceKey,
        domain::KeyKind::Secret => ipc::KeyType::GenericSecret,
    }
}

/// A type the window named.
pub(crate) fn kind_of(named: ipc::KeyType) -> domain::KeyKind {
    match named {
        ipc::KeyType::Kek => domain::KeyKind::Kek,
        ipc::KeyType::Dek => domain::KeyKind::Dek,
        ipc::KeyType::DatabaseKey => domain::KeyKind::Database,
        ipc::KeyType::CloudKey => domain::KeyKind::Provider,
        ipc::KeyType::TlsCertificate => domain::KeyKind::TlsCertificate,
        ipc::KeyType::ApiSecret => domain::KeyKind::ApiSecret,
        ipc::KeyType::ApiSigningKey => domain::KeyKind::ApiSigning,
        ipc::KeyType::TokenSigningKey => domain::KeyKind::TokenSigning,
        ipc::KeyType::BackupKey => domain::KeyKind::Backup,
        ipc::KeyType::AiServiceKey => domain::KeyKind::AiService,
        ipc::KeyType::GenericSecret => domain::KeyKind::Secret,
    }
}

/// Where a key stands in its life.
pub(crate) fn key_state(state: domain::KeyState) -> ipc::KeyState {
    match state {
        domain::KeyState::PreActive => ipc::KeyState::PreActive,
        domain::KeyState::Active => ipc::KeyState::Active,
        domain::KeyState::Suspended => ipc::KeyState::Suspended,
        domain::KeyState::Deactivated => ipc::KeyState::Deactivated,
        domain::KeyState::Compromised => ipc::KeyState::Compromised,
        domain::KeyState::Revoked => ipc::KeyState::Revoked,
        domain::KeyState::Destroyed => ipc::KeyState::Destroyed,
        domain::KeyState::Archived => ipc::KeyState::Archived,
    }
}

fn state_of(named: ipc::KeyState) -> domain::KeyState {
    match named {
        ipc::KeyState::PreActive => domain::KeyState::PreActive,
        ipc::KeyState::Active => domain::KeyState::Active,
        ipc::KeyState::Suspended => domain::KeyState::Suspended,
        ipc::KeyState::Deactivated => domain::KeyState::Deactivated,
        ipc::KeyState::Compromised => domain::KeyState::Compromised,
        ipc::KeyState::Revoked => domain::KeyState::Revoked,
        ipc::KeyState::Destroyed => domain::KeyState::Destroyed,
        ipc::KeyState::Archived => domain::KeyState::Archived,
    }
}

/// Where a key is kept.
pub(crate) fn storage(medium: domain::StorageMedium) -> ipc::StorageMedium {
    match medium {
        domain::StorageMedium::KeyVault => ipc::StorageMedium::KeyVault,
        domain::StorageMedium::PostgresqlWrapped => ipc::StorageMedium::Postgresql,
        domain::StorageMedium::KubernetesSecretLegacy => ipc::StorageMedium::KubernetesSecret,
    }
}

fn storage_of(named: ipc::StorageMedium) -> domain::StorageMedium {
    match named {
        ipc::StorageMedium::KeyVault => domain::StorageMedium::KeyVault,
        ipc::StorageMedium::Postgresql => domain::StorageMedium::PostgresqlWrapped,
        ipc::StorageMedium::KubernetesSecret => domain::StorageMedium::KubernetesSecretLegacy,
    }
}

/// How sensitive what a key protects is.
pub(crate) fn classification(of: domain::Classification) -> ipc::Classification {
    match of {
        domain::Classification::Public => ipc::Classification::Public,
        domain::Classification::Internal => ipc::Classification::Internal,
        domain::Classification::Confidential => ipc::Classification::Confidential,
        domain::Classification::Restricted => ipc::Classification::Restricted,
    }
}

/// Days that are due, as the window counts them.
pub(crate) fn days(due: Option<i64>) -> Option<i32> {
    due.map(|days| i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
}

/// A key, named.
pub(crate) fn named(row: &KeyRow) -> KeyRefView {
    KeyRefView { key: ipc::KeyId(row.id.to_string()), name: row.name.clone() }
}

/// A key in the table.
pub(crate) fn row_view(row: &KeyRow, now: Timestamp) -> KeyRowView {
    KeyRowView {
        key: ipc::KeyId(row.id.to_string()),
        name: row.name.clone(),
        key_type: key_type(row.kind),
        tenant: row.tenant_name.clone(),
        integration: row.integration.clone(),
        secret_name: row.secret_name.clone(),
        wraps: row.deks.map(count32),
        version: row.version_number,
        state: key_state(row.state),
        rotate_by: row.rotate_by.map(micros),
        due_in_days: days(row.due_in_days(now)),
        violation: row.violates,
    }
}

/// What a key belongs to, in one line.
pub(crate) fn scope(row: &KeyRow) -> String {
    match (&row.tenant_name, &row.integration, &row.secret_name) {
        (Some(tenant), Some(integration), _) => format!("{tenant} · {integration}"),
        (Some(tenant), None, _) => tenant.clone(),
        (None, _, Some(secret)) => secret.clone(),
        _ => String::new(),
    }
}

/// A filter as the register understands it.
pub(crate) fn filter_of(asked: &ipc::KeyFilter) -> Result<register::KeyFilter, Failure> {
    let due = asked.due.map(|due| match due {
        ipc::DueFilter::Overdue => register::DueFilter::Overdue,
        ipc::DueFilter::Within14Days => register::DueFilter::Within { days: 14 },
        ipc::DueFilter::Within30Days => register::DueFilter::Within { days: 30 },
        ipc::DueFilter::Within90Days => register::DueFilter::Within { days: 90 },
        ipc::DueFilter::Violations => register::DueFilter::Violations,
    });
    Ok(register::KeyFilter {
        kinds: asked.types.iter().copied().map(kind_of).collect(),
        states: asked.states.iter().copied().map(state_of).collect(),
        storage: asked.storage.iter().copied().map(storage_of).collect(),
        due,
        tenant: asked.tenant.clone(),
        owner: asked.owner.clone(),
        wrapped_by: asked.wrapped_by.as_ref().map(key_of).transpose()?,
        text: asked.text.clone(),
    })
}

/// An order as the register understands it.
pub(crate) fn order_of(sort: ipc::KeySort, direction: ipc::SortDirection) -> register::KeyOrder {
    register::KeyOrder {
        sort: match sort {
            ipc::KeySort::Name => register::KeySort::Name,
            ipc::KeySort::Tenant => register::KeySort::Tenant,
            ipc::KeySort::State => register::KeySort::State,
            ipc::KeySort::RotateBy => register::KeySort::RotateBy,
            ipc::KeySort::Created => register::KeySort::Created,
            ipc::KeySort::Version => register::KeySort::Version,
        },
        direction: match direction {
            ipc::SortDirection::Ascending => register::Direction::Ascending,
            ipc::SortDirection::Descending => register::Direction::Descending,
        },
    }
}

/// Where a page of keys starts.
pub(crate) fn cursor_of(cursor: &Cursor) -> Result<register::KeyCursor, Failure> {
    cursor.0.parse().map_err(|_not_a_cursor| Failure::invalid("after", FieldProblem::NotAName))
}

/// A key the window named.
pub(crate) fn key_of(id: &ipc::KeyId) -> Result<domain::KeyId, Failure> {
    id.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Key))
}
