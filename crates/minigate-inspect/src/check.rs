//! Will a server work for a mini-program, on which devices, and if not, what is to be done.
//!
//! ```text
//!  Subject ─► Terms: may it be called at all (D1, D3–D7) ─────────────────────────────┐
//!        └──► Resolver ─► each address ─┬─► Prober ─► Facts ─► ChainFacts, LeafFacts ─┼─► findings ─► Grade
//!                                       │                └───► Matrix ─► verdicts ────┤
//!                                       ├─► Remark, what to send instead              │
//!                                       └─► Asker ─► Application ─────────────────────┘
//! ```
//!
//! ```no_run
//! # async fn example(terms: minigate_inspect::check::Terms, roots: minigate_tls::Roots) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use minigate_engine::SystemResolver;
//! use minigate_inspect::check::{Checker, Network, Subject};
//! use minigate_inspect::matrix::{Beside, Matrix};
//! use minigate_inspect::probe::Bounds;
//!
//! let network = Network { resolver: Arc::new(SystemResolver), overrides: Vec::new(), bounds: Bounds::default(), roots, fetches: true };
//! let checker = Checker::new(network, Matrix::new(Beside::default())?);
//! let report = checker.check(&Subject::parse("api.example.com")?, &terms, jiff::Timestamp::now()).await;
//! println!("{:?}", report.grade);
//! # Ok(())
//! # }
//! ```

mod ats;
mod entry;
mod finding;
mod grade;
mod remark;
mod report;
mod subject;
mod tell;
mod watched;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use minigate_engine::{Override, ResolveError, Resolver};
use minigate_policy::{CertificateCheck, Era, Platform, Policy, Profile};
use minigate_tls::{Roots, Trust};
use tokio::time::{Instant, sleep};

use crate::application::{Answer, Application, Asker, Setting};
use crate::chain::ChainFacts;
use crate::cure::{Fetcher, Means, Need, complete};
use crate::leaf::LeafFacts;
use crate::matrix::{Matrix, runtime};
use crate::probe::{Bounds, ClientCertificate, Facts, Prober, SentChain};
pub use ats::AtsLine;
pub use entry::{EntryFault, Terms};
pub use finding::{Finding, Matter};
pub use grade::Grade;
pub use remark::Remark;
pub use report::{
    AddressReport, DeviceVerdict, InterfaceVerdicts, NeededEntry, Report, RuntimeVerdict, Unseen,
};
pub use subject::{Purpose, Subject};
pub use watched::{Change, Condition, Direction, Watched};

/// Checks servers, any number at a time.
pub struct Checker {
    network: Network,
    prober: Prober,
    fetcher: Option<Fetcher>,
    trust: Trust,
    matrix: Matrix,
}

/// How servers are reached.
#[derive(Clone)]
pub struct Network {
    /// Who looks names up.
    pub resolver: Arc<dyn Resolver>,
    /// Addresses instead of the resolver's; the first that fits counts.
    pub overrides: Vec<Override>,
    /// How much one address may cost.
    pub bounds: Bounds,
    /// The roots by which the certificates of other hosts are judged, where redirects lead to them.
    pub roots: Roots,
    /// Whether certificates that a server leaves out are fetched from where their authorities publish them.
    pub fetches: bool,
}

/// Where a subject is, and whether an operator said so.
struct Located {
    addresses: Vec<SocketAddr>,
    is_overridden: bool,
}

impl Checker {
    /// Reaches servers in this way, and judges them for these devices.
    #[must_use]
    pub fn new(network: Network, matrix: Matrix) -> Self {
        let prober = Prober::new(Arc::clone(&network.resolver), network.bounds);
        let fetcher = Fetcher::new(Arc::clone(&network.resolver)).with_overrides(network.overrides.clone());
        Self {
            fetcher: network.fetches.then_some(fetcher),
            trust: Trust::new(network.roots.clone()),
            network,
            prober,
            matrix,
        }
    }

    /// Checks each address of a subject, of both families; `now` is the moment at which its certificates are judged.
    ///
    /// Addresses beyond the sixty-fourth are left out.
    pub async fn check(&self, subject: &Subject, terms: &Terms, now: Timestamp) -> Report {
        let begun = Instant::now();
        let mut entry = terms.faults(subject);
        let located = self.locate(subject).await;
        let mut addresses = Vec::new();
        if let Ok(located) = &located {
            entry.extend(refused_addresses(subject, terms, located));
            addresses = self.look(subject, terms, &located.addresses, (now, begun)).await;
        }
        note_differences(&mut addresses);
        self.cure(&mut addresses, now).await;
        let unseen = located.err().map(Unseen::no_address);
        let unseen = unseen.or_else(|| Unseen::of(&addresses));
        let seen = if unseen.is_some() {
            &[]
        } else {
            addresses.as_slice()
        };
        let findings = finding::gather(&entry, seen);
        Report {
            target: subject.written().to_owned(),
            url: subject.url(),
            host: subject.host().to_owned(),
            port: subject.port(),
            purpose: subject.purpose(),
            interfaces: subject.interfaces().to_vec(),
            asked_at: now,
            entries: NeededEntry::all(Terms::entries(subject)),
            needs: needs(&findings),
            grade: unseen.is_none().then(|| Grade::of(&findings)),
            unseen,
            findings,
            addresses,
        }
    }

    async fn locate(&self, subject: &Subject) -> Result<Located, ResolveError> {
        let (host, port) = (subject.host(), subject.port());
        let given = self
            .network
            .overrides
            .iter()
            .find(|given| given.is_for(host, port));
        if let Some(given) = given {
            return Ok(Located {
                addresses: given.addresses(port),
                is_overridden: true,
            });
        }
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.network.resolver.resolve(host).await?,
        };
        let addresses = addresses.into_iter().take(MOST_ADDRESSES);
        Ok(Located {
            addresses: addresses.map(|address| SocketAddr::new(address, port)).collect(),
            is_overridden: false,
        })
    }

    async fn look(
        &self,
        subject: &Subject,
        terms: &Terms,
        addresses: &[SocketAddr],
        (now, begun): (Timestamp, Instant),
    ) -> Vec<AddressReport> {
        let asker = self.asker(terms.policy_for(subject));
        // Boxed and collected, or the compiler can't tell that the whole may go from thread to thread.
        let looks: Vec<_> = addresses
            .iter()
            .map(|address| {
                let now = now.checked_add(begun.elapsed()).unwrap_or(now);
                self.look_at(subject, &asker, *address, now).boxed()
            })
            .collect();
        stream::iter(looks)
            .buffered(self.network.bounds.addresses.max(1))
            .collect()
            .await
    }

    async fn look_at(
        &self,
        subject: &Subject,
        asker: &Asker,
        address: SocketAddr,
        now: Timestamp,
    ) -> AddressReport {
        let facts = self.prober.ask_address(subject.host(), address, now).await;
        let application = if is_open(&facts) {
            let application = ask(asker, subject, address).await;
            Some(match subject.purpose() {
                Purpose::Calls => application,
                Purpose::Resource => application.of_resource(),
            })
        } else {
            None
        };
        self.judge(subject, facts, application)
    }

    fn asker(&self, policy: Policy) -> Asker {
        Asker::new(Setting {
            resolver: Arc::clone(&self.network.resolver),
            overrides: self.network.overrides.clone(),
            within: self.network.bounds.whole,
            ..Setting::new(policy, self.network.roots.clone())
        })
    }

    fn judge(&self, subject: &Subject, facts: Facts, application: Option<Application>) -> AddressReport {
        let now = facts.asked_at;
        let sent = facts.chain();
        let chain = sent.map(ChainFacts::read);
        let leaf = sent.and_then(|sent| LeafFacts::read(sent, facts.staple(), &facts.host, now).ok());
        let verdicts = subject.interfaces().iter().map(|interface| InterfaceVerdicts {
            interface: *interface,
            rows: self.matrix.judge(&facts, *interface, now),
        });
        AddressReport {
            ats: AtsLine::all(&facts, self.matrix.beside()),
            verdicts: verdicts.collect(),
            remarks: Remark::of(&facts, chain.as_ref(), leaf.as_ref(), now),
            chain,
            leaf,
            runtime: self.runtime(&facts, now),
            completion: None,
            application,
            facts,
        }
    }

    fn runtime(&self, facts: &Facts, now: Timestamp) -> Vec<RuntimeVerdict> {
        let verdict = |platform| {
            let profile = Profile::new(Era::Current, platform);
            let check = CertificateCheck {
                skipped: false,
                ats: profile.ats,
                self_signed_never: profile.self_signed_never,
            };
            RuntimeVerdict {
                platform,
                row: runtime(facts, &self.trust, check, now),
            }
        };
        [Platform::Android, Platform::Ios, Platform::Devtools]
            .map(verdict)
            .into()
    }

    /// Finds out what the server should send at each address where it should send anything else.
    async fn cure(&self, addresses: &mut [AddressReport], now: Timestamp) {
        let chains = addresses.iter().flat_map(|report| &report.facts.chains);
        let at_hand: Vec<_> = chains.cloned().collect();
        let roots = self.matrix.given();
        let means = Means {
            at_hand: &at_hand,
            roots: &roots,
            fetcher: self.fetcher.as_ref(),
            now,
        };
        let mut sent = Vec::<SentChain>::new();
        for chain in addresses.iter().filter_map(|report| report.facts.chain()) {
            if !sent.contains(chain) {
                sent.push(chain.clone());
            }
        }
        // At once, so that chains that lead to slow publishers take no longer than one does.
        let cures = join_all(sent.iter().map(|chain| complete(chain, means))).await;
        for report in addresses {
            let place = report
                .facts
                .chain()
                .and_then(|own| sent.iter().position(|chain| chain == own));
            let cure = place.and_then(|place| cures.get(place)).cloned();
            report.completion = cure;
        }
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker")
            .field("network", &self.network)
            .field("matrix", &self.matrix)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("overrides", &self.overrides)
            .field("bounds", &self.bounds)
            .field("fetches", &self.fetches)
            .finish_non_exhaustive()
    }
}

/// Asks again where a call breaks at once: a server that counts connections may have had no room yet.
async fn ask(asker: &Asker, subject: &Subject, address: SocketAddr) -> Application {
    let begun = Instant::now();
    let application = asker.ask(subject.asked(), address).await;
    if !matches!(application.answer, Answer::Failed { .. }) || begun.elapsed() > PAUSE {
        return application;
    }
    sleep(PAUSE).await;
    asker.ask(subject.asked(), address).await
}

/// Whether there is anything above TLS to ask, for whoever has no certificate.
fn is_open(facts: &Facts) -> bool {
    if facts.client_certificate() == ClientCertificate::Demanded {
        return false;
    }
    let mut sessions = facts
        .versions
        .iter()
        .filter_map(|version| version.session.as_ref());
    sessions.any(|session| session.opened().is_some())
}

/// What an operator says isn't judged.
fn refused_addresses(subject: &Subject, terms: &Terms, located: &Located) -> Option<EntryFault> {
    if located.is_overridden {
        return None;
    }
    terms.admit(subject, &located.addresses)
}

/// What has to change, in the order of what to do.
fn needs(findings: &[Finding]) -> Vec<Need> {
    let mut needs = Vec::new();
    for need in findings.iter().filter_map(Finding::need) {
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

/// Says of each address that it presents other certificates than the first.
fn note_differences(addresses: &mut [AddressReport]) {
    let mut presenting = addresses
        .iter_mut()
        .filter(|report| report.facts.chain().is_some());
    let Some(first) = presenting.next() else {
        return;
    };
    for other in presenting {
        if other.facts.chain() != first.facts.chain() {
            other.remarks.push(Remark::ChainsDiffer);
        }
    }
}

const MOST_ADDRESSES: usize = 64;
const PAUSE: Duration = Duration::from_secs(1);
