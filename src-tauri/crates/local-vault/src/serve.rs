//! A vault alone in its process, as the command line runs it.

use crate::StartError;
use crate::running::LocalVault;
use crate::settings::Settings;
use std::io::Write;

/// Serves until the process is interrupted or asked to end. The first line written is the URL; by
/// then `ca.pem` and `token` are in the directory.
///
/// # Errors
/// When the vault does not start, or `out` takes no line.
pub async fn serve_forever(settings: Settings, mut out: impl Write) -> Result<(), StartError> {
    let vault = LocalVault::start(settings).await?;
    writeln!(out, "{}", vault.url())?;
    out.flush()?;
    wait_for_end().await?;
    vault.shutdown().await;
    Ok(())
}

#[cfg(unix)]
async fn wait_for_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
