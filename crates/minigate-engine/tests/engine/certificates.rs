//! Rules T1 to T7, S1 and S2 on real connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::Method;
use minigate_engine::{Exchange, Failure, Outcome};
use minigate_policy::{Call, Debugging, Era, Interface, Platform, Profile, Rule};
use minigate_testkit::{Leaf, Script, ScriptedServer, Steps, answer};
use minigate_tls::TlsFault;
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{Entry, HOST, Setting, URL, app, authority, kind, presenting, scripted, watch};

fn faulty() -> Vec<(Rule, Leaf)> {
    let leaf = || Leaf::for_name(HOST);
    vec![
        (Rule::T2, leaf().from_unknown_root()),
        (Rule::T2, leaf().self_signed()),
        (Rule::T3, leaf().wrong_name()),
        (Rule::T3, leaf().common_name_only()),
        (Rule::T4, leaf().expired()),
        (Rule::T4, leaf().not_yet_valid()),
        (Rule::T5, leaf().with_intermediates(1).incomplete()),
        (Rule::T5, leaf().with_intermediates(2).incomplete()),
    ]
}

fn ios() -> Setting {
    Setting {
        profile: Profile::new(Era::Guide, Platform::Ios),
        ..app()
    }
}

async fn call(setting: Setting, leaf: &Leaf) -> (Outcome, ScriptedServer) {
    let server = presenting(leaf).await;
    let outcome = setting.at(server.addr()).start().get(URL).await;
    (outcome, server)
}

fn rule(outcome: &Outcome) -> Option<Rule> {
    match outcome {
        Err(failure @ Failure::Insecure { .. }) => Some(failure.rule()),
        _ => None,
    }
}

#[tokio::test]
async fn t1_to_t5_a_faulty_certificate_fails_by_its_rule_before_a_request_leaves() {
    for (expected, leaf) in faulty() {
        let (outcome, server) = call(app(), &leaf).await;

        assert_eq!(rule(&outcome), Some(expected), "{leaf:?} {outcome:?}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn t1_to_t5_right_certificates_of_every_shape_pass() {
    for leaf in [
        Leaf::for_name(HOST),
        Leaf::for_name(HOST).wildcard(),
        Leaf::for_name(HOST).with_intermediates(2),
        Leaf::for_name(HOST).rsa(),
    ] {
        for setting in [app(), app().released(), ios()] {
            let (outcome, _) = call(setting, &leaf).await;

            assert_eq!(kind(&outcome), "200 \"ok\"", "{leaf:?}");
        }
    }
}

#[tokio::test]
async fn t6_a_self_signed_certificate_never_passes_on_ios() {
    for setting in [ios(), ios().skipping()] {
        let (outcome, server) = call(setting, &Leaf::for_name(HOST).self_signed()).await;

        assert_eq!(rule(&outcome), Some(Rule::T6), "{outcome:?}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn t7_ios_demands_what_android_doesnt() {
    let leaf = Leaf::for_name(HOST).valid_days(-1..900);

    let (ios, _) = call(ios(), &leaf).await;
    let (android, _) = call(app(), &leaf).await;

    assert_eq!(rule(&ios), Some(Rule::T7), "{ios:?}");
    assert_eq!(kind(&android), "200 \"ok\"");
}

#[tokio::test]
async fn s1_with_the_check_skipped_a_fault_is_spared_and_told() {
    for (expected, leaf) in faulty() {
        let server = presenting(&leaf).await;
        let app = app().at(server.addr()).skipping().start();

        let first = app.get(URL).await;
        let second = app.get(URL).await;

        assert_eq!(
            (kind(&first), kind(&second)),
            ("200 \"ok\"".to_owned(), "200 \"ok\"".to_owned())
        );
        let spared: Vec<_> = app
            .journal
            .all()
            .into_iter()
            .filter_map(|entry| match entry {
                Entry::Secured(_, spared) | Entry::Reused(spared) => Some(spared.map(|fault| fault.rule())),
                _ => None,
            })
            .collect();
        assert_eq!(spared, [Some(expected), Some(expected)], "{leaf:?}");
    }
}

#[tokio::test]
async fn s2_a_release_never_skips() {
    for (expected, leaf) in faulty() {
        let (outcome, _) = call(app().released().skipping(), &leaf).await;

        assert_eq!(rule(&outcome), Some(expected), "{leaf:?}");
    }
}

#[tokio::test]
async fn s2_a_phone_skips_only_with_debugging_on() {
    for (debugging, passes) in [(Debugging::On, true), (Debugging::Off, false)] {
        let setting = Setting {
            release: "trial".parse().unwrap(),
            skip: Some(debugging),
            ..app()
        };

        let (outcome, _) = call(setting, &Leaf::for_name(HOST).expired()).await;

        assert_eq!(outcome.is_ok(), passes, "{debugging:?}");
    }
}

#[tokio::test]
async fn s1_neither_a_connection_nor_a_session_that_was_spared_serves_an_enforced_call() {
    for connection in ["keep-alive", "close"] {
        let ok = answer(200, &[("connection", connection)], "ok");
        let expired = Leaf::for_name(HOST).expired().issue(authority());
        let server = ScriptedServer::start(expired, [Script::answering(ok)]).await;
        let app = app().at(server.addr()).start();
        let skipping = app.policy.clone().with_check_skipped(Debugging::Off);
        let permit = skipping.judge(&Call::new(Interface::Request, URL)).unwrap();

        let spared = watch(app.engine.start(permit, Exchange::new(Method::GET))).await;
        let enforced = app.get(URL).await;

        assert_eq!(kind(&spared.outcome), "200 \"ok\"");
        assert_eq!(rule(&enforced), Some(Rule::T4), "{connection}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn s1_with_the_check_skipped_plain_http_is_possible() {
    let plain = Steps::in_the_clear()
        .read_request()
        .write(answer(200, &[], "plain"));
    let server = scripted([plain.again()]).await;
    let app = app().at(server.addr()).skipping().start();

    let outcome = app.get("http://api.example.com/").await;

    assert_eq!(kind(&outcome), "200 \"plain\"");
}

#[tokio::test]
async fn t1_a_server_that_wants_a_clients_certificate_is_known_as_one() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let addr = wanting_a_certificate(version).await;

        let outcome = app().at(addr).start().get(URL).await;

        let fault = match &outcome {
            Err(Failure::Insecure { fault, .. }) => Some(fault),
            _ => None,
        };
        // TLS 1.2 has no alert of its own for it.
        let expected = if version.version == rustls::ProtocolVersion::TLSv1_3 {
            matches!(fault, Some(TlsFault::ClientCertificateWanted))
        } else {
            fault.is_some()
        };
        assert!(expected, "{version:?} {outcome:?}");
    }
}

/// A server that takes one connection and only from a client that has a certificate.
async fn wanting_a_certificate(version: &'static rustls::SupportedProtocolVersion) -> SocketAddr {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority().root_der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .unwrap();
    let leaf = Leaf::for_name(HOST).issue(authority());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(leaf)));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // What it says when it refuses is all that the client gets.
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
            let _ = stream.read_u8().await;
        }
    });
    addr
}
