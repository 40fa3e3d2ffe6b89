//! Serves canned answers over real TLS from a throw-away authority.
//!
//! ```text
//! folder ─► Answers ─┐
//!                    ├─► Origin ◄── TLS, h1 or h2 ── client that trusts the root
//! Authority ─────────┘     └─► log: what was asked
//! ```
//! Examples, tests and replays run through it, so handshakes, time limits and redirects are always real. It listens
//! on loopback only, answers only for its domains, and nothing of it outlives the [`Origin`].

mod answers;
mod asked;
mod authority;
mod certificate;
mod origin;
mod replay;
mod reply;
mod talk;

pub use answers::{Answers, AnswersError, Problem};
pub use asked::Asked;
pub use authority::{Authority, AuthorityError, set_validity};
pub use certificate::Certificate;
pub use origin::{Origin, Respond};
pub use replay::{Replay, Speed};
pub use reply::{Ending, Reply};
pub use talk::{Goodbye, Said, Talk, TalkReply};
