//! Observations whose term is over: pruned by a signed act, and told from those that somebody took away.

use custody::WitnessError;
use custody::estate::Estate;
use custody::retention::RetentionError;
use domain::Timestamp;
use ledger::Fault;

use crate::stage::Stage;

async fn observe(stage: &Stage) -> u64 {
    let estate = Estate::new(&stage.ben.console, &stage.ben.session.author);
    estate.discover().await.unwrap().entry
}

async fn verified(stage: &Stage) -> Result<u64, u64> {
    match stage.ben.console.witness.verify_all(&stage.ben.console.register, &|_| {}).await {
        Ok(summary) => Ok(summary.entries),
        Err(WitnessError::Fault(Fault::Row { number })) => Err(number),
        Err(other) => panic!("{other}"),
    }
}

async fn strip(stage: &Stage, what: String) {
    stage
        .alter(format!(
            "ALTER TABLE custody.vault_observation DISABLE TRIGGER ALL; {what};
             ALTER TABLE custody.vault_observation ENABLE ALWAYS TRIGGER guard_observation;
             ALTER TABLE custody.vault_observation ENABLE ALWAYS TRIGGER refuse_truncate"
        ))
        .await;
}

/// the ledger verifies after a pruning; rows that were changed, added, or removed without the act are found by the number of
/// their entry; with a clock that was moved nothing is pruned.
#[tokio::test(flavor = "multi_thread")]
async fn a_pruned_observation_is_told_from_one_that_was_taken_away() {
    let mut stage = Stage::found().await;
    // A key that the register does not know: a row in each comparison.
    let name = vault::ObjectName::parse("stray").unwrap();
    let spec = vault::KeySpec::Rsa(vault::RsaBits::B2048);
    stage.ben.console.vault.create_key(&name, &spec, &vault::Tags::default()).await.unwrap();
    let (first, second) = (observe(&stage).await, observe(&stage).await);
    assert!(stage.count("SELECT count(*) FROM custody.vault_observation").await >= 2);
    stage.pass_days(366).await;
    observe(&stage).await;
    verified(&stage).await.unwrap();

    // Taken away, changed, added: each found by name.
    let keep = "CREATE TABLE custody.aside AS SELECT * FROM custody.vault_observation";
    stage.alter(keep).await;
    let restore = "DELETE FROM custody.vault_observation; INSERT INTO custody.vault_observation OVERRIDING SYSTEM VALUE SELECT * FROM custody.aside";
    for attack in [
        format!("DELETE FROM custody.vault_observation WHERE seq = {second}"),
        format!("UPDATE custody.vault_observation SET name = 'other' WHERE seq = {second}"),
        format!(
            "INSERT INTO custody.vault_observation (seq, kind, name, drift, detail) VALUES ({second}, 'key', 'more', 'enabled', '{{}}')"
        ),
        // Even with the table that says it was pruned: the ledger has no such act.
        format!(
            "DELETE FROM custody.vault_observation WHERE seq = {second}; INSERT INTO custody.observation_pruning VALUES (1, ARRAY[{second}]::bigint[], 1, sha256('')); INSERT INTO custody.pruned_observation VALUES ({second}, 1)"
        ),
    ] {
        strip(&stage, attack.clone()).await;
        assert_eq!(verified(&stage).await, Err(second), "{attack}");
        strip(&stage, restore.to_owned()).await;
    }
    stage.alter("ALTER TABLE custody.pruned_observation DISABLE TRIGGER ALL; DELETE FROM custody.pruned_observation; ALTER TABLE custody.observation_pruning DISABLE TRIGGER ALL; DELETE FROM custody.observation_pruning").await;
    verified(&stage).await.unwrap();

    let (console, author) = (&stage.ben.console, &stage.ben.session.author);
    // This computer's clock did not move: the register's can't be right.
    let here = Timestamp::from_micros(jiff::Timestamp::now().as_microsecond());
    let refused = console.prune_observations(author, here).await;
    assert!(matches!(refused, Err(RetentionError::Clocks { .. })), "{refused:?}");
    let pruned = console.prune_observations(author, console.now().await.unwrap()).await.unwrap();
    assert_eq!((pruned.observations, pruned.entries.len()), (1, 1), "the first still counts: since then it is so");
    assert!(pruned.rows >= 1);
    let left = stage.count("SELECT count(DISTINCT seq) FROM custody.vault_observation").await;
    assert_eq!(left, 2);
    assert_eq!(verified(&stage).await.unwrap(), pruned.entries[0]);
    let again = console.prune_observations(author, console.now().await.unwrap()).await.unwrap();
    assert_eq!(again.observations, 0);

    // A first observation that was taken away is still found, and rows that come back to a pruned one are, too.
    strip(&stage, format!("DELETE FROM custody.vault_observation WHERE seq = {first}")).await;
    assert_eq!(verified(&stage).await, Err(first));
    strip(&stage, restore.to_owned()).await;
    assert_eq!(verified(&stage).await, Err(second));
}
