//! Verification of a file, offline: against itself, the signers that are trusted, and the reader's clock.

use domain::{Environment, Timestamp};
use ledger::{ActorKind, Entry, SignatureBlock, key_id, verify_signature};
use signed_file::SignedFile as _;

use crate::SKEW_MAX;
use crate::document::{Document, Signer, VALIDITY_MAX};
use crate::fault::Fault;
use crate::finding::Finding;
use crate::reading::Reading;
use crate::trust::{Trust, TrustedSigner};

/// Longest life of a session key, in microseconds: twelve hours, as the ledger has it.
const SESSION_MICROS_MAX: i64 = 12 * 60 * 60 * 1_000_000;

/// Verifies a file at `now`, the reader's clock, for deployments to `environment`.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(bytes: &[u8], trust: &Trust, environment: Environment, now: Timestamp) -> Result<Reading, Fault> {
    let document = Document::read(bytes)?;
    check_place(&document, trust, environment)?;
    let key = certified_key(&document, trust)?;
    let signature = document.signature.array().ok_or(Fault::Signature)?;
    verify_signature(&key, &document.signed_bytes(), &signature).map_err(|_invalid| Fault::Signature)?;
    check_times(&document, now)?;
    document.findings.iter().try_for_each(Finding::check)?;
    Ok(document.into_reading())
}

/// The custody that is trusted, the environment that is deployed to.
fn check_place(document: &Document, trust: &Trust, asked: Environment) -> Result<(), Fault> {
    for (what, found) in [("the list of trusted signers", trust.environment), ("the file", document.environment)] {
        if found != asked {
            return Err(Fault::Environment { asked, what, found });
        }
    }
    if document.custody == trust.custody {
        Ok(())
    } else {
        Err(Fault::Custody { found: document.custody, trusted: trust.custody })
    }
}

/// The session key that a trusted device key certified, in an entry of this very custody, and that was valid when the file was made.
fn certified_key(document: &Document, trust: &Trust) -> Result<[u8; 32], Fault> {
    let unfit = |why| Fault::Certification { why };
    let Signer { operator, session } = &document.signer;
    let entry = Entry::decode(&session.entry.0).map_err(|_bytes| unfit("is no entry of a ledger"))?;
    let block = SignatureBlock::decode(&session.signatures.0).map_err(|_bytes| unfit("has no signature"))?;
    let [(device, signature)] = block.pairs() else { return Err(unfit("has not one signature")) };
    let holds = |signer: &&TrustedSigner| {
        signer.operator == *operator && signer.public_key.array().is_some_and(|key| key_id(&key) == *device)
    };
    let trusted = trust.signers.iter().find(holds).and_then(|signer| signer.public_key.array::<32>());
    let public_key = trusted.ok_or(Fault::Signer { operator: *operator, key: *device })?;
    verify_signature(&public_key, &session.entry.0, signature)
        .map_err(|_invalid| unfit("has a signature that does not verify"))?;
    let belongs = entry.custody == document.custody.0
        && entry.environment == document.environment.word()
        && entry.actor.kind == ActorKind::Operator
        && entry.actor.id == operator.0;
    if !belongs || entry.verb != "session.opened" || entry.subject.kind != "session" {
        return Err(unfit("is about something else"));
    }
    let key = entry.attribute("public_key").and_then(|text| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
    });
    let key = key.filter(|key| entry.subject.name == hex::encode(key_id(key)));
    let key = key.ok_or_else(|| unfit("names no key"))?;
    let expires = entry.attribute("expires_at").and_then(|text| text.parse::<i64>().ok());
    let expires = expires.ok_or_else(|| unfit("has no end"))?.min(entry.time.saturating_add(SESSION_MICROS_MAX));
    let opened = Timestamp::from_micros(entry.time);
    let made = Timestamp::from_micros(document.made_at);
    if opened > made.plus(SKEW_MAX) || document.made_at >= expires {
        return Err(unfit("was not in force when the file was made"));
    }
    Ok(key)
}

fn check_times(document: &Document, now: Timestamp) -> Result<(), Fault> {
    let [made, until, newest] =
        [document.made_at, document.valid_until, document.ledger.at].map(Timestamp::from_micros);
    if until <= made {
        return Err(Fault::Times { why: "it ends before it begins" });
    }
    if until > made.plus(VALIDITY_MAX) {
        return Err(Fault::Times { why: "it is valid for more than seven days" });
    }
    if newest > made.plus(SKEW_MAX) {
        return Err(Fault::Times { why: "the ledger's newest entry is later than the file" });
    }
    if made > now.plus(SKEW_MAX) {
        return Err(Fault::Future { made, now });
    }
    if now >= until { Err(Fault::Stale { until, now }) } else { Ok(()) }
}
