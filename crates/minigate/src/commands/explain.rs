//! `minigate explain URL`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use minigate_js::Project;
use minigate_policy::Call;

use crate::args::ExplainArgs;
use crate::console::Console;
use crate::output::Printer;
use crate::settings::Settings;
use crate::words;

/// Judges a call without making it.
pub(crate) fn explain(args: &ExplainArgs, printer: &Arc<Printer>) -> anyhow::Result<ExitCode> {
    let project = match Project::open(&args.dir) {
        Ok(project) => Some(project),
        // Lists may stand alone, but without lists there is nothing to look at.
        Err(minigate_js::ProjectError::NoManifest { .. }) if has_lists(args) => None,
        Err(error) => {
            bail!(
                "{}: {}",
                words::cant_look_into(&args.dir, printer.lang),
                error.tell(printer.lang)
            );
        }
    };
    let mut settings = Settings::load(&args.dir, project.as_ref(), &args.terms, None, printer.lang)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let console = runtime.block_on(Console::start(&mut settings, printer))?;
    let verdict = settings
        .policy
        .explain(&Call::new(args.interface, args.url.clone()));
    printer.verdict(&verdict, console.as_ref().map(Console::url));
    Ok(if verdict.is_allowed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn has_lists(args: &ExplainArgs) -> bool {
    args.terms.domains.is_some() || args.terms.console.is_some() || args.dir.join("minigate.toml").is_file()
}
