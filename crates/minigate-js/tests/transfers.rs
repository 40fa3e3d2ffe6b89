//! `wx.uploadFile` and `wx.downloadFile`: what they send, what they give, and in which order.

mod support;

use std::{cell::RefCell, rc::Rc, time::Duration};

use http::{HeaderMap, HeaderValue, StatusCode};
use minigate_js::{Fault, Launch};
use minigate_policy::{Era, Platform, Profile};
use minigate_testkit::{Asked, Reply};
use support::{Server, console};
use tokio::time::Instant;

/// Answers uploads with what came, byte for byte, and everything else with `file` as a picture.
async fn server() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/up" => answered("text/plain", lossy(asked)),
        "/404" => Reply {
            status: StatusCode::NOT_FOUND,
            ..answered("text/html", "none")
        },
        "/empty" => answered("image/png", ""),
        "/large" => answered("image/png", vec![b'a'; 11 << 20]),
        "/moderate" => answered("image/png", vec![b'a'; 1 << 20]),
        _ => answered("image/png", "file"),
    })
    .await
}

fn answered(content_type: &'static str, body: impl Into<bytes::Bytes>) -> Reply {
    Reply {
        headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))]),
        body: body.into(),
        ..Reply::default()
    }
}

fn lossy(asked: &Asked) -> String {
    String::from_utf8_lossy(&asked.body).into_owned()
}

fn boundary(asked: &Asked) -> String {
    let found = asked
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let found = found.and_then(|value| value.strip_prefix("multipart/form-data; boundary="));
    found.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_upload_is_a_form_with_the_fields_first_and_gives_text() {
    let server = server().await;

    let run = server
        .run(
            "const task = wx.uploadFile({ url: 'https://api.test/up', filePath: 'a.txt', name: 'file',
               formData: { b: 1, a: '中\\n\"', skipped: undefined, n: null, o: {} },
               success(res) { console.log(Object.keys(res).join(), res.statusCode, typeof res.data, res.errMsg) },
               complete(res) { console.log('complete', res.errMsg) } })
             console.log(typeof task.then, Object.keys(task).join())",
        )
        .await;

    assert_eq!(
        run.text(),
        "undefined abort,onProgressUpdate,offProgressUpdate,onHeadersReceived,offHeadersReceived\n\
         data,statusCode,profile,errMsg 200 string uploadFile:ok\n\
         complete uploadFile:ok"
    );
    let asked = server.origin.log().remove(0);
    let mark = boundary(&asked);
    let field = |name: &str, value: &str| {
        format!("--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let expected = [
        field("b", "1"),
        field("a", "中\r\n\""),
        field("n", "null"),
        field("o", "[object Object]"),
        format!(
            "--{mark}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nhello\r\n--{mark}--\r\n"
        ),
    ];
    assert_eq!(
        (asked.method.as_str(), lossy(&asked)),
        ("POST", expected.concat())
    );
}

#[tokio::test]
async fn a_content_type_of_the_caller_never_breaks_the_boundary() {
    let server = server().await;
    for spelling in ["'content-type'", "'Content-Type'", "'CONTENT-TYPE'"] {
        for value in [
            "'multipart/form-data'",
            "'application/json'",
            "'multipart/form-data; boundary=x'",
        ] {
            let script = format!(
                "wx.uploadFile({{ url: 'https://api.test/up', filePath: '/img/b', name: 'f', header: {{ {spelling}: {value}, 'X-A': 1 }} }})"
            );
            assert_eq!(server.run(&script).await.faults(), Vec::<&Fault>::new());
        }
    }

    for asked in server.origin.log() {
        let mark = boundary(&asked);
        assert!(mark.len() > 20, "{:?}", asked.headers);
        assert!(lossy(&asked).starts_with(&format!("--{mark}\r\n")));
        assert!(lossy(&asked).contains("filename=\"b\"\r\nContent-Type: application/octet-stream\r\n"));
        assert_eq!(asked.headers.get("x-a").unwrap(), "1");
    }
    assert_eq!(server.origin.log().len(), 9);
}

#[tokio::test]
async fn n6_n7_the_answer_to_an_upload_is_text_and_never_json() {
    let server = Server::start(|_| {
        answered(
            "application/json; charset=gbk",
            b"{\"a\":\"\xC4\xE3\"}".as_slice(),
        )
    })
    .await;

    let run = server
        .run("wx.uploadFile({ url: 'https://api.test/', filePath: 'a.txt', name: 'f', success({ data }) { console.log(typeof data, data) } })")
        .await;

    assert_eq!(run.text(), "string {\"a\":\"你\"}");
}

#[tokio::test]
async fn a_missing_file_fails_in_the_platform_s_words() {
    let paths = "['nowhere', 'wxfile://usr/nowhere', 'http://usr/nowhere', '../a.txt', '/etc/passwd', 'wxfile://usr', '', 'minigate.toml']";
    for (platform, text) in [
        (Platform::Android, "uploadFile:fail file not found"),
        (Platform::Ios, "uploadFile:fail file not found"),
        (
            Platform::Devtools,
            "uploadFile:fail createUploadTask:fail file not found",
        ),
    ] {
        let mut server = server().await;
        server.profile = Profile::new(Era::Guide, platform);

        let run = server
            .run(&format!(
                "for (const filePath of {paths}) wx.uploadFile({{ url: 'https://api.test/up', filePath, name: 'f', fail(e) {{ console.log(e.errMsg) }} }})"
            ))
            .await;

        assert_eq!(run.text(), [text; 8].join("\n"));
        assert_eq!(server.origin.log().len(), 0);
    }
}

#[tokio::test]
async fn what_was_downloaded_can_be_uploaded_again_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let expected = bytes.clone();
    let server = Server::start(move |asked| {
        if asked.path == "/up" {
            answered("text/plain", "ok")
        } else {
            answered("application/octet-stream", bytes.clone())
        }
    })
    .await;

    let run = server
        .run(
            "wx.downloadFile({ url: 'https://api.test/x.bin', success({ tempFilePath }) {
               wx.uploadFile({ url: 'https://api.test/up', filePath: tempFilePath, name: 'f', success({ data }) { console.log(data) } })
             } })",
        )
        .await;

    assert_eq!(run.text(), "ok");
    let asked = server.origin.log().remove(1);
    let tail = format!("\r\n--{}--\r\n", boundary(&asked));
    let start = asked.body.len() - tail.len() - expected.len();
    assert_eq!(&asked.body[start..start + expected.len()], expected);
}

#[tokio::test]
async fn trap_09_a_download_gives_its_events_in_order_with_the_platform_s_keys() {
    let server = server().await;

    let run = server
        .run(
            "const log = []
             const task = wx.downloadFile({ url: 'https://api.test/moderate',
               success(res) { log.push('success'); console.log(Object.keys(res).join(), res.statusCode, res.header['content-type']); console.log(/^wxfile:\\/\\/tmp_\\w+\\.png$/.test(res.tempFilePath)) },
               complete() { log.push('complete'); setTimeout(() => console.log(log.join()), 20) } })
             let last
             task.onHeadersReceived(res => log.push(Object.keys(res).join('+')))
             task.onProgressUpdate(res => { if (log[log.length - 1] !== 'progress') log.push('progress'); last = res; if (res.progress === 100) console.log(JSON.stringify(res)) })",
        )
        .await;

    assert_eq!(
        run.text(),
        "{\"progress\":100,\"totalBytesWritten\":1048576,\"totalBytesExpectedToWrite\":1048576}\n\
         tempFilePath,statusCode,header,profile,errMsg 200 image/png\n\
         true\n\
         header,progress,success,complete"
    );
}

#[tokio::test]
async fn trap_09_an_upload_tells_its_progress_with_the_platform_s_keys() {
    let server = server().await;

    let run = server
        .run(
            "const log = []
             const task = wx.uploadFile({ url: 'https://api.test/up', filePath: 'a.txt', name: 'f', success() { log.push('success'); console.log(log.join()) } })
             const gone = () => log.push('gone')
             task.onProgressUpdate(gone); task.offProgressUpdate(gone); task.onHeadersReceived(gone); task.offHeadersReceived()
             task.onProgressUpdate(({ progress, totalBytesSent: sent, totalBytesExpectedToSend: whole, ...rest }) => log.push(progress, sent === whole && sent > 5, Object.keys(rest).length))
             task.onHeadersReceived(res => log.push(Object.keys(res).join()))",
        )
        .await;

    assert_eq!(run.text(), "100,true,0,header,success");
}

#[tokio::test]
async fn a_named_file_is_written_there_and_the_path_comes_back() {
    let server = server().await;

    let run = server
        .run(
            "const filePath = wx.env.USER_DATA_PATH + '/a.png'
             const show = res => console.log(res.filePath === filePath, res.tempFilePath, res.errMsg, res.errno)
             wx.downloadFile({ url: 'https://api.test/', filePath, complete(res) {
               show(res)
               wx.downloadFile({ url: 'https://api.test/404', filePath, complete(res) {
                 show(res)
                 wx.uploadFile({ url: 'https://api.test/up', filePath, name: 'f', success({ data }) { console.log(data.includes('none')) } })
               } })
             } })",
        )
        .await;

    assert_eq!(
        run.text(),
        "true undefined downloadFile:ok undefined\ntrue undefined downloadFile:ok undefined\ntrue"
    );
}

#[tokio::test]
async fn a_path_outside_the_sandbox_is_refused_before_anything_is_sent() {
    let server = server().await;

    let run = server
        .run(
            "for (const filePath of ['/etc/passwd', 'a.txt', '../x', 'wxfile://tmp_x', 'wxfile://usr/../x', 'file:///x', 'http://usr/x'])
               wx.downloadFile({ url: 'https://api.test/', filePath, fail(e) { console.log(e.errMsg, e.errno) } })
             wx.downloadFile({ url: 'https://api.test/', filePath: 'wxfile://usr/no/folder', fail(e) { console.log(e.errMsg, e.errno) } })",
        )
        .await;

    let denied = "downloadFile:fail permission denied can not open file filepath 603303";
    let expected = [
        &[denied; 7][..],
        &["downloadFile:fail download save file error 603300"],
    ]
    .concat();
    assert_eq!(run.text(), expected.join("\n"));
    assert_eq!(server.origin.log().len(), 0);
}

#[tokio::test]
async fn n8_any_status_is_a_success_and_its_body_a_file() {
    let server = server().await;

    let run = server
        .run("wx.downloadFile({ url: 'https://api.test/404', success(res) { console.log(res.statusCode, res.tempFilePath.slice(-5)) } })")
        .await;

    assert_eq!(run.text(), "404 .html");
}

#[tokio::test]
async fn a_file_larger_than_the_era_allows_fails() {
    for (era, expected) in [
        (Era::Guide, "downloadFile:fail exceed max file size 603301"),
        (Era::Current, "downloadFile:ok undefined"),
    ] {
        let mut server = server().await;
        server.profile = Profile::new(era, Platform::Android);

        let run = server
            .run("wx.downloadFile({ url: 'https://api.test/large', complete(e) { console.log(e.errMsg, e.errno) } })")
            .await;

        assert_eq!(run.text(), expected);
    }
}

#[tokio::test]
async fn a_file_that_exceeds_the_storage_fails_and_leaves_nothing() {
    let mut server = server().await;
    server.profile.files_max_bytes = 1 << 20;

    let run = server
        .run(
            "const filePath = wx.env.USER_DATA_PATH + '/a'
             const fail = e => console.log(e.errMsg, e.errno)
             wx.downloadFile({ url: 'https://api.test/', filePath, success() {
               wx.downloadFile({ url: 'https://api.test/moderate', filePath: filePath + '2', fail, complete() {
                 wx.uploadFile({ url: 'https://api.test/up', filePath: filePath + '2', name: 'f', fail })
                 wx.uploadFile({ url: 'https://api.test/up', filePath, name: 'f', success({ data }) { console.log(data.includes('file')) } })
               } })
             } })",
        )
        .await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "downloadFile:fail the maximum size of the file storage limit is exceeded 1300202",
            "true",
            "uploadFile:fail file not found undefined",
        ]
    );
}

#[tokio::test]
async fn ios_refuses_an_empty_file_and_android_keeps_it() {
    for (platform, expected) in [
        (Platform::Ios, "downloadFile:fail file data is empty 603302"),
        (Platform::Android, "downloadFile:ok undefined"),
    ] {
        let mut server = server().await;
        // The throw-away certificate doesn't meet App Transport Security.
        server.profile = Profile {
            ats: false,
            ..Profile::new(Era::Guide, platform)
        };

        let run = server
            .run("wx.downloadFile({ url: 'https://api.test/empty', complete(e) { console.log(e.errMsg, e.errno) } })")
            .await;

        assert_eq!(run.text(), expected);
    }
}

#[tokio::test]
async fn parallel_downloads_of_one_url_dont_clash() {
    let server = server().await;

    let run = server
        .run(
            "const paths = new Set(); let n = 0
             for (let i = 0; i < 25; i++) wx.downloadFile({ url: 'https://api.test/', success({ tempFilePath }) { paths.add(tempFilePath) }, complete() { if (++n === 25) console.log(paths.size) } })",
        )
        .await;

    assert_eq!(run.text(), "25");
}

#[tokio::test]
async fn trap_06_abort_settles_once_and_nothing_comes_after() {
    let server = server().await;

    let run = server
        .run(
            "const show = name => ({ success() { console.log('success') }, fail(e) { console.log(e.errMsg, e.errno) }, complete() { console.log('complete') } })
             const up = wx.uploadFile({ url: 'https://api.test/up', filePath: 'a.txt', name: 'f', ...show() })
             const down = wx.downloadFile({ url: 'https://api.test/', ...show() })
             for (const task of [up, down]) {
               task.onHeadersReceived(() => console.log('headers')); task.onProgressUpdate(() => console.log('progress'))
               task.abort(); task.abort(); setTimeout(() => task.abort(), 50)
             }",
        )
        .await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "complete",
            "complete",
            "downloadFile:fail abort 603105",
            "uploadFile:fail abort undefined",
        ]
    );
}

#[tokio::test]
async fn d1_each_interface_has_a_list_and_words_of_its_own() {
    for (platform, up, down) in [
        (
            Platform::Android,
            "uploadFile:fail url not in domain list 600002",
            "downloadFile:fail url not in domain list 600002",
        ),
        (
            Platform::Devtools,
            "uploadFile:fail createUploadTask:fail url not in domain list 600002",
            "downloadFile:fail createDownloadTask:fail url not in domain list 600002",
        ),
    ] {
        let mut server = server().await;
        server.profile = Profile::new(Era::Guide, platform);

        let run = server
            .run(
                "const fail = e => console.log(e.errMsg, e.errno)
                 wx.uploadFile({ url: 'https://evil.test/', filePath: 'a.txt', name: 'f', fail })
                 wx.downloadFile({ url: 'https://evil.test/', fail })
                 wx.downloadFile({ url: 'https://api.weixin.qq.com/', fail })",
            )
            .await;

        assert_eq!(run.text(), [up, down, down].join("\n"), "D6 holds as well");
    }
}

#[tokio::test]
async fn options_that_are_wrong_fail_in_the_words_of_request() {
    let upload = |options: &str| format!("uploadFile {options}");
    let download = |options: &str| format!("downloadFile {options}");
    for (call, expected) in [
        (upload("undefined"), None),
        (upload("{}"), Some("url should be String instead of Undefined")),
        (
            upload("{ url: 'x' }"),
            Some("filePath should be String instead of Undefined"),
        ),
        (
            upload("{ url: 'x', filePath: 1 }"),
            Some("filePath should be String instead of Number"),
        ),
        (
            upload("{ url: 'x', filePath: 'a' }"),
            Some("name should be String instead of Undefined"),
        ),
        (
            upload("{ url: 'x', filePath: 'a', name: 'f', formData: 'a=1' }"),
            Some("formData should be Object instead of String"),
        ),
        (
            upload("{ url: 'x', filePath: 'a', name: 'f', timeout: '1' }"),
            Some("timeout should be Number instead of String"),
        ),
        (
            download("{ url: 1 }"),
            Some("url should be String instead of Number"),
        ),
        (
            download("{ url: 'x', filePath: {} }"),
            Some("filePath should be String instead of Object"),
        ),
        (
            download("{ url: 'x', header: [] }"),
            Some("header should be Object instead of Array"),
        ),
    ] {
        let (name, options) = call.split_once(' ').unwrap();
        let script = format!(
            "const o = {options}; const task = wx.{name}(o && {{ ...o, fail(e) {{ console.log(e.errMsg, e.errno) }} }}); console.log(typeof task.abort); task.abort()"
        );

        let text = console(&script).await;

        let failed = expected.map(|told| format!("\n{name}:fail parameter error: parameter.{told}; 1001"));
        assert_eq!(text, format!("function{}", failed.unwrap_or_default()), "{call}");
    }
}

#[tokio::test]
async fn each_option_is_read_once() {
    let text = console(
        "for (const name of ['uploadFile', 'downloadFile']) {
           const seen = []
           const spy = (name, target) => new Proxy(target, { get(t, k) { seen.push(name + String(k)); return t[k] } })
           wx[name](spy('', { url: 'https://a.test', filePath: 'a.txt', name: 'f', header: spy('header.', { a: 1 }), formData: spy('form.', { b: 1 }) }))
           console.log(seen.filter((name, i) => seen.indexOf(name) !== i).length, seen.includes('url'), seen.includes('header.a'), seen.includes('form.b'))
         }",
    )
    .await;

    assert_eq!(text, "0 true true true\n0 true true false");
}

#[tokio::test]
async fn trap_08_every_way_to_call_settles_once() {
    let server = server().await;

    let run = server
        .run(
            "const urls = ['https://api.test/', 'https://api.test/404', 'https://api.test/empty', 'https://evil.test/', 'nonsense', '', 7, undefined]
             const files = ['a.txt', '', 'nowhere', 'wxfile://usr/x', 7, undefined]
             let pending = 0, twice = 0
             for (const name of ['uploadFile', 'downloadFile']) for (const url of urls) for (const filePath of files) for (const enableHttp2 of [true, false]) {
               let ended = 0, completed = 0
               pending++
               const end = () => { if (++ended > 1) twice++ }
               wx[name]({ url, filePath, name: 'f', enableHttp2, success: end, fail: end, complete() { if (++completed > 1 || ended !== 1) twice++; if (--pending === 0) console.log('all', twice) } })
             }",
        )
        .await;

    assert_eq!(run.text(), "all 0");
}

#[tokio::test]
async fn n5_transfers_from_the_background_fail_at_once_and_go_again_later() {
    let server = server().await;
    let notices = Rc::new(RefCell::new(Vec::new()));
    let script = "const go = () => {
           const complete = e => console.log(e.errMsg, e.errno)
           wx.downloadFile({ url: 'https://api.test/', complete })
           wx.uploadFile({ url: 'https://api.test/up', filePath: 'a.txt', name: 'f', complete })
         }
         let wasHidden = false
         wx.onAppHide(() => { wasHidden = true; go() }); wx.onAppShow(() => wasHidden && setTimeout(go)); App({})";
    let mut app = server.app(&[("app.js", script), ("a.txt", "hello")], &notices);
    app.launch(&Launch::default()).unwrap();

    app.hide(minigate_js::HideReason::Left).unwrap();
    app.run_for(Duration::from_millis(100)).await;
    app.show(None).unwrap();
    app.run_until_idle(Instant::now() + Duration::from_secs(60)).await;

    drop(app);
    let run = support::Run {
        end: minigate_js::End::Idle,
        notices: notices.take(),
    };
    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "downloadFile:fail interrupted 600003",
            "downloadFile:ok undefined",
            "uploadFile:fail interrupted 600003",
            "uploadFile:ok undefined",
        ]
    );
}

#[tokio::test]
async fn n1_a_call_s_own_time_is_its_limit() {
    let server = Server::start(|_| Reply {
        delay: Duration::from_secs(30),
        ..Reply::default()
    })
    .await;

    let run = server
        .run(
            "const fail = e => console.log(e.errMsg, e.errno)
             wx.uploadFile({ url: 'https://api.test/up', filePath: 'a.txt', name: 'f', timeout: 100, fail })
             wx.downloadFile({ url: 'https://api.test/', timeout: 200, fail })",
        )
        .await;

    assert_eq!(
        run.text(),
        "uploadFile:fail timeout 5\ndownloadFile:fail timeout 5"
    );
}
