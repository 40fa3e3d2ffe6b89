//! URLs, redirects and hosts as somebody writes them who wants to slip through.

use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

pub(crate) fn hostile_url() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        8 => select(&["https://", "wss://", "http://", "ws://"][..]),
        1 => select(&["HTTPS://", "https:", "https:/", "https:///", "//", "", "ftp://", "https:\\\\", " https://"][..]),
    ];
    let user = prop_oneof![6 => Just(""), 1 => select(&["u:p@", "a.com@", "a.com:443@", "@", "a.com%2f@", "u@v@"][..])];
    let built = (
        scheme,
        user,
        hostile_host(),
        port(),
        tail(),
        option::weighted(0.2, sprinkle()),
    )
        .prop_map(|(scheme, user, host, port, tail, grain)| {
            strew(format!("{scheme}{user}{host}{port}{tail}"), grain)
        });
    prop_oneof![9 => built, 1 => any::<String>(), 1 => "https://[^/]{1,12}/"]
}

pub(crate) fn hostile_location() -> impl Strategy<Value = String> {
    let slashes = select(
        &[
            "//", "/", "", "\\\\", "/\\", "\\/", "/\t/", "\t//", "///", "/\n\\", "?", "#", "../", "https:",
            "https:/",
        ][..],
    );
    let user = prop_oneof![4 => Just(""), 1 => select(&["u:p@", "a.com@", "@"][..])];
    let relative = (
        slashes,
        user,
        hostile_host(),
        port(),
        tail(),
        option::weighted(0.2, sprinkle()),
    )
        .prop_map(|(slashes, user, host, port, tail, grain)| {
            strew(format!("{slashes}{user}{host}{port}{tail}"), grain)
        });
    prop_oneof![4 => relative, 2 => hostile_url(), 1 => any::<String>()]
}

pub(crate) fn hostile_host() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "a.com",
            "a.com",
            "b.com",
            "c.com",
            "up.com",
            "s.com",
            "www.a.com",
            "aa.com",
            "evil.com",
            "a.com.evil.com",
            "例子.中国",
            "xn--fsqu00a.xn--fiqs8s",
            "api.weixin.qq.com",
            "localhost",
            "x.localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "192.168.1.9",
            "1.2.3.4.5",
            "intranet",
            "*.a.com",
        ][..],
    );
    let disguised = (known, any::<Index>(), 0..10_u8).prop_map(|(host, at, how)| disguise(host, at, how));
    prop_oneof![8 => disguised, 1 => "[a-z0-9.-]{1,20}", 1 => "[０-９ａ-ｆx.。]{1,12}", 1 => "\\PC{1,8}\\.com"]
}

/// The same host in another spelling, for a URL parser at least.
fn disguise(host: &str, at: Index, how: u8) -> String {
    let letters: Vec<char> = host.chars().collect();
    let chosen = at.index(letters.len());
    let spelled = |(place, letter): (usize, &char)| match how {
        0 => letter.to_ascii_uppercase().to_string(),
        1 if place == chosen && letter.is_ascii() => format!("%{:02x}", u32::from(*letter)),
        2 if letter.is_ascii_alphanumeric() => {
            char::from_u32(u32::from(*letter) + 0xfee0).unwrap().to_string()
        }
        3 if place == chosen => format!("{letter}\u{ad}"),
        4 if *letter == '.' => "。".to_owned(),
        _ => letter.to_string(),
    };
    let spelled: String = letters.iter().enumerate().map(spelled).collect();
    if how == 5 { spelled + "." } else { spelled }
}

pub(crate) fn port() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "", "", "", ":443", ":8080", ":0", ":", ":80", ":08080", ":65536", ":+1", ":x",
        ][..],
    )
}

fn tail() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "",
            "/",
            "/x?q#f",
            "?@evil.com",
            "#@evil.com",
            "/\\evil.com",
            "\\@evil.com",
            "/@a.com",
            "/../x",
            "?://",
        ][..],
    )
}

fn sprinkle() -> impl Strategy<Value = (Index, char)> {
    let grains = [
        '\t', '\n', '\0', ' ', '\\', '/', '@', ':', '?', '#', '%', '[', ']', '.', '\u{200b}', '／', '＠',
        '：',
    ];
    (any::<Index>(), select(grains.to_vec()))
}

fn strew(text: String, grain: Option<(Index, char)>) -> String {
    let Some((at, grain)) = grain else { return text };
    let mut letters: Vec<char> = text.chars().collect();
    letters.insert(at.index(letters.len() + 1), grain);
    letters.into_iter().collect()
}
