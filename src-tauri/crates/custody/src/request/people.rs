//! Plans about people: who joins, with which device and roles, who gets another role, who comes back.

use std::collections::BTreeMap;

use domain::{Change, KeyId, Operation, OperatorId, Plan, PlanError, Role, Target, Text};
use ledger::EnrolmentCard;
use register::{OperatorKind, OperatorRow};

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;
use crate::people::role_words;

/// For the estimate only: the vault is not asked.
const BITS: u32 = 2048;

const NAME_CHARS_MAX: usize = 100;
const PERSON_CHARS_MAX: usize = 200;
const LOGIN_CHARS_MAX: usize = 63;

/// Somebody who is to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joiner {
    /// A human or an agent: their card says who, and proves that they hold the key.
    Keyed(EnrolmentCard),
    /// A service or an AI actor: it reads, at most, and holds no key.
    Keyless {
        /// Its id from now on.
        operator: OperatorId,
        /// `Service` or `Ai`.
        kind: OperatorKind,
        /// Stable name outside of Countersign.
        person: String,
        /// Name on screen.
        name: String,
        /// Login at the register.
        login: String,
    },
}

/// What is asked for about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleOrder {
    /// They join.
    Enrol {
        /// Who.
        joiner: Joiner,
        /// With which roles.
        roles: Vec<Role>,
    },
    /// An operator gets a further device.
    Device(EnrolmentCard),
    /// An operator gets further roles, or the authority to accept risks.
    Grant {
        /// Who.
        operator: OperatorId,
        /// Which.
        roles: Vec<Role>,
    },
    /// Somebody who was suspended, or had left, may act again, with a new key.
    Reinstate {
        /// Who.
        operator: OperatorId,
        /// Their new card; nothing for what holds no key.
        card: Option<EnrolmentCard>,
        /// With which roles.
        roles: Vec<Role>,
    },
}

impl PeopleOrder {
    /// Which operation it is.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Enrol { .. } => Operation::EnrolOperator,
            Self::Device(_) => Operation::EnrolDevice,
            Self::Grant { .. } => Operation::GrantRole,
            Self::Reinstate { .. } => Operation::ReinstateOperator,
        }
    }

    /// Whom it is about.
    #[must_use]
    pub const fn operator(&self) -> OperatorId {
        match self {
            Self::Enrol { joiner: Joiner::Keyed(card), .. } | Self::Device(card) => OperatorId(card.operator),
            Self::Enrol { joiner: Joiner::Keyless { operator, .. }, .. }
            | Self::Grant { operator, .. }
            | Self::Reinstate { operator, .. } => *operator,
        }
    }

    fn card(&self) -> Option<&EnrolmentCard> {
        match self {
            Self::Enrol { joiner: Joiner::Keyed(card), .. } | Self::Device(card) => Some(card),
            Self::Reinstate { card, .. } => card.as_ref(),
            Self::Enrol { .. } | Self::Grant { .. } => None,
        }
    }

    fn roles(&self) -> &[Role] {
        match self {
            Self::Enrol { roles, .. } | Self::Grant { roles, .. } | Self::Reinstate { roles, .. } => roles,
            Self::Device(_) => &[],
        }
    }
}

/// Computes the plan. Pure: `known` is the operator as enrolled, where they are.
///
/// # Errors
/// [`RequestError::Unknown`] when nobody of that id is enrolled, [`RequestError::Plan`] for a name that can't be kept.
fn plan_people(
    draft: Draft,
    order: &PeopleOrder,
    known: Option<&OperatorRow>,
    cool_down_hours: u32,
    facts: domain::Facts,
    setting: Setting,
) -> Result<Plan, RequestError> {
    let operator = order.operator();
    let mut parameters = described(order)?;
    let name = match (order, known) {
        (PeopleOrder::Enrol { .. }, _) => parameters.get("name").cloned().unwrap_or_default(),
        (_, Some(known)) => known.name.clone(),
        (_, None) => return Err(RequestError::Unknown { what: "operator", id: operator.to_string() }),
    };
    let mut lines: Vec<(&str, String, String)> = Vec::new();
    if matches!(order, PeopleOrder::Enrol { .. }) {
        let told = ["kind", "name", "person", "login"].into_iter();
        lines.extend(told.filter_map(|field| Some((field, String::new(), parameters.get(field)?.clone()))));
    }
    if let PeopleOrder::Reinstate { .. } = order {
        let before = known.map(|known| known.status.word().to_owned()).unwrap_or_default();
        lines.push(("status", before, "active".to_owned()));
    }
    if !order.roles().is_empty() {
        let held = known.map(|known| known.roles.iter().map(|held| held.role).collect::<Vec<_>>());
        let held = held.unwrap_or_default();
        let after: Vec<Role> = held.iter().chain(order.roles()).copied().collect();
        lines.push(("roles", role_words(&held), role_words(&after)));
        lines.push(("cool_down_hours", String::new(), cool_down_hours.to_string()));
        parameters.insert("roles".to_owned(), role_words(order.roles()));
        parameters.insert("cool_down_hours".to_owned(), cool_down_hours.to_string());
    }
    if let Some(card) = order.card() {
        lines.push(("device_name", String::new(), card.device_name.clone()));
        lines.push(("fingerprint", String::new(), hex::encode(card.key())));
    }
    parameters.insert("vault".to_owned(), setting.vault_host);
    let line = |(field, before, after): (&str, String, String)| Change {
        subject: name.clone(),
        field: field.to_owned(),
        before,
        after,
    };
    let changes = lines.into_iter().map(line).collect();
    let impact = BTreeMap::from([("estimated_seconds".to_owned(), 1), ("vault_operations".to_owned(), 0)]);
    let target = Target { key: KeyId(operator.0), name, version: String::new() };
    Ok(draft.into_plan(order.operation(), vec![target], parameters, changes, impact, facts))
}

/// What the plan says of the person, with texts as the register keeps them. A card's are kept as they were signed.
fn described(order: &PeopleOrder) -> Result<BTreeMap<String, String>, RequestError> {
    let check = |field, raw: &str, max| {
        Text::parse_line(field, raw, max).map(|text| text.as_str().to_owned()).map_err(PlanError::from)
    };
    let parameters = match order {
        PeopleOrder::Enrol { joiner: Joiner::Keyless { kind, person, name, login, .. }, .. } => BTreeMap::from([
            ("kind".to_owned(), kind.word().to_owned()),
            ("person".to_owned(), check("person", person, PERSON_CHARS_MAX)?),
            ("name".to_owned(), check("name", name, NAME_CHARS_MAX)?),
            ("login".to_owned(), check("login", login, LOGIN_CHARS_MAX)?),
        ]),
        _ => order.card().map(EnrolmentCard::parameters).unwrap_or_default(),
    };
    for (field, max) in [
        ("name", NAME_CHARS_MAX),
        ("person", PERSON_CHARS_MAX),
        ("login", LOGIN_CHARS_MAX),
        ("device_name", NAME_CHARS_MAX),
    ] {
        if let Some(said) = parameters.get(field)
            && check(field, said, max)? != *said
        {
            return Err(RequestError::Card);
        }
    }
    Ok(parameters)
}

impl Console {
    /// The plan of an order about people, from live state. A card that its key did not sign for this custody is refused.
    pub(super) async fn people_plan(&self, draft: Draft, order: &PeopleOrder) -> Result<Plan, RequestError> {
        let operator = order.operator();
        let known = self.register.operators().await?.into_iter().find(|row| row.id == operator);
        let facts = self.register.facts(order.operation(), &[KeyId(operator.0)]).await?;
        let hours = self.register.settings().await?.role_cool_down_hours;
        let plan = plan_people(draft, order, known.as_ref(), hours, facts, self.setting(BITS).await?)?;
        self.check_card(&plan)?;
        Ok(plan)
    }

    /// Whether the holder of the key in a plan about people said that it is theirs. The database can't verify that: whoever plans,
    /// signs or applies does, and every replay of the ledger.
    ///
    /// # Errors
    /// [`RequestError::Card`].
    pub fn check_card(&self, plan: &Plan) -> Result<(), RequestError> {
        let is_joining =
            matches!(plan.operation, Operation::EnrolOperator | Operation::EnrolDevice | Operation::ReinstateOperator);
        if !is_joining || plan.parameter("public_key").is_none() {
            return Ok(());
        }
        let target = plan.targets.first().ok_or(RequestError::Card)?;
        let card = EnrolmentCard::in_parameters(plan.custody.0, target.key.0, &plan.parameters);
        let verified = card.ok_or(RequestError::Card)?.verify(self.custody.id.0, &self.witness.founding());
        verified.map_err(|_does_not_verify| RequestError::Card)
    }
}
