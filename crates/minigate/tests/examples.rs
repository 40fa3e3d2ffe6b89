//! The examples run as their readers run them.
#![expect(clippy::expect_used, reason = "what can't be started fails the test")]

use std::path::PathBuf;
use std::process::Command;

/// What an example's run ends with, and its exit code.
fn run(example: &str, args: &[&str]) -> (Option<i32>, String) {
    command("run", example, args)
}

fn command(name: &str, example: &str, args: &[&str]) -> (Option<i32>, String) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(example);
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command
        .arg(name)
        .arg(folder)
        .args(args)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
    let output = command.output().expect("the program starts");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn the_weather_app_gets_its_answers() {
    let (code, text) = run("weather", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(0), "3 calls: 3 answered"),
        "{text}"
    );
}

#[test]
fn the_shop_logs_in_pages_through_and_handles_what_goes_wrong() {
    let (code, text) = run("shop", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(0), "9 calls: 9 answered"),
        "{text}"
    );
    assert!(text.contains("N6 converted from GBK"), "{text}");
    assert!(text.contains("302 → https://static.shop.example/"), "{text}");
}

#[test]
fn the_chat_talks_until_its_room_closes() {
    let (code, text) = run("chat", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(0), "1 call: 1 answered"),
        "{text}"
    );
    assert!(text.contains("小刚：你好，小明"), "{text}");
    assert!(text.contains("[图片，4 字节]"), "{text}");
    assert!(text.contains("连接结束 4001 房间关闭了"), "{text}");
}

#[test]
fn the_game_plays_a_round_and_takes_its_place_in_the_ranking() {
    let (code, text) = run("game", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(0), "3 calls: 3 answered"),
        "{text}"
    );
    assert!(text.contains("log  2. Ann 5"), "{text}");
}

#[test]
fn every_page_of_the_examples_opens() {
    for (example, page) in [
        ("weather", "pages/cities/cities"),
        ("weather", "pages/settings/settings"),
        ("shop", "pages/cart/cart"),
    ] {
        let (code, text) = run(example, &["--page", page]);
        assert_eq!(code, Some(0), "{example} {page}: {text}");
    }
}

#[test]
fn d1_d3_d4_d6_each_common_mistake_is_refused_with_a_remedy() {
    let (code, text) = run("refused", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(1), "10 calls: 10 refused"),
        "{text}"
    );
    let hints = text.lines().filter(|line| line.contains("hint:")).count();
    assert!(hints >= 10, "{text}");
}

#[test]
fn the_feeds_own_tests_pass() {
    let (code, text) = command("test", "tested", &[]);

    assert_eq!(
        (code, last_line(&text)),
        (Some(0), "19 tests: 18 passed, 1 todo"),
        "{text}"
    );
}
