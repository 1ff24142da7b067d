use std::time::Duration;

use futures::future::join_all;
use local_vault::{FaultAction, FaultWhen, Limits, Operation};
use vault::{Budget, CallCost, RsaBits, ServiceLimits};

use crate::stand::Stand;

const LIST: CallCost = CallCost::Key(RsaBits::B2048);

/// A vault that allows 40 calls in ten seconds.
async fn throttling_stand() -> Stand {
    Stand::start_with(|settings| {
        let mut limits = Limits::azure();
        limits.software.rsa_2048 = 40;
        settings.limits = Some(limits);
    })
    .await
}

#[tokio::test]
async fn a_budget_within_the_limits_is_never_throttled() {
    let stand = throttling_stand().await;
    let mut settings = stand.settings();
    let limits = ServiceLimits { rsa_2048: 40, ..ServiceLimits::software() };
    settings.budget = Budget::new(limits, 90).unwrap();
    let vault = stand.vault_with(settings);
    let answers = join_all((0..50).map(|_| vault.list_keys())).await;
    assert!(answers.iter().all(Result::is_ok));
    let figures = vault.pacing(LIST);
    assert_eq!(figures.throttled, 0);
    assert_eq!(figures.limit, Some(36));
    assert!(figures.used <= 36 && figures.in_flight == 0 && figures.waiting == 0, "{figures:?}");
}

#[tokio::test]
async fn without_a_budget_the_vault_throttles_and_is_obeyed() {
    let stand = throttling_stand().await;
    let vault = stand.vault();
    let answers = join_all((0..45).map(|_| vault.list_keys())).await;
    assert!(answers.iter().all(Result::is_ok), "the vault's Retry-After was not waited for");
    assert!(vault.pacing(LIST).throttled > 0);
}

/// The SDK would sleep for the hour that the header asks.
#[tokio::test]
async fn retry_after_is_obeyed_up_to_the_cap_only() {
    let stand = Stand::start().await;
    let mut settings = stand.settings();
    settings.retry_after_max = Duration::from_millis(10);
    let vault = stand.vault_with(settings);
    let hour = FaultAction::Status { status: 429, retry_after_s: Some(3_600) };
    let fault = stand.fault(Operation::KeyList, FaultWhen::First(3), hour);
    assert!(vault.list_keys().await.is_ok());
    assert_eq!(stand.met(fault), 3);
    assert_eq!(vault.pacing(LIST).throttled, 3);
}
