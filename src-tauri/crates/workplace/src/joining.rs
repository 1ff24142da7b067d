//! Joining: a new person makes their device key on their own computer and hands its card to those who enrol them.
//!
//! Nothing here gives a right. The login that is made on a local custody is in no group and opens no door; what two people sign makes
//! it an operator's. Format of the card: `docs/formats/enrolment-card.md`.

use custody::CustodyIdentity;
use custody::founding::{FoundingError, pin};
use domain::{CustodyId, OperatorId, Text};
use keychain::{DeviceKey, Item, ItemKind, Pins};
use ledger::EnrolmentCard;
use rand_core::OsRng;
use register::{OperatorKind, Password, create_operator_login};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::ceremony::{
    CeremonyError, NAME_CHARS_MAX, keep_password, login_of, make_device, now, person_of, random_password,
};
use crate::home::WorkplaceError;
use crate::people::{People, Person};
use crate::premises::{Place, Premises, superuser};

/// LIMIT: bytes of a card's or an invitation's file.
pub const CARD_BYTES_MAX: usize = 16 * 1024;

const LOGIN_CHARS_MAX: usize = 63;
const INVITATION_KIND: &str = "countersign/invitation/v1";

/// Which custody somebody joins: what those who enrol them say, and what their computer pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// The custody.
    pub custody: CustodyId,
    /// Chain hash of its founding entry.
    pub founding: [u8; 32],
}

/// What somebody who joins says of themselves.
pub struct JoinOrder {
    /// Their id, where they are enrolled already: for a further device, or coming back.
    pub operator: Option<OperatorId>,
    /// Human or agent.
    pub kind: OperatorKind,
    /// Full name.
    pub name: String,
    /// Stable name outside of Countersign.
    pub person: String,
    /// Login at the register; made here where the custody is on this machine and none is named.
    pub login: Option<String>,
    /// Its password, where an administrator made the login.
    pub password: Option<Zeroizing<String>>,
    /// Name of the device.
    pub device_name: String,
    /// Which custody, where this computer does not know it yet.
    pub invitation: Option<Invitation>,
    /// Whether a device key of theirs in this keychain may be thrown away for the new one.
    pub replace: bool,
}

/// Why a card or an invitation can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// It is too long for one.
    #[error("a card has at most {CARD_BYTES_MAX} bytes")]
    TooLong,
    /// It is no JSON of that form.
    #[error("it is not written as a card is")]
    Form(#[source] serde_json::Error),
    /// It is of another format or version.
    #[error("it says that it is {format:?}")]
    Format {
        /// What it says.
        format: String,
    },
    /// Bytes in it are not hex of the right length.
    #[error("its {field} is not lower-case hex of the right length")]
    Hex {
        /// Which.
        field: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFile {
    format: String,
    custody: CustodyId,
    founding: String,
    operator: OperatorId,
    kind: String,
    person: String,
    name: String,
    login: String,
    device_name: String,
    public_key: String,
    proof: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvitationFile {
    format: String,
    custody: CustodyId,
    founding: String,
}

/// A card as a file.
#[must_use]
pub fn write_card(card: &EnrolmentCard) -> String {
    let file = CardFile {
        format: ledger::CARD_KIND.to_owned(),
        custody: CustodyId(card.custody),
        founding: hex::encode(card.founding),
        operator: OperatorId(card.operator),
        kind: card.kind.clone(),
        person: card.person.clone(),
        name: card.name.clone(),
        login: card.login.clone(),
        device_name: card.device_name.clone(),
        public_key: hex::encode(card.public_key),
        proof: hex::encode(card.proof),
    };
    pretty(&file)
}

/// Reads a card. Whether its proof verifies is asked when a plan is made of it.
///
/// # Errors
/// [`CardError`].
pub fn read_card(text: &str) -> Result<EnrolmentCard, CardError> {
    let file: CardFile = read(text)?;
    expect(&file.format, ledger::CARD_KIND)?;
    Ok(EnrolmentCard {
        custody: file.custody.0,
        founding: bytes("founding", &file.founding)?,
        operator: file.operator.0,
        kind: file.kind,
        person: file.person,
        name: file.name,
        login: file.login,
        device_name: file.device_name,
        public_key: bytes("public_key", &file.public_key)?,
        proof: bytes("proof", &file.proof)?,
    })
}

impl Invitation {
    /// As a file.
    #[must_use]
    pub fn write(&self) -> String {
        pretty(&InvitationFile {
            format: INVITATION_KIND.to_owned(),
            custody: self.custody,
            founding: hex::encode(self.founding),
        })
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn read(text: &str) -> Result<Self, CardError> {
        let file: InvitationFile = read(text)?;
        expect(&file.format, INVITATION_KIND)?;
        Ok(Self { custody: file.custody, founding: bytes("founding", &file.founding)? })
    }
}

impl Premises {
    /// Makes a device key here and a card of it, and keeps on this computer what its holder will sign in with.
    ///
    /// # Errors
    /// See [`CeremonyError`]; a key that was made for nothing signs nothing.
    pub async fn join(
        &self,
        order: JoinOrder,
        passphrase: keychain::Passphrase,
    ) -> Result<EnrolmentCard, CeremonyError> {
        let line = |field, raw: &str, max| Text::parse_line(field, raw, max).map(|text| text.as_str().to_owned());
        let (name, device_name) =
            (line("name", &order.name, NAME_CHARS_MAX)?, line("device name", &order.device_name, NAME_CHARS_MAX)?);
        let person = person_of(&order.person)?;
        let invitation = self.invitation(order.invitation).await?;
        let custody = CustodyIdentity { id: invitation.custody, environment: self.head()?.environment };
        let operator = order.operator.unwrap_or_else(|| OperatorId::make(now(), &mut OsRng));
        let login = match &order.login {
            Some(login) => line("login", login, LOGIN_CHARS_MAX)?,
            None if self.local_custody().is_some() => login_of(&name, operator),
            None => return Err(CeremonyError::LoginMissing),
        };
        if order.replace {
            self.forget_device(custody.id, operator).await?;
        }
        let device = make_device(self, &custody, operator, device_name.clone(), passphrase).await?;
        match order.password {
            Some(password) => keep_password(self, custody.id, operator, &password).await?,
            None if order.login.is_none() => self.make_login(custody.id, operator, &login).await?,
            // Whoever comes back on this computer has theirs in its keychain.
            None => {}
        }
        self.pin(&custody, invitation.founding).await?;
        self.expect_person(
            custody.id,
            Person { operator, name: name.clone(), login: login.clone(), roles: Vec::new() },
        )?;
        let card = EnrolmentCard {
            custody: custody.id.0,
            founding: invitation.founding,
            operator: operator.0,
            kind: order.kind.word().to_owned(),
            person,
            name,
            login,
            device_name,
            public_key: [0; 32],
            proof: [0; 64],
        };
        Ok(card.signed(device.as_ref()))
    }

    /// What somebody needs to know to join this custody from another computer.
    ///
    /// # Errors
    /// [`CeremonyError::NotPinned`] where this computer does not know it either.
    pub async fn invitation(&self, given: Option<Invitation>) -> Result<Invitation, CeremonyError> {
        let known = match self.place.as_ref() {
            Place::Local(local) => Some(local.profile().id()),
            Place::Remote(_) => self.known()?.map(|known| known.custody),
        };
        let Some(custody) = known.or(given.map(|given| given.custody)) else { return Err(CeremonyError::NotPinned) };
        let keychain = self.workplace().keychain().clone();
        let pinned = tokio::task::spawn_blocking(move || Pins::new(&keychain, custody).founding());
        let pinned = pinned.await.map_err(|_stopped| CeremonyError::Interrupted)??;
        let founding = pinned.or(given.map(|given| given.founding)).ok_or(CeremonyError::NotPinned)?;
        let here = Invitation { custody, founding };
        // Another custody's invitation is never taken for this one's.
        if given.is_some_and(|given| given != here) { Err(CeremonyError::NotPinned) } else { Ok(here) }
    }

    /// A login of their own at the embedded register: in no group, until two people have signed.
    async fn make_login(&self, custody: CustodyId, operator: OperatorId, login: &str) -> Result<(), CeremonyError> {
        let Place::Local(local) = self.place.as_ref() else { return Err(CeremonyError::LoginMissing) };
        let password = random_password()?;
        keep_password(self, custody, operator, &password).await?;
        let (address, admin, its_password) = superuser(local);
        create_operator_login(&address, admin, &its_password, login, &Password::new(password), &[]).await?;
        Ok(())
    }

    async fn forget_device(&self, custody: CustodyId, operator: OperatorId) -> Result<(), CeremonyError> {
        let keychain = self.workplace().keychain().clone();
        let removed = tokio::task::spawn_blocking(move || DeviceKey::remove(&keychain, custody, operator));
        removed.await.map_err(|_stopped| CeremonyError::Interrupted)??;
        Ok(())
    }

    async fn pin(&self, custody: &CustodyIdentity, founding: [u8; 32]) -> Result<(), CeremonyError> {
        let (keychain, custody) = (self.workplace().keychain().clone(), custody.clone());
        let pinned = tokio::task::spawn_blocking(move || pin(&keychain, &custody, founding));
        Ok(pinned.await.map_err(|_stopped| CeremonyError::Interrupted)?.map_err(FoundingError::from)?)
    }

    /// Shows somebody on the lock screen of this computer. Their roles are the register's to say, once they can sign in.
    fn expect_person(&self, custody: CustodyId, person: Person) -> Result<(), WorkplaceError> {
        let mut known = self.known()?.unwrap_or(People { custody, people: Vec::new(), last: None });
        known.people.retain(|one| one.operator != person.operator);
        known.people.push(person);
        self.remember(&known)
    }

    /// Takes somebody off the lock screen, with the device key and the password that this computer keeps for them: when they were
    /// not enrolled after all, or have left.
    ///
    /// # Errors
    /// [`CeremonyError::Keychain`].
    pub async fn forget_person(&self, operator: OperatorId) -> Result<(), CeremonyError> {
        let Some(mut known) = self.known()? else { return Ok(()) };
        self.forget_device(known.custody, operator).await?;
        let (keychain, item) =
            (self.workplace().keychain().clone(), Item::new(known.custody, ItemKind::DatabasePassword(operator)));
        let removed = tokio::task::spawn_blocking(move || keychain.remove(&item));
        removed.await.map_err(|_stopped| CeremonyError::Interrupted)??;
        known.people.retain(|person| person.operator != operator);
        known.last = known.last.filter(|last| *last != operator);
        Ok(self.remember(&known)?)
    }
}

fn pretty(file: &impl Serialize) -> String {
    // Texts and ids always serialise.
    serde_json::to_string_pretty(file).unwrap_or_default()
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, CardError> {
    if text.len() > CARD_BYTES_MAX {
        return Err(CardError::TooLong);
    }
    serde_json::from_str(text).map_err(CardError::Form)
}

fn expect(found: &str, wanted: &str) -> Result<(), CardError> {
    if found == wanted { Ok(()) } else { Err(CardError::Format { format: found.to_owned() }) }
}

fn bytes<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N], CardError> {
    let mut bytes = [0; N];
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) if is_lower => Ok(bytes),
        _ => Err(CardError::Hex { field }),
    }
}
