//! An account for somebody whom the provider knows and the console doesn't.

use jiff::Timestamp;
use openidconnect::core::CoreIdTokenClaims;

use super::OidcError;
use crate::By;
use crate::account::{self, Account, AccountName, Identity, NewAccount};
use crate::action::Action;
use crate::hidden::fingerprint;
use crate::origin::Origin;
use crate::store::{Store, StoreError};
use crate::text::is_invisible;

/// Makes an account without any role, named as the provider names its owner as far as that is possible and free.
pub(super) async fn welcome(
    store: &dyn Store,
    claims: &CoreIdTokenClaims,
    subject: Identity,
    origin: Origin,
    at: Timestamp,
) -> Result<Account, OidcError> {
    let wanted = wanted_name(claims);
    let wanted = if wanted.is_empty() { "user" } else { &wanted };
    match admit(store, wanted, claims, &subject, origin, at).await {
        Err(OidcError::Store(StoreError::Conflict { .. })) => {
            // The name is somebody else's; a subject is nobody else's.
            let short: String = fingerprint(&[claims.subject().as_str()])
                .chars()
                .take(8)
                .collect();
            admit(store, &format!("{wanted}-{short}"), claims, &subject, origin, at).await
        }
        admitted => admitted,
    }
}

async fn admit(
    store: &dyn Store,
    name: &str,
    claims: &CoreIdTokenClaims,
    subject: &Identity,
    origin: Origin,
    at: Timestamp,
) -> Result<Account, OidcError> {
    let name: AccountName = name.parse().map_err(OidcError::token)?;
    let display_name = display_name(claims, &name);
    let new = NewAccount {
        name,
        display_name,
        platform: None,
    };
    let nobody = Account::new(&new, at)?;
    let account = Account {
        identity: Some(subject.clone()),
        ..nobody.clone()
    };
    let by = By::new(account.name.to_string(), Some(origin.to_string()), at);
    let change = account::create(&by.platform_entry(Action::AccountCreate), &account)?;
    let change = account::relink(store, change, &nobody, &account).await?;
    store.commit(&change, at).await?;
    Ok(account)
}

/// The user name there, or what stands before the `@` of the address, as far as it can be one here.
fn wanted_name(claims: &CoreIdTokenClaims) -> String {
    let user = claims.preferred_username().map(|name| name.as_str());
    let email = claims.email().map(|email| email.as_str());
    let text = user.or(email).unwrap_or_default();
    let text = text.split('@').next().unwrap_or_default().to_lowercase();
    let fits = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    text.chars().filter(fits).take(LONGEST_NAME).collect()
}

fn display_name(claims: &CoreIdTokenClaims, name: &AccountName) -> String {
    let said = claims.name().and_then(|names| names.get(None));
    let said = said.map(|said| said.trim()).unwrap_or_default();
    let said: String = said
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .take(100)
        .collect();
    if said.trim().is_empty() {
        name.to_string()
    } else {
        said
    }
}

/// Shorter than a name can be: something may have to follow it.
const LONGEST_NAME: usize = 48;
