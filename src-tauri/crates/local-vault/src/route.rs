//! Which operation a method and a path ask for.

use crate::operation::Operation;
use crate::refusal::Refusal;
use http::{Method, StatusCode};

const NAME_CHARS_MAX: usize = 127;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub operation: Operation,
    /// Empty for the operations that concern no object by name.
    pub name: String,
    pub version: Option<String>,
}

/// Parses a path. The trailing slash that Microsoft's clients send in place of a version means the
/// latest one.
pub(crate) fn route(method: &Method, path: &str) -> Result<Call, Refusal> {
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    if segments.last() == Some(&"") {
        segments.pop();
    }
    let (operation, name, version) = find(method, &segments).ok_or_else(|| no_route(method, &segments))?;
    if !name.is_empty() && !is_name(name) {
        return Err(Refusal::bad_parameter(format!(
            "The request URI contains an invalid name: {}",
            name.chars().take(NAME_CHARS_MAX).collect::<String>()
        )));
    }
    Ok(Call { operation, name: name.to_owned(), version: version.filter(|it| !it.is_empty()).map(str::to_owned) })
}

type Found<'a> = (Operation, &'a str, Option<&'a str>);

fn find<'a>(method: &Method, segments: &[&'a str]) -> Option<Found<'a>> {
    match segments {
        ["keys", rest @ ..] => key(method, rest),
        ["deletedkeys", rest @ ..] => deleted_key(method, rest),
        ["secrets", rest @ ..] => secret(method, rest),
        ["deletedsecrets", rest @ ..] => deleted_secret(method, rest),
        ["rng"] if method == Method::POST => Some((Operation::RandomBytesGet, "", None)),
        _ => None,
    }
}

fn key<'a>(method: &Method, rest: &[&'a str]) -> Option<Found<'a>> {
    use Operation as O;
    Some(match (method.as_str(), rest) {
        ("GET", []) => (O::KeyList, "", None),
        ("POST", ["restore"]) => (O::KeyRestore, "", None),
        ("POST", [name, "create"]) => (O::KeyCreate, name, None),
        ("POST", [name, "rotate"]) => (O::KeyRotate, name, None),
        ("POST", [name, "backup"]) => (O::KeyBackup, name, None),
        ("GET", [name, "versions"]) => (O::KeyListVersions, name, None),
        ("GET", [name, "rotationpolicy"]) => (O::KeyRotationPolicyGet, name, None),
        ("PUT", [name, "rotationpolicy"]) => (O::KeyRotationPolicySet, name, None),
        ("PUT", [name]) => (O::KeyImport, name, None),
        ("DELETE", [name]) => (O::KeyDelete, name, None),
        ("GET", [name]) => (O::KeyGet, name, None),
        ("GET", [name, version]) => (O::KeyGet, name, Some(version)),
        ("PATCH", [name]) => (O::KeyUpdate, name, None),
        ("PATCH", [name, version]) => (O::KeyUpdate, name, Some(version)),
        ("POST", [name, verb]) => (crypto(verb)?, name, None),
        ("POST", [name, version, verb]) => (crypto(verb)?, name, Some(version)),
        _ => return None,
    })
}

fn crypto(verb: &str) -> Option<Operation> {
    match verb.to_ascii_lowercase().as_str() {
        "wrapkey" => Some(Operation::KeyWrap),
        "unwrapkey" => Some(Operation::KeyUnwrap),
        "encrypt" => Some(Operation::KeyEncrypt),
        "decrypt" => Some(Operation::KeyDecrypt),
        "sign" => Some(Operation::KeySign),
        "verify" => Some(Operation::KeyVerify),
        _ => None,
    }
}

fn deleted_key<'a>(method: &Method, rest: &[&'a str]) -> Option<Found<'a>> {
    use Operation as O;
    Some(match (method.as_str(), rest) {
        ("GET", []) => (O::KeyListDeleted, "", None),
        ("GET", [name]) => (O::KeyGetDeleted, name, None),
        ("DELETE", [name]) => (O::KeyPurge, name, None),
        ("POST", [name, "recover"]) => (O::KeyRecover, name, None),
        _ => return None,
    })
}

fn secret<'a>(method: &Method, rest: &[&'a str]) -> Option<Found<'a>> {
    use Operation as O;
    Some(match (method.as_str(), rest) {
        ("GET", []) => (O::SecretList, "", None),
        ("POST", ["restore"]) => (O::SecretRestore, "", None),
        ("POST", [name, "backup"]) => (O::SecretBackup, name, None),
        ("GET", [name, "versions"]) => (O::SecretListVersions, name, None),
        ("PUT", [name]) => (O::SecretSet, name, None),
        ("DELETE", [name]) => (O::SecretDelete, name, None),
        ("GET", [name]) => (O::SecretGet, name, None),
        ("GET", [name, version]) => (O::SecretGet, name, Some(version)),
        ("PATCH", [name]) => (O::SecretUpdate, name, None),
        ("PATCH", [name, version]) => (O::SecretUpdate, name, Some(version)),
        _ => return None,
    })
}

fn deleted_secret<'a>(method: &Method, rest: &[&'a str]) -> Option<Found<'a>> {
    use Operation as O;
    Some(match (method.as_str(), rest) {
        ("GET", []) => (O::SecretListDeleted, "", None),
        ("GET", [name]) => (O::SecretGetDeleted, name, None),
        ("DELETE", [name]) => (O::SecretPurge, name, None),
        ("POST", [name, "recover"]) => (O::SecretRecover, name, None),
        _ => return None,
    })
}

fn no_route(method: &Method, segments: &[&str]) -> Refusal {
    let others = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    if others.iter().any(|it| it != method && find(it, segments).is_some()) {
        return Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            format!("The method {method} is not allowed for this resource."),
        );
    }
    Refusal::new(StatusCode::NOT_FOUND, "NotFound", "The request URI names nothing that this vault serves.")
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_trailing_slash_is_the_latest_version() {
        let call = route(&Method::GET, "/keys/x/").unwrap();
        assert_eq!(call, Call { operation: Operation::KeyGet, name: "x".into(), version: None });
        let call = route(&Method::POST, "/keys/x//wrapkey").unwrap();
        assert_eq!(call, Call { operation: Operation::KeyWrap, name: "x".into(), version: None });
    }

    #[test]
    fn every_operation_has_a_route() {
        let paths = [
            "keys",
            "keys/n",
            "keys/n/v",
            "keys/restore",
            "keys/n/create",
            "keys/n/rotate",
            "keys/n/backup",
            "keys/n/versions",
            "keys/n/rotationpolicy",
            "keys/n/v/wrapkey",
            "keys/n/v/unwrapkey",
            "keys/n/v/encrypt",
            "keys/n/v/decrypt",
            "keys/n/v/sign",
            "keys/n/v/verify",
            "deletedkeys",
            "deletedkeys/n",
            "deletedkeys/n/recover",
            "rng",
            "secrets",
            "secrets/n",
            "secrets/n/v",
            "secrets/restore",
            "secrets/n/backup",
            "secrets/n/versions",
            "deletedsecrets",
            "deletedsecrets/n",
            "deletedsecrets/n/recover",
        ];
        let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let found: std::collections::BTreeSet<Operation> = paths
            .iter()
            .flat_map(|path| methods.iter().map(move |method| route(method, &format!("/{path}"))))
            .filter_map(|it| it.ok().map(|it| it.operation))
            .collect();
        assert!(Operation::ALL.iter().all(|it| found.contains(it)));
    }

    #[test]
    fn what_has_no_route_is_refused_by_kind() {
        let status = |method, path| route(&method, path).unwrap_err().status;
        assert_eq!(status(Method::PUT, "/rng"), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(status(Method::GET, "/certificates"), StatusCode::NOT_FOUND);
        assert_eq!(status(Method::GET, "/keys/a%2Fb"), StatusCode::BAD_REQUEST);
        assert_eq!(status(Method::GET, "/keys/a_b"), StatusCode::BAD_REQUEST);
        let long = format!("/keys/{}", "a".repeat(128));
        assert_eq!(status(Method::GET, &long), StatusCode::BAD_REQUEST);
    }
}
