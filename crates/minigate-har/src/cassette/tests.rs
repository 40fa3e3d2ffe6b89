use super::*;
use crate::Facts;

const URL: &str = "https://a.example/x";

fn entry(method: &str, url: &str, body: &str, answer: &str) -> Entry {
    let mut entry = Entry::default();
    entry.request.method = method.to_owned();
    entry.request.url = url.to_owned();
    entry.request.post_data = (!body.is_empty()).then(|| crate::Posted {
        text: body.to_owned(),
        ..crate::Posted::default()
    });
    entry.response.status = 200;
    entry.response.content.text = Some(answer.to_owned());
    entry
}

fn cassette(entries: impl IntoIterator<Item = Entry>) -> Cassette {
    let mut har = Har::default();
    har.log.entries = entries.into_iter().collect();
    Cassette::new(har).unwrap()
}

fn play(cassette: &mut Cassette, method: &str, url: &str, body: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    let ask = Ask {
        method,
        url: &url,
        mime: "",
        body: body.as_bytes(),
    };
    cassette.play(&ask)?.entry.response.content.text.clone()
}

#[test]
fn answers_come_in_their_order_and_the_last_one_stays() {
    let mut cassette = cassette([entry("GET", URL, "", "1"), entry("GET", URL, "", "2")]);

    let answers = [0; 4].map(|_| play(&mut cassette, "GET", URL, ""));

    assert_eq!(
        answers,
        ["1", "2", "2", "2"].map(|answer| Some(answer.to_owned()))
    );
    assert_eq!(play(&mut cassette, "POST", URL, ""), None);
    assert_eq!(play(&mut cassette, "GET", "https://a.example/y", ""), None);
}

#[test]
fn the_same_body_wins_over_the_order() {
    let mut cassette = cassette([entry("POST", URL, "a=1", "one"), entry("POST", URL, "a=2", "two")]);

    assert_eq!(play(&mut cassette, "POST", URL, "a=2").as_deref(), Some("two"));
    assert_eq!(play(&mut cassette, "POST", URL, "a=2").as_deref(), Some("two"));
    assert_eq!(play(&mut cassette, "POST", URL, "a=3").as_deref(), Some("one"));
}

#[test]
fn a_failure_comes_in_its_turn() {
    let mut refused = entry("GET", URL, "", "");
    refused.response.status = 0;
    refused.response.error = Some("net::ERR_NAME_NOT_RESOLVED".to_owned());
    let mut cassette = cassette([entry("GET", URL, "", "1"), refused, entry("GET", URL, "", "3")]);
    let url = Url::parse(URL).unwrap();

    // Calls that run at once are all cued before the first is answered.
    let cues = [0; 4].map(|_| cassette.cue("GET", &url));
    let answers = [0; 3].map(|_| play(&mut cassette, "GET", URL, "").unwrap());

    let failure = Cue::Fails(Mishap::Unresolved { reason: None });
    assert_eq!(cues, [Cue::Answered, failure, Cue::Answered, Cue::Answered]);
    assert_eq!(answers, ["1", "3", "3"]);
}

#[test]
fn what_was_not_recorded_names_the_nearest() {
    let mut cassette = cassette([
        entry("GET", "https://b.example/other", "", ""),
        entry("GET", "https://a.example/items?page=1", "", ""),
    ]);

    let cue = cassette.cue("GET", &Url::parse("https://a.example/items?page=2").unwrap());

    let Cue::NotRecorded(missing) = cue else {
        panic!("{cue:?}")
    };
    assert_eq!(
        missing.nearest.as_deref(),
        Some("GET https://a.example/items?page=1")
    );
}

#[test]
fn what_a_rule_refused_is_left_to_the_rule() {
    let mut refused = entry("GET", URL, "", "");
    refused.response.status = 0;
    refused.facts = Some(Box::new(Facts {
        outcome: Outcome::Refused,
        left: false,
        ..Facts::default()
    }));

    let mut har = Har::default();
    har.log.entries = vec![refused];

    assert_eq!(Cassette::new(har).unwrap_err(), HarError::Empty);
}

#[test]
fn a_broken_url_or_body_is_told_with_its_entry() {
    let mut har = Har::default();
    har.log.entries = vec![entry("GET", URL, "", ""), entry("GET", "not a url", "", "")];

    let error = Cassette::new(har).unwrap_err().to_string();

    assert!(error.starts_with("entry 2, request.url"), "{error}");
}

#[test]
fn the_boundary_of_a_form_does_not_matter() {
    let form =
        |boundary: &str, value: &str| format!("--{boundary}\r\nname=\"a\"\r\n\r\n{value}\r\n--{boundary}--");
    let mut one = entry("POST", URL, &form("abc", "1"), "one");
    one.request.headers = vec![crate::Pair::new(
        "Content-Type",
        "multipart/form-data; boundary=abc",
    )];
    let mut two = entry("POST", URL, &form("def", "2"), "two");
    two.request.headers = vec![crate::Pair::new(
        "Content-Type",
        "multipart/form-data; boundary=def",
    )];
    let mut cassette = cassette([one, two]);
    let body = form("xyz", "2");

    let ask = Ask {
        method: "POST",
        url: &Url::parse(URL).unwrap(),
        mime: "multipart/form-data; boundary=xyz",
        body: body.as_bytes(),
    };
    let take = cassette.play(&ask).unwrap();

    assert_eq!(take.entry.response.content.text.as_deref(), Some("two"));
}
