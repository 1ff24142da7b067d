//! Making and migrating a register, and making the logins of its operators. Done with an administrator's login, which is
//! none of the operators'.

use std::fmt;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection as _, PgConnection};

use crate::address::{Address, Password};
use crate::connect::{ConnectError, connect_pool};
use crate::error::sqlstate;
use crate::scram::{self, ScramError};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The migrations' own table lies in the schema, so that operators can't touch it.
const MIGRATIONS_TABLE: &str = "custody._sqlx_migrations";

/// A superuser may hand things to the owner as it is. Where there is none to be had (a managed server) the administrator joins the
/// owner for the time of the migration.
const BECOME_OWNER: &str = "DO $$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'countersign_owner') THEN
        CREATE ROLE countersign_owner NOLOGIN NOINHERIT;
    END IF;
    EXECUTE format('GRANT countersign_owner TO %I', current_user);
    EXECUTE format('GRANT CREATE ON DATABASE %I TO countersign_owner', current_database());
END
$$";

/// The owner has no members again, and may make nothing. The administrator keeps what founding and making logins need.
const CEASE_TO_OWN: &str = "DO $$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    IF to_regprocedure('custody.create_login(text, text, text[])') IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA custody TO %I', current_user);
        EXECUTE format('GRANT SELECT ON custody.custody TO %I', current_user);
        EXECUTE format('GRANT EXECUTE ON FUNCTION custody.found(bytea, bytea), custody.schema_version(), custody.clock(),
            custody.create_login(text, text, text[]), custody.fail(text, jsonb) TO %I', current_user);
        IF to_regprocedure('custody.join_groups(text, text[])') IS NOT NULL THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION custody.join_groups(text, text[]) TO %I', current_user);
        END IF;
    END IF;
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM countersign_owner', current_database());
    EXECUTE format('REVOKE countersign_owner FROM %I', current_user);
END
$$";

/// Number of a register's last migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaVersion(pub i64);

impl SchemaVersion {
    /// The version this program was built for.
    #[must_use]
    pub fn wanted() -> Self {
        Self(MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0))
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Version of its register; nothing where there is none.
    pub version: Option<SchemaVersion>,
    /// Version this program was built for.
    pub wanted: SchemaVersion,
    /// The custody in it, once it was founded.
    pub founded: Option<FoundedCustody>,
}

/// A custody that was founded.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundedCustody {
    /// Its id.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: String,
    /// Host of its vault.
    pub vault_host: String,
}

/// Why an administrator's act failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A migration failed; those before it hold.
    #[error("the register could not be migrated")]
    Migrate(#[source] MigrateError),
    /// There is no such login's password.
    #[error(transparent)]
    Password(#[from] ScramError),
    /// There is a login of that name already.
    #[error("there is a login {login} already")]
    LoginTaken {
        /// The name.
        login: String,
    },
    /// The name is not fit for a login, or a role is unknown.
    #[error("the register refuses to make the login {login}: {why}")]
    LoginUnfit {
        /// The name.
        login: String,
        /// What the register said.
        why: String,
    },
    /// The administrator's own login may not do that.
    #[error("this login may not do that; a superuser, or the owner of the database with CREATEROLE, may")]
    NotAllowed,
    /// Anything else.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl AdminError {
    fn of_migration(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)
                if sqlstate(&cause).as_deref() == Some("42501") =>
            {
                Self::NotAllowed
            }
            error => Self::Migrate(error),
        }
    }
}

impl From<sqlx::Error> for AdminError {
    fn from(error: sqlx::Error) -> Self {
        if sqlstate(&error).as_deref() == Some("42501") { Self::NotAllowed } else { Self::Database(error) }
    }
}

/// Brings the database to the version this program was built for. Two at once take turns (advisory lock); a second run
/// changes nothing.
///
/// # Errors
/// [`AdminError`], by cause.
pub async fn migrate(admin: &Address, login: &str, password: &Password) -> Result<SchemaVersion, AdminError> {
    let mut connection = connect(admin, login, password).await?;
    // Held until the connection ends; the migrator's own lock covers only the migrations.
    sqlx::query("SELECT pg_advisory_lock(hashtextextended('countersign migrate', 0))").execute(&mut connection).await?;
    sqlx::raw_sql(BECOME_OWNER).execute(&mut connection).await?;
    // Not `run`: through its generic connection no caller could prove this future to be `Send`.
    let migrated = migrator().run_direct(None, &mut connection, false).await;
    if migrated.is_ok() {
        sqlx::query("SELECT custody.own_everything()").execute(&mut connection).await?;
    }
    sqlx::raw_sql(CEASE_TO_OWN).execute(&mut connection).await?;
    connection.close().await?;
    migrated.map_err(AdminError::of_migration)?;
    Ok(SchemaVersion::wanted())
}

/// What the database holds.
///
/// # Errors
/// [`AdminError`], by cause. An empty database is no error.
pub async fn status(admin: &Address, login: &str, password: &Password) -> Result<Status, AdminError> {
    let mut connection = connect(admin, login, password).await?;
    let wanted = SchemaVersion::wanted();
    let exists = sqlx::query_scalar::<_, bool>("SELECT to_regprocedure('custody.schema_version()') IS NOT NULL")
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        return Ok(Status { version: None, wanted, founded: None });
    }
    let version = sqlx::query_scalar("SELECT custody.schema_version()").fetch_one(&mut connection).await?;
    let founded = sqlx::query_as("SELECT id, name, environment, vault_host FROM custody.custody")
        .fetch_optional(&mut connection)
        .await?;
    connection.close().await?;
    Ok(Status { version: Some(SchemaVersion(version)), wanted, founded })
}

/// Makes an operator's own login with the group roles of `roles` (`security`, `devops`, …) and nothing else.
///
/// The login inherits from its groups, because the right to call a verb comes through them; it is no superuser, makes no
/// roles and no databases, and owns nothing. The server gets a SCRAM verifier and never sees the password.
///
/// # Errors
/// [`AdminError`], by cause.
pub async fn create_operator_login(
    admin: &Address,
    admin_login: &str,
    admin_password: &Password,
    login: &str,
    password: &Password,
    roles: &[domain::Role],
) -> Result<(), AdminError> {
    let roles = roles.iter().map(|role| role.word()).collect();
    create_login(admin, admin_login, admin_password, login, password, roles).await
}

/// Makes a login with these group roles.
pub(crate) async fn create_login(
    admin: &Address,
    admin_login: &str,
    admin_password: &Password,
    login: &str,
    password: &Password,
    roles: Vec<&str>,
) -> Result<(), AdminError> {
    let verifier = scram::verifier(password)?;
    let mut connection = connect(admin, admin_login, admin_password).await?;
    let made = sqlx::query("SELECT custody.create_login($1, $2, $3)")
        .bind(login)
        .bind(verifier.as_str())
        .bind(roles)
        .execute(&mut connection)
        .await;
    connection.close().await?;
    let login = login.to_owned();
    match made {
        Ok(_) => Ok(()),
        Err(error) if sqlstate(&error).as_deref() == Some("42710") => Err(AdminError::LoginTaken { login }),
        Err(error) if sqlstate(&error).as_deref() == Some("CSREF") => {
            let why = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
            Err(AdminError::LoginUnfit { login, why })
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn connect(admin: &Address, login: &str, password: &Password) -> Result<PgConnection, AdminError> {
    let pool = connect_pool(admin, login, password).await?;
    Ok(pool.acquire().await?.detach())
}

fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(MIGRATOR.iter().cloned().collect());
    migrator.create_schema("custody");
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    migrator
}
