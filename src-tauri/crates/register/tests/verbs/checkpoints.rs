//! Checkpoints at the level of the register: only of its own tree, by a device key, cosigned by another person, and never changed.

use domain::Role;
use register::{Receipt, RegisterError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, Row as _};

use crate::common::{Custody, Draft, Person, random};

impl Custody {
    /// Root of the register's tree, by the superuser's own query.
    async fn root(&self, size: i64) -> Vec<u8> {
        let query = sqlx::query_scalar("SELECT custody.tree_root($1)").bind(size);
        query.fetch_one(&self.superuser).await.unwrap()
    }

    async fn head(&self) -> i64 {
        self.value("SELECT seq FROM custody.head").await
    }

    fn checkpoint(&self, verb: &'static str, size: i64, root: &[u8]) -> Draft {
        Draft::new(verb, "checkpoint", size)
            .with("root", hex::encode(root))
            .with("signature", hex::encode(random::<64>()))
    }

    async fn make(&self, who: &Person, size: i64) -> Result<Receipt, RegisterError> {
        let draft = self.checkpoint("checkpoint.signed", size, &self.root(size).await);
        who.register.sign_checkpoint(self.by_device(who, draft).act()).await
    }

    async fn cosign(&self, who: &Person, size: i64) -> Result<Receipt, RegisterError> {
        let draft = self.checkpoint("checkpoint.cosigned", size, &self.root(size).await);
        who.register.cosign_checkpoint(self.by_device(who, draft).act()).await
    }
}

/// a checkpoint is of the register's own tree, ascending, under a device key; another person cosigns it, each person once.
#[tokio::test]
async fn checkpoints_are_signed_by_one_and_cosigned_by_another() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let size = custody.head().await;
    let forged = custody.checkpoint("checkpoint.signed", size, &random::<32>());
    let refused = ben.register.sign_checkpoint(custody.by_device(ben, forged).act()).await;
    custody.assert_refused(refused, ben, "root_differs").await;
    let draft = custody.checkpoint("checkpoint.signed", size + 1, &random::<32>());
    let refused = ben.register.sign_checkpoint(custody.by_device(ben, draft).act()).await;
    custody.assert_refused(refused, ben, "checkpoint_beyond").await;
    let draft = custody.checkpoint("checkpoint.signed", size, &custody.root(size).await);
    let refused = ben.register.sign_checkpoint(custody.by_session(ben, draft).act()).await;
    custody.assert_refused(refused, ben, "device_key_needed").await;
    custody.assert_refused(custody.cosign(anna, size).await, anna, "checkpoint_unknown").await;

    let made = custody.make(ben, size).await.unwrap();
    custody.assert_refused(custody.make(anna, size).await, anna, "checkpoint_known").await;
    custody.assert_refused(custody.make(anna, size - 1).await, anna, "checkpoint_known").await;
    custody.assert_refused(custody.cosign(ben, size).await, ben, "same_person").await;
    let newcomer = custody.enrol("gil", &[Role::Security]).await;
    // The same person under another login and with another key.
    custody.alter(format!("DROP INDEX custody.operator_person; UPDATE custody.operator SET person = (SELECT upper(person) FROM custody.operator WHERE id = '{}') WHERE id = '{}'", ben.id, newcomer.id)).await;
    custody.assert_refused(custody.cosign(&newcomer, size).await, &newcomer, "same_person").await;
    let wrong = custody.checkpoint("checkpoint.cosigned", size, &random::<32>());
    let refused = anna.register.cosign_checkpoint(custody.by_device(anna, wrong).act()).await;
    custody.assert_refused(refused, anna, "root_differs").await;
    custody.cosign(anna, size).await.unwrap();
    custody.assert_refused(custody.cosign(anna, size).await, anna, "already_signed").await;
    for outsider in [custody.enrol("eve", &[Role::Engineering]).await, custody.enrol("agent", &[Role::Agent]).await] {
        assert!(custody.make(&outsider, size + 1).await.is_err());
        assert!(custody.cosign(&outsider, size).await.is_err());
    }

    let rows = anna.register.checkpoints(9).await.unwrap();
    let signers: Vec<_> = rows[0].signatures.iter().map(|it| (it.operator.0, it.seconds.is_some())).collect();
    assert_eq!((rows.len(), rows[0].size, rows[0].signed_seq), (1, u64::try_from(size).unwrap(), made.seq));
    assert_eq!(signers, [(ben.id, false), (anna.id, true)]);

    // A key that was enrolled after the checkpoint's last entry says nothing about it to whoever verifies.
    let late = custody.enrol("lea", &[Role::Security]).await;
    custody
        .alter(format!("UPDATE custody.device SET enrolled_seq = {} WHERE operator = '{}'", size + 1, late.id))
        .await;
    custody.assert_refused(custody.cosign(&late, size).await, &late, "device_newer").await;
}

/// nodes are those of the entries, whoever appended them; with their own login nobody changes tree or checkpoints, and
/// not even the administrator does without taking the triggers away.
#[tokio::test]
async fn tree_and_checkpoints_are_written_by_the_acts_alone() {
    let custody = Custody::found().await;
    let size = custody.head().await;
    custody.make(&custody.ben, size).await.unwrap();
    custody.cosign(&custody.anna, size).await.unwrap();
    for number in 0..9 {
        custody.enrol(&format!("person{number}"), &[Role::Engineering]).await;
    }
    // The tree, computed again from nothing but chain hashes.
    let hashes: Vec<Vec<u8>> = sqlx::query("SELECT hash FROM custody.ledger_entry ORDER BY seq")
        .fetch_all(&custody.superuser)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let mut grown = transparency::Tree::new();
    for (at, hash) in (1_i64..).zip(&hashes) {
        grown.push(transparency::leaf(&hash.as_slice().try_into().unwrap()));
        assert_eq!(custody.root(at).await, grown.root(), "after entry {at}");
    }
    let nodes = "SELECT string_agg(level || ':' || index || ':' || encode(hash, 'hex'), ' ' ORDER BY level, index)
                 FROM custody.ledger_node";
    let honest: String = custody.value(nodes).await;
    custody
        .alter(
            "ALTER TABLE custody.ledger_node DISABLE TRIGGER ALL; DELETE FROM custody.ledger_node;
             ALTER TABLE custody.ledger_node ENABLE ALWAYS TRIGGER refuse_row_change;
             SELECT custody.fill_tree()",
        )
        .await;
    assert_eq!(custody.value::<String>(nodes).await, honest, "filled at once");

    let attacks = [
        "INSERT INTO custody.ledger_node VALUES (1, 999, decode(repeat('00', 32), 'hex'))",
        "UPDATE custody.ledger_node SET hash = decode(repeat('00', 32), 'hex')",
        "DELETE FROM custody.checkpoint_signature",
        "UPDATE custody.checkpoint SET root = decode(repeat('00', 32), 'hex')",
        "DELETE FROM custody.checkpoint",
        "TRUNCATE custody.checkpoint CASCADE",
        "INSERT INTO custody.checkpoint VALUES (1, decode(repeat('00', 32), 'hex'), 2)",
        "SELECT custody.grow_tree(99, decode(repeat('00', 32), 'hex'))",
        "SELECT custody.fill_tree()",
        "SELECT custody.do_cosign_checkpoint('', '')",
        "ALTER TABLE custody.ledger_node DISABLE TRIGGER ALL",
    ];
    let auditor = custody.enrol("aud", &[Role::Auditor]).await;
    let agent = custody.enrol("bot", &[Role::Agent]).await;
    let engineer = custody.enrol("eng", &[Role::Engineering]).await;
    for who in [&custody.anna, &custody.ben, &engineer, &auditor, &agent] {
        let options: PgConnectOptions = (*custody.superuser.connect_options()).clone();
        let psql = PgPool::connect_with(options.username(&who.login).password("a password for tests")).await.unwrap();
        for attack in attacks {
            let Err(error) = sqlx::raw_sql(attack).execute(&psql).await else { unreachable!("{attack}") };
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{}: {attack}", who.login);
        }
    }
    for attack in attacks.iter().filter(|attack| attack.starts_with("UPDATE") || attack.starts_with("DELETE")) {
        assert!(sqlx::raw_sql(*attack).execute(&custody.superuser).await.is_err(), "{attack}");
    }
}
