//! A desktop session for tests: a display, a message bus and a keychain of their own, gone with this process.

use std::fs::DirBuilder;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, Tried as _};

/// The private keychain's password: it guards nothing but what tests put there.
const KEYCHAIN_PASSWORD: &[u8] = b"tests only";
const START_TIME_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A running session. Dropping it ends everything in it.
pub struct Session {
    home: PathBuf,
    display: String,
    bus: String,
    /// In the order started; ended in the other order.
    servers: Vec<Child>,
}

impl Session {
    /// Starts one, whatever session this process itself is in.
    pub fn start() -> Outcome<Self> {
        let home = std::env::temp_dir().join(format!("countersign-session-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&home).tried(home.display())?;
        let mut session = Self { home, display: String::new(), bus: String::new(), servers: Vec::new() };
        session.start_display()?;
        session.start_bus()?;
        session.start_keychain()?;
        Ok(session)
    }

    /// Lets a command run in this session.
    pub fn lend(&self, command: &mut Command) {
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command.env("XDG_RUNTIME_DIR", self.home.join("run"));
        for unwanted in ["WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK"]
        {
            command.env_remove(unwanted);
        }
        // Without its bus the toolkit waits for the accessibility service at every start.
        command.env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11").env("LIBGL_ALWAYS_SOFTWARE", "1");
        for (name, directory) in self.directories() {
            command.env(name, directory);
        }
    }

    /// Tests must neither see nor change what the person at this machine keeps.
    fn directories(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("XDG_DATA_HOME", self.home.join("data")),
            ("XDG_CONFIG_HOME", self.home.join("config")),
            ("XDG_CACHE_HOME", self.home.join("cache")),
        ]
    }

    fn start_display(&mut self) -> Outcome {
        // The server picks a free number and writes it to its standard output.
        let mut server = mortal("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset", "-dpi", "96"]);
        let number = self.start_server(server, "Xvfb")?;
        self.display = format!(":{number}");
        let mut manager = mortal("openbox");
        self.lend(&mut manager);
        manager.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.servers.push(manager.spawn().tried("openbox")?);
        Ok(())
    }

    fn start_bus(&mut self) -> Outcome {
        for directory in self.directories().map(|(_, directory)| directory).iter().chain([&self.home.join("run")]) {
            DirBuilder::new().mode(0o700).create(directory).tried(directory.display())?;
        }
        let mut bus = mortal("dbus-daemon");
        self.lend(&mut bus);
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        bus.arg(format!("--address=unix:path={}", self.home.join("run/bus").display()));
        self.bus = self.start_server(bus, "dbus-daemon")?;
        Ok(())
    }

    fn start_keychain(&mut self) -> Outcome {
        let mut keychain = mortal("gnome-keyring-daemon");
        self.lend(&mut keychain);
        keychain.args(["--foreground", "--unlock", "--components=secrets"]);
        keychain.arg(format!("--control-directory={}", self.home.join("run/keyring").display()));
        keychain.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = keychain.spawn().tried("gnome-keyring-daemon")?;
        let input = child.stdin.take();
        self.servers.push(child);
        if let Some(mut input) = input {
            input.write_all(KEYCHAIN_PASSWORD).tried("gnome-keyring-daemon")?;
        }
        self.wait_for_keychain()
    }

    fn wait_for_keychain(&self) -> Outcome {
        let started = Instant::now();
        while started.elapsed() < START_TIME_MAX {
            let mut ask = Command::new("dbus-send");
            self.lend(&mut ask);
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
            ask.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
            let answer = ask.stdin(Stdio::null()).output().tried("dbus-send")?;
            if String::from_utf8_lossy(&answer.stdout).contains("boolean true") {
                return Ok(());
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Err(Failure::new("the private keychain did not start"))
    }

    /// Starts a server that says on standard output where it is.
    fn start_server(&mut self, mut server: Command, name: &str) -> Outcome<String> {
        let log = std::fs::File::create(self.home.join(format!("{name}.log"))).tried(name)?;
        let mut child = server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().tried(name)?;
        let output = child.stdout.take();
        self.servers.push(child);
        let mut line = String::new();
        if let Some(output) = output {
            let mut output = BufReader::new(output);
            output.read_line(&mut line).tried(name)?;
            // What it says later must neither block it nor break its pipe.
            std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        }
        if line.trim().is_empty() {
            let log = std::fs::read_to_string(self.home.join(format!("{name}.log"))).unwrap_or_default();
            return Err(Failure::new(format!("{name} did not start: {}", log.trim())));
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for server in self.servers.iter_mut().rev() {
            // An error says that it has ended already.
            let _ended = server.kill();
            let _waited = server.wait();
        }
        if let Err(error) = std::fs::remove_dir_all(Path::new(&self.home)) {
            eprintln!("{} cannot be removed: {error}", self.home.display());
        }
    }
}

/// A program that the kernel ends when this process ends, in whatever way.
fn mortal(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--", program]);
    command
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_display_and_a_keychain_and_leaves_nothing() {
        let session = Session::start().unwrap();
        let home = session.home.clone();
        let pids: Vec<u32> = session.servers.iter().map(Child::id).collect();
        let mut look = Command::new("xdpyinfo");
        session.lend(&mut look);
        assert!(look.output().unwrap().status.success());
        let mut ask = Command::new("dbus-send");
        session.lend(&mut ask);
        ask.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"]);
        ask.args(["org.freedesktop.Secret.Service.ReadAlias", "string:default"]);
        let answer = String::from_utf8(ask.output().unwrap().stdout).unwrap();
        assert!(answer.contains("/org/freedesktop/secrets/collection/"), "no default keyring: {answer}");
        drop(session);
        assert!(!home.exists());
        assert!(pids.iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists()));
    }
}
