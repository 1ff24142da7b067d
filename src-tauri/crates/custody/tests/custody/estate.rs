//! How an estate comes into the register, with a real PostgreSQL and a real local vault.

use std::sync::Mutex;

use custody::Console;
use custody::estate::deks::{CreatedDeks, DekOrder, DekOrderError, DekTarget};
use custody::estate::discovery::{Adoption, AdoptionError, DriftKind};
use custody::estate::inventory::{CellProblem, ImportError, Preview, Setting, write_csv};
use custody::estate::sample::{SampleError, SampleStep};
use custody::estate::tokens::{NewToken, TokenError};
use custody::estate::{Estate, OpeningError, unwatched};
use domain::{Classification, Environment, KeyId};
use envelope::SecretBytes;
use vault::{Credential, KeySpec, ObjectName, RsaBits, Tags, Vault, VaultAddress, VaultSettings, VersionId};

use crate::stage::Stage;

const HEADER: &str =
    "type,name,tenant,integration,classification,purpose,owner,algorithm,bits,storage,created,last_rotated";
const KEK: &str = "kek-tenant-prod";

fn estate(place: &Stage) -> Estate<'_> {
    Estate::new(&place.ben.console, &place.ben.session.author)
}

fn name(text: &str) -> ObjectName {
    ObjectName::parse(text).unwrap()
}

async fn make_key(place: &Stage, key: &str) -> VersionId {
    let made = place.ben.console.vault.create_key(&name(key), &KeySpec::Rsa(RsaBits::B2048), &Tags::new()).await;
    made.unwrap().version
}

fn adoption(key: &str) -> Adoption {
    Adoption {
        name: key.to_owned(),
        owner: "Platform Security".to_owned(),
        purpose: "wraps the DEKs of tenants".to_owned(),
        classification: Classification::Restricted,
    }
}

async fn adopted(place: &Stage) -> KeyId {
    make_key(place, KEK).await;
    estate(place).adopt(&adoption(KEK)).await.unwrap().key
}

fn tenant(tenant: &str, integration: &str) -> DekTarget {
    DekTarget::Tenant { tenant: tenant.to_owned(), integration: integration.to_owned() }
}

fn order(kek: KeyId, targets: Vec<DekTarget>) -> DekOrder {
    DekOrder {
        kek,
        targets,
        owner: "Integrations".to_owned(),
        purpose: "credentials of connectors".to_owned(),
        classification: Classification::Confidential,
    }
}

async fn created(place: &Stage, kek: KeyId, targets: Vec<DekTarget>) -> CreatedDeks {
    estate(place).create_deks(&order(kek, targets), &unwatched).await.unwrap()
}

fn token(dek: KeyId, name: &str, plaintext: &[u8]) -> NewToken {
    NewToken { dek, name: name.to_owned(), plaintext: SecretBytes::new(plaintext.to_vec()), expires: None }
}

async fn preview(place: &Stage, rows: &[&str]) -> Preview {
    let now = place.ben.console.now().await.unwrap();
    let setting = Setting { environment: Environment::Production, now, legacy_open: false };
    Preview::read(format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes(), setting).unwrap()
}

const KEYS: &str = "SELECT count(*) FROM custody.key";

/// a good file becomes one signed act, and its rows stand in the register with their particulars.
#[tokio::test]
async fn a_good_file_is_imported_in_one_act() {
    let place = Stage::found().await;
    let rows = [
        "api_secret,crm-token,Nordwind,crm,confidential,Calls the CRM,payments,,,key_vault,2026-01-31,2026-03-01",
        "database,db-ledger,,,restricted,Encrypts the ledger,data,AES-256-GCM,,key_vault,2025-01-31,",
    ];
    let good = preview(&place, &rows).await;
    let imported = estate(&place).import_inventory(&good, "estate \u{202e}vsc.csv").await.unwrap();
    assert_eq!((imported.count, place.count(KEYS).await), (2, 2));
    let (tenant, integration, rotate_by): (String, String, String) = sqlx::query_as(
        "SELECT t.name, k.integration, to_char(k.rotate_by AT TIME ZONE 'UTC', 'YYYY-MM-DD')
         FROM custody.key AS k JOIN custody.tenant AS t ON t.id = k.tenant WHERE k.name = 'crm-token'",
    )
    .fetch_one(&place.superuser)
    .await
    .unwrap();
    assert_eq!((tenant.as_str(), integration.as_str()), ("Nordwind", "crm"));
    assert_eq!(rotate_by, "2026-05-30", "R-20: 90 days after the last rotation");
    let summary = place.anna.console.witness.catch_up(&place.anna.console.register).await.unwrap();
    assert_eq!(summary.entries, imported.entry, "the ledger verifies to the import");
}

/// all or nothing, also for what only the register knows; the file's own rows are named.
#[tokio::test]
async fn what_the_register_refuses_is_named_by_the_files_rows() {
    let place = Stage::found().await;
    let crm = "api_secret,crm-token,Nordwind,crm,confidential,Calls the CRM,payments,,,key_vault,2026-01-31,2026-03-01";
    let first = preview(&place, &[crm]).await;
    estate(&place).import_inventory(&first, "a.csv").await.unwrap();
    let erp = crm.replace("crm", "erp");
    let again = preview(&place, &[&erp, "", crm]).await;
    let ImportError::Refused { problems } = estate(&place).import_inventory(&again, "b.csv").await.unwrap_err() else {
        panic!("refused by row")
    };
    let named = &problems.kept()[0];
    assert_eq!((named.row, named.column.as_str(), named.problem), (4, "name", CellProblem::AlreadyInRegister));
    assert_eq!(place.count(KEYS).await, 1, "all rows or none");

    let bad = preview(&place, &[&erp, &crm.replace("payments", "")]).await;
    let refused = estate(&place).import_inventory(&bad, "c.csv").await.unwrap_err();
    assert!(matches!(refused, ImportError::Problems { problems: 1 }));
    assert_eq!(place.count(KEYS).await, 1);
}

/// an export is an import that changes nothing, and a preview says what would.
#[tokio::test]
async fn an_export_reads_back_as_unchanged() {
    let place = Stage::found().await;
    let rows = [
        "api_secret,crm-token,Nordwind,crm,confidential,=Calls the CRM,payments,,,key_vault,2026-01-31,2026-03-01,",
        "backup,nightly,,,restricted,Backups,sre,AES-256-GCM,256,key_vault,2026-01-31T10:00:00.5Z,,",
        "secret,boot,,,internal,Bootstraps,sre,,,kubernetes_secret_legacy,2025-01-31,,2027-03-31",
    ];
    let file = format!("{HEADER},phase_out_date\n{}\n", rows.join("\n"));
    let first = estate(&place).preview_inventory(file.as_bytes()).await.unwrap();
    assert_eq!((first.rows_good(), first.rows_unchanged()), (3, 0));
    estate(&place).import_inventory(&first, "a.csv").await.unwrap();

    let export = estate(&place).export_inventory().await.unwrap();
    let again = estate(&place).preview_inventory(&export).await.unwrap();
    assert_eq!((again.problems().kept(), again.rows_good(), again.rows_unchanged()), (&[][..], 3, 3));
    assert!(matches!(estate(&place).import_inventory(&again, "a.csv").await, Err(ImportError::NothingNew)));

    let later = file.replace("2027-03-31", "2028-03-31");
    let changed = estate(&place).preview_inventory(later.as_bytes()).await.unwrap();
    let problems: Vec<_> = changed.problems().kept().iter().map(|found| (found.row, found.problem)).collect();
    assert_eq!(problems, [(4, CellProblem::AlreadyInRegister)], "a changed date is no silent difference");
}

/// a record of the inventory is looked for in the vault.
#[tokio::test]
async fn records_of_secrets_are_looked_for_in_the_vault() {
    let place = Stage::found().await;
    place.ben.console.vault.set_secret(&name("smtp-password"), "not shown", None, &Tags::new()).await.unwrap();
    let rows = [
        "secret,smtp,,,internal,Mail,sre,,,key_vault,2026-01-31,,smtp-password",
        "secret,ftp,,,internal,Files,sre,,,key_vault,2026-01-31,,ftp-password",
    ];
    let file = format!("{HEADER},vault_name\n{}\n", rows.join("\n"));
    let preview = estate(&place).preview_inventory(file.as_bytes()).await.unwrap();
    estate(&place).import_inventory(&preview, "a.csv").await.unwrap();
    let found = estate(&place).discover().await.unwrap();
    assert_eq!((found.secrets_read, found.register_records, found.agreeing), (true, 2, 1));
    let drift: Vec<_> = found.drift.iter().map(|drift| (drift.name.as_str(), drift.kind)).collect();
    assert_eq!(drift, [("ftp-password", DriftKind::OnlyInRegister)]);
}

/// ten thousand rows go in by one act.
#[tokio::test]
async fn ten_thousand_rows_go_in_at_once() {
    let place = Stage::found().await;
    let one = preview(&place, &["secret,s,,,internal,Bootstraps,sre,,,key_vault,2026-01-31,"]).await;
    let row = one.importable().unwrap()[0].clone();
    let rows: Vec<_> = (0..10_000)
        .map(|number| {
            let mut row = row.clone();
            row.name = format!("secret-{number:05}");
            row
        })
        .collect();
    let mut file = Vec::new();
    write_csv(&mut file, Environment::Production, &rows).unwrap();
    let now = place.ben.console.now().await.unwrap();
    let setting = Setting { environment: Environment::Production, now, legacy_open: false };
    let preview = Preview::read(&file, setting).unwrap();
    assert_eq!(estate(&place).import_inventory(&preview, "many.csv").await.unwrap().count, 10_000);
    assert_eq!(place.count(KEYS).await, 10_000);
}

/// a key that lies in the vault is found, adopted by a signed act, and agrees from then on.
#[tokio::test]
async fn a_key_in_the_vault_is_found_and_adopted() {
    let place = Stage::found().await;
    let version = make_key(&place, KEK).await;
    let found = estate(&place).discover().await.unwrap();
    assert_eq!((found.vault_objects, found.register_records, found.drift.len()), (1, 0, 1));
    assert_eq!((found.drift[0].kind, found.drift[0].adoptable), (DriftKind::OnlyInVault, true));

    let adopted = estate(&place).adopt(&adoption(KEK)).await.unwrap();
    let row = place.ben.console.register.kek(adopted.key).await.unwrap().unwrap();
    assert_eq!((row.vault_name.as_str(), row.bits), (KEK, Some(2048)));
    assert_eq!(row.current_version.as_deref(), Some(version.as_str()));
    assert!(row.versions[0].public_key_digest.is_some());

    let agrees = estate(&place).discover().await.unwrap();
    assert_eq!((agrees.register_records, agrees.agreeing, agrees.drift), (1, 1, Vec::new()));
    assert_eq!(place.count("SELECT count(*) FROM custody.vault_observation").await, 1, "the first look is kept");
    assert!(matches!(estate(&place).adopt(&adoption(KEK)).await, Err(AdoptionError::Register(_))), "once only");
    let nameless = Adoption { owner: " ".to_owned(), ..adoption(KEK) };
    assert!(matches!(estate(&place).adopt(&nameless).await, Err(AdoptionError::Text(_))));
}

/// what somebody does in the vault outside a request is seen.
#[tokio::test]
async fn what_happens_outside_a_request_is_seen() {
    let place = Stage::found().await;
    adopted(&place).await;
    let vault = &place.ben.console.vault;
    let first = vault.key(&name(KEK), None).await.unwrap().version;
    let kinds = async || {
        let found = estate(&place).discover().await.unwrap();
        found.drift.iter().map(|drift| drift.kind).collect::<Vec<_>>()
    };
    vault.create_version(&name(KEK), &KeySpec::Rsa(RsaBits::B2048), &Tags::new()).await.unwrap();
    assert_eq!(kinds().await, [DriftKind::VersionUnknown]);
    vault.set_enabled(&name(KEK), &first, false).await.unwrap();
    assert_eq!(kinds().await, [DriftKind::VersionUnknown, DriftKind::Disabled]);
    vault.delete_key(&name(KEK)).await.unwrap();
    assert_eq!(kinds().await, [DriftKind::Deleted]);
    vault.purge_deleted_key(&name(KEK)).await.unwrap();
    assert_eq!(kinds().await, [DriftKind::OnlyInRegister]);
}

/// one DEK for each (tenant, integration) and each secret name; each opens in the vault and nowhere else.
#[tokio::test]
async fn deks_are_made_wrapped_and_open() {
    let place = Stage::found().await;
    let kek = adopted(&place).await;
    let targets = vec![
        tenant("Calder Mining", "Jira"),
        tenant("Calder Mining", "SAP"),
        DekTarget::Secret { name: "smtp".to_owned() },
    ];
    let seen = Mutex::new(Vec::new());
    let watch = |done, total| seen.lock().unwrap().push((done, total));
    let made = estate(&place).create_deks(&order(kek, targets.clone()), &watch).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [(0, 3), (3, 3)]);
    assert_eq!((made.keys.len(), made.entries.len()), (3, 1));
    assert_eq!(made.keys[0].name, "dek/calder-mining/jira");
    assert_eq!(place.ben.console.register.kek(kek).await.unwrap().unwrap().live_deks, 3);
    for key in &made.keys {
        let sealed =
            estate(&place).seal_tokens(vec![token(key.key, "t", b"open sesame")], "test", &unwatched).await.unwrap();
        let opened = estate(&place).open_token(key.key, sealed.tokens[0]).await.unwrap();
        // EXPOSE: a test compares a plaintext of its own.
        opened.expose(|plaintext| assert_eq!(plaintext, b"open sesame"));
    }
    let half = vec![tenant("Fennick Bank", "SAP"), tenant("Calder Mining", "SAP")];
    let again = estate(&place).create_deks(&order(kek, half), &unwatched).await.unwrap_err();
    assert!(matches!(again, DekOrderError::Exists { names } if names == ["dek/calder-mining/sap"]));
    assert_eq!(place.count("SELECT count(*) FROM custody.wrap").await, 3, "all of a batch or none");
}

/// nothing is wrapped with a key that is not the recorded one.
#[tokio::test]
async fn a_key_that_is_not_the_recorded_one_wraps_nothing() {
    let place = Stage::found().await;
    let kek = adopted(&place).await;
    place.alter("UPDATE custody.key_version SET public_key_digest = sha256('another key')").await;
    let refused = estate(&place).create_deks(&order(kek, vec![tenant("a", "b")]), &unwatched).await.unwrap_err();
    assert!(matches!(refused, DekOrderError::PublicKeyDiffers { .. }), "{refused:?}");
    assert_eq!(place.count("SELECT count(*) FROM custody.wrap").await, 0);
}

/// the vault must open one of each batch before the batch is written.
#[tokio::test]
async fn without_a_canary_no_batch_is_written() {
    let place = Stage::found().await;
    let kek = adopted(&place).await;
    let version = place.ben.console.vault.key(&name(KEK), None).await.unwrap().version;
    place.ben.console.vault.set_enabled(&name(KEK), &version, false).await.unwrap();
    let refused = estate(&place).create_deks(&order(kek, vec![tenant("a", "b")]), &unwatched).await.unwrap_err();
    assert!(matches!(refused, DekOrderError::Canary(OpeningError::Vault(_))), "{refused:?}");
    assert_eq!(place.count("SELECT count(*) FROM custody.wrap").await, 0);
}

/// a wrap or a token that somebody moved to another tenant does not open there.
#[tokio::test]
async fn what_was_moved_between_tenants_does_not_open() {
    let place = Stage::found().await;
    let kek = adopted(&place).await;
    let made = created(&place, kek, vec![tenant("Calder Mining", "Jira"), tenant("Fennick Bank", "Jira")]).await;
    let (calder, fennick) = (made.keys[0].key, made.keys[1].key);
    let tokens = vec![token(calder, "api", b"of Calder"), token(fennick, "api", b"of Fennick")];
    let sealed = estate(&place).seal_tokens(tokens, "test", &unwatched).await.unwrap();
    let messages = "SELECT sum(sealed)::bigint FROM custody.dek_messages";
    assert_eq!(place.count(messages).await, 2, "every message is counted");

    place.alter("UPDATE custody.token AS a SET envelope = b.envelope FROM custody.token AS b WHERE a.id <> b.id").await;
    for (dek, token) in [(calder, sealed.tokens[0]), (fennick, sealed.tokens[1])] {
        let refused = estate(&place).open_token(dek, token).await.unwrap_err();
        assert!(matches!(refused, TokenError::Open(_)), "{refused:?}");
    }
    let unknown = estate(&place).open_token(fennick, sealed.tokens[0]).await.unwrap_err();
    assert!(matches!(unknown, TokenError::Unknown { .. }));

    place.alter("UPDATE custody.wrap AS a SET wrapped = b.wrapped FROM custody.wrap AS b WHERE a.dek <> b.dek").await;
    let swapped = estate(&place).seal_tokens(vec![token(calder, "api", b"x")], "test", &unwatched).await.unwrap_err();
    assert!(matches!(swapped, TokenError::Opening(OpeningError::CheckValue { .. })), "{swapped:?}");
    assert_eq!(place.count("SELECT count(*) FROM custody.token").await, 2);
}

/// a DEK whose messages are used up seals no more.
#[tokio::test]
async fn an_exhausted_dek_seals_nothing() {
    let place = Stage::found().await;
    let kek = adopted(&place).await;
    let dek = created(&place, kek, vec![tenant("a", "b")]).await.keys[0].key;
    place.alter("UPDATE custody.dek_messages SET sealed = 2147483648").await;
    let refused = estate(&place).seal_tokens(vec![token(dek, "t", b"x")], "test", &unwatched).await.unwrap_err();
    let TokenError::Register(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.refusal().unwrap().code(), "dek_exhausted");
}

/// The sample makes keys without two signatures, so it is for a vault of this machine only.
#[tokio::test]
async fn the_sample_is_refused_elsewhere() {
    let place = Stage::found().await;
    let address = VaultAddress::parse("tidewell-prod.vault.azure.net").unwrap();
    let credential = Credential::ManagedIdentity { client: None };
    let elsewhere = Vault::connect(VaultSettings::new(address), credential).unwrap();
    let console = Console { vault: elsewhere, ..place.ben.console.clone() };
    let refused = Estate::new(&console, &place.ben.session.author).load_sample(&|_, _, _| ()).await;
    assert!(matches!(refused, Err(SampleError::NotLocal)), "{refused:?}");
}

/// The labelled sample: whole, verified, agreeing with the vault but for the one key that is there to be found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_estate_is_loaded_through_the_same_doors() {
    let place = Stage::found().await;
    let steps = Mutex::new(Vec::new());
    let watch = |step, done, total| steps.lock().unwrap().push((step, done, total));
    let loaded = estate(&place).load_sample(&watch).await.unwrap();
    assert_eq!((loaded.tenants, loaded.keks, loaded.deks, loaded.tokens), (40, 4, 2_100, 2_100));
    assert!(loaded.inventory > 90);
    assert_eq!(place.count("SELECT count(*) FROM custody.tenant").await, 40);
    assert_eq!(place.count("SELECT count(*) FROM custody.wrap").await, 2_100);
    assert_eq!(place.count("SELECT count(*) FROM custody.token").await, 2_100);
    assert_eq!(place.count("SELECT count(*) FROM custody.key WHERE purpose NOT LIKE 'Sample: %'").await, 0);
    assert!(place.count("SELECT count(*) FROM custody.key WHERE rotate_by < custody.clock()").await > 3);
    assert!(steps.lock().unwrap().contains(&(SampleStep::Deks, 2_100, 2_100)));

    let found = estate(&place).discover().await.unwrap();
    assert_eq!((found.agreeing, found.drift.len()), (4, 1));
    assert_eq!((found.drift[0].name.as_str(), found.drift[0].kind), ("kek-legacy-billing", DriftKind::OnlyInVault));
    let summary = place.anna.console.witness.catch_up(&place.anna.console.register).await.unwrap();
    assert_eq!(summary.entries, found.entry);
    assert!(matches!(estate(&place).load_sample(&|_, _, _| ()).await, Err(SampleError::NotEmpty)));
}
