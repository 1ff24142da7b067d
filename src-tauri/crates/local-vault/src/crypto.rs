//! What keys are used for: wrapping, encrypting, signing, and the ways back.

use crate::answer::Answer;
use crate::encoding::unb64;
use crate::keys::parse;
use crate::operation::Operation;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::route::Call;
use crate::shelf::Shelf;
use crate::signing;
use crate::store::{self, live};
use crate::versions::KeyVersion;
use crate::view::version_id;
use aws_lc_rs::rand;
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use zeroize::Zeroizing;

const RANDOM_BYTES_MAX: usize = 128;

#[derive(Deserialize)]
struct UseIn<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    /// Borrowed from the body, which is wiped: it may be a plaintext key.
    #[serde(borrow)]
    value: Option<Cow<'a, str>>,
    #[serde(borrow)]
    digest: Option<Cow<'a, str>>,
}

pub(crate) fn perform(keys: &Shelf<KeyVersion>, place: &Place, call: &Call, body: &[u8]) -> Result<Answer, Refusal> {
    let object = live(keys, place, &call.name)?;
    let version = store::version(&object, call.version.as_deref())?;
    let verb = call.operation.key_op().unwrap_or_default();
    check_usable(version, call.operation, verb, place)?;
    let input: UseIn<'_> = parse(body)?;
    let value = |field: &str, given: &Option<Cow<'_, str>>| {
        let text = given.as_ref().ok_or_else(|| crate::keys::invalid(field))?;
        unb64(field, text)
    };
    let kid = version_id(&object, version, place);
    let material = &version.material;
    let answer = match call.operation {
        Operation::KeyWrap | Operation::KeyEncrypt => {
            let out = material.encrypt(&input.alg, &value("value", &input.value)?)?;
            Answer::key_value(&kid, &out)
        }
        Operation::KeyUnwrap | Operation::KeyDecrypt => {
            let out = material.decrypt(&input.alg, &value("value", &input.value)?)?;
            Answer::key_value(&kid, &out)
        }
        Operation::KeySign => {
            let out = signing::sign(material, &input.alg, &value("value", &input.value)?)?;
            Answer::key_value(&kid, &out)
        }
        Operation::KeyVerify => {
            let digest = value("digest", &input.digest)?;
            let signature = value("value", &input.value)?;
            let holds = signing::verify(material, &input.alg, &digest, &signature)?;
            Answer::json(&json!({ "value": holds }))?
        }
        other => return Err(Refusal::internal(&format!("{other} uses no key"))),
    };
    Ok(answer.about(kid))
}

/// A disabled version does nothing. An expired one, or one not yet valid, still undoes what it did.
fn check_usable(version: &KeyVersion, operation: Operation, verb: &str, place: &Place) -> Result<(), Refusal> {
    let properties = &version.properties;
    if !properties.enabled_at(place.now) {
        return Err(Refusal::forbidden("KeyDisabled", format!("Operation {verb} is not allowed on a disabled key.")));
    }
    if !version.key_ops.iter().any(|it| it == verb) {
        return Err(Refusal::forbidden(
            "KeyOperationForbidden",
            format!("Operation {verb} is not permitted on this key."),
        ));
    }
    if matches!(operation, Operation::KeyUnwrap | Operation::KeyDecrypt | Operation::KeyVerify) {
        return Ok(());
    }
    if properties.exp.is_some_and(|exp| exp <= place.seconds()) {
        return Err(Refusal::forbidden("KeyExpired", format!("Operation {verb} is not allowed on an expired key.")));
    }
    if properties.nbf.is_some_and(|nbf| nbf > place.seconds()) {
        return Err(Refusal::forbidden(
            "KeyNotYetValid",
            format!("Operation {verb} is not allowed on a key that is not yet valid."),
        ));
    }
    Ok(())
}

#[derive(Deserialize)]
struct RandomIn {
    count: usize,
}

pub(crate) fn random_bytes(place: &Place, body: &[u8]) -> Result<Answer, Refusal> {
    let input: RandomIn = parse(body)?;
    if !(1..=RANDOM_BYTES_MAX).contains(&input.count) {
        return Err(crate::keys::invalid("count"));
    }
    let mut bytes = Zeroizing::new(vec![0; input.count]);
    rand::fill(&mut bytes).map_err(|_unspecified| Refusal::internal(&"no randomness"))?;
    let encoded = Zeroizing::new(crate::encoding::b64(&bytes));
    Ok(Answer::json(&json!({ "value": encoded.as_str() }))?.about(format!("{}/rng", place.origin)))
}
