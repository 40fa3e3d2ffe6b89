use minigate_policy::Rule;

use super::*;
use crate::block::Blocks;

fn lists(request: &[&str], socket: &[&str]) -> WrittenLists {
    let owned = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect();
    WrittenLists {
        request: owned(request),
        connect_socket: owned(socket),
        ..WrittenLists::default()
    }
}

fn entries(pasted: &Pasted) -> Vec<(usize, Interface, &str)> {
    let lines = pasted.lines.iter();
    lines
        .map(|line| (line.number, line.interface, line.text.as_str()))
        .collect()
}

const REQUEST: Format = Format::Lines(Interface::Request);

#[test]
fn d2_lines_have_comments_blanks_and_separators() {
    let text = "\u{feff}# ours\n\n https://a.com, https://b.com;https://c.com\t# three\r\nhttps://d.com#x\n";

    let pasted = Pasted::read(text, REQUEST).unwrap();

    let interface = Interface::Request;
    assert_eq!(
        entries(&pasted),
        [
            (3, interface, "https://a.com"),
            (3, interface, "https://b.com"),
            (3, interface, "https://c.com"),
            (4, interface, "https://d.com#x"),
        ]
    );
    assert_eq!(pasted.wrong(), 1);
}

#[test]
fn d3_d4_d6_each_wrong_line_has_its_rule_reason_and_remedy() {
    for (text, rule, remedy) in [
        ("a.com", Rule::D3, "write `https://a.com`"),
        ("http://a.com/x", Rule::D3, "write `https://a.com`"),
        ("wss://u:p@a.com:8443", Rule::D3, "write `https://a.com:8443`"),
        ("https://a.com/x?y", Rule::D1, "write `https://a.com`"),
        ("https://u@a.com", Rule::D1, "write `https://a.com`"),
        ("https://a.com:99999", Rule::D1, "write `https://a.com`"),
        ("https://a.com:", Rule::D1, "write `https://a.com`"),
        ("https:a.com", Rule::D3, "write `https://a.com`"),
        ("javascript:alert(1)", Rule::D3, "write scheme and domain alone"),
        ("", Rule::D3, "write scheme and domain alone"),
        ("https://", Rule::D4, "write scheme and domain alone"),
        ("https://a_b.com", Rule::D4, "write scheme and domain alone"),
        ("https://0x7f.1", Rule::D4, "give the server a registered"),
        ("https://localhost", Rule::D4, "give the server a registered"),
        ("https://*.a.com", Rule::D4, "list each name by itself"),
        ("https://api.weixin.qq.com", Rule::D6, "let your own server"),
    ] {
        let judgement = judge_text(Interface::Request, text);

        let fault = judgement.faults.first().unwrap();
        assert_eq!((fault.rule, &judgement.normalised), (Some(rule), &None), "{text}");
        assert!(fault.remedy(Lang::En).starts_with(remedy), "{text}: {fault:?}");
        assert!(
            !fault.reason(Lang::En).is_empty() && fault.reason_zh != fault.reason_en,
            "{fault:?}"
        );
        assert_ne!(fault.remedy_zh, fault.remedy_en);
    }
}

#[test]
fn d2_a_double_is_told_with_its_first_line() {
    let pasted = Pasted::read("https://a.com\nhttps://A.com https://b.com\n", REQUEST).unwrap();

    let doubles: Vec<_> = pasted.lines.iter().map(|line| line.double_of).collect();
    assert_eq!(doubles, [None, Some(1), None]);
    let same_line = Pasted::read("https://a.com https://a.com", REQUEST).unwrap();
    assert_eq!(same_line.lines[1].double_of, Some(1));
}

#[test]
fn d2_every_form_gives_back_what_it_was_given() {
    let written = lists(&["https://A.example.com", "https://b.com:8443"], &["wss://s.com"]);

    for format in [Format::Platform, Format::Lists, Format::Csv] {
        let text = export(&written, format);
        let pasted = Pasted::read(&text, format).unwrap();
        let read = pasted.apply(&WrittenLists::default(), Mode::Add);

        assert_eq!(Pasted::format_of(&text, Interface::Request), format);
        assert_eq!(
            read,
            lists(&["https://a.example.com", "https://b.com:8443"], &["wss://s.com"])
        );
        assert_eq!(export(&read, format), export(&read, format));
        assert_eq!(text, export(&written, format));
    }
}

#[test]
fn d2_the_platforms_answer_can_be_pasted_as_it_is() {
    let text = r#"{"errcode": 0, "errmsg": "ok", "effective_domain": {"requestdomain": ["https://a.com"], "uploaddomain": []}}"#;

    assert_eq!(Pasted::format_of(text, Interface::Request), Format::Platform);
    let pasted = Pasted::read(text, Format::Platform).unwrap();

    assert_eq!(entries(&pasted), [(1, Interface::Request, "https://a.com")]);
    assert_eq!(
        pasted.interfaces,
        BTreeSet::from([Interface::Request, Interface::UploadFile])
    );
}

#[test]
fn d2_add_remove_and_replace_keep_what_they_arent_about() {
    let old = lists(&["https://A.com", "https://b.com"], &["wss://s.com"]);
    let pasted = Pasted::read("https://a.com https://c.com http://wrong.com", REQUEST).unwrap();

    let sockets = ["wss://s.com"];
    assert_eq!(
        pasted.apply(&old, Mode::Add),
        lists(&["https://A.com", "https://b.com", "https://c.com"], &sockets)
    );
    assert_eq!(
        pasted.apply(&old, Mode::Remove),
        lists(&["https://b.com"], &sockets)
    );
    assert_eq!(
        pasted.apply(&old, Mode::Replace),
        lists(&["https://a.com", "https://c.com"], &sockets)
    );
    let emptied = Pasted::read(r#"{"connectSocket": []}"#, Format::Lists).unwrap();
    assert_eq!(
        emptied.apply(&old, Mode::Replace),
        lists(&["https://A.com", "https://b.com"], &[])
    );
}

#[test]
fn d2_the_answer_to_a_failed_call_is_no_list() {
    let text = r#"{"errcode": 40001, "errmsg": "invalid credential", "requestdomain": []}"#;
    let bare = r#"{"errcode": 85017, "errmsg": "no domain to modify"}"#;

    let format = Pasted::format_of(bare, Interface::Request);
    let told = [(text, Format::Platform), (bare, format)]
        .map(|(text, format)| Pasted::read(text, format).unwrap_err());

    let code = |code: &str| BulkError::FailedAnswer {
        code: code.to_owned(),
    };
    assert_eq!(told, [code("40001"), code("85017")]);
}

#[test]
fn d2_a_text_is_bounded_and_never_panics() {
    let many = "https://a.com\n".repeat(MOST + 1);
    assert_eq!(
        Pasted::read(&many, REQUEST),
        Err(BulkError::TooMany { limit: MOST })
    );
    let long = "x".repeat(LONGEST + 1);
    assert!(matches!(
        Pasted::read(&long, REQUEST),
        Err(BulkError::TooLong { .. })
    ));
    for text in [
        "{",
        "[]",
        "{\"request\": 1}",
        "\"",
        "\u{feff}",
        "ß,ß",
        "request",
        ",",
        "\"\"\"",
        "#",
    ] {
        for format in [REQUEST, Format::Platform, Format::Lists, Format::Csv] {
            if let Err(error) = Pasted::read(text, format) {
                assert_ne!(error.tell(Lang::En), error.tell(Lang::Zh));
            }
        }
    }
    let one = Pasted::read(&"y".repeat(LONGEST), REQUEST).unwrap();
    assert_eq!(one.lines[0].text.len(), 300);
}

#[test]
fn d7_a_typed_entry_is_told_how_full_the_list_is() {
    let app: crate::app::App = serde_json::from_value(serde_json::json!({
        "id": "wx1", "name": "Shop", "era": "guide", "twoPeople": false, "effective": 0,
        "changes": { "month": "", "count": 0 }, "createdAt": "2026-11-01T00:00:00Z",
    }))
    .unwrap();
    let full: Vec<_> = (0..20).map(|number| format!("https://h{number}.com")).collect();
    let full = WrittenLists {
        request: full,
        ..WrittenLists::default()
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let judge = |text| judge_entry(Interface::Request, text, &app, &full, &Blocks::default(), now);

    let new = judge("https://new.com");
    let double = judge("https://H1.com");

    assert_eq!(new.quota, Some(Quota { used: 21, limit: 20 }));
    assert_eq!(new.faults[0].rule, Some(Rule::D7));
    assert_eq!(double.quota, Some(Quota { used: 20, limit: 20 }));
    assert!(double.faults[0].reason_en.contains("already"));
}

#[test]
fn d3_what_a_remedy_says_to_write_is_an_entry() {
    for (text, remedy) in [
        ("https://example.com.", "write `https://example.com`"),
        ("https://example.com./path", "write `https://example.com`"),
        ("http://user@example.com:99999/", "write `https://example.com`"),
        ("example.com", "write `https://example.com`"),
        (
            "<script>alert(1)</script>",
            "write scheme and domain alone, such as `https://api.example.com`",
        ),
    ] {
        let judged = judge_text(Interface::Request, text);

        assert_eq!(judged.faults[0].remedy_en, remedy, "{text}");
    }
}

#[test]
fn d6_what_would_be_reserved_once_mended_is_told_so_at_once() {
    for text in [
        "https://api.weixin.qq.com.",
        "http://api.weixin.qq.com/cgi-bin/token",
        "api.weixin.qq.com",
    ] {
        let judgement = judge_text(Interface::Request, text);

        assert_eq!(judgement.faults[0].rule, Some(Rule::D6), "{text}");
        assert!(!judgement.faults[0].remedy_en.contains("write"), "{text}");
    }
}
