#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::address::VaultAddress;

const CANARY: &str = "canary-7f3a";

fn settings() -> VaultSettings {
    VaultSettings::new(VaultAddress::parse("payroll.vault.azure.net").unwrap())
}

fn local_token() -> Credential {
    Credential::LocalToken(Zeroizing::new(CANARY.to_owned()))
}

#[test]
fn the_local_token_goes_to_this_machine_only() {
    let mut settings = settings();
    for dial in [None, Some("192.0.2.1:443".parse().unwrap())] {
        settings.dial = dial;
        let refused = make_token_source(local_token(), &settings);
        assert_eq!(refused.unwrap_err(), VaultError::BadSetting { setting: "dial" });
    }
    settings.dial = Some("127.0.0.1:8443".parse().unwrap());
    assert!(make_token_source(local_token(), &settings).is_ok());
}

#[test]
fn no_credential_shows_its_secret() {
    let secret = Credential::ClientSecret {
        tenant: "t".to_owned(),
        client: "c".to_owned(),
        secret: Zeroizing::new(CANARY.to_owned()),
    };
    for credential in [local_token(), secret] {
        assert!(!format!("{credential:?}").contains(CANARY));
    }
}

#[derive(Debug)]
struct Failing(fn() -> Error);

#[async_trait]
impl TokenCredential for Failing {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Err((self.0)())
    }
}

async fn cause(way: SignInWay, make: fn() -> Error) -> SignInCause {
    let source = SignIn { source: Arc::new(Failing(make)), way };
    let error = source.get_token(&["scope"], None).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    sign_in_cause(&error)
}

#[tokio::test]
async fn failures_are_told_apart_and_say_nothing_of_the_authoritys() {
    fn refused() -> Error {
        let inner = Error::with_message(
            ErrorKind::HttpResponse { status: 401.into(), error_code: None, raw_response: None },
            CANARY,
        );
        Error::with_error(ErrorKind::Credential, inner, CANARY)
    }
    fn unreachable() -> Error {
        let inner = Error::with_message(ErrorKind::Connection, CANARY);
        Error::with_error(ErrorKind::Credential, inner, CANARY)
    }
    fn silent() -> Error {
        Error::with_message(ErrorKind::Credential, CANARY)
    }
    assert_eq!(cause(SignInWay::ClientSecret, refused).await, SignInCause::Refused(401));
    assert_eq!(cause(SignInWay::ClientSecret, unreachable).await, SignInCause::Unreachable);
    assert_eq!(cause(SignInWay::DeveloperTools, silent).await, SignInCause::NotSignedIn);
    assert_eq!(cause(SignInWay::ManagedIdentity, silent).await, SignInCause::Unknown);
}

#[test]
fn what_is_missing_is_told_before_anything_is_sent() {
    let credential = Credential::ClientSecret {
        tenant: "not a tenant!".to_owned(),
        client: "c".to_owned(),
        secret: Zeroizing::new("s".to_owned()),
    };
    let error = make_token_source(credential, &settings()).unwrap_err();
    assert_eq!(error, VaultError::SignIn { way: SignInWay::ClientSecret, cause: SignInCause::NotConfigured });
    let mut plain = settings();
    plain.authority = Some("http://login.example/".parse().unwrap());
    let credential = Credential::ClientSecret {
        tenant: "contoso.example".to_owned(),
        client: "c".to_owned(),
        secret: Zeroizing::new("s".to_owned()),
    };
    assert_eq!(make_token_source(credential, &plain).unwrap_err(), VaultError::BadSetting { setting: "authority" });
}
