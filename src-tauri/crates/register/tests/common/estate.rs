//! Keys of a small estate: KEKs and DEKs whose wraps are random bytes of the right length. The register never looks inside.

use canonical::Encoder;
use register::{Receipt, RegisterError};
use uuid::Uuid;

use super::{Custody, Draft, Payload, Person, fresh_id, random, random_vec};

/// The version every adopted KEK of these tests has at first.
pub const FIRST_VERSION: &str = "0123456789abcdef0123456789abcdef";

/// A DEK to be created.
#[derive(Clone)]
pub struct DekRow {
    pub id: Uuid,
    pub scope: &'static str,
    pub tenant: String,
    pub of_what: String,
    pub name: String,
    pub wrapped: Vec<u8>,
    pub algorithm: &'static str,
    pub check_value: Vec<u8>,
}

impl DekRow {
    pub fn of(tenant: &str, integration: &str) -> Self {
        Self {
            id: fresh_id(),
            scope: "tenant_integration",
            tenant: tenant.to_owned(),
            of_what: integration.to_owned(),
            name: format!("dek-{tenant}-{integration}"),
            wrapped: random_vec(256),
            algorithm: "RSA-OAEP-256",
            check_value: random::<32>().to_vec(),
        }
    }

    pub fn of_secret(name: &str) -> Self {
        let row = Self::of("", name);
        Self { scope: "secret_name", name: format!("dek-secret-{name}"), ..row }
    }

    pub fn encode(&self) -> Encoder {
        Encoder::new()
            .bytes(self.id.as_bytes())
            .text(self.scope)
            .text(&self.tenant)
            .text(&self.of_what)
            .text(&self.name)
            .text("Platform team")
            .text("Customer data")
            .text("confidential")
            .bytes(&self.wrapped)
            .text(self.algorithm)
            .bytes(&self.check_value)
    }
}

/// A row of `seal_tokens`.
pub fn token_row(dek: Uuid, name: &str) -> Encoder {
    token_row_in(dek, 1, name)
}

/// The same, sealed under a version of the DEK.
pub fn token_row_in(dek: Uuid, version: u64, name: &str) -> Encoder {
    let row = Encoder::new().bytes(fresh_id().as_bytes()).bytes(dek.as_bytes()).count(version);
    row.text(name).bytes(&random::<60>()).bytes(b"")
}

impl Custody {
    pub fn adoption(&self, id: Uuid, name: &str) -> Draft {
        Draft::new("key.adopted", "key", id)
            .with("type", "kek")
            .with("name", name)
            .with("vault_name", name)
            .with("version", FIRST_VERSION)
            .with("version_created_at", self.now() - 400 * 86_400_000_000)
            .with("algorithm", "RSA")
            .with("bits", 2048)
            .with("classification", "restricted")
            .with("owner", "Platform team")
            .with("purpose", "Wraps the DEKs of tenants")
            .with("public_key_digest", hex::encode([7; 32]))
    }

    /// A KEK as discovery finds it, overdue for rotation.
    pub async fn adopt_kek(&self, who: &Person, name: &str) -> Uuid {
        let id = fresh_id();
        who.register.adopt_key(self.by_session(who, self.adoption(id, name)).act()).await.unwrap();
        id
    }

    pub async fn create_deks(
        &self,
        who: &Person,
        kek: Uuid,
        version: &str,
        rows: &[DekRow],
    ) -> Result<Receipt, RegisterError> {
        let payload = Payload::of(rows.iter().map(DekRow::encode));
        let draft = Draft::new("dek.created", "batch", fresh_id())
            .with("kek", kek)
            .with("kek_version", version)
            .payload(&payload);
        who.register.create_deks(self.by_session(who, draft).act(), &payload.bytes).await
    }

    /// A KEK with `count` DEKs of as many tenants.
    pub async fn estate(&self, count: usize) -> (Uuid, Vec<Uuid>) {
        let kek = self.adopt_kek(&self.ben, "kek-tenants").await;
        let rows: Vec<_> = (0..count).map(|number| DekRow::of(&format!("tenant-{number:04}"), "crm")).collect();
        for batch in rows.chunks(1000) {
            self.create_deks(&self.ben, kek, FIRST_VERSION, batch).await.unwrap();
        }
        (kek, rows.into_iter().map(|row| row.id).collect())
    }

    /// Wraps as they are: DEK and revision.
    pub async fn wraps_under(&self, version: &str) -> Vec<(Uuid, i32)> {
        sqlx::query_as("SELECT dek, revision FROM custody.wrap WHERE kek_version = $1 ORDER BY dek")
            .bind(version)
            .fetch_all(&self.superuser)
            .await
            .unwrap()
    }
}
