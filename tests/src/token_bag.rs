//! Tokens whose plaintexts a test remembers, to see that none is lost, damaged or opened to another.

use std::collections::BTreeSet;

use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use domain::KeyId;
use envelope::SecretBytes;
use futures::{StreamExt as _, stream};
use rand_core::{OsRng, RngCore as _};
use uuid::Uuid;
use workplace::Desk;

/// Tokens that are opened at a time.
const AT_ONCE: usize = 16;

/// Tokens and what they open to.
#[derive(Default)]
pub struct TokenBag(Vec<(KeyId, Uuid, [u8; 24])>);

impl TokenBag {
    /// Seals `each` tokens under each of `deks`, at `desk`.
    pub async fn seal(&mut self, desk: &Desk, deks: &[KeyId], each: usize) {
        let mut values = Vec::with_capacity(deks.len() * each);
        for dek in deks {
            for _ in 0..each {
                let mut value = [0; 24];
                OsRng.fill_bytes(&mut value);
                values.push((*dek, value));
            }
        }
        let token = |(dek, value): &(KeyId, [u8; 24])| NewToken {
            dek: *dek,
            name: "access-token".to_owned(),
            plaintext: SecretBytes::new(value.to_vec()),
            expires: None,
        };
        let estate = Estate::new(&desk.console, desk.author());
        let sealed = estate.seal_tokens(values.iter().map(token).collect(), "kept to see", &unwatched).await.unwrap();
        let named = sealed.tokens.into_iter().zip(values);
        self.0.extend(named.map(|(token, (dek, value))| (dek, token, value)));
    }

    /// Takes the tokens of another bag.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Every one of them opens to what was sealed.
    pub async fn all_open(&self, desk: &Desk) {
        self.some_open(desk, 1).await;
    }

    /// None of them opens any more.
    pub async fn none_opens(&self, desk: &Desk) {
        let estate = Estate::new(&desk.console, desk.author());
        for (dek, token, _) in &self.0 {
            assert!(estate.open_token(*dek, *token).await.is_err(), "token {token} still opens");
        }
    }

    /// The DEKs under which one of them opens, to what was sealed and to nothing else.
    pub async fn opening(&self, desk: &Desk) -> BTreeSet<KeyId> {
        let estate = Estate::new(&desk.console, desk.author());
        let mut open = BTreeSet::new();
        for (dek, token, value) in &self.0 {
            if let Ok(opened) = estate.open_token(*dek, *token).await {
                // EXPOSE: compared with what went in; it is a random value.
                assert!(opened.expose(|plaintext| plaintext == value), "token {token} opened to something else");
                open.insert(*dek);
            }
        }
        open
    }

    /// Every `nth` of them opens to what was sealed.
    pub async fn some_open(&self, desk: &Desk, nth: usize) {
        let estate = Estate::new(&desk.console, desk.author());
        stream::iter(self.0.iter().step_by(nth))
            .for_each_concurrent(AT_ONCE, |(dek, token, value)| async move {
                let opened = estate.open_token(*dek, *token).await.unwrap();
                // EXPOSE: compared with what went in; it is a random value.
                assert!(opened.expose(|plaintext| plaintext == value), "token {token} opened to something else");
            })
            .await;
    }
}
