//! An app's published domain lists: signed, cached, and followed from a runtime (rule D2).
//!
//! ```text
//!  console ─► Published ─► seal ─► JWS ─► network, caches ─► Follower: verify, keep on disk ─► State ─► policy
//!         └─► KeySet ──► signed by each of its keys ───────►     └─ "there is a new one": an event stream
//! ```
//! A list is believed for its signature and not for where it comes from. The keys are trusted on first use, or known
//! beforehand by a [`Thumbprint`], and each later set of keys is signed by one that was trusted before. What was seen
//! once doesn't go back: an older list is refused. While the console is away the last good list holds; without any,
//! nothing is allowed.
//!
//! ```no_run
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use minigate_lists::{Follower, Setup};
//! use minigate_policy::{Policy, Profile};
//!
//! let app: minigate_policy::AppId = "wx0123456789abcdef".parse()?;
//! let mut setup = Setup::new("https://console.example.com".parse()?, app.clone())?;
//! setup.cache = Some("/var/cache/my-host".into());
//! let mut follower = Follower::start(setup).await?;
//! loop {
//!     let state = follower.state();
//!     let lists = state.lists_for(&Profile::default(), jiff::Timestamp::now());
//!     let policy = Policy::new(app.clone()).with_lists(lists);
//!     // … let the apps that run go on under `policy`
//!     follower.changed().await;
//! }
//! # #[expect(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
mod client;
mod follow;
mod key;
mod key_set;
mod problem;
mod published;
mod token;
mod trust;

pub use client::{Setup, SetupError};
pub use follow::{Follower, Held, Pace, State};
pub use key::{KeyError, PublicKey, SigningKey, Thumbprint};
pub use key_set::{KeySet, KeyStage, ListedKey};
pub use problem::Problem;
pub use published::{Blocked, Published, Refusal, Skip};
pub use token::{SealError, TokenError};
pub use trust::Trusted;
