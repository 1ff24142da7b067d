//! Tokens: a tenant's credentials and internal secrets, sealed under their DEK and opened again in their place only.

use std::collections::BTreeMap;

use canonical::Encoder;
use domain::{KeyId, KeyState, TextError, Timestamp};
use envelope::{Dek, MessageCount, MessageLimitReached, OpenError, SealError, SecretBytes, TokenContext};
use futures::{StreamExt, TryStreamExt, stream};
use rand_core::OsRng;
use register::{RegisterError, TokenRow, WrapRow};
use uuid::Uuid;
use vault::{ObjectName, VaultError};

use super::deks::one_line;
use super::opening::OpeningError;
use super::{Estate, Progress};
use crate::author::Act;
use crate::identity::identity_of;

/// Tokens in one act; the register takes no more.
pub const BATCH_MAX: usize = 2_000;
/// How often a batch is sealed anew, or a token read anew, because its DEK was rotated in between.
const TRIES_MAX: u32 = 5;
/// DEKs that are opened at once. The vault client's own budget decides how many of these calls are sent.
const IN_FLIGHT: usize = 32;
const NAME_CHARS_MAX: usize = 200;

/// A token to be sealed. Its plaintext is wiped when this is dropped.
pub struct NewToken {
    /// DEK it is sealed under.
    pub dek: KeyId,
    /// Its name.
    pub name: String,
    /// What is sealed.
    pub plaintext: SecretBytes,
    /// When it expires.
    pub expires: Option<Timestamp>,
}

/// What was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SealedTokens {
    /// The tokens' records, in the order in which the tokens were given.
    pub tokens: Vec<Uuid>,
    /// Ledger entries, one for each batch.
    pub entries: Vec<u64>,
}

/// Why tokens were not sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A name is empty, too long or deceptive.
    #[error(transparent)]
    Text(#[from] TextError),
    /// There is no such DEK, or it protects nothing new.
    #[error("{dek} is no DEK in use")]
    DekNotInUse {
        /// Which.
        dek: KeyId,
    },
    /// There is no such token under this DEK.
    #[error("there is no token {token} under DEK {dek}")]
    Unknown {
        /// The DEK.
        dek: KeyId,
        /// The token.
        token: Uuid,
    },
    /// The DEK did not open.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// The DEK may seal no more.
    #[error(transparent)]
    Exhausted(#[from] MessageLimitReached),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The sealed token does not open here: damaged, or moved from another place.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The KEK's name in the register is none.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// A DEK that is open for as long as its tokens are sealed, and what it is filed as.
struct OpenDek {
    dek: Dek,
    wrap: WrapRow,
}

impl Estate<'_> {
    /// Seals tokens, each under its own DEK, in batches of [`BATCH_MAX`]. Each DEK of a batch is opened once by the vault, and once
    /// more when it was rotated before the batch was written.
    ///
    /// # Errors
    /// [`TokenError`]; batches that were written before stand.
    pub async fn seal_tokens(
        &self,
        tokens: Vec<NewToken>,
        purpose: &str,
        progress: Progress<'_>,
    ) -> Result<SealedTokens, TokenError> {
        let total = tokens.len();
        let now = self.now().await?;
        let with_id = |token| (KeyId::make(now, &mut OsRng).0, token);
        let mut by_dek: Vec<(Uuid, NewToken)> = tokens.into_iter().map(with_id).collect();
        let mut sealed = SealedTokens { tokens: by_dek.iter().map(|(id, _)| *id).collect(), entries: Vec::new() };
        // A DEK whose tokens stand together is opened once.
        by_dek.sort_by_key(|(_, token)| token.dek);
        progress(0, total);
        while !by_dek.is_empty() {
            let rest = by_dek.split_off(by_dek.len().min(BATCH_MAX));
            let batch = std::mem::replace(&mut by_dek, rest);
            sealed.entries.push(self.seal_batch(&batch, purpose).await?);
            progress(total - by_dek.len(), total);
        }
        Ok(sealed)
    }

    /// One batch. A rotation of a DEK may come in between: then the register says so, and the batch is sealed under the version
    /// that is in use by then.
    async fn seal_batch(&self, tokens: &[(Uuid, NewToken)], purpose: &str) -> Result<u64, TokenError> {
        let mut tries = TRIES_MAX;
        loop {
            tries -= 1;
            match self.try_seal(tokens, purpose).await {
                Err(TokenError::Register(RegisterError::Refused(refusal)))
                    if refusal.code() == "dek_version_gone" && tries > 0 => {}
                done => return done,
            }
        }
    }

    async fn try_seal(&self, tokens: &[(Uuid, NewToken)], purpose: &str) -> Result<u64, TokenError> {
        let mut wanted: BTreeMap<KeyId, u64> = BTreeMap::new();
        for (_, token) in tokens {
            *wanted.entry(token.dek).or_default() += 1;
        }
        let open = self.open_deks(wanted).await?;
        let mut rows = Encoder::new();
        for (id, token) in tokens {
            let OpenDek { dek, wrap } = open.get(&token.dek).ok_or(TokenError::DekNotInUse { dek: token.dek })?;
            let context = self.context(wrap, *id);
            // EXPOSE: the plaintext goes into the cipher and nowhere else.
            let envelope = token.plaintext.expose(|plaintext| envelope::seal_token(dek, &context, plaintext))?;
            let name = one_line("token name", &token.name, NAME_CHARS_MAX)?;
            let row = Encoder::new().bytes(id.as_bytes()).bytes(token.dek.0.as_bytes());
            let row = row.count(u64::from(wrap.dek_version)).text(&name).bytes(&envelope);
            rows = rows.sequence(match token.expires {
                Some(expires) => row.time(expires.micros()),
                None => row.bytes(&[]),
            });
        }
        let count = tokens.len();
        // Keys are wiped before the register is waited for. Plaintexts are needed until it has said yes.
        drop(open);
        let now = self.now().await?;
        let act = Act::new("token.sealed", "batch", KeyId::make(now, &mut OsRng))
            .purpose(purpose)
            .payload(rows.clone(), count);
        let receipt = self.register.seal_tokens(self.author.write(act, now).as_act(), &rows.finish()).await?;
        Ok(receipt.seq)
    }

    /// Opens the DEKs that shall seal, after making sure that each may seal that many messages more.
    async fn open_deks(&self, wanted: BTreeMap<KeyId, u64>) -> Result<BTreeMap<KeyId, OpenDek>, TokenError> {
        let ids: Vec<KeyId> = wanted.keys().copied().collect();
        let mut keks: BTreeMap<KeyId, ObjectName> = BTreeMap::new();
        let wraps = self.register.wraps_of(&ids).await.map_err(OpeningError::Register)?;
        for kek in wraps.iter().map(|wrap| wrap.kek) {
            if let std::collections::btree_map::Entry::Vacant(entry) = keks.entry(kek) {
                entry.insert(self.kek_name(kek).await?);
            }
        }
        let one = |wrap: WrapRow| {
            let (messages, kek) = (wanted.get(&wrap.dek).copied().unwrap_or(0), keks.get(&wrap.kek));
            async move {
                let in_use = self.register.dek(wrap.dek).await?.filter(|row| row.state == KeyState::Active);
                let (row, kek) = in_use.zip(kek).ok_or(TokenError::DekNotInUse { dek: wrap.dek })?;
                MessageCount::from_stored(row.messages).reserve(messages)?;
                let dek = self.open_dek(&wrap, kek).await?;
                Ok::<_, TokenError>((wrap.dek, OpenDek { dek, wrap }))
            }
        };
        stream::iter(wraps).map(one).buffer_unordered(IN_FLIGHT).try_collect().await
    }

    /// Opens one token in its place, under the version of the DEK that it was sealed with.
    ///
    /// # Errors
    /// [`TokenError::Open`] when it does not open, which is what a token moved from another tenant does.
    pub async fn open_token(&self, dek: KeyId, token: Uuid) -> Result<SecretBytes, TokenError> {
        for _ in 0..TRIES_MAX {
            let row = self.find_token(dek, token).await?;
            // what was suspended or revoked is opened for nobody, whatever the vault would still do.
            self.register.may_open(dek).await?;
            // Its wrap may be gone by now: then the token was sealed anew in between.
            let Some(wrap) = self.register.wrap_in_version(dek, row.dek_version).await? else { continue };
            let opened = self.open_dek(&wrap, &self.kek_name(wrap.kek).await?).await?;
            return Ok(envelope::open_token(&opened, &self.context(&wrap, row.id), &row.envelope)?);
        }
        Err(TokenError::DekNotInUse { dek })
    }

    async fn find_token(&self, dek: KeyId, token: Uuid) -> Result<TokenRow, TokenError> {
        let unknown = || TokenError::Unknown { dek, token };
        // The first token after the one before it: this one, if it is there.
        let before = Uuid::from_u128(token.as_u128().checked_sub(1).ok_or_else(unknown)?);
        let found = self.register.tokens_of(dek, Some(before), 1).await?.into_iter().find(|row| row.id == token);
        found.ok_or_else(unknown)
    }

    fn context<'t>(&'t self, wrap: &'t WrapRow, record: Uuid) -> TokenContext<'t> {
        TokenContext {
            dek: identity_of(self.author.custody(), wrap.dek, &wrap.scope),
            dek_version: u64::from(wrap.dek_version),
            record: *record.as_bytes(),
        }
    }

    async fn kek_name(&self, kek: KeyId) -> Result<ObjectName, TokenError> {
        let name = self.register.kek_vault_name(kek).await?.ok_or(TokenError::DekNotInUse { dek: kek })?;
        Ok(ObjectName::parse(&name)?)
    }
}
