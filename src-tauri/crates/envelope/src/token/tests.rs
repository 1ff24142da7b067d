#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::DekScope;

/// A context that owns its texts, so that proptest can make and change it.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    custody: [u8; 16],
    environment: String,
    tenant: Option<String>,
    name: String,
    key: [u8; 16],
    dek_version: u64,
    record: [u8; 16],
}

impl Place {
    fn context(&self) -> TokenContext<'_> {
        let scope = match &self.tenant {
            Some(tenant) => DekScope::TenantIntegration { tenant, integration: &self.name },
            None => DekScope::SecretName(&self.name),
        };
        let dek = DekIdentity { custody: self.custody, environment: &self.environment, scope, key: self.key };
        TokenContext { dek, dek_version: self.dek_version, record: self.record }
    }

    /// The same place with one field changed.
    fn moved(&self, field: usize) -> Self {
        let mut moved = self.clone();
        match field {
            0 => moved.custody[3] ^= 1,
            1 => moved.environment.push('x'),
            2 => moved.tenant = moved.tenant.map_or(Some(String::new()), |tenant| Some(tenant + "x")),
            3 => moved.tenant = moved.tenant.map_or(Some("t".to_owned()), |_| None),
            4 => moved.name.push('x'),
            5 => moved.key[15] ^= 1,
            6 => moved.dek_version = moved.dek_version.wrapping_add(1),
            _ => moved.record[0] ^= 0x80,
        }
        moved
    }
}

const FIELDS: usize = 8;

prop_compose! {
    /// Short texts from few letters, so that two places often differ only in where one text ends and the next begins.
    fn place()(
        custody in prop_oneof![Just([1; 16]), any::<[u8; 16]>()],
        environment in "[ab]{0,2}",
        tenant in prop::option::of("[ab]{0,3}"),
        name in "[ab]{0,3}",
        key in prop_oneof![Just([2; 16]), any::<[u8; 16]>()],
        dek_version in 0..3_u64,
        record in prop_oneof![Just([3; 16]), any::<[u8; 16]>()],
    ) -> Place {
        Place { custody, environment, tenant, name, key, dek_version, record }
    }
}

proptest! {
    /// a sealed token opens in its place with its key and yields exactly what was sealed.
    #[test]
    fn what_was_sealed_opens(place in place(), plaintext in prop::collection::vec(any::<u8>(), 0..200)) {
        let dek = Dek::generate().unwrap();
        let sealed = seal_token(&dek, &place.context(), &plaintext).unwrap();
        prop_assert_eq!(sealed.len(), plaintext.len() + ENVELOPE_OVERHEAD);
        let opened = open_token(&dek, &place.context(), &sealed).unwrap();
        // EXPOSE: a test compares a value that is no secret.
        prop_assert!(opened.expose(|bytes| bytes == plaintext));
    }

    /// moved to another custody, environment, tenant, integration, secret name, key, version or record, it does not open.
    #[test]
    fn any_changed_context_field_fails_to_open(place in place(), field in 0..FIELDS) {
        let dek = Dek::generate().unwrap();
        let mut sealed = seal_token(&dek, &place.context(), b"token").unwrap();
        let moved = place.moved(field);
        prop_assert_ne!(&moved, &place);
        let refused = open_token(&dek, &moved.context(), &sealed).map(|_| ());
        let header_differs = field == 5 || field == 6;
        prop_assert_eq!(refused, Err(if header_differs { OpenError::OtherKey } else { OpenError::DoesNotOpen }));

        // An attacker with write access corrects the clear header as well: the associated data still refuses.
        sealed[4..20].copy_from_slice(&moved.key);
        sealed[20..28].copy_from_slice(&moved.dek_version.to_be_bytes());
        prop_assert_eq!(open_token(&dek, &moved.context(), &sealed).map(|_| ()), Err(OpenError::DoesNotOpen));
    }

    /// two different places never share associated data.
    #[test]
    fn two_contexts_never_share_associated_data(a in place(), b in place()) {
        prop_assert_eq!(a == b, a.context().associated_data() == b.context().associated_data());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..120), magic in any::<bool>()) {
        let bytes = if magic { [MAGIC.as_slice(), &bytes].concat() } else { bytes };
        let place = Place {
            custody: [0; 16], environment: String::new(), tenant: None, name: String::new(),
            key: [0; 16], dek_version: 0, record: [0; 16],
        };
        prop_assert!(open_token(&Dek::generate().unwrap(), &place.context(), &bytes).is_err());
    }
}

fn somewhere() -> Place {
    Place {
        custody: [1; 16],
        environment: "production".to_owned(),
        tenant: Some("acme".to_owned()),
        name: "crm".to_owned(),
        key: [2; 16],
        dek_version: 7,
        record: [3; 16],
    }
}

/// every single bit of a sealed token is authenticated.
#[test]
fn any_changed_bit_fails_to_open() {
    let (dek, place) = (Dek::generate().unwrap(), somewhere());
    let sealed = seal_token(&dek, &place.context(), b"a token of some length").unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0..4 => OpenError::NotASealedToken,
            4..28 => OpenError::OtherKey,
            _ => OpenError::DoesNotOpen,
        };
        assert_eq!(open_token(&dek, &place.context(), &changed).map(|_| ()), Err(expected), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(open_token(&dek, &place.context(), &sealed[..length]).is_err(), "cut to {length} bytes");
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(open_token(&dek, &place.context(), &longer).map(|_| ()), Err(OpenError::DoesNotOpen));
}

/// another tenant's DEK does not open it.
#[test]
fn another_dek_does_not_open() {
    let place = somewhere();
    let sealed = seal_token(&Dek::generate().unwrap(), &place.context(), b"token").unwrap();
    let refused = open_token(&Dek::generate().unwrap(), &place.context(), &sealed).map(|_| ());
    assert_eq!(refused, Err(OpenError::DoesNotOpen));
}

/// nonces are random; none repeats over many messages of one DEK.
#[test]
fn nonces_do_not_repeat() {
    let (dek, place) = (Dek::generate().unwrap(), somewhere());
    let mut nonces = HashSet::new();
    for _ in 0..20_000 {
        let sealed = seal_token(&dek, &place.context(), b"").unwrap();
        assert!(nonces.insert(TokenHeader::parse(&sealed).unwrap().nonce));
    }
}

/// an error about a token says nothing about what is in it, nor which check failed.
#[test]
fn errors_carry_no_detail() {
    assert_eq!(OpenError::DoesNotOpen.to_string(), "the token does not open here");
    let too_long = vec![0x41; PLAINTEXT_LEN_MAX + 1];
    let refused = seal_token(&Dek::generate().unwrap(), &somewhere().context(), &too_long).unwrap_err();
    assert_eq!(refused.to_string(), "the value has 65537 bytes, at most 65536 are sealed");
    assert!(seal_token(&Dek::generate().unwrap(), &somewhere().context(), &too_long[1..]).is_ok());
}

#[test]
fn the_header_names_the_key() {
    let sealed = seal_token(&Dek::generate().unwrap(), &somewhere().context(), b"token").unwrap();
    let header = TokenHeader::parse(&sealed).unwrap();
    assert_eq!((header.key, header.dek_version), ([2; 16], 7));
}
