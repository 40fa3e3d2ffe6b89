//! What a host's application does, as a mini-program's call would meet it.
//!
//! ```text
//!  Target, address ─► Policy::judge ─► Permit ─► Engine ─┬─ https: GET, redirects ─► Content: charset, marks, JSON
//!                     check skipped              │       └─ wss: handshake, close ─► Open
//!                                              Journal ─► Hops: address, status, what a release refuses
//!                                                                  ──► Application ─► faults
//! ```
//! Nothing here is a client of its own: the call goes through the run time's policy and engine, as a phone's would on which
//! debugging is turned on. So the application is seen behind a bad certificate too, and a chain of redirects is seen to its
//! end; what a release would have refused stands at each [`Hop`]. The target's own certificate is the
//! [`matrix`](crate::matrix)'s to judge.
//!
//! The asked server is hostile: it can send whoever asks it to any public address, and to no other (rule D4). What it
//! sends is bounded in bytes, hops and time.
//!
//! ```no_run
//! # async fn example(policy: minigate_policy::Policy, roots: minigate_tls::Roots) -> Result<(), Box<dyn std::error::Error>> {
//! use minigate_inspect::application::{Asker, Setting};
//! use minigate_policy::Target;
//! use minigate_policy::diagnosis::Lang;
//!
//! let asker = Asker::new(Setting::new(policy, roots));
//! let target = Target::parse("https://api.example.com/health")?;
//! let application = asker.ask(&target, "203.0.113.7:443".parse()?).await;
//! for fault in application.faults() {
//!     println!("{}: {}", fault.severity().name(), fault.tell(Lang::En).headline);
//! }
//! # Ok(())
//! # }
//! ```

mod asked;
mod content;
mod facts;
mod fault;
mod found;
mod record;
mod tell;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use minigate_engine::{Engine, Handshake, Limits, Override, Resolver, Setup, SystemResolver};
use minigate_policy::{Call, Debugging, Host, Interface, Policy, Profile, Release, Scheme, Target};
use minigate_tls::{Roots, Trust};
use tokio::time::Instant;

use asked::Asked;
pub use content::{Charset, Content, Extent, Kind, Signal};
pub use facts::{Answer, Application, Farewell, Hop, Open, Told};
pub use fault::ApplicationFault;
use record::Recorder;

/// Asks applications.
pub struct Asker {
    setting: Setting,
}

/// Whom an [`Asker`] plays, and with what it calls.
pub struct Setting {
    /// The app that is played: its ID, lists and profile. Its release is passed over.
    pub policy: Policy,
    /// The roots by which the certificates of hops to other hosts are judged.
    pub roots: Roots,
    /// Where the names of other hosts are looked up. Default: the system's resolver.
    pub resolver: Arc<dyn Resolver>,
    /// Addresses of other hosts; the caller's word, so that private ones are called too.
    pub overrides: Vec<Override>,
    /// What a socket asks for beside the defaults of `wx.connectSocket`.
    pub handshake: Handshake,
    /// How long one target may take in all, [`Profile::timeout_max`] at most. Default: 15 s.
    pub within: Duration,
}

impl Setting {
    /// The system's resolver, and the default time.
    #[must_use]
    pub fn new(policy: Policy, roots: Roots) -> Self {
        Self {
            policy,
            roots,
            resolver: Arc::new(SystemResolver),
            overrides: Vec::new(),
            handshake: Handshake::default(),
            within: Duration::from_secs(15),
        }
    }
}

impl Asker {
    /// Plays this app.
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        let policy = debugged(setting.policy);
        Self {
            setting: Setting { policy, ..setting },
        }
    }

    /// Calls a target at one address: `https` by `wx.request`, `wss` by `wx.connectSocket`.
    ///
    /// Every other port of the target's host is taken to be at the same address. Where the target's host is an address
    /// itself, that is called.
    pub async fn ask(&self, target: &Target, address: SocketAddr) -> Application {
        let url = target.written();
        let call = Call::new(interface_of(target), url.as_str()).with_timeout(Some(self.setting.within));
        let journal = Arc::new(Recorder::default());
        let answer = match self.setting.policy.judge(&call) {
            Ok(permit) => {
                let asked = Asked {
                    engine: self.engine(target, address, &journal),
                    handshake: self.setting.handshake.clone(),
                    until: Instant::now() + self.setting.within,
                };
                asked.ask(permit, &journal).await
            }
            Err(denial) => {
                journal.deny(&denial);
                Answer::Refused
            }
        };
        Application {
            target: url,
            address,
            hops: journal.hops(),
            answer,
        }
    }

    /// An engine for one address, so that no connection serves another one.
    fn engine(&self, target: &Target, address: SocketAddr, journal: &Arc<Recorder>) -> Engine {
        let trust = Trust::new(self.setting.roots.clone());
        let mut setup = Setup::new(self.setting.policy.profile().clone(), trust);
        setup.resolver = Arc::clone(&self.setting.resolver);
        setup.overrides = self.overrides(target, address);
        setup.journal = Arc::clone(journal) as Arc<dyn minigate_engine::Journal>;
        setup.limits = Limits {
            message: MESSAGE,
            ..Limits::default()
        };
        Engine::new(setup)
    }

    fn overrides(&self, target: &Target, address: SocketAddr) -> Vec<Override> {
        let Host::Name(host) = target.host() else {
            return self.setting.overrides.clone();
        };
        let mut overrides = vec![
            Override::port_to(host.as_str(), target.effective_port(), address),
            Override::host_at(host, address.ip()),
        ];
        overrides.extend_from_slice(&self.setting.overrides);
        overrides
    }
}

const fn interface_of(target: &Target) -> Interface {
    match target.scheme() {
        Scheme::Http | Scheme::Https => Interface::Request,
        Scheme::Ws | Scheme::Wss => Interface::ConnectSocket,
    }
}

/// The same app on a phone with debugging turned on, which lets itself be led to public addresses only.
///
/// What its platform demands even so would hide the application behind the certificate; the matrix judges that.
fn debugged(policy: Policy) -> Policy {
    let profile = Profile {
        ats: false,
        self_signed_never: false,
        chunked_data: false,
        ..policy.profile().clone()
    };
    policy
        .with_profile(profile)
        .with_release(Release::Develop)
        .with_check_skipped(Debugging::On)
        .with_public_redirects()
}

/// Bytes of a message that a socket takes.
const MESSAGE: usize = 256 * 1024;
