use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use minigate_engine::{
    Clock, Conditions, Engine, Exchange, Handshake, Limits, Outcome, Override, Protocol, Resolver, Setup,
    Socket, Task, Transport,
};
use minigate_policy::{
    Call, Debugging, DomainLists, Interface, Permit, Policy, Profile, Release, WrittenLists,
};
use minigate_testkit::FakeResolver;
use minigate_tls::{RootSource, Roots, Trust};

use super::{HOST, OTHER, Recorder, Seen, WSS, authority, watch};

/// How an app is set up; [`Setting::start`] starts it.
pub(crate) struct Setting {
    pub(crate) entries: Vec<String>,
    pub(crate) release: Release,
    pub(crate) profile: Profile,
    pub(crate) skip: Option<Debugging>,
    pub(crate) private_hosts: Vec<String>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) resolver: FakeResolver,
    pub(crate) limits: Limits,
    pub(crate) bodies: bool,
    pub(crate) clock: Clock,
    pub(crate) conditions: Conditions,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) rehearsal: Option<Arc<dyn minigate_engine::Rehearsal>>,
}

/// An app in the developer tool with two domains, a resolver that knows no name, and the throw-away root.
pub(crate) fn app() -> Setting {
    Setting {
        entries: vec![format!("https://{HOST}"), format!("https://{OTHER}")],
        release: Release::Devtools,
        profile: Profile::default(),
        skip: None,
        private_hosts: Vec::new(),
        overrides: Vec::new(),
        resolver: FakeResolver::new(),
        limits: Limits::default(),
        bodies: false,
        clock: Clock::system(),
        conditions: Conditions::default(),
        transport: None,
        rehearsal: None,
    }
}

impl Setting {
    /// [`HOST`] is there.
    pub(crate) fn at(self, addr: SocketAddr) -> Self {
        self.host_at(HOST, addr)
    }

    pub(crate) fn host_at(mut self, host: &str, addr: SocketAddr) -> Self {
        self.overrides.push(Override::host_to(host, addr));
        self
    }

    /// Domains are looked up here.
    pub(crate) fn resolving(self, resolver: FakeResolver) -> Self {
        Self { resolver, ..self }
    }

    /// By a clock that stands still until the test moves it.
    pub(crate) fn by_hand(self) -> Self {
        Self {
            clock: Clock::manual(),
            ..self
        }
    }

    /// On a network like this, by a clock that the test owns.
    pub(crate) fn under(self, conditions: &Conditions, clock: &Clock) -> Self {
        Self {
            conditions: conditions.clone(),
            clock: clock.clone(),
            ..self
        }
    }

    /// One more entry for HTTPS.
    pub(crate) fn listing(mut self, entry: impl Into<String>) -> Self {
        self.entries.push(entry.into());
        self
    }

    pub(crate) fn released(self) -> Self {
        Self {
            release: "7".parse().unwrap(),
            ..self
        }
    }

    pub(crate) fn skipping(self) -> Self {
        Self {
            skip: Some(Debugging::On),
            ..self
        }
    }

    pub(crate) fn limited_to(self, body: usize) -> Self {
        Self {
            limits: Limits {
                body,
                ..Limits::default()
            },
            ..self
        }
    }

    /// What goes over the wire is in the journal, too.
    pub(crate) fn recording_bodies(self) -> Self {
        Self { bodies: true, ..self }
    }

    /// A recording plays the network.
    pub(crate) fn rehearsing(self, rehearsal: impl minigate_engine::Rehearsal + 'static) -> Self {
        Self {
            rehearsal: Some(Arc::new(rehearsal)),
            ..self
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        let written = WrittenLists {
            request: self.entries.clone(),
            upload_file: self.entries.clone(),
            download_file: self.entries.clone(),
            connect_socket: vec![format!("wss://{HOST}"), format!("wss://{OTHER}")],
        };
        let policy = Policy::new("wx0123456789abcdef".parse().unwrap())
            .with_profile(self.profile.clone())
            .with_release(self.release)
            .with_private_hosts(self.private_hosts.clone())
            .with_lists(DomainLists::parse_for(&written, &self.profile).unwrap());
        match self.skip {
            Some(debugging) => policy.with_check_skipped(debugging),
            None => policy,
        }
    }

    /// Starts the app's engine.
    pub(crate) fn start(mut self) -> App {
        let resolver = Arc::new(std::mem::take(&mut self.resolver));
        self.start_with(&resolver, Arc::clone(&resolver) as Arc<dyn Resolver>)
    }

    /// Starts it with a resolver that the kit doesn't have.
    pub(crate) fn start_asking(self, resolver: Arc<dyn Resolver>) -> App {
        self.start_with(&Arc::default(), resolver)
    }

    fn start_with(self, fake: &Arc<FakeResolver>, resolver: Arc<dyn Resolver>) -> App {
        let policy = self.policy();
        let journal = Arc::new(if self.bodies {
            Recorder::of_bodies()
        } else {
            Recorder::default()
        });
        let roots = Roots::load(&[RootSource::Added {
            name: "throw-away".to_owned(),
            content: authority().root_pem().into_bytes(),
        }]);
        let mut setup = Setup::new(self.profile, Trust::new(roots.unwrap()));
        setup.resolver = resolver;
        setup.overrides = self.overrides;
        setup.rehearsal = self.rehearsal;
        setup.journal = Arc::clone(&journal) as Arc<dyn minigate_engine::Journal>;
        setup.limits = self.limits;
        setup.clock = self.clock;
        setup.conditions = self.conditions;
        setup.transport = self.transport;
        App {
            policy,
            engine: Engine::new(setup),
            journal,
            resolver: Arc::clone(fake),
        }
    }
}

/// A running app.
pub(crate) struct App {
    pub(crate) policy: Policy,
    pub(crate) engine: Engine,
    pub(crate) journal: Arc<Recorder>,
    pub(crate) resolver: Arc<FakeResolver>,
}

impl App {
    /// The permit for a `wx.request`.
    pub(crate) fn permit(&self, url: &str) -> Permit {
        self.policy.judge(&Call::new(Interface::Request, url)).unwrap()
    }

    pub(crate) fn start(&self, url: &str, exchange: Exchange) -> Task {
        self.engine.start(self.permit(url), exchange)
    }

    /// A call of any interface.
    pub(crate) fn start_as(&self, interface: Interface, url: &str, exchange: Exchange) -> Task {
        let permit = self.policy.judge(&Call::new(interface, url)).unwrap();
        self.engine.start(permit, exchange)
    }

    /// What a whole call of any interface looks like to its caller.
    pub(crate) async fn see_as(&self, interface: Interface, url: &str, exchange: Exchange) -> Seen {
        let task = self.start_as(interface, url, exchange);
        let call = task.call();
        let seen = watch(task).await;
        self.journal.assert_complete(call);
        seen
    }

    pub(crate) fn start_get(&self, url: &str) -> Task {
        self.start(url, Exchange::new(Method::GET))
    }

    /// A call with a time-out of its own.
    pub(crate) fn start_within(&self, timeout: Duration, url: &str) -> Task {
        let call = Call::new(Interface::Request, url).with_timeout(Some(timeout));
        self.engine
            .start(self.policy.judge(&call).unwrap(), Exchange::new(Method::GET))
    }

    /// What a whole call looks like to its caller.
    pub(crate) async fn see(&self, url: &str, exchange: Exchange) -> Seen {
        let task = self.start(url, exchange);
        let call = task.call();
        let seen = watch(task).await;
        self.journal.assert_complete(call);
        seen
    }

    pub(crate) async fn send(&self, url: &str, exchange: Exchange) -> Outcome {
        self.see(url, exchange).await.outcome
    }

    pub(crate) async fn get(&self, url: &str) -> Outcome {
        self.send(url, Exchange::new(Method::GET)).await
    }

    /// A `GET` that offers h2.
    pub(crate) async fn get_h2(&self, url: &str) -> Outcome {
        let exchange = Exchange {
            protocol: Protocol::Http2,
            ..Exchange::new(Method::GET)
        };
        self.send(url, exchange).await
    }

    /// The permit for a `wx.connectSocket`.
    pub(crate) fn socket_permit(&self, url: &str) -> Permit {
        self.policy
            .judge(&Call::new(Interface::ConnectSocket, url))
            .unwrap()
    }

    pub(crate) fn connect(&self, handshake: Handshake) -> Socket {
        self.engine.connect(self.socket_permit(WSS), handshake)
    }

    /// A socket whose handshake has a time-out of its own.
    pub(crate) fn connect_within(&self, timeout: Duration) -> Socket {
        let call = Call::new(Interface::ConnectSocket, WSS).with_timeout(Some(timeout));
        self.engine
            .connect(self.policy.judge(&call).unwrap(), Handshake::default())
    }
}
