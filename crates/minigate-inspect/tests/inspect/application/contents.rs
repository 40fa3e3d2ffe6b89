//! Charsets, byte order marks and JSON, as the run time reads them.

use super::*;

#[tokio::test]
async fn n6_an_undeclared_charset_is_told_with_what_the_run_time_makes_of_it() {
    let nothing = read(&[], "你好").await;
    let gbk = read(&[("content-type", "text/html")], b"\xC4\xE3\xBA\xC3").await;
    let ascii = read(&[], "ok").await;
    let json = read(&[("content-type", "application/json")], "\"你\"").await;
    let picture = read(&[("content-type", "image/png")], b"\x89PNG\xFF").await;

    assert_eq!(nothing, [undeclared(None, "UTF-8", false)]);
    assert_eq!(gbk, [undeclared(Some("text/html"), "gb18030", true)]);
    assert_eq!(ascii, [undeclared_ascii()]);
    assert_eq!(ascii[0].severity(), Severity::Note);
    assert_eq!((json, picture), (vec![], vec![]));
    let told = gbk[0].tell(Lang::En);
    assert_eq!(told.rule, Some(Rule::N6));
    assert_eq!(
        told.remedies,
        ["answer in UTF-8 with `content-type: text/html; charset=utf-8`"]
    );
}

#[tokio::test]
async fn n6_a_declared_charset_that_isnt_utf8_or_isnt_true_is_told() {
    let gbk = read(
        &[("content-type", "text/plain; charset=GBK")],
        b"\xC4\xE3\xBA\xC3",
    )
    .await;
    let lie = read(
        &[("content-type", "text/plain; charset=utf-8")],
        b"\xC4\xE3\xBA\xC3",
    )
    .await;
    let unknown = read(&[("content-type", "text/plain; charset=klingon")], "你好").await;
    let meta = read(&[("content-type", "text/html")], "<meta charset=utf-8>你好").await;

    assert_eq!(
        gbk,
        [ApplicationFault::NotUtf8 {
            charset: "GBK".to_owned()
        }]
    );
    assert_eq!(
        lie,
        [ApplicationFault::Undecodable {
            charset: "UTF-8".to_owned()
        }]
    );
    let (label, read_as) = ("klingon".to_owned(), "UTF-8".to_owned());
    assert_eq!(unknown, [ApplicationFault::CharsetUnknown { label, read_as }]);
    assert_eq!(meta, []);
}

#[tokio::test]
async fn n7_byte_order_marks_are_told() {
    let json = [("content-type", "application/json")];
    let mark = |charset: &str, count, json| ApplicationFault::ByteOrderMark {
        charset: charset.to_owned(),
        count,
        json,
    };

    let text = read(&[], "\u{FEFF}ok").await;
    let one = read(&json, "\u{FEFF}{}").await;
    let two = read(&json, "\u{FEFF}\u{FEFF}{}").await;
    let wide = read(&[], b"\xFF\xFE\x60\x4F").await;
    let big = read(&[], b"\xFE\xFF\x4F\x60").await;

    assert_eq!(text, [mark("UTF-8", 1, false)]);
    assert_eq!(one, [mark("UTF-8", 1, true)]);
    assert_eq!(two[0], mark("UTF-8", 2, true));
    assert!(matches!(two[1], ApplicationFault::NotJson { .. }));
    for (found, charset) in [(wide, "UTF-16LE"), (big, "UTF-16BE")] {
        assert!(found.contains(&mark(charset, 1, false)), "{found:?}");
    }
}

#[tokio::test]
async fn json_that_is_announced_and_isnt_there_is_told() {
    let json = [("content-type", "application/problem+json; charset=utf-8")];

    let page = read(&json, "<html>502</html>").await;
    let empty = read(&json, "").await;

    let [fault @ ApplicationFault::NotJson { error }] = &page[..] else {
        panic!("{page:?}");
    };
    assert!(error.contains("line 1 column 1"), "{error}");
    assert_eq!((fault.severity(), fault.rule()), (Severity::Warn, None));
    assert_eq!(empty, []);
}

#[tokio::test]
async fn a_long_answer_is_read_as_far_as_the_bound_and_no_letter_is_cut() {
    let json = [("content-type", "application/json")];
    let text = "你好 ".repeat(100_000);
    let gbk = b"\xC4\xE3\xBA\xC3 ".repeat(100_000);
    for (headers, body) in [
        (&[][..], text.as_bytes()),
        (&[("content-type", "text/plain; charset=gbk")], &gbk),
        (&[], &gbk),
        (&json, text.as_bytes()),
    ] {
        let server = answering(200, headers, body).await;

        let application = ask(&server, "/").await;

        let content = content(&application);
        assert_eq!((content.bytes, content.extent), (256 * 1024, Extent::Start));
        assert!(!content.charset.as_ref().unwrap().replaced);
        assert_eq!(content.not_json, None);
    }
}
