//! Gives an app `wx` inside QuickJS.
//!
//! An [`App`] is one mini-program or mini-game in a JavaScript world of its own. It reads its source from a
//! [`Project`], reaches the network only through the [`Engine`](minigate_engine::Engine) that it is given, and says
//! everything else to an [`Observer`]. It runs on the thread that drives it, and what it may use up has [`Limits`]: a
//! hostile app ends itself, never its process.
//!
//! ```text
//!  Project ──► loader ──► app's modules ─┐                       ┌─► Engine ─► events ─┐
//!                                        ▼                       │                     │
//!                  prelude (wx, App, Page, console, timers) ─► natives ─► Observer     │
//!                        ▲                                                             │
//!                        └──── one turn each: timer, event, launch ◄── App::run ◄──────┘
//! ```
//!
//! The prelude is JavaScript in the app's own realm, so it trusts nothing that an app can patch. Below it there is
//! one object of native functions, which no app can reach.
//!
//! ```no_run
//! # async fn example(engine: minigate_engine::Engine) -> Result<(), Box<dyn std::error::Error>> {
//! use std::{collections::BTreeMap, time::Duration};
//!
//! use minigate_js::{App, Device, FileRules, Launch, Limits, Notice, Project, Sandbox, Setup, User};
//! use minigate_policy::Policy;
//! use tokio::time::Instant;
//!
//! let project = Project::open("shop".as_ref())?;
//! let policy = Policy::new("wx0123456789abcdef".parse()?);
//! let mut app = App::new(Setup {
//!     files: Sandbox::temporary(FileRules::of(policy.profile(), project.kind())),
//!     project,
//!     engine,
//!     policy,
//!     limits: Limits::default(),
//!     observer: Box::new(|notice: Notice| drop(notice)),
//!     codes: Box::new(|| "a code".to_owned()),
//!     device: Device::default(),
//!     user: User::default(),
//!     plugins: BTreeMap::new(),
//! })?;
//! app.launch(&Launch::default())?;
//! let end = app.run_until_idle(Instant::now() + Duration::from_secs(60)).await;
//! # Ok(())
//! # }
//! ```

mod app;
mod files;
mod host;
mod limits;
mod loader;
mod observer;
mod phone;
mod project;
mod realm;
mod standing;
mod template;

pub use app::{App, Ask, Called, Change, End, Ending, HideReason, Launch, Pending, Setup, StartError};
pub use files::{FileFault, FileRules, Opened, Receiver, Sandbox, Unkept};
pub use limits::{Limit, Limits, Overrun};
pub use loader::{NoStack, on_deep_stack};
pub use observer::{Absence, Fault, Lack, Level, Line, Notice, Observer, Place, Shown, StorageLoss, Unsent};
pub use phone::{Device, Location, User};
pub use project::{
    Files, Folder, Ineffective, Kind, Listing, Manifest, Mistake, Package, Plugin, Project, ProjectError,
};
pub use realm::Watchdog;
pub use standing::Standing;
pub use template::{Attribute, Part, Tag, parts, scripts, tags};
