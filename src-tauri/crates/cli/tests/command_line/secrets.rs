//! Secrets in the vault by command line: a new value that nobody types or sees, and their end.

use local_custody::LocalCustody;
use vault::{Credential, ObjectName, Tags, Vault, VaultAddress, VaultError, VaultSettings};
use zeroize::Zeroizing;

use crate::bench::{Bench, GROUNDS, text};

/// a secret of the vault gets a value that appears nowhere, the old one is disabled after its overlap; its end is signed by two and followed to the
/// purge.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_unseen_and_destroyed() {
    let bench = Bench::founded();
    let keychain = bench.keyring.open("com.countersign.console").unwrap();
    let custody = LocalCustody::reopen(&bench.home(), keychain).await.unwrap();
    let (vault, name) = (vault_of(&custody), ObjectName::parse("stripe-live").unwrap());
    let set = vault.set_secret(&name, "written by hand long ago", Some("text/plain"), &Tags::new()).await.unwrap();
    let old = set.version.unwrap();
    let csv = format!(
        "type,name,classification,purpose,owner,storage,vault_name,version,created\n\
         api_secret,stripe-live,restricted,Payments,Billing team,key_vault,stripe-live,{},2026-01-05\n",
        old.as_str()
    );
    bench.ines(&["import", text(&bench.file("inventory.csv", &csv))]).ok();

    let short = ["--json", "request", "rotate-secret", "stripe-live", "--bytes", "8"];
    assert_eq!(bench.ines(&[&short[..], &GROUNDS].concat()).code, 2);
    let request = bench.ask(&["rotate-secret", "stripe-live", "--grace", "0", "--encoding", "hex"]);
    let signed = bench.theo(&["sign", &request]).ok();
    assert!(signed.err.contains("32 random bytes as hex"), "{}", signed.err);
    let ran = bench.ines(&["--json", "run", "start", &request]).ok();
    let value = vault.secret(&name, None).await.unwrap().expose(str::to_owned);
    assert_eq!((value.len(), hex::decode(&value).map(|bytes| bytes.len())), (64, Ok(32)));
    assert!(!ran.out.contains(&value) && !ran.err.contains(&value));
    assert!(matches!(vault.secret(&name, Some(&old)).await, Err(VaultError::Disabled { .. })));
    let key = bench.theo(&["--json", "keys", "show", "stripe-live"]).ok().json();
    assert_ne!(key["key"]["version"], old.as_str());

    let gone = bench.carry_out(&["destroy-secret", "stripe-live"]);
    assert_eq!((gone["state"].as_str(), gone["operation"].as_str()), (Some("completed"), Some("destroy_secret")));
    assert!(gone["deleted_in_vault"][0]["purged_at"].is_string(), "{gone}");
    assert!(matches!(vault.deleted_secret(&name).await, Err(VaultError::NotFound { .. })));
    custody.close().await;
}

fn vault_of(custody: &LocalCustody) -> Vault {
    let endpoint = custody.vault();
    let address = VaultAddress::parse(&format!("https://{}", endpoint.host())).unwrap();
    let settings = VaultSettings::local(address, endpoint.ca_pem().as_bytes(), endpoint.address());
    let token = endpoint.expose_token(|token| Zeroizing::new(token.to_owned()));
    Vault::connect(settings, Credential::LocalToken(token)).unwrap()
}
