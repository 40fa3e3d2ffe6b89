//! A recording in the network's place.

use http::Method;
use minigate_engine::{Cue, Exchange, Failure, Phase, Rehearsal, ResolveError};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, Wording};
use minigate_testkit::{Script, answer};
use url::Url;

use crate::support::{OTHER, URL, app, body, finish_on_stopped_clock, kind, scripted, watch};

/// Plays the same to every hop of a host, and lets all others go.
struct Playing(&'static str, fn(&Method, &Url) -> Cue);

impl Rehearsal for Playing {
    fn cue(&self, method: &Method, url: &Url) -> Cue {
        if url.host_str() == Some(self.0) {
            self.1(method, url)
        } else {
            Cue::Dial
        }
    }
}

fn unresolved(_: &Method, url: &Url) -> Cue {
    let host = url.host_str().unwrap_or_default().to_owned();
    Cue::Fail(Box::new(ResolveError::NotFound { host }.into()))
}

#[tokio::test]
async fn a_recorded_failure_comes_in_place_of_the_network() {
    let app = app().rehearsing(Playing("api.example.com", unresolved)).start();

    let outcome = app.get(URL).await;

    assert!(matches!(outcome, Err(Failure::Unresolved(_))), "{outcome:?}");
    assert_eq!(app.resolver.queries(), Vec::<String>::new());
}

#[tokio::test]
async fn each_hop_is_asked_for() {
    let there = answer(302, &[("location", "https://cdn.example.com/")], "");
    let server = scripted([Script::answering(there)]).await;
    let app = app()
        .at(server.addr())
        .rehearsing(Playing(OTHER, unresolved))
        .start();

    let outcome = app.get(URL).await;

    assert!(matches!(outcome, Err(Failure::Unresolved(_))), "{outcome:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_goes_on_is_dialled_as_ever() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app()
        .at(server.addr())
        .rehearsing(Playing(OTHER, unresolved))
        .start();

    let outcome = app.get(URL).await;

    assert_eq!(body(&outcome).as_ref(), b"ok");
}

#[tokio::test]
async fn d1_the_rules_come_before_the_recording() {
    let app = app().rehearsing(Playing("evil.example.org", unresolved)).start();

    let refused = app.policy.judge(&minigate_policy::Call::new(
        Interface::Request,
        "https://evil.example.org/",
    ));

    let task = app.engine.refuse(refused.unwrap_err(), &Method::GET);
    assert!(matches!(watch(task).await.outcome, Err(Failure::Denied(_))));
}

#[tokio::test]
async fn n1_a_silence_lasts_until_the_time_is_up() {
    let silence = |_: &Method, _: &Url| Cue::Wait(Phase::Head);
    let app = app().rehearsing(Playing("api.example.com", silence)).start();

    let outcome = finish_on_stopped_clock(app.start(URL, Exchange::new(Method::GET)))
        .await
        .outcome;

    assert_eq!(kind(&outcome), "timed out: Head");
}

#[test]
fn what_was_not_recorded_is_a_refused_connection_to_the_app() {
    let failure = Failure::NotRecorded {
        method: "GET".to_owned(),
        url: URL.to_owned(),
        nearest: Some("GET https://api.example.com/other".to_owned()),
        cut: false,
    };

    let complaint = failure.complaint(Interface::Request, Wording::Devtools);
    let told = failure.tell(Lang::En);

    assert_eq!(complaint.err_msg, "request:fail net::ERR_CONNECTION_REFUSED");
    assert_eq!(
        told.headline,
        "the recording has no answer to GET https://api.example.com/; the nearest is GET https://api.example.com/other"
    );
}
