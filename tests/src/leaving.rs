//! A tenant that will leave: DEKs under a KEK of its own, a token under each.

use custody::estate::Estate;
use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::discovery::Adoption;
use custody::estate::unwatched;
use custody::request::{OffboardingOrder, Purge, ReclaimHours, Wanted};
use domain::{Classification, KeyId, TenantId};
use sqlx::PgPool;
use vault::{KeySpec, ObjectName, RsaBits, Tags};

use crate::{TestCustody, TokenBag};

/// A tenant and what it has.
pub struct Leaving {
    /// Which.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Its KEK's name in the vault.
    pub kek_name: ObjectName,
    /// Its KEK.
    pub kek: KeyId,
    /// Its DEKs.
    pub deks: Vec<KeyId>,
    /// Its tokens.
    pub bag: TokenBag,
}

impl Leaving {
    /// Makes one, with as many DEKs.
    pub async fn make(custody: &TestCustody, superuser: &PgPool, name: &str, deks: usize) -> Self {
        let kek_name = ObjectName::parse(&format!("kek-{name}")).unwrap();
        let kek = custody.adopted_kek(&kek_name).await;
        let made = custody.deks_of(kek, name, deks).await;
        let mut bag = TokenBag::default();
        bag.seal(&custody.ines, &made, 1).await;
        let tenant = custody.ines.console.register.tenant_named(name).await.unwrap().unwrap();
        // A KEK that was adopted is nobody's own; its request says whose it is, and takes a run for each.
        let own = sqlx::query("UPDATE custody.key SET tenant = $1 WHERE id = $2").bind(tenant.0).bind(kek.0);
        own.execute(superuser).await.unwrap();
        Self { tenant, name: name.to_owned(), kek_name, kek, deks: made, bag }
    }

    /// What is asked for, for it to leave at once.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted::OffboardTenant(OffboardingOrder {
            tenant: self.tenant,
            typed_name: self.name.clone(),
            purge: Purge::AtOnce,
            reclaim_hours: ReclaimHours::Any,
        })
    }
}

impl TestCustody {
    /// A KEK that was in the vault already.
    pub async fn adopted_kek(&self, name: &ObjectName) -> KeyId {
        let (console, author) = (&self.ines.console, self.ines.author());
        console.vault.create_key(name, &KeySpec::Rsa(RsaBits::B2048), &Tags::new()).await.unwrap();
        let adoption = Adoption {
            name: name.as_str().to_owned(),
            owner: "Platform security".to_owned(),
            purpose: "Wraps the DEKs of a tenant".to_owned(),
            classification: Classification::Restricted,
        };
        Estate::new(console, author).adopt(&adoption).await.unwrap().key
    }

    /// DEKs of one tenant, each for an integration of its own.
    pub async fn deks_of(&self, kek: KeyId, tenant: &str, count: usize) -> Vec<KeyId> {
        // A tenant may have DEKs under several KEKs, and an integration has one of them.
        let integration = |number| format!("integration {number:04} under {kek}");
        let target = |number| DekTarget::Tenant { tenant: tenant.to_owned(), integration: integration(number) };
        let order = DekOrder {
            kek,
            targets: (0..count).map(target).collect(),
            owner: "Payments".to_owned(),
            purpose: "Customer data".to_owned(),
            classification: Classification::Confidential,
        };
        let estate = Estate::new(&self.ines.console, self.ines.author());
        estate.create_deks(&order, &unwatched).await.unwrap().keys.into_iter().map(|made| made.key).collect()
    }
}
