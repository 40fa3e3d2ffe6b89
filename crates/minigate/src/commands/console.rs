//! `minigate console`.

mod identity;
mod inspector;
mod provider;
mod upkeep;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use minigate_console::account::{self, Cost, Passwords};
use minigate_console::demo::{self, DemoError};
use minigate_console::filing::{FilingRegister, HttpRegister};
use minigate_console::serve::Limits;
use minigate_console::store::{Store, StoreError};
use minigate_console::{Clock, Console, Hidden, Settings, serve, store};
use minigate_policy::diagnosis::Lang;
use minigate_tls::{RootSource, Roots};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

use crate::args::ConsoleArgs;
use crate::output::Printer;
use crate::output::console::{self as log, Links};
use crate::signals::{Nudges, Signals};
use crate::words;
use identity::IdentityFiles;

/// Serves until it is asked to end.
pub(crate) fn console(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<ExitCode> {
    log::begin(args.log);
    if args.public_url().is_some_and(|url| !is_public(url)) {
        bail!(words::no_public_url(printer.lang));
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let done = match &args.command {
        None => runtime.block_on(run(args, printer)),
        Some(command) => runtime.block_on(upkeep::run(command, args, printer)),
    };
    done.map_err(|error| told(error, printer.lang))
}

/// What a database can't do, in the language of whoever asked.
fn told(error: anyhow::Error, lang: Lang) -> anyhow::Error {
    match error.downcast::<StoreError>() {
        Ok(error) => anyhow!(error.tell(lang)),
        Err(other) => other,
    }
}

async fn run(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::of_a_service();
    let nudges = Nudges::of_hang_ups();
    let identity = IdentityFiles::of(args);
    let identity = identity.map(|files| files.read(printer.lang)).transpose()?;
    let tls = identity
        .as_ref()
        .map(|(_, identity)| serve::acceptor(Arc::clone(identity)));
    let tls = tls.transpose()?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| words::cant_listen(args.listen, printer.lang))?;
    let address = listener.local_addr()?;
    let public_url = public_url(args, &listener)?;
    let settings = Settings {
        provider: provider::of(args, &public_url, printer)?.map(Arc::new),
        public_url,
        trusted_proxies: args.trust_proxy.clone(),
        metrics_for: args.metrics_allow.clone(),
        register: register(args, printer.lang)?,
        password_cost: Cost::default(),
        inspector: Arc::new(inspector::inspector(args, printer)?),
    };
    let database = Database::of(args)?;
    let store = store::open_to_serve(&database.url).await?;
    let password = if args.demo {
        Some(fill(&*store, printer.lang).await?)
    } else {
        None
    };
    let link = first_link(&*store, &settings.public_url).await?;
    printer.console(&settings.public_url, links(args), link.as_ref());
    if let Some(password) = &password {
        printer.demo(password);
    }
    let console = Console::new(store, Clock::of_the_machine(), settings)?;
    log::began(address, console.store().database());
    let router = minigate_console::router(Arc::clone(&console));
    let limits = Limits {
        crowds: args.trust_proxy.clone(),
        ..Limits::default()
    };
    let stop = async {
        drained(&mut signals, &console, Duration::from_secs(args.drain)).await;
        console.publisher().stop();
    };
    tokio::select! {
        served = serve::serve_within(listener, tls, router, limits, stop) => served?,
        never = console.tidy() => match never {},
        never = identity::keep_up(identity, nudges, printer.lang) => match never {},
    }
    // What is under way may end, as requests may; another pre-flight can begin when its time is over.
    let _ = timeout(serve::GRACE, console.settle()).await;
    console.store().close().await;
    log::ended();
    Ok(ExitCode::SUCCESS)
}

/// Waits until it is asked to end. A service's manager has it announce that first, for those who share requests out; at a
/// terminal, or asked again, it ends at once.
async fn drained(signals: &mut Signals, console: &Console, span: Duration) {
    let signal = signals.next().await;
    log::asked_to_end(signal);
    if signal.is_of_a_manager() {
        console.announce_end();
        // The time has passed, or nobody wants to wait for it.
        let _ = timeout(span, signals.next()).await;
    }
}

/// The register of filings that is asked over HTTPS, where one was given.
fn register(args: &ConsoleArgs, lang: Lang) -> anyhow::Result<Option<Arc<dyn FilingRegister>>> {
    let Some(url) = &args.filing_url else {
        return Ok(None);
    };
    let roots = Roots::load(&[RootSource::System])?;
    let register = HttpRegister::open(url.as_str(), &roots);
    let register = register.map_err(|error| anyhow!(words::of_flag("--filing-url", &error.tell(lang), lang)));
    Ok(Some(Arc::new(register?)))
}

/// Where everything is kept; a temporary file is gone with this.
struct Database {
    url: String,
    _folder: Option<TempDir>,
}

impl Database {
    fn of(args: &ConsoleArgs) -> anyhow::Result<Self> {
        let folder = match &args.database {
            None if args.demo => Some(tempfile::tempdir()?),
            _ => None,
        };
        let temporary = |folder: &TempDir| format!("sqlite:{}", folder.path().join("demo.db").display());
        Ok(Self {
            url: folder
                .as_ref()
                .map_or_else(|| args.database().to_owned(), temporary),
            _folder: folder,
        })
    }
}

/// Makes apps and people to look at; they share a password.
async fn fill(store: &dyn Store, lang: Lang) -> anyhow::Result<Hidden> {
    let passwords = Passwords::new(Cost::default())?;
    let now = Clock::of_the_machine().now();
    match demo::fill(store, &passwords, now).await {
        Err(DemoError::NotEmpty) => Err(anyhow!(words::not_empty(lang))),
        filled => Ok(filled?),
    }
}

/// With which the first operator sets a password, where there is none yet.
async fn first_link(store: &dyn Store, public: &Url) -> anyhow::Result<Option<Url>> {
    let now = Clock::of_the_machine().now();
    let invitation = account::first_start(store, &FIRST_OPERATOR.parse()?, now).await?;
    Ok(invitation.map(|invitation| invitation.link(public)))
}

/// What was given, or the address of the listener, whose port may have been left to the system.
fn public_url(args: &ConsoleArgs, listener: &TcpListener) -> anyhow::Result<Url> {
    if let Some(url) = args.public_url() {
        return Ok(url.clone());
    }
    let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
    let address = reachable(listener.local_addr()?);
    Ok(Url::parse(&format!("{scheme}://{address}/"))?)
}

/// For whom links work that begin with that.
fn links(args: &ConsoleArgs) -> Links {
    if args.public_url().is_none() && args.listen.ip().is_unspecified() {
        Links::Here
    } else {
        Links::Public
    }
}

/// Nobody can be at "every address" but this machine itself.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// A scheme, a host and perhaps a port: the console's routes, cookies and forms are those of a whole origin.
fn is_public(url: &Url) -> bool {
    let mut origin = url.clone();
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    let is_origin = origin == *url && url.username().is_empty() && url.password().is_none();
    is_origin && matches!(url.scheme(), "http" | "https")
}

const FIRST_OPERATOR: &str = "operator";
