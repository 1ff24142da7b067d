//! Connections: accepting, TLS, HTTP/1.1 and HTTP/2, and cutting the line when a fault says so.

use crate::call::{self, Outcome};
use crate::server::{Busy, Server};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
const HEADERS_MAX: Duration = Duration::from_secs(30);
const STREAMS_MAX: u32 = 1_000;
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(50);

/// What each connection gets a copy of.
#[derive(Clone)]
pub(crate) struct Shared {
    pub server: Arc<Server>,
    pub busy: Busy,
    pub stop: watch::Receiver<bool>,
    pub tls: TlsAcceptor,
}

/// The answer to a call is withheld on purpose, or because the server stops.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
struct Withheld;

/// Accepts until told to stop, or until whoever could tell is gone.
pub(crate) async fn accept(listener: TcpListener, shared: Shared) {
    let mut connections = JoinSet::new();
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    let mut stop = shared.stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve(stream, peer, shared.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "the local vault could not accept a connection");
                    tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
                }
            },
            Some(_ended) = connections.join_next(), if !connections.is_empty() => {}
            _ = sweep.tick() => sweep_in_background(&shared),
            () = stopped(&mut stop) => break,
        }
    }
    connections.shutdown().await;
}

/// Until told to stop. An error means that whoever could tell is gone, which is the same.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _told_or_alone = stop.wait_for(|stop| *stop).await;
}

/// A failure is logged where it happens, and tried again at the next tick.
fn sweep_in_background(shared: &Shared) {
    let (server, busy) = (Arc::clone(&shared.server), shared.busy.clone());
    tokio::task::spawn_blocking(move || {
        let swept = server.store.sweep(server.clock.now());
        if let Err(refusal) = swept {
            tracing::warn!(message = refusal.message, "deleted objects could not be purged");
        }
        drop(server);
        drop(busy);
    });
}

async fn serve(stream: TcpStream, peer: SocketAddr, shared: Shared) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps small packets back");
    }
    let handshake = tokio::time::timeout(HANDSHAKE_MAX, shared.tls.accept(stream));
    let Ok(Ok(stream)) = handshake.await else { return };
    let cut = Arc::new(Notify::new());
    let service = service_fn(|request| {
        let cut = Arc::clone(&cut);
        let Shared { server, busy, mut stop, .. } = shared.clone();
        async move {
            // HTTP/2 streams are tasks of their own: they must end with the server, too.
            let outcome = tokio::select! {
                outcome = call::answer(server, busy, peer.ip(), request) => outcome,
                () = stopped(&mut stop) => Outcome::Cut,
            };
            match outcome {
                Outcome::Answer(answer) => Ok(answer),
                Outcome::Cut => {
                    cut.notify_one();
                    Err(Withheld)
                }
            }
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_MAX);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = cut.notified() => {}
        ended = connection => if let Err(error) = ended {
            tracing::debug!(error, "a connection to the local vault ended early");
        }
    }
}
