//! Moving tokens: each is opened under the version it was sealed with and sealed under the one in use, in batches, by
//! compare-and-set, while the application reads and writes. While one batch is written the next one is sealed.
//!
//! What is sealed under a former version meanwhile is met by the next pass. When a pass finds nothing, the former versions are
//! retired: from then on nobody seals under them, and the pass after that is the last.

use canonical::Encoder;
use domain::KeyId;
use envelope::{TokenContext, open_token, seal_token};
use register::{ReencryptedTokens, RegisterError, TokenRow, WrapRow};
use uuid::Uuid;

use super::super::error::RunError;
use super::super::executor::Steering;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::super::rewrap::Reached;
use super::DekRotation;
use super::acts::{Rows, SealedAnew};
use crate::identity::identity_of;

/// Tokens in one batch: bounds what a crash repeats, and how long a transaction holds the ledger's head.
const BATCH_MAX: u32 = 2_000;

/// Tokens that are sealed before the batch under way gets its turn.
const SEALED_AT_ONCE: usize = 64;

/// Batches that may be refused one after another because somebody else changed a token of each.
const REFUSED_MAX: u32 = 20;

/// The wraps of the DEKs whose tokens are moved: where to, and where from.
struct Move {
    present: Vec<WrapRow>,
    former: Vec<WrapRow>,
}

/// Where a pass stands.
#[derive(Default)]
struct Place {
    /// DEKs before this one are done.
    dek: usize,
    /// Tokens up to this one are done.
    after: Option<Uuid>,
}

/// What was done, as evidence and for the meter.
#[derive(Default)]
struct Tally {
    moved: u64,
    batches: u64,
    refused: u32,
}

impl DekRotation<'_> {
    pub(super) async fn reencrypt(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let register = &self.hands.console.register;
        let former = register.former_wraps(self.hands.run).await?;
        let mut retired = former.iter().all(|former| former.retired);
        let former: Vec<WrapRow> = former.into_iter().map(|former| former.wrap).collect();
        let deks: Vec<KeyId> = former.iter().map(|wrap| wrap.dek).collect();
        let way = Move { present: register.wraps_of(&deks).await?, former };
        let count = register.count_tokens_to_move(&way.versions()).await?;
        let before = count.tokens.saturating_sub(count.left);
        meter.begin(step.kind, before, count.tokens);
        let mut tally = Tally::default();
        loop {
            let moved_before = (tally.moved, tally.refused);
            if self.pass(step, &way, &mut tally, (meter, before, count.tokens), steering).await? == Reached::Pause {
                return Ok(Reached::Pause);
            }
            if (tally.moved, tally.refused) != moved_before {
                continue;
            }
            if retired {
                break;
            }
            self.hands.retire_deks(step).await?;
            retired = true;
        }
        self.keyring.lock().await.clear();
        meter.advance(step.kind, count.tokens, count.tokens);
        Ok(Reached::End(Evidence::from([
            ("deks", way.former.len().to_string()),
            ("moved", tally.moved.to_string()),
            ("batches", tally.batches.to_string()),
        ])))
    }

    /// Once over all tokens that are not where they belong.
    async fn pass(
        &self,
        step: Step,
        way: &Move,
        tally: &mut Tally,
        (meter, before, total): (&Meter, u64, u64),
        steering: &Steering,
    ) -> Result<Reached<()>, RunError> {
        let mut place = Place::default();
        let mut ready = self.next_batch(way, &mut place).await?;
        while ready.is_some() {
            if steering.wants_pause() {
                self.write(step, ready.take(), tally).await?;
                return Ok(Reached::Pause);
            }
            let (written, next) = tokio::join!(self.write(step, ready.take(), tally), self.next_batch(way, &mut place));
            written?;
            ready = next?;
            meter.advance(step.kind, (before + tally.moved).min(total), total);
        }
        Ok(Reached::End(()))
    }

    /// The next tokens of the pass, sealed anew. Nothing is written yet: a single token that does not open stops its batch.
    async fn next_batch(&self, way: &Move, place: &mut Place) -> Result<Option<SealedAnew>, RunError> {
        let versions = way.versions();
        let ahead = versions.get(place.dek..).unwrap_or_default();
        let tokens = self.hands.console.register.tokens_to_move(ahead, place.after, BATCH_MAX).await?;
        let Some(last) = tokens.last() else { return Ok(None) };
        place.dek = way.present.iter().position(|wrap| wrap.dek == last.dek).unwrap_or(place.dek);
        place.after = Some(last.id);
        self.open_for(way, &tokens).await?;
        let mut rows = Encoder::new();
        let mut sealed = ReencryptedTokens::default();
        for (number, token) in tokens.iter().enumerate() {
            let envelope = self.seal_anew(way, token).await?;
            let row = Encoder::new().bytes(token.id.as_bytes()).count(u64::from(token.revision));
            rows = rows.sequence(row.bytes(&envelope));
            sealed.ids.push(token.id);
            sealed
                .revisions
                .push(i32::try_from(token.revision).map_err(|_past| RunError::Record { what: "revision" })?);
            sealed.envelopes.push(envelope);
            if number % SEALED_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
        Ok(Some(SealedAnew { signed: Rows { rows, count: sealed.ids.len() }, tokens: sealed }))
    }

    /// Opens the DEKs that these tokens need and that are not open here: none, unless the run was taken up.
    async fn open_for(&self, way: &Move, tokens: &[TokenRow]) -> Result<(), RunError> {
        let mut needed: Vec<WrapRow> = Vec::new();
        for pair in tokens.chunk_by(|one, other| (one.dek, one.dek_version) == (other.dek, other.dek_version)) {
            let Some(first) = pair.first() else { continue };
            let keyring = self.keyring.lock().await;
            for wrap in [way.find(first.dek, first.dek_version)?, way.present(first.dek)?] {
                let known = needed.iter().any(|other| (other.dek, other.dek_version) == (wrap.dek, wrap.dek_version));
                if !known && keyring.find(wrap.dek, wrap.dek_version).is_none() {
                    needed.push(wrap.clone());
                }
            }
        }
        if needed.is_empty() { Ok(()) } else { self.open(&needed).await }
    }

    async fn seal_anew(&self, way: &Move, token: &TokenRow) -> Result<Vec<u8>, RunError> {
        let present = way.present(token.dek)?;
        let closed = || RunError::Record { what: "DEK" };
        let (from, to) = {
            let keyring = self.keyring.lock().await;
            let from = keyring.find(token.dek, token.dek_version).ok_or_else(closed)?;
            (from, keyring.find(token.dek, present.dek_version).ok_or_else(closed)?)
        };
        let context = |version: u32| TokenContext {
            dek: identity_of(&self.hands.console.custody, token.dek, &present.scope),
            dek_version: u64::from(version),
            record: *token.id.as_bytes(),
        };
        let opened = open_token(&from, &context(token.dek_version), &token.envelope).map_err(|source| {
            RunError::Token { token: token.id, dek: token.dek, version: token.dek_version, source }
        })?;
        // EXPOSE: the plaintext goes from one cipher into the other and nowhere else.
        Ok(opened.expose(|plaintext| seal_token(&to, &context(present.dek_version), plaintext))?)
    }

    async fn write(&self, step: Step, batch: Option<SealedAnew>, tally: &mut Tally) -> Result<(), RunError> {
        let Some(batch) = batch else { return Ok(()) };
        let count = u64::try_from(batch.signed.count).unwrap_or(u64::MAX);
        match self.hands.reencrypt_tokens(step, batch).await {
            Ok(()) => {
                tally.moved += count;
                tally.batches += 1;
                tally.refused = 0;
                Ok(())
            }
            // Somebody changed a token of this batch meanwhile: nothing was written, the next pass meets what is left.
            Err(RunError::Register(RegisterError::Refused(refusal))) if refusal.code() == "token_moved" => {
                tally.refused += 1;
                if tally.refused > REFUSED_MAX { Err(RunError::TokensMove) } else { Ok(()) }
            }
            Err(error) => Err(error),
        }
    }
}

impl Move {
    /// Each DEK with the version that its tokens are moved to.
    fn versions(&self) -> Vec<(KeyId, u32)> {
        self.present.iter().map(|wrap| (wrap.dek, wrap.dek_version)).collect()
    }

    fn present(&self, dek: KeyId) -> Result<&WrapRow, RunError> {
        let found = self.present.binary_search_by_key(&dek, |wrap| wrap.dek).ok();
        found.and_then(|place| self.present.get(place)).ok_or(RunError::Record { what: "wrap" })
    }

    fn find(&self, dek: KeyId, version: u32) -> Result<&WrapRow, RunError> {
        let found = self.former.iter().find(|wrap| (wrap.dek, wrap.dek_version) == (dek, version));
        found.ok_or(RunError::Record { what: "version of a token" })
    }
}
