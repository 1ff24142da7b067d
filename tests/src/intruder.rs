//! Ways around the console: an operator's own login and the superuser's, with nothing between them and the register.

use canonical::Encoder;
use custody::{Author, SignedEntry};
use domain::Timestamp;
use keychain::{Item, ItemKind};
use ledger::{Actor, ActorKind, Entry, Subject};
use rand_core::{OsRng, RngCore as _};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, Row as _};
use uuid::Uuid;
use workplace::Desk;

use crate::TestCustody;

/// What the server answered instead of obeying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// SQLSTATE.
    pub state: String,
    /// The server's words.
    pub message: String,
}

/// A line to the register that no console watches.
pub struct Psql(PgConnection);

impl Psql {
    /// Runs statements as they are typed.
    pub async fn run(&mut self, sql: impl Into<String>) -> Result<(), Refused> {
        self.0.execute(sqlx::raw_sql(AssertSqlSafe(sql.into()))).await.map(|_done| ()).map_err(|error| refused(&error))
    }

    /// Changes rows of a table whose triggers would refuse it: what only a superuser can do. The triggers come back afterwards.
    pub async fn behind_the_fences(&mut self, tables: &[&str], sql: impl Into<String>) {
        let each = |template: &str| tables.iter().map(|table| template.replace("{}", table)).collect::<String>();
        let down = each("ALTER TABLE custody.{} DISABLE TRIGGER ALL;");
        let up = each(
            "ALTER TABLE custody.{} ENABLE TRIGGER ALL;
             DO $$ DECLARE it name; BEGIN
                 FOR it IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'custody.{}'::regclass AND NOT tgisinternal LOOP
                     EXECUTE format('ALTER TABLE custody.{} ENABLE ALWAYS TRIGGER %I', it);
                 END LOOP;
             END $$;",
        );
        self.run(format!("{down} {}; {up}", sql.into())).await.unwrap();
    }

    /// Appends an entry past every verb, with the chain and the tree as they should be.
    pub async fn append(&mut self, entry: &Entry, signed: &SignedEntry) {
        let (bytes, signatures) = (hex::encode(&signed.entry), hex::encode(&signed.signatures));
        let (id, actor, verb, Subject { kind, name }) = (entry.id, entry.actor.id, &entry.verb, &entry.subject);
        self.behind_the_fences(
            &["ledger_entry", "head"],
            format!(
                "WITH made AS (
                     INSERT INTO custody.ledger_entry
                     SELECT h.seq + 1, '{id}', '\\x{bytes}', '\\x{signatures}',
                            sha256('\\x00'::bytea || h.hash || '\\x{bytes}'::bytea || '\\x{signatures}'::bytea), custody.clock(), custody.clock(),
                            '{actor}', (SELECT e.key_id FROM custody.ledger_entry AS e WHERE e.seq = h.seq), '{verb}', '{kind}', '{name}', ''
                     FROM custody.head AS h RETURNING seq, hash)
                 UPDATE custody.head SET seq = made.seq, hash = made.hash FROM made;
                 SELECT custody.fill_tree()"
            ),
        )
        .await;
    }

    /// Moves the register's clock, which only a superuser can.
    pub async fn set_clock_ahead(&mut self, by: &str) {
        self.run(format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE
             AS $$ SELECT pg_catalog.clock_timestamp() + interval '{by}' $$"
        ))
        .await
        .unwrap();
    }

    /// Rows of a query.
    pub async fn rows(&mut self, sql: impl Into<String>) -> Vec<PgRow> {
        self.0.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.into()))).await.unwrap()
    }

    /// The first column of a query, as text.
    pub async fn texts(&mut self, sql: impl Into<String>) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    /// Calls a verb of the register with an entry of one's own. The code of the answer: `ok`, or why not.
    pub async fn call(&mut self, verb: &str, entry: &SignedEntry, payload: Option<&[u8]>) -> String {
        let third = if payload.is_some() { ", $3" } else { "" };
        let sql = format!("SELECT code FROM custody.{verb}($1, $2{third})");
        let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(entry.entry.clone()).bind(entry.signatures.clone());
        let query = if let Some(payload) = payload { query.bind(payload.to_vec()) } else { query };
        query.fetch_one(&mut self.0).await.unwrap_or_else(|error| refused(&error).state)
    }
}

fn refused(error: &sqlx::Error) -> Refused {
    let told = error.as_database_error();
    Refused {
        state: told.and_then(|told| told.code()).map(|code| code.into_owned()).unwrap_or_default(),
        message: told.map_or_else(|| error.to_string(), |told| told.message().to_owned()),
    }
}

impl TestCustody {
    /// Connects as this operator would with `psql`: the login is theirs, the password lies in their keychain.
    pub async fn psql(&self, desk: &Desk) -> Psql {
        let kind = ItemKind::DatabasePassword(desk.person.operator);
        let item = Item::new(desk.console.custody.id, kind);
        let keychain = self.premises.workplace().keychain().clone();
        let secret = tokio::task::spawn_blocking(move || keychain.get(&item)).await.unwrap().unwrap().unwrap();
        // EXPOSE: the connection authenticates with it.
        let password = secret.expose_text(str::to_owned).unwrap();
        let local = self.premises.local_custody().unwrap();
        Psql(local.login(&desk.person.login, &password).connect().await.unwrap())
    }

    /// Connects as the superuser of the register's server.
    pub async fn superuser(&self) -> Psql {
        Psql(self.premises.local_custody().unwrap().superuser().connect().await.unwrap())
    }

    /// What the register's server wrote into its own log.
    pub fn server_log(&self) -> String {
        fn find(folder: &std::path::Path) -> Option<std::path::PathBuf> {
            let entries = std::fs::read_dir(folder).ok()?.flatten();
            entries.map(|entry| entry.path()).find_map(|path| match path.is_dir() {
                true => find(&path),
                false => path.ends_with("postgresql.log").then_some(path),
            })
        }
        String::from_utf8_lossy(&std::fs::read(find(self.home.path()).unwrap()).unwrap()).into_owned()
    }
}

/// An entry that no console would write, in the name of `author`: to be changed before it is signed.
pub fn entry_of(author: &Author, verb: &str, subject: Subject, now: Timestamp) -> Entry {
    let mut id = [0; 16];
    OsRng.fill_bytes(&mut id);
    Entry {
        custody: author.custody().id.0,
        environment: author.custody().environment.word().to_owned(),
        id: uuid::Builder::from_random_bytes(id).into_uuid(),
        time: now.micros(),
        actor: Actor { kind: ActorKind::Operator, id: author.operator().0 },
        verb: verb.to_owned(),
        subject,
        purpose: String::new(),
        attributes: std::collections::BTreeMap::new(),
    }
}

/// The entry under the key that `author` really has, whatever the entry says.
pub fn signed(entry: &Entry, author: &Author) -> SignedEntry {
    let entry = entry.encode();
    let signature = author.sign(&entry);
    SignedEntry { signatures: block(author.key_id(), signature), entry }
}

/// The entry under a signature that was taken from somewhere else.
pub fn signed_falsely(entry: &Entry, key: [u8; 32]) -> SignedEntry {
    SignedEntry { entry: entry.encode(), signatures: block(key, [7; 64]) }
}

fn block(key: [u8; 32], signature: [u8; 64]) -> Vec<u8> {
    Encoder::new().bytes(&key).bytes(&signature).finish()
}

/// The operator's id in an entry's form.
pub fn operator_id(desk: &Desk) -> Uuid {
    desk.person.operator.0
}
