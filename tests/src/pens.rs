//! Two device keys, unlocked once: a hundred requests are sealed in seconds. A console unlocks one for each seal.

use custody::Author;
use custody::request::{Verdict, Wanted, Windows};
use domain::{Decision, KeyId, Plan, Role};

use crate::{TestCustody, grounds, passphrase};
use custody::request::RotationOptions;

/// The pens of both people of a test custody.
pub struct Pens {
    ines: Author,
    theo: Author,
}

impl Pens {
    /// Unlocks both.
    pub async fn take_up(custody: &TestCustody) -> Self {
        let ines = custody.ines.unlock_for_seal(passphrase()).await.unwrap();
        let theo = custody.theo.unlock_for_seal(passphrase()).await.unwrap();
        Self { ines, theo }
    }

    /// A request of Ines that Theo countersigned.
    pub async fn seal(&self, custody: &TestCustody, wanted: &Wanted) -> Plan {
        let (ines, theo) = (&custody.ines, &custody.theo);
        let planned = ines.console.plan(ines.person.operator, wanted, grounds(), Windows::default());
        let plan = planned.await.unwrap();
        ines.console.submit(&plan, Role::DevOps, &self.ines).await.unwrap();
        let verdict = Verdict {
            request: plan.request,
            decision: Decision::Approve,
            role: Role::Security,
            reason: "",
            shown: plan.hash(),
        };
        theo.console.decide(verdict, &self.theo, theo.author()).await.unwrap();
        plan
    }

    /// A rotation of `kek` that both have signed.
    pub async fn seal_rotation(&self, custody: &TestCustody, kek: KeyId, options: RotationOptions) -> Plan {
        self.seal(custody, &Wanted::RotateKek { key: kek, options }).await
    }
}
