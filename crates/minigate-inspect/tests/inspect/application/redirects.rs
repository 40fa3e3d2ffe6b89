//! Where applications send a call, and what a release makes of it.

use super::*;

#[tokio::test]
async fn d1_every_kind_of_redirect_is_followed_and_told() {
    for status in [301, 302, 303, 307, 308] {
        let away = answer(status, &[("location", "/home")], "");
        let scripts = [Steps::over_tls().read_request().write(away), Steps::over_tls()];
        let [first, second] = scripts;
        let home = answer(200, &[("content-type", "text/plain; charset=utf-8")], "ok");
        let server = scripted([first.close(), second.read_request().write(home).close()]).await;

        let application = ask(&server, "/").await;

        let statuses: Vec<_> = application.hops.iter().map(|hop| hop.status).collect();
        assert_eq!(statuses, [Some(status), Some(200)]);
        let home = format!("https://{HOST}:{}/home", server.addr().port());
        let redirected = ApplicationFault::Redirected { times: 1, url: home };
        assert_eq!(redirected.severity(), Severity::Note);
        assert_eq!(application.faults(), [redirected]);
    }
}

#[tokio::test]
async fn d1_a_redirect_to_a_host_that_isnt_listed_is_followed_and_told_as_refused() {
    let other = scripted_for(OTHER, [Script::answering(answer(204, &[], ""))]).await;
    let url = format!("https://{OTHER}:{}/", other.addr().port());
    let server = scripted([hostile::redirect_to(&url)]).await;

    let unlisted = asker_with(&[&server], &[&other])
        .ask(&target(&server, "/"), server.addr())
        .await;
    let listed = asker_with(&[&server, &other], &[&other])
        .ask(&target(&server, "/"), server.addr())
        .await;

    assert_eq!(unlisted.status(), Some(204));
    let [fault @ ApplicationFault::HopRefused { hop: 1, url: to, .. }] = &unlisted.faults()[..] else {
        panic!("{:?}", unlisted.faults());
    };
    assert_eq!(
        (to, fault.rule(), fault.severity()),
        (&url, Some(Rule::D1), Severity::Fail)
    );
    assert!(fault.tell(Lang::En).headline.contains("a release refuses"));
    assert!(fault.tell(Lang::Zh).headline.contains("正式版会拒绝"));
    assert_eq!(listed.faults(), [ApplicationFault::Redirected { times: 1, url }]);
}

#[tokio::test]
async fn t1_a_redirect_to_another_host_with_a_bad_certificate_is_told() {
    let ok = Script::answering(answer(204, &[], ""));
    let other = ScriptedServer::start(Leaf::for_name(OTHER).wrong_name().issue(authority()), [ok]).await;
    let server = scripted([hostile::redirect_to(&format!(
        "https://{OTHER}:{}/",
        other.addr().port()
    ))])
    .await;

    let asker = asker_with(&[&server, &other], &[&other]);
    let application = asker.ask(&target(&server, "/"), server.addr()).await;

    let fault = &application.faults()[0];
    assert!(
        matches!(fault, ApplicationFault::HopCertificate { hop: 1, .. }),
        "{fault:?}"
    );
    assert_eq!((fault.rule(), fault.severity()), (Some(Rule::T3), Severity::Fail));
}

#[tokio::test]
async fn d3_a_redirect_to_http_is_told_as_refused() {
    let plain = Steps::in_the_clear()
        .read_request()
        .write(answer(204, &[], ""))
        .close();
    let other = scripted_for(OTHER, [plain]).await;
    let server = scripted([hostile::redirect_to(&format!(
        "http://{OTHER}:{}/",
        other.addr().port()
    ))])
    .await;

    let asker = asker_with(&[&server, &other], &[&other]);
    let application = asker.ask(&target(&server, "/"), server.addr()).await;

    assert_eq!(application.status(), Some(204));
    assert_eq!(rules(&application), [Rule::D3]);
}

#[tokio::test]
async fn d6_a_redirect_to_a_reserved_host_is_refused() {
    let server = scripted([hostile::redirect_to("https://api.weixin.qq.com/cgi-bin/token")]).await;

    let application = ask(&server, "/").await;

    assert_eq!(
        (rules(&application), &application.answer),
        (vec![Rule::D6], &Answer::Refused)
    );
    assert_eq!(application.hops.len(), 2);
}

#[tokio::test]
async fn d4_a_server_cant_send_the_asker_into_its_own_network() {
    let trap = scripted_for(OTHER, [Script::answering(answer(200, &[], "secret"))]).await;
    let port = trap.addr().port();
    let resolver = FakeResolver::new().with(OTHER, [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    let resolver = Arc::new(resolver.with("localhost", [IpAddr::V4(Ipv4Addr::LOCALHOST)]));

    for location in [
        format!("https://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://{OTHER}:{port}/"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://10.0.0.1/".to_owned(),
    ] {
        let server = scripted([hostile::redirect_to(&location)]).await;
        let asker = Asker::new(Setting {
            resolver: Arc::clone(&resolver) as _,
            ..setting(policy(&[&server, &trap]))
        });

        let application = asker.ask(&target(&server, "/"), server.addr()).await;

        assert_eq!(application.answer, Answer::Refused, "{location}");
        assert!(
            rules(&application).contains(&Rule::D4),
            "{location}: {application:?}"
        );
        assert_eq!(application.hops[1].address, None, "{location}");
    }
    assert_eq!(trap.record().accepted, 0);
}

#[tokio::test]
async fn d1_a_loop_ends_at_the_profiles_redirects() {
    let server = scripted([hostile::redirect_loop()]).await;

    let application = ask(&server, "/").await;

    let limit = Profile::default().redirects;
    assert_eq!(
        (application.hops.len(), server.requests().len()),
        (limit + 2, limit + 1)
    );
    let fault = &application.faults()[0];
    assert!(matches!(fault, ApplicationFault::HopRefused { hop, .. } if *hop == limit + 1));
    assert!(fault.tell(Lang::En).headline.contains("more than 20 times"));
}

#[tokio::test]
async fn a_redirect_to_nobody_is_told_with_its_hop() {
    let server = scripted([hostile::redirect_to("https://nobody.example/")]).await;

    let application = ask(&server, "/").await;

    let faults = application.faults();
    assert!(
        faults
            .iter()
            .any(|fault| matches!(fault, ApplicationFault::NoAnswer { hop: 1, .. })),
        "{faults:?}"
    );
}
