//! The parts of a long task: run one by one, shown as they go, summed up at the end.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, Tried as _};
use crate::program::shown;

/// How much of a failed part is shown again at the end.
const TAIL_LINES_MAX: usize = 120;
/// After so long without a line it is asked whether the part has ended.
const QUIET_TIME: Duration = Duration::from_secs(2);

/// What became of the parts so far.
#[derive(Default)]
pub struct Stages {
    done: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    took: Duration,
    outcome: Ended,
}

enum Ended {
    Passed,
    Failed(String),
    /// Not run, and why. Never counted as passed.
    Skipped(String),
}

impl Stages {
    /// Runs a part that is a function of this program.
    pub fn check(&mut self, name: &'static str, part: impl FnOnce() -> Outcome) -> bool {
        announce(name);
        let started = Instant::now();
        let outcome = match part() {
            Ok(()) => Ended::Passed,
            Err(failure) => {
                println!("{failure}");
                Ended::Failed(failure.to_string())
            }
        };
        self.end(name, started, outcome)
    }

    /// Runs a part that is another program. What it says goes to standard output, whichever way it says it.
    pub fn program(&mut self, name: &'static str, command: &mut Command) -> bool {
        announce(name);
        println!("$ {}", shown(command));
        let started = Instant::now();
        let outcome = match tee(command) {
            Ok(None) => Ended::Passed,
            Ok(Some(tail)) => Ended::Failed(tail),
            Err(failure) => Ended::Failed(failure.to_string()),
        };
        self.end(name, started, outcome)
    }

    /// Notes that a part could not run.
    pub fn skip(&mut self, name: &'static str, why: impl Into<String>) {
        let why = why.into();
        println!("\n== {name}: not run, {why}");
        self.done.push(Stage { name, took: Duration::ZERO, outcome: Ended::Skipped(why) });
    }

    fn end(&mut self, name: &'static str, started: Instant, outcome: Ended) -> bool {
        let passed = matches!(outcome, Ended::Passed);
        self.done.push(Stage { name, took: started.elapsed(), outcome });
        passed
    }

    /// Says what became of every part, and repeats the end of each that failed.
    pub fn conclude(self) -> Outcome {
        println!("{}", self.summary());
        let failed: Vec<&str> = self
            .done
            .iter()
            .filter(|stage| matches!(stage.outcome, Ended::Failed(_)))
            .map(|stage| stage.name)
            .collect();
        if failed.is_empty() {
            println!("\nAll parts that ran passed.");
            return Ok(());
        }
        Err(Failure::new(format!("Failed: {}", failed.join(", "))))
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        for stage in &self.done {
            if let Ended::Failed(tail) = &stage.outcome {
                let _infallible = write!(text, "\n== {} failed; the end of what it said:\n{tail}\n", stage.name);
            }
        }
        text.push('\n');
        for stage in &self.done {
            let word = match &stage.outcome {
                Ended::Passed => "passed".to_owned(),
                Ended::Failed(_) => "FAILED".to_owned(),
                Ended::Skipped(why) => format!("not run: {why}"),
            };
            let _infallible = writeln!(text, "{:>6} s  {:<28} {word}", stage.took.as_secs(), stage.name);
        }
        text
    }
}

fn announce(name: &str) {
    println!("\n== {name}");
}

/// Runs a command, shows what it says and keeps the end of it; answers that end if it failed.
fn tee(command: &mut Command) -> Outcome<Option<String>> {
    let (reader, writer) = std::io::pipe().tried("no pipe")?;
    let errors = writer.try_clone().tried("no pipe")?;
    let mut child = command.stdin(Stdio::null()).stdout(writer).stderr(errors).spawn().tried(shown(command))?;
    // The command holds the pipe's writing ends; while it lives, reading would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let lines = lines_of(reader);
    let mut tail = VecDeque::new();
    let mut terminal = std::io::stdout();
    loop {
        match lines.recv_timeout(QUIET_TIME) {
            Ok(line) => {
                terminal.write_all(&line).tried("standard output")?;
                if tail.len() == TAIL_LINES_MAX {
                    tail.pop_front();
                }
                tail.push_back(String::from_utf8_lossy(&line).into_owned());
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // Something that the part has left behind may hold the pipe for ever; it is not what we wait for.
            Err(RecvTimeoutError::Timeout) if child.try_wait().tried(shown(command))?.is_some() => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    let status = child.wait().tried(shown(command))?;
    if status.success() {
        return Ok(None);
    }
    tail.push_back(format!("{}: {status}", shown(command)));
    Ok(Some(tail.into_iter().collect()))
}

/// Reads lines on a thread of its own, so that waiting for them can end.
fn lines_of(reader: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        loop {
            let mut line = Vec::new();
            if !reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) || sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{self, command};

    #[test]
    fn a_failed_part_is_told_at_the_end_with_what_it_said() {
        let mut stages = Stages::default();
        assert!(stages.program("good", &mut command("true", &[])));
        assert!(!stages.program("bad", &mut command("sh", &["-c", "echo to-out; echo to-err >&2; exit 3"])));
        stages.skip("absent", "there is no such program");
        let summary = stages.summary();
        assert!(summary.contains("to-out\nto-err\n") && summary.contains("exit status: 3"));
        assert!(summary.contains("bad") && summary.contains("FAILED") && summary.contains("not run: there is no such"));
        assert!(stages.conclude().is_err_and(|failure| failure.to_string() == "Failed: bad"));
    }

    #[test]
    fn what_a_part_leaves_behind_is_not_waited_for() {
        let note = std::env::temp_dir().join(format!("countersign-stage-{}", std::process::id()));
        let mut part = command("sh", &["-c", "sleep 300 & echo $! >\"$0\""]);
        assert!(Stages::default().program("leaves something", part.arg(&note)));
        let left = std::fs::read_to_string(&note).unwrap_or_default();
        // Stopping it succeeds only because it was not waited for.
        assert!(program::run(&mut command("kill", &[left.trim()])).is_ok());
        assert!(std::fs::remove_file(note).is_ok());
    }

    #[test]
    fn a_part_that_could_not_run_is_no_failure_and_no_pass() {
        let mut stages = Stages::default();
        stages.skip("absent", "why");
        assert!(!stages.summary().contains("passed"));
        assert!(stages.conclude().is_ok());
    }
}
