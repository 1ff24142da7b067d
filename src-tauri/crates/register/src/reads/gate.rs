//! What a gate reads: one document of one function, by an operator or by a pipeline's own login, which can read nothing else.

use std::time::Duration;

use domain::{Environment, Timestamp};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _};

use super::cells::{At, Cells as _};
use super::ledger::LedgerRecord;
use crate::address::{Address, Password};
use crate::connect::{ConnectError, SCHEMA_VERSION, check_way, classify, fits_schema};
use crate::error::{Refusal, sqlstate};
use crate::migrate::{AdminError, create_login};
use crate::{Register, RegisterError};

/// A pipeline waits no longer: what does not answer by then could not be told.
const TIME_MAX: Duration = Duration::from_secs(20);

const GATE: &str = "SELECT custody.gate($1, $2)::text";

/// Why a pipeline's login learns nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateReadError {
    /// No connection, or a register of another version.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The register refuses, or fails.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// Reads the gate's document for `environment` with a pipeline's login, over one connection that is closed again.
///
/// # Errors
/// [`GateReadError`], by cause. The register refuses with `not_founded` or `wrong_environment`.
pub async fn read_gate(
    address: &Address,
    login: &str,
    password: &Password,
    environment: Environment,
) -> Result<String, GateReadError> {
    let read = async {
        check_way(address).await?;
        let connected = address.options(login, password).connect().await;
        let mut connection = connected.map_err(|error| classify(error, address, login))?;
        fits_schema(sqlx::query_scalar(SCHEMA_VERSION).fetch_one(&mut connection).await, login)?;
        let document = document(&mut connection, environment, None).await?;
        // The document is here; a server that does not hear the goodbye takes nothing from it.
        drop(connection.close().await);
        Ok(document)
    };
    let late = |_elapsed| ConnectError::TimedOut { host: address.host.clone() };
    tokio::time::timeout(TIME_MAX, read).await.map_err(late)?
}

/// Makes a login for pipelines: it can call `custody.gate`, and read nothing else of the register.
///
/// # Errors
/// [`AdminError`], by cause.
pub async fn create_gate_login(
    admin: &Address,
    admin_login: &str,
    admin_password: &Password,
    login: &str,
    password: &Password,
) -> Result<(), AdminError> {
    create_login(admin, admin_login, admin_password, login, password, vec!["gate"]).await
}

impl Register {
    /// The gate's document for `environment`, as the register sees it now. With `until` it also holds what will be in the way before
    /// then, for a file that is judged later.
    ///
    /// # Errors
    /// [`RegisterError::Refused`] with `wrong_environment`, `not_founded` or `until_unfit`.
    pub async fn gate(&self, environment: Environment, until: Option<Timestamp>) -> Result<String, RegisterError> {
        let mut connection = self.pool().acquire().await?;
        document(&mut connection, environment, until).await
    }

    /// The entry by which a device key certified a session key.
    pub async fn session_certificate(&self, key: &[u8; 32]) -> Result<Option<LedgerRecord>, RegisterError> {
        let row = sqlx::query(
            "SELECT e.seq, e.entry, e.signatures, e.hash FROM custody.session AS s JOIN custody.ledger_entry AS e ON e.seq = s.opened_seq
             WHERE s.key_id = $1",
        )
        .bind(key.as_slice())
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(LedgerRecord {
            seq: row.count("seq")?,
            entry: row.try_get("entry")?,
            signatures: row.try_get("signatures")?,
            hash: row.try_get("hash")?,
        }))
    }
}

async fn document(
    connection: &mut PgConnection,
    environment: Environment,
    until: Option<Timestamp>,
) -> Result<String, RegisterError> {
    let answer = sqlx::query_scalar(GATE).bind(environment.word()).bind(until.map(At)).fetch_one(connection).await;
    answer.map_err(refused)
}

/// A reading is no verb: its refusals come as errors, with the code where the message is.
fn refused(error: sqlx::Error) -> RegisterError {
    match error.as_database_error() {
        Some(told) if sqlstate(&error).as_deref() == Some("CSREF") => {
            let detail = told.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().and_then(|told| told.detail());
            let detail = detail.and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
            Refusal::new(told.message(), detail).into()
        }
        _ => error.into(),
    }
}
