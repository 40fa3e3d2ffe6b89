//! What a provider says of itself.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreClient, CoreProviderMetadata};
use openidconnect::{
    ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, RedirectUrl,
};

use super::http::Http;
use super::{OidcError, ProviderSettings};
use crate::moment::after;

/// The provider's metadata and keys as they were found last: two answers, each of 1 MiB at most.
#[derive(Default)]
pub(super) struct Discovery(Mutex<Option<Known>>);

struct Known {
    metadata: CoreProviderMetadata,
    found_at: Timestamp,
}

/// What asks a provider whose metadata are known.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Discovery {
    /// A client for the provider as it is now, or was less than five minutes ago.
    pub(super) async fn client(
        &self,
        settings: &ProviderSettings,
        http: &Http,
        at: Timestamp,
    ) -> Result<Client, OidcError> {
        let redirect = RedirectUrl::new(settings.redirect_url.clone()).map_err(OidcError::settings)?;
        let secret = settings.client_secret.as_ref();
        let client = CoreClient::from_provider_metadata(
            self.metadata(settings, http, at).await?,
            ClientId::new(settings.client_id.clone()),
            secret.map(|secret| ClientSecret::new(secret.reveal().to_owned())),
        );
        Ok(client.set_redirect_uri(redirect))
    }

    /// Has the provider asked anew, at most once a minute; tells whether it will be.
    pub(super) fn forget(&self, at: Timestamp) -> bool {
        let mut known = self.lock();
        let is_old = known
            .as_ref()
            .is_some_and(|known| at >= after(known.found_at, FRESH));
        if is_old {
            *known = None;
        }
        is_old
    }

    async fn metadata(
        &self,
        settings: &ProviderSettings,
        http: &Http,
        at: Timestamp,
    ) -> Result<CoreProviderMetadata, OidcError> {
        if let Some(metadata) = self.kept(at) {
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(OidcError::settings)?;
        let metadata = CoreProviderMetadata::discover_async(issuer, http).await;
        let metadata = metadata.map_err(OidcError::provider)?;
        *self.lock() = Some(Known {
            metadata: metadata.clone(),
            found_at: at,
        });
        Ok(metadata)
    }

    fn kept(&self, at: Timestamp) -> Option<CoreProviderMetadata> {
        let known = self.lock();
        let known = known.as_ref()?;
        (at < after(known.found_at, LONGEST)).then(|| known.metadata.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const LONGEST: SignedDuration = SignedDuration::from_mins(5);
const FRESH: SignedDuration = SignedDuration::from_mins(1);
