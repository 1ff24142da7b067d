//! Tenants in their wire forms.

use domain::KeyKind;
use ipc::{KeyRefView, Separation, TenantRowView, TenantStatus, UnderView};
use register::{TenantEstateRow, TenantKekRow};

use super::moments::count32;
use super::protect::tenant_id;

/// Where a tenant stands.
pub(crate) fn status(of: register::TenantStatus) -> TenantStatus {
    match of {
        register::TenantStatus::Active => TenantStatus::Active,
        register::TenantStatus::Suspended => TenantStatus::Suspended,
        register::TenantStatus::Offboarding => TenantStatus::Offboarding,
        register::TenantStatus::Offboarded => TenantStatus::Offboarded,
    }
}

/// under whose KEK its data lies.
fn separation(row: &TenantEstateRow) -> Separation {
    let has_deks = row.keys.iter().any(|(kind, count)| *kind == KeyKind::Dek && *count > 0);
    match (has_deks, row.own_keks > 0, row.shares_kek) {
        (false, ..) => Separation::NoKeys,
        (true, true, false) => Separation::Own,
        (true, true, true) => Separation::Both,
        (true, false, _) => Separation::Shared,
    }
}

/// A tenant in the table.
pub(crate) fn row_view(row: &TenantEstateRow) -> TenantRowView {
    TenantRowView {
        tenant: tenant_id(row.id),
        name: row.name.clone(),
        status: status(row.status),
        live_keys: count32(row.keys.iter().map(|(_, count)| *count).sum::<u64>()),
        tokens: count32(row.tokens),
        separation: separation(row),
        holds: count32(row.holds),
    }
}

/// A KEK under which its data lies.
pub(crate) fn under(row: &TenantKekRow) -> UnderView {
    UnderView {
        kek: KeyRefView { key: ipc::KeyId(row.id.to_string()), name: row.name.clone() },
        own: row.own,
        deks: count32(row.deks),
        deks_of_others: count32(row.deks_of_others),
        other_tenants: count32(row.other_tenants),
    }
}

#[cfg(test)]
mod tests {
    use domain::{KeyKind, TenantId};
    use ipc::Separation;
    use register::{TenantEstateRow, TenantStatus};

    /// whether it has a KEK of its own, and whether its data lies under one that others share.
    #[test]
    fn separation_is_what_its_data_lies_under() {
        let row = |deks: u64, own_keks: u64, shares_kek: bool| TenantEstateRow {
            id: TenantId(uuid::Uuid::nil()),
            name: "Acme".to_owned(),
            status: TenantStatus::Active,
            keys: vec![(KeyKind::Dek, deks)],
            tokens: 0,
            own_keks,
            shares_kek,
            holds: 0,
        };
        let of = |row: &TenantEstateRow| super::separation(row);
        assert_eq!(of(&row(0, 1, false)), Separation::NoKeys);
        assert_eq!(of(&row(3, 1, false)), Separation::Own);
        assert_eq!(of(&row(3, 1, true)), Separation::Both);
        assert_eq!(of(&row(3, 0, true)), Separation::Shared);
    }
}
