//! A custody on this machine with two operators, made as a person makes it: nothing in it is faked.

use std::time::Duration;

use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::{Estate, unwatched};
use custody::request::{Grounds, NewKek, RotationOptions, Verdict, Wanted, Windows};
use custody::run::{Ended, RunError, Steering};
use domain::{Classification, Decision, Environment, KeyId, KeyName, Plan, RequestId, Role, RunId};
use keychain::testing::{PrivateKeyring, wrap_quickly};
use keychain::{DeviceKey, Passphrase};
use local_custody::testing::DataFolder;
use rand_core::OsRng;
use tokio::sync::watch;
use workplace::{Ceremony, Desk, FounderCard, Premises, Seat, Workplace};

use crate::KEYCHAIN;

/// Passphrase of both people of a test custody.
pub const PASSPHRASE: &str = "seven copper lanterns drift";

/// Two people at work in a custody of their own.
pub struct TestCustody {
    /// Asks: DevOps.
    pub ines: Desk,
    /// Countersigns: Security.
    pub theo: Desk,
    /// Where they work.
    pub premises: Premises,
    /// The keychain of this custody alone.
    pub keyring: PrivateKeyring,
    /// Its data folder.
    pub home: DataFolder,
}

/// What was written on every test request.
pub fn grounds() -> Grounds {
    Grounds {
        reason: "Yearly rotation".to_owned(),
        change_record: "CHG-2026-0117".to_owned(),
        rollback_plan: "Turn the run back while the old version lives".to_owned(),
    }
}

/// A rotation without a grace period.
pub fn at_once() -> RotationOptions {
    RotationOptions { grace: Duration::ZERO, full_proof: false }
}

/// The passphrase as it is typed.
pub fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned())
}

impl TestCustody {
    /// Opens a local custody and founds it with Ines (DevOps) and Theo (Security).
    pub async fn found() -> Self {
        Self::found_in(DataFolder::make().unwrap()).await
    }

    /// The same, on a disk that every commit waits for: for figures.
    pub async fn found_on_disk() -> Self {
        Self::found_in(DataFolder::make_on_disk().unwrap()).await
    }

    async fn found_in(home: DataFolder) -> Self {
        let keyring = PrivateKeyring::start().unwrap();
        let keychain = keyring.open(KEYCHAIN).unwrap();
        let workplace = Workplace::with_keychain(home.path().join("data"), keychain);
        let premises = workplace.open_local("Payments", Environment::Staging).await.unwrap();
        let mut ceremony = Ceremony::default();
        let card = |name: &str, role| FounderCard {
            name: name.to_owned(),
            person: format!("{}@example.test", name.to_lowercase().replace(' ', ".")),
            roles: vec![role],
            device_name: "Test bench".to_owned(),
        };
        let (ines, theo) = (card("Ines Duarte", Role::DevOps), card("Theo Brandt", Role::Security));
        ceremony.take_seat(&premises, Seat::First, ines, passphrase()).await.unwrap();
        ceremony.take_seat(&premises, Seat::Second, theo, passphrase()).await.unwrap();
        ceremony.found(&premises).await.unwrap();
        unlock_quickly(&premises, &keyring).await;
        let [ines, theo] = premises.people().unwrap().try_into().unwrap();
        let ines = premises.sign_in(ines.operator, passphrase()).await.unwrap();
        let theo = premises.sign_in(theo.operator, passphrase()).await.unwrap();
        Self { ines, theo, premises, keyring, home }
    }

    /// Submits a plan in Ines' name.
    pub async fn ask(&self, wanted: &Wanted) -> Plan {
        let console = &self.ines.console;
        let plan = console.plan(self.ines.person.operator, wanted, grounds(), Windows::default()).await.unwrap();
        let device = self.ines.unlock_for_seal(passphrase()).await.unwrap();
        console.submit(&plan, Role::DevOps, &device).await.unwrap();
        plan
    }

    /// Theo countersigns.
    pub async fn countersign(&self, plan: &Plan) {
        let device = self.theo.unlock_for_seal(passphrase()).await.unwrap();
        let verdict = approval(plan);
        self.theo.console.decide(verdict, &device, self.theo.author()).await.unwrap();
    }

    /// Ines executes to the end.
    pub async fn carry_out(&self, request: RequestId) -> RunId {
        let run = self.ines.console.start(self.ines.author(), request).await.unwrap();
        assert_eq!(execute(&self.ines, run).await.unwrap(), Ended::Completed);
        run
    }

    /// A KEK made by request, seals and run.
    pub async fn make_kek(&self, name: &str) -> KeyId {
        let now = self.ines.console.now().await.unwrap();
        let key = KeyId::make(now, &mut OsRng);
        let wanted = Wanted::CreateKek(NewKek {
            key,
            name: KeyName::parse(name).unwrap(),
            bits: 2048,
            owner: "Platform security".to_owned(),
            purpose: "Wraps the DEKs of the payment integrations".to_owned(),
            classification: Classification::Restricted,
            tenant: None,
        });
        let plan = self.ask(&wanted).await;
        self.countersign(&plan).await;
        self.carry_out(plan.request).await;
        key
    }

    /// DEKs of as many tenants under `kek`.
    pub async fn make_deks(&self, kek: KeyId, tenants: usize) -> Vec<KeyId> {
        let target =
            |number| DekTarget::Tenant { tenant: format!("Tenant {number:04}"), integration: "invoices".to_owned() };
        let order = DekOrder {
            kek,
            targets: (1..=tenants).map(target).collect(),
            owner: "Payments".to_owned(),
            purpose: "Invoice data".to_owned(),
            classification: Classification::Confidential,
        };
        let estate = Estate::new(&self.ines.console, self.ines.author());
        let made = estate.create_deks(&order, &unwatched).await.unwrap();
        made.keys.into_iter().map(|made| made.key).collect()
    }

    /// Asks for a rotation of `kek` and has it countersigned.
    pub async fn sealed_rotation(&self, kek: KeyId, options: RotationOptions) -> Plan {
        let plan = self.ask(&Wanted::RotateKek { key: kek, options }).await;
        self.countersign(&plan).await;
        plan
    }
}

/// What a guess of a passphrase costs is paid for elsewhere: here it is unlocked for every child that is killed.
async fn unlock_quickly(premises: &Premises, keyring: &PrivateKeyring) {
    let (keychain, custody, people) =
        (keyring.open(KEYCHAIN).unwrap(), premises.head().unwrap().id.unwrap(), premises.people().unwrap());
    let wrap = move || {
        for person in people {
            let unlocked = DeviceKey::unlock(&keychain, custody, person.operator, &passphrase()).unwrap();
            wrap_quickly(&keychain, &unlocked, &passphrase()).unwrap();
        }
    };
    tokio::task::spawn_blocking(wrap).await.unwrap();
}

/// Approval of exactly this plan.
pub fn approval(plan: &Plan) -> Verdict<'static> {
    Verdict { request: plan.request, decision: Decision::Approve, role: Role::Security, reason: "", shown: plan.hash() }
}

/// Executes a run at `desk` until it ends or stops.
pub async fn execute(desk: &Desk, run: RunId) -> Result<Ended, RunError> {
    let (progress, _) = watch::channel(None);
    desk.console.execute(desk.author(), run, &Steering::new(), &progress).await
}
