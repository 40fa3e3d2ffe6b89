//! What applications do, asked as a mini-program's call would ask them.

mod contents;
mod redirects;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use minigate_engine::{Handshake, Override};
use minigate_inspect::Severity;
use minigate_inspect::application::{
    Answer, Application, ApplicationFault, Asker, Content, Extent, Farewell, Kind, Setting,
};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{DomainLists, Platform, Policy, Profile, Rule, Target, WrittenLists};
use minigate_testkit::{
    Authority, FakeResolver, Leaf, Script, ScriptedServer, Steps, answer, close_frame, hostile,
};
use minigate_tls::{RootSource, Roots};
use tokio::join;
use tokio::time::timeout;

const HOST: &str = "api.example.com";
const OTHER: &str = "cdn.example.com";

#[tokio::test]
async fn an_answer_is_that_of_a_call() {
    let server = answering(200, &[("content-type", "application/json")], r#"{"你":"好"}"#).await;

    let application = ask(&server, "/items?page=2").await;

    let content = content(&application);
    assert_eq!((application.status(), content.announced), (Some(200), Kind::Json));
    assert!(content.extent == Extent::Whole && content.not_json.is_none());
    assert_eq!(application.hops[0].address, Some(server.addr()));
    assert_eq!(application.hops[0].version.as_deref(), Some("HTTP/1.1"));
    assert_eq!(application.hops[0].certificate, None);
    assert_eq!(application.faults(), []);
    let request = &server.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("GET", "/items?page=2")
    );
}

#[tokio::test]
async fn n3_the_referer_is_that_of_a_phone_in_development() {
    let server = answering(200, &[], "").await;

    ask(&server, "/").await;

    let requests = server.requests();
    let referer = requests[0].header("referer");
    assert_eq!(
        referer,
        Some("https://servicewechat.com/wx0123456789abcdef/0/page-frame.html")
    );
}

#[tokio::test]
async fn the_application_is_seen_behind_a_bad_certificate_on_every_platform() {
    let ok = Script::answering(answer(200, &[], "ok"));
    let leaf = Leaf::for_name(HOST).self_signed();
    let server = ScriptedServer::start(leaf.issue(authority()), [ok]).await;

    for platform in [Platform::Android, Platform::Ios, Platform::Devtools] {
        let profile = Profile::new(Default::default(), platform);
        let policy = policy(&[&server]).with_profile(profile);
        let asker = asker_of(policy);

        let application = asker.ask(&target(&server, "/"), server.addr()).await;

        assert!(application.hops[0].certificate.is_some(), "{platform}");
        assert_eq!(application.faults(), [undeclared_ascii()], "{platform}");
    }
}

#[tokio::test]
async fn n8_a_status_is_an_answer() {
    for (status, severity) in [
        (404, Severity::Note),
        (302, Severity::Note),
        (503, Severity::Warn),
    ] {
        let server = answering(status, &[], "").await;

        let application = ask(&server, "/").await;

        let fault = ApplicationFault::Status { status };
        assert_eq!((fault.severity(), fault.rule()), (severity, Some(Rule::N8)));
        assert_eq!(application.faults(), [fault]);
    }
}

#[tokio::test]
async fn endless_answers_end_at_the_bound() {
    for script in [hostile::endless_body(), hostile::gzip_bomb(64 << 10)] {
        let server = scripted([script]).await;

        let application = timeout(PATIENCE, ask(&server, "/")).await.unwrap();

        assert_eq!(content(&application).bytes, 256 * 1024);
    }
}

#[tokio::test]
async fn every_hostile_server_comes_to_one_answer_that_can_be_told() {
    for hostile in hostile::all() {
        let server = scripted([hostile.script]).await;
        let asker = Asker::new(Setting {
            within: Duration::from_millis(500),
            ..setting(policy(&[&server]))
        });
        let target = target(&server, "/");

        let asked = asker.ask(&target, server.addr());
        let application = timeout(PATIENCE, asked).await.expect(hostile.name);

        for fault in application.faults() {
            for lang in [Lang::En, Lang::Zh] {
                assert!(
                    !fault.tell(lang).headline.is_empty(),
                    "{}: {fault:?}",
                    hostile.name
                );
            }
        }
        let written = serde_json::to_string(&application).unwrap();
        assert!(written.len() < 1 << 20, "{}", hostile.name);
        let read: Application = serde_json::from_str(&written).unwrap();
        assert_eq!(read, application, "{}", hostile.name);
    }
}

#[tokio::test]
async fn every_hostile_socket_comes_to_one_answer_that_can_be_told() {
    for hostile in hostile::sockets() {
        let server = scripted([hostile.script]).await;

        let asker = Asker::new(Setting {
            handshake: Handshake {
                deflate: true,
                ..Handshake::default()
            },
            ..setting(policy(&[&server]))
        });
        let target = socket_target(&server);

        let asked = asker.ask(&target, server.addr());
        let application = timeout(PATIENCE, asked).await.expect(hostile.name);

        let opens = hostile.end != hostile::SocketEnd::NeverOpens;
        let stood = matches!(application.answer, Answer::Open(_));
        assert_eq!(stood, opens, "{}: {application:?}", hostile.name);
        let fails = application
            .faults()
            .iter()
            .any(|fault| fault.severity() == Severity::Fail);
        assert_eq!(fails, !opens, "{}: {application:?}", hostile.name);
    }
}

#[tokio::test(start_paused = true)]
async fn n1_a_server_that_never_answers_costs_the_time_that_it_may_take() {
    let server = scripted([hostile::silence()]).await;
    let begun = tokio::time::Instant::now();

    let application = ask(&server, "/").await;
    let socket = connect(&server).await;

    for application in [application, socket] {
        let fault = &application.faults()[0];
        assert!(
            matches!(fault, ApplicationFault::NoAnswer { hop: 0, .. }),
            "{fault:?}"
        );
        assert_eq!((fault.rule(), fault.severity()), (Some(Rule::N1), Severity::Fail));
    }
    assert_eq!(begun.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn n1_an_answer_that_doesnt_end_is_an_answer() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\ndata: 1\n\n";
    let stream = Steps::over_tls().read_request().write(head).await_peer_close();
    let server = scripted([stream.close()]).await;

    let (application, ()) = join!(ask(&server, "/"), pass_time(&server));

    let fault = ApplicationFault::Unfinished { bytes: 9 };
    assert_eq!((fault.rule(), fault.severity()), (Some(Rule::N1), Severity::Warn));
    assert_eq!(application.faults(), [fault]);
}

#[tokio::test]
async fn no_other_address_stands_in_for_the_one_that_is_asked() {
    let server = answering(200, &[], "").await;
    let closed = SocketAddr::from((Ipv6Addr::LOCALHOST, server.addr().port()));

    let asker = asker_of(policy(&[&server]));
    let application = asker.ask(&target(&server, "/"), closed).await;

    assert!(
        matches!(application.answer, Answer::Failed { .. }),
        "{application:?}"
    );
    assert_eq!((application.address, server.record().accepted), (closed, 0));
}

#[tokio::test]
async fn a_server_that_closes_gives_no_answer() {
    let server = scripted([Steps::over_tls().read_request().close()]).await;

    let application = ask(&server, "/").await;

    let fault = &application.faults()[0];
    assert!(
        matches!(fault, ApplicationFault::NoAnswer { hop: 0, .. }),
        "{fault:?}"
    );
    assert!(matches!(application.answer, Answer::Failed { .. }));
}

#[tokio::test]
async fn a_socket_is_opened_and_closed_with_1000() {
    let fields = [
        ("Sec-WebSocket-Protocol", "chat"),
        ("Sec-WebSocket-Extensions", "permessage-deflate"),
    ];
    let script = Steps::over_tls()
        .upgrade(&fields)
        .read_close()
        .write(close_frame(1000, ""))
        .close();
    let server = scripted([script]).await;
    let asker = Asker::new(Setting {
        handshake: Handshake {
            protocols: vec!["chat".to_owned()],
            deflate: true,
            ..Handshake::default()
        },
        ..setting(policy(&[&server]))
    });

    let application = asker.ask(&socket_target(&server), server.addr()).await;

    let Answer::Open(open) = &application.answer else {
        panic!("{application:?}");
    };
    assert_eq!((open.protocol.as_deref(), open.deflate), (Some("chat"), true));
    assert_eq!(
        (&open.farewell, application.faults()),
        (&Farewell::Agreed, vec![])
    );
    assert_eq!(application.status(), Some(101));
    let record = server.until(|record| !record.frames.is_empty()).await;
    assert_eq!(record.frames.last().unwrap().payload[..2], 1000_u16.to_be_bytes());
}

#[tokio::test]
async fn a_handshake_that_is_refused_is_told_with_its_status() {
    let refused = Steps::over_tls()
        .read_head()
        .write(answer(403, &[], "no"))
        .close();
    let server = scripted([refused]).await;

    let application = connect(&server).await;

    let [
        fault @ ApplicationFault::NotUpgraded {
            status: Some(403), ..
        },
    ] = &application.faults()[..]
    else {
        panic!("{application:?}");
    };
    assert_eq!(fault.severity(), Severity::Fail);
    assert!(fault.tell(Lang::En).headline.contains("403"), "{fault:?}");
}

#[tokio::test]
async fn a_deaf_socket_ends_in_time() {
    let server = scripted([hostile::deaf_socket()]).await;

    let (application, ()) = join!(connect(&server), pass_time(&server));

    assert_eq!(application.faults(), [ApplicationFault::SocketUnanswered]);
}

#[tokio::test]
async fn d6_a_reserved_target_is_not_called() {
    let target = Target::parse("https://api.weixin.qq.com/sns/jscode2session").unwrap();
    let server = answering(200, &[], "").await;

    let application = asker_of(policy(&[])).ask(&target, server.addr()).await;

    assert_eq!(
        (rules(&application), application.answer),
        (vec![Rule::D6], Answer::Refused)
    );
    assert_eq!(server.record().accepted, 0);
}

/// Lets the clock run ahead from the moment when the server has its request.
async fn pass_time(server: &ScriptedServer) {
    server.until(|record| !record.requests.is_empty()).await;
    tokio::time::pause();
}

fn rules(application: &Application) -> Vec<Rule> {
    let faults = application.faults();
    faults
        .iter()
        .filter(|fault| matches!(fault, ApplicationFault::HopRefused { .. }))
        .filter_map(ApplicationFault::rule)
        .collect()
}

fn content(application: &Application) -> &Content {
    let content = match &application.answer {
        Answer::Http(content) => Some(content),
        _ => None,
    };
    content.unwrap()
}

fn undeclared(content_type: Option<&str>, read_as: &str, is_guess: bool) -> ApplicationFault {
    ApplicationFault::CharsetUndeclared {
        content_type: content_type.map(str::to_owned),
        read_as: read_as.to_owned(),
        is_guess,
        is_ascii: false,
    }
}

fn undeclared_ascii() -> ApplicationFault {
    ApplicationFault::CharsetUndeclared {
        content_type: None,
        read_as: "UTF-8".to_owned(),
        is_guess: false,
        is_ascii: true,
    }
}

/// What is told of an answer with this body.
async fn read(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<ApplicationFault> {
    ask(&answering(200, headers, body).await, "/").await.faults()
}

async fn ask(server: &ScriptedServer, path: &str) -> Application {
    let asker = asker_with(&[server], &[]);
    asker.ask(&target(server, path), server.addr()).await
}

async fn connect(server: &ScriptedServer) -> Application {
    let asker = asker_with(&[server], &[]);
    asker.ask(&socket_target(server), server.addr()).await
}

fn target(server: &ScriptedServer, path: &str) -> Target {
    Target::parse(&format!("https://{HOST}:{}{path}", server.addr().port())).unwrap()
}

fn socket_target(server: &ScriptedServer) -> Target {
    Target::parse(&format!("wss://{HOST}:{}/chat", server.addr().port())).unwrap()
}

/// The first of the listed servers is [`HOST`], the others are [`OTHER`].
fn asker_with(listed: &[&ScriptedServer], others: &[&ScriptedServer]) -> Asker {
    Asker::new(Setting {
        overrides: others
            .iter()
            .map(|other| Override::host_at(OTHER, other.addr().ip()))
            .collect(),
        ..setting(policy(listed))
    })
}

fn asker_of(policy: Policy) -> Asker {
    Asker::new(setting(policy))
}

fn setting(policy: Policy) -> Setting {
    let roots = Roots::load(&[RootSource::Added {
        name: "throw-away".to_owned(),
        content: authority().root_pem().into_bytes(),
    }]);
    Setting {
        resolver: Arc::new(FakeResolver::new()),
        ..Setting::new(policy, roots.unwrap())
    }
}

fn policy(listed: &[&ScriptedServer]) -> Policy {
    let hosts = std::iter::once(HOST).chain(std::iter::repeat(OTHER));
    let entries = listed
        .iter()
        .zip(hosts)
        .map(|(server, host)| format!("https://{host}:{}", server.addr().port()));
    let written = WrittenLists {
        request: entries.collect(),
        connect_socket: vec![format!("wss://{HOST}")],
        ..WrittenLists::default()
    };
    let lists = DomainLists::parse_for(
        &written,
        &Profile::new(minigate_policy::Era::Current, Platform::Android),
    );
    Policy::new("wx0123456789abcdef".parse().unwrap()).with_lists(lists.unwrap())
}

async fn answering(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> ScriptedServer {
    scripted([Script::answering(answer(status, headers, body))]).await
}

async fn scripted(scripts: impl IntoIterator<Item = Script>) -> ScriptedServer {
    scripted_for(HOST, scripts).await
}

async fn scripted_for(host: &str, scripts: impl IntoIterator<Item = Script>) -> ScriptedServer {
    ScriptedServer::start(authority().leaf(host).unwrap(), scripts).await
}

fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| Authority::new().unwrap())
}

/// A machine under load is slow; what doesn't end takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
