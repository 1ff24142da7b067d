//! From the first start to an unlocked console, and what every page shows.

use std::sync::Arc;
use std::time::Duration;

use ipc::{
    AppStateView, CheckOutcome, ConnectionCheck, ConnectionCheckView, ConnectionProblem, ConnectionRequest,
    ConnectionTarget, ConnectionTestView, CustodyHeadView, FieldProblem, FounderSeat, FounderView, FoundingView,
    IpcError, KeychainView, LinkView, LockReason, Nothing, OpenLocalCustodyRequest, OperatorView, OperatorsView,
    PersonView, PrepareFounderRequest, ResetFounderRequest, SessionView, StatusView, UnlockRequest,
};
use keychain::{KeychainError, KeychainStatus, PASSPHRASE_CHARS_MIN, Passphrase};
use register::{OperatorStatus, Password};
use tauri::State;
use vault::Credential;
use workplace::{Check, Connection, FounderCard, Outcome, Premises, Seat, Seated, Side, Standing, Trial};
use zeroize::Zeroizing;

use crate::at_work::{AtWork, IDLE_LOCK_MINUTES};
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{self, Directory};

#[tauri::command]
pub(crate) async fn app_state(host: State<'_, Host>, request: Nothing) -> Result<AppStateView, IpcError> {
    let _ = request;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn open_local_custody(
    host: State<'_, Host>,
    request: OpenLocalCustodyRequest,
) -> Result<AppStateView, IpcError> {
    if request.name.trim().is_empty() {
        return Err(Failure::invalid("name", FieldProblem::Empty).into());
    }
    let environment = people::environment_of(request.environment);
    let workplace = host.workplace().await?;
    let premises = workplace.open_local(&request.name, environment).await.map_err(Failure::from)?;
    host.enter(premises).await;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn test_connection(
    host: State<'_, Host>,
    request: ConnectionRequest,
) -> Result<ConnectionTestView, IpcError> {
    let _ = host;
    let connection = connection(&request)?;
    let trial = connection.try_out(Credential::DeveloperTools, &no_password()).await;
    Ok(trial_view(&trial))
}

#[tauri::command]
pub(crate) async fn save_connection(
    host: State<'_, Host>,
    request: ConnectionRequest,
) -> Result<AppStateView, IpcError> {
    let connection = connection(&request)?;
    let workplace = host.workplace().await?;
    let premises = workplace.keep(&connection).map_err(Failure::from)?;
    host.enter(premises).await;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn prepare_founder(
    host: State<'_, Host>,
    request: PrepareFounderRequest,
) -> Result<FoundingView, IpcError> {
    let premises = open_premises(&host).await?;
    let card = FounderCard {
        name: request.name,
        person: request.person,
        roles: request.roles.into_iter().map(people::role_of).collect(),
        device_name: request.device_name,
    };
    // EXPOSE: taken over into the keychain's own wiping form.
    let passphrase = request.passphrase.expose(|typed| Passphrase::new(typed.to_owned()));
    let mut ceremony = host.ceremony().lock().await;
    ceremony.take_seat(&premises, seat(request.seat), card, passphrase).await.map_err(Failure::from)?;
    drop(ceremony);
    Ok(founding(&host).await)
}

#[tauri::command]
pub(crate) async fn reset_founder(
    host: State<'_, Host>,
    request: ResetFounderRequest,
) -> Result<FoundingView, IpcError> {
    let premises = open_premises(&host).await?;
    host.ceremony().lock().await.leave_seat(&premises, seat(request.seat)).await.map_err(Failure::from)?;
    Ok(founding(&host).await)
}

#[tauri::command]
pub(crate) async fn found_custody(host: State<'_, Host>, request: Nothing) -> Result<AppStateView, IpcError> {
    let _ = request;
    let premises = open_premises(&host).await?;
    host.ceremony().lock().await.found(&premises).await.map_err(Failure::from)?;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn unlock(host: State<'_, Host>, request: UnlockRequest) -> Result<AppStateView, IpcError> {
    let premises = open_premises(&host).await?;
    let unknown = |_| Failure::not_found(ipc::Thing::Operator);
    let operator = request.operator.0.parse().map_err(unknown)?;
    // EXPOSE: taken over into the keychain's own wiping form.
    let passphrase = request.passphrase.expose(|typed| Passphrase::new(typed.to_owned()));
    let desk = premises.sign_in(operator, passphrase).await.map_err(Failure::from)?;
    host.begin(desk).await;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn lock(host: State<'_, Host>, request: Nothing) -> Result<AppStateView, IpcError> {
    let _ = request;
    host.lock(LockReason::Asked).await;
    Ok(state(&host).await?)
}

#[tauri::command]
pub(crate) async fn touch_activity(host: State<'_, Host>, request: Nothing) -> Result<SessionView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    work.touch();
    Ok(session(&work).await?)
}

#[tauri::command]
pub(crate) async fn status_bar(host: State<'_, Host>, request: Nothing) -> Result<StatusView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(status(&work).await?)
}

#[tauri::command]
pub(crate) async fn operators(host: State<'_, Host>, request: Nothing) -> Result<OperatorsView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    let rows = work.read_operators().await?;
    let now = work.desk.console.now().await.map_err(Failure::from)?;
    let directory = Directory { operators: &rows, now };
    let view = |row: &register::OperatorRow| {
        let device = row.devices.iter().find(|device| device.active).or(row.devices.first());
        OperatorView {
            person: directory.person(row.id),
            login: row.login.clone(),
            active: row.status == OperatorStatus::Active,
            device_name: device.map(|device| device.name.clone()).unwrap_or_default(),
            device_key: digest(&device.map(|device| device.key_id).unwrap_or_default()),
            enrolled_at: micros(row.enrolled_at),
        }
    };
    Ok(OperatorsView { operators: rows.iter().map(view).collect() })
}

/// Where the console stands now.
async fn state(host: &Host) -> Result<AppStateView, Failure> {
    let keychain = match host.workplace().await {
        Ok(workplace) => keychain_view(tokio::task::spawn_blocking(move || workplace.keychain().status()).await),
        Err(Failure(IpcError::KeychainUnavailable { start })) => {
            return Ok(AppStateView::FirstRun { keychain: KeychainView::Missing { start } });
        }
        Err(other) => return Err(other),
    };
    if let Ok(work) = host.at_work().await {
        return unlocked(&work).await;
    }
    let premises = match host.premises().await {
        Ok(Some(premises)) => premises,
        Ok(None) => return Ok(AppStateView::FirstRun { keychain }),
        Err(failure) => return unavailable(host, failure).await,
    };
    let custody = head(&premises)?;
    if !premises.is_founded().await? {
        return Ok(AppStateView::Founding { custody, keychain, founding: founding(host).await });
    }
    let known = premises.people()?;
    Ok(AppStateView::Locked {
        custody,
        keychain,
        operators: known.iter().map(|it| people::person(it.operator, &it.name, &it.roles)).collect(),
        last: premises.last_person()?.map(|id| ipc::OperatorId(id.to_string())),
        reason: host.lock_reason().await,
    })
}

/// The custody is known, but its servers do not answer.
async fn unavailable(host: &Host, failure: Failure) -> Result<AppStateView, Failure> {
    let custody = match host.workplace().await?.standing()? {
        Standing::Nothing => return Err(failure),
        Standing::Local(profile) => CustodyHeadView {
            id: Some(ipc::CustodyId(profile.id().to_string())),
            name: profile.name().to_owned(),
            environment: people::environment(profile.environment()),
            local: true,
            vault_host: profile.vault_name(),
            database: "on this computer".to_owned(),
        },
        Standing::Remote(connection) => CustodyHeadView {
            id: None,
            name: connection.name,
            environment: people::environment(connection.environment),
            local: false,
            vault_host: connection.vault_url,
            database: format!("{}/{}", connection.database_host, connection.database_name),
        },
    };
    Ok(AppStateView::Unavailable { custody, problem: Box::new(failure.0) })
}

async fn unlocked(work: &Arc<AtWork>) -> Result<AppStateView, Failure> {
    let person = &work.desk.person;
    Ok(AppStateView::Unlocked {
        custody: head(&work.desk.premises)?,
        operator: people::person(person.operator, &person.name, &person.roles),
        device_key: digest(&work.desk.session.device),
        session: session(work).await?,
    })
}

/// What identifies a custody.
pub(super) fn head(premises: &Premises) -> Result<CustodyHeadView, Failure> {
    let head = premises.head()?;
    Ok(CustodyHeadView {
        id: head.id.map(|id| ipc::CustodyId(id.to_string())),
        name: head.name,
        environment: people::environment(head.environment),
        local: head.local,
        vault_host: head.vault_host,
        database: head.database,
    })
}

/// The keychain, as far as it answers.
pub(super) fn keychain_view(
    status: Result<Result<KeychainStatus, KeychainError>, tokio::task::JoinError>,
) -> KeychainView {
    let store = || "Secret Service".to_owned();
    match status {
        Ok(Ok(KeychainStatus::Open)) => KeychainView::Ready { store: store() },
        Ok(Ok(KeychainStatus::Locked)) => KeychainView::Locked { store: store() },
        Ok(Ok(KeychainStatus::WithoutDefaultKeyring)) => {
            KeychainView::Missing { start: keychain::Absence::DefaultKeyring.advice().to_owned() }
        }
        Ok(Err(error)) => KeychainView::Missing { start: error.to_string() },
        Err(error) => KeychainView::Missing { start: error.to_string() },
    }
}

async fn session(work: &AtWork) -> Result<SessionView, Failure> {
    let now = work.desk.console.now().await?;
    let allowed = Duration::from_secs(u64::from(IDLE_LOCK_MINUTES) * 60);
    Ok(SessionView {
        ends_at: micros(work.desk.session.ends_at),
        locks_at: micros(now.plus(allowed.saturating_sub(work.idle()))),
        idle_lock_minutes: IDLE_LOCK_MINUTES,
    })
}

async fn open_premises(host: &Host) -> Result<Premises, Failure> {
    host.premises().await?.ok_or_else(|| Failure::not_found(ipc::Thing::Custody))
}

async fn founding(host: &Host) -> FoundingView {
    let ceremony = host.ceremony().lock().await;
    FoundingView {
        first: ceremony.seated(Seat::First).map(founder),
        second: ceremony.seated(Seat::Second).map(founder),
        passphrase_chars_min: count32(PASSPHRASE_CHARS_MIN),
    }
}

fn founder(seated: &Seated) -> FounderView {
    let card = seated.card();
    FounderView {
        name: card.name.clone(),
        initials: people::initials(&card.name),
        person: card.person.clone(),
        login: seated.login().to_owned(),
        roles: people::roles(&card.roles),
        device_name: card.device_name.clone(),
        device_key: digest(&seated.device_key()),
    }
}

fn seat(named: FounderSeat) -> Seat {
    match named {
        FounderSeat::First => Seat::First,
        FounderSeat::Second => Seat::Second,
    }
}

fn connection(request: &ConnectionRequest) -> Result<Connection, Failure> {
    let needed = [
        ("name", &request.name),
        ("vaultUrl", &request.vault_url),
        ("databaseHost", &request.database_host),
        ("databaseName", &request.database_name),
        ("databaseUser", &request.database_user),
    ];
    if let Some((field, _)) = needed.into_iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(Failure::invalid(field, FieldProblem::Empty));
    }
    vault::VaultAddress::parse(&request.vault_url)?;
    let out_of_range = |_| Failure::invalid("databasePort", FieldProblem::OutOfRange);
    Ok(Connection {
        name: request.name.clone(),
        environment: people::environment_of(request.environment),
        vault_url: request.vault_url.clone(),
        database_host: request.database_host.clone(),
        database_port: request.database_port.try_into().map_err(out_of_range)?,
        database_name: request.database_name.clone(),
        database_user: request.database_user.clone(),
        database_ca: None,
    })
}

/// A register reached without a password answers by certificate or identity provider, or says that it wants one.
fn no_password() -> Password {
    Password::new(Zeroizing::new(String::new()))
}

fn trial_view(trial: &Trial) -> ConnectionTestView {
    let check = |it: &workplace::TrialCheck| ConnectionCheckView {
        check: match it.check {
            Check::Name => ConnectionCheck::Name,
            Check::Tls => ConnectionCheck::Tls,
            Check::SignIn => ConnectionCheck::SignIn,
            Check::Permission => ConnectionCheck::Permission,
            Check::Schema => ConnectionCheck::Schema,
            Check::Environment => ConnectionCheck::Environment,
        },
        target: match it.side {
            Side::Vault => ConnectionTarget::Vault,
            Side::Register => ConnectionTarget::Register,
        },
        address: it.address.clone(),
        outcome: match it.outcome {
            Outcome::Passed => CheckOutcome::Passed,
            Outcome::Failed(_) => CheckOutcome::Failed,
            Outcome::Skipped => CheckOutcome::Skipped,
        },
        problem: matches!(it.outcome, Outcome::Failed(_)).then(|| problem(it.check)),
        took_ms: it.took_ms,
    };
    ConnectionTestView {
        checks: trial.checks.iter().map(check).collect(),
        passed: trial.passed(),
        founded: trial.founded,
    }
}

fn problem(failed: Check) -> ConnectionProblem {
    match failed {
        Check::Name => ConnectionProblem::Dns,
        Check::Tls => ConnectionProblem::Tls,
        Check::SignIn => ConnectionProblem::Authentication,
        Check::Permission => ConnectionProblem::Forbidden,
        Check::Schema => ConnectionProblem::SchemaMissing,
        Check::Environment => ConnectionProblem::NotWhatItShouldBe,
    }
}

async fn status(work: &Arc<AtWork>) -> Result<StatusView, Failure> {
    let console = &work.desk.console;
    let began = std::time::Instant::now();
    let counts = console.register.status_counts(work.desk.person.operator).await?;
    let register_ms = count32(began.elapsed().as_millis());
    let (vault_ms, vault_problem) = work.vault_link().await;
    let reviews = console.register.review_counts(work.desk.person.operator).await?;
    let exceptions = console.register.exception_counts().await?;
    let verified = work.verified.read().await.clone();
    Ok(StatusView {
        ledger_head: count32(counts.head),
        verified_to: verified.as_ref().map(|it| count32(it.to)),
        verified_at: verified.as_ref().map(|it| micros(it.at)),
        ledger_broken_at: verified.and_then(|it| it.broken_at()),
        vault: LinkView { name: console.vault_host.clone(), latency_ms: vault_ms, problem: vault_problem },
        register: LinkView { name: work.desk.premises.head()?.database, latency_ms: Some(register_ms), problem: None },
        for_me: count32(counts.for_me),
        keys: count32(counts.keys),
        runs: count32(counts.runs),
        reviews: count32(reviews.for_me),
        exceptions: count32(exceptions.open),
        exceptions_expired: count32(exceptions.expired),
    })
}

/// Someone by id, as a person's own screen names them.
pub(super) fn me(work: &AtWork) -> PersonView {
    let person = &work.desk.person;
    people::person(person.operator, &person.name, &person.roles)
}
