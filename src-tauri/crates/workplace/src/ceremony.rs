//! The founding ceremony on this computer: two people take a seat each, make a device key under a passphrase of their own, and
//! both keys sign entry 1.

use std::sync::Arc;

use custody::CustodyIdentity;
use custody::founding::{Founder, Founding, FoundingError, found, pin};
use custody::session::{SessionError, unlock};
use domain::{CustodyId, OperatorId, Role, Text, TextError, Timestamp};
use keychain::{CreateError, DeviceKey, Item, ItemKind, KeychainError, Passphrase, Secret};
use ledger::Signer;
use rand_core::{OsRng, RngCore as _};
use register::{Address, AdminError, Password, Register, create_operator_login};
use zeroize::Zeroizing;

use crate::home::WorkplaceError;
use crate::people::{People, Person};
use crate::premises::{Place, Premises, superuser};

pub(crate) const NAME_CHARS_MAX: usize = 100;
const PERSON_CHARS_MAX: usize = 200;
const PASSWORD_BYTES: usize = 32;
const LOGIN_TAIL_BYTES: usize = 4;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Signs first and acts.
    First,
    /// Signs second.
    Second,
}

/// What a founder says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FounderCard {
    /// Full name.
    pub name: String,
    /// Stable name outside of Countersign: an address or object id.
    pub person: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Name of the device.
    pub device_name: String,
}

/// Why the ceremony does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// A text is missing or deceptive.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The device key could not be made.
    #[error(transparent)]
    Key(#[from] CreateError),
    /// The device key could not be unlocked to sign.
    #[error(transparent)]
    Unlock(#[from] SessionError),
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The login could not be made.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The register does not answer.
    #[error(transparent)]
    Workplace(#[from] WorkplaceError),
    /// The founding entry was refused.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// Both seats name one person.
    #[error("{person} sits on the other seat: two founders are two people")]
    SamePerson {
        /// Who.
        person: String,
    },
    /// The two could never sign for each other.
    #[error("these roles could not sign for each other: one of the two must be Security, the other Security or DevOps")]
    NoQuorum,
    /// No role at all.
    #[error("a founder holds at least one role")]
    NoRole,
    /// A seat is empty.
    #[error("both founders must have made their device key first")]
    SeatEmpty,
    /// The ceremony of a custody in Azure is held by its administrator.
    #[error("a custody in Azure is founded with `countersign custody init`, by whoever administers its database")]
    NotHere,
    /// Which custody somebody joins is not known here.
    #[error("this computer does not know that custody: ask those who enrol you for an invitation")]
    NotPinned,
    /// A login must be named.
    #[error("the database's administrator makes your login first, with `countersign custody login`; then name it here")]
    LoginMissing,
    /// It was interrupted.
    #[error("the ceremony was interrupted")]
    Interrupted,
    /// No random numbers.
    #[error("the operating system gives no random numbers")]
    Random,
}

/// A founder who has taken their seat: the unlocked key waits in memory for the one signature of the founding.
pub struct Seated {
    card: FounderCard,
    operator: OperatorId,
    login: String,
    device: Arc<dyn Signer + Send + Sync>,
}

impl Seated {
    /// What they said of themselves.
    #[must_use]
    pub fn card(&self) -> &FounderCard {
        &self.card
    }

    /// Login they will have at the register.
    #[must_use]
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Id of their device key.
    #[must_use]
    pub fn device_key(&self) -> [u8; 32] {
        ledger::key_id(&self.device.public_key())
    }
}

/// Whoever administers the database of a custody in Azure: makes the founders' logins, and lends the founding its connection.
pub struct Administrator {
    /// Where the database is.
    pub address: Address,
    /// The administrator's login; none of the founders'.
    pub login: String,
    /// Its password.
    pub password: Password,
}

/// The two seats. Lives in memory: an interrupted ceremony begins anew, and keys of an unfinished one sign nothing.
#[derive(Default)]
pub struct Ceremony {
    first: Option<Seated>,
    second: Option<Seated>,
    /// Id of the custody to be founded, where it lies in Azure: one on this machine has its own.
    remote: Option<CustodyId>,
}

impl Ceremony {
    /// A ceremony of a custody in Azure, held with its administrator.
    #[must_use]
    pub fn with_administrator() -> Self {
        Self { remote: Some(CustodyId::make(now(), &mut OsRng)), ..Self::default() }
    }

    /// Who has a seat.
    #[must_use]
    pub fn seated(&self, seat: Seat) -> Option<&Seated> {
        match seat {
            Seat::First => self.first.as_ref(),
            Seat::Second => self.second.as_ref(),
        }
    }

    /// A founder makes their device key and takes the seat.
    ///
    /// # Errors
    /// See [`CeremonyError`]; the seat then stays as it was.
    pub async fn take_seat(
        &mut self,
        premises: &Premises,
        seat: Seat,
        card: FounderCard,
        passphrase: Passphrase,
    ) -> Result<(), CeremonyError> {
        let custody = self.identity(premises)?;
        let card = checked(card)?;
        let other = match seat {
            Seat::First => &self.second,
            Seat::Second => &self.first,
        };
        if let Some(other) = other {
            if other.card.person.to_lowercase() == card.person.to_lowercase() {
                return Err(CeremonyError::SamePerson { person: card.person });
            }
            if !can_sign_for_each_other(&other.card.roles, &card.roles) {
                return Err(CeremonyError::NoQuorum);
            }
        }
        let operator = OperatorId::make(now(), &mut OsRng);
        let device = make_device(premises, &custody, operator, card.device_name.clone(), passphrase).await?;
        let seated = Seated { login: login_of(&card.name, operator), card, operator, device };
        match seat {
            Seat::First => self.first = Some(seated),
            Seat::Second => self.second = Some(seated),
        }
        Ok(())
    }

    /// A founder gives their seat up; their key is removed.
    ///
    /// # Errors
    /// [`CeremonyError::Keychain`].
    pub async fn leave_seat(&mut self, premises: &Premises, seat: Seat) -> Result<(), CeremonyError> {
        let left = match seat {
            Seat::First => self.first.take(),
            Seat::Second => self.second.take(),
        };
        let Some(left) = left else { return Ok(()) };
        let (keychain, custody) = (premises.workplace().keychain().clone(), self.identity(premises)?.id);
        tokio::task::spawn_blocking(move || DeviceKey::remove(&keychain, custody, left.operator))
            .await
            .map_err(|_stopped| CeremonyError::Interrupted)??;
        Ok(())
    }

    /// Founds a custody on this machine: logins of their own, entry 1 under both signatures, and its hash pinned here.
    ///
    /// # Errors
    /// See [`CeremonyError`].
    pub async fn found(&mut self, premises: &Premises) -> Result<(), CeremonyError> {
        let Place::Local(local) = premises.place.as_ref() else { return Err(CeremonyError::NotHere) };
        let (address, login, password) = superuser(local);
        self.found_with(premises, &Administrator { address, login: login.to_owned(), password }).await
    }

    /// The same with the administrator of a database that is not embedded.
    ///
    /// # Errors
    /// See [`CeremonyError`].
    pub async fn found_with(&mut self, premises: &Premises, by: &Administrator) -> Result<(), CeremonyError> {
        let (Some(first), Some(second)) = (&self.first, &self.second) else { return Err(CeremonyError::SeatEmpty) };
        let (custody, head) = (self.identity(premises)?, premises.head()?);
        let founding = Founding { custody: custody.clone(), name: head.name, vault_host: head.vault_host };
        for seated in [first, second] {
            let own = random_password()?;
            keep_password(premises, custody.id, seated.operator, &own).await?;
            let (own, roles) = (Password::new(own), &seated.card.roles);
            create_operator_login(&by.address, &by.login, &by.password, &seated.login, &own, roles).await?;
        }
        let connected = Register::connect(&by.address, &by.login, &by.password).await;
        let register = connected.map_err(WorkplaceError::Connect)?;
        let receipt = found(&register, &founding, &founder(first), &founder(second)).await?;
        let (keychain, pinned) = (premises.workplace().keychain().clone(), custody.clone());
        tokio::task::spawn_blocking(move || pin(&keychain, &pinned, receipt.hash))
            .await
            .map_err(|_stopped| CeremonyError::Interrupted)?
            .map_err(FoundingError::from)?;
        let people = [first, second].map(|seated| Person {
            operator: seated.operator,
            name: seated.card.name.clone(),
            login: seated.login.clone(),
            roles: seated.card.roles.clone(),
        });
        premises.remember(&People { custody: custody.id, people: people.to_vec(), last: None })?;
        // The unlocked keys have signed what they were unlocked for.
        *self = Self::default();
        Ok(())
    }

    fn identity(&self, premises: &Premises) -> Result<CustodyIdentity, CeremonyError> {
        match premises.place.as_ref() {
            Place::Local(local) => {
                Ok(CustodyIdentity { id: local.profile().id(), environment: local.profile().environment() })
            }
            Place::Remote(connection) => {
                let id = self.remote.ok_or(CeremonyError::NotHere)?;
                Ok(CustodyIdentity { id, environment: connection.environment })
            }
        }
    }
}

fn founder(seated: &Seated) -> Founder {
    Founder {
        operator: seated.operator,
        person: seated.card.person.clone(),
        name: seated.card.name.clone(),
        login: seated.login.clone(),
        roles: seated.card.roles.clone(),
        device_name: seated.card.device_name.clone(),
        device: Arc::clone(&seated.device),
    }
}

/// The card with its texts as the founding entry will hold them: checked before a device key is made for it.
fn checked(card: FounderCard) -> Result<FounderCard, CeremonyError> {
    let line = |field, raw: &str, max| Text::parse_line(field, raw, max).map(|text| text.as_str().to_owned());
    let person = person_of(&card.person)?;
    let (name, device_name) =
        (line("name", &card.name, NAME_CHARS_MAX)?, line("device name", &card.device_name, NAME_CHARS_MAX)?);
    if card.roles.is_empty() {
        Err(CeremonyError::NoRole)
    } else {
        Ok(FounderCard { name, person, device_name, ..card })
    }
}

/// The stable name of somebody, which the register keeps in ASCII, so that no look-alike makes two of one person.
pub(crate) fn person_of(raw: &str) -> Result<String, TextError> {
    let person = Text::parse_line("person", raw, PERSON_CHARS_MAX)?.as_str().to_owned();
    match person.chars().enumerate().find(|(_, it)| !it.is_ascii_graphic()) {
        Some((index, character)) => Err(TextError::Deceptive { field: "person", character, position: index + 1 }),
        None => Ok(person),
    }
}

/// Whether requests of one could be countersigned by the other, and the reverse: for a KEK and its rotation, which a custody begins
/// with. Other operations may need people of other roles, who join later.
fn can_sign_for_each_other(one: &[Role], other: &[Role]) -> bool {
    let begins = |operation| matches!(operation, domain::Operation::CreateKek | domain::Operation::RotateKek);
    let rules: Vec<_> = domain::quorum_rules().into_iter().filter(|rule| begins(rule.operation)).collect();
    let covers = |requester: &[Role], signer: &[Role]| {
        rules.iter().all(|rule| {
            requester.iter().any(|role| {
                rule.countersigners_of(*role).is_some_and(|roles| roles.iter().any(|role| signer.contains(role)))
            })
        })
    };
    covers(one, other) && covers(other, one)
}

pub(crate) async fn make_device(
    premises: &Premises,
    custody: &CustodyIdentity,
    operator: OperatorId,
    name: String,
    passphrase: Passphrase,
) -> Result<Arc<dyn Signer + Send + Sync>, CeremonyError> {
    let (keychain, id) = (premises.workplace().keychain().clone(), custody.id);
    let made = tokio::task::spawn_blocking(move || {
        DeviceKey::create(&keychain, id, operator, &name, &passphrase).map(|_public| passphrase)
    });
    let passphrase = made.await.map_err(|_stopped| CeremonyError::Interrupted)??;
    // Unlocking what was just stored proves that the passphrase opens it.
    Ok(unlock(premises.workplace().keychain(), custody, operator, passphrase).await?)
}

pub(crate) async fn keep_password(
    premises: &Premises,
    custody: CustodyId,
    operator: OperatorId,
    password: &Zeroizing<String>,
) -> Result<(), CeremonyError> {
    let (keychain, secret) = (premises.workplace().keychain().clone(), Secret::new(password.as_bytes().to_vec()));
    let item = Item::new(custody, ItemKind::DatabasePassword(operator));
    tokio::task::spawn_blocking(move || keychain.put(&item, &secret))
        .await
        .map_err(|_stopped| CeremonyError::Interrupted)??;
    Ok(())
}

pub(crate) fn random_password() -> Result<Zeroizing<String>, CeremonyError> {
    let mut bytes = Zeroizing::new([0_u8; PASSWORD_BYTES]);
    OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_none| CeremonyError::Random)?;
    Ok(Zeroizing::new(hex::encode(bytes.as_slice())))
}

/// A login a person can recognise and nobody else has.
pub(crate) fn login_of(name: &str, operator: OperatorId) -> String {
    let letters: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let tail: String = operator.0.simple().to_string().chars().rev().take(2 * LOGIN_TAIL_BYTES).collect();
    format!("cs_{letters}_{tail}")
}

/// Ids are sorted by the time they were made; nothing else depends on this clock.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// two founders who could never countersign for each other are not let into the ceremony.
    #[test]
    fn founders_must_be_able_to_sign_for_each_other() {
        use Role::{DevOps, Engineering, Security};
        assert!(can_sign_for_each_other(&[Security], &[DevOps]));
        assert!(can_sign_for_each_other(&[Security], &[Security]));
        assert!(!can_sign_for_each_other(&[DevOps], &[DevOps]));
        assert!(!can_sign_for_each_other(&[Engineering], &[DevOps]));
    }
}
