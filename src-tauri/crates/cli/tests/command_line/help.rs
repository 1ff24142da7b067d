//! What the binary says of itself.

use crate::bench::{Ran, binary};

/// Every command with what it is for, as `help` lists it. A command that is added or renamed shows here.
#[test]
fn help_lists_every_command() {
    let mut listed = String::new();
    let groups = [
        "",
        "custody",
        "people",
        "rules",
        "keys",
        "deks",
        "tenants",
        "offboard",
        "tokens",
        "sample",
        "hold",
        "review",
        "schedule",
        "exception",
        "shared-key",
        "request",
        "run",
        "drill",
        "certificate",
        "gate",
        "ledger",
        "vault",
    ];
    for group in groups {
        let mut command = binary();
        let ran = Ran::of(command.args(group.split_whitespace()).arg("--help")).ok();
        listed.push_str(&format!("countersign {group}\n{}\n", commands(&ran.out)));
    }
    let expected = include_str!("help.txt");
    assert!(listed == expected, "help.txt is not what the binary says now:\n{listed}");
}

/// The lines between `Commands:` and `Options:`.
fn commands(help: &str) -> String {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Exit codes are part of the help.
#[test]
fn help_says_the_exit_codes() {
    let ran = Ran::of(binary().arg("--help")).ok();
    assert!(ran.out.contains("0 done; 1 refused or failed; 2 wrong usage, or it could not be told"), "{}", ran.out);
}
