//! Operators, and who may do what the present one may not.

use crate::scalar::{Digest, Micros, OperatorId, Role};

view! {
    /// An operator as other people see them.
    pub struct PersonView {
        /// Who.
        pub operator: OperatorId,
        /// Full name.
        pub name: String,
        /// At most three letters for the seal.
        pub initials: String,
        /// Roles held now.
        pub roles: Vec<Role>,
    }
}

view! {
    /// An operator with what enrolment recorded.
    pub struct OperatorView {
        /// Who.
        pub person: PersonView,
        /// Their login at the register.
        pub login: String,
        /// Whether they may act today.
        pub active: bool,
        /// Name of the device that holds their key.
        pub device_name: String,
        /// Id of the device key.
        pub device_key: Digest,
        /// When they were enrolled.
        pub enrolled_at: Micros,
    }
}

view! {
    /// Every enrolled operator.
    pub struct OperatorsView {
        /// In order of enrolment.
        pub operators: Vec<OperatorView>,
    }
}
