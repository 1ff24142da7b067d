//! A private keychain for tests: GNOME Keyring on a session bus of its own, gone with the test process.
//!
//! Tests run in parallel, so nothing here touches the environment of this process: [`PrivateKeyring::open`] opens the
//! keychain by its address, and child processes get it through [`PrivateKeyring::environment`].

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use domain::{CustodyId, OperatorId};
use tempfile::TempDir;

use crate::DerivationCost;
use crate::device_key::{CreateError, DeviceKey, DevicePublic, UnlockedDeviceKey};
use crate::error::{Absence, KeychainError};
use crate::keychain::Keychain;
use crate::passphrase::Passphrase;

/// A derivation that costs a test nothing.
pub const QUICK_COST: DerivationCost = DerivationCost { memory_kib: 64, passes: 1, lanes: 1 };

const START_TIME_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const KEYRING_PASSWORD: &str = "private keyring";

/// Stops bus and keyring and removes their files as soon as its standard input ends, which the kernel sees to however the test ends. Its first line
/// is the keyring's password; without one, no keyring is started.
const GUARDIAN: &str = r#"
home=$1
read -r password
dbus-daemon --config-file="$home/bus.conf" --nofork --nopidfile &
bus=$!
tries=0
until [ -S "$home/bus" ] || [ $tries -gt 1000 ]; do sleep 0.02; tries=$((tries + 1)); done
if [ -n "$password" ]; then
    printf %s "$password" | gnome-keyring-daemon --foreground --unlock --components=secrets &
    keyring=$!
fi
while read -r order; do
    [ "$order" = stop-keyring ] && kill "$keyring" && wait "$keyring"
    if [ "$order" = start-keyring ]; then
        printf %s "$password" | gnome-keyring-daemon --foreground --unlock --components=secrets &
        keyring=$!
    fi
done
[ -n "$keyring" ] && kill "$keyring"
kill "$bus"
wait
rm -rf "$home"
"#;

/// A session bus with a keychain of its own.
pub struct PrivateKeyring {
    home: TempDir,
    guardian: Child,
    orders: Option<ChildStdin>,
}

/// A private keychain did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyringError {
    /// A file or program failed.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// It did not get ready in time. Are `dbus-daemon` and `gnome-keyring-daemon` installed?
    #[error("the private keychain did not get ready: {log}")]
    NotReady {
        /// What its programs wrote.
        log: String,
    },
}

impl PrivateKeyring {
    /// Starts an open keychain without items.
    ///
    /// # Errors
    /// [`PrivateKeyringError`].
    pub fn start() -> Result<Self, PrivateKeyringError> {
        let keyring = Self::spawn(KEYRING_PASSWORD, "")?;
        keyring.wait_for(|opened| opened.is_ok())?;
        Ok(keyring)
    }

    /// Starts a bus on which no keychain runs.
    ///
    /// # Errors
    /// [`PrivateKeyringError`].
    pub fn without_service() -> Result<Self, PrivateKeyringError> {
        let keyring = Self::spawn("", "")?;
        let on_the_bus = |opened: &Result<Keychain, KeychainError>| {
            matches!(opened, Err(KeychainError::Missing { what: Absence::Service }))
        };
        keyring.wait_for(on_the_bus)?;
        Ok(keyring)
    }

    /// Starts a bus that lets nobody speak to the keychain.
    ///
    /// # Errors
    /// [`PrivateKeyringError`].
    pub fn denying() -> Result<Self, PrivateKeyringError> {
        let keyring = Self::spawn(KEYRING_PASSWORD, r#"<deny send_destination="org.freedesktop.secrets"/>"#)?;
        keyring.wait_for(|opened| matches!(opened, Err(KeychainError::Denied)))?;
        Ok(keyring)
    }

    /// Opens it from this process.
    ///
    /// # Errors
    /// As [`Keychain::open`].
    pub fn open(&self, service: &str) -> Result<Keychain, KeychainError> {
        Keychain::open_at(service, &self.bus_address())
    }

    /// The D-Bus address of its bus.
    #[must_use]
    pub fn bus_address(&self) -> String {
        format!("unix:path={}", self.home.path().join("bus").display())
    }

    /// Environment variables with which a child process finds it: [`Keychain::open`] there opens it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 1] {
        [("DBUS_SESSION_BUS_ADDRESS", self.bus_address())]
    }

    /// Stops the keychain and starts it again, as a desktop does when it crashed. Items stay.
    ///
    /// # Errors
    /// [`PrivateKeyringError`].
    pub fn restart_service(&mut self) -> Result<(), PrivateKeyringError> {
        self.order("stop-keyring")?;
        self.wait_for(|opened| matches!(opened, Err(KeychainError::Missing { .. })))?;
        self.order("start-keyring")?;
        self.wait_for(|opened| opened.is_ok())
    }

    /// Locks every keyring in it, as a person or a screen lock does.
    ///
    /// # Errors
    /// [`PrivateKeyringError`].
    pub fn lock(&self) -> Result<(), PrivateKeyringError> {
        let status = Command::new("dbus-send")
            .arg(format!("--bus={}", self.bus_address()))
            .args(["--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
            .arg("org.freedesktop.Secret.Service.Lock")
            .arg("array:objpath:/org/freedesktop/secrets/collection/login")
            .stdout(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(PrivateKeyringError::NotReady { log: self.log() }),
            Err(source) => Err(PrivateKeyringError::Io { what: "dbus-send cannot be started", source }),
        }
    }

    fn spawn(password: &str, policy: &str) -> Result<Self, PrivateKeyringError> {
        // Short, because the socket's path must fit into 107 bytes.
        let home = tempfile::Builder::new()
            .prefix("countersign-keyring-")
            .tempdir_in("/tmp")
            .map_err(|source| PrivateKeyringError::Io { what: "the keychain's directory cannot be made", source })?;
        let (log, error_log) = prepare(home.path(), policy)
            .map_err(|source| PrivateKeyringError::Io { what: "the keychain's files cannot be made", source })?;
        let mut guardian = Command::new("/bin/sh")
            .args(["-c", GUARDIAN, "sh"])
            .arg(home.path())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.path().join("bus").display()))
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(error_log)
            // A group of its own: what interrupts the test must not kill the guardian before it has stopped the rest.
            .process_group(0)
            .spawn()
            .map_err(|source| PrivateKeyringError::Io { what: "the private keychain cannot be started", source })?;
        let orders = guardian.stdin.take();
        let mut keyring = Self { home, guardian, orders };
        keyring.order(password)?;
        Ok(keyring)
    }

    fn order(&mut self, line: &str) -> Result<(), PrivateKeyringError> {
        let written = self.orders.as_mut().map_or(Ok(()), |orders| writeln!(orders, "{line}"));
        written.map_err(|source| PrivateKeyringError::Io { what: "the private keychain takes no orders", source })
    }

    fn wait_for(&self, ready: impl Fn(&Result<Keychain, KeychainError>) -> bool) -> Result<(), PrivateKeyringError> {
        let started = Instant::now();
        while !ready(&self.open("countersign-ready")) {
            if started.elapsed() > START_TIME_MAX {
                return Err(PrivateKeyringError::NotReady { log: self.log() });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_else(|error| error.to_string())
    }
}

impl Drop for PrivateKeyring {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It ends by itself now. There is nobody to tell when waiting for that fails.
        drop(self.guardian.wait());
    }
}

/// As [`DeviceKey::create`], but quick.
///
/// # Errors
/// As [`DeviceKey::create`].
pub fn create_device_key(
    keychain: &Keychain,
    custody: CustodyId,
    operator: OperatorId,
    name: &str,
    passphrase: &Passphrase,
) -> Result<DevicePublic, CreateError> {
    DeviceKey::create_with_cost(keychain, custody, operator, name, passphrase, QUICK_COST)
}

/// Wraps a device key again, under the same passphrase, so that unlocking it costs a test nothing.
///
/// # Errors
/// [`CreateError`]; then it unlocks as before.
pub fn wrap_quickly(
    keychain: &Keychain,
    unlocked: &UnlockedDeviceKey,
    passphrase: &Passphrase,
) -> Result<(), CreateError> {
    DeviceKey::wrap_again(keychain, unlocked, passphrase, QUICK_COST)
}

/// Writes the bus's configuration (no service may be started by asking for it) and opens the log twice.
fn prepare(home: &Path, policy: &str) -> std::io::Result<(std::fs::File, std::fs::File)> {
    let configuration = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {policy}
  </policy>
</busconfig>
"#,
        home.join("bus").display()
    );
    std::fs::write(home.join("bus.conf"), configuration)?;
    let log = std::fs::File::create(home.join("log"))?;
    let error_log = log.try_clone()?;
    Ok((log, error_log))
}
