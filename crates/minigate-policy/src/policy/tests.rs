use crate::{AddressClass, Difference, Era, Platform, Rule, Scheme, TargetError, WrittenLists};

use super::*;

fn policy() -> Policy {
    let written = WrittenLists {
        request: vec!["https://a.com".into(), "https://b.com:8080".into()],
        upload_file: vec!["https://up.com".into()],
        download_file: Vec::new(),
        connect_socket: vec!["wss://s.com".into()],
    };
    Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&written, 20).unwrap())
}

fn request(policy: &Policy, url: &str) -> Result<Permit, Denial> {
    policy.judge(&Call::new(Interface::Request, url))
}

fn published(policy: Policy) -> Policy {
    policy.with_release("7".parse().unwrap())
}

#[test]
fn d1_a_host_of_another_interfaces_list_is_refused_with_that_reason() {
    let denial = request(&policy(), "https://up.com/x").unwrap_err();

    assert_eq!(denial.rule(), Rule::D1);
    assert_eq!(
        denial.verdict().nearest.first().unwrap().differs,
        Difference::Interface
    );
    assert_eq!(
        denial.verdict().nearest.first().unwrap().interface,
        Interface::UploadFile
    );
}

#[test]
fn d1_what_differs_from_the_nearest_entry_is_named() {
    for (url, differs) in [
        (
            "https://a.com:443/",
            Difference::Port {
                url: Some(443),
                entry: None,
            },
        ),
        (
            "https://b.com/",
            Difference::Port {
                url: None,
                entry: Some(8080),
            },
        ),
        (
            "https://b.com:9091/",
            Difference::Port {
                url: Some(9091),
                entry: Some(8080),
            },
        ),
        ("https://www.a.com/", Difference::Www),
        ("https://api.a.com/", Difference::Parent),
        ("https://aa.com/", Difference::Spelling),
        ("http://a.com/", Difference::Scheme),
    ] {
        let denial = request(&policy(), url).unwrap_err();

        assert_eq!(
            denial.verdict().nearest.first().unwrap().differs,
            differs,
            "{url}"
        );
        assert!(!denial.verdict().proposals.is_empty(), "{url}");
    }
}

#[test]
fn d1_a_redirect_is_judged_like_a_call() {
    let permit = request(&policy(), "https://a.com/x").unwrap();

    assert!(permit.follow("/y").is_ok());
    assert!(permit.follow("https://b.com:8080/y").is_ok());
    assert!(permit.follow("//a.com/y").is_ok());
    assert_eq!(permit.follow("//evil.com/y").unwrap_err().rule(), Rule::D1);
    assert_eq!(permit.follow("https://evil.com/y").unwrap_err().verdict().hop, 1);
    assert_eq!(permit.follow("http://a.com/y").unwrap_err().rule(), Rule::D3);
    assert_eq!(permit.follow("https://127.0.0.1/").unwrap_err().rule(), Rule::D4);
    assert_eq!(
        permit.follow("https://api.weixin.qq.com/").unwrap_err().rule(),
        Rule::D6
    );
}

#[test]
fn d1_redirects_come_to_an_end() {
    let mut permit = request(&policy(), "https://a.com/0").unwrap();
    for hop in 1..=20 {
        permit = permit.follow(&format!("/{hop}")).unwrap();
    }

    let denial = permit.follow("/21").unwrap_err();

    assert_eq!(denial.reason(), &Reason::TooManyRedirects { limit: 20 });
}

#[test]
fn n1_a_longer_timeout_is_brought_down_to_sixty_seconds() {
    let call = Call::new(Interface::Request, "https://a.com/").with_timeout(Some(Duration::from_secs(90)));

    let permit = policy().judge(&call).unwrap();

    assert_eq!(permit.timeout(), Duration::from_secs(60));
    assert_eq!(permit.capped_timeout(), Some(Duration::from_secs(90)));
}

#[test]
fn n1_the_current_era_has_no_longest_timeout() {
    let policy = policy().with_profile(Profile::new(Era::Current, Platform::Android));
    let call = Call::new(Interface::Request, "https://a.com/").with_timeout(Some(Duration::from_secs(600)));

    assert_eq!(policy.judge(&call).unwrap().timeout(), Duration::from_secs(600));
}

#[test]
fn n2_a_calls_own_timeout_wins_over_the_configured_one_and_that_over_the_default() {
    let policy = policy().with_timeout(Interface::Request, Some(Duration::from_secs(20)));
    let timeout = |interface, own| {
        let call = Call::new(interface, format!("{}://s.com/", interface.scheme())).with_timeout(own);
        let policy = policy.clone().with_check_skipped(Debugging::On);
        policy.judge(&call).unwrap().timeout().as_secs()
    };

    assert_eq!(timeout(Interface::Request, None), 20);
    assert_eq!(timeout(Interface::Request, Some(Duration::from_secs(3))), 3);
    assert_eq!(timeout(Interface::ConnectSocket, None), 60);
}

#[test]
fn s1_a_skipped_check_lets_a_call_pass_and_remembers_what_it_broke() {
    let policy = policy().with_check_skipped(Debugging::Off);

    for url in [
        "https://evil.com/",
        "http://a.com/",
        "http://127.0.0.1:3000/",
        "http://localhost:3000/",
    ] {
        let permit = request(&policy, url).unwrap();
        assert!(permit.spared().is_some(), "{url}");
        assert!(permit.certificate_check().skipped, "{url}");
    }
    assert_eq!(request(&policy, "https://a.com/").unwrap().spared(), None);
}

#[test]
fn s2_a_release_never_skips_whatever_it_asks() {
    let policy = published(policy()).with_check_skipped(Debugging::On);

    assert!(!policy.skips_check());
    assert!(request(&policy, "https://evil.com/").is_err());
    assert!(
        !request(&policy, "https://a.com/")
            .unwrap()
            .certificate_check()
            .skipped
    );
}

#[test]
fn s2_a_phone_without_debugging_never_skips() {
    let policy = policy()
        .with_release(Release::Trial)
        .with_check_skipped(Debugging::Off);

    assert!(request(&policy, "https://evil.com/").is_err());
}

#[test]
fn d6_the_platforms_api_is_refused_also_with_checks_skipped() {
    let policy = policy().with_check_skipped(Debugging::On);

    for url in [
        "https://api.weixin.qq.com/cgi-bin/token",
        "https://API.WEIXIN.QQ.COM/",
        "https://api.weixin.qq.com./",
        "https://api.weixin.qq.com:443/",
        "http://api.weixin.qq.com/",
        "https://api%2eweixin.qq.com/",
        "https://ａｐｉ.weixin.qq.com/",
    ] {
        assert_eq!(request(&policy, url).unwrap_err().rule(), Rule::D6, "{url}");
    }
}

#[test]
fn a_scheme_that_no_interface_speaks_is_refused_also_with_checks_skipped() {
    let policy = policy().with_check_skipped(Debugging::On);

    for url in [
        "ftp://a.com/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://a.com/",
    ] {
        assert!(request(&policy, url).is_err(), "{url}");
    }
}

#[test]
fn the_current_era_lets_an_app_call_its_neighbours_but_not_itself() {
    let policy = policy()
        .with_profile(Profile::new(Era::Current, Platform::Android))
        .with_subnets(vec!["192.168.1.5/24".parse().unwrap()]);

    assert!(request(&policy, "http://192.168.1.9:828/").is_ok());
    assert!(request(&policy, "https://192.168.1.9/").is_ok());
    for url in [
        "http://192.168.1.5/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
    ] {
        assert_eq!(request(&policy, url).unwrap_err().rule(), Rule::D4, "{url}");
    }
    assert!(
        policy
            .judge(&Call::new(Interface::ConnectSocket, "ws://192.168.1.9/"))
            .is_ok()
    );
    assert!(
        policy
            .judge(&Call::new(Interface::ConnectSocket, "http://192.168.1.9/"))
            .is_err()
    );
}

#[test]
fn d4_a_name_with_a_private_answer_among_public_ones_is_refused_outside_development() {
    let answers: [IpAddr; 2] = ["1.1.1.1".parse().unwrap(), "10.0.0.7".parse().unwrap()];
    let developing = request(&policy(), "https://a.com/").unwrap();
    let release = request(&published(policy()), "https://a.com/").unwrap();

    assert_eq!(developing.admit(&answers).unwrap(), answers);
    let denial = release.admit(&answers).unwrap_err();
    assert_eq!(denial.rule(), Rule::D4);
    assert_eq!(
        denial.reason(),
        &Reason::PrivateAddress {
            host: "a.com".to_owned(),
            addresses: vec![(answers[1], AddressClass::Private)],
            public: 1
        }
    );
    assert!(release.admit(&answers[..1]).is_ok());
}

#[test]
fn d4_a_server_leads_nobody_who_forbids_it_into_their_own_network() {
    let policy = policy()
        .with_check_skipped(Debugging::On)
        .with_subnets(vec!["192.168.1.5/24".parse().unwrap()])
        .with_public_redirects();
    let first = request(&policy, "https://a.com/").unwrap();

    for location in [
        "http://127.0.0.1/",
        "https://2130706433/",
        "https://192.168.1.9/",
        "https://[::ffff:10.0.0.7]/",
        "//169.254.169.254/latest/meta-data",
    ] {
        assert_eq!(first.follow(location).unwrap_err().rule(), Rule::D4, "{location}");
    }
    let elsewhere = first.follow("https://intranet.example/").unwrap();
    let private = ["10.0.0.7".parse().unwrap()];
    assert_eq!(elsewhere.admit(&private).unwrap_err().rule(), Rule::D4);
    assert!(elsewhere.admit(&["1.1.1.1".parse().unwrap()]).is_ok());
    assert!(first.follow("https://1.1.1.1/").is_ok());
    assert!(first.admit(&private).is_ok());
}

#[test]
fn where_the_call_itself_goes_is_the_callers_word() {
    let policy = policy().with_check_skipped(Debugging::On).with_public_redirects();

    let first = request(&policy, "https://10.0.0.7/").unwrap();

    assert!(first.follow("/login").is_ok());
    assert!(first.follow("https://10.0.0.8/").is_err());
}

#[test]
fn a_declared_private_host_may_resolve_to_private_addresses() {
    let policy = published(policy()).with_private_hosts(vec!["a.com".to_owned()]);
    let permit = request(&policy, "https://a.com/").unwrap();

    assert!(permit.admit(&["10.0.0.7".parse().unwrap()]).is_ok());
}

#[test]
fn a_made_up_address_of_a_proxy_tool_is_named_as_one() {
    let permit = request(&published(policy()), "https://a.com/").unwrap();

    let denial = permit.admit(&["198.18.0.4".parse().unwrap()]).unwrap_err();

    assert_eq!(
        denial.verdict().proposals,
        [Proposal::LeaveFakeIp {
            host: "a.com".to_owned()
        }]
    );
}

#[test]
fn n3_the_referer_follows_app_and_release() {
    let permit = request(&published(policy()), "https://a.com/").unwrap();

    assert_eq!(
        permit.referer().as_str(),
        "https://servicewechat.com/wx1/7/page-frame.html"
    );
    assert_eq!(permit.follow("/x").unwrap().referer(), permit.referer());
}

#[test]
fn d3_no_interface_speaks_anothers_protocol_even_with_checks_skipped() {
    let policy = policy().with_check_skipped(Debugging::On);

    assert_eq!(request(&policy, "ws://s.com/").unwrap_err().rule(), Rule::D3);
    assert!(
        policy
            .judge(&Call::new(Interface::ConnectSocket, "https://a.com/"))
            .is_err()
    );
    assert!(
        policy
            .judge(&Call::new(Interface::ConnectSocket, "ws://a.com/"))
            .is_ok()
    );
}

#[test]
fn the_local_networks_own_and_broadcast_addresses_are_nobodys_neighbour() {
    let policy = policy()
        .with_profile(Profile::new(Era::Current, Platform::Android))
        .with_subnets(vec!["192.168.1.5/24".parse().unwrap()]);

    assert!(request(&policy, "http://192.168.1.0/").is_err());
    assert!(request(&policy, "http://192.168.1.255/").is_err());
}

#[test]
fn a_remedy_for_the_scheme_is_never_a_url_that_is_refused() {
    let cures = |url| request(&policy(), url).unwrap_err().verdict().proposals.clone();

    assert_eq!(
        cures("http://a.com/x"),
        [Proposal::CallInstead {
            url: "https://a.com/x".to_owned()
        }]
    );
    assert_eq!(cures("http://127.0.0.1/"), [Proposal::UseDomain]);
    assert!(matches!(
        cures("http://evil.org/").as_slice(),
        [
            Proposal::UseScheme {
                scheme: Scheme::Https
            },
            Proposal::AddEntry { .. }
        ]
    ));
    assert_eq!(
        cures("ftp://a.com/"),
        [Proposal::UseScheme {
            scheme: Scheme::Https
        }]
    );
}

#[test]
fn names_below_a_public_suffix_are_strangers() {
    let written = WrittenLists {
        request: vec!["https://one.com.cn".into()],
        ..WrittenLists::default()
    };
    let policy = policy().with_lists(DomainLists::parse(&written, 20).unwrap());

    assert!(
        request(&policy, "https://another.com.cn/")
            .unwrap_err()
            .verdict()
            .nearest
            .is_empty()
    );
}

#[test]
fn credentials_of_a_url_stay_out_of_its_verdict() {
    let denial = request(&policy(), "https://user:secret@evil.org/x").unwrap_err();

    assert_eq!(denial.verdict().url, "https://evil.org/x");
}

#[test]
fn a_url_without_a_host_is_told_by_its_scheme() {
    let reason = |url| request(&policy(), url).unwrap_err().reason().clone();
    let relative = Reason::InvalidUrl {
        error: TargetError::Relative,
    };

    assert_eq!(
        reason("javascript:alert(1)"),
        Reason::InvalidUrl {
            error: TargetError::UnknownScheme {
                scheme: "javascript".to_owned()
            }
        }
    );
    assert_eq!(reason("localhost:3000/x"), relative);
    assert_eq!(reason(""), relative);
}

#[test]
fn a_url_of_a_hundred_megabytes_is_not_shown_in_full() {
    let denial = request(&policy(), &format!("https://a.com/{}", "x".repeat(1_000_000))).unwrap_err();

    assert!(denial.verdict().url.len() < 300);
}

#[test]
fn a_redirects_verdict_shows_the_port_that_was_written() {
    let permit = request(&policy(), "https://a.com/x").unwrap();

    let denial = permit.follow("https://a.com:443/y").unwrap_err();

    assert_eq!(denial.verdict().url, "https://a.com:443/y");
}

fn blocked(policy: Policy, name: &str) -> Policy {
    let lists = policy
        .lists()
        .clone()
        .with_blocked([crate::Domain::parse(name).unwrap()]);
    policy.with_lists(lists)
}

#[test]
fn d2_a_block_stands_above_every_list_and_covers_what_is_below_it() {
    let policy = blocked(policy(), "a.com");

    for url in [
        "https://a.com/",
        "https://x.y.A.com./",
        "http://a.com:81/",
        "https://u:p@a.com/",
    ] {
        let denial = request(&policy, url).unwrap_err();
        assert!(
            matches!(denial.reason(), Reason::Blocked { by, .. } if by == "a.com"),
            "{url}: {denial:?}"
        );
        assert_eq!(denial.rule(), Rule::D2);
    }
    assert!(request(&policy, "https://b.com:8080/").is_ok());
    let other = request(&policy, "https://aa.com/").unwrap_err();
    assert!(matches!(other.reason(), Reason::NotListed { .. }));
}

#[test]
fn d2_a_block_stands_above_every_skip_and_every_redirect() {
    let policy = blocked(policy(), "evil.com").with_check_skipped(Debugging::On);

    assert!(policy.skips_check());
    assert!(request(&policy, "https://other.com/").is_ok());
    assert!(request(&policy, "https://www.evil.com/").is_err());
    let hop = request(&policy, "https://a.com/").unwrap();
    assert!(hop.follow("https://evil.com/").is_err());
}

#[test]
fn d2_without_any_list_nothing_is_allowed_and_the_refusal_says_so() {
    let lists = DomainLists::missing("https://console.example.com");
    let policy = policy().with_lists(lists).with_check_skipped(Debugging::On);

    for url in ["https://a.com/", "https://192.168.1.2/"] {
        let denial = request(&policy, url).unwrap_err();
        assert!(
            matches!(denial.reason(), Reason::NoLists { source } if source == "https://console.example.com"),
            "{url}: {denial:?}"
        );
    }
}
