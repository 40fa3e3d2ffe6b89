//! Every page that a link leads to: nothing keeps anybody from using it, in either language, light or dark, wide or narrow.

use std::collections::{BTreeSet, VecDeque};

use url::Url;

use crate::console::Console;
use crate::walk::{APP, make_app, publish, sign_in_first, type_entries};
use crate::window::Window;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_used_by_everybody() {
    let console = Console::start();
    let Some(window) = Window::open(&console.url).await else {
        return;
    };
    sign_in_first(&window, &console).await;
    make_app(&window).await;
    for entry in ["https://api.tea.example", "https://other.tea.example"] {
        type_entries(&window, entry).await;
        window.press("Save the draft").await;
        publish(&window).await;
    }
    let pages = linked(&window).await;
    for place in [
        "/",
        "/approvals",
        "/audit",
        "/accounts",
        "/blocks",
        "/certificates",
        "/settings",
        "/what-if",
        "/me",
    ] {
        assert!(pages.contains(place), "{place} of {pages:?}");
    }

    let mut obstacles = Vec::new();
    for (lang, theme, width) in [
        ("en", "light", 1200),
        ("zh", "dark", 1200),
        ("en", "dark", 360),
        ("zh", "light", 360),
    ] {
        window.resize(width).await;
        window.prefers(lang, theme).await;
        for page in &pages {
            window.goto(page).await;
            let found = window.obstacles().await;
            obstacles.extend(
                found
                    .into_iter()
                    .map(|found| format!("{lang} {theme} {width} {found}")),
            );
        }
    }

    window.client.close().await.unwrap();
    assert!(
        obstacles.is_empty(),
        "{} of {} pages:\n{}",
        obstacles.len(),
        pages.len(),
        obstacles.join("\n")
    );
}

/// The pages that links lead to, one of each kind.
async fn linked(window: &Window) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let mut pages = BTreeSet::new();
    let mut waiting = VecDeque::from(["/".to_owned(), "/nowhere".to_owned()]);
    while let Some(place) = waiting.pop_front() {
        if !kinds.insert(kind(&place)) {
            continue;
        }
        window.goto(&place).await;
        let links = window.links().await;
        pages.insert(place);
        waiting.extend(links.into_iter().map(|link| from_root(&link)));
    }
    pages
}

fn from_root(link: &Url) -> String {
    link[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
}

/// What is left of a place without names and numbers.
fn kind(place: &str) -> String {
    let path = place.split('?').next().unwrap_or_default();
    let segments = path.split('/').map(|segment| {
        let is_name = segment == APP || segment.parse::<u32>().is_ok();
        if is_name { "*" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}
