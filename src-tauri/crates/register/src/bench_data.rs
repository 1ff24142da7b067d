//! An inventory of as many keys as wanted, for measuring. Behind the feature `bench-data`: no product has it.
//!
//! Put in as superuser past every verb, with triggers off and indexes rebuilt afterwards: minutes become seconds. What is there
//! in the end is what the verbs would have left, but for ledger entries and transitions.

use sqlx::Connection as _;

use crate::address::{Address, Password};
use crate::migrate::{AdminError, connect};

/// Integrations of each tenant; one DEK each.
const INTEGRATIONS: u32 = 40;

/// Of a hundred keys, how many are no DEKs but secrets and certificates.
const SECRETS_PERCENT: u32 = 5;

const FILL: &str = include_str!("bench_data.sql");
const FILL_EXCEPTIONS: &str = include_str!("bench_exceptions.sql");

/// Fills an empty, migrated register with `keys` keys: 40 KEKs, DEKs of tenants with wraps, and secrets.
///
/// # Errors
/// [`AdminError`], by cause; nothing is left of a failed attempt.
pub async fn fill(admin: &Address, login: &str, password: &Password, keys: u32) -> Result<(), AdminError> {
    let mut connection = connect(admin, login, password).await?;
    let mut transaction = connection.begin().await?;
    let secrets = keys / 100 * SECRETS_PERCENT;
    let sizes = [
        ("countersign.bench_tenants", (keys - secrets).div_ceil(INTEGRATIONS)),
        ("countersign.bench_integrations", INTEGRATIONS),
        ("countersign.bench_deks", keys - secrets),
        ("countersign.bench_secrets", secrets),
    ];
    for (name, size) in sizes {
        sqlx::query("SELECT set_config($1, $2, true)")
            .bind(name)
            .bind(size.to_string())
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::raw_sql(FILL).execute(&mut *transaction).await?;
    transaction.commit().await?;
    sqlx::raw_sql("VACUUM ANALYZE custody.key, custody.wrap, custody.tenant, custody.key_tally, custody.wrap_tally")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// Fills a founded register with `exceptions` exceptions: most are over, some are in force, few are near their date or past it.
///
/// # Errors
/// [`AdminError`], by cause; nothing is left of a failed attempt.
pub async fn fill_exceptions(
    admin: &Address,
    login: &str,
    password: &Password,
    exceptions: u32,
) -> Result<(), AdminError> {
    let mut connection = connect(admin, login, password).await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT set_config('countersign.bench_exceptions', $1, true)")
        .bind(exceptions.to_string())
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(FILL_EXCEPTIONS).execute(&mut *transaction).await?;
    transaction.commit().await?;
    sqlx::raw_sql("VACUUM ANALYZE custody.exception, custody.exception_request, custody.exception_cover")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}
