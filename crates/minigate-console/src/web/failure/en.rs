//! Failures in English.

use axum::http::StatusCode;
use minigate_policy::diagnosis::{Lang, tell_entry};

use super::Cause;
use crate::access::{Denied, Missing};
use crate::account::AccountError;
use crate::block::BlockError;
use crate::grant::GrantError;
use crate::keys::KeysError;
use crate::oidc::OidcError;
use crate::secret::SecretError;
use crate::session::SignInError;
use crate::store::StoreError;
use crate::token::TokenError;

pub(super) fn tell(cause: &Cause) -> String {
    match cause {
        Cause::NothingHere => "There is nothing at this address, or nothing that you may see.".to_owned(),
        Cause::Method(method) => format!("This address doesn't know the method {method}."),
        Cause::CrossSite => {
            "This was sent by a page of another site, and has been refused. Do it on the console's own page."
                .to_owned()
        }
        Cause::StaleForm => {
            "This form is no longer valid: the session has changed since. Load the page anew and do it again."
                .to_owned()
        }
        Cause::Malformed(reason) => format!("This can't be read: {}.", reason.tell(Lang::En)),
        Cause::Unfit(reason) => format!("This can't be taken: {}.", reason.tell(Lang::En)),
        Cause::Domain(error) => format!(
            "This can't be taken: {}.",
            tell_entry(&error.clone().into(), Lang::En)
        ),
        Cause::TooLarge => "This is too large: at most 1 MiB can be sent at once, or 32 MiB of filings.".to_owned(),
        Cause::SignedOut => {
            "Nobody is signed in, or the session has ended. Sign in and do it again.".to_owned()
        }
        Cause::BadToken => {
            "There is no good token: it is unknown, has ended, was revoked, or its owner is disabled or has to set a password. A new one is made at /me."
                .to_owned()
        }
        Cause::Denied(error) => denied(error),
        Cause::App(error) => sentence(&error.to_string()),
        Cause::Domains(error) => sentence(&error.tell(Lang::En)),
        Cause::SignIn(error) => sign_in(error),
        Cause::Oidc(error) => oidc(error),
        Cause::Account(error) => account(error),
        Cause::Block(BlockError::Store(error))
        | Cause::Grant(GrantError::Store(error))
        | Cause::Keys(KeysError::Store(error))
        | Cause::Secret(SecretError::Store(error))
        | Cause::Token(TokenError::Store(error))
        | Cause::Store(error) => store(error),
        Cause::Block(error) => sentence(&error.to_string()),
        Cause::Bulk(error) => sentence(&error.to_string()),
        Cause::Grant(error) => sentence(&error.to_string()),
        Cause::Import(error) => sentence(&error.to_string()),
        Cause::GivenRegister => {
            "Filings are asked of the service of --filing-url, so that an import would be without effect. Start the console without the flag to use a register of its own."
                .to_owned()
        }
        Cause::Keys(error) => sentence(&error.to_string()),
        Cause::Preflight(error) => sentence(&error.tell(Lang::En)),
        Cause::Secret(SecretError::Denied(error)) | Cause::Token(TokenError::Denied(error)) => denied(error),
        Cause::Secret(error) => sentence(&error.to_string()),
        Cause::Token(error) => sentence(&error.to_string()),
        Cause::Lines(lines) => format!("{} of the entries break a rule; nothing was stored.", lines.len()),
        Cause::TooOften => "This token asks too often. Wait a second and go on more slowly.".to_owned(),
        Cause::Status(status) => match *status {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                "This can't be read: a part of the address or a field of the form is missing, or isn't what it has to be."
                    .to_owned()
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "What was sent isn't of the media type that is taken here.".to_owned(),
            StatusCode::PAYLOAD_TOO_LARGE => tell(&Cause::TooLarge),
            status => format!("The console answers {status}."),
        },
    }
}

fn sign_in(error: &SignInError) -> String {
    match error {
        SignInError::Store(error) => store(error),
        SignInError::Link => {
            "This link can't be used: it was used, has ended, or a newer one was made. A platform operator can make another.".to_owned()
        }
        SignInError::Busy => "Too many people sign in just now. Try again in a moment.".to_owned(),
        other => sentence(&other.to_string()),
    }
}

fn oidc(error: &OidcError) -> String {
    match error {
        OidcError::Later { .. } => sentence(&error.to_string()),
        OidcError::State => {
            "This sign-in didn't begin in this browser, was used already, or took more than 10 minutes. Begin it anew."
                .to_owned()
        }
        OidcError::Declined => "The provider let nobody in. Begin the sign-in anew, or use a password.".to_owned(),
        OidcError::Refused => {
            "The provider knows you, but no account here is linked with you, or it is disabled. A platform operator can change that.".to_owned()
        }
        // What the provider says is for the operator.
        OidcError::NoToken | OidcError::Token(_) | OidcError::Settings(_) | OidcError::Provider(_) => {
            "Signing in at the provider doesn't work just now. The console's operator finds the reason in the log.".to_owned()
        }
        OidcError::Account(error) => account(error),
        OidcError::SignIn(error) => sign_in(error),
        OidcError::Random(error) => sentence(&error.to_string()),
        OidcError::Store(error) => store(error),
    }
}

fn account(error: &AccountError) -> String {
    match error {
        AccountError::Store(error) => store(error),
        AccountError::Denied(error) => denied(error),
        other => sentence(&other.to_string()),
    }
}

fn denied(denied: &Denied) -> String {
    match (denied.missing, &denied.app) {
        (Missing::Scope, _) => {
            let what = sentence(&denied.to_string());
            format!("{what} Its owner has the right: use a token that is made with this scope.")
        }
        // It begins with the name of an account, which stays as it is.
        (Missing::Role, Some(_)) => {
            format!("{denied}. An owner of the app or a platform operator can give it.")
        }
        (Missing::Role, None) => format!("{denied}. A platform operator can give it."),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let whole: String = first.into_iter().flatten().chain(letters).collect();
    whole + "."
}

fn store(error: &StoreError) -> String {
    match error {
        StoreError::Conflict { .. } => {
            "Somebody else has changed this at the same moment. Nothing of yours was stored; look at it anew and do it again.".to_owned()
        }
        // What a database says is for the operator, not for whoever asks.
        _ => "The console's database doesn't do its work. Nothing was stored; its operator finds the reason in the log.".to_owned(),
    }
}
