//! Which URLs, redirects and addresses may be called, and by which rule the others are refused.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod support;

use std::net::IpAddr;

use minigate_policy::{
    Call, Debugging, Denial, DomainLists, Era, Finding, Interface, Permit, Platform, Policy, Profile,
    Proposal, Reason, Release, Verdict, WrittenLists,
};
use serde::Deserialize;
use support::{load, report, same, tag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Urls {
    setup: Setup,
    judge: Vec<Judged>,
    follow: Vec<Followed>,
    admit: Vec<Admitted>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setup {
    lists: WrittenLists,
    subnets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    url: String,
    interface: Option<Interface>,
    era: Option<Era>,
    release: Option<String>,
    skip: Option<Skip>,
    outcome: String,
    origin: Option<String>,
    rule: Option<String>,
    reason: Option<String>,
    error: Option<String>,
    differs: Option<String>,
    cure: Option<String>,
}

/// The check is asked to be skipped, with debugging on or off.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Skip {
    On,
    Off,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Followed {
    location: String,
    from: Option<String>,
    interface: Option<Interface>,
    era: Option<Era>,
    release: Option<String>,
    skip: Option<Skip>,
    #[serde(default)]
    hops: usize,
    to: Option<String>,
    rule: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Admitted {
    url: Option<String>,
    era: Option<Era>,
    release: Option<String>,
    #[serde(default)]
    private: Vec<String>,
    addresses: Vec<IpAddr>,
    strange: Vec<String>,
    cure: Option<String>,
}

#[test]
fn d1_d3_d4_d6_a_url_is_allowed_or_refused_by_its_rule() {
    let urls: Urls = load(FILE);

    report(FILE, &urls.judge, |vector| {
        let policy = urls
            .setup
            .policy(vector.era, vector.release.as_deref(), vector.skip);
        let call = Call::new(
            vector.interface.unwrap_or(Interface::Request),
            vector.url.as_str(),
        );
        check_judged(vector, &policy.explain(&call))
    });
}

#[test]
fn d1_a_redirect_is_followed_or_refused_by_its_rule() {
    let urls: Urls = load(FILE);

    report(FILE, &urls.follow, |vector| {
        let name = format!("{:?} from {:?}", vector.location, vector.from);
        let policy = urls
            .setup
            .policy(vector.era, vector.release.as_deref(), vector.skip);
        let url = vector.from.as_deref().unwrap_or("https://a.com/x/y?q=1");
        let mut permit = policy
            .judge(&Call::new(vector.interface.unwrap_or(Interface::Request), url))
            .unwrap();
        for _ in 0..vector.hops {
            permit = permit.follow("").unwrap();
        }
        let followed = permit.follow(&vector.location);
        same(&name, &followed.as_ref().ok().map(url_of), &vector.to)?;
        same(&name, &followed.as_ref().err().map(rule_of), &vector.rule)?;
        same(&name, &followed.as_ref().err().map(reason_of), &vector.reason)
    });
}

#[test]
fn d4_addresses_are_dialled_or_refused_by_their_class() {
    let urls: Urls = load(FILE);

    report(FILE, &urls.admit, |vector| {
        let name = format!("{:?} for {:?}", vector.addresses, vector.url);
        let release = vector.release.as_deref().unwrap_or("7");
        let policy = urls
            .setup
            .policy(vector.era, Some(release), None)
            .with_private_hosts(vector.private.clone());
        let url = vector.url.as_deref().unwrap_or("https://a.com/");
        let permit = policy.judge(&Call::new(Interface::Request, url)).unwrap();

        match permit.admit(&vector.addresses) {
            Ok(admitted) => {
                same(&name, &admitted, &vector.addresses.as_slice())?;
                same(&name, &Vec::new(), &vector.strange)
            }
            Err(denial) => {
                same(&name, &classes(denial.reason()), &vector.strange)?;
                same(&name, &denial.verdict().proposals.first().map(cure), &vector.cure)
            }
        }
    });
}

#[test]
fn a_url_may_have_65000_bytes_once_it_is_encoded() {
    let setup: Setup = load::<Urls>(FILE).setup;
    let policy = setup.policy(None, None, None);
    let judged = |path: String| policy.judge(&Call::new(Interface::Request, format!("https://a.com/{path}")));
    let room = 65_000 - "https://a.com/".len();

    let longest = judged("x".repeat(room)).unwrap();
    assert_eq!(longest.target().url().as_str().len(), 65_000);
    assert!(judged("x".repeat(room + 1)).is_err());
    assert!(judged("中".repeat(room / 8)).is_err());
    assert!(longest.follow(&"中".repeat(room / 8)).is_err());
    assert!(longest.follow(&format!("/{}", "x".repeat(65_001))).is_err());
}

impl Setup {
    fn policy(&self, era: Option<Era>, release: Option<&str>, skip: Option<Skip>) -> Policy {
        let release: Release = release.unwrap_or("devtools").parse().unwrap();
        let policy = Policy::new("wx1".parse().unwrap())
            .with_profile(Profile::new(era.unwrap_or_default(), Platform::default()))
            .with_release(release)
            .with_subnets(self.subnets.iter().map(|net| net.parse().unwrap()).collect())
            .with_lists(DomainLists::parse(&self.lists, 20).unwrap());
        match skip {
            None => policy,
            Some(Skip::On) => policy.with_check_skipped(Debugging::On),
            Some(Skip::Off) => policy.with_check_skipped(Debugging::Off),
        }
    }
}

fn check_judged(vector: &Judged, verdict: &Verdict) -> Result<(), String> {
    let name = format!(
        "{:?} by {:?} in {:?}, skip {:?}",
        vector.url, vector.interface, vector.era, vector.skip
    );
    same(&name, &tag(&verdict.finding, "/outcome"), &vector.outcome)?;
    same(
        &name,
        &verdict.reason().map(|reason| reason.rule().to_string()),
        &vector.rule,
    )?;
    same(
        &name,
        &verdict.reason().map(|reason| tag(reason, "/reason")),
        &vector.reason,
    )?;
    let error = verdict.reason().map(|reason| tag(reason, "/error/kind"));
    same_where_told(&name, error.as_deref(), vector.error.as_deref())?;
    same_where_told(&name, verdict.origin.as_deref(), vector.origin.as_deref())?;
    let differs = verdict.nearest.first().map(|near| tag(&near.differs, "/in"));
    same_where_told(&name, differs.as_deref(), vector.differs.as_deref())?;
    let cure = verdict.proposals.first().map(cure);
    same_where_told(&name, cure.as_deref(), vector.cure.as_deref())?;
    if let Finding::Listed { entry } = &verdict.finding {
        same(&name, &entry.scheme(), &verdict.interface.scheme())?;
    }
    Ok(())
}

fn same_where_told(name: &str, found: Option<&str>, expected: Option<&str>) -> Result<(), String> {
    expected.map_or(Ok(()), |expected| same(name, &found, &Some(expected)))
}

fn cure(proposal: &Proposal) -> String {
    let does = tag(proposal, "/do");
    match proposal {
        Proposal::AddEntry { interface, entry } => format!("{does} {interface} {entry}"),
        Proposal::CallInstead { url } => format!("{does} {url}"),
        Proposal::DeclarePrivate { host } | Proposal::LeaveFakeIp { host } => format!("{does} {host}"),
        _ => does,
    }
}

fn url_of(permit: &Permit) -> String {
    permit.target().url().to_string()
}

fn rule_of(denial: &Denial) -> String {
    denial.rule().to_string()
}

fn reason_of(denial: &Denial) -> String {
    tag(denial.reason(), "/reason")
}

fn classes(reason: &Reason) -> Vec<String> {
    match reason {
        Reason::PrivateAddress { addresses, .. } => {
            addresses.iter().map(|(_, class)| tag(class, "")).collect()
        }
        _ => vec![tag(reason, "/reason")],
    }
}

const FILE: &str = "urls.toml";
