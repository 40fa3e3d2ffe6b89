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
fn what_is_no_whole_url_is_refused_with_an_example() {
    let desk = Desk::empty();

    for flags in [
        ["--public-url", "console.example.com"],
        ["--filing-url", "/filings"],
    ] {
        let (text, code) = desk.run("en", &flags);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("write it whole, such as https://"), "{text}");
    }
}

#[test]
fn a_key_of_another_certificate_is_refused_with_the_remedy() {
    let desk = Desk::empty();
    let [one, other] =
        [(); 2].map(|()| rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap());
    std::fs::write(desk.path("chain.pem"), one.cert.pem()).unwrap();
    std::fs::write(desk.path("key.pem"), other.signing_key.serialize_pem()).unwrap();

    let both = desk.both(&["--tls-cert", "chain.pem", "--tls-key", "key.pem"]);

    assert_refused(
        &both,
        &[
            "the key isn't that of the first certificate",
            "私钥与第一张证书不匹配",
        ],
    );
    assert!(
        both.iter().all(|(text, _)| !text.contains("KeyMismatch")),
        "{both:?}"
    );
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
fn services_that_could_never_be_asked_are_refused_before_anything_is_made() {
    let desk = Desk::empty();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.txt");
    std::fs::write(&secret, " \n").unwrap();
    let secret = secret.display().to_string();
    let here = ["--listen", "127.0.0.1:0"];
    let client = ["--oidc-client-id", "minigate", "--oidc-issuer"];

    for (flags, told) in [
        (
            [&client[..], &["http://id.example.com/realm"]].concat(),
            [
                "--oidc-issuer: `http://id.example.com/realm` is neither https nor on this machine",
                "--oidc-issuer：",
            ],
        ),
        (
            [&client[..], &["ftp://127.0.0.1/"]].concat(),
            ["write https://HOST", "请写 https://主机"],
        ),
        (
            [
                &client[..],
                &["https://id.example.com", "--oidc-client-secret-file", &secret],
            ]
            .concat(),
            [
                "secret.txt: the client secret is empty",
                "secret.txt：客户端密钥是空的",
            ],
        ),
        (
            vec!["--filing-url", "http://register.example.com/key?a=b"],
            [
                "--filing-url: `http://register.example.com` is neither https",
                "只有本机才可用 http",
            ],
        ),
        (
            vec!["--filing-url", "https://register.example.com/key?a=b&domain=x"],
            ["has a parameter `domain=x` already", "已有参数 `domain=x`"],
        ),
    ] {
        let both = desk.both(&[&here, &flags[..]].concat());
        assert_refused(&both, &told);
        assert!(both.iter().all(|(text, _)| !text.contains("/key")), "{both:?}");
    }
    assert!(desk.is_empty());
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
