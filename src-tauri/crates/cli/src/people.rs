//! Who acts, and what people are called.

use std::collections::HashMap;
use std::io::{BufRead as _, IsTerminal as _};

use domain::{Operation, OperatorId, Role, quorum_rules};
use register::OperatorRow;
use workplace::{Desk, Person, Premises};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::tell;
use crate::table::safe;

/// The operator who acts: the one who was named, or who chooses on the terminal.
pub async fn choose(context: &Context, premises: &Premises) -> Result<Person, Failure> {
    let people = premises.people()?;
    if people.is_empty() {
        return Err(match premises.is_founded().await? {
            true => Failure::new("no_device_key", "nobody has a device key on this computer".to_owned())
                .could_not_tell()
                .hint("an operator of this custody must be enrolled with this computer first"),
            false => Failure::new("not_founded", "this custody is not founded yet".to_owned())
                .could_not_tell()
                .hint("countersign found"),
        });
    }
    match (&context.operator, people.as_slice()) {
        (Some(named), _) => by_name(named, &people),
        (None, [only]) => Ok(only.clone()),
        (None, _) if !context.json && std::io::stdin().is_terminal() => ask(&people),
        (None, _) => Err(Failure::new("who", "several operators have a device key here".to_owned())
            .could_not_tell()
            .hint(format!("say who acts: {}", known(&people)))),
    }
}

fn by_name(named: &str, people: &[Person]) -> Result<Person, Failure> {
    let wanted = named.to_lowercase();
    let is_named = |person: &&Person| {
        person.login == named || person.name.to_lowercase() == wanted || person.operator.to_string() == wanted
    };
    let mut found = people.iter().filter(is_named);
    match (found.next(), found.next()) {
        (Some(person), None) => Ok(person.clone()),
        (Some(_), Some(_)) => Err(Failure::new("who", format!("several operators are called {named}"))
            .could_not_tell()
            .hint(format!("use a login: {}", known(people)))),
        (None, _) => Err(Failure::new("who", format!("no operator called {named} has a device key here"))
            .could_not_tell()
            .hint(format!("here are: {}", known(people)))),
    }
}

fn known(people: &[Person]) -> String {
    let line = |person: &Person| format!("--as {:?} (login {})", person.name, person.login);
    people.iter().map(line).collect::<Vec<_>>().join(", ")
}

fn ask(people: &[Person]) -> Result<Person, Failure> {
    for (index, person) in people.iter().enumerate() {
        tell(&format!("  {}  {}, {}", index + 1, safe(&person.name), words(&person.roles)));
    }
    tell("Who acts? Type the number:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::of("terminal", &error))?;
    let chosen = line.trim().parse::<usize>().ok().and_then(|number| people.get(number.checked_sub(1)?));
    chosen.cloned().ok_or_else(|| Failure::new("who", "nobody was chosen".to_owned()).could_not_tell())
}

/// Roles in a row.
pub fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

/// Names by id.
pub struct Directory(HashMap<OperatorId, OperatorRow>);

impl Directory {
    /// Everyone who was ever enrolled.
    pub async fn read(desk: &Desk) -> Result<Self, Failure> {
        let rows = desk.console.register.operators().await?;
        Ok(Self(rows.into_iter().map(|row| (row.id, row)).collect()))
    }

    /// What an operator is called; their id where the register does not know them.
    pub fn name(&self, operator: OperatorId) -> String {
        self.0.get(&operator).map_or_else(|| operator.to_string(), |row| row.name.clone())
    }

    /// For a document.
    pub fn person(&self, operator: OperatorId) -> serde_json::Value {
        serde_json::json!({ "id": operator, "name": self.name(operator) })
    }

    /// The operator called so, by name or login.
    pub fn find(&self, named: &str) -> Option<OperatorId> {
        let wanted = named.to_lowercase();
        let mut rows = self.0.values();
        rows.find(|row| row.login == named || row.name.to_lowercase() == wanted || row.id.to_string() == wanted)
            .map(|row| row.id)
    }
}

/// The role in which an operator asks: the one that was named, or the first of theirs that may.
pub fn requesting_role(desk: &Desk, operation: Operation, named: Option<Role>) -> Result<Role, Failure> {
    let rule = quorum_rules().into_iter().find(|rule| rule.operation == operation);
    let may_ask = |role: &Role| rule.as_ref().is_some_and(|rule| rule.countersigners_of(*role).is_some());
    let held = &desk.person.roles;
    match named {
        Some(role) if held.contains(&role) => Ok(role),
        Some(role) => Err(Failure::new("role_missing", format!("{} does not hold the role {role}", desk.person.name))
            .hint(format!("held: {}", words(held)))),
        None => held.iter().copied().find(may_ask).ok_or_else(|| {
            let may: Vec<Role> =
                rule.iter().flat_map(|rule| &rule.countersigners).map(|pair| pair.requested_as).collect();
            Failure::new("role_missing", format!("{} holds no role that may ask for this", desk.person.name))
                .hint(format!("it is asked for as: {}", words(&may)))
        }),
    }
}
