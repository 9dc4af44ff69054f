//! What the options file means for a checkout.
//!
//! [`Policy::compile`] turns an options file into tables once; [`Policy::bind`] works out what applies to each pool,
//! once per change of files. A checkout then asks by hash:
//!
//! 1. [`Policy::identify`] — who asks, and in which groups they are; once per request,
//! 2. [`PoolPolicy::admit`] (and [`PoolPolicy::admit_borrowing`]) — whether they may at all,
//! 3. [`PoolPolicy::limits`] — MAX lines that count them; the ledger keeps one number per [`LimitKey`],
//! 4. [`PoolPolicy::reservations`] and [`PoolPolicy::draws_from`] — seats set aside, and which of them are theirs,
//! 5. the settings of the pool: overdraft, borrowing, linger and timeout.

mod announce;
mod bind;
mod compare;
mod compile;
mod directory;
mod host_table;
mod pool_facts;
mod pool_policy;
mod requester;
mod roster;

pub use bind::MAX_RESERVATIONS;
pub use compare::{Concerned, MAX_EFFECTS, compare};
pub use compile::Policy;
pub use directory::GroupId;
pub use pool_facts::{LineFacts, PoolFacts};
pub use pool_policy::{Limit, LimitKey, NotAdmitted, PoolPolicy, Reservation};
pub use requester::{Identity, Requester};
