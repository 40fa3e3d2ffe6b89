//! What looks at the hosts of drafts in pre-flights.

use std::sync::Arc;

use anyhow::anyhow;
use minigate_console::preflight::{Hosts, Inspector};
use minigate_engine::SystemResolver;
use minigate_inspect::check::Network;
use minigate_inspect::matrix::Matrix;
use minigate_inspect::probe::Bounds;

use crate::args::ConsoleArgs;
use crate::commands::trusted::Trusted;
use crate::output::Printer;

/// By the roots and the hosts that the command line allows.
pub(super) fn inspector(args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<Inspector> {
    let trusted = Trusted::load(&args.ca, printer.lang)?;
    let matrix = Matrix::new(trusted.beside).map_err(|error| anyhow!(error.tell(printer.lang)))?;
    let network = Network {
        resolver: Arc::new(SystemResolver),
        overrides: args.resolve.clone(),
        bounds: Bounds::default(),
        roots: trusted.roots,
        fetches: true,
    };
    let hosts = if args.preflight_private_hosts {
        Hosts::Any
    } else {
        Hosts::Public
    };
    Ok(Inspector::new(network, matrix, hosts))
}
