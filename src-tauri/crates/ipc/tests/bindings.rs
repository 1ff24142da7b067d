//! Holds the committed TypeScript, the permission files and the wire forms to the table.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use ipc::{COMMANDS, IpcError, RefusalReason, table::SIGN_WINDOW_COMMANDS};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

#[test]
fn committed_bindings_are_current() {
    let committed = fs::read_to_string(root().join("ui/src/host/ipc.ts")).expect("ui/src/host/ipc.ts is committed");
    assert!(
        committed == ipc::bindings::typescript(),
        "ui/src/host/ipc.ts is stale: run `cargo xtask bindings`, or `cargo run -p ipc --example bindings > ui/src/host/ipc.ts`"
    );
}

/// Every command is granted to exactly one window, and no window is granted what the table does not have.
#[test]
fn capabilities_grant_exactly_the_table() {
    let granted = |file: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(root().join("src-tauri/capabilities").join(file)).expect("capability file");
        let json: serde_json::Value = serde_json::from_str(&text).expect("capability is JSON");
        assert!(json.get("remote").is_none(), "{file} grants remote pages");
        let permissions = json.get("permissions").and_then(|list| list.as_array()).expect("permissions");
        permissions
            .iter()
            .filter_map(|permission| permission.as_str())
            .filter_map(|permission| permission.strip_prefix("allow-"))
            .map(|name| name.replace('-', "_"))
            .collect()
    };
    let sign: BTreeSet<String> = SIGN_WINDOW_COMMANDS.iter().map(|name| (*name).to_owned()).collect();
    let main: BTreeSet<String> =
        COMMANDS.iter().map(|name| (*name).to_owned()).filter(|name| !sign.contains(name)).collect();
    assert_eq!(granted("sign.json"), sign);
    assert_eq!(granted("main.json"), main);
}

#[test]
fn errors_have_their_wire_form() {
    let refused =
        IpcError::Refused { reason: RefusalReason::RoleMissing { needs: vec![ipc::Role::Security] }, eligible: vec![] };
    assert_eq!(
        serde_json::to_string(&refused).expect("serialises"),
        r#"{"code":"refused","reason":{"because":"role_missing","needs":["security"]},"eligible":[]}"#
    );
    assert_eq!(
        serde_json::to_string(&IpcError::Internal { incident: String::from("i-1").into() }).expect("serialises"),
        r#"{"code":"internal","incident":"i-1"}"#
    );
}

/// R-12: an unknown field is refused, so that nothing unread travels into the host.
#[test]
fn unknown_fields_are_refused() {
    assert!(serde_json::from_str::<ipc::Nothing>(r#"{"extra":1}"#).is_err());
    assert!(
        serde_json::from_str::<ipc::UnlockRequest>(r#"{"operator":"o","passphrase":"p","role":"security"}"#).is_err()
    );
    assert!(serde_json::from_str::<ipc::UnlockRequest>(r#"{"operator":"o","passphrase":"p"}"#).is_ok());
}

#[test]
fn commands_are_named_once() {
    let names: BTreeSet<&str> = COMMANDS.iter().copied().collect();
    assert_eq!(names.len(), COMMANDS.len());
}
