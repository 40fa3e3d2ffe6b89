//! Every page that a link leads to: nothing keeps anybody from using it, in either language, light or dark, wide or narrow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use url::Url;

use crate::console::Console;
use crate::walk::sign_in;
use crate::window::Window;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_used_by_everybody() {
    let mut console = Console::demo();
    let Some(window) = Window::open(&console.url).await else {
        return;
    };
    sign_in(&window, "mei", &console.demo_password()).await;
    let pages = linked(&window).await;
    for place in PLACES {
        assert!(pages.iter().any(|page| page == place), "{place} of {pages:?}");
    }

    let obstacles = obstacles(&window, &pages).await;

    window.client.close().await.unwrap();
    assert!(
        obstacles.is_empty(),
        "{} of {} pages:\n{}",
        obstacles.len(),
        pages.len(),
        obstacles.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in_can_be_used_by_everybody() {
    let mut console = Console::start();
    let Some(window) = Window::open(&console.url).await else {
        return;
    };
    let invitation = console.first_link();
    let invitation = invitation.strip_prefix(&console.url).unwrap();

    let obstacles = obstacles(&window, &["/sign-in".to_owned(), invitation.to_owned()]).await;

    window.client.close().await.unwrap();
    assert!(obstacles.is_empty(), "{}", obstacles.join("\n"));
}

/// What keeps people from using pages, in either language, light or dark, wide or narrow.
async fn obstacles<'a>(window: &Window, pages: impl IntoIterator<Item = &'a String> + Clone) -> Vec<String> {
    let mut obstacles = Vec::new();
    for (lang, theme, width) in [
        ("en", "light", 1200),
        ("zh", "dark", 1200),
        ("en", "dark", 360),
        ("zh", "light", 360),
    ] {
        window.resize(width).await;
        window.prefers(lang, theme).await;
        for page in pages.clone() {
            window.goto(page).await;
            let found = window.obstacles().await;
            let told = found
                .iter()
                .map(|found| format!("{lang} {theme} {width} {found}"));
            obstacles.extend(told);
        }
    }
    obstacles
}

/// The pages that links lead to, the first of each kind; every link leads somewhere.
async fn linked(window: &Window) -> Vec<String> {
    let mut met = BTreeSet::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut pages = Vec::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(place) = waiting.pop_front() {
        let of_kind = kinds.entry(kind(&place)).or_default();
        if *of_kind == MOST_OF_A_KIND || !met.insert(place.clone()) {
            continue;
        }
        *of_kind += 1;
        window.goto(&place).await;
        assert!(
            !window.text("main").await.contains("There is nothing here"),
            "a link leads to {place}, and nothing is there"
        );
        let links = window.links().await;
        waiting.extend(links.into_iter().map(|link| from_root(&link)));
        if *of_kind == 1 {
            pages.push(place);
        }
    }
    pages.push("/nowhere".to_owned());
    pages
}

fn from_root(link: &Url) -> String {
    link[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
}

/// What is left of a place without names and numbers.
fn kind(place: &str) -> String {
    let path = place.split('?').next().unwrap_or_default();
    let mut before = "";
    let segments = path.split('/').map(|segment| {
        let is_name = matches!(before, "apps" | "accounts" | "versions");
        before = segment;
        if is_name { "*" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

const MOST_OF_A_KIND: usize = 4;
const PLACES: [&str; 11] = [
    "/",
    "/approvals",
    "/audit",
    "/accounts",
    "/blocks",
    "/certificates",
    "/settings",
    "/what-if",
    "/me",
    "/me/password",
    "/accounts/chen",
];
