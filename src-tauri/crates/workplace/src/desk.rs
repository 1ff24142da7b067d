//! One operator at work: a session, a register under their own login, a vault, and what the ledger was read to say.

use std::sync::Arc;

use custody::proof::{Anchors, ProofError};
use custody::session::{Session, SessionError, sealing_author, unlock};
use custody::{Author, Console, CustodyIdentity, Witness};
use domain::OperatorId;
use keychain::{Item, ItemKind, Keychain, KeychainError, Passphrase, PinError, Pins};
use register::{ConnectError, Password, Register, RegisterError};
use vault::VaultError;
use zeroize::Zeroizing;

use crate::anchor::anchors;
use crate::home::WorkplaceError;
use crate::people::Person;
use crate::premises::Premises;

/// Why an operator can't sign in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Nobody of that id has a device key here.
    #[error("this operator has no device key on this computer")]
    Unknown,
    /// The passphrase, or the session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The keychain lost the password of the operator's login.
    #[error("the keychain does not hold the password of the login {login}")]
    PasswordMissing {
        /// Which.
        login: String,
    },
    /// The founding entry was never pinned here: nothing could be trusted.
    #[error("this computer does not know which founding entry the custody began with")]
    NotPinned,
    /// The register can't be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The register does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// It is another custody than this computer knows.
    #[error("the register holds another custody than the one this computer belongs to")]
    OtherCustody,
    /// The vault's address or settings.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The data folder.
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    /// The ledger is not the one that this computer has seen, or does not hold: nothing is signed on it.
    #[error(transparent)]
    Ledger(#[from] ProofError),
    /// What this computer keeps contradicts what it is to keep.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// It was interrupted.
    #[error("signing in was interrupted")]
    Interrupted,
}

/// An operator at work. Dropping it wipes the session key.
#[derive(Clone)]
pub struct Desk {
    /// Where they work.
    pub premises: Premises,
    /// Who.
    pub person: Person,
    /// What every use case works with.
    pub console: Console,
    /// Their session.
    pub session: Session,
}

impl Premises {
    /// Unlocks an operator's device key and opens a session with it, on a ledger that grew from what this computer keeps of it.
    ///
    /// # Errors
    /// See [`SignInError`]; a wrong passphrase costs the full work of the derivation. [`SignInError::Ledger`] before anything is signed.
    pub async fn sign_in(&self, operator: OperatorId, passphrase: Passphrase) -> Result<Desk, SignInError> {
        let mut known = self.known()?.ok_or(SignInError::Unknown)?;
        let person = known.people.iter().find(|person| person.operator == operator).cloned();
        let person = person.ok_or(SignInError::Unknown)?;
        let head = self.head()?;
        let custody = CustodyIdentity { id: known.custody, environment: head.environment };
        let keychain = self.workplace().keychain();
        let device = unlock(keychain, &custody, operator, passphrase).await?;
        let kept = read_kept(keychain.clone(), custody.clone(), operator).await?;
        let password = kept.password.ok_or_else(|| SignInError::PasswordMissing { login: person.login.clone() })?;
        let founding = kept.founding.ok_or(SignInError::NotPinned)?;
        let register = Register::connect(&self.register_address(), &person.login, &Password::new(password)).await?;
        let row = register.custody().await?.ok_or(SignInError::OtherCustody)?;
        if row.id != custody.id || row.environment != custody.environment || row.vault_host != head.vault_host {
            return Err(SignInError::OtherCustody);
        }
        let witness = Arc::new(Witness::new(founding, kept.anchors.verified));
        let vault = self.connect_vault()?;
        let console = Console {
            custody: custody.clone(),
            register: register.clone(),
            vault,
            vault_host: head.vault_host,
            witness,
        };
        // Before the first signature: a session on a ledger that was replaced would be an entry of another history.
        console.hold_against(&kept.anchors).await?;
        let session = Session::open(&register, &custody, operator, device).await?;
        // Roles come and go after a person first sat down here.
        let person = with_roles_now(&register, person).await?;
        if let Some(kept) = known.people.iter_mut().find(|kept| kept.operator == operator) {
            kept.roles.clone_from(&person.roles);
        }
        known.last = Some(operator);
        self.remember(&known)?;
        Ok(Desk { premises: self.clone(), person, console, session })
    }
}

impl Desk {
    /// The operator's pen for ordinary acts.
    #[must_use]
    pub fn author(&self) -> &Author {
        &self.session.author
    }

    /// Unlocks the device key for one seal, if the ledger still is the one that is known here; keeps its newest checkpoint.
    ///
    /// # Errors
    /// [`SessionError::Unlock`] for a wrong passphrase; [`SignInError::Ledger`] with the first entry that does not hold.
    pub async fn unlock_for_seal(&self, passphrase: Passphrase) -> Result<Author, SignInError> {
        self.check_ledger().await?;
        let custody = &self.console.custody;
        let device = unlock(self.premises.workplace().keychain(), custody, self.person.operator, passphrase).await?;
        Ok(sealing_author(custody, self.person.operator, device))
    }
}

/// The person with the roles that count now, by the register: for what a screen offers them.
async fn with_roles_now(register: &Register, person: Person) -> Result<Person, RegisterError> {
    let now = register.clock().await?;
    let row = register.operators().await?.into_iter().find(|row| row.id == person.operator);
    let mut roles = row.map(|row| row.roles_at(now)).unwrap_or_default();
    // An authority beside a role is nothing to work in.
    roles.retain(|role| *role != domain::Role::RiskAcceptance);
    Ok(Person { roles, ..person })
}

/// What the keychain keeps for a sign-in.
struct Kept {
    password: Option<Zeroizing<String>>,
    founding: Option<[u8; 32]>,
    anchors: Anchors,
}

async fn read_kept(keychain: Keychain, custody: CustodyIdentity, operator: OperatorId) -> Result<Kept, SignInError> {
    let read = move || -> Result<Kept, KeychainError> {
        let password = keychain.get(&Item::new(custody.id, ItemKind::DatabasePassword(operator)))?;
        let pins = Pins::new(&keychain, custody.id);
        Ok(Kept {
            // EXPOSE: handed to the register's client in a buffer that is wiped.
            password: password.and_then(|secret| secret.expose_text(|text| Zeroizing::new(text.to_owned()))),
            founding: pins.founding()?,
            anchors: anchors(&pins)?,
        })
    };
    Ok(tokio::task::spawn_blocking(read).await.map_err(|_stopped| SignInError::Interrupted)??)
}
