//! Ctrl-C during a run: the first asks it to pause in good order, the second leaves at once.

use custody::run::Steering;

use crate::failure::Failure;
use crate::progress::Meter;

/// Resolves when the person insists; until then a run that was asked to pause does so by itself.
pub async fn insisted(steering: &Steering, meter: &Meter) -> Failure {
    if let Err(error) = interrupted().await {
        tracing::warn!(%error, "interruptions cannot be heard");
        return std::future::pending().await;
    }
    steering.pause();
    meter.line("pausing in good order; interrupt once more to leave at once");
    drop(interrupted().await);
    Failure::new("interrupted", "left at once: the run stays where it is, every DEK opens".to_owned())
        .hint("its lease lapses within 30 seconds; then: countersign run resume RUN")
}

/// Resolves when the person, or whoever runs the program, wants it to end.
#[cfg(unix)]
pub async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Resolves when the person wants it to end.
#[cfg(not(unix))]
pub async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
