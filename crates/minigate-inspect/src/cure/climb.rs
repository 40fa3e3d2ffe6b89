//! From what a server sent to what it should send.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::time::Instant;
use x509_parser::certificate::X509Certificate;

use super::completion::{Completion, Ending, LeftOut, Missing, Source, WhyNot};
use super::fetch::WHOLE;
use super::fit::{has_issued, may_have_issued};
use super::{Fetcher, Unfetched, pem};
use crate::certificate::{CertificateFacts, name};
use crate::chain::{ChainFacts, Sent, Why};
use crate::probe::SentChain;
use crate::root::{Root, read};

/// What a chain can be completed with.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Other chains of the same host, from other addresses or versions.
    pub at_hand: &'a [SentChain],
    /// Roots beside the known ones.
    pub roots: &'a [CertificateDer<'static>],
    /// Fetches what isn't at hand; without one, nothing is fetched.
    pub fetcher: Option<&'a Fetcher>,
    /// When: what has ended is of no use.
    pub now: Timestamp,
}

/// Finds out what a server should send: its own certificate, each one's issuer after it, the root left out.
///
/// What it sent is kept as far as it leads up, so a cross-signed way to an old root stays. The rest is looked for among
/// the chains at hand, then fetched, four certificates at most, until a known root is the issuer. An unknown root needs
/// no completion: nothing that is sent makes up for it.
///
/// Must be called within a tokio runtime with I/O and time where there is a fetcher.
pub async fn complete(sent: &SentChain, means: Means<'_>) -> Completion {
    let facts = ChainFacts::read(sent);
    let mut climb = Climb {
        sent: sent.certificates(),
        means,
        deadline: Instant::now() + WHOLE,
        chain: Vec::new(),
        missing: Vec::new(),
    };
    let end = climb.go(&facts).await;
    Completion {
        superfluous: climb.superfluous(&facts),
        is_in_order: facts.is_in_order,
        full_chain: is_whole(&end, &climb.chain).then(|| pem::full_chain(&climb.chain)),
        missing: climb.missing,
        end,
    }
}

/// On the way up.
struct Climb<'a> {
    sent: Vec<CertificateDer<'a>>,
    means: Means<'a>,
    deadline: Instant,
    chain: Vec<CertificateDer<'static>>,
    missing: Vec<Missing>,
}

/// What comes after a certificate.
enum Next {
    Issuer(CertificateDer<'static>),
    End(Ending),
}

impl Climb<'_> {
    async fn go(&mut self, facts: &ChainFacts) -> Ending {
        let Some(leaf) = self.sent.first() else {
            return Ending::Nothing;
        };
        self.chain.push(leaf.clone().into_owned());
        match facts.sent.first().and_then(Sent::facts) {
            None => return Ending::Unreadable,
            Some(leaf) if leaf.is_self_issued => return Ending::SelfSigned,
            Some(_) => {}
        }
        // Each round adds one of those that were sent, or one of few that are missing.
        loop {
            match self.next().await {
                Next::Issuer(issuer) => self.chain.push(issuer),
                Next::End(end) => return end,
            }
        }
    }

    async fn next(&mut self) -> Next {
        let Some(top) = self.chain.last().cloned() else {
            return Next::End(Ending::Nothing);
        };
        let (Some(certificate), Ok(facts)) = (read(&top), CertificateFacts::read(&top)) else {
            return Next::End(Ending::Open);
        };
        if let Some(issuer) = self.among_sent(&certificate) {
            return Next::Issuer(issuer);
        }
        // A cross-signed root may lead on to one that is gone; what is below it has reached its end already.
        if let Some(name) = self.chain.iter().rev().find_map(|der| self.root_of(der)) {
            return Next::End(Ending::Root { name });
        }
        if self.is_root_sent(&certificate) || self.is_root_at_hand(&certificate) {
            return Next::End(unknown_root(&facts));
        }
        let wanted = wanted(&facts);
        if let Some(issuer) = self.at_hand(&certificate) {
            self.add(wanted, &issuer, Source::AtHand);
            return Next::Issuer(issuer);
        }
        drop(certificate);
        self.seek(&top, &facts, wanted).await
    }

    /// The issuer as the server sent it, one that is valid before one that isn't; anything but a root, which nobody has
    /// to send.
    fn among_sent(&self, issued: &X509Certificate<'_>) -> Option<CertificateDer<'static>> {
        let fresh = self.sent.iter().filter(|der| !self.is_used(der));
        let mut issuers = fresh.filter(|der| is_intermediate(der) && is_issuer(der, issued));
        let valid = issuers.clone().find(|der| self.fits(der, issued).is_ok());
        Some(valid.or_else(|| issuers.next())?.clone().into_owned())
    }

    fn is_root_sent(&self, issued: &X509Certificate<'_>) -> bool {
        self.sent.iter().any(|der| is_issuer(der, issued))
    }

    fn is_root_at_hand(&self, issued: &X509Certificate<'_>) -> bool {
        let mut roots = self.certificates_at_hand().filter(|der| !is_intermediate(der));
        roots.any(|der| self.fits(&der, issued).is_ok())
    }

    fn at_hand(&self, issued: &X509Certificate<'_>) -> Option<CertificateDer<'static>> {
        let mut fresh = self.certificates_at_hand().filter(|der| !self.is_used(der));
        let found = fresh.find(|der| self.fits(der, issued).is_ok())?;
        Some(found.into_owned())
    }

    fn certificates_at_hand(&self) -> impl Iterator<Item = CertificateDer<'_>> {
        self.means.at_hand.iter().flat_map(SentChain::certificates)
    }

    /// The name of the root that issued a certificate, where a device may have it.
    fn root_of(&self, issued: &CertificateDer<'_>) -> Option<String> {
        let known = Root::issuers_of(issued).into_iter().map(Root::der);
        let issued = read(issued)?;
        let mut roots = known.chain(self.means.roots);
        let root = read(roots.find(|root| is_issuer(root, &issued))?)?;
        Some(name(root.subject()))
    }

    async fn seek(
        &mut self,
        top: &CertificateDer<'_>,
        facts: &CertificateFacts,
        mut wanted: Missing,
    ) -> Next {
        if wanted.urls.is_empty() {
            let name = facts.issuer.clone();
            return Next::End(Ending::Unpublished { name });
        }
        match self.search(top, &wanted.urls).await {
            Ok((_, issuer)) if !is_intermediate(&issuer) => Next::End(unknown_root(facts)),
            Ok((url, issuer)) => {
                self.add(wanted, &issuer, Source::Fetched { url });
                Next::Issuer(issuer)
            }
            Err(why_not) => {
                wanted.why_not = Some(why_not);
                self.missing.push(wanted);
                Next::End(Ending::Open)
            }
        }
    }

    async fn search(
        &self,
        top: &CertificateDer<'_>,
        urls: &[String],
    ) -> Result<(String, CertificateDer<'static>), WhyNot> {
        let fetcher = self.means.fetcher.ok_or(WhyNot::Offline)?;
        if self.missing.len() >= MOST_MISSING {
            return Err(WhyNot::TooHigh { limit: MOST_MISSING });
        }
        let mut tried = Vec::new();
        for url in urls.iter().take(MOST_URLS) {
            let found = fetcher.fetch(url, self.deadline).await;
            match found.and_then(|found| self.choose(found, top)) {
                Ok(issuer) => return Ok((url.clone(), issuer)),
                Err(why) => tried.push((url.clone(), why)),
            }
        }
        Err(WhyNot::Unfetched { tried })
    }

    /// The one of those that issued a certificate, one below a known root before the others.
    fn choose(
        &self,
        found: Vec<CertificateDer<'static>>,
        issued: &CertificateDer<'_>,
    ) -> Result<CertificateDer<'static>, Unfetched> {
        let issued = read(issued).ok_or(Unfetched::NoCertificate)?;
        let mut best = Err(Unfetched::NoCertificate);
        for der in found.into_iter().filter(|der| !self.is_used(der)) {
            match self.fits(&der, &issued) {
                Ok(()) if self.root_of(&der).is_some() => return Ok(der),
                Ok(()) if best.is_err() => best = Ok(der),
                Err(why) if best.is_err() => best = Err(why),
                _ => {}
            }
        }
        best
    }

    fn fits(&self, der: &CertificateDer<'_>, issued: &X509Certificate<'_>) -> Result<(), Unfetched> {
        let issuer = read(der).ok_or(Unfetched::NoCertificate)?;
        Ok(has_issued(&issuer, issued, self.means.now)?)
    }

    fn is_used(&self, der: &CertificateDer<'_>) -> bool {
        self.chain.iter().any(|used| used == der)
    }

    fn add(&mut self, wanted: Missing, issuer: &CertificateDer<'_>, source: Source) {
        self.missing.push(Missing {
            pem: Some(pem::pem(issuer)),
            source: Some(source),
            ..wanted
        });
    }

    /// What was sent and isn't on the way.
    fn superfluous(&self, facts: &ChainFacts) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for (place, der) in self.sent.iter().enumerate().skip(1) {
            let known = facts.superfluous.iter().find(|one| one.place == place);
            let why = known.map(|one| one.why);
            if why.is_some() || !self.is_used(der) {
                let facts = facts.sent.get(place).and_then(Sent::facts);
                left_out.push(LeftOut {
                    place,
                    subject: facts.map(|facts| facts.subject.clone()),
                    why: why.unwrap_or(Why::Unrelated),
                });
            }
        }
        left_out
    }
}

fn wanted(issued: &CertificateFacts) -> Missing {
    Missing {
        subject: issued.issuer.clone(),
        key_id: issued.issuer_key_id.clone(),
        issued: issued.subject.clone(),
        urls: issued.issuer_urls.clone(),
        pem: None,
        source: None,
        why_not: None,
    }
}

fn unknown_root(issued: &CertificateFacts) -> Ending {
    Ending::UnknownRoot {
        name: issued.issuer.clone(),
    }
}

/// Whether a certificate names somebody else as its issuer.
fn is_intermediate(der: &CertificateDer<'_>) -> bool {
    CertificateFacts::read(der).is_ok_and(|facts| !facts.is_self_issued)
}

fn is_issuer(der: &CertificateDer<'_>, issued: &X509Certificate<'_>) -> bool {
    read(der).is_some_and(|issuer| may_have_issued(&issuer, issued))
}

/// Whether a chain is all that can be sent: a server's certificate alone is, only where it is known what issued it.
const fn is_whole(end: &Ending, chain: &[CertificateDer<'_>]) -> bool {
    match end {
        Ending::Root { .. } | Ending::UnknownRoot { .. } | Ending::SelfSigned => true,
        Ending::Unpublished { .. } => chain.len() > 1,
        Ending::Nothing | Ending::Unreadable | Ending::Open => false,
    }
}

/// How many certificates may be missing; honest ways have one or two.
const MOST_MISSING: usize = 4;
const MOST_URLS: usize = 4;
