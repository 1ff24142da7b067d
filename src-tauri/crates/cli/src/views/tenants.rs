//! Tenants, and what there is of one that shall leave.

use custody::request::{ErasureStrength, Offboarding, Residue};
use domain::Timestamp;
use register::{HoldRow, OffboardingRow, TenantDetail, TenantEstateRow, TenantKekRow, TenantKeyRow};
use serde_json::{Map, Value, json};
use vault::Recovery;

use super::holds;
use super::requests::label;
use crate::failure::of_blockers;
use crate::table::{Table, safe};

/// A tenant.
pub fn document(row: &TenantEstateRow) -> Value {
    let keys: Map<String, Value> = row.keys.iter().map(|(kind, keys)| (kind.word().to_owned(), json!(keys))).collect();
    json!({
        "id": row.id,
        "name": row.name,
        "status": row.status.word(),
        "keys": keys,
        "tokens": row.tokens,
        "own_keks": row.own_keks,
        "shares_kek": row.shares_kek,
        "holds": row.holds,
    })
}

fn keys_of(row: &TenantEstateRow) -> String {
    let counted: Vec<String> = row.keys.iter().map(|(kind, keys)| format!("{keys} {}", kind.word())).collect();
    if counted.is_empty() { "none".to_owned() } else { counted.join(", ") }
}

fn separation(row: &TenantEstateRow) -> &'static str {
    match (row.own_keks > 0, row.shares_kek) {
        (true, false) => "a KEK of its own",
        (true, true) => "a KEK of its own, and shared ones",
        (false, true) => "shared KEKs",
        (false, false) => "nothing wrapped with others",
    }
}

/// Tenants in columns.
pub fn table(rows: &[TenantEstateRow]) -> String {
    let mut table = Table::new(&["tenant", "status", "keys", "tokens", "separation", "holds", "id"]);
    for row in rows {
        table.row([
            row.name.as_str(),
            row.status.word(),
            &keys_of(row),
            &row.tokens.to_string(),
            separation(row),
            &row.holds.to_string(),
            &row.id.to_string(),
        ]);
    }
    table.text()
}

fn kek(row: &TenantKekRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "own": row.own,
        "deks": row.deks,
        "deks_of_others": row.deks_of_others,
        "other_tenants": row.other_tenants,
    })
}

/// Everything about one tenant.
pub fn detail_document(found: &TenantDetail) -> Value {
    let mut document = document(&found.row);
    if let Some(all) = document.as_object_mut() {
        all.insert("integrations".to_owned(), json!(found.integrations));
        all.insert("keks".to_owned(), found.keks.iter().map(kek).collect());
        all.insert("holds".to_owned(), found.holds.iter().map(holds::document).collect());
    }
    document
}

/// Everything about one tenant, to read.
pub fn detail_text(found: &TenantDetail) -> String {
    let row = &found.row;
    let mut facts = Table::pairs();
    facts.pair("tenant", &row.name);
    facts.pair("id", row.id.to_string());
    facts.pair("status", row.status.word());
    facts.pair("integrations", found.integrations.join(", "));
    facts.pair("keys", keys_of(row));
    facts.pair("tokens", row.tokens.to_string());
    facts.pair("separation", separation(row));
    let mut keks = Table::new(&["kek", "state", "whose", "its deks", "deks of others", "other tenants"]);
    for kek in &found.keks {
        let whose = if kek.own { "its own" } else { "shared" };
        let counts = [kek.deks, kek.deks_of_others, kek.other_tenants].map(|count| count.to_string());
        let [deks, others, tenants] = &counts;
        keks.row([kek.name.as_str(), kek.state.word(), whose, deks, others, tenants]);
    }
    let keks = if found.keks.is_empty() { String::new() } else { format!("\n\n{}", keks.text()) };
    format!("{}{keks}{}", facts.text(), kept(&found.holds))
}

fn kept(rows: &[HoldRow]) -> String {
    if rows.is_empty() { String::new() } else { format!("\n\n{}", holds::table(rows)) }
}

/// What there is of a tenant that shall leave, and what its end would mean.
pub struct Survey {
    /// What was found.
    pub tenant: Offboarding,
    /// For how long copies are kept elsewhere, had it been erased now.
    pub residue: Residue,
    /// What the vault does with what is deleted there.
    pub recovery: Option<Recovery>,
    /// The register's clock.
    pub now: Timestamp,
}

/// A kind of copy that outlives an erasure.
struct Copies {
    what: &'static str,
    until: Timestamp,
}

impl Survey {
    fn copies(&self) -> [Copies; 3] {
        let kept = self.residue.retention;
        let hours = |hours: u32| self.now.plus(std::time::Duration::from_secs(u64::from(hours) * 3_600));
        [
            Copies { what: "replicas", until: hours(kept.replica_lag_hours) },
            Copies { what: "write-ahead log", until: self.now.plus_days(i64::from(kept.wal_days)) },
            Copies { what: "backups", until: self.now.plus_days(i64::from(kept.backup_days)) },
        ]
    }

    fn objects_in_vault(&self) -> usize {
        self.tenant.keks().count() + self.tenant.secrets().count()
    }

    /// When the vault itself purges what would be deleted now, where it says.
    fn purged_at(&self) -> Option<Timestamp> {
        let days = self.recovery.as_ref().and_then(|recovery| recovery.days)?;
        (self.objects_in_vault() > 0).then(|| self.now.plus_days(i64::from(days)))
    }

    fn strength(&self) -> &'static str {
        match self.tenant.strength() {
            ErasureStrength::Cryptographic => {
                "cryptographic once the vault has purged its KEKs: wrapped copies elsewhere open for nobody then"
            }
            ErasureStrength::SharedKek => {
                "limited: a KEK lives on, and opens wrapped copies elsewhere as long as there are any"
            }
        }
    }

    /// For a document.
    pub fn document(&self) -> Value {
        let OffboardingRow { tenant, name, status, integrations, deks, tokens, .. } = &self.tenant.found;
        let blockers = self.tenant.blockers();
        let copy = |it: Copies| json!({ "what": it.what, "until": it.until.to_string() });
        let named = |rows: &mut dyn Iterator<Item = &TenantKeyRow>| rows.map(key).collect::<Vec<_>>();
        let recovery = self.recovery.as_ref().map(|it| json!({ "level": it.level, "days": it.days }));
        json!({
            "tenant": { "id": tenant, "name": name, "status": status },
            "found": {
                "integrations": integrations,
                "deks": deks,
                "tokens": tokens,
                "keks": named(&mut self.tenant.keks()),
                "secrets": named(&mut self.tenant.secrets()),
                "certificates": named(&mut self.tenant.certificates()),
                "elsewhere": named(&mut self.tenant.elsewhere()),
                "exceptions": self.tenant.exceptions(),
                "open_requests": self.tenant.open_requests(),
            },
            "requests": self.tenant.found.work.iter().map(|work| json!({
                "request": label(work.number), "operation": work.operation, "running": work.run.is_some(),
            })).collect::<Vec<_>>(),
            "may_go": blockers.is_empty(),
            "blockers": of_blockers(&blockers),
            "erasure": {
                "strength": self.tenant.strength().word(),
                "what": self.strength(),
                "living_keks": self.tenant.living_keks().collect::<Vec<_>>(),
                "copies": self.copies().into_iter().map(copy).collect::<Vec<_>>(),
                "copies_until": self.residue.until.to_string(),
                "vault": recovery,
                "purged_by_vault_at": self.purged_at().map(|at| at.to_string()),
            },
        })
    }

    /// To read.
    pub fn text(&self) -> String {
        let found = &self.tenant.found;
        let mut facts = Table::pairs();
        facts.pair("tenant", &found.name);
        facts.pair("status", &found.status);
        let counts = [
            ("integrations", found.integrations),
            ("DEKs", found.deks),
            ("tokens", found.tokens),
            ("exceptions", self.tenant.exceptions()),
            ("open requests, which lapse", self.tenant.open_requests()),
        ];
        for (name, count) in counts {
            facts.pair(name, count.to_string());
        }
        let blockers: Vec<String> =
            self.tenant.blockers().iter().map(|it| format!("- {}", safe(&it.to_string()))).collect();
        let blocked = match blockers.is_empty() {
            true => "Nothing stands in the way.".to_owned(),
            false => format!("IN THE WAY:\n{}", blockers.join("\n")),
        };
        format!("{}{}\n\n{blocked}\n\n{}", facts.text(), self.keys_text(), self.erasure_text())
    }

    fn keys_text(&self) -> String {
        let mut table = Table::new(&["key", "kind", "state", "what happens to it"]);
        let vaulted =
            self.tenant.keks().chain(self.tenant.secrets()).map(|key| (key, "deleted in the vault, and purged"));
        let certificates = self.tenant.certificates().map(|key| (key, "out of use; revoke it where it was issued"));
        let elsewhere = self.tenant.elsewhere().map(|key| (key, "out of use; destroy it where it lies"));
        let mut any = false;
        for (key, fate) in vaulted.chain(certificates).chain(elsewhere) {
            any = true;
            table.row([key.name.as_str(), key.kind.word(), key.state.word(), fate]);
        }
        if any { format!("\n\n{}", table.text()) } else { String::new() }
    }

    fn erasure_text(&self) -> String {
        let mut lines = vec![format!("Erasure would be {}", self.strength())];
        let living: Vec<String> = self.tenant.living_keks().map(safe).collect();
        if !living.is_empty() {
            lines.push(format!("  KEKs that live on: {}", living.join(", ")));
        }
        let mut copies = Table::new(&["copies that remain", "until, if it were erased now"]);
        for copy in self.copies() {
            copies.row([copy.what, &copy.until.to_string()]);
        }
        if let Some(at) = self.purged_at() {
            copies.row(["soft-deleted in the vault", &format!("{at}, or its purge")]);
        }
        lines.push(format!("\n{}", copies.text()));
        lines.join("\n")
    }
}

fn key(row: &TenantKeyRow) -> Value {
    json!({ "id": row.id, "kind": row.kind, "name": row.name, "state": row.state, "vault_name": row.vault_name })
}
