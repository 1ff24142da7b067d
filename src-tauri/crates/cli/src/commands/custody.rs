//! `countersign custody init|migrate|status`: for whoever administers a database that is not embedded.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::Environment;
use register::{Address, Password, Tls};
use serde_json::{Value, json};
use url::Url;
use workplace::{Administrator, Ceremony, Connection, Standing, Workplace};

use crate::answer::Answer;
use crate::at_work::workplace;
use crate::commands::connect::database_password;
use crate::commands::found::{founded, founders, hold};
use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;

const PORT: u16 = 5432;

/// The register of a database that is not embedded.
#[derive(Debug, Subcommand)]
pub enum Custody {
    /// Make the schema, connect this computer, and found the custody with two people
    Init(Init),
    /// Make the register's schema, or bring it up to the version of this program
    Migrate(Admin),
    /// What the database holds
    Status(Admin),
    /// Make a login for somebody who joins: in no group, it opens no door until two people have enrolled them
    Login(Login),
}

/// Whoever administers the database.
#[derive(Debug, Args)]
pub struct Admin {
    /// postgresql://LOGIN@HOST:PORT/DATABASE, with ?sslrootcert=FILE for an authority of your own, or ?host=/DIR for a socket
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_ADMIN_URL")]
    admin_url: String,
    /// File with the administrator's password; otherwise PGPASSWORD, or it is asked for
    #[arg(long, value_name = "FILE")]
    admin_password_file: Option<PathBuf>,
}

/// A custody to be founded.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    admin: Admin,
    /// What its people call it
    #[arg(long)]
    name: String,
    /// Its environment
    #[arg(long)]
    environment: Environment,
    /// Address of its vault, such as https://NAME.vault.azure.net
    #[arg(long, value_name = "URL")]
    vault_url: String,
    /// JSON file that names both founders and the files with their passphrases; otherwise they are asked
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// A login to be made.
#[derive(Debug, Args)]
pub struct Login {
    /// Its name
    login: String,
    /// File with its password, first line; for whoever joins
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    #[command(flatten)]
    admin: Admin,
}

impl Login {
    async fn run(self) -> Result<Answer, Failure> {
        let (address, admin, its_password) = self.admin.connection()?;
        let password = Password::new(crate::secrets::from_file(&self.password_file)?);
        register::create_operator_login(&address, &admin, &its_password, &self.login, &password, &[]).await?;
        let text = format!("The login {} is made. It opens nothing until its holder is enrolled.", self.login);
        Ok(Answer::new(json!({ "login": self.login }), text))
    }
}

impl Custody {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::Init(init) => init.run(context).await,
            Self::Migrate(admin) => {
                let (address, login, password) = admin.connection()?;
                register::migrate(&address, &login, &password).await?;
                status(&address, &login, &password).await
            }
            Self::Login(login) => login.run().await,
            Self::Status(admin) => {
                let (address, login, password) = admin.connection()?;
                status(&address, &login, &password).await
            }
        }
    }
}

impl Init {
    async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let (address, login, password) = self.admin.connection()?;
        vault::VaultAddress::parse(&self.vault_url)?;
        let founders = founders(self.file.as_deref())?;
        let workplace = workplace(context).await?;
        free(&workplace).await?;
        let found = register::status(&address, &login, &password).await?;
        if let Some(founded) = found.founded {
            return Err(Failure::new("already_founded", format!("the database holds the custody {}", founded.name))
                .hint("countersign connect, for an operator of it"));
        }
        register::migrate(&address, &login, &password).await?;
        let connection = self.connection(&address, &login);
        let premises = workplace.keep(&connection)?;
        let administrator = Administrator { address, login, password };
        hold(Ceremony::with_administrator(), &premises, founders, Some(&administrator)).await?;
        // From now on nobody connects as the administrator.
        let own = premises.people()?.into_iter().next().map(|person| person.login);
        let premises = workplace.keep(&Connection { database_user: own.unwrap_or_default(), ..connection })?;
        founded(&premises)
    }

    fn connection(&self, address: &Address, login: &str) -> Connection {
        let ca = match &address.tls {
            Tls::VerifyFull { ca } => ca.clone(),
            Tls::Off => None,
        };
        Connection {
            name: self.name.clone(),
            environment: self.environment,
            vault_url: self.vault_url.clone(),
            database_host: address.host.clone(),
            database_port: address.port,
            database_name: address.database.clone(),
            database_user: login.to_owned(),
            database_ca: ca,
        }
    }
}

/// The folder must not belong to a custody whose people work here: its connection would be replaced.
async fn free(workplace: &Workplace) -> Result<(), Failure> {
    let is_free = match workplace.standing()? {
        Standing::Nothing => true,
        Standing::Local(_) => false,
        Standing::Remote(_) => workplace.open().await?.people()?.is_empty(),
    };
    if is_free {
        return Ok(());
    }
    let message = format!("the data folder {} belongs to a custody already", workplace.home().display());
    Err(Failure::new("folder_taken", message).hint("choose another with --home"))
}

async fn status(address: &Address, login: &str, password: &Password) -> Result<Answer, Failure> {
    let found = register::status(address, login, password).await?;
    let founded = found.founded.as_ref().map(|custody| {
        json!({
            "id": custody.id,
            "name": custody.name,
            "environment": custody.environment,
            "vault_host": custody.vault_host,
        })
    });
    let is_current = found.version == Some(found.wanted);
    let document: Value = json!({
        "version": found.version.map(|version| version.0),
        "wanted": found.wanted.0,
        "current": is_current,
        "founded": founded,
    });
    let mut facts = Table::pairs();
    facts.pair("schema", found.version.map_or_else(|| "none".to_owned(), |version| version.to_string()));
    facts.pair("this program's", found.wanted.to_string());
    match &found.founded {
        Some(custody) => facts.pair("founded", format!("{} ({})", custody.name, custody.environment)),
        None => facts.pair("founded", "no"),
    }
    let next = if is_current { "" } else { "\nNext: countersign custody migrate" };
    Ok(Answer::new(document, format!("{}{next}", facts.text())))
}

impl Admin {
    /// Where, as whom and with what.
    pub fn connection(&self) -> Result<(Address, String, Password), Failure> {
        let (address, login) = parse("--admin-url", &self.admin_url)?;
        let password = database_password(self.admin_password_file.as_deref(), &login)?;
        Ok((address, login, Password::new(password)))
    }
}

/// The address of a database and the login there, as `option` brings them.
pub fn parse(option: &str, text: &str) -> Result<(Address, String), Failure> {
    let refused = |why: &str| {
        Failure::new("usage", format!("{option}: {why}")).could_not_tell().hint("postgresql://LOGIN@HOST:PORT/DATABASE")
    };
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "postgresql" | "postgres") {
        return Err(refused("it begins with postgresql://"));
    }
    if url.password().is_some() {
        return Err(refused("a password on a command line is seen by every process")
            .hint("give it in a file (see --help), in PGPASSWORD, or when asked"));
    }
    let login = url.username();
    let database = url.path().trim_start_matches('/');
    if login.is_empty() || database.is_empty() {
        return Err(refused("it names a login and a database"));
    }
    let given = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let known = ["host", "sslrootcert"];
    if let Some((unknown, _)) = url.query_pairs().find(|(key, _)| !known.contains(&key.as_ref())) {
        return Err(refused(&format!("the option {unknown} is not known")));
    }
    let host = given("host").or_else(|| url.host_str().filter(|host| !host.is_empty()).map(str::to_owned));
    let address = Address {
        host: host.ok_or_else(|| refused("it names no host"))?,
        port: url.port().unwrap_or(PORT),
        database: database.to_owned(),
        tls: Tls::Off,
    };
    let tls =
        if address.is_local() { Tls::Off } else { Tls::VerifyFull { ca: given("sslrootcert").map(PathBuf::from) } };
    Ok((Address { tls, ..address }, login.to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// over a network never without TLS, and no password on the command line.
    #[test]
    fn a_remote_register_is_reached_over_tls_and_without_a_password_in_the_address() {
        let (address, login) =
            parse("--admin-url", "postgresql://admin@db.example.test/custody?sslrootcert=/ca.pem").unwrap();
        assert_eq!((address.host.as_str(), address.port, login.as_str()), ("db.example.test", 5432, "admin"));
        assert_eq!(address.tls, Tls::VerifyFull { ca: Some("/ca.pem".into()) });
        assert!(
            parse("--admin-url", "postgresql://admin:secret@db.example.test/custody")
                .unwrap_err()
                .message
                .contains("every process")
        );
        assert!(parse("--admin-url", "postgresql://admin@db.example.test/custody?sslmode=disable").is_err());
        let (socket, _) = parse("--admin-url", "postgresql://postgres@localhost/custody?host=/run/pg").unwrap();
        assert_eq!((socket.host.as_str(), socket.tls), ("/run/pg", Tls::Off));
    }
}
