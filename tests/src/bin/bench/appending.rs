//! Figures of appending: one act after the other, many in one transaction, and the database's own limit for the same bytes.

use std::time::Instant;

use canonical::Encoder;
use countersign_tests::TestCustody;
use custody::{Act, SignedEntry};
use register::BATCH_ACTS_MAX;
use sqlx::PgPool;

use crate::figure::{Figure, Goal, real};
use crate::sizes::Sizes;

const SPEED: &str = "acts/s";

/// The same columns, and indexes of the same kind, without rules, chain, tree or head.
const BARE: &str = "DROP TABLE IF EXISTS public.bare;
    CREATE TABLE public.bare (LIKE custody.ledger_entry INCLUDING INDEXES)";

const INSERT: &str = "INSERT INTO public.bare
    SELECT $1 + i, gen_random_uuid(), e, s, sha256(e), now(), now(), gen_random_uuid(), sha256(s), 'vault.observed', 'vault', 'host', ''
    FROM unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS a (e, s, i)";

/// Measures them on a ledger that is short.
pub async fn measure(custody: &TestCustody, superuser: &PgPool, sizes: &Sizes) {
    let (alone, together) = (sizes.of("appended_alone", 300), sizes.of("appended", 10_000));
    let register = &custody.ines.console.register;
    let first = signed(custody, alone).await;
    let began = Instant::now();
    for entry in &first {
        register.observe_vault(entry.as_act(), &[]).await.unwrap();
    }
    let one_by_one = real(alone) / began.elapsed().as_secs_f64();

    let entries = signed(custody, together).await;
    let before = register.head().await.unwrap().0;
    let mut appended: u64 = 0;
    let began = Instant::now();
    for batch in entries.chunks(BATCH_ACTS_MAX) {
        let acts: Vec<_> = batch.iter().map(|entry| (entry.as_act(), [].as_slice())).collect();
        let answers = register.observe_vaults(&acts).await.unwrap();
        appended += u64::try_from(answers.iter().filter(|answer| answer.is_ok()).count()).unwrap();
    }
    let in_batches = real(together) / began.elapsed().as_secs_f64();
    let now_there = register.head().await.unwrap().0 - before;
    assert_eq!((appended, now_there), (u64::from(together), u64::from(together)), "an act was dropped");
    let bare = bare(superuser, &entries).await;

    Figure::measured("acts appended, each in a transaction of its own", one_by_one, SPEED, Goal::None)
        .with(format!("{alone} acts, each on the disk before the next"))
        .print();
    Figure::measured("acts appended in batches", in_batches, SPEED, Goal::None)
        .with(format!(
            "{together} acts, {BATCH_ACTS_MAX} in a transaction, none dropped; {:.0} % of the database's own limit",
            100.0 * in_batches / bare
        ))
        .print();
    Figure::measured("the database's own limit", bare, SPEED, Goal::None)
        .with("the same bytes, columns, indexes and transactions, without any rule, hash chain or tree")
        .print();
}

/// Acts that a register accepts as often as wanted. Signing them is not measured.
async fn signed(custody: &TestCustody, count: u32) -> Vec<SignedEntry> {
    let (console, author) = (&custody.ines.console, custody.ines.author());
    let now = console.now().await.unwrap();
    let act = |number| {
        Act::new("vault.observed", "vault", &console.vault_host).with("pass", number).payload(Encoder::new(), 0)
    };
    (0..count).map(|number| author.write(act(number), now)).collect()
}

async fn bare(superuser: &PgPool, entries: &[SignedEntry]) -> f64 {
    sqlx::raw_sql(BARE).execute(superuser).await.unwrap();
    let began = Instant::now();
    let mut first: i64 = 0;
    for batch in entries.chunks(BATCH_ACTS_MAX) {
        let bytes: Vec<&[u8]> = batch.iter().map(|entry| entry.entry.as_slice()).collect();
        let signatures: Vec<&[u8]> = batch.iter().map(|entry| entry.signatures.as_slice()).collect();
        sqlx::query(INSERT).bind(first).bind(bytes).bind(signatures).execute(superuser).await.unwrap();
        first += i64::try_from(batch.len()).unwrap();
    }
    let speed = real(u64::try_from(entries.len()).unwrap()) / began.elapsed().as_secs_f64();
    sqlx::raw_sql("DROP TABLE public.bare").execute(superuser).await.unwrap();
    speed
}
