//! News from the register: every appended entry is announced, so that screens stay live without asking again and again.

use futures::{Stream, stream};
use serde::Deserialize;
use sqlx::postgres::PgListener;

use crate::{Register, RegisterError};

const CHANNEL: &str = "countersign";

/// What the register announces. A hint, never evidence: whoever acts on it reads the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An entry was appended.
    Appended {
        /// Its number.
        seq: u64,
        /// Its verb.
        verb: String,
        /// Kind of its subject.
        subject_kind: String,
        /// Its subject, shortened.
        subject: String,
    },
    /// The connection was lost and made again: what happened in between is not known.
    Missed,
}

#[derive(Deserialize)]
struct Payload {
    seq: u64,
    verb: String,
    kind: String,
    subject: String,
}

impl Register {
    /// Listens until the stream is dropped, on a connection of its own.
    pub async fn listen(
        &self,
    ) -> Result<impl Stream<Item = Result<Notice, RegisterError>> + Send + use<>, RegisterError> {
        let mut listener = PgListener::connect_with(self.pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(stream::unfold(listener, |mut listener| async move {
            let heard = listener.try_recv().await.map(|heard| heard.as_ref().map_or(Notice::Missed, notice));
            Some((heard.map_err(RegisterError::from), listener))
        }))
    }
}

fn notice(heard: &sqlx::postgres::PgNotification) -> Notice {
    // Any login may notify on a channel: what is not as expected says no more than that something happened.
    serde_json::from_str(heard.payload()).map_or(Notice::Missed, |found: Payload| Notice::Appended {
        seq: found.seq,
        verb: found.verb,
        subject_kind: found.kind,
        subject: found.subject,
    })
}
