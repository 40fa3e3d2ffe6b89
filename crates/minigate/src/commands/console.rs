//! `minigate console`.

mod provider;
mod upkeep;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use minigate_console::account::{self, Cost, Passwords};
use minigate_console::demo::{self, DemoError};
use minigate_console::serve::Limits;
use minigate_console::store::Store;
use minigate_console::{Clock, Console, Hidden, Settings, serve, store};
use minigate_policy::diagnosis::Lang;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::args::ConsoleArgs;
use crate::output::{Printer, console as log};
use crate::signals::Signals;
use crate::{given, words};

/// Serves until it is asked to end.
pub(crate) fn console(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<ExitCode> {
    log::begin(args.log);
    let runtime = tokio::runtime::Runtime::new()?;
    match &args.command {
        None => runtime.block_on(run(args, printer)),
        Some(command) => runtime.block_on(upkeep::run(command, args, printer)),
    }
}

async fn run(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen();
    let tls = tls(args, printer)?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| words::cant_listen(args.listen, printer.lang))?;
    let database = Database::of(args)?;
    let store = store::open(&database.url).await?;
    let public_url = public_url(args, &listener)?;
    let settings = Settings {
        provider: provider::of(args, &public_url, printer)?.map(Arc::new),
        public_url,
        trusted_proxies: args.trust_proxy.clone(),
        metrics_for: args.metrics_allow.clone(),
        register: None,
        password_cost: Cost::default(),
    };
    let password = if args.demo {
        Some(fill(&*store, printer.lang).await?)
    } else {
        None
    };
    let link = first_link(&*store, &settings.public_url).await?;
    printer.console(&settings.public_url, link.as_ref());
    if let Some(password) = &password {
        printer.demo(password);
    }
    let console = Console::new(store, Clock::of_the_machine(), settings)?;
    let router = minigate_console::router(Arc::clone(&console));
    let limits = Limits {
        crowds: args.trust_proxy.clone(),
        ..Limits::default()
    };
    let stop = async {
        signals.next().await;
        console.publisher().stop();
    };
    tokio::select! {
        served = serve::serve_within(listener, tls, router, limits, stop) => served?,
        never = console.tidy() => match never {},
    }
    Ok(ExitCode::SUCCESS)
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
    let link = invitation.map(|invitation| public.join(&format!("invited/{}", invitation.secret.reveal())));
    Ok(link.transpose()?)
}

/// What was given, or the address of the listener, whose port may have been left to the system.
fn public_url(args: &ConsoleArgs, listener: &TcpListener) -> anyhow::Result<Url> {
    if let Some(url) = &args.public_url {
        return Ok(url.clone());
    }
    let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    Ok(Url::parse(&format!("{scheme}://{address}/"))?)
}

fn tls(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<Option<TlsAcceptor>> {
    let (Some(chain), Some(key)) = (&args.tls_cert, &args.tls_key) else {
        return Ok(None);
    };
    let chain = given::text(chain, printer.lang)?;
    let key = given::text(key, printer.lang)?;
    Ok(Some(serve::acceptor(chain.as_bytes(), key.as_bytes())?))
}

const FIRST_OPERATOR: &str = "operator";
