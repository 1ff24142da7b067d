//! A backup of a whole register, restored into a server of its own, in the hands of somebody who owns that server and may use the
//! vault as it is now: what a backup still gives away.

use std::collections::{BTreeMap, BTreeSet};

use custody::Console;
use domain::KeyId;
use local_custody::LocalCustody;
use local_custody::testing::{Backup, TestCluster};
use register::{Address, Password, Register};
use sqlx::PgPool;
use uuid::Uuid;
use workplace::{Desk, Premises};
use zeroize::Zeroizing;

use crate::{TestCustody, TokenBag};

/// The restored register.
pub struct Restored {
    desk: Desk,
    cluster: TestCluster,
    pool: PgPool,
}

impl TestCustody {
    /// Backs the register up while it is at work.
    pub async fn back_up(&self) -> Backup {
        let premises = self.premises.clone();
        let taken = tokio::task::spawn_blocking(move || Backup::take(premises.local_custody().unwrap()));
        taken.await.unwrap().unwrap()
    }

    /// Restores a backup of it, beside the register as it is now.
    pub async fn restore(&self, backup: Backup) -> Restored {
        let cluster = tokio::task::spawn_blocking(|| backup.restore()).await.unwrap().unwrap();
        let local = self.premises.local_custody().unwrap();
        let options =
            superuser_of(local, |password| cluster.login(local.database(), local.superuser_login(), password));
        let register = restored_behind(&self.premises, cluster.socket_dir().to_str().unwrap()).await;
        let console = Console { register, ..self.ines.console.clone() };
        let desk = Desk { console, ..self.ines.clone() };
        Restored { desk, cluster, pool: PgPool::connect_lazy_with(options) }
    }
}

impl Restored {
    /// A console that works with the restored register and with the vault as it is now.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Its server.
    #[must_use]
    pub fn cluster(&self) -> &TestCluster {
        &self.cluster
    }

    /// The DEKs that have a wrap in it, each with the KEK above it.
    pub async fn deks(&self) -> BTreeMap<KeyId, KeyId> {
        let rows: Vec<(Uuid, Uuid)> =
            sqlx::query_as("SELECT dek, kek FROM custody.wrap").fetch_all(&self.pool).await.unwrap();
        rows.into_iter().map(|(dek, kek)| (KeyId(dek), KeyId(kek))).collect()
    }

    /// DEKs under which a token of `bag` still opens, through KEK, DEK and check value down to what was sealed.
    pub async fn opening(&self, bag: &TokenBag) -> BTreeSet<KeyId> {
        bag.opening(&self.desk).await
    }
}

/// Opens the restored register behind the socket in a folder, as its superuser, whose password is the one that it was made with.
pub(crate) async fn restored_behind(premises: &Premises, socket: &str) -> Register {
    let local = premises.local_custody().unwrap();
    let address = Address::socket(socket, local.port(), local.database());
    let password = superuser_of(local, |password| Password::new(Zeroizing::new(password.to_owned())));
    Register::connect(&address, local.superuser_login(), &password).await.unwrap()
}

/// EXPOSE: whoever restores a cluster is its superuser; this one's register is a test's.
fn superuser_of<T>(local: &LocalCustody, with: impl FnOnce(&str) -> T) -> T {
    local.superuser_password().expose(with)
}
