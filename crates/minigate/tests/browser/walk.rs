//! The way of a change, from the first sign-in to a running app and back.

use crate::console::Console;
use crate::running::Running;
use crate::service::Service;
use crate::window::Window;

const APP: &str = "wx0123456789abcdef";
/// A name that has no address anywhere (RFC 2606).
const NOT_THERE: &str = "https://other.tea.example";

#[tokio::test(flavor = "multi_thread")]
async fn d2_what_is_published_on_the_page_holds_in_a_running_app() {
    let service = Service::start().await;
    let mut console = Console::beside(&service);
    let Some(window) = Window::open(&console.url).await else {
        return;
    };
    sign_in_first(&window, &mut console).await;
    make_app(&window).await;
    let running = Running::start(APP, &service, &console.url);
    running.says(&["refused", "D1"]);

    type_entries(&window, "http://api.example.com").await;
    window.sees("the scheme is").await;
    window.press("Save the draft").await;
    window.sees("Nothing has been saved").await;
    type_entries(&window, "https://api.example.com").await;
    save(&window).await;
    preflight(&window, &["Passed", "✓ works"]).await;
    publish(&window).await;
    window.sees("version 1").await;
    running.says(&["https://api.example.com/menu.json", "200"]);

    type_entries(&window, NOT_THERE).await;
    save(&window).await;
    preflight(&window, &["Not passed", "What to do first"]).await;
    publish(&window).await;
    window.sees("version 2").await;
    running.says(&["refused", "D1"]);

    window.goto(&format!("/apps/{APP}/versions/1")).await;
    window.press("Roll back to this version").await;
    publish(&window).await;
    window.sees("version 3").await;
    running.says(&["https://api.example.com/menu.json", "200"]);
    window.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_what_one_has_written_another_approves() {
    let mut console = Console::start();
    let Some(author) = Window::open(&console.url).await else {
        return;
    };
    sign_in_first(&author, &mut console).await;
    make_app(&author).await;
    author.goto(&format!("/apps/{APP}/settings")).await;
    author.tick("two_people").await;
    author.press("Save").await;
    let second = invite_owner(&author, "bo").await;
    type_entries(&author, "https://api.tea.example").await;
    save(&author).await;
    author.press("Submit for approval").await;
    author.sees("waits for approval").await;
    author.sees("somebody else has to approve it").await;

    second.goto("/approvals").await;
    second.sees("https://api.tea.example").await;
    second.press("Approve").await;
    second.goto(&format!("/apps/{APP}/draft")).await;
    second.press("Publish").await;

    second.arrives(&format!("/apps/{APP}")).await;
    second.sees("version 1").await;
    author.client.close().await.unwrap();
    second.client.close().await.unwrap();
}

/// Somebody else, in a window of their own, who may do everything in the app.
async fn invite_owner(operator: &Window, name: &str) -> Window {
    operator.goto("/accounts").await;
    operator.open_fold("New account").await;
    operator.fill("input[name=name]", name).await;
    operator.fill("input[name=display_name]", "Bo").await;
    operator.press("Create and invite").await;
    let link = operator.text("p.secret").await;
    operator.goto(&format!("/apps/{APP}/members")).await;
    operator.fill("form.stack input[name=name]", name).await;
    operator.choose("form.stack select[name=role]", "owner").await;
    operator.press("Add a member").await;
    let window = operator.another().await;
    set_password(&window, &link).await;
    window
}

async fn preflight(window: &Window, found: &[&str]) {
    window.press("Pre-flight").await;
    window.press("Run the pre-flight").await;
    for found in found {
        window.sees(found).await;
    }
    window.goto(&format!("/apps/{APP}/draft")).await;
}

async fn sign_in_first(window: &Window, console: &mut Console) {
    set_password(window, &console.first_link()).await;
    window.press("Sign out").await;
    window.arrives("/sign-in").await;
    sign_in(window, "operator", PASSWORD).await;
    window.sees("New app").await;
}

pub(crate) async fn sign_in(window: &Window, name: &str, password: &str) {
    window.goto("/sign-in").await;
    window.fill("input[name=name]", name).await;
    window.fill("input[name=password]", password).await;
    window.press("Sign in").await;
    window.arrives("/").await;
}

async fn set_password(window: &Window, link: &str) {
    window.goto(link).await;
    window.fill("input[name=password]", PASSWORD).await;
    window.fill("input[name=again]", PASSWORD).await;
    window.press("Set password and sign in").await;
    window.arrives("/").await;
}

async fn make_app(window: &Window) {
    window.fill("input[name=id]", APP).await;
    window
        .fill("form.stack input[name=name]", "Tea & <b>cake</b>")
        .await;
    window.press("Create").await;
    window.arrives(&format!("/apps/{APP}")).await;
    window.sees("Tea & <b>cake</b>").await;
}

async fn type_entries(window: &Window, entries: &str) {
    window.goto(&format!("/apps/{APP}/draft")).await;
    window.fill("#request", entries).await;
}

async fn save(window: &Window) {
    window.press("Save the draft").await;
    window.sees("Submit for approval").await;
}

async fn publish(window: &Window) {
    for step in ["Submit for approval", "Approve", "Publish"] {
        window.press(step).await;
    }
    window.arrives(&format!("/apps/{APP}")).await;
}

const PASSWORD: &str = "correct horse battery";
