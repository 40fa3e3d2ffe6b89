//! What holds for every text, however hostile.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod cases;
mod hostile;

use cases::cases;
use hostile::{hostile_host, hostile_location, hostile_url, port};
use minigate_policy::{
    Call, Debugging, Denial, Domain, DomainLists, Entry, Host, Interface, Permit, Policy, Proposal, Reason,
    Target, WrittenLists,
};
use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::{collection, option, prop_assert, prop_assert_eq, prop_assert_ne, proptest};
use url::Url;

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn a_target_goes_where_a_url_parser_says(text in hostile_url()) {
        let Ok(target) = Target::parse(&text) else { return Ok(()) };
        let url = Url::parse(&text).unwrap();

        prop_assert_eq!(Some(target.host_str()), url.host_str());
        prop_assert_eq!(Some(target.effective_port()), url.port_or_known_default());
        prop_assert_eq!(target.scheme().name(), url.scheme());
        prop_assert!(is_bare(&target));
        let again = Target::parse(target.url().as_str()).unwrap();
        prop_assert_eq!(again.url(), target.url());
    }

    #[test]
    fn a_target_that_is_a_domain_is_dialled_by_that_name(text in hostile_url()) {
        let Ok(target) = Target::parse(&text) else { return Ok(()) };
        let Ok(domain) = target.domain() else { return Ok(()) };

        prop_assert_eq!(target.host(), Host::Name(domain.to_string()));
    }

    #[test]
    fn d1_a_redirect_goes_where_a_url_parser_says(location in hostile_location(), port in option::of(1_u16..)) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let base = Target::parse(&format!("https://a.com{port}/x/y?q")).unwrap();
        let Ok(target) = base.join(&location) else { return Ok(()) };
        let url = base.url().join(&location).unwrap();

        prop_assert_eq!(Some(target.host_str()), url.host_str());
        prop_assert_eq!(Some(target.effective_port()), url.port_or_known_default());
        prop_assert_eq!(target.scheme().name(), url.scheme());
        prop_assert_eq!(target.url().path(), url.path());
        if let Ok(domain) = target.domain() {
            prop_assert_eq!(domain.as_str(), target.host_str());
        }
        prop_assert!(is_bare(&target));
    }

    #[test]
    fn a_domain_is_its_own_normal_form(host in hostile_host()) {
        let Ok(domain) = Domain::parse(&host) else { return Ok(()) };

        prop_assert_eq!(Domain::parse(domain.as_str()), Ok(domain.clone()));
        prop_assert!(domain.as_str().is_ascii() && domain.as_str().len() <= 253);
        prop_assert!(domain.as_str().split('.').count() > 1);
    }

    #[test]
    fn d4_a_domain_is_never_an_address_nor_this_machine(host in hostile_host()) {
        let Ok(domain) = Domain::parse(&host) else { return Ok(()) };
        let name = domain.as_str();

        prop_assert_eq!(url::Host::parse(name), Ok(url::Host::Domain(name.to_owned())));
        prop_assert!(name != "localhost" && !name.ends_with(".localhost"));
    }

    #[test]
    fn an_entry_is_its_own_normal_form(host in hostile_host(), port in port(), interface in interface()) {
        let text = format!("{}://{host}{port}", interface.scheme());
        let Ok(entry) = Entry::parse(&text, interface) else { return Ok(()) };

        prop_assert_eq!(Entry::parse(&entry.to_string(), interface), Ok(entry.clone()));
        prop_assert!(entry.allows(&Target::parse(&entry.to_string()).unwrap(), interface));
        let plain = entry.to_string().replacen("s://", "://", 1);
        prop_assert!(!entry.allows(&Target::parse(&plain).unwrap(), interface));
    }

    #[test]
    fn d1_d3_what_is_permitted_is_listed_by_scheme_host_and_written_port(
        url in hostile_url(),
        interface in interface(),
    ) {
        let Ok(permit) = policy().judge(&Call::new(interface, url.as_str())) else { return Ok(()) };

        prop_assert_eq!(permit.target().port(), written_port(&url));
        prop_assert!(is_listed(&permit), "{url:?}");
    }

    #[test]
    fn d1_what_is_permitted_after_any_redirects_is_listed(locations in collection::vec(hostile_location(), 1..6)) {
        let mut permit = policy().judge(&Call::new(Interface::Request, "https://a.com/")).unwrap();

        for location in locations {
            permit = permit.follow(&location).unwrap_or(permit);
            prop_assert!(is_listed(&permit), "{location:?}");
        }
    }

    #[test]
    fn d1_what_is_proposed_cures_the_refusal(url in hostile_url(), interface in interface()) {
        let Err(denial) = policy().judge(&Call::new(interface, url.as_str())) else { return Ok(()) };
        let Reason::NotListed { .. } = denial.reason() else { return Ok(()) };

        prop_assert!(!denial.verdict().proposals.is_empty());
        for proposal in &denial.verdict().proposals {
            prop_assert!(cures(&denial, proposal), "{url:?}: {proposal:?}");
        }
    }

    #[test]
    fn s2_a_release_is_judged_as_if_nothing_asked_for_a_skip(url in hostile_url(), interface in interface()) {
        let release = policy().with_release("7".parse().unwrap());
        let call = Call::new(interface, url);

        prop_assert_eq!(release.explain(&call), release.clone().with_check_skipped(Debugging::On).explain(&call));
    }

    #[test]
    fn d6_the_platforms_api_is_never_permitted(url in hostile_url(), interface in interface()) {
        let Ok(permit) = policy().with_check_skipped(Debugging::On).judge(&Call::new(interface, url)) else {
            return Ok(());
        };

        prop_assert_ne!(permit.target().host_str().trim_end_matches('.'), "api.weixin.qq.com");
    }
}

fn is_bare(target: &Target) -> bool {
    let url = target.url();
    url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

fn lists() -> WrittenLists {
    WrittenLists {
        request: [
            "https://a.com",
            "https://b.com:8080",
            "https://c.com:443",
            "https://xn--fsqu00a.xn--fiqs8s",
        ]
        .map(str::to_owned)
        .to_vec(),
        upload_file: vec!["https://up.com".to_owned()],
        download_file: vec!["https://a.com".to_owned(), "https://a.com:8080".to_owned()],
        connect_socket: vec!["wss://s.com".to_owned(), "wss://a.com:8080".to_owned()],
    }
}

fn policy() -> Policy {
    policy_with(&lists())
}

fn policy_with(lists: &WrittenLists) -> Policy {
    Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(lists, 20).unwrap())
}

/// Looks the permit up in the lists as they were written, without the help of the code under test.
fn is_listed(permit: &Permit) -> bool {
    let (target, lists) = (permit.target(), lists());
    let host = format!("{}://{}", target.scheme(), target.url().host_str().unwrap());
    let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
    lists
        .of(permit.interface())
        .iter()
        .any(|entry| match permit.interface() {
            Interface::ConnectSocket => entry.trim_end_matches(":8080") == host,
            _ => *entry == format!("{host}{port}"),
        })
}

/// The port between the last colon of the authority and its end, read once more by other means.
fn written_port(url: &str) -> Option<u16> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    host.rsplit(']')
        .next()?
        .rsplit_once(':')?
        .1
        .trim_end_matches(|c| c <= ' ')
        .parse()
        .ok()
}

fn cures(denial: &Denial, proposal: &Proposal) -> bool {
    let verdict = denial.verdict();
    match proposal {
        Proposal::CallInstead { url } => policy()
            .judge(&Call::new(verdict.interface, url.as_str()))
            .is_ok(),
        Proposal::AddEntry { interface, entry } => {
            let mut lists = lists();
            list_of(&mut lists, *interface).push(entry.to_string());
            policy_with(&lists)
                .judge(&Call::new(verdict.interface, verdict.url.as_str()))
                .is_ok()
        }
        _ => false,
    }
}

fn list_of(lists: &mut WrittenLists, interface: Interface) -> &mut Vec<String> {
    match interface {
        Interface::Request => &mut lists.request,
        Interface::UploadFile => &mut lists.upload_file,
        Interface::DownloadFile => &mut lists.download_file,
        Interface::ConnectSocket => &mut lists.connect_socket,
    }
}

fn interface() -> impl Strategy<Value = Interface> {
    select(&Interface::ALL)
}
