//! What operators do to an account.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{invited, role};
use crate::Console;
use crate::access::Right;
use crate::account::{AccountName, Accounts, Identity};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::signed_in::{Reason, SignedIn};

/// A deed, as a form names it.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Wanted {
    #[serde(rename = "do")]
    deed: Deed,
    #[serde(default)]
    role: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    identity: String,
    #[serde(default)]
    kind: Kind,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deed {
    Invite,
    Disable,
    Enable,
    EndSessions,
    Role,
    Rename,
    Link,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    #[default]
    Email,
    Subject,
}

pub(in super::super) async fn act(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    me: SignedIn,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    me.allow(&console, Right::Operate, None).await?;
    let name: AccountName = name.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
    let accounts = wanted.accounts(&console, &me)?;
    match wanted.deed {
        Deed::Invite => {
            let invitation = accounts.invite(&name).await?;
            return Ok(invited(&console, &me, &invitation)?.into_response());
        }
        Deed::Disable => accounts.disable(&name).await?,
        Deed::Enable => accounts.enable(&name).await?,
        Deed::EndSessions => accounts.end_sessions(&name).await?,
        Deed::Role => accounts.set_platform_role(&name, role(&wanted.role)?).await?,
        Deed::Rename => accounts.rename(&name, &wanted.display_name).await?,
        Deed::Link => accounts.link(&name, wanted.identity()).await?,
    };
    Ok(Redirect::to(&format!("/accounts/{name}")).into_response())
}

impl Wanted {
    fn accounts<'a>(&self, console: &'a Console, me: &'a SignedIn) -> Result<Accounts<'a>, Failure> {
        let accounts = Accounts::of(console.store(), &me.caller, console.now());
        Ok(accounts.because(self.reason.said()?))
    }

    /// None where the field is empty.
    fn identity(&self) -> Option<Identity> {
        let text = self.identity.trim().to_owned();
        match (text.is_empty(), self.kind) {
            (true, _) => None,
            (false, Kind::Email) => Some(Identity::Email(text)),
            (false, Kind::Subject) => Some(Identity::Subject(text)),
        }
    }
}
