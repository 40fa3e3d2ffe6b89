//! Flags that make no sense together.

use crate::desk::{Desk, assert_refused};

#[test]
fn flags_for_serving_are_refused_with_anything_else() {
    let desk = Desk::empty();

    for (flags, named) in [
        (vec!["--demo", "pending"], "'--demo'"),
        (
            vec!["--demo", "--database", "sqlite:x.db", "backup", "file"],
            "'--demo'",
        ),
        (
            vec!["--listen", "127.0.0.1:0", "invite", "ann"],
            "'--listen <ADDR:PORT>'",
        ),
        (vec!["--drain", "1", "restore", "file"], "'--drain <SECONDS>'"),
        (
            vec!["--public-url", "https://console.example.com", "pending"],
            "'--public-url <URL>'",
        ),
    ] {
        let (text, code) = desk.run("en", &flags);
        assert!(
            code == 2 && text.contains(&format!("the argument {named}")),
            "{flags:?}: {text}"
        );
        assert!(
            text.contains("cannot be used with") && text.contains("Usage:"),
            "{text}"
        );
    }
    assert!(desk.is_empty());
}

#[test]
fn a_public_url_that_links_cant_begin_with_is_refused() {
    let desk = Desk::empty();

    for url in [
        "https://console.example.com/console",
        "https://console.example.com/console/",
        "https://console.example.com/?a=b",
        "https://console.example.com/#a",
        "https://me:secret@console.example.com/",
        "ftp://console.example.com/",
        "data:text,x",
    ] {
        for command in [&["--listen", "127.0.0.1:0"][..], &["invite", "operator"]] {
            let both = desk.both(&[command, &["--public-url", url]].concat());
            assert_refused(&both, &["without a path", "不带路径"]);
            assert!(both.iter().all(|(text, _)| !text.contains("secret")), "{both:?}");
        }
    }
    assert!(desk.is_empty());
}

#[test]
fn flags_of_a_provider_that_make_no_sense_are_refused() {
    let desk = Desk::empty();
    let issuer = [
        "--oidc-issuer",
        "https://id.example.com",
        "--oidc-client-id",
        "minigate",
    ];
    let missing = [
        &issuer[..],
        &[
            "--oidc-client-secret-file",
            "secret.txt",
            "--listen",
            "127.0.0.1:0",
        ],
    ]
    .concat();

    for (flags, wanted) in [
        (
            vec!["--oidc-issuer", "https://id.example.com"],
            "--oidc-client-id <ID>",
        ),
        (vec!["--oidc-client-id", "minigate"], "--oidc-issuer <URL>"),
        (vec!["--oidc-create"], "--oidc-issuer <URL>"),
        (vec!["--oidc-name", "Example ID"], "--oidc-issuer <URL>"),
        (
            vec!["--oidc-client-secret-file", "secret.txt"],
            "--oidc-issuer <URL>",
        ),
        (
            vec!["--oidc-issuer", "id.example.com", "--oidc-client-id", "minigate"],
            "is no URL of a provider",
        ),
    ] {
        let (text, code) = desk.run("en", &flags);
        assert!(code == 2 && text.contains(wanted), "{flags:?}: {text}");
    }
    assert_refused(&desk.both(&missing), &["secret.txt"; 2]);
}

#[test]
fn only_what_makes_links_takes_their_beginning() {
    let desk = Desk::empty();

    for command in ["backup", "restore", "move", "pending"] {
        let (help, _) = desk.run("en", &[command, "--help"]);
        assert!(!help.contains("--public-url"), "{help}");
    }
    let (help, _) = desk.run("en", &["invite", "--help"]);
    assert!(help.contains("--public-url"), "{help}");
}
