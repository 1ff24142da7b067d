use std::time::Duration;

use local_vault::{FaultAction, FaultWhen, Operation};
use vault::{Action, LostReply, Vault, VaultError, WrapAlgorithm};

use crate::stand::{SPEC, Stand, make_key, named, tags};

const INTERNAL: FaultAction = FaultAction::Status { status: 500, retry_after_s: None };

async fn create_version(vault: &Vault, run: &str) -> Result<vault::Key, VaultError> {
    vault.create_version(&named("kek"), &SPEC, &tags(run)).await
}

fn unknown(lost: LostReply) -> VaultError {
    VaultError::OutcomeUnknown { action: Action::CreateKey, lost }
}

/// a creation whose reply is lost is not repeated; the version it made is found by its run.
#[tokio::test]
async fn a_lost_reply_is_an_unknown_outcome_and_is_reconciled_by_tags() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    make_key(&vault, "kek").await;
    let fault = stand.fault(Operation::KeyCreate, FaultWhen::Always, FaultAction::DropAfter);

    assert_eq!(create_version(&vault, "r1").await, Err(unknown(LostReply::Broken)));
    assert_eq!(stand.met(fault), 1, "sent more than once");
    let versions = vault.versions(&named("kek")).await.unwrap();
    let made = versions.iter().filter(|version| version.tags == tags("r1")).count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_change_that_fails_for_any_reason_is_sent_once() {
    let stand = Stand::start().await;
    let mut settings = stand.settings();
    settings.call_timeout = Duration::from_millis(500);
    let impatient = stand.vault_with(settings);
    make_key(&stand.vault(), "kek").await;
    // The sign-in of this client is out of the way before its time limit counts.
    impatient.list_keys().await.unwrap();
    let throttled = FaultAction::Status { status: 429, retry_after_s: Some(0) };
    let retry_after = Some(Duration::ZERO);
    for (action, expected) in [
        (FaultAction::DropBefore, unknown(LostReply::Broken)),
        (FaultAction::Delay(Duration::from_secs(60)), unknown(LostReply::TimedOut)),
        (INTERNAL, unknown(LostReply::ServerFault(500))),
        (throttled, VaultError::Throttled { action: Action::CreateKey, retry_after }),
    ] {
        let fault = stand.fault(Operation::KeyCreate, FaultWhen::Always, action);
        assert_eq!(create_version(&impatient, "r1").await, Err(expected), "{action:?}");
        assert_eq!(stand.met(fault), 1, "{action:?} was sent more than once");
        stand.running.faults().clear();
    }
    for (operation, change) in [(Operation::KeyUpdate, Action::UpdateKey), (Operation::KeyDelete, Action::DeleteKey)] {
        let fault = stand.fault(operation, FaultWhen::Always, FaultAction::DropBefore);
        let key = stand.vault().key(&named("kek"), None).await.unwrap();
        let error = match change {
            Action::UpdateKey => impatient.set_enabled(&key.name, &key.version, false).await.unwrap_err(),
            _ => impatient.delete_key(&key.name).await.unwrap_err(),
        };
        assert_eq!(error, VaultError::OutcomeUnknown { action: change, lost: LostReply::Broken });
        assert_eq!(stand.met(fault), 1, "{change:?} was sent more than once");
    }
}

#[tokio::test]
async fn unwraps_go_through_passing_faults() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let key = make_key(&vault, "kek").await;
    let wrapped = vault.wrap(&key.name, &key.version, WrapAlgorithm::RsaOaep256, b"canary").await.unwrap();
    let throttled = FaultAction::Status { status: 429, retry_after_s: Some(1) };
    for action in [INTERNAL, throttled, FaultAction::DropBefore, FaultAction::DropAfter] {
        let fault = stand.fault(Operation::KeyUnwrap, FaultWhen::First(2), action);
        let opened = vault.unwrap(&key.name, &key.version, WrapAlgorithm::RsaOaep256, &wrapped).await.unwrap();
        assert_eq!(opened[..], *b"canary", "{action:?}");
        assert_eq!(stand.met(fault), 2, "{action:?}");
        stand.running.faults().clear();
    }
}

#[tokio::test]
async fn reads_give_up_at_their_limit() {
    let stand = Stand::start().await;
    let mut settings = stand.settings();
    settings.read_attempts_max = 3;
    let vault = stand.vault_with(settings);
    let fault = stand.fault(Operation::KeyList, FaultWhen::Always, INTERNAL);
    let error = vault.list_keys().await.unwrap_err();
    assert_eq!(error, VaultError::ServerFault { action: Action::ListKeys, status: 500 });
    assert_eq!(stand.met(fault), 3);
}

/// The second page failing does not read the first again, and a page is never left out.
#[tokio::test]
async fn a_page_that_fails_is_asked_for_again_alone() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    for number in 0..30 {
        vault.set_secret(&named(&format!("secret-{number}")), "value", None, &tags("r1")).await.unwrap();
    }
    let fault = stand.fault(Operation::SecretList, FaultWhen::Nth(2), INTERNAL);
    let seen = stand.fault(Operation::SecretList, FaultWhen::Always, FaultAction::Delay(Duration::ZERO));
    assert_eq!(vault.list_secrets().await.unwrap().len(), 30);
    assert_eq!((stand.met(fault), stand.met(seen)), (1, 2), "two pages, one of them twice");
}
