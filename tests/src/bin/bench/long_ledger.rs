//! A ledger as long as wanted: entries of a real session, signed and chained, put behind those that are there.
//!
//! The verbs of the register would take minutes for a million; what is in the table in the end is what they would have written.

use std::ops::Range;
use std::thread;
use std::time::Duration;

use countersign_tests::TestCustody;
use custody::{Act, Author, SignedEntry};
use domain::Timestamp;
use ledger::{Entry, Hash, Record, link};
use sqlx::Executor as _;
use sqlx::PgPool;
use uuid::Uuid;

/// Entries that are made at once.
const CHUNK: u32 = 20_000;

/// What every binary copy starts with: its signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// PostgreSQL counts from the year 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Between two entries: four hundred a second, so that ten million are the work of seven hours of one session.
const STEP: Duration = Duration::from_micros(2_500);

/// Indexes of the columns that repeat what the entries say.
const DROP_FILTERS: &str =
    "DROP INDEX IF EXISTS custody.ledger_subject, custody.ledger_verb, custody.ledger_actor, custody.ledger_time";

const COLUMNS: &str =
    "seq, entry_id, entry, signatures, hash, recorded_at, entry_time, actor, key_id, verb, subject_kind, subject,
                       purpose";

/// Signed entries as a rotation writes them, `count` of them from number `first` on, chained to `head`; the first is written after `now`.
pub fn records(author: &Author, now: Timestamp, first: u64, count: u32, mut head: Hash) -> Vec<Record> {
    let half = count / 2;
    let signed: Vec<SignedEntry> = thread::scope(|scope| {
        let part = |places: Range<u32>| {
            let write = move |place: u32| author.write(rewrapped(), now.plus(STEP * (place + 1)));
            scope.spawn(move || places.map(write).collect::<Vec<_>>())
        };
        [0..half, half..count].map(part).into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    signed
        .into_iter()
        .zip(first..)
        .map(|(SignedEntry { entry, signatures }, number)| {
            head = link(&head, &entry, &signatures);
            Record { number, entry, signatures, hash: head }
        })
        .collect()
}

fn rewrapped() -> Act {
    Act::new("dek.rewrapped", "run", Uuid::from_u128(0x0190_7a2b_1111_7000_8000_0000_0000_0001))
        .with("position", 3)
        .with("fence", 1)
        .with("kek", Uuid::from_u128(0x0190_7a2b_2222_7000_8000_0000_0000_0002))
        .with("from_version", "0f3a6f1e8a1b4c7fa7b5c3d2e1f00112")
        .with("to_version", "7c1d6f1e8a1b4c7fa7b5c3d2e1f04434")
        .with("payload_digest", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        .with("count", 100)
}

/// Puts `count` entries behind the last one.
pub async fn lengthen(custody: &TestCustody, superuser: &PgPool, count: u32) {
    let (ines, author) = (&custody.ines.console, custody.ines.author());
    let mut now = ines.now().await.unwrap();
    let mut connection = superuser.acquire().await.unwrap();
    // For filters only; verification reads none of them, and keeping them would take most of the time.
    sqlx::raw_sql(DROP_FILTERS).execute(&mut *connection).await.unwrap();
    let (mut number, mut head) = ines.register.head().await.unwrap();
    // By what was put there before, the ledger's newest entry may be dated after now.
    let newest = "SELECT (extract(epoch FROM max(entry_time)) * 1000000)::bigint FROM custody.ledger_entry";
    let newest: i64 = sqlx::query_scalar(newest).fetch_one(&mut *connection).await.unwrap();
    let real_now = "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint";
    let real_now: i64 = sqlx::query_scalar(real_now).fetch_one(&mut *connection).await.unwrap();
    now = now.max(Timestamp::from_micros(newest));
    let mut left = count;
    while left > 0 {
        let size = left.min(CHUNK);
        let records = records(author, now, number + 1, size, head);
        (number, head) = records.last().map(|last| (last.number, last.hash)).unwrap();
        now = now.plus(STEP * size);
        let statement = format!("COPY custody.ledger_entry ({COLUMNS}) FROM STDIN (FORMAT binary)");
        let mut copy = connection.copy_in_raw(&statement).await.unwrap();
        copy.send(rows(&records, author)).await.unwrap();
        copy.finish().await.unwrap();
        left -= size;
    }
    let moved = "UPDATE custody.head SET seq = $1, hash = $2, newest = (SELECT entry_time FROM custody.ledger_entry WHERE seq = $1)";
    let moved = sqlx::query(moved).bind(i64::try_from(number).unwrap());
    moved.bind(head.as_slice()).execute(&mut *connection).await.unwrap();
    // The hours that these entries took are over: whoever signs in afterwards is not behind them.
    let passed = now.micros() - real_now;
    let clock = format!(
        "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS
         $$ SELECT pg_catalog.clock_timestamp() + interval '{passed} microseconds' $$"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(clock)).execute(&mut *connection).await.unwrap();
    connection.execute("VACUUM ANALYZE custody.ledger_entry").await.unwrap();
    // The tree that the verbs would have grown.
    connection.execute("SELECT custody.fill_tree()").await.unwrap();
    connection.execute("VACUUM ANALYZE custody.ledger_node").await.unwrap();
}

fn rows(records: &[Record], author: &Author) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    for record in records {
        let entry = Entry::decode(&record.entry).unwrap();
        let number = i64::try_from(record.number).unwrap().to_be_bytes();
        let at = (entry.time - EPOCH_MICROS).to_be_bytes();
        let fields: [&[u8]; 13] = [
            &number,
            entry.id.as_bytes(),
            &record.entry,
            &record.signatures,
            &record.hash,
            &at,
            &at,
            entry.actor.id.as_bytes(),
            &author.key_id(),
            entry.verb.as_bytes(),
            entry.subject.kind.as_bytes(),
            entry.subject.name.as_bytes(),
            entry.purpose.as_bytes(),
        ];
        bytes.extend_from_slice(&13_i16.to_be_bytes());
        for field in fields {
            bytes.extend_from_slice(&i32::try_from(field.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(field);
        }
    }
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    bytes
}
