//! The OpenID provider of a console.

use minigate_console::Hidden;
use minigate_console::oidc::{Provider, ProviderSettings, Strangers};
use minigate_tls::{RootSource, Roots};
use url::Url;

use crate::args::ConsoleArgs;
use crate::given;
use crate::output::Printer;

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
    Ok(Some(Provider::new(
        settings,
        &Roots::load(&[RootSource::System])?,
    )))
}
