//! A window of a headless Chromium.

use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

/// A window with cookies of its own, at a console.
pub(crate) struct Window {
    pub(crate) client: Client,
    base: String,
}

impl Window {
    /// Opens one; none where no browser is given.
    pub(crate) async fn open(base: &str) -> Option<Self> {
        let Ok(driver) = std::env::var("MINIGATE_WEBDRIVER") else {
            eprintln!("left out: MINIGATE_WEBDRIVER names no chromedriver");
            return None;
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1200,1000",
        ];
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities).unwrap())
            .connect(&driver)
            .await
            .unwrap();
        Some(Self {
            client,
            base: base.to_owned(),
        })
    }

    pub(crate) async fn goto(&self, place: &str) {
        let url = if place.starts_with('/') {
            format!("{}{place}", self.base)
        } else {
            place.to_owned()
        };
        self.client.goto(&url).await.unwrap();
    }

    /// Types into a field, in place of what stands there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.on(Locator::Css(css), async |field| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Presses the button that says this, or follows the link.
    pub(crate) async fn press(&self, label: &str) {
        let path = format!("//*[self::button or self::a][normalize-space()='{label}']");
        self.on(Locator::XPath(&path), Element::click).await;
    }

    /// Unfolds what has this heading.
    pub(crate) async fn open_fold(&self, heading: &str) {
        let path = format!("//summary[normalize-space()='{heading}']");
        self.on(Locator::XPath(&path), Element::click).await;
    }

    pub(crate) async fn tick(&self, name: &str) {
        let css = format!("input[type=checkbox][name={name}]");
        self.on(Locator::Css(&css), Element::click).await;
    }

    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.on(Locator::Css(css), async |field| {
            field.select_by_value(value).await
        })
        .await;
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        self.on(Locator::Css(css), Element::text).await
    }

    /// Another window with cookies of its own, at the same console.
    pub(crate) async fn another(&self) -> Self {
        Self::open(&self.base)
            .await
            .expect("a browser was there for this one")
    }

    /// Waits until the page shows this.
    pub(crate) async fn sees(&self, text: &str) {
        let path = format!("//main[contains(., '{text}')]");
        self.find(Locator::XPath(&path)).await;
    }

    /// Waits until the window is at this place.
    pub(crate) async fn arrives(&self, place: &str) {
        let url = format!("{}{place}", self.base).parse().unwrap();
        let wait = self.client.wait().at_most(PATIENCE).every(GLANCE);
        wait.for_url(&url).await.unwrap();
    }

    /// The pages of the console that links lead to, downloads left out.
    pub(crate) async fn links(&self) -> Vec<Url> {
        let links = self.client.execute(LINKS, Vec::new()).await.unwrap();
        serde_json::from_value(links).unwrap()
    }

    /// Chooses language and colours, as the foot of every page lets people do.
    pub(crate) async fn prefers(&self, lang: &str, theme: &str) {
        self.goto("/").await;
        let chosen = [json!(lang), json!(theme)];
        self.client.execute(PREFER, chosen.to_vec()).await.unwrap();
        self.goto("/").await;
        let chosen = format!("html[lang^='{lang}'][data-theme='{theme}']");
        self.find(Locator::Css(&chosen)).await;
    }

    pub(crate) async fn resize(&self, width: u32) {
        self.client.set_window_size(width, 1000).await.unwrap();
    }

    /// What keeps people from using the page, as axe finds it; and whether it is wider than the window.
    pub(crate) async fn obstacles(&self) -> Vec<String> {
        let axe = std::env::var("MINIGATE_AXE").expect("MINIGATE_AXE names axe's script");
        let axe = std::fs::read_to_string(axe).unwrap();
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let found = self.client.execute_async(RUN_AXE, Vec::new()).await.unwrap();
        let found: Vec<Value> = serde_json::from_value(found).unwrap();
        let url = self.client.current_url().await.unwrap();
        found
            .iter()
            .map(|obstacle| format!("{}: {obstacle}", url.path()))
            .collect()
    }

    /// Does something with an element; where the page went on in between, with the one in its place.
    async fn on<T>(&self, locator: Locator<'_>, deed: impl AsyncFn(&Element) -> Result<T, CmdError>) -> T {
        loop {
            match deed(&self.find(locator).await).await {
                Err(error) if error.is_stale_element_reference() => {}
                done => return done.unwrap(),
            }
        }
    }

    async fn find(&self, locator: Locator<'_>) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(GLANCE);
        match wait.for_element(locator).await {
            Ok(element) => element,
            Err(error) => panic!(
                "{locator:?}: {error}\n{}",
                self.client.source().await.unwrap_or_default()
            ),
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);
const LINKS: &str = r"
return [...document.links].filter((link) => link.origin === location.origin && !link.hasAttribute('download')).map((link) => link.href);
";
const PREFER: &str = r"
const form = document.querySelector('form.preferences');
form.elements.lang.value = arguments[0];
form.elements.theme.value = arguments[1];
return fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(() => true);
";
const RUN_AXE: &str = r"
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then((results) => {
  const found = results.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }));
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push({ id: 'wider-than-the-window', nodes: [wide] });
  done(found);
});
";
