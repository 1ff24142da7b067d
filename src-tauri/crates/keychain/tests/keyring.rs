//! The keychain against a real GNOME Keyring on a bus of its own.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{CustodyId, OperatorId};
use keychain::testing::{PrivateKeyring, create_device_key};
use keychain::{
    Absence, CreateError, DeviceKey, Item, ItemKind, Keychain, KeychainError, KeychainStatus, LedgerHead, Passphrase,
    PassphraseFault, PinError, Pins, SECRET_LEN_MAX, Secret, UnlockError,
};
use uuid::Uuid;

const CUSTODY: CustodyId = CustodyId(Uuid::from_u128(1));
const OTHER_CUSTODY: CustodyId = CustodyId(Uuid::from_u128(2));
const ADA: OperatorId = OperatorId(Uuid::from_u128(3));
const BEN: OperatorId = OperatorId(Uuid::from_u128(4));

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn read(keychain: &Keychain, custody: CustodyId, kind: ItemKind) -> Option<Vec<u8>> {
    // EXPOSE: a test reads secrets that protect nothing.
    keychain.get(&Item::new(custody, kind)).unwrap().map(|secret| secret.expose(<[u8]>::to_vec))
}

/// what the console keeps is put into the operating system's keychain, read back, replaced and removed there.
#[test]
fn items_are_kept_replaced_and_removed() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    assert_eq!(keychain.status().unwrap(), KeychainStatus::Open);
    let kind = ItemKind::DatabasePassword(ADA);
    let item = Item::new(CUSTODY, kind);
    assert_eq!(read(&keychain, CUSTODY, kind), None);
    keychain.put(&item, &secret("first")).unwrap();
    keychain.put(&item, &secret("second \0 with any byte \u{1f511}")).unwrap();
    assert_eq!(read(&keychain, CUSTODY, kind).unwrap(), "second \0 with any byte \u{1f511}".as_bytes());
    let again = keyring.open("countersign-test").unwrap();
    assert_eq!(read(&again, CUSTODY, kind).unwrap(), "second \0 with any byte \u{1f511}".as_bytes());
    assert!(keychain.remove(&item).unwrap());
    assert!(!keychain.remove(&item).unwrap());
    assert_eq!(read(&keychain, CUSTODY, kind), None);
}

/// custodies, operators and programs on one machine do not read each other's items.
#[test]
fn items_belong_to_one_custody_one_kind_and_one_service() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    keychain.put(&Item::new(CUSTODY, ItemKind::DatabasePassword(ADA)), &secret("ada's")).unwrap();
    assert_eq!(read(&keychain, OTHER_CUSTODY, ItemKind::DatabasePassword(ADA)), None);
    assert_eq!(read(&keychain, CUSTODY, ItemKind::DatabasePassword(BEN)), None);
    assert_eq!(read(&keychain, CUSTODY, ItemKind::VaultToken(ADA)), None);
    let other = keyring.open("another-program").unwrap();
    assert_eq!(read(&other, CUSTODY, ItemKind::DatabasePassword(ADA)), None);
}

#[test]
fn an_item_of_the_largest_size_fits_and_a_larger_one_is_refused() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let item = Item::new(CUSTODY, ItemKind::VaultToken(ADA));
    keychain.put(&item, &Secret::new(vec![7; SECRET_LEN_MAX])).unwrap();
    let refused = keychain.put(&item, &Secret::new(vec![8; SECRET_LEN_MAX + 1]));
    assert!(matches!(refused, Err(KeychainError::TooLarge { actual }) if actual == SECRET_LEN_MAX + 1));
    assert_eq!(read(&keychain, CUSTODY, ItemKind::VaultToken(ADA)).unwrap(), vec![7; SECRET_LEN_MAX]);
}

/// a device key signs only after its passphrase was given, and what it signs verifies.
#[test]
fn a_device_key_is_made_unlocked_and_signs() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let good = passphrase("tidy marble anchor");
    assert!(matches!(DeviceKey::unlock(&keychain, CUSTODY, ADA, &good), Err(UnlockError::NoDeviceKey)));
    let made = DeviceKey::create(&keychain, CUSTODY, ADA, "Ada's laptop", &good).unwrap();
    assert_eq!(DeviceKey::find(&keychain, CUSTODY, ADA).unwrap(), Some(made.clone()));
    let unlocked = DeviceKey::unlock(&keychain, CUSTODY, ADA, &good).unwrap();
    assert_eq!(unlocked.public(), &made);
    let key = ed25519_dalek::VerifyingKey::from_bytes(&made.public_key).unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&unlocked.sign(b"a plan"));
    key.verify_strict(b"a plan", &signature).unwrap();
    assert!(key.verify_strict(b"another plan", &signature).is_err());
}

#[test]
fn a_wrong_passphrase_a_foreign_operator_and_a_foreign_custody_unlock_nothing() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let good = passphrase("tidy marble anchor");
    create_device_key(&keychain, CUSTODY, ADA, "laptop", &good).unwrap();
    let unlock = |custody, operator, text: &str| {
        DeviceKey::unlock(&keychain, custody, operator, &passphrase(text)).map(|_unlocked| ())
    };
    assert!(matches!(unlock(CUSTODY, ADA, "tidy marble anchors"), Err(UnlockError::WrongPassphrase)));
    assert!(matches!(unlock(CUSTODY, BEN, "tidy marble anchor"), Err(UnlockError::NoDeviceKey)));
    assert!(matches!(unlock(OTHER_CUSTODY, ADA, "tidy marble anchor"), Err(UnlockError::NoDeviceKey)));
    // Copied by someone who can write to the keychain: the same bytes under another custody.
    let stolen = keychain.get(&Item::new(CUSTODY, ItemKind::DeviceKey(ADA))).unwrap().unwrap();
    keychain.put(&Item::new(OTHER_CUSTODY, ItemKind::DeviceKey(ADA)), &stolen).unwrap();
    assert!(matches!(unlock(OTHER_CUSTODY, ADA, "tidy marble anchor"), Err(UnlockError::WrongPassphrase)));
    keychain.put(&Item::new(CUSTODY, ItemKind::DeviceKey(BEN)), &stolen).unwrap();
    assert!(matches!(
        unlock(CUSTODY, BEN, "tidy marble anchor"),
        Err(UnlockError::Keychain(KeychainError::Damaged { .. }))
    ));
    assert!(unlock(CUSTODY, ADA, "tidy marble anchor").is_ok());
}

/// Linux's Secret Service gives every program of the user every item: what lies there must not be enough to sign.
#[test]
fn what_another_program_reads_from_the_keychain_holds_no_private_key() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let made = create_device_key(&keychain, CUSTODY, ADA, "laptop", &passphrase("tidy marble anchor")).unwrap();
    let stored = read(&keychain, CUSTODY, ItemKind::DeviceKey(ADA)).unwrap();
    let holds_the_seed = |bytes: &[u8]| {
        bytes.windows(32).any(|window| {
            let seed: [u8; 32] = window.try_into().unwrap();
            ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes() == made.public_key
        })
    };
    let hexadecimal = |text: &[u8]| hex::decode(text).unwrap_or_default();
    assert!(!holds_the_seed(&stored));
    assert!(stored.split(|byte| *byte == b'"').map(hexadecimal).all(|bytes| !holds_the_seed(&bytes)));
}

#[test]
fn a_device_key_is_never_overwritten_and_weak_passphrases_make_none() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let create = |text: &str| create_device_key(&keychain, CUSTODY, ADA, "laptop", &passphrase(text));
    assert!(matches!(create("short"), Err(CreateError::Passphrase(PassphraseFault::TooShort { actual: 5 }))));
    assert!(matches!(create("password1234"), Err(CreateError::Passphrase(PassphraseFault::Common))));
    assert_eq!(DeviceKey::find(&keychain, CUSTODY, ADA).unwrap(), None);
    let first = create("tidy marble anchor").unwrap();
    assert!(matches!(create("another good one here"), Err(CreateError::Exists)));
    assert_eq!(DeviceKey::find(&keychain, CUSTODY, ADA).unwrap(), Some(first));
    assert!(DeviceKey::remove(&keychain, CUSTODY, ADA).unwrap());
    assert!(create("another good one here").is_ok());
}

#[test]
fn a_changed_passphrase_is_the_only_one_that_opens() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let (old, new) = (passphrase("tidy marble anchor"), passphrase("seven copper lanterns"));
    let made = create_device_key(&keychain, CUSTODY, ADA, "laptop", &old).unwrap();
    let unlocked = DeviceKey::unlock(&keychain, CUSTODY, ADA, &old).unwrap();
    assert!(DeviceKey::change_passphrase(&keychain, &unlocked, &passphrase("short")).is_err());
    DeviceKey::change_passphrase(&keychain, &unlocked, &new).unwrap();
    assert!(matches!(DeviceKey::unlock(&keychain, CUSTODY, ADA, &old), Err(UnlockError::WrongPassphrase)));
    assert_eq!(DeviceKey::unlock(&keychain, CUSTODY, ADA, &new).unwrap().public(), &made);
}

/// a console remembers the founding entry and the newest verified one, and says when the ledger contradicts them.
#[test]
fn pins_are_remembered_and_never_go_back() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let pins = Pins::new(&keychain, CUSTODY);
    assert_eq!((pins.founding().unwrap(), pins.head().unwrap()), (None, None));
    pins.pin_founding([1; 32]).unwrap();
    pins.pin_founding([1; 32]).unwrap();
    assert!(matches!(pins.pin_founding([2; 32]), Err(PinError::OtherFounding { pinned }) if pinned == [1; 32]));
    assert_eq!(pins.founding().unwrap(), Some([1; 32]));
    let tenth = LedgerHead { number: 10, hash: [10; 32] };
    pins.remember_head(tenth).unwrap();
    pins.remember_head(tenth).unwrap();
    for wrong in [LedgerHead { number: 9, hash: [9; 32] }, LedgerHead { number: 10, hash: [11; 32] }] {
        assert!(matches!(pins.remember_head(wrong), Err(PinError::RolledBack { remembered }) if remembered == tenth));
    }
    pins.remember_head(LedgerHead { number: 11, hash: [11; 32] }).unwrap();
    assert_eq!(Pins::new(&keychain, CUSTODY).head().unwrap().map(|head| head.number), Some(11));
    assert_eq!(Pins::new(&keychain, OTHER_CUSTODY).head().unwrap(), None);
}

/// without a session bus, and without a keychain on it, the error says what is missing.
#[test]
fn a_missing_keychain_is_told_apart_from_a_missing_bus() {
    let nowhere = Keychain::open_at("countersign-test", "unix:path=/nonexistent/bus").err();
    assert!(matches!(nowhere, Some(KeychainError::Missing { what: Absence::Bus })), "{nowhere:?}");
    let nonsense = Keychain::open_at("countersign-test", "not an address").err();
    assert!(matches!(nonsense, Some(KeychainError::Missing { what: Absence::Bus })), "{nonsense:?}");
    let keyring = PrivateKeyring::without_service().unwrap();
    let missing = keyring.open("countersign-test").err();
    assert!(matches!(missing, Some(KeychainError::Missing { what: Absence::Service })), "{missing:?}");
}

#[test]
fn a_keychain_that_refuses_us_is_denied() {
    let keyring = PrivateKeyring::denying().unwrap();
    assert!(matches!(keyring.open("countersign-test").err(), Some(KeychainError::Denied)));
}

#[test]
fn a_locked_keychain_is_locked_and_never_prompts_by_itself() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    let item = Item::new(CUSTODY, ItemKind::VaultToken(ADA));
    keychain.put(&item, &secret("token")).unwrap();
    keyring.lock().unwrap();
    assert_eq!(keychain.status().unwrap(), KeychainStatus::Locked);
    assert!(matches!(keychain.get(&item).err(), Some(KeychainError::Locked)));
    assert!(matches!(keychain.put(&item, &secret("other")), Err(KeychainError::Locked)));
    assert!(matches!(keychain.remove(&item), Err(KeychainError::Locked)));
}

#[test]
fn a_restarted_keychain_is_found_again() {
    let mut keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    keychain.put(&Item::new(CUSTODY, ItemKind::VaultToken(ADA)), &secret("token")).unwrap();
    keyring.restart_service().unwrap();
    assert_eq!(read(&keychain, CUSTODY, ItemKind::VaultToken(ADA)).unwrap(), b"token");
}

/// Called from a runtime's own thread the keychain holds that thread up, but it must not panic.
#[tokio::test]
async fn the_keychain_works_on_threads_of_a_runtime() {
    let keyring = PrivateKeyring::start().unwrap();
    let keychain = keyring.open("countersign-test").unwrap();
    assert_eq!(keychain.status().unwrap(), KeychainStatus::Open);
    let shared = keychain.clone();
    let status = tokio::task::spawn_blocking(move || shared.status()).await.unwrap();
    assert_eq!(status.unwrap(), KeychainStatus::Open);
}

/// A child process finds the private keychain through its environment, as the product finds the person's.
#[test]
fn a_child_process_finds_the_keychain_through_its_environment() {
    let keyring = PrivateKeyring::start().unwrap();
    let reply = std::process::Command::new("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .args(["org.freedesktop.Secret.Service.ReadAlias", "string:default"])
        .envs(keyring.environment())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&reply.stdout).contains("/collection/login"), "{reply:?}");
}
