//! `cargo xtask bench`: the figures that the design promises, measured here.

use crate::failure::{Failure, Outcome};
use crate::needs;
use crate::node;
use crate::program::{self, cargo};
use crate::run::CONSOLE;
use crate::session::Session;

/// Optimised like a release, without the link-time optimisation that no figure depends on.
const PROFILE: &str = "bench-figures";

/// One subject that is measured.
struct Subject {
    name: &'static str,
    figures: &'static [(&'static str, &'static str)],
    /// Whether it needs the real window.
    window: bool,
}

const SUBJECTS: [Subject; 7] = [
    Subject {
        name: "rotation",
        figures: &[
            ("vault operations to rotate a KEK over N DEKs in batches of B", "at most N + N/B + 10"),
            ("use of the configured budget of a throttled vault", "at least 95 %, refusals at most 0.1 %"),
            ("speed against a sequential script, 95 ms a call", "at least 70 times"),
            ("speed against the vault's own unwrapping, no limits", "at least 80 %"),
            ("resumption after kill -9", "at most 2 s, nothing lost"),
        ],
        window: false,
    },
    Subject {
        name: "dek-rotation",
        figures: &[
            ("tokens re-encrypted when DEKs are rotated", "at least 35,000 a second"),
            ("vault operations to rotate N DEKs of one KEK", "at most 2 N + 1"),
        ],
        window: false,
    },
    Subject {
        name: "destruction",
        figures: &[(
            "DEKs destroyed when a tenant is offboarded, against the database's own limit",
            "shown, nothing promised",
        )],
        window: false,
    },
    Subject {
        name: "ledger",
        figures: &[
            ("verification", "at least 800,000 entries a second"),
            ("resident memory at ten million entries", "at most 64 MiB"),
            ("every signature, and the newest 100,000", "shown, against the processors' own limit"),
            ("acts appended in batches, none dropped", "shown, against the database's own limit"),
        ],
        window: false,
    },
    Subject {
        name: "inventory",
        figures: &[
            ("first page of a million keys", "at most 50 ms"),
            ("filter, 95th percentile", "at most 100 ms"),
            ("scroll frame, 95th percentile", "at most 16.7 ms"),
        ],
        window: true,
    },
    Subject {
        name: "desktop",
        figures: &[
            ("first usable paint", "at most 1.0 s"),
            ("memory with the web processes", "at most 350 MiB"),
            ("Debian package", "at most 20 MiB"),
        ],
        window: true,
    },
    Subject {
        name: "gate",
        figures: &[("whole process of the gate, 100,000 exceptions in the register", "at most 100 ms")],
        window: false,
    },
];

/// Says what can be measured.
pub fn list() -> Outcome {
    for subject in &SUBJECTS {
        println!("cargo xtask bench {}", subject.name);
        for (figure, goal) in subject.figures {
            println!("    {figure}: {goal}");
        }
    }
    Ok(())
}

/// Measures one subject; every figure is a line of JSON on standard output.
pub fn bench(name: &str, arguments: &[&str]) -> Outcome {
    let Some(subject) = SUBJECTS.iter().find(|subject| subject.name == name) else {
        let known: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
        return Err(Failure::new(format!("no such subject: {name}; known are {}", known.join(", "))));
    };
    if subject.name == "gate" {
        program::run(&mut cargo(&["build", "--quiet", "--locked", "--profile", PROFILE, "--package", "cli"]))?;
    }
    let session = if subject.window { Some(prepare_window()?) } else { None };
    let mut bench = cargo(&["run", "--quiet", "--locked", "--profile", PROFILE, "--package", "countersign-tests"]);
    bench.args(["--bin", "bench", "--", name]).args(arguments);
    if let Some(session) = &session {
        session.lend(&mut bench);
    }
    program::run(&mut bench)
}

fn prepare_window() -> Outcome<Session> {
    needs::ensure_to_test()?;
    node::ensure_packages()?;
    node::build()?;
    program::run(&mut cargo(&["build", "--quiet", "--locked", "--profile", PROFILE, "--package", CONSOLE]))?;
    Session::start()
}
