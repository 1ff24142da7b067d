//! The inventory file of the sample estate: what a team's spreadsheet would hold, with dates relative to now, some of them late.

use domain::{Classification, KeyKind, StorageMedium, Timestamp};

use super::LABEL;
use super::names::{INTEGRATIONS, SERVICES, TENANTS_EU2, TENANTS_PROD};
use crate::estate::inventory::InventoryRow;

const HOSTS: [&str; 12] =
    ["api", "app", "assets", "auth", "console", "docs", "events", "hooks", "mail", "sftp", "status", "vpn"];
const DATABASES: [&str; 10] =
    ["audit", "billing", "catalog", "events", "identity", "jobs", "ledger", "reports", "search", "storage"];
const MODELS: [&str; 6] = ["answers", "classify", "embed", "extract", "summaries", "translate"];
const CLOUD_KEYS: [&str; 6] = ["artifacts", "dns", "images", "monitoring", "registry", "storage"];

/// A record that is like all others of its kind but for a few particulars.
struct Maker {
    today: Timestamp,
}

/// Days since the creation, and since the last rotation.
#[derive(Clone, Copy)]
struct Age {
    made: i64,
    rotated: i64,
}

/// All rows. `now` is the register's clock: what is late today is late whenever the sample is loaded.
pub(super) fn rows(now: Timestamp) -> Vec<InventoryRow> {
    let maker = Maker { today: Timestamp::from_micros(now.micros() - now.micros().rem_euclid(86_400_000_000)) };
    let mut rows = maker.certificates();
    rows.extend(maker.tenant_secrets());
    rows.extend(maker.service_keys());
    rows.extend(maker.legacy());
    rows
}

/// A number from `low` to `high` that only looks arbitrary.
fn spread(index: usize, low: i64, high: i64) -> i64 {
    let step = i64::try_from(index.wrapping_mul(37).wrapping_add(11) % 997).unwrap_or(0);
    low + step * 7 % (high - low + 1)
}

impl Maker {
    fn ago(&self, days: i64) -> Timestamp {
        self.today.plus_days(-days)
    }

    fn row(&self, kind: KeyKind, name: String, purpose: &str, owner: &str, age: Age) -> InventoryRow {
        InventoryRow {
            kind,
            name,
            tenant: None,
            integration: None,
            secret_name: None,
            classification: Classification::Internal,
            purpose: format!("{LABEL}: {purpose}"),
            owner: owner.to_owned(),
            algorithm: String::new(),
            bits: None,
            storage: StorageMedium::KeyVault,
            vault_name: None,
            version: None,
            created: self.ago(age.made),
            last_rotated: (age.rotated < age.made).then(|| self.ago(age.rotated)),
            expires: None,
            phase_out: None,
        }
    }

    /// Two for each host; a few end within the month, one has ended.
    fn certificates(&self) -> Vec<InventoryRow> {
        let regions = ["eu", "us"];
        let names = HOSTS.iter().flat_map(|host| regions.map(|region| format!("{host}.{region}.tidewell.example")));
        let make = |(index, name): (usize, String)| {
            let left = match index {
                3 => -2,
                9 | 17 => spread(index, 5, 25),
                _ => spread(index, 40, 340),
            };
            let age = Age { made: 365 - left.max(0), rotated: 365 - left.max(0) };
            let row = self.row(KeyKind::TlsCertificate, name, "HTTPS of the platform", "Site Reliability", age);
            InventoryRow {
                classification: Classification::Public,
                algorithm: if index % 3 == 0 { "ECDSA" } else { "RSA" }.to_owned(),
                bits: Some(if index % 3 == 0 { 256 } else { 2048 }),
                expires: Some(self.ago(-left)),
                ..row
            }
        };
        names.enumerate().map(make).collect()
    }

    /// What tenants' partners gave them: every ninety days, and some are late.
    fn tenant_secrets(&self) -> Vec<InventoryRow> {
        let tenants = TENANTS_PROD.iter().chain(&TENANTS_EU2);
        let make = |(index, tenant): (usize, &&str)| {
            let integration = INTEGRATIONS.iter().cycle().nth(index * 5).copied().unwrap_or("SAP");
            let rotated = if index % 9 == 4 { spread(index, 92, 130) } else { spread(index, 2, 84) };
            let age = Age { made: spread(index, 200, 900), rotated };
            let name = format!("partner-api-{}", integration.to_lowercase().replace(' ', "-"));
            let row = self.row(KeyKind::ApiSecret, name, "calls the partner's interface", "Integrations", age);
            InventoryRow {
                tenant: Some((*tenant).to_owned()),
                integration: Some(integration.to_owned()),
                classification: Classification::Confidential,
                ..row
            }
        };
        tenants.enumerate().map(make).collect()
    }

    fn service_keys(&self) -> Vec<InventoryRow> {
        let mut rows = Vec::new();
        for (index, database) in DATABASES.iter().enumerate() {
            let age =
                Age { made: spread(index, 500, 1_200), rotated: if index == 6 { 379 } else { spread(index, 20, 340) } };
            let row = self.row(
                KeyKind::Database,
                format!("db-{database}-at-rest"),
                "encrypts the database at rest",
                "Data Platform",
                age,
            );
            rows.push(InventoryRow { classification: Classification::Confidential, ..aes(row) });
        }
        for (index, service) in SERVICES.iter().enumerate().filter(|(index, _)| index % 2 == 0) {
            let (kind, what) = match index % 4 {
                0 => (KeyKind::TokenSigning, "signs session tokens"),
                _ => (KeyKind::ApiSigning, "signs calls between services"),
            };
            let age =
                Age { made: spread(index, 300, 700), rotated: if index == 8 { 191 } else { spread(index, 5, 170) } };
            let row = self.row(kind, format!("{service}-{}", kind.word().replace('_', "-")), what, "Identity", age);
            rows.push(InventoryRow { algorithm: "Ed25519".to_owned(), bits: Some(256), ..row });
        }
        for (index, backup) in ["ledger", "register", "objects", "search"].iter().enumerate() {
            let age = Age { made: spread(index, 400, 800), rotated: spread(index, 30, 300) };
            let row =
                self.row(KeyKind::Backup, format!("backup-{backup}"), "encrypts backups", "Site Reliability", age);
            rows.push(InventoryRow { classification: Classification::Restricted, ..aes(row) });
        }
        for (index, model) in MODELS.iter().enumerate() {
            let age =
                Age { made: spread(index, 100, 400), rotated: if index == 2 { 97 } else { spread(index, 3, 80) } };
            rows.push(self.row(KeyKind::AiService, format!("ai-{model}"), "calls a model provider", "Applied AI", age));
        }
        for (index, cloud) in CLOUD_KEYS.iter().enumerate() {
            let age = Age { made: spread(index, 300, 900), rotated: spread(index, 15, 330) };
            let row = self.row(
                KeyKind::Provider,
                format!("cloud-{cloud}"),
                "managed by the cloud provider",
                "Site Reliability",
                age,
            );
            rows.push(InventoryRow { algorithm: "RSA".to_owned(), bits: Some(3072), ..row });
        }
        rows
    }

    /// What still lies in Kubernetes: with a date to leave it, one of them past.
    fn legacy(&self) -> Vec<InventoryRow> {
        let make = |(index, service): (usize, &&str)| {
            let age = Age { made: spread(index, 400, 1_500), rotated: spread(index, 30, 160) };
            let row = self.row(
                KeyKind::Secret,
                format!("{service}-bootstrap"),
                "starts the service",
                "Site Reliability",
                age,
            );
            InventoryRow {
                secret_name: Some(format!("{service}-bootstrap")),
                storage: StorageMedium::KubernetesSecretLegacy,
                phase_out: Some(self.ago(if index == 1 { 12 } else { -spread(index, 30, 200) })),
                ..row
            }
        };
        SERVICES.iter().take(7).enumerate().map(make).collect()
    }
}

fn aes(row: InventoryRow) -> InventoryRow {
    InventoryRow { algorithm: "AES-256-GCM".to_owned(), bits: Some(256), ..row }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashSet;

    use domain::{DueState, Environment, default_rotation_rules};

    use super::*;
    use crate::estate::inventory::{Preview, Setting, write_csv};

    /// 2026-11-22T09:00:00Z, and a leap day.
    const MOMENTS: [i64; 2] = [1_795_338_000_000_000, 1_835_438_400_000_000];

    /// The sample goes through the same door as real data: written as a file, read with every rule, without a problem.
    #[test]
    fn the_sample_file_is_good_whenever_it_is_written() {
        for now in MOMENTS.map(Timestamp::from_micros) {
            let rows = rows(now);
            let mut file = Vec::new();
            write_csv(&mut file, Environment::Production, &rows).unwrap();
            let preview =
                Preview::read(&file, Setting { environment: Environment::Production, now, legacy_open: false })
                    .unwrap();
            assert_eq!(preview.problems().kept(), []);
            assert_eq!(preview.importable().unwrap(), rows.iter().collect::<Vec<_>>());
            assert!(rows.len() > 90, "{}", rows.len());
        }
    }

    #[test]
    fn the_sample_has_something_late_and_something_legacy_and_is_labelled() {
        let now = Timestamp::from_micros(MOMENTS[0]);
        let rows = rows(now);
        let rules = default_rotation_rules();
        let is_late = |row: &&InventoryRow| {
            let rule = rules.iter().find(|rule| rule.kind == row.kind).unwrap();
            rule.due_state(row.last_rotated.unwrap_or(row.created), now) == DueState::Overdue
        };
        let late = rows.iter().filter(is_late).count();
        assert!(late > 3 && late * 4 < rows.len(), "{late} of {}", rows.len());
        assert!(rows.iter().any(|row| row.storage == StorageMedium::KubernetesSecretLegacy));
        assert!(rows.iter().all(|row| row.purpose.starts_with(LABEL)));
        let kinds: HashSet<KeyKind> = rows.iter().map(|row| row.kind).collect();
        assert_eq!(kinds.len(), KeyKind::ALL.len() - 2, "every kind that a file may hold");
    }
}
