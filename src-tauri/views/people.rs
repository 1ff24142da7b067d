//! People, roles and environments in their wire forms.

use domain::{OperatorId, Timestamp};
use ipc::PersonView;
use register::{OperatorRow, OperatorStatus};

/// A role that a person holds. The agent's is none.
pub(crate) fn role(role: domain::Role) -> Option<ipc::Role> {
    match role {
        domain::Role::Security => Some(ipc::Role::Security),
        domain::Role::DevOps => Some(ipc::Role::Devops),
        domain::Role::Engineering => Some(ipc::Role::Engineering),
        domain::Role::Auditor => Some(ipc::Role::Auditor),
        domain::Role::RiskAcceptance => Some(ipc::Role::RiskAcceptance),
        domain::Role::Agent => None,
    }
}

/// A role by the register's word.
pub(crate) fn role_word(word: &str) -> Option<ipc::Role> {
    word.parse().ok().and_then(role)
}

/// Roles that persons hold.
pub(crate) fn roles(all: &[domain::Role]) -> Vec<ipc::Role> {
    all.iter().copied().filter_map(role).collect()
}

/// A role the window named.
pub(crate) fn role_of(named: ipc::Role) -> domain::Role {
    match named {
        ipc::Role::Security => domain::Role::Security,
        ipc::Role::Devops => domain::Role::DevOps,
        ipc::Role::Engineering => domain::Role::Engineering,
        ipc::Role::Auditor => domain::Role::Auditor,
        ipc::Role::RiskAcceptance => domain::Role::RiskAcceptance,
    }
}

/// An environment.
pub(crate) fn environment(of: domain::Environment) -> ipc::Environment {
    match of {
        domain::Environment::Development => ipc::Environment::Development,
        domain::Environment::Staging => ipc::Environment::Staging,
        domain::Environment::Production => ipc::Environment::Production,
        domain::Environment::Backup => ipc::Environment::Backup,
    }
}

/// An environment the window named.
pub(crate) fn environment_of(named: ipc::Environment) -> domain::Environment {
    match named {
        ipc::Environment::Development => domain::Environment::Development,
        ipc::Environment::Staging => domain::Environment::Staging,
        ipc::Environment::Production => domain::Environment::Production,
        ipc::Environment::Backup => domain::Environment::Backup,
    }
}

/// A classification the window named.
pub(crate) fn classification_of(named: ipc::Classification) -> domain::Classification {
    match named {
        ipc::Classification::Public => domain::Classification::Public,
        ipc::Classification::Internal => domain::Classification::Internal,
        ipc::Classification::Confidential => domain::Classification::Confidential,
        ipc::Classification::Restricted => domain::Classification::Restricted,
    }
}

/// At most three letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(3).flat_map(char::to_uppercase).collect()
}

/// A person by name and roles.
pub(crate) fn person(operator: OperatorId, name: &str, held: &[domain::Role]) -> PersonView {
    PersonView {
        operator: ipc::OperatorId(operator.to_string()),
        name: name.to_owned(),
        initials: initials(name),
        roles: roles(held),
    }
}

/// Everyone who was ever enrolled, as others see them.
pub(crate) struct Directory<'a> {
    pub operators: &'a [OperatorRow],
    pub now: Timestamp,
}

impl Directory<'_> {
    /// An operator by id. One nobody knows is shown by their id: it happens only when a table was tampered with.
    pub fn person(&self, operator: OperatorId) -> PersonView {
        match self.row(operator) {
            Some(row) => person(row.id, &row.name, &row.roles_at(self.now)),
            None => person(operator, &operator.to_string(), &[]),
        }
    }

    pub fn row(&self, operator: OperatorId) -> Option<&OperatorRow> {
        self.operators.iter().find(|row| row.id == operator)
    }

    /// Everyone who may act today.
    pub fn active(&self) -> impl Iterator<Item = &OperatorRow> {
        self.operators.iter().filter(|row| row.status == OperatorStatus::Active)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn initials_are_the_first_letters_of_at_most_three_words() {
        assert_eq!(super::initials("Ines  Duarte de Melo e Castro"), "IDD");
        assert_eq!(super::initials("élodie"), "É");
        assert_eq!(super::initials(""), "");
    }
}
