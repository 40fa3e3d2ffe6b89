//! Signing in at a provider, a real one on loopback.

use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use minigate_console::Hidden;
use minigate_console::account::{Accounts, Identity};
use minigate_console::oidc::{Arrival, Arrived, Departure, OidcError, Provider, ProviderSettings, Strangers};
use minigate_console::store::Store;
use minigate_tls::{RootSource, Roots};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::database::{Database, on_both};
use crate::people::{home, log, make, name, root, seconds, sessions};
use crate::served::Served;
use crate::store::now;

on_both! {
    who_has_a_verified_address_is_let_in_and_is_that_subject_from_then_on
    who_has_no_account_is_refused
    a_sign_in_ends_in_the_browser_in_which_it_began_and_once
    a_token_that_isnt_for_this_sign_in_isnt_believed
    what_the_provider_says_of_itself_is_kept_and_found_anew_with_other_keys
    strangers_get_an_account_without_roles_where_they_are_welcome
    callbacks_of_one_neighbourhood_are_counted
    sign_ins_that_begin_in_one_neighbourhood_are_counted
    a_planted_session_isnt_that_of_who_comes_back
    a_browser_signs_in_at_the_provider_and_goes_on
    a_browser_is_told_why_it_isnt_signed_in
}

async fn who_has_a_verified_address_is_let_in_and_is_that_subject_from_then_on(database: &Database) {
    let (store, issuer) = linked(database).await;

    let first = issuer.sign_in(&store, |_| {}).await.unwrap();
    let moved = issuer
        .sign_in(&store, |claims| claims["email"] = json!("eve@example.com"))
        .await;
    // Whoever has the address now is somebody else.
    let taken = issuer
        .sign_in(&store, |claims| claims["sub"] = json!("s-2"))
        .await;

    assert_eq!(first.new.session.account().name, name("ada"));
    assert_eq!(moved.unwrap().new.session.account().name, name("ada"));
    assert!(matches!(taken, Err(OidcError::Refused)));
}

async fn who_has_no_account_is_refused(database: &Database) {
    let (store, issuer) = linked(database).await;

    let unverified = issuer
        .sign_in(&store, |claims| claims["email_verified"] = json!(false))
        .await;
    let stranger = issuer
        .sign_in(&store, |claims| claims["email"] = json!("eve@example.com"))
        .await;
    issuer.sign_in(&store, |_| {}).await.unwrap();
    Accounts::of(&*store, &root(), now())
        .disable(&name("ada"))
        .await
        .unwrap();
    let disabled = issuer.sign_in(&store, |_| {}).await;

    for refused in [unverified, stranger, disabled] {
        assert!(matches!(refused, Err(OidcError::Refused)));
    }
    let rows = log(&*store).await;
    assert!(rows.iter().any(|row| row.entry.action == "session.refused"));
}

async fn a_sign_in_ends_in_the_browser_in_which_it_began_and_once(database: &Database) {
    let (store, issuer) = linked(database).await;
    let departure = issuer.depart(&store, |_| {}).await;
    let state = Hidden::new(departure.parameter("state"));

    let other = issuer
        .arrive(&store, &state, &Hidden::new("of another browser"))
        .await;
    let again = issuer.arrive(&store, &state, &departure.cookie).await;

    assert!(matches!(other, Err(OidcError::State)));
    assert!(matches!(again, Err(OidcError::State)));
}

async fn a_token_that_isnt_for_this_sign_in_isnt_believed(database: &Database) {
    let (store, issuer) = linked(database).await;

    for (claim, value) in [
        ("nonce", json!("of another sign-in")),
        ("aud", json!("another-client")),
        ("iss", json!("https://evil.example.com")),
        ("exp", json!(now().as_second() - 1)),
    ] {
        let refused = issuer.sign_in(&store, |claims| claims[claim] = value).await;
        assert!(
            matches!(refused, Err(OidcError::Token(_))),
            "{claim}: {refused:?}"
        );
    }

    issuer.issuing.lock().unwrap().forge = true;
    let forged = issuer.sign_in(&store, |_| {}).await;
    assert!(matches!(forged, Err(OidcError::Token(_))), "{forged:?}");
    issuer.issuing.lock().unwrap().forge = false;
    assert!(issuer.sign_in(&store, |_| {}).await.is_ok());
}

async fn what_the_provider_says_of_itself_is_kept_and_found_anew_with_other_keys(database: &Database) {
    let (store, issuer) = linked(database).await;
    issuer.sign_in(&store, |_| {}).await.unwrap();
    issuer.sign_in(&store, |_| {}).await.unwrap();
    let asked = issuer.issuing.lock().unwrap().asked;

    issuer.issuing.lock().unwrap().key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let at_once = issuer.sign_in(&store, |_| {}).await;
    let gone = issuer
        .depart(&store, |claims| claims["exp"] = json!(seconds(600).as_second()))
        .await;
    let state = Hidden::new(gone.parameter("state"));
    let later = issuer.arrive_at(&store, &state, &gone.cookie, seconds(90)).await;

    assert_eq!(asked, 1);
    assert!(matches!(at_once, Err(OidcError::Token(_))), "{at_once:?}");
    later.unwrap();
    assert_eq!(issuer.issuing.lock().unwrap().asked, 2);
}

async fn strangers_get_an_account_without_roles_where_they_are_welcome(database: &Database) {
    let store = database.open().await;
    make(&*store, "eve", None).await;
    let issuer = Issuer::start(Strangers::Welcome).await;
    let stranger = |claims: &mut Value| {
        claims["sub"] = json!("s-9");
        claims["preferred_username"] = json!("Eve!@x");
        claims["name"] = json!("Eve\u{0} Example");
        claims["email_verified"] = json!(false);
    };

    let first = issuer.sign_in(&store, stranger).await.unwrap();
    let second = issuer.sign_in(&store, stranger).await.unwrap();

    let account = first.new.session.account();
    assert!(account.name.as_str().starts_with("eve-"), "{account:?}");
    assert_eq!(account.display_name, "Eve Example");
    assert_eq!(account.roles, minigate_console::access::Roles::default());
    assert_eq!(second.new.session.account(), account);
}

async fn callbacks_of_one_neighbourhood_are_counted(database: &Database) {
    let (store, issuer) = linked(database).await;
    let nothing = Hidden::new("nothing");

    for _ in 0..60 {
        let refused = issuer.arrive(&store, &nothing, &nothing).await;
        assert!(matches!(refused, Err(OidcError::State)), "{refused:?}");
    }
    let counted = issuer.arrive(&store, &nothing, &nothing).await;

    assert!(matches!(counted, Err(OidcError::Later { .. })), "{counted:?}");
    assert!(
        log(&*store)
            .await
            .iter()
            .any(|row| row.entry.action == "session.refused")
    );
}

async fn sign_ins_that_begin_in_one_neighbourhood_are_counted(database: &Database) {
    let (served, _issuer) = served(database).await;
    let mut browser = served.browser();

    for _ in 0..60 {
        let gone = browser.get("/oidc/begin").await;
        assert!(gone.status.is_redirection(), "{}", gone.body);
    }
    browser.cookies.clear();
    let counted = browser.get("/oidc/begin").await;

    assert_eq!(counted.status.as_u16(), 429, "{}", counted.body);
    assert!(counted.headers.contains_key("retry-after") && browser.cookies.is_empty());
}

async fn a_planted_session_isnt_that_of_who_comes_back(database: &Database) {
    let (served, issuer) = served(database).await;
    let mut browser = served.browser();
    browser.cookies.insert("session".to_owned(), "planted".to_owned());

    let gone = browser.get("/oidc/begin").await;
    let state = issuer.expect(gone.location(), |_| {});
    let link = format!("/oidc/callback?code=the-code&state={state}");
    browser.get(&link).await;

    assert_ne!(browser.cookies["session"], "planted");
    let mut attacker = served.browser();
    attacker
        .cookies
        .insert("session".to_owned(), "planted".to_owned());
    assert!(attacker.get("/").await.location().starts_with("/sign-in"));
    assert_eq!(browser.get("/").await.status.as_u16(), 200);
}

async fn a_browser_signs_in_at_the_provider_and_goes_on(database: &Database) {
    let (served, issuer) = served(database).await;
    let mut browser = served.browser();

    let page = browser.get("/sign-in?next=/what-if").await;
    assert!(
        page.body.contains("Sign in with") && page.body.contains("Example"),
        "{}",
        page.body
    );
    let gone = browser.get("/oidc/begin?next=/what-if").await;
    assert!(
        gone.location().starts_with(&format!("{}/authorize?", issuer.url)),
        "{gone:?}"
    );
    let state = issuer.expect(gone.location(), |_| {});
    let back = browser
        .get(&format!("/oidc/callback?code=the-code&state={state}"))
        .await;

    assert_eq!(
        (back.status.as_u16(), back.location()),
        (303, "/what-if"),
        "{}",
        back.body
    );
    assert!(browser.cookies.contains_key("session") && !browser.cookies.contains_key("oidc"));
    assert_eq!(browser.get("/").await.status.as_u16(), 200);
}

async fn a_browser_is_told_why_it_isnt_signed_in(database: &Database) {
    let (served, issuer) = served(database).await;
    let mut browser = served.browser();
    let gone = browser.get("/oidc/begin?next=//evil.example").await;
    let state = issuer.expect(gone.location(), |_| {});
    let link = format!("/oidc/callback?code=the-code&state={state}");

    // The link of somebody else's sign-in, in a browser that began none, or another.
    let mut victim = served.browser();
    let without = victim.get(&link).await;
    victim.cookies.insert("oidc".to_owned(), "guess".to_owned());
    let declined = victim
        .get("/oidc/callback?error=access_denied&error_description=%3Cb%3Ex%3C/b%3E&state=1")
        .await;
    let other = victim.get(&link).await;
    let plain = Served::on(database).await.browser().get("/oidc/begin").await;

    assert!(without.status.as_u16() == 403 && without.body.contains("begin in this browser"));
    assert!(
        declined.status.as_u16() == 403 && !declined.body.contains("<b>"),
        "{}",
        declined.body
    );
    assert_eq!(other.status.as_u16(), 403);
    assert!(!victim.cookies.contains_key("session"));
    assert_eq!(plain.status.as_u16(), 404);
}

async fn served(database: &Database) -> (Served, Issuer) {
    let (store, issuer) = linked(database).await;
    let provider = Arc::clone(&issuer.provider);
    let served = Served::set_up(store, None, |settings| settings.provider = Some(provider)).await;
    (served, issuer)
}

/// A provider at which `ada` has the subject `s-1`, and an account for her address.
async fn linked(database: &Database) -> (Arc<dyn Store>, Issuer) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let email = Some(Identity::Email("ada@example.com".to_owned()));
    Accounts::of(&*store, &root(), now())
        .link(&name("ada"), email)
        .await
        .unwrap();
    (store, Issuer::start(Strangers::Refused).await)
}

struct Issuer {
    url: String,
    provider: Arc<Provider>,
    issuing: Arc<Mutex<Issuing>>,
}

struct Gone {
    url: Url,
    cookie: Hidden,
}

/// What the provider issues next.
struct Issuing {
    key: EcdsaKeyPair,
    claims: Value,
    challenge: String,
    forge: bool,
    /// How often it was asked for what it says of itself.
    asked: u32,
}

impl Issuer {
    async fn start(strangers: Strangers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuing = Arc::new(Mutex::new(Issuing {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            claims: Value::Null,
            challenge: String::new(),
            forge: false,
            asked: 0,
        }));
        tokio::spawn(serve(listener, url.clone(), Arc::clone(&issuing)));
        let settings = ProviderSettings {
            name: "Example".to_owned(),
            strangers,
            issuer: url.clone(),
            client_id: "console".to_owned(),
            client_secret: Some(Hidden::new("the client's secret")),
            redirect_url: "https://console.example.com/oidc".to_owned(),
        };
        Self {
            url,
            provider: Arc::new(
                Provider::new(settings, &Roots::load(&[RootSource::Bundled]).unwrap()).unwrap(),
            ),
            issuing,
        }
    }

    async fn sign_in(
        &self,
        store: &Arc<dyn Store>,
        edit: impl FnOnce(&mut Value),
    ) -> Result<Arrived, OidcError> {
        let gone = self.depart(store, edit).await;
        let state = Hidden::new(gone.parameter("state"));
        self.arrive(store, &state, &gone.cookie).await
    }

    /// The browser goes to the provider, where somebody signs in.
    async fn depart(&self, store: &Arc<dyn Store>, edit: impl FnOnce(&mut Value)) -> Gone {
        let begun = self.provider.begin(&**store, home(), "/apps/wx1", now()).await;
        let Departure { url, cookie } = begun.unwrap();
        self.expect(&url, edit);
        Gone {
            url: url.parse().unwrap(),
            cookie,
        }
    }

    /// Somebody signs in at the provider, who was sent there by this URL; gives its state.
    fn expect(&self, url: &str, edit: impl FnOnce(&mut Value)) -> String {
        let url: Url = url.parse().unwrap();
        let mut claims = json!({
            "iss": self.url, "aud": "console", "sub": "s-1", "nonce": parameter(&url, "nonce"),
            "iat": now().as_second(), "exp": seconds(300).as_second(),
            "email": "Ada@example.com", "email_verified": true,
        });
        edit(&mut claims);
        let mut issuing = self.issuing.lock().unwrap();
        issuing.claims = claims;
        issuing.challenge = parameter(&url, "code_challenge");
        parameter(&url, "state")
    }

    async fn arrive(
        &self,
        store: &Arc<dyn Store>,
        state: &Hidden,
        cookie: &Hidden,
    ) -> Result<Arrived, OidcError> {
        self.arrive_at(store, state, cookie, now()).await
    }

    async fn arrive_at(
        &self,
        store: &Arc<dyn Store>,
        state: &Hidden,
        cookie: &Hidden,
        at: Timestamp,
    ) -> Result<Arrived, OidcError> {
        let arrival = Arrival {
            code: "the-code",
            state,
            cookie,
            origin: home(),
        };
        self.provider.complete(&sessions(store), &arrival, at).await
    }
}

impl Gone {
    fn parameter(&self, name: &str) -> String {
        parameter(&self.url, name)
    }
}

fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

async fn serve(listener: TcpListener, url: String, issuing: Arc<Mutex<Issuing>>) {
    while let Ok((stream, _)) = listener.accept().await {
        answer(stream, &url, &issuing).await;
    }
}

async fn answer(mut stream: TcpStream, url: &str, issuing: &Mutex<Issuing>) {
    let request = request(&mut stream).await;
    let (status, body) = match request.split(' ').nth(1).unwrap() {
        "/.well-known/openid-configuration" => {
            issuing.lock().unwrap().asked += 1;
            (200, configuration(url))
        }
        "/keys" => (200, keys(&issuing.lock().unwrap().key)),
        _ => token(&request, &issuing.lock().unwrap()),
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
}

/// A whole request: the head, and as much as it announces.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let lower = head.to_lowercase();
        let length = lower.split("content-length: ").nth(1);
        let length = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        if body.len() >= length {
            return text;
        }
    }
}

fn configuration(url: &str) -> Value {
    json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })
}

fn keys(key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1",
        "x": BASE64URL_NOPAD.encode(&point[1..33]), "y": BASE64URL_NOPAD.encode(&point[33..65]),
    }] })
}

/// With the verifier of the challenge only (RFC 7636).
fn token(request: &str, issuing: &Issuing) -> (u16, Value) {
    let body = request.split_once("\r\n\r\n").unwrap().1;
    let verifier = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("code_verifier="));
    let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.unwrap().as_bytes()).as_ref());
    if challenge != issuing.challenge {
        return (400, json!({ "error": "invalid_grant" }));
    }
    let token = signed(issuing);
    (
        200,
        json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }),
    )
}

fn signed(issuing: &Issuing) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = json!({ "alg": "ES256", "kid": "1" });
    let text = format!("{}.{}", part(&head), part(&issuing.claims));
    let other = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let key = if issuing.forge { &other } else { &issuing.key };
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}
