//! Locks the console when nobody has done anything for a while, or the session is over.

use std::time::Duration;

use ipc::LockReason;

use crate::at_work::IDLE_LOCK_MINUTES;
use crate::host::Host;

const LOOK: Duration = Duration::from_secs(2);

/// Looks every other second until the console ends. A run that this console executes counts as doing something: locking would
/// stop it in the middle, and nobody can sign anything without the passphrase anyway.
pub(crate) fn watch(host: Host) {
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            let Ok(work) = host.at_work().await else { continue };
            if work.runs.any_active().await {
                work.touch();
            }
            if work.idle() >= Duration::from_secs(u64::from(IDLE_LOCK_MINUTES) * 60) {
                host.lock(LockReason::Idle).await;
            } else if work.desk.console.now().await.is_ok_and(|now| now >= work.desk.session.ends_at) {
                host.lock(LockReason::SessionEnded).await;
            }
        }
    });
}
