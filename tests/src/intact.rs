//! What must hold after whatever went wrong: every DEK opens, one version was made, the other is out of use, the ledger verifies.

use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use custody::{Console, Witness};
use domain::{KeyId, RunState};
use envelope::SecretBytes;
use keychain::Pins;
use ledger::Summary;
use register::{RunDirection, RunRow};
use uuid::Uuid;
use vault::{KeyVersion, ObjectName};

use crate::TestCustody;

/// Tag that a version carries from the run that made it.
pub const RUN_TAG: &str = "countersign-run";

/// A token under each DEK, sealed before anything went wrong.
pub struct Keepsakes {
    kek: KeyId,
    tokens: Vec<(KeyId, Uuid)>,
}

/// What was found to be intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The run, finished.
    pub run: RunRow,
    /// The one version it made.
    pub made: String,
}

impl Keepsakes {
    /// Seals one token under each of `deks`, all of which `kek` wraps.
    pub async fn seal(custody: &TestCustody, kek: KeyId, deks: &[KeyId]) -> Self {
        let token = |dek: &KeyId| NewToken {
            dek: *dek,
            name: "keepsake".to_owned(),
            plaintext: SecretBytes::new(dek.0.as_bytes().to_vec()),
            expires: None,
        };
        let estate = Estate::new(&custody.ines.console, custody.ines.author());
        let sealed = estate.seal_tokens(deks.iter().map(token).collect(), "kept to see", &unwatched).await.unwrap();
        Self { kek, tokens: deks.iter().copied().zip(sealed.tokens).collect() }
    }

    /// The KEK above them.
    #[must_use]
    pub fn kek(&self) -> KeyId {
        self.kek
    }

    /// How many DEKs.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.tokens.len()).unwrap()
    }

    /// Every DEK opens what was sealed under it: none is lost, damaged or swapped.
    pub async fn all_open(&self, custody: &TestCustody) {
        let estate = Estate::new(&custody.ines.console, custody.ines.author());
        for (dek, token) in &self.tokens {
            let opened = estate.open_token(*dek, *token).await.unwrap();
            // EXPOSE: compared with what went in; it is a random id.
            assert!(opened.expose(|plaintext| plaintext == dek.0.as_bytes()), "DEK {dek} opened to something else");
        }
    }

    /// The whole of what a rotation promises, after its run has ended in whatever way, `versions_before` having been there.
    pub async fn hold(&self, custody: &TestCustody, run: RunRow, versions_before: usize) -> Kept {
        self.all_open(custody).await;
        let console = &custody.ines.console;
        let versions = versions_of(console, self.kek).await;
        assert_eq!(versions.len(), versions_before + 1, "exactly one version was made: {versions:?}");
        let tag = run.id.to_string();
        let mut made = versions.iter().filter(|version| version.tags.get(RUN_TAG) == Some(&tag));
        let (made, other) = (made.next().unwrap(), made.next());
        assert!(other.is_none(), "a run makes one version");
        let (old, new) = (run.from_version.clone().unwrap(), made.version.as_str().to_owned());
        let (in_use, out_of_use) = match run.direction {
            RunDirection::Forward => (&new, &old),
            RunDirection::Back => (&old, &new),
        };
        let enabled = |wanted: &str| versions.iter().find(|found| found.version.as_str() == wanted).unwrap().enabled;
        assert_eq!((enabled(in_use), enabled(out_of_use)), (true, false), "{run:?}");
        let under = |version: String| async move { console.register.count_wraps(self.kek, &version).await.unwrap() };
        assert_eq!((under(in_use.clone()).await, under(out_of_use.clone()).await), (self.count(), 0));
        let kek = console.register.kek(self.kek).await.unwrap().unwrap();
        assert_eq!(kek.current_version.as_ref(), Some(in_use));
        let ended = match run.direction {
            RunDirection::Forward => RunState::Completed,
            RunDirection::Back => RunState::RolledBack,
        };
        assert_eq!((run.state, run.new_version.as_ref()), (ended, Some(&new)));
        Kept { run, made: new }
    }
}

/// The versions that the vault holds of a KEK.
pub(crate) async fn versions_of(console: &Console, kek: KeyId) -> Vec<KeyVersion> {
    let kek = console.register.kek(kek).await.unwrap().unwrap();
    console.vault.versions(&ObjectName::parse(&kek.vault_name).unwrap()).await.unwrap()
}

impl TestCustody {
    /// How many versions the vault holds of a KEK.
    pub async fn versions(&self, kek: KeyId) -> usize {
        versions_of(&self.ines.console, kek).await.len()
    }

    /// A witness that knows the founding entry and nothing else.
    #[must_use]
    pub fn fresh_witness(&self) -> Witness {
        let pins = Pins::new(self.premises.workplace().keychain(), self.ines.console.custody.id);
        Witness::new(pins.founding().unwrap().unwrap(), None)
    }

    /// Verifies the whole ledger, every hash and every signature.
    pub async fn ledger_verifies(&self) -> Summary {
        let register = &self.theo.console.register;
        let summary = self.fresh_witness().catch_up(register).await.unwrap();
        assert_eq!(summary.entries, register.head().await.unwrap().0);
        summary
    }
}
