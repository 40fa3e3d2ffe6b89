//! What is done to a console's database at the machine itself.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use minigate_console::Clock;
use minigate_console::access::Caller;
use minigate_console::account::{AccountError, AccountName, Accounts};
use minigate_console::store::copy::{self, Copied, CopyError};
use minigate_console::store::{self, pending};

use crate::args::{ConsoleArgs, ConsoleCommand};
use crate::output::Printer;
use crate::words;

pub(super) async fn run(
    command: &ConsoleCommand,
    args: &ConsoleArgs,
    printer: &Printer,
) -> anyhow::Result<ExitCode> {
    let database = args.database();
    let told = |copied: Result<Copied, CopyError>| copied.map_err(|error| anyhow!(error.tell(printer.lang)));
    match command {
        ConsoleCommand::Pending => printer.pending(&pending(database).await?),
        ConsoleCommand::Backup { file } => {
            let now = Clock::of_the_machine().now();
            let copied = told(copy::back_up(database, file, now).await)?;
            printer.saved(&copied, &file.display().to_string());
        }
        ConsoleCommand::Restore { file } => {
            let copied = told(copy::restore(file, database).await)?;
            printer.copied(&copied, &without_password(database));
        }
        ConsoleCommand::Move { to } => {
            let copied = told(copy::migrate(database, to).await)?;
            printer.copied(&copied, &without_password(to));
        }
        ConsoleCommand::Invite { name, .. } => invite(name, args, printer).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever can write the database needs nobody's leave; the audit log names them all the same.
async fn invite(name: &str, args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<()> {
    let lang = printer.lang;
    let name: AccountName = name.parse().map_err(|_| anyhow!(words::no_account(name, lang)))?;
    if !pending(args.database()).await?.is_empty() {
        bail!(words::no_database(lang));
    }
    let store = store::open(args.database()).await?;
    let caller = Caller::local("console").from("local");
    let accounts = Accounts::of(&*store, &caller, Clock::of_the_machine().now());
    let invitation = accounts.invite(&name).await.map_err(|error| match error {
        AccountError::Unknown(_) => anyhow!(words::no_account(name.as_str(), lang)),
        other => other.into(),
    })?;
    let link = match args.public_url() {
        Some(url) => invitation.link(url).to_string(),
        None => invitation.path(),
    };
    printer.invited(&name.to_string(), &link);
    Ok(())
}

/// A URL as it can be shown.
fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut shown) if shown.password().is_some() => {
            // A URL that has a password can have another.
            let _ = shown.set_password(Some("…"));
            shown.to_string()
        }
        _ => url.to_owned(),
    }
}
