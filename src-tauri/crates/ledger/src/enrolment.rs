//! Enrolment: the card of a new device key, and what a plan about people says. Formats: `docs/formats/enrolment-card.md`, `plan.md`.

use std::collections::BTreeMap;

use canonical::{DecodeError, Decoder, Encoder};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::chain::Hash;
use crate::entry::Entry;
use crate::signature::{self, KeyId, PublicKey, Signature, SignatureError, Signer, key_id};

/// First field of a card's statement, and the `format` of its file.
pub const CARD_KIND: &str = "countersign/enrolment-card/v1";

const PLAN_KIND: &str = "countersign/plan/v1";

/// Operations that say who may sign.
const OF_PEOPLE: [&str; 4] = ["enrol_operator", "enrol_device", "grant_role", "reinstate_operator"];

/// Who a new device key belongs to, said by whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCard {
    /// For this custody.
    pub custody: Uuid,
    /// Begun by this entry.
    pub founding: Hash,
    /// The operator's id.
    pub operator: Uuid,
    /// `operator` or `agent`.
    pub kind: String,
    /// Stable name outside of Countersign.
    pub person: String,
    /// Name on screen.
    pub name: String,
    /// Login at the register.
    pub login: String,
    /// Name of the device.
    pub device_name: String,
    /// Its key.
    pub public_key: PublicKey,
    /// Signature of that key over all of this.
    pub proof: Signature,
}

impl EnrolmentCard {
    /// The card with its proof, made by the key itself.
    #[must_use]
    pub fn signed(self, device: &dyn Signer) -> Self {
        let card = Self { public_key: device.public_key(), ..self };
        Self { proof: device.sign(&card.statement()), ..card }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn statement(&self) -> Vec<u8> {
        Encoder::message(CARD_KIND)
            .bytes(self.custody.as_bytes())
            .bytes(&self.founding)
            .bytes(self.operator.as_bytes())
            .text(&self.kind)
            .text(&self.person)
            .text(&self.name)
            .text(&self.login)
            .text(&self.device_name)
            .bytes(&self.public_key)
            .finish()
    }

    /// Id of its key.
    #[must_use]
    pub fn key(&self) -> KeyId {
        key_id(&self.public_key)
    }

    /// Whether the holder of the key made this card, for this custody.
    ///
    /// # Errors
    /// [`SignatureError`] when anything in it was changed.
    pub fn verify(&self, custody: Uuid, founding: &Hash) -> Result<(), SignatureError> {
        if self.custody != custody || self.founding != *founding {
            return Err(SignatureError::Invalid { key: self.key() });
        }
        signature::verify(&self.public_key, &self.statement(), &self.proof)
    }

    /// As a plan carries it; `custody` and `operator` stand elsewhere in the plan.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("kind", self.kind.clone()),
            ("person", self.person.clone()),
            ("name", self.name.clone()),
            ("login", self.login.clone()),
            ("device_name", self.device_name.clone()),
            ("founding", hex::encode(self.founding)),
            ("public_key", hex::encode(self.public_key)),
            ("proof", hex::encode(self.proof)),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The card in a plan's parameters; `None` where there is no whole one.
    #[must_use]
    pub fn in_parameters(custody: Uuid, operator: Uuid, parameters: &BTreeMap<String, String>) -> Option<Self> {
        let text = |name: &str| parameters.get(name).cloned();
        Some(Self {
            custody,
            founding: bytes(parameters.get("founding")?)?,
            operator,
            kind: text("kind")?,
            person: text("person")?,
            name: text("name")?,
            login: text("login")?,
            device_name: text("device_name")?,
            public_key: bytes(parameters.get("public_key")?)?,
            proof: bytes(parameters.get("proof")?)?,
        })
    }
}

fn bytes<const N: usize>(hex_text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(hex_text, &mut bytes).ok()?;
    Some(bytes)
}

/// What the entry `request.applied` says came into force.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    pub hash: [u8; 32],
    pub custody: Uuid,
    pub request: Uuid,
    pub operation: String,
    pub requester: Uuid,
    /// Id of the first target: of an operation about people, the operator.
    pub target: Uuid,
    pub parameters: BTreeMap<String, String>,
}

impl Applied {
    /// Reads the plan out of an entry; `None` where there is none that can be read.
    pub fn read(entry: &Entry) -> Option<Self> {
        let pieces = entry.attributes.range("plan.00".to_owned()..="plan.99".to_owned());
        let hex_text: String = pieces.map(|(_, piece)| piece.as_str()).collect();
        let plan = hex::decode(hex_text).ok()?;
        Self::decode(&plan).ok()
    }

    fn decode(plan: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Decoder::new(plan);
        fields.expect_kind(PLAN_KIND)?;
        let id = |fields: &mut Decoder<'_>| fields.array("an id of 16 bytes").map(Uuid::from_bytes);
        let custody = id(&mut fields)?;
        let _environment = fields.bytes()?;
        let request = id(&mut fields)?;
        let operation = fields.text()?.to_owned();
        let requester = id(&mut fields)?;
        let _nonce = fields.bytes()?;
        for _clock in 0..3 {
            fields.time()?;
        }
        let mut targets = fields.sequence()?;
        let target = id(&mut targets.sequence()?)?;
        let parameters = fields.map()?;
        Ok(Self { hash: Sha256::digest(plan).into(), custody, request, operation, requester, target, parameters })
    }

    /// Whether it says who may sign.
    pub fn is_about_people(&self) -> bool {
        OF_PEOPLE.contains(&self.operation.as_str())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Roles that it gives.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.text("roles").unwrap_or_default().split(',').filter(|role| !role.is_empty())
    }

    /// How long until they count, in microseconds.
    pub fn cool_down(&self) -> Option<i64> {
        let hours: i64 = self.text("cool_down_hours").map_or(Some(0), |hours| hours.parse().ok())?;
        (0..=8_760).contains(&hours).then(|| hours * 3_600_000_000)
    }

    /// The card in it, where it brings one.
    pub fn card(&self) -> Option<EnrolmentCard> {
        EnrolmentCard::in_parameters(self.custody, self.target, &self.parameters)
    }
}
