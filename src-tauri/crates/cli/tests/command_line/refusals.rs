//! What is refused, how it is said, and with which exit code.

use keychain::testing::PrivateKeyring;

use crate::bench::{Bench, Ran, binary, text};

const CREATE: [&str; 17] = [
    "--json",
    "request",
    "create-kek",
    "kek-payments",
    "--bits",
    "2048",
    "--owner",
    "Platform security",
    "--purpose",
    "Wraps DEKs",
    "--reason",
    "New integration",
    "--change",
    "CHG-1",
    "--rollback",
    "Leave it unused",
    "--role=devops",
];

/// nobody countersigns their own request, with a sentence that says why and who may; a rejection needs a reason and ends it;
/// what is not signed by two is not executed; exit code 1 each time.
#[test]
fn one_person_alone_gets_nowhere() {
    let bench = Bench::founded();
    let request = bench.ines(&CREATE).ok().json()["request"].as_str().unwrap().to_owned();

    let own = bench.ines(&["sign", &request]);
    assert_eq!((own.code, own.out.as_str()), (1, ""));
    assert!(own.err.contains("this is your own request"), "{}", own.err);
    assert!(own.err.contains("may sign: Theo Brandt (security)"), "{}", own.err);
    let own = bench.ines(&["--json", "sign", &request]);
    assert_eq!((own.code, own.out.as_str()), (1, ""));
    assert_eq!(
        (own.error()["code"].as_str(), own.error()["may_sign"][0]["name"].as_str()),
        (Some("own_request"), Some("Theo Brandt"))
    );

    let early = bench.ines(&["--json", "run", "start", &request]);
    assert_eq!((early.code, early.error()["code"].as_str()), (1, Some("no_quorum")));

    let stranger = Ran::of(bench.command_as("Theo Brandt", "wrong").args(["--json", "sign", &request]));
    assert_eq!((stranger.code, stranger.error()["code"].as_str()), (1, Some("wrong_passphrase")));
    let other_plan = bench.theo(&["--json", "sign", &request, "--plan-hash", &"0".repeat(64)]);
    assert_eq!((other_plan.code, other_plan.error()["code"].as_str()), (1, Some("plan_differs")));

    let unreasoned = bench.theo(&["sign", &request, "--reject"]);
    assert_eq!(unreasoned.code, 2);
    assert!(unreasoned.err.contains("--reason"), "{}", unreasoned.err);
    let rejected = bench.theo(&["--json", "sign", &request, "--reject", "--reason", "The name is wrong"]).ok().json();
    assert_eq!((rejected["state"].as_str(), rejected["decision"].as_str()), (Some("rejected"), Some("reject")));
    let late = bench.ines(&["--json", "run", "start", &request]);
    assert_eq!(late.code, 1, "{late:?}");
    assert_eq!(bench.theo(&["--json", "keys", "list", "--kind", "kek"]).ok().json()["matching"], 0);
}

/// text that would deceive on a terminal is refused where it is written.
#[test]
fn deceptive_text_and_unclear_names_are_refused() {
    let bench = Bench::founded();
    let mut hostile = CREATE.to_vec();
    hostile[11] = "harmless\u{202e}yltcaxe";
    let refused = bench.ines(&hostile);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (1, Some("text")));
    assert!(refused.error()["message"].as_str().unwrap().contains("U+202E"), "{refused:?}");

    let nobody = bench.run(&["--json", "--as", "Mallory", "keys", "list"]);
    assert_eq!((nobody.code, nobody.error()["code"].as_str()), (2, Some("who")));
    assert!(nobody.error()["hint"].as_str().unwrap().contains("Ines Duarte"));
    let unsaid = bench.run(&["--json", "keys", "list"]);
    assert_eq!((unsaid.code, unsaid.error()["code"].as_str()), (2, Some("who")));
    let unknown = bench.ines(&["--json", "keys", "show", "kek-nowhere"]);
    assert_eq!((unknown.code, unknown.error()["code"].as_str()), (1, Some("key_unknown")));
    let again = bench.run(&["--json", "found", "--file", text(&bench.founders())]);
    assert_eq!((again.code, again.error()["code"].as_str()), (1, Some("already_founded")));
}

/// without a keychain the message says what to start, and nothing crashes; neither does it without a terminal.
#[test]
fn without_a_keychain_or_a_terminal_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let keyring = PrivateKeyring::without_service().unwrap();
    let open = |json: bool| {
        let mut command = binary();
        command.envs(keyring.environment()).arg("--home").arg(home.path().join("data"));
        command.args(json.then_some("--json")).arg("open-local");
        Ran::of(&mut command)
    };
    let refused = open(false);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("gnome-keyring-daemon --start"), "{}", refused.err);
    assert_eq!(open(true).error()["code"], "keychain_unavailable");

    let bench = Bench::new();
    let nothing = bench.run(&["--json", "keys", "list"]);
    assert_eq!((nothing.code, nothing.error()["code"].as_str()), (2, Some("nothing_here")));
    let production = bench.run(&["--json", "open-local", "--environment", "production"]);
    assert_eq!((production.code, production.error()["code"].as_str()), (1, Some("production")));
}

/// Wrong usage is exit code 2, for a program as a document.
#[test]
fn wrong_usage_is_told_from_refusal() {
    let plain = Ran::of(binary().args(["keys", "lsit"]));
    assert_eq!(plain.code, 2);
    let json = Ran::of(binary().args(["--json", "keys", "list", "--kind", "door"]));
    assert_eq!((json.code, json.error()["code"].as_str()), (2, Some("usage")));
    assert!(json.error()["message"].as_str().unwrap().contains("kind of key"), "{json:?}");
}
