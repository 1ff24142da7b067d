//! The KEKs of the sample, and what each of them gets to wrap.

use domain::Classification;
use vault::RsaBits;

use super::names::{BACKUPS, INTEGRATIONS, SERVICE_SECRETS, SERVICES, TENANTS_EU2, TENANTS_PROD};
use crate::estate::deks::DekTarget;

/// A KEK of the sample, and the DEKs it gets.
pub(super) struct SampleKek {
    pub name: &'static str,
    pub bits: RsaBits,
    pub owner: &'static str,
    pub purpose: &'static str,
    pub deks_purpose: &'static str,
    pub classification: Classification,
    pub targets: fn() -> Vec<DekTarget>,
}

pub(super) const KEKS: [SampleKek; 4] = [
    SampleKek {
        name: "kek-tenant-prod",
        bits: RsaBits::B2048,
        owner: "Platform Security",
        purpose: "wraps the DEKs of the tenants of the main region",
        deks_purpose: "credentials of a tenant's connector",
        classification: Classification::Confidential,
        targets: || tenant_targets(&TENANTS_PROD, 0),
    },
    SampleKek {
        name: "kek-tenant-eu2",
        bits: RsaBits::B3072,
        owner: "Platform Security",
        purpose: "wraps the DEKs of the tenants with the most sensitive data",
        deks_purpose: "credentials of a tenant's connector",
        classification: Classification::Restricted,
        targets: || tenant_targets(&TENANTS_EU2, TENANTS_PROD.len()),
    },
    SampleKek {
        name: "kek-internal-prod",
        bits: RsaBits::B2048,
        owner: "Platform Security",
        purpose: "wraps the DEKs of the platform's own secrets",
        deks_purpose: "a secret of the platform",
        classification: Classification::Internal,
        targets: service_targets,
    },
    SampleKek {
        name: "kek-backup-prod",
        bits: RsaBits::B3072,
        owner: "Site Reliability",
        purpose: "wraps the DEKs of backups",
        deks_purpose: "encrypts a backup",
        classification: Classification::Restricted,
        targets: || BACKUPS.iter().map(|name| DekTarget::Secret { name: (*name).to_owned() }).collect(),
    },
];

/// In the vault and in no record: what discovery is there to find.
pub(super) const STRAY: (&str, RsaBits) = ("kek-legacy-billing", RsaBits::B2048);

/// All integrations but two, which two depends on the tenant.
fn tenant_targets(tenants: &[&str], first: usize) -> Vec<DekTarget> {
    let of_tenant = |(index, tenant): (usize, &&str)| {
        let tenant = (*tenant).to_owned();
        let skipped = [0, 23].map(|offset| ((first + index) * 5 + offset) % INTEGRATIONS.len());
        let kept = INTEGRATIONS.iter().enumerate().filter(move |(place, _)| !skipped.contains(place));
        kept.map(move |(_, integration)| DekTarget::Tenant {
            tenant: tenant.clone(),
            integration: (*integration).to_owned(),
        })
    };
    tenants.iter().enumerate().flat_map(of_tenant).collect()
}

fn service_targets() -> Vec<DekTarget> {
    let of_service =
        |service: &&str| SERVICE_SECRETS.map(|secret| DekTarget::Secret { name: format!("{service}/{secret}") });
    SERVICES.iter().flat_map(of_service).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_sample_is_as_large_as_it_says_and_names_nothing_twice() {
        let targets: Vec<DekTarget> = KEKS.iter().flat_map(|kek| (kek.targets)()).collect();
        assert_eq!(targets.len(), 2_100);
        assert_eq!(targets.iter().collect::<HashSet<_>>().len(), targets.len());
        assert_eq!(targets.iter().map(DekTarget::key_name).collect::<HashSet<_>>().len(), targets.len());
        let tenants: HashSet<&str> = TENANTS_PROD.into_iter().chain(TENANTS_EU2).collect();
        assert_eq!(tenants.len(), 40);
    }
}
