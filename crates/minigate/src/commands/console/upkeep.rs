//! What is done to a console's database at the machine itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use minigate_console::Clock;
use minigate_console::access::{Caller, Right};
use minigate_console::account::{AccountError, AccountName, Accounts};
use minigate_console::filing::{self, ImportError, Register};
use minigate_console::store::copy::{self, Copied, CopyError};
use minigate_console::store::{self, Import, Store, pending};
use minigate_policy::diagnosis::Lang;

use crate::args::{ConsoleArgs, ConsoleCommand};
use crate::output::Printer;
use crate::{given, words};

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
        ConsoleCommand::ImportFilings { file, replace } => {
            import_filings(file, *replace, database, printer).await?;
        }
        ConsoleCommand::Invite { name, .. } => invite(name, args, printer).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn import_filings(file: &Path, replace: bool, database: &str, printer: &Printer) -> anyhow::Result<()> {
    let lang = printer.lang;
    let shown = file.display().to_string();
    let register = register(file, lang).await?;
    let register = register.map_err(|error| anyhow!("{shown}: {}", error.tell(lang)))?;
    let store = used(database, lang).await?;
    let by = here().allow(Right::Operate, None, Clock::of_the_machine().now())?;
    let import = if replace { Import::Replace } else { Import::Merge };
    let imported = filing::import(&*store, register, import, &by).await?;
    printer.imported(imported.count, &shown);
    Ok(())
}

/// A file says itself what it is.
async fn register(file: &Path, lang: Lang) -> anyhow::Result<Result<Register, ImportError>> {
    if is_sqlite(file).with_context(|| words::cant_read(file, lang))? {
        return Ok(Register::from_sqlite(file).await);
    }
    Ok(Register::from_csv(&given::register(file, lang)?))
}

/// What isn't a file, such as a pipe, can be read only once.
fn is_sqlite(file: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    if file.metadata()?.is_file() {
        File::open(file)?
            .take(SQLITE.len() as u64)
            .read_to_end(&mut head)?;
    }
    Ok(head == SQLITE)
}

/// A database on which a console has run.
async fn used(database: &str, lang: Lang) -> anyhow::Result<Arc<dyn Store>> {
    if !pending(database).await?.is_empty() {
        bail!(words::no_database(lang));
    }
    Ok(store::open(database).await?)
}

/// Whoever can write the database needs nobody's leave; the audit log names them all the same.
fn here() -> Caller {
    Caller::local("console").from("local")
}

async fn invite(name: &str, args: &ConsoleArgs, printer: &Printer) -> anyhow::Result<()> {
    let lang = printer.lang;
    let name: AccountName = name.parse().map_err(|_| anyhow!(words::no_account(name, lang)))?;
    let store = used(args.database(), lang).await?;
    let caller = here();
    let accounts = Accounts::of(&*store, &caller, Clock::of_the_machine().now());
    let invitation = accounts.invite(&name).await.map_err(|error| match error {
        AccountError::Unknown(_) => anyhow!(words::no_account(name.as_str(), lang)),
        AccountError::Disabled(_) => anyhow!(words::disabled_account(name.as_str(), lang)),
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

/// How every file of SQLite 3 begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
