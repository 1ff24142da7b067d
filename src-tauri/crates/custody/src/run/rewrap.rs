//! Re-wrapping: every DEK under one version of a KEK is opened by the vault, checked, wrapped with another version's public half,
//! and replaced by compare-and-set, batch by batch. While one batch is written the next ones are being opened.

use canonical::Encoder;
use envelope::{Dek, KekPublic, WrapAlgorithm};
use futures::{Stream, TryStreamExt as _, stream};
use register::WrapRow;
use vault::{ObjectName, VersionId};

use super::error::RunError;
use super::executor::Steering;
use super::hands::{Hands, Rewrapped, Step};
use super::progress::Meter;
use super::versions::{same, take, vault_algorithm};
use crate::identity::identity_of;

/// Unwraps in flight. The vault client's own budget decides how many of them are sent.
const IN_FLIGHT: usize = 64;

/// From which version to which.
pub(crate) struct Rewrap<'a> {
    pub hands: &'a Hands<'a>,
    pub step: Step,
    pub name: &'a ObjectName,
    pub from: &'a VersionId,
    pub to: &'a VersionId,
    pub public: &'a KekPublic,
    pub batch: u32,
}

/// What was done, as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub rewrapped: u64,
    pub canaries: u64,
    pub batches: u64,
}

/// How a step ended that may be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached<T> {
    End(T),
    Pause,
}

/// A batch of new wraps that were checked and not yet written.
struct Prepared {
    rows: Encoder,
    count: usize,
}

impl Rewrap<'_> {
    pub async fn all(&self, meter: &mut Meter, steering: &Steering) -> Result<Reached<Tally>, RunError> {
        let register = &self.hands.console.register;
        let left = register.count_wraps(self.hands.key, self.from.as_str()).await?;
        let before = register.count_wraps(self.hands.key, self.to.as_str()).await?;
        let total = left + before;
        meter.begin(self.step.kind, before, total);
        let mut tally = Tally::default();
        loop {
            let mut rows = std::pin::pin!(self.prepared());
            let mut ready = self.next_batch(&mut rows).await?;
            if ready.is_none() {
                return Ok(Reached::End(tally));
            }
            while ready.is_some() {
                if steering.wants_pause() {
                    self.write(ready.take(), &mut tally).await?;
                    return Ok(Reached::Pause);
                }
                let (next, written) = tokio::join!(self.next_batch(&mut rows), self.write(ready.take(), &mut tally));
                written?;
                ready = next?;
                meter.advance(self.step.kind, (before + tally.rewrapped).min(total), total);
            }
        }
    }

    /// Every wrap under the old version, opened, checked and wrapped anew, in order. While some are waited for, others are asked
    /// for, across the ends of batches too.
    fn prepared(&self) -> impl Stream<Item = Result<Encoder, RunError>> + '_ {
        let (register, key) = (&self.hands.console.register, self.hands.key);
        stream::try_unfold(None, move |after| async move {
            let wraps = register.wraps_under(key, self.from.as_str(), after, self.batch).await?;
            Ok::<_, RunError>(wraps.last().map(|last| last.dek).map(|last| (wraps, Some(last))))
        })
        .map_ok(|wraps| stream::iter(wraps.into_iter().enumerate().map(Ok)))
        .try_flatten()
        .map_ok(|(position, wrap)| self.prepare_one(wrap, position == 0))
        .try_buffered(IN_FLIGHT)
    }

    /// As many as one batch holds. Nothing is written yet: a single DEK that is not what it should be stops all of its batch.
    async fn next_batch(
        &self,
        rows: &mut (impl Stream<Item = Result<Encoder, RunError>> + Unpin),
    ) -> Result<Option<Prepared>, RunError> {
        let size = usize::try_from(self.batch).unwrap_or(usize::MAX);
        let mut prepared = Prepared { rows: Encoder::new(), count: 0 };
        while prepared.count < size
            && let Some(row) = rows.try_next().await?
        {
            prepared = Prepared { rows: prepared.rows.sequence(row), count: prepared.count + 1 };
        }
        Ok((prepared.count > 0).then_some(prepared))
    }

    async fn prepare_one(&self, wrap: WrapRow, is_canary: bool) -> Result<Encoder, RunError> {
        let dek = self.open(&wrap).await?;
        let algorithm = WrapAlgorithm::default();
        let wrapped = self.public.wrap(&dek, algorithm)?;
        if is_canary {
            let opened = self.unwrap(self.to, algorithm, &wrapped).await?;
            if !same(&dek, &opened) {
                return Err(RunError::Canary { dek: wrap.dek });
            }
        }
        let row = Encoder::new().bytes(wrap.dek.0.as_bytes()).count(u64::from(wrap.revision));
        Ok(row.bytes(&wrapped).text(algorithm.name()))
    }

    /// Opens a wrap and checks that it is the DEK it is filed as.
    async fn open(&self, wrap: &WrapRow) -> Result<Dek, RunError> {
        let algorithm = WrapAlgorithm::from_name(&wrap.algorithm).ok_or(RunError::Record { what: "wrap algorithm" })?;
        let dek = self.unwrap(self.from, algorithm, &wrap.wrapped).await?;
        envelope::verify_check_value(
            &dek,
            &identity_of(&self.hands.console.custody, wrap.dek, &wrap.scope),
            &wrap.check_value,
        )
        .map_err(|_differs| RunError::CheckValue { dek: wrap.dek })?;
        Ok(dek)
    }

    async fn unwrap(&self, version: &VersionId, algorithm: WrapAlgorithm, wrapped: &[u8]) -> Result<Dek, RunError> {
        take(self.hands.console.vault.unwrap(self.name, version, vault_algorithm(algorithm), wrapped).await?)
    }

    async fn write(&self, prepared: Option<Prepared>, tally: &mut Tally) -> Result<(), RunError> {
        let Some(Prepared { rows, count }) = prepared else { return Ok(()) };
        let batch = Rewrapped { step: self.step, from: self.from.as_str(), to: self.to.as_str(), rows, count };
        match self.hands.rewrap(batch).await {
            Ok(()) => {
                tally.rewrapped += u64::try_from(count).unwrap_or(u64::MAX);
                tally.canaries += 1;
                tally.batches += 1;
                Ok(())
            }
            // Somebody changed a wrap of this batch meanwhile: nothing was written, the next pass meets what is left.
            Err(RunError::Register(register::RegisterError::Refused(refusal))) if refusal.code() == "wrap_moved" => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
