//! What two people decided about people, read out of the entry that put it into force.
//!
//! The database enforces the same rules; whoever owns it can write rows and even entries. What counts here is what two device keys
//! signed, over the very plan that the entry carries.

use std::collections::HashSet;

use super::{HeldRole, Key, People, PeopleError, Person, Standing};
use crate::approved::Sealed;
use crate::enrolment::{Applied, EnrolmentCard};
use crate::entry::Entry;

/// What a writer's clock may differ from the register's, in microseconds: the register takes no entry beyond that.
const SKEW_MICROS: i64 = 60 * 1_000_000;

fn not_approved(why: &'static str) -> PeopleError {
    PeopleError::NotApproved { why }
}

impl People {
    /// What came into force, if two people who may signed it.
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<(), PeopleError> {
        let plan = Applied::read(entry).ok_or(not_approved("it holds no plan that can be read"))?;
        if entry.subject.name != plan.request.to_string() || plan.custody != entry.custody {
            return Err(not_approved("its plan belongs to another request or custody"));
        }
        let seals = self.approved.take(plan.request, &plan.hash);
        let seals = seals.ok_or(not_approved("nobody asked for this plan"))?;
        let now = entry.time.max(self.newest).saturating_add(SKEW_MICROS);
        let mut people: HashSet<String> = HashSet::new();
        for seal in &seals {
            let counts = |standing: &Standing<'_>| {
                let person = standing.person;
                standing.active
                    && person.id == seal.operator
                    && person.kind == "operator"
                    && standing.roles.contains(&seal.role.as_str())
            };
            if let Some(standing) = self.standing(&seal.key, now).filter(counts) {
                people.insert(standing.person.person.to_lowercase());
            }
        }
        let asked = seals.first().is_some_and(|seal| seal.operator == plan.requester);
        if people.len() < 2 || !asked {
            return Err(not_approved("fewer than two people who could sign it did"));
        }
        if plan.is_about_people() { self.learn_plan(entry, &plan, &seals) } else { Ok(()) }
    }

    /// Who may sign from now on.
    fn learn_plan(&mut self, entry: &Entry, plan: &Applied, seals: &[Sealed]) -> Result<(), PeopleError> {
        let may = |seal: &Sealed| matches!(seal.role.as_str(), "security" | "devops");
        if !seals.iter().all(may) || !seals.iter().any(|seal| seal.role == "security") {
            return Err(not_approved("somebody signed in a role in which people are not enrolled"));
        }
        let enrols = plan.operation == "enrol_operator";
        let card = plan.card();
        if let Some(card) = &card {
            self.check_card(entry, card)?;
        }
        if enrols {
            self.join(plan)?;
        }
        let wait = plan.cool_down().ok_or(not_approved("its cool-down can't be read"))?;
        // Backdating an entry would shorten the wait: those before it say that it was later already.
        let effective_at = entry.time.max(self.newest.saturating_sub(2 * SKEW_MICROS)).saturating_add(wait);
        let person = self.persons.get_mut(&plan.target).ok_or(not_approved("it is about nobody"))?;
        let named = |card: &EnrolmentCard| {
            (&card.person, &card.name, &card.login, &card.kind)
                == (&person.person, &person.name, &person.login, &person.kind)
        };
        if card.as_ref().is_some_and(|card| !named(card)) {
            return Err(PeopleError::Card);
        }
        person.active |= plan.operation == "reinstate_operator";
        let held = |role: &str| HeldRole { role: role.to_owned(), effective_at, ended_at: None };
        person.roles.extend(plan.roles().map(held));
        if let Some(card) = card {
            let key = Key { holder: plan.target, public_key: card.public_key, expires_at: None, ended_at: None };
            self.keys.insert(card.key(), key);
        }
        Ok(())
    }

    /// A card that its key signed, of a key that nobody has.
    fn check_card(&self, entry: &Entry, card: &EnrolmentCard) -> Result<(), PeopleError> {
        let founding = self.founding.ok_or(PeopleError::Card)?;
        card.verify(entry.custody, &founding).map_err(|_does_not_verify| PeopleError::Card)?;
        if self.keys.contains_key(&card.key()) { Err(PeopleError::Card) } else { Ok(()) }
    }

    fn join(&mut self, plan: &Applied) -> Result<(), PeopleError> {
        let text = |name: &'static str| {
            plan.text(name).map(str::to_owned).ok_or_else(|| PeopleError::Attribute { name: name.to_owned() })
        };
        let person = Person {
            id: plan.target,
            person: text("person")?,
            name: text("name")?,
            login: text("login")?,
            kind: text("kind")?,
            roles: Vec::new(),
            active: true,
        };
        let same = |known: &Person| known.person.to_lowercase() == person.person.to_lowercase();
        if self.persons.contains_key(&plan.target) || self.persons.values().any(same) {
            return Err(not_approved("the person is enrolled already"));
        }
        // A human or an agent without a card would have no key to be known by; a service has none.
        if matches!(person.kind.as_str(), "operator" | "agent") != plan.card().is_some() {
            return Err(PeopleError::Card);
        }
        self.persons.insert(person.id, person);
        Ok(())
    }
}
