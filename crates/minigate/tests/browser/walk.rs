//! The way of a change, from the first sign-in to a running app and back.

use crate::console::Console;
use crate::running::Running;
use crate::window::Window;

pub(crate) const APP: &str = "wx0123456789abcdef";

#[tokio::test(flavor = "multi_thread")]
async fn d2_what_is_published_on_the_page_holds_in_a_running_app() {
    let console = Console::start();
    let Some(window) = Window::open(&console.url).await else {
        return;
    };
    sign_in_first(&window, &console).await;
    make_app(&window).await;
    let running = Running::start(APP, "api.tea.example", &console.url);
    running.says(&["refused", "D1"]);

    type_entries(&window, "http://api.tea.example").await;
    window.sees("the scheme is").await;
    window.press("Save the draft").await;
    window.sees("Nothing has been saved").await;
    type_entries(&window, "https://api.tea.example").await;
    window.press("Save the draft").await;
    publish(&window).await;
    window.sees("version 1").await;
    running.says(&["https://api.tea.example/menu.json", "200"]);

    type_entries(&window, "https://other.tea.example").await;
    window.press("Save the draft").await;
    publish(&window).await;
    window.sees("version 2").await;
    running.says(&["refused", "D1"]);

    window.goto(&format!("/apps/{APP}/versions/1")).await;
    window.press("Roll back to this version").await;
    publish(&window).await;
    window.sees("version 3").await;
    running.says(&["https://api.tea.example/menu.json", "200"]);
    window.client.close().await.unwrap();
}

pub(crate) async fn sign_in_first(window: &Window, console: &Console) {
    window.goto(&console.first_link).await;
    window.fill("input[name=password]", PASSWORD).await;
    window.fill("input[name=again]", PASSWORD).await;
    window.press("Set password and sign in").await;
    window.arrives("/").await;
    window.press("Sign out").await;
    window.arrives("/sign-in").await;
    window.fill("input[name=name]", "operator").await;
    window.fill("input[name=password]", PASSWORD).await;
    window.press("Sign in").await;
    window.sees("New app").await;
}

pub(crate) async fn make_app(window: &Window) {
    window.fill("input[name=id]", APP).await;
    window
        .fill("form.stack input[name=name]", "Tea & <b>cake</b>")
        .await;
    window.press("Create").await;
    window.arrives(&format!("/apps/{APP}")).await;
    window.sees("Tea & <b>cake</b>").await;
}

pub(crate) async fn type_entries(window: &Window, entries: &str) {
    window.goto(&format!("/apps/{APP}/draft")).await;
    window.fill("#request", entries).await;
}

pub(crate) async fn publish(window: &Window) {
    for step in ["Submit for approval", "Approve", "Publish"] {
        window.press(step).await;
    }
    window.arrives(&format!("/apps/{APP}")).await;
}

const PASSWORD: &str = "correct horse battery";
