//! A tenant leaves: not one byte of what was its own is in the files of the stopped register, what others have is whole, and a backup
//! of the whole register from before, restored into a second server, opens exactly as far as the certificates of destruction say.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use certificate::{Document, verify};
use countersign_tests::{Leaving, Pens, TestCustody, TokenBag};
use domain::{KeyId, KeyKind, RunId};
use sqlx::PgPool;
use vault::{KeySpec, RsaBits, Tags, Vault, WrapAlgorithm};

/// How long the server may take to stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(60);

/// Files are looked at in blocks of so many bytes: of two blocks' length of a ciphertext, wherever it lies, one is whole.
const BLOCK: usize = 16;

/// What stands in clear at the beginning of a token: magic, DEK and version (docs/formats/envelope.md).
const HEADER: usize = 28;

/// Every wrap and token of these DEKs, as they lie in the register, without what stands in clear.
async fn ciphertexts(superuser: &PgPool, deks: &[KeyId]) -> Vec<Vec<u8>> {
    let deks: Vec<uuid::Uuid> = deks.iter().map(|dek| dek.0).collect();
    let query = "SELECT wrapped FROM custody.wrap WHERE dek = ANY ($1)
                 UNION ALL SELECT substr(envelope, 1 + $2) FROM custody.token WHERE dek = ANY ($1)";
    sqlx::query_scalar(query).bind(deks).bind(i32::try_from(HEADER).unwrap()).fetch_all(superuser).await.unwrap()
}

/// How many of them lie in the files below `folder`, whole or in part, the write-ahead log excepted: that is named as residue.
fn found_in_files(folder: &Path, wanted: &[Vec<u8>]) -> usize {
    let pieces = wanted.iter().enumerate();
    let pieces = pieces.flat_map(|(number, bytes)| bytes.windows(BLOCK).map(move |piece| (piece, number)));
    let pieces: HashMap<&[u8], usize> = pieces.collect();
    // Nearly every block is told by its first three bytes.
    let mut begins = vec![false; 1 << 24];
    for piece in pieces.keys() {
        begins[beginning(piece)] = true;
    }
    let mut found = HashSet::new();
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
                let likely = bytes.chunks_exact(BLOCK).filter(|block| begins[beginning(block)]);
                found.extend(likely.filter_map(|block| pieces.get(block)).copied());
            }
        }
    }
    found.len()
}

fn beginning(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}

async fn data_folder(superuser: &PgPool) -> PathBuf {
    let folder: String = sqlx::query_scalar("SHOW data_directory").fetch_one(superuser).await.unwrap();
    PathBuf::from(folder)
}

/// Rows of these DEKs in every table that holds ciphertext.
async fn rows_of(superuser: &PgPool, deks: &[KeyId]) -> i64 {
    let deks: Vec<uuid::Uuid> = deks.iter().map(|dek| dek.0).collect();
    let query = "SELECT (SELECT count(*) FROM custody.wrap WHERE dek = ANY ($1))
                      + (SELECT count(*) FROM custody.former_wrap WHERE dek = ANY ($1))
                      + (SELECT count(*) FROM custody.token WHERE dek = ANY ($1))";
    sqlx::query_scalar(query).bind(deks).fetch_one(superuser).await.unwrap()
}

/// Two tenants that leave and what stays. Alder's DEKs lie under a KEK of its own; Cedar's under one of its own, and under one that
/// it shares with those who stay.
struct Estate {
    alder: Leaving,
    cedar: Leaving,
    /// Cedar's DEKs under the shared KEK, among all of its DEKs.
    cedar_shared: Vec<KeyId>,
    kept: Vec<KeyId>,
    kept_bag: TokenBag,
}

impl Estate {
    async fn make(custody: &TestCustody, superuser: &PgPool) -> Self {
        let alder = Leaving::make(custody, superuser, "alder", 8).await;
        let mut cedar = Leaving::make(custody, superuser, "cedar", 4).await;
        let shared = custody.make_kek("kek-shared").await;
        let cedar_shared = custody.deks_of(shared, "cedar", 5).await;
        cedar.bag.seal(&custody.ines, &cedar_shared, 2).await;
        cedar.deks.extend(&cedar_shared);
        let kept = custody.make_deks(shared, 6).await;
        let mut kept_bag = TokenBag::default();
        kept_bag.seal(&custody.ines, &kept, 2).await;
        Self { alder, cedar, cedar_shared, kept, kept_bag }
    }

    /// Both leave. What was certified about each.
    async fn offboard(&self, custody: &TestCustody) -> [Document; 2] {
        let pens = Pens::take_up(custody).await;
        // Both are signed while both are there: what a plan says holds for its own tenant.
        let (strong, weak) =
            (pens.seal(custody, &self.alder.wanted()).await, pens.seal(custody, &self.cedar.wanted()).await);
        assert_eq!(
            (strong.parameter("erasure"), weak.parameter("erasure")),
            (Some("cryptographic"), Some("shared_kek"))
        );
        let (strong, weak) = (custody.carry_out(strong.request).await, custody.carry_out(weak.request).await);
        [certified(custody, strong).await, certified(custody, weak).await]
    }

    /// Of those that left the register has nothing and opens nothing, for nobody; of those that stayed everything.
    async fn is_as_certified(&self, custody: &TestCustody, superuser: &PgPool) {
        for left in [&self.alder, &self.cedar] {
            assert_eq!(rows_of(superuser, &left.deks).await, 0);
            for desk in [&custody.ines, &custody.theo] {
                assert_eq!(left.bag.opening(desk).await, BTreeSet::new());
            }
        }
        for desk in [&custody.ines, &custody.theo] {
            self.kept_bag.all_open(desk).await;
        }
    }
}

async fn certified(custody: &TestCustody, run: RunId) -> Document {
    let (console, author) = (&custody.theo.console, custody.theo.author());
    console.issue_certificate(author, run).await.unwrap();
    verify(&console.certificate_of(run).await.unwrap().0).unwrap().document
}

/// Which of the DEKs in a backup, each with its KEK, a certificate says can still be opened by who has that backup.
fn stated_residue(certificate: &Document, backup: &BTreeMap<KeyId, KeyId>) -> BTreeSet<KeyId> {
    let destroyed = |kind| certificate.destroyed.iter().filter(move |row| row.kind == kind).map(|row| row.key);
    let keks: BTreeSet<KeyId> = destroyed(KeyKind::Kek).collect();
    let backups = certificate.statement.remains.iter().find(|residue| residue.copy == "backups").unwrap();
    assert!(backups.until.is_some(), "until when it remains is said");
    match certificate.statement.strength.word.as_str() {
        "cryptographic" => BTreeSet::new(),
        // "whoever has a copy [of the wrapped keys], and the use of that key, can open it until the copy ends"
        "limited" => destroyed(KeyKind::Dek).filter(|dek| !keks.contains(&backup[dek])).collect(),
        other => unreachable!("{other}"),
    }
}

/// Whoever has wraps of a purged KEK and all rights in the vault does not get it back, and a new key of its name opens none.
async fn nothing_brings_it_back(vault: &Vault, left: &Leaving, wraps: &[Vec<u8>]) {
    assert!(vault.recover_deleted_key(&left.kek_name).await.is_err());
    vault.create_key(&left.kek_name, &KeySpec::Rsa(RsaBits::B2048), &Tags::new()).await.unwrap();
    for listed in vault.list_keys().await.unwrap() {
        for version in vault.versions(&listed.name).await.unwrap() {
            for wrap in wraps {
                let tried = vault.unwrap(&listed.name, &version.version, WrapAlgorithm::RsaOaep256, wrap).await;
                assert!(tried.is_err(), "{} opens a wrap of {}", listed.name.as_str(), left.name);
            }
        }
    }
}

/// of tenants that left nothing is in the stopped cluster's files, no token of theirs opens, all others do; a
/// whole backup from before, restored, opens what the certificates say that it opens, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_tenant_that_left_not_one_byte_is_in_the_stopped_register() {
    let custody = TestCustody::found().await;
    let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
    let estate = Estate::make(&custody, &superuser).await;
    let Estate { alder, cedar, .. } = &estate;
    let gone = [ciphertexts(&superuser, &alder.deks).await, ciphertexts(&superuser, &cedar.deks).await].concat();
    let stays = ciphertexts(&superuser, &estate.kept).await;
    // What statistics would keep of them.
    sqlx::raw_sql("ANALYZE; CHECKPOINT").execute(&superuser).await.unwrap();
    let folder = data_folder(&superuser).await;
    let backup = custody.back_up().await;

    let certificates = estate.offboard(&custody).await;
    estate.is_as_certified(&custody, &superuser).await;
    custody.ledger_verifies().await;

    let restored = custody.restore(backup).await;
    assert_eq!(found_in_files(&restored.cluster().cluster_dir(), &gone), gone.len(), "the search itself works");
    let deks = restored.deks().await;
    let all = alder.deks.iter().chain(&cedar.deks).chain(&estate.kept).copied();
    assert_eq!(deks.keys().copied().collect::<BTreeSet<_>>(), all.collect());
    for (left, certificate) in [alder, cedar].into_iter().zip(&certificates) {
        assert_eq!(restored.opening(&left.bag).await, stated_residue(certificate, &deks), "{}", left.name);
    }
    assert_eq!(stated_residue(&certificates[0], &deks), BTreeSet::new());
    assert_eq!(stated_residue(&certificates[1], &deks), estate.cedar_shared.iter().copied().collect());
    estate.kept_bag.all_open(restored.desk()).await;
    let copies = restored.desk().console.register.wraps_of(&alder.deks[..2]).await.unwrap();
    let copies: Vec<Vec<u8>> = copies.into_iter().map(|wrap| wrap.wrapped).collect();
    nothing_brings_it_back(&custody.ines.console.vault, alder, &copies).await;
    drop(restored);

    superuser.close().await;
    let TestCustody { ines, theo, premises, keyring, home } = custody;
    drop((ines, theo, premises));
    let asked = Instant::now();
    while folder.join("postmaster.pid").exists() {
        assert!(asked.elapsed() < STOP_TIME_MAX, "the server does not stop");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(found_in_files(&folder, &stays), stays.len());
    assert_eq!(found_in_files(&folder, &gone), 0);
    drop((keyring, home));
}
