//! The real binary, a custody of its own, and a keychain of its own.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keychain::testing::{PrivateKeyring, wrap_quickly};
use keychain::{DeviceKey, Passphrase};
use local_custody::testing::{DataFolder, keep_running};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Passphrase of Ines, who asks.
pub const OF_INES: &str = "seven copper lanterns drift";
/// Passphrase of Theo, who countersigns.
pub const OF_THEO: &str = "a quiet harbour without gulls";

/// Under which name the binary keeps its items in the keychain.
const KEYCHAIN: &str = "com.countersign.console";

/// The binary as it is built.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    for name in ["COUNTERSIGN_HOME", "COUNTERSIGN_AS", "COUNTERSIGN_PASSPHRASE_FILE", "COUNTERSIGN_LOG", "PGPASSWORD"] {
        command.env_remove(name);
    }
    // Without a display and without a terminal: nothing here may need either.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
    command
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Runs it to its end.
    pub fn of(command: &mut Command) -> Self {
        let ran = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
    }

    /// It did what it was asked.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The one document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error on standard error.
    #[track_caller]
    pub fn error(&self) -> Value {
        let document: Value = serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        document["error"].clone()
    }
}

/// A custody by command line.
pub struct Bench {
    /// Its keychain.
    pub keyring: PrivateKeyring,
    files: TempDir,
    /// Commands that follow one another share a server, as beside an open console.
    at_work: Option<File>,
    home: DataFolder,
}

impl Bench {
    /// Nothing is there yet.
    pub fn new() -> Self {
        let bench = Self {
            keyring: PrivateKeyring::start().unwrap(),
            files: tempfile::tempdir().unwrap(),
            at_work: None,
            home: DataFolder::make().unwrap(),
        };
        bench.secret("ines", OF_INES);
        bench.secret("theo", OF_THEO);
        bench.secret("wrong", "not the passphrase of anybody");
        bench
    }

    /// A custody that Ines (DevOps) and Theo (Security) have founded.
    pub fn founded() -> Self {
        let mut bench = Self::new();
        bench.run(&["open-local", "--name", "Payments", "--environment", "staging"]).ok();
        bench.run(&["found", "--file", bench.founders().to_str().unwrap()]).ok();
        bench.unlock_quickly();
        bench.at_work = Some(keep_running(&bench.home()).unwrap());
        bench
    }

    /// What a guess of a passphrase costs is paid for elsewhere: here every command unlocks.
    fn unlock_quickly(&self) {
        let keychain = self.keyring.open(KEYCHAIN).unwrap();
        let known: Value = serde_json::from_slice(&std::fs::read(self.home().join("people.json")).unwrap()).unwrap();
        let id = |value: &Value| value.as_str().unwrap().to_owned();
        for (person, passphrase) in known["people"].as_array().unwrap().iter().zip([OF_INES, OF_THEO]) {
            let passphrase = Passphrase::new(passphrase.to_owned());
            let (custody, operator) = (id(&known["custody"]), id(&person["operator"]));
            let (custody, operator) = (custody.parse().unwrap(), operator.parse().unwrap());
            let unlocked = DeviceKey::unlock(&keychain, custody, operator, &passphrase).unwrap();
            wrap_quickly(&keychain, &unlocked, &passphrase).unwrap();
        }
    }

    /// A file that only its owner can read.
    pub fn secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name, text);
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A file.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Both founders.
    pub fn founders(&self) -> PathBuf {
        let founder = |name: &str, file: &str, role: &str| {
            json!({
                "name": name, "person": format!("{file}@example.test"), "roles": [role],
                "device_name": "Test bench", "passphrase_file": file,
            })
        };
        let both = [founder("Ines Duarte", "ines", "devops"), founder("Theo Brandt", "theo", "security")];
        self.file("founders.json", &json!({ "founders": both }).to_string())
    }

    /// Its data folder.
    pub fn home(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The binary with this custody's folder and keychain.
    pub fn command(&self) -> Command {
        let mut command = binary();
        command.arg("--home").arg(self.home()).envs(self.keyring.environment());
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command().args(arguments))
    }

    /// Where a person's passphrase is.
    pub fn passphrase(&self, of: &str) -> PathBuf {
        self.files.path().join(of)
    }

    /// The binary in the name of a person.
    pub fn command_as(&self, name: &str, passphrase: &str) -> Command {
        let mut command = self.command();
        command.args(["--as", name, "--passphrase-file"]).arg(self.passphrase(passphrase));
        command
    }

    /// Runs it as Ines.
    pub fn ines(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command_as("Ines Duarte", "ines").args(arguments))
    }

    /// Runs it as Theo.
    pub fn theo(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command_as("theo brandt", "theo").args(arguments))
    }

    /// A KEK made by request, signature and run.
    pub fn make_kek(&self, name: &str) {
        let asked = self.ines(&[
            "--json",
            "request",
            "create-kek",
            name,
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
        ]);
        let request = asked.ok().json()["request"].as_str().unwrap().to_owned();
        self.theo(&["sign", &request]).ok();
        self.ines(&["run", "start", &request]).ok();
    }
}

/// What every request says.
pub const GROUNDS: [&str; 6] = ["--reason", "As agreed", "--change", "CHG-7", "--rollback", "Say so in the change"];

impl Bench {
    /// Ines asks for something; its number.
    pub fn ask(&self, request: &[&str]) -> String {
        let asked = self.ines(&[&["--json", "request"][..], request, &GROUNDS].concat()).ok().json();
        asked["request"].as_str().unwrap().to_owned()
    }

    /// Ines asks, Theo signs, Ines carries it out: the run as it ended.
    pub fn carry_out(&self, request: &[&str]) -> Value {
        let request = self.ask(request);
        self.theo(&["sign", &request]).ok();
        self.ines(&["--json", "run", "start", &request]).ok().json()
    }

    /// DEKs under a KEK, each for a tenant and an integration.
    pub fn make_deks(&self, kek: &str, targets: &[(&str, &str)]) {
        let mut create = vec!["deks", "create", "--kek", kek, "--owner", "Payments", "--purpose", "Invoices"];
        for (tenant, integration) in targets {
            create.extend(["--target", tenant, integration]);
        }
        self.ines(&create).ok();
    }

    /// A token under a DEK.
    pub fn seal(&self, dek: &str, name: &str, expires: &str) {
        let file = self.secret("token", "oauth-refresh-5f1c9a7e");
        let seal = ["tokens", "seal", "--dek", dek, "--name", name, "--purpose", "Connector", "--expires", expires];
        self.ines(&[&seal[..], &["--file", text(&file)]].concat()).ok();
    }
}

/// Path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
