//! Wire types and the one table of commands between the window and its host.
//!
//! Owns every shape that crosses between `ui/src/host` and the desktop shell, and nothing else: no rule, no default that
//! decides anything. What must never be here is a secret going out: a type that holds one has no `Serialize`, and the only
//! secret coming in, [`Passphrase`], wipes itself.
//!
//! From the table in [`table`] come the router's list ([`COMMANDS`]), the cache tags a command makes stale ([`INVALIDATES`])
//! and, through [`bindings`], `ui/src/host/ipc.ts`.

#[macro_use]
mod macros;

pub mod app;
pub mod bindings;
pub mod certificates;
pub mod error;
pub mod estate;
pub mod events;
pub mod exceptions;
pub mod gate;
pub mod keys;
pub mod ledger;
pub mod offboarding;
pub mod operators;
pub mod overview;
pub mod people;
pub mod plans;
pub mod protect;
pub mod requests;
pub mod review;
pub mod rules;
pub mod runs;
pub mod scalar;
pub mod schedule;
pub mod settings;
pub mod shared_keys;
pub mod sign;
pub mod table;
pub mod tenants;
pub mod tokens;
pub mod transitions;

pub use app::*;
pub use certificates::*;
pub use error::*;
pub use estate::*;
pub use events::*;
pub use exceptions::*;
pub use gate::*;
pub use keys::*;
pub use ledger::*;
pub use offboarding::*;
pub use operators::*;
pub use overview::*;
pub use people::*;
pub use plans::*;
pub use protect::*;
pub use requests::*;
pub use review::*;
pub use rules::*;
pub use runs::*;
pub use scalar::*;
pub use schedule::*;
pub use settings::*;
pub use shared_keys::*;
pub use sign::*;
pub use table::{COMMANDS, CacheTag, INVALIDATES};
pub use tenants::*;
pub use tokens::*;
pub use transitions::*;
