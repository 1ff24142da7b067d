//! What a person does in the window again and again: found a custody, unlock, seal, hand over to the other operator.

use crate::custody_here::PASSPHRASE;
use crate::window::Console;

/// Asks: DevOps.
pub const INES: &str = "Ines Duarte";
/// Countersigns: Security.
pub const THEO: &str = "Theo Brandt";

impl Console {
    /// From the first start to the lock screen.
    pub async fn found(&self) {
        self.sees("Open a local custody").await;
        self.click("Open a local custody").await;
        self.fill("Name", "payments").await;
        self.choose("Environment", "Staging").await;
        self.click("Open local custody").await;
        self.sees("Found payments").await;
        self.take_seat(THEO, "theo.brandt@example.test").await;
        self.sees(THEO).await;
        self.take_seat(INES, "ines.duarte@example.test").await;
        self.click("Found custody").await;
    }

    async fn take_seat(&self, name: &str, identity: &str) {
        self.fill("Full name", name).await;
        self.fill("Identity", identity).await;
        self.fill("Name of this device", "Test bench").await;
        self.fill("Passphrase", PASSPHRASE).await;
        self.fill("Passphrase again", PASSPHRASE).await;
        self.click("Make device key").await;
    }

    /// From the lock screen to the overview.
    pub async fn unlock(&self, name: &str) {
        self.sees("Passphrase of the device key").await;
        self.click(name).await;
        self.fill("Passphrase of the device key", PASSPHRASE).await;
        self.click("Unlock").await;
        self.sees("Overview").await;
        self.remember_faults().await;
    }

    /// Hands over to the other operator.
    pub async fn switch_to(&self, name: &str) {
        self.click("Lock Countersign").await;
        self.unlock(name).await;
    }

    /// Gives the seal that the sign window was opened for.
    pub async fn seal(&self, act: &str) {
        self.enter_sign_window().await;
        self.sees("Passphrase of your device key").await;
        self.is_accessible("the sign window").await;
        self.fill("Passphrase of your device key", PASSPHRASE).await;
        self.click(act).await;
        self.sees("Ledger entry").await;
        self.is_faultless().await;
        self.dismiss("Close").await;
        self.leave_sign_window().await;
    }

    /// Writes on a request what it must say.
    pub async fn justify(&self) {
        self.fill("Justification", "Yearly rotation").await;
        self.fill("Change record", "CHG-2026-0117").await;
        self.fill("Roll-back plan", "Turn the run back while the old version lives").await;
    }

    /// Goes to a screen, waits for what it says, and holds it to the axe rules.
    pub async fn look_at(&self, address: &str, says: &str) {
        self.go(address).await;
        self.sees(says).await;
        self.is_accessible(address).await;
    }
}
