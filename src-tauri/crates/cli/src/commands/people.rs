//! `countersign people …`: who is enrolled and how they stand; joining and roles by request; the end of access at once.

mod access;
mod list;
mod orders;

use clap::Subcommand;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;

/// People.
#[derive(Debug, Subcommand)]
pub enum People {
    /// Everyone who was ever enrolled, with roles, devices, rehearsals and duties
    List,
    /// One operator: devices, roles, what happened to them
    Show {
        /// By name, login or id
        operator: String,
    },
    /// What somebody needs to join from another computer: which custody, and its founding entry
    Invite,
    /// Ask for somebody to be enrolled, by the card that their console made
    RequestEnrol(Box<orders::Enrol>),
    /// Ask for a service or an AI actor to be enrolled: it reads, at most, and holds no key
    RequestEnrolProgram(Box<orders::EnrolProgram>),
    /// Ask for an operator's further device, by its card
    RequestDevice(orders::Device),
    /// Ask for further roles of an operator, or for the authority to accept risks
    Grant(orders::Grant),
    /// Ask for somebody to act again who was suspended or had left, by the card of a new key
    Reinstate(orders::Reinstate),
    /// Suspend an operator on a suspicion: keys, sessions, roles, login and open seals, at once
    Suspend(access::Suspend),
    /// End the access of somebody who leaves, at once
    Leave(access::Leave),
    /// Withdraw roles, at once; with the last of them everything ends
    Withdraw(access::Withdraw),
    /// End the trust in a device key, at once
    RevokeDevice(access::RevokeDevice),
    /// Report a lost or stolen device: its key is out of trust at once, and a clock runs until it must be wiped
    LostDevice(access::LostDevice),
    /// Record that a lost device was wiped
    Wiped(access::Wiped),
    /// Lost devices, and how long until they must be wiped
    Lost,
    /// The duties of a custodian, to read before they are acknowledged
    Duties,
    /// Acknowledge your duties, under your device key
    Acknowledge,
    /// Show that you can sign, under your device key
    Rehearse,
    /// Operations that no two people could sign today; ends with 1 where there is one
    Quorums,
}

impl People {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self {
            Self::List => list::list(desk).await,
            Self::Show { operator } => list::show(desk, &operator).await,
            Self::Invite => list::invite(desk).await,
            Self::RequestEnrol(it) => it.ask(desk, context).await,
            Self::RequestEnrolProgram(it) => it.ask(desk, context).await,
            Self::RequestDevice(it) => it.ask(desk, context).await,
            Self::Grant(it) => it.ask(desk, context).await,
            Self::Reinstate(it) => it.ask(desk, context).await,
            Self::Suspend(it) => it.run(desk).await,
            Self::Leave(it) => it.run(desk).await,
            Self::Withdraw(it) => it.run(desk).await,
            Self::RevokeDevice(it) => it.run(desk).await,
            Self::LostDevice(it) => it.run(desk).await,
            Self::Wiped(it) => it.run(desk).await,
            Self::Lost => list::lost(desk).await,
            Self::Duties => list::duties(desk).await,
            Self::Acknowledge => access::acknowledge(desk, context).await,
            Self::Rehearse => access::rehearse(desk, context).await,
            Self::Quorums => list::quorums(desk).await,
        })
        .await
    }
}
