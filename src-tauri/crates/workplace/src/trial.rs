//! Trying a connection before it is kept: name, TLS, sign-in, permission, schema and environment, each said by itself.

use std::time::Instant;

use domain::Environment;
use register::{ConnectError, Password, Register};
use vault::{Credential, ForbiddenWhy, Vault, VaultAddress, VaultError, VaultSettings};

use crate::connection::Connection;

/// On which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The vault.
    Vault,
    /// The register.
    Register,
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The name resolves and something answers there.
    Name,
    /// Its certificate is trusted.
    Tls,
    /// The sign-in is accepted.
    SignIn,
    /// It may do what is needed.
    Permission,
    /// The register's schema is there, in this version.
    Schema,
    /// The environment is the one that was said.
    Environment,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Passed,
    /// Not, and why, and what to do.
    Failed(String),
    /// One before it failed.
    Skipped,
}

/// One line of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialCheck {
    /// What.
    pub check: Check,
    /// Where.
    pub side: Side,
    /// The address.
    pub address: String,
    /// How.
    pub outcome: Outcome,
    /// How long the side took to answer, in milliseconds.
    pub took_ms: Option<u32>,
}

/// What a trial found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Line by line, in the order made.
    pub checks: Vec<TrialCheck>,
    /// Whether the register has been founded.
    pub founded: bool,
}

impl Trial {
    /// Whether everything went well.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == Outcome::Passed)
    }
}

const OF_VAULT: [Check; 4] = [Check::Name, Check::Tls, Check::SignIn, Check::Permission];
const OF_REGISTER: [Check; 6] =
    [Check::Name, Check::Tls, Check::SignIn, Check::Permission, Check::Schema, Check::Environment];

impl Connection {
    /// Tries it. Nothing is changed anywhere.
    pub async fn try_out(&self, credential: Credential, password: &Password) -> Trial {
        let (vault, (register, founded)) = tokio::join!(self.try_vault(credential), self.try_register(password));
        Trial { checks: vault.into_iter().chain(register).collect(), founded }
    }

    async fn try_vault(&self, credential: Credential) -> Vec<TrialCheck> {
        let began = Instant::now();
        let outcome = async {
            let vault = Vault::connect(VaultSettings::new(VaultAddress::parse(&self.vault_url)?), credential)?;
            vault.probe().await
        };
        let failed = outcome.await.err().map(|error| (vault_check(&error), error.to_string()));
        lines(Side::Vault, &self.vault_url, &OF_VAULT, failed, began)
    }

    async fn try_register(&self, password: &Password) -> (Vec<TrialCheck>, bool) {
        let began = Instant::now();
        let address = format!("{}:{}/{}", self.database_host, self.database_port, self.database_name);
        let (failed, founded) = match Register::connect(&self.address(), &self.database_user, password).await {
            Err(error) => (Some((register_check(&error), error.to_string())), false),
            Ok(register) => match register.custody().await {
                Err(error) => (Some((Check::Permission, error.to_string())), false),
                Ok(None) => (None, false),
                Ok(Some(custody)) => (other_environment(self.environment, custody.environment), true),
            },
        };
        (lines(Side::Register, &address, &OF_REGISTER, failed, began), founded)
    }
}

fn other_environment(said: Environment, found: Environment) -> Option<(Check, String)> {
    let why = || format!("this is the register of the {found} environment, not of {said}: change one or the other");
    (said != found).then(|| (Check::Environment, why()))
}

fn vault_check(error: &VaultError) -> Check {
    match error {
        VaultError::Tls { .. } => Check::Tls,
        VaultError::SignIn { .. } | VaultError::Unauthorized { .. } => Check::SignIn,
        VaultError::Forbidden { why: ForbiddenWhy::Firewall | ForbiddenWhy::PrivateConnection, .. } => Check::Name,
        VaultError::Forbidden { .. } => Check::Permission,
        _ => Check::Name,
    }
}

fn register_check(error: &ConnectError) -> Check {
    match error {
        ConnectError::TlsNeeded | ConnectError::Tls(_) => Check::Tls,
        ConnectError::Authentication { .. } => Check::SignIn,
        ConnectError::NotAllowed { .. } | ConnectError::DatabaseMissing { .. } => Check::Permission,
        ConnectError::SchemaMissing { .. } | ConnectError::SchemaNewer { .. } => Check::Schema,
        _ => Check::Name,
    }
}

fn lines(
    side: Side,
    address: &str,
    checks: &[Check],
    failed: Option<(Check, String)>,
    began: Instant,
) -> Vec<TrialCheck> {
    let took_ms = u32::try_from(began.elapsed().as_millis()).ok();
    let line = |check: &Check| {
        let outcome = match &failed {
            Some((at, why)) if at == check => Outcome::Failed(why.clone()),
            Some((at, _)) if check > at => Outcome::Skipped,
            _ => Outcome::Passed,
        };
        let took_ms = if outcome == Outcome::Skipped { None } else { took_ms };
        TrialCheck { check: *check, side, address: address.to_owned(), outcome, took_ms }
    };
    checks.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_failure_is_not_claimed() {
        let failed = Some((Check::SignIn, "wrong".to_owned()));
        let lines = lines(Side::Register, "db", &OF_REGISTER, failed, Instant::now());
        let outcomes: Vec<&Outcome> = lines.iter().map(|line| &line.outcome).collect();
        let wrong = Outcome::Failed("wrong".to_owned());
        let (passed, skipped) = (&Outcome::Passed, &Outcome::Skipped);
        assert_eq!(outcomes, [passed, passed, &wrong, skipped, skipped, skipped]);
    }
}
