//! Which certificate a domain shows.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use serde::Deserialize;

use crate::authority::{Authority, AuthorityError, common_name, leaf_params, set_validity};

/// The certificate that a domain shows: a good one, or one with a fault, to see what an app makes of it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Certificate {
    /// Valid, for this name, from the origin's authority.
    #[default]
    Good,
    /// It ended yesterday (rule T4).
    Expired,
    /// It begins tomorrow (rule T4).
    NotYetValid,
    /// It is for another name (rule T3).
    WrongName,
    /// It is signed with its own key (rule T6).
    SelfSigned,
    /// Its root is nobody's (rule T2).
    UnknownRoot,
    /// Its intermediate isn't sent (rule T5).
    NoIntermediate,
}

impl Certificate {
    pub(crate) fn issue(self, name: &str, authority: &Authority) -> Result<CertifiedKey, AuthorityError> {
        let (certificate, key) = self
            .sign(name, authority)
            .map_err(|source| AuthorityError::not_issued(name, source))?;
        CertifiedKey::from_der(
            vec![certificate.into()],
            key.into(),
            &aws_lc_rs::default_provider(),
        )
        .map_err(|source| AuthorityError::KeyRefused {
            name: name.to_owned(),
            source,
        })
    }

    fn sign(self, name: &str, authority: &Authority) -> Result<(rcgen::Certificate, KeyPair), rcgen::Error> {
        let key = KeyPair::generate()?;
        let certificate = match self {
            Self::SelfSigned => self.params(name, authority)?.self_signed(&key)?,
            Self::UnknownRoot => self.sign_by(name, authority, &key, &*ca("nobody's authority", None)?)?,
            Self::NoIntermediate => {
                let intermediate = ca("an intermediate that is not sent", Some(authority.issuer()))?;
                self.sign_by(name, authority, &key, &intermediate)?
            }
            Self::Good | Self::Expired | Self::NotYetValid | Self::WrongName => {
                self.sign_by(name, authority, &key, authority.issuer())?
            }
        };
        Ok((certificate, key))
    }

    fn sign_by(
        self,
        name: &str,
        authority: &Authority,
        key: &KeyPair,
        issuer: &Issuer<'static, KeyPair>,
    ) -> Result<rcgen::Certificate, rcgen::Error> {
        self.params(name, authority)?.signed_by(key, issuer)
    }

    fn params(self, name: &str, authority: &Authority) -> Result<CertificateParams, rcgen::Error> {
        let now = authority.made_at();
        let other_name = format!("not-{name}");
        let mut params = leaf_params(
            if self == Self::WrongName {
                &other_name
            } else {
                name
            },
            now,
        )?;
        match self {
            Self::Expired => set_validity(&mut params, now - 30 * DAY, now - DAY),
            Self::NotYetValid => set_validity(&mut params, now + DAY, now + 30 * DAY),
            _ => {}
        }
        Ok(params)
    }
}

/// A certificate authority below another, or of its own.
fn ca(
    name: &str,
    above: Option<&Issuer<'static, KeyPair>>,
) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    match above {
        Some(above) => CertifiedIssuer::signed_by(params, key, above),
        None => CertifiedIssuer::self_signed(params, key),
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{CertificateError, Error, RootCertStore};

    use super::*;

    #[test]
    fn each_kind_has_its_fault_and_no_other() {
        let authority = Authority::new().unwrap();
        let fault = |kind| check(kind, &authority);

        assert_eq!(fault(Certificate::Good), None);
        assert!(matches!(
            fault(Certificate::Expired),
            Some(CertificateError::ExpiredContext { .. })
        ));
        assert!(matches!(
            fault(Certificate::NotYetValid),
            Some(CertificateError::NotValidYetContext { .. })
        ));
        assert!(matches!(
            fault(Certificate::WrongName),
            Some(CertificateError::NotValidForNameContext { .. })
        ));
        for kind in [
            Certificate::SelfSigned,
            Certificate::UnknownRoot,
            Certificate::NoIntermediate,
        ] {
            assert_eq!(fault(kind), Some(CertificateError::UnknownIssuer), "{kind:?}");
        }
    }

    fn check(kind: Certificate, authority: &Authority) -> Option<CertificateError> {
        let shown = authority.certificate("api.example.com", kind).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.root_der().clone()).unwrap();
        let provider = aws_lc_rs::default_provider().into();
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
        let (leaf, chain) = shown.cert.split_first().unwrap();
        let name = ServerName::try_from("api.example.com").unwrap();
        let checked = verifier
            .unwrap()
            .verify_server_cert(leaf, chain, &name, &[], UnixTime::now());
        match checked {
            Ok(_) => None,
            Err(Error::InvalidCertificate(fault)) => Some(fault),
            Err(other) => panic!("{other}"),
        }
    }
}
