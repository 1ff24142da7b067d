//! How keys come in: adoption, import, DEKs, tokens, observation.

use canonical::Encoder;
use register::{Receipt, RegisterError};
use serde_json::json;

use crate::common::estate::{DekRow, FIRST_VERSION, token_row};
use crate::common::{Custody, Draft, Payload, VAULT_HOST, fresh_id};

/// A row of an inventory, as the importer writes it.
#[derive(Clone)]
struct ImportRow {
    texts: [&'static str; 15],
    name: String,
    rotated_days_ago: Option<i64>,
}

const NAME: usize = 2;

impl ImportRow {
    fn api_secret(name: &str) -> Self {
        let texts = [
            "development",
            "api_secret",
            "",
            "Acme",
            "crm",
            "",
            "confidential",
            "Calls the CRM",
            "Integrations",
            "",
            "",
            "key_vault",
            "",
            "crm-token",
            "v1",
        ];
        Self { texts, name: name.to_owned(), rotated_days_ago: Some(100) }
    }

    fn with(mut self, field: usize, text: &'static str) -> Self {
        self.texts[field] = text;
        self
    }

    fn encode(&self, now: i64) -> Encoder {
        let days = |days: i64| (now - days * 86_400_000_000).to_be_bytes();
        let mut row = Encoder::new().bytes(fresh_id().as_bytes());
        for (field, text) in self.texts.iter().enumerate() {
            row = row.text(if field == NAME { &self.name } else { text });
        }
        let rotated = self.rotated_days_ago.map(days);
        row.bytes(&days(300)).bytes(rotated.as_ref().map_or(&[], |bytes| bytes.as_slice())).bytes(b"")
    }
}

async fn import(custody: &Custody, rows: &[ImportRow]) -> Result<Receipt, RegisterError> {
    let payload = Payload::of(rows.iter().map(|row| row.encode(custody.now())));
    let draft =
        Draft::new("inventory.imported", "import", fresh_id()).with("source", "inventory.csv").payload(&payload);
    custody.ben.register.import_inventory(custody.by_session(&custody.ben, draft).act(), &payload.bytes).await
}

/// an adopted KEK has its version, and is due a year after that version was made.
#[tokio::test]
async fn an_adopted_kek_is_due_by_its_versions_age() {
    let custody = Custody::found().await;
    custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let found: (String, String, bool, i64) = sqlx::query_as(
        "SELECT k.state, v.state, k.rotate_by < custody.clock(), (extract(epoch FROM k.rotate_by - k.rotated_at) / 86400)::bigint
         FROM custody.key AS k JOIN custody.key_version AS v ON v.key = k.id AND v.version = k.current_version",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(found, ("active".to_owned(), "enabled".to_owned(), true, 365));
    let ben = &custody.ben;
    let act = custody.by_session(ben, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(ben.register.adopt_key(act.act()).await, ben, "name_taken").await;
}

/// what is too weak is not registered.
#[tokio::test]
async fn weak_keys_are_not_adopted() {
    let custody = Custody::found().await;
    let ben = &custody.ben;
    for (name, value, code) in [
        ("bits", "1024", "weak_algorithm"),
        ("bits", "2047", "weak_algorithm"),
        ("algorithm", "ECDSA", "weak_algorithm"),
        ("type", "dek", "malformed"),
        ("version", "", "attribute_missing"),
        ("public_key_digest", "00", "malformed"),
        ("classification", "secretish", "constraint"),
        ("version_created_at", "7258118400000000", "malformed"),
    ] {
        let act = custody.by_session(ben, custody.adoption(fresh_id(), "kek-weak").with(name, value));
        custody.assert_refused(ben.register.adopt_key(act.act()).await, ben, code).await;
    }
    let keys: i64 = custody.value("SELECT count(*) FROM custody.key").await;
    assert_eq!(keys, 0);
}

/// one DEK for each tenant's integration and for each secret name, each with one wrap.
#[tokio::test]
async fn there_is_one_dek_for_each_scope() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let ben = &custody.ben;
    let rows =
        [DekRow::of("acme", "crm"), DekRow::of("acme", "mail"), DekRow::of("bolt", "crm"), DekRow::of_secret("smtp")];
    custody.create_deks(ben, kek, FIRST_VERSION, &rows).await.unwrap();
    let counts: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM custody.tenant), (SELECT count(*) FROM custody.integration),
                (SELECT count(*) FROM custody.key WHERE kind = 'dek' AND state = 'active'), (SELECT count(*) FROM custody.wrap)",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(counts, (2, 3, 4, 4));

    let again = [DekRow::of("acme", "hr"), DekRow { name: "another".to_owned(), ..DekRow::of("acme", "crm") }];
    let refusal = custody.create_deks(ben, kek, FIRST_VERSION, &again).await;
    let refusal = custody.assert_refused(refusal, ben, "dek_exists").await;
    assert_eq!(refusal.detail(), &json!({"rows": [2]}));
    let again = [DekRow { name: "another".to_owned(), ..DekRow::of_secret("smtp") }];
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &again).await, ben, "dek_exists").await;
    // Twice in one batch: no check of ours sees it, the unique index does.
    let twins = [DekRow::of("cora", "crm"), DekRow { name: "twin".to_owned(), ..DekRow::of("cora", "crm") }];
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &twins).await, ben, "constraint").await;
    let deks: i64 = custody.value("SELECT count(*) FROM custody.wrap").await;
    assert_eq!(deks, 4, "all rows or none");
}

/// no DEK without a fitting wrap, and no wrap or check value twice.
#[tokio::test]
async fn a_dek_without_a_fitting_wrap_is_refused() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let ben = &custody.ben;
    let good = DekRow::of("acme", "crm");
    let cases = [
        ("wrap_length", DekRow { wrapped: vec![1; 384], ..good.clone() }),
        ("wrap_length", DekRow { wrapped: Vec::new(), ..good.clone() }),
        ("constraint", DekRow { algorithm: "RSA1_5", ..good.clone() }),
        ("constraint", DekRow { check_value: vec![1; 16], ..good.clone() }),
        ("constraint", DekRow { id: kek, ..good.clone() }),
        ("malformed", DekRow { scope: "secret_name", ..good.clone() }),
        ("malformed", DekRow { tenant: String::new(), ..good.clone() }),
        ("malformed", DekRow { scope: "shared", ..good.clone() }),
        ("text_unclean", DekRow { tenant: "ac\u{200b}me".to_owned(), ..good.clone() }),
    ];
    for (code, row) in cases {
        custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &[row]).await, ben, code).await;
    }
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &[]).await, ben, "payload_count").await;
    custody
        .assert_refused(
            custody.create_deks(ben, fresh_id(), FIRST_VERSION, std::slice::from_ref(&good)).await,
            ben,
            "key_unknown",
        )
        .await;
    let refusal = custody.create_deks(ben, kek, "another", std::slice::from_ref(&good)).await;
    let refusal = custody.assert_refused(refusal, ben, "version_moved").await;
    assert_eq!(refusal.detail(), &json!({"current": FIRST_VERSION}));

    custody.create_deks(ben, kek, FIRST_VERSION, std::slice::from_ref(&good)).await.unwrap();
    let copied = DekRow { check_value: good.check_value, ..DekRow::of("bolt", "crm") };
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &[copied]).await, ben, "constraint").await;
    custody.alter("UPDATE custody.tenant SET status = 'suspended'").await;
    let late = DekRow::of("acme", "late");
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &[late]).await, ben, "tenant_inactive").await;
    custody.alter("UPDATE custody.key SET state = 'suspended', state_seq = state_seq + 1 WHERE kind = 'kek'").await;
    let late = DekRow::of("cora", "crm");
    custody.assert_refused(custody.create_deks(ben, kek, FIRST_VERSION, &[late]).await, ben, "key_not_active").await;
}

#[tokio::test]
async fn a_payload_that_is_not_the_signed_one_is_refused() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let ben = &custody.ben;
    let payload = Payload::of([DekRow::of("acme", "crm").encode()]);
    let other = Payload::of([DekRow::of("acme", "crm").encode()]);
    let draft = Draft::new("dek.created", "batch", fresh_id()).with("kek", kek).with("kek_version", FIRST_VERSION);
    let act = custody.by_session(ben, draft.clone().payload(&payload));
    custody.assert_refused(ben.register.create_deks(act.act(), &other.bytes).await, ben, "payload_differs").await;
    let act = custody.by_session(ben, draft.payload(&payload).with("count", 2));
    custody.assert_refused(ben.register.create_deks(act.act(), &payload.bytes).await, ben, "payload_count").await;
}

/// the table itself refuses an illegal step and any step without its entry.
#[tokio::test]
async fn an_illegal_transition_is_refused_by_the_database_itself() {
    let custody = Custody::found().await;
    custody.adopt_kek(&custody.ben, "kek-tenants").await;
    for change in [
        "UPDATE custody.key SET state = 'destroyed', state_seq = state_seq + 1",
        "UPDATE custody.key SET state = 'nonsense', state_seq = state_seq + 1",
        "UPDATE custody.key SET state = 'suspended'",
        "UPDATE custody.key SET kind = 'backup'",
    ] {
        let refused = sqlx::query(change).execute(&custody.superuser).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("CSREF"), "{change}");
    }
    custody.alter("UPDATE custody.key SET state = 'suspended', state_seq = state_seq + 1").await;
    let steps: Vec<(Option<String>, String)> =
        sqlx::query_as("SELECT from_state, to_state FROM custody.state_transition ORDER BY seq")
            .fetch_all(&custody.superuser)
            .await
            .unwrap();
    assert_eq!(steps, [(None, "active".to_owned()), (Some("active".to_owned()), "suspended".to_owned())]);
}

#[tokio::test]
async fn tokens_are_counted_under_their_dek() {
    let custody = Custody::found().await;
    let (_, deks) = custody.estate(2).await;
    let ben = &custody.ben;
    let seal = async |rows: Vec<Encoder>| {
        let payload = Payload::of(rows);
        let draft = Draft::new("token.sealed", "batch", fresh_id()).payload(&payload);
        ben.register.seal_tokens(custody.by_session(ben, draft).act(), &payload.bytes).await
    };
    seal(vec![token_row(deks[0], "one"), token_row(deks[0], "two"), token_row(deks[1], "three")]).await.unwrap();
    let sealed: Vec<i64> = sqlx::query_scalar("SELECT sealed FROM custody.dek_messages ORDER BY sealed")
        .fetch_all(&custody.superuser)
        .await
        .unwrap();
    assert_eq!(sealed, [1, 2]);
    custody.assert_refused(seal(vec![token_row(fresh_id(), "lost")]).await, ben, "dek_not_active").await;
    custody.alter("UPDATE custody.dek_messages SET sealed = 2147483647").await;
    custody
        .assert_refused(seal(vec![token_row(deks[0], "a"), token_row(deks[0], "b")]).await, ben, "dek_exhausted")
        .await;
    seal(vec![token_row(deks[0], "the last")]).await.unwrap();
}

/// all rows or none, and every bad one is named.
#[tokio::test]
async fn an_inventory_is_imported_whole_or_not_at_all() {
    let custody = Custody::found().await;
    let row = ImportRow::api_secret;
    import(&custody, &[row("crm"), row("mail")]).await.unwrap();
    let due: Vec<i64> =
        sqlx::query_scalar("SELECT (extract(epoch FROM rotate_by - rotated_at) / 86400)::bigint FROM custody.key")
            .fetch_all(&custody.superuser)
            .await
            .unwrap();
    assert_eq!(due, [90, 90], "R-20: API secrets every 90 days");

    let bad = [
        row("good"),
        row("crm"),
        row("good"),
        row("a").with(0, "production"),
        row("b").with(1, "kek"),
        row("c").with(9, "DES"),
        row("d").with(11, "git"),
        row("e").with(11, "kubernetes_secret_legacy"),
        row("f").with(1, "ai_service").with(8, ""),
        row("g\u{200b}"),
        row("h").with(10, "many"),
        row("i").with(3, ""),
        row("j").with(12, "tomorrow"),
    ];
    let refusal = custody.assert_refused(import(&custody, &bad).await, &custody.ben, "rows_refused").await;
    let named: Vec<(u64, String)> = refusal.detail()["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), row["problem"].as_str().unwrap().to_owned()))
        .collect();
    for wanted in [
        (2, "already_in_register"),
        (3, "duplicate_in_file"),
        (4, "other_environment"),
        (5, "not_selectable"),
        (6, "weak_algorithm"),
        (7, "not_selectable"),
        (8, "missing"),
        (9, "owner_and_purpose_needed"),
        (10, "hidden_characters"),
        (11, "not_a_number"),
        (12, "tenant_needed"),
        (13, "not_a_date"),
    ] {
        assert!(named.contains(&(wanted.0, wanted.1.to_owned())), "{wanted:?} in {named:?}");
    }
    assert!(named.iter().all(|(row, _)| *row != 1), "the good row is not named: {named:?}");
    let keys: i64 = custody.value("SELECT count(*) FROM custody.key").await;
    assert_eq!(keys, 2);
}

#[tokio::test]
async fn ten_thousand_rows_are_one_act() {
    let custody = Custody::found().await;
    let rows: Vec<_> = (0..10_000).map(|number| ImportRow::api_secret(&format!("secret-{number}"))).collect();
    let receipt = import(&custody, &rows).await.unwrap();
    assert_eq!(receipt.number("count"), Some(10_000));
    let keys: (i64, i64) = sqlx::query_as("SELECT count(*), count(DISTINCT name) FROM custody.key")
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    assert_eq!(keys, (10_000, 10_000));
}

/// differences are written down for this custody's vault and no other.
#[tokio::test]
async fn what_the_vault_holds_is_written_down() {
    let custody = Custody::found().await;
    let ben = &custody.ben;
    let observe = async |host: &str, drift: &str| {
        let row = Encoder::new().text("key").text("kek-unknown").text(drift).text("").text("RSA 2048");
        let payload = Payload::of([row]);
        let draft = Draft::new("vault.observed", "vault", host).payload(&payload);
        ben.register.observe_vault(custody.by_session(ben, draft).act(), &payload.bytes).await
    };
    observe(VAULT_HOST, "only_in_vault").await.unwrap();
    custody.assert_refused(observe("other.vault.azure.net", "only_in_vault").await, ben, "wrong_subject").await;
    custody.assert_refused(observe(VAULT_HOST, "nothing much").await, ben, "constraint").await;
    let kept: (String, String) = sqlx::query_as("SELECT drift, detail ->> 'vault' FROM custody.vault_observation")
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    assert_eq!(kept, ("only_in_vault".to_owned(), "RSA 2048".to_owned()));
}
