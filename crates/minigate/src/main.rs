//! The command line of minigate.

mod args;
mod commands;
mod console;
mod given;
mod har;
mod life;
mod network;
mod output;
mod settings;
mod signals;
mod testing;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use minigate_policy::diagnosis::Lang;

use args::{Cli, Command, LogFormat};
use output::{LogPlace, Printer};

fn main() -> ExitCode {
    let cli = Cli::of_the_process();
    let printer = Arc::new(printer(&cli));
    let ended = match &cli.command {
        Command::Run(args) => commands::run::run(args, &printer),
        Command::Test(args) => commands::test::test(args, &printer),
        Command::Lint(args) => commands::lint::lint(args, &printer),
        Command::Check(args) => commands::check::check(args, &printer),
        Command::Explain(args) => commands::explain::explain(args, &printer),
        Command::Console(args) => commands::console::console(args, &printer),
    };
    ended.unwrap_or_else(|error| {
        printer.error(&error);
        ExitCode::from(2)
    })
}

fn printer(cli: &Cli) -> Printer {
    let format = match &cli.command {
        Command::Run(args) => args.log,
        Command::Lint(args) if args.json => LogFormat::Json,
        Command::Check(args) if args.json => LogFormat::Json,
        Command::Test(_) | Command::Lint(_) | Command::Check(_) => LogFormat::Human,
        Command::Explain(args) => args.log,
        Command::Console(args) => args.log,
    };
    let log = match &cli.command {
        Command::Run(args) if args.print_data => LogPlace::Stderr,
        _ => LogPlace::Stdout,
    };
    Printer::new(cli.lang.unwrap_or_else(system_lang), format, cli.color, log)
}

fn system_lang() -> Lang {
    sys_locale::get_locale().map_or_else(Lang::default, |locale| Lang::of_locale(&locale))
}
