//! Quorum: whose signatures together give a plan force. Proven here from signatures alone; the database enforces the same.

use std::collections::BTreeSet;

use crate::id::OperatorId;
use crate::operation::Operation;
use crate::people::Role;
use crate::plan::Plan;
use crate::seal::{Decision, Seal, SealError};
use crate::time::Timestamp;

/// Who may countersign a request that was made in a given role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countersigner {
    /// The requester's role.
    pub requested_as: Role,
    /// Roles that may countersign it.
    pub roles: Vec<Role>,
}

/// The rule of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumRule {
    /// Which operation.
    pub operation: Operation,
    /// How many different humans, the requester among them. Never below two.
    pub people_min: u32,
    /// Who may ask, and who must then countersign.
    pub countersigners: Vec<Countersigner>,
}

impl QuorumRule {
    /// Roles that may countersign what was requested in `role`; `None` if it may not be requested in that role.
    #[must_use]
    pub fn countersigners_of(&self, role: Role) -> Option<&[Role]> {
        self.countersigners.iter().find(|entry| entry.requested_as == role).map(|entry| entry.roles.as_slice())
    }
}

/// The defaults of the design, section 5; a custody keeps them as data from its founding on.
#[must_use]
pub fn quorum_rules() -> Vec<QuorumRule> {
    let by = |requested_as, roles: &[Role]| Countersigner { requested_as, roles: roles.to_vec() };
    let rotation = || {
        vec![
            by(Role::DevOps, &[Role::Security]),
            by(Role::Engineering, &[Role::Security]),
            by(Role::Security, &[Role::DevOps, Role::Security]),
        ]
    };
    let anyone = |countersigner| {
        [Role::Security, Role::DevOps, Role::Engineering].map(|role| by(role, &[countersigner])).to_vec()
    };
    let countersigners = |operation| match operation {
        Operation::CreateKek | Operation::RotateKek | Operation::RotateDek | Operation::RotateSecret => rotation(),
        // Between them the two cover Security and DevOps.
        Operation::DestroyDek | Operation::DestroyKek | Operation::DestroySecret | Operation::OffboardTenant => {
            vec![by(Role::DevOps, &[Role::Security]), by(Role::Security, &[Role::DevOps])]
        }
        Operation::RecoverKek | Operation::Reactivate => vec![by(Role::DevOps, &[Role::Security])],
        Operation::LiftHold => vec![by(Role::DevOps, &[Role::Security]), by(Role::Security, &[Role::Security])],
        Operation::GrantException | Operation::ShareKey => anyone(Role::RiskAcceptance),
        Operation::CloseException => anyone(Role::Security),
        Operation::ChangeRules => vec![by(Role::Security, &[Role::Security, Role::DevOps])],
        // At least one of the two is Security; decision record 0008 says why DevOps may be the other.
        Operation::EnrolOperator | Operation::EnrolDevice | Operation::GrantRole | Operation::ReinstateOperator => {
            vec![by(Role::Security, &[Role::Security, Role::DevOps]), by(Role::DevOps, &[Role::Security])]
        }
    };
    let rule = |operation: &Operation| QuorumRule {
        operation: *operation,
        people_min: 2,
        countersigners: countersigners(*operation),
    };
    Operation::ALL.iter().map(rule).collect()
}

/// What the verifier knows of a seal's signer, learned from the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerFacts {
    /// Stable name of the human behind the operator: one human counts once.
    pub person: String,
    /// Roles they hold now.
    pub roles: Vec<Role>,
    /// Neither suspended nor gone.
    pub active: bool,
    /// The device's public key, if it is still trusted.
    pub public_key: [u8; 32],
}

/// Why a plan has no force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuorumError {
    /// Somebody declined.
    #[error("operator {operator} rejected the plan")]
    Rejected {
        /// Who.
        operator: OperatorId,
    },
    /// The requester's own seal is missing.
    #[error("the requester's own seal is missing")]
    RequesterMissing,
    /// Nobody trusted holds the key of a seal.
    #[error("the seal of operator {operator} was made with a key that is not trusted")]
    UntrustedKey {
        /// Whose seal.
        operator: OperatorId,
    },
    /// A seal does not verify.
    #[error("the seal of operator {operator} does not count: {source}")]
    Seal {
        /// Whose seal.
        operator: OperatorId,
        /// Why.
        source: SealError,
    },
    /// The signer was suspended or left.
    #[error("operator {operator} is no longer active")]
    Inactive {
        /// Who.
        operator: OperatorId,
    },
    /// The signer does not hold the role the seal was given in.
    #[error("operator {operator} does not hold the role {role}")]
    Role {
        /// Who.
        operator: OperatorId,
        /// Which role.
        role: Role,
    },
    /// The operation can't be requested or countersigned in that role.
    #[error("{role} may not sign this operation")]
    NotEntitled {
        /// Which role.
        role: Role,
    },
    /// A seal was given before the plan or after its approval clock.
    #[error("the seal of operator {operator} was given outside of the time for approval")]
    OutOfTime {
        /// Whose seal.
        operator: OperatorId,
    },
    /// The time for execution is over.
    #[error("the plan could be executed until {execute_by}")]
    Expired {
        /// End of its time.
        execute_by: Timestamp,
    },
    /// Too few different people.
    #[error("{found} of {needed} people have signed")]
    TooFew {
        /// How many did.
        found: u32,
        /// How many must.
        needed: u32,
    },
}

/// Proof that a plan has force: it exists only when every rule held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    people: BTreeSet<String>,
}

impl Quorum {
    /// The different humans behind the seals.
    #[must_use]
    pub fn people(&self) -> &BTreeSet<String> {
        &self.people
    }

    /// Proves from signatures that `plan` may be executed at `now`.
    ///
    /// `known` answers for (operator, key id) from a replay of the ledger; what the tables say is not asked.
    pub fn prove(
        plan: &Plan,
        rule: &QuorumRule,
        seals: &[Seal],
        known: impl Fn(OperatorId, &[u8; 32]) -> Option<SignerFacts>,
        now: Timestamp,
    ) -> Result<Self, QuorumError> {
        let execute_by = plan.clocks.execute_by;
        if now >= execute_by {
            return Err(QuorumError::Expired { execute_by });
        }
        let requester = seals.iter().find(|seal| seal.statement.signer == plan.requester);
        let requested_as = requester.ok_or(QuorumError::RequesterMissing)?.statement.role;
        let entitled = rule.countersigners_of(requested_as).ok_or(QuorumError::NotEntitled { role: requested_as })?;
        let mut people = BTreeSet::new();
        for seal in seals {
            let facts = trusted_signer(plan, seal, &known)?;
            let role = seal.statement.role;
            if seal.statement.signer != plan.requester && !entitled.contains(&role) {
                return Err(QuorumError::NotEntitled { role });
            }
            people.insert(facts.person);
        }
        let found = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let needed = rule.people_min.max(2);
        if found < needed { Err(QuorumError::TooFew { found, needed }) } else { Ok(Self { people }) }
    }
}

fn trusted_signer(
    plan: &Plan,
    seal: &Seal,
    known: impl Fn(OperatorId, &[u8; 32]) -> Option<SignerFacts>,
) -> Result<SignerFacts, QuorumError> {
    let operator = seal.statement.signer;
    let facts = known(operator, &seal.key).ok_or(QuorumError::UntrustedKey { operator })?;
    seal.verify(plan, &facts.public_key).map_err(|source| QuorumError::Seal { operator, source })?;
    if seal.statement.decision == Decision::Reject {
        return Err(QuorumError::Rejected { operator });
    }
    if !facts.active {
        return Err(QuorumError::Inactive { operator });
    }
    let role = seal.statement.role;
    if !facts.roles.contains(&role) {
        return Err(QuorumError::Role { operator, role });
    }
    let time = seal.statement.time;
    if time < plan.clocks.planned_at || time >= plan.clocks.approve_by {
        return Err(QuorumError::OutOfTime { operator });
    }
    Ok(facts)
}
