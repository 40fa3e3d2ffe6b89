//! Which names an origin has certificates for.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::authority::Authority;
use crate::certificate::Certificate;

#[derive(Debug)]
pub(super) struct ServedNames {
    authority: Arc<Authority>,
    names: BTreeMap<String, Certificate>,
}

impl ServedNames {
    pub(super) fn new(authority: Arc<Authority>, names: BTreeMap<String, Certificate>) -> Self {
        Self { authority, names }
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
        let Some(certificate) = self.names.get(name) else {
            tracing::debug!(name, "refused a handshake for a name that isn't served");
            return None;
        };
        let leaf = self.authority.certificate(name, *certificate);
        leaf.inspect_err(|error| tracing::warn!(name, %error, "no certificate"))
            .ok()
    }
}
