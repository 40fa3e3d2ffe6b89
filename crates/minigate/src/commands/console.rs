//! `minigate console`.

mod upkeep;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use minigate_console::account::{self, Cost};
use minigate_console::store::Store;
use minigate_console::{Clock, Console, Settings, serve, store};
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
    let store = store::open(&args.database).await?;
    let settings = Settings {
        public_url: public_url(args, &listener)?,
        trusted_proxies: args.trust_proxy.clone(),
        register: None,
        password_cost: Cost::default(),
    };
    let link = first_link(&*store, &settings.public_url).await?;
    printer.console(&settings.public_url, link.as_ref());
    let console = Console::new(store, Clock::of_the_machine(), settings)?;
    let router = minigate_console::router(Arc::clone(&console));
    let stop = async {
        signals.next().await;
        console.publisher().stop();
    };
    serve::serve(listener, tls, router, stop).await?;
    Ok(ExitCode::SUCCESS)
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
