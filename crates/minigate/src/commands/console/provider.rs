//! The OpenID provider of a console.

use anyhow::anyhow;
use minigate_console::Hidden;
use minigate_console::oidc::{Provider, ProviderError, ProviderSettings, Strangers};
use minigate_tls::{RootSource, Roots};
use url::Url;

use crate::args::ConsoleArgs;
use crate::given;
use crate::output::Printer;
use crate::words;

/// The provider, where one was given; it isn't asked before somebody signs in.
pub(super) fn of(args: &ConsoleArgs, public: &Url, printer: &Printer) -> anyhow::Result<Option<Provider>> {
    let (Some(issuer), Some(client_id)) = (&args.oidc_issuer, &args.oidc_client_id) else {
        return Ok(None);
    };
    let secret = args.oidc_client_secret_file.as_deref();
    let secret = secret.map(|path| given::text(path, printer.lang)).transpose()?;
    let host = Url::parse(issuer)?.host_str().unwrap_or_default().to_owned();
    let settings = ProviderSettings {
        name: args.oidc_name.clone().unwrap_or(host),
        strangers: if args.oidc_create {
            Strangers::Welcome
        } else {
            Strangers::Refused
        },
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret: secret.map(|secret| Hidden::new(secret.trim())),
        redirect_url: public.join("oidc/callback")?.to_string(),
    };
    let provider = Provider::new(settings, &Roots::load(&[RootSource::System])?);
    let provider = provider.map_err(|error| {
        let what = error.tell(printer.lang);
        anyhow!(words::of_flag(&flag(&error, args), &what, printer.lang))
    });
    Ok(Some(provider?))
}

/// Which flag is to blame, with the file that it names.
fn flag(error: &ProviderError, args: &ConsoleArgs) -> String {
    match (error, &args.oidc_client_secret_file) {
        (ProviderError::EmptySecret, Some(file)) => format!("--oidc-client-secret-file {}", file.display()),
        _ => "--oidc-issuer".to_owned(),
    }
}
