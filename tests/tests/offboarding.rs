//! A tenant leaves: not one byte of what was its own is in the files of the stopped register, what others have is whole, and what a
//! backup would still hold opens exactly as far as the plan said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use countersign_tests::{Leaving, Pens, TestCustody, TokenBag};
use custody::Console;
use custody::request::{OffboardingOrder, Purge, ReclaimHours, Wanted};
use domain::KeyId;
use register::WrapRow;
use sqlx::PgPool;
use vault::{ObjectName, VersionId, WrapAlgorithm};

/// How long the server may take to stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(60);

/// So much of a ciphertext is looked for: at every place where a page may have cut it.
const PIECE: usize = 32;

/// Every wrap and token of these DEKs, as they lie in the register.
async fn ciphertexts(superuser: &PgPool, deks: &[KeyId]) -> Vec<Vec<u8>> {
    let deks: Vec<uuid::Uuid> = deks.iter().map(|dek| dek.0).collect();
    let query = "SELECT wrapped FROM custody.wrap WHERE dek = ANY ($1) UNION ALL SELECT envelope FROM custody.token WHERE dek = ANY ($1)";
    sqlx::query_scalar(query).bind(deks).fetch_all(superuser).await.unwrap()
}

/// Which of them lie in the files below `folder`, the write-ahead log excepted: that is named as residue.
fn found_in_files(folder: &Path, wanted: &[Vec<u8>]) -> usize {
    let starts: HashSet<&[u8]> = wanted.iter().map(|bytes| middle_of(bytes)).collect();
    // Most places are told by their first two bytes.
    let mut begins = vec![false; 1 << 16];
    for piece in &starts {
        begins[pair(piece)] = true;
    }
    let mut found: HashSet<Vec<u8>> = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "pg_wal") {
                    folders.push(path);
                }
            } else {
                let bytes = std::fs::read(&path).unwrap_or_default();
                let places = bytes.windows(PIECE).filter(|window| begins[pair(window)] && starts.contains(window));
                found.extend(places.map(<[u8]>::to_vec));
            }
        }
    }
    found.len()
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// A piece out of the middle: the clear header of a token is not its own.
fn middle_of(bytes: &[u8]) -> &[u8] {
    let begin = (bytes.len() - PIECE) / 2;
    &bytes[begin..begin + PIECE]
}

async fn data_folder(superuser: &PgPool) -> PathBuf {
    let folder: String = sqlx::query_scalar("SHOW data_directory").fetch_one(superuser).await.unwrap();
    PathBuf::from(folder)
}

/// What somebody with a copy of a wrap and the use of the vault can do with it.
async fn copy_opens(console: &Console, name: &ObjectName, wrap: &WrapRow) -> bool {
    let version = VersionId::parse(&wrap.kek_version).unwrap();
    console.vault.unwrap(name, &version, WrapAlgorithm::RsaOaep256, &wrap.wrapped).await.is_ok()
}

/// of a tenant that left nothing is in the stopped cluster's files, no token of it opens, all others do; a copy from
/// before opens where a shared KEK lives on, as was said, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_tenant_that_left_not_one_byte_is_in_the_stopped_register() {
    let custody = TestCustody::found().await;
    let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
    let own = Leaving::make(&custody, &superuser, "alder", 12).await;
    let shared_name = ObjectName::parse("kek-shared").unwrap();
    let shared = custody.make_kek("kek-shared").await;
    let limited = custody.deks_of(shared, "cedar", 5).await;
    let kept = custody.make_deks(shared, 6).await;
    let (mut kept_bag, mut limited_bag) = (TokenBag::default(), TokenBag::default());
    kept_bag.seal(&custody.ines, &kept, 2).await;
    limited_bag.seal(&custody.ines, &limited, 2).await;
    let console = &custody.ines.console;
    let backup = console.register.wraps_of(&[own.deks[0], limited[0]]).await.unwrap();
    let (own_copy, limited_copy) = match &backup[..] {
        [one, other] if one.dek == own.deks[0] => (one.clone(), other.clone()),
        [one, other] => (other.clone(), one.clone()),
        _ => unreachable!("two wraps"),
    };
    let gone = [ciphertexts(&superuser, &own.deks).await, ciphertexts(&superuser, &limited).await].concat();
    let stays = ciphertexts(&superuser, &kept).await;
    // What statistics would keep of them.
    sqlx::raw_sql("ANALYZE; CHECKPOINT").execute(&superuser).await.unwrap();
    let folder = data_folder(&superuser).await;
    assert_eq!(found_in_files(&folder, &gone), gone.len(), "the search itself works");

    let pens = Pens::take_up(&custody).await;
    let cedar = console.register.tenant_named("cedar").await.unwrap().unwrap();
    let order = OffboardingOrder {
        tenant: cedar,
        typed_name: "cedar".to_owned(),
        purge: Purge::AtOnce,
        reclaim_hours: ReclaimHours::Any,
    };
    let (strong, weak) =
        (pens.seal(&custody, &own.wanted()).await, pens.seal(&custody, &Wanted::OffboardTenant(order)).await);
    assert_eq!((strong.parameter("erasure"), weak.parameter("erasure")), (Some("cryptographic"), Some("shared_kek")));
    for plan in [&strong, &weak] {
        custody.carry_out(plan.request).await;
    }
    own.bag.none_opens(&custody.ines).await;
    limited_bag.none_opens(&custody.theo).await;
    kept_bag.all_open(&custody.ines).await;
    assert!(!copy_opens(console, &own.kek_name, &own_copy).await, "its KEK is purged");
    assert!(copy_opens(console, &shared_name, &limited_copy).await, "the residue that the plan states");
    custody.ledger_verifies().await;

    superuser.close().await;
    let TestCustody { ines, theo, premises, keyring, home } = custody;
    drop((pens, ines, theo, premises));
    let asked = Instant::now();
    while folder.join("postmaster.pid").exists() {
        assert!(asked.elapsed() < STOP_TIME_MAX, "the server does not stop");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(found_in_files(&folder, &stays), stays.len());
    assert_eq!(found_in_files(&folder, &gone), 0);
    drop((keyring, home));
}
