//! Which names an origin has certificates for.

use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::Respond;
use crate::authority::Authority;

pub(super) struct ServedNames {
    authority: Arc<Authority>,
    respond: Arc<dyn Respond>,
}

impl ServedNames {
    pub(super) fn new(authority: Arc<Authority>, respond: Arc<dyn Respond>) -> Self {
        Self { authority, respond }
    }

    pub(super) fn config(self) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for ServedNames {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?;
        if !self.respond.serves(name) {
            tracing::debug!(name, "refused a handshake for a name that isn't served");
            return None;
        }
        let leaf = self.authority.certificate(name, self.respond.certificate(name));
        leaf.inspect_err(|error| tracing::warn!(name, %error, "no certificate"))
            .ok()
    }
}

impl fmt::Debug for ServedNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServedNames").finish_non_exhaustive()
    }
}
