//! What exactly to change at a server.
//!
//! ```text
//!  SentChain ─► complete ─┬─ what was sent ──────────────┐
//!               means     ├─ known roots: the way ends   ├─► Completion: missing, superfluous, full chain
//!                         ├─ chains at hand              │   PEM, as it is to be put into the file
//!                         └─ Fetcher ─► caIssuers URLs ──┘
//!  Cause, Completion ─► Need ─► changes ─► nginx, Apache, Caddy, IIS
//! ```
//! A certificate that the server leaves out is fetched here and nowhere else: the runtime never does (rule T5). The URL
//! stands in a stranger's certificate, so nothing but public addresses is dialled, and whatever comes is believed only
//! where its name, its key identifier and its signature fit the certificate that it is to follow.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use minigate_inspect::cure::{Ending, Means, Need, Software, changes, complete};
//! use minigate_inspect::matrix::Cause;
//! use minigate_inspect::probe::SentChain;
//! use minigate_policy::diagnosis::Lang;
//!
//! let offline = Means { at_hand: &[], roots: &[], fetcher: None, now: jiff::Timestamp::UNIX_EPOCH };
//! assert_eq!(complete(&SentChain(Vec::new()), offline).await.end, Ending::Nothing);
//!
//! assert_eq!(Need::of(&Cause::WrongOrder), Some(Need::FullChain));
//! let change = changes(Need::FullChain, "api.example.com", Lang::En).into_iter().next().ok_or("no change")?;
//! assert_eq!(change.software, Software::Nginx);
//! assert!(change.lines.ends_with("ssl_certificate_key /etc/ssl/api.example.com/privkey.pem;"));
//! # Ok::<(), &str>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bundle;
mod change;
mod climb;
mod completion;
mod fetch;
mod fit;
mod need;
mod pem;
mod tell;

pub use change::{Change, Software, changes};
pub use climb::{Means, complete};
pub use completion::{Completion, Ending, LeftOut, Missing, Source, WhyNot};
pub use fetch::{Fetcher, Unfetched};
pub use fit::Misfit;
pub use need::Need;
