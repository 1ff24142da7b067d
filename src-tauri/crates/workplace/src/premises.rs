//! A custody whose servers answer, before anyone has signed in.

use std::sync::Arc;

use domain::{CustodyId, Environment, OperatorId};
use local_custody::{LocalCustody, LocalProfile};
use register::{Address, Password};
use vault::{Credential, Vault, VaultAddress, VaultError, VaultSettings};
use zeroize::Zeroizing;

use crate::connection::Connection;
use crate::home::{Workplace, WorkplaceError};
use crate::people::{People, Person};

/// What identifies a custody on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its id; `None` for one in Azure that nobody of this computer belongs to yet.
    pub id: Option<CustodyId>,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// Whether vault, register and operators are all on this computer.
    pub local: bool,
    /// Host of its vault.
    pub vault_host: String,
    /// Its database, as host and name.
    pub database: String,
}

pub(crate) enum Place {
    Local(Box<LocalCustody>),
    Remote(Connection),
}

/// A custody that is open on this computer. Cloning it gives another handle on the same servers.
#[derive(Clone)]
pub struct Premises {
    pub(crate) workplace: Workplace,
    pub(crate) place: Arc<Place>,
}

impl Premises {
    pub(crate) async fn local(workplace: Workplace, local: LocalCustody) -> Result<Self, WorkplaceError> {
        let place = Arc::new(Place::Local(Box::new(local)));
        let premises = Self { workplace, place };
        premises.ensure_schema().await?;
        Ok(premises)
    }

    pub(crate) fn remote(workplace: Workplace, connection: Connection) -> Self {
        Self { workplace, place: Arc::new(Place::Remote(connection)) }
    }

    /// What identifies it.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn head(&self) -> Result<Head, WorkplaceError> {
        let known = self.known()?;
        Ok(match self.place.as_ref() {
            Place::Local(local) => {
                let profile: &LocalProfile = local.profile();
                Head {
                    id: Some(profile.id()),
                    name: profile.name().to_owned(),
                    environment: profile.environment(),
                    local: true,
                    vault_host: local.vault().host().to_owned(),
                    database: format!("{} on this computer", local.database()),
                }
            }
            Place::Remote(connection) => Head {
                id: known.map(|known| known.custody),
                name: connection.name.clone(),
                environment: connection.environment,
                local: false,
                vault_host: VaultAddress::parse(&connection.vault_url)
                    .map_or_else(|_| connection.vault_url.clone(), |address| address.host()),
                database: format!("{}/{}", connection.database_host, connection.database_name),
            },
        })
    }

    /// Where it is found.
    #[must_use]
    pub fn workplace(&self) -> &Workplace {
        &self.workplace
    }

    /// The local custody behind it, if it is one.
    #[must_use]
    pub fn local_custody(&self) -> Option<&LocalCustody> {
        match self.place.as_ref() {
            Place::Local(local) => Some(local),
            Place::Remote(_) => None,
        }
    }

    /// Who has a device key here.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn people(&self) -> Result<Vec<Person>, WorkplaceError> {
        Ok(self.known()?.map(|known| known.people).unwrap_or_default())
    }

    /// Who was here last.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn last_person(&self) -> Result<Option<OperatorId>, WorkplaceError> {
        Ok(self.known()?.and_then(|known| known.last))
    }

    pub(crate) fn known(&self) -> Result<Option<People>, WorkplaceError> {
        People::read(self.workplace.home()).map_err(|source| self.workplace.folder(source))
    }

    pub(crate) fn remember(&self, people: &People) -> Result<(), WorkplaceError> {
        people.write(self.workplace.home()).map_err(|source| self.workplace.folder(source))
    }

    /// Whether its ledger has begun.
    ///
    /// # Errors
    /// When the register does not answer the administrator of a local custody.
    pub async fn is_founded(&self) -> Result<bool, WorkplaceError> {
        match self.place.as_ref() {
            Place::Local(local) => {
                let (address, login, password) = superuser(local);
                Ok(register::status(&address, login, &password).await?.founded.is_some())
            }
            // Whoever has a device key here was enrolled in it.
            Place::Remote(_) => Ok(self.known()?.is_some()),
        }
    }

    /// Makes the schema of a local custody, or brings it up to date. One in Azure is migrated by its administrator.
    async fn ensure_schema(&self) -> Result<(), WorkplaceError> {
        let Place::Local(local) = self.place.as_ref() else { return Ok(()) };
        let (address, login, password) = superuser(local);
        let status = register::status(&address, login, &password).await?;
        if status.version != Some(status.wanted) {
            register::migrate(&address, login, &password).await?;
        }
        Ok(())
    }

    /// Where operators connect to the register.
    pub(crate) fn register_address(&self) -> Address {
        match self.place.as_ref() {
            Place::Local(local) => register_address(local),
            Place::Remote(connection) => connection.address(),
        }
    }

    /// A client of its vault.
    pub(crate) fn connect_vault(&self) -> Result<Vault, VaultError> {
        match self.place.as_ref() {
            Place::Local(local) => {
                let endpoint = local.vault();
                let address = VaultAddress::parse(&format!("https://{}", endpoint.host()))?;
                let settings = VaultSettings::local(address, endpoint.ca_pem().as_bytes(), endpoint.address());
                // EXPOSE: the credential keeps it in a buffer that is wiped.
                let token = endpoint.expose_token(|token| Zeroizing::new(token.to_owned()));
                Vault::connect(settings, Credential::LocalToken(token))
            }
            Place::Remote(connection) => {
                let settings = VaultSettings::new(VaultAddress::parse(&connection.vault_url)?);
                Vault::connect(settings, Credential::DeveloperTools)
            }
        }
    }
}

pub(crate) fn register_address(local: &LocalCustody) -> Address {
    Address::socket(local.socket_dir().to_string_lossy().into_owned(), local.port(), local.database())
}

/// Where, as whom and with what the superuser of a local custody connects.
pub(crate) fn superuser(local: &LocalCustody) -> (Address, &'static str, Password) {
    // EXPOSE: the register's client keeps it in a buffer that is wiped.
    let password = local.superuser_password().expose(|password| Zeroizing::new(password.to_owned()));
    (register_address(local), local.superuser_login(), Password::new(password))
}
