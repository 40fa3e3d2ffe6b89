//! `wx.connectSocket`, its tasks, and the functions of the time when an app had one socket.

mod support;

use std::{cell::RefCell, rc::Rc, time::Duration};

use minigate_js::{App, End, HideReason, Launch, Notice, Pending};
use minigate_testkit::{Asked, Goodbye, Reply, Said, Talk, TalkReply};
use support::{Run, Server, console};
use tokio::time::Instant;

/// What each path of the server says.
fn talks(asked: &Asked) -> Reply {
    let text = |text: &str| Said::Text(text.to_owned());
    let echo = Talk {
        protocol: Some("chat".to_owned()),
        echo: true,
        ..Talk::default()
    };
    let talk = match asked.path.as_str() {
        "/echo" => echo,
        "/greet" => Talk {
            greet: vec![text("你好"), Said::Bytes(vec![1, 2, 255].into())],
            ..echo
        },
        "/bye" => Talk {
            close_after: Some(1),
            close: Goodbye {
                code: 3001,
                reason: "再见".to_owned(),
            },
            ..Talk::default()
        },
        "/dialog" => Talk {
            replies: vec![TalkReply {
                to: text("ping"),
                send: vec![text("pong")],
                close: Some(Goodbye::default()),
            }],
            ..echo
        },
        _ => {
            return Reply {
                status: http::StatusCode::FORBIDDEN,
                ..Reply::default()
            };
        }
    };
    Reply {
        headers: [(
            http::HeaderName::from_static("x-room"),
            http::HeaderValue::from_static("7"),
        )]
        .into_iter()
        .collect(),
        socket: Some(talk),
        ..Reply::default()
    }
}

/// Tells everything that happens to a task.
const WATCH: &str = "
  const watch = (task, name = '') => {
    const say = (what) => (res) => console.log(name + what, res.data instanceof ArrayBuffer ? new Uint8Array(res.data) : JSON.stringify(res))
    task.onOpen((res) => console.log(name + 'open', res.header['x-room'], typeof res.profile.cost))
    task.onMessage(say('message'))
    task.onError(say('error'))
    task.onClose(say('close'))
    return task
  }
  const told = (name = '') => ({
    success: (res) => console.log(name + 'success', res.errMsg),
    fail: (res) => console.log(name + 'fail', res.errMsg, res.errno),
    complete: () => console.log(name + 'complete'),
  });";

async fn run(script: &str) -> Run {
    let server = Server::start(talks).await;
    server.run(&format!("{WATCH}{script}")).await
}

#[tokio::test]
async fn a_socket_opens_talks_and_closes() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/greet', ...told() }))
        console.log(task instanceof Promise, task.readyState)
        task.onOpen(() => {
          console.log('state', task.readyState)
          task.send({ data: 'a天', ...told('send ') })
          task.send({ data: new Uint8Array([9, 8, 7]).subarray(1) })
          task.send({ data: new Uint8Array([6]).buffer })
        })
        let count = 0
        task.onMessage(() => {
          if (++count === 5) {
            task.close({ code: 4000, reason: 'done', ...told('close ') })
            console.log('state', task.readyState)
          }
        })
        task.onClose(() => console.log('state', task.readyState))")
    .await;

    assert_eq!(run.end, End::Idle);
    assert_eq!(
        run.text(),
        "false 0\n\
         success connectSocket:ok\ncomplete\n\
         open 7 number\nstate 1\n\
         message {\"data\":\"你好\"}\n\
         message Uint8Array(3) [1, 2, 255]\n\
         send success SocketTask.send:ok\nsend complete\n\
         message {\"data\":\"a天\"}\n\
         message Uint8Array(2) [8, 7]\n\
         message Uint8Array(1) [6]\n\
         state 2\n\
         close success SocketTask.close:ok\nclose complete\n\
         close {\"code\":4000,\"reason\":\"done\"}\nstate 3"
    );
}

#[tokio::test]
async fn trap_10_the_servers_code_and_reason_reach_the_app() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/bye' }))
        task.onOpen(() => task.send({ data: 'hello' }))")
    .await;

    assert_eq!(
        run.text(),
        "open 7 number\nclose {\"code\":3001,\"reason\":\"再见\"}"
    );
}

#[tokio::test]
async fn listeners_come_in_order_and_there_is_no_way_to_take_them_away() {
    let run = run("
        const task = wx.connectSocket({ url: 'wss://api.test/dialog', perMessageDeflate: true, protocols: ['x', 'chat'] })
        console.log(Object.keys(task).filter((name) => name.startsWith('off')).length)
        const first = () => { console.log('first'); throw new Error('on purpose') }
        task.onOpen(first)
        task.onOpen(first)
        task.onOpen((res) => { console.log('second', res.header['Sec-WebSocket-Protocol'] ?? res.header['sec-websocket-protocol']); task.send({ data: 'ping' }) })
        task.onMessage((res) => console.log(res.data))
        task.onClose((res) => console.log(res.code))")
    .await;

    assert_eq!(run.lines(), ["0", "first", "second chat", "pong", "1000"]);
    assert_eq!(run.faults().len(), 1);
}

#[tokio::test]
async fn a_handshake_that_fails_gives_error_and_close_at_once_and_once() {
    let run = run("watch(wx.connectSocket({ url: 'wss://api.test/403', ...told() }))").await;

    assert_eq!(
        run.text(),
        "success connectSocket:ok\ncomplete\n\
         error {\"errMsg\":\"exception onOpen fail code:20, msg:Invalid HTTP status\",\"errno\":605103}\n\
         close {\"code\":1006,\"reason\":\"\"}"
    );
}

#[tokio::test]
async fn d1_and_d3_a_url_that_isnt_listed_fails() {
    for (url, expected) in [
        (
            "wss://evil.test/",
            "connectSocket:fail url not in domain list 600002",
        ),
        (
            "https://api.test/",
            "connectSocket:fail url not in domain list 600002",
        ),
        (
            "ws://api.test/",
            "connectSocket:fail url not in domain list 600002",
        ),
        ("/chat", "connectSocket:fail invalid url \"/chat\" 600009"),
    ] {
        let run = run(&format!(
            "const task = wx.connectSocket({{ url: '{url}', ...told() }})
             task.onClose((res) => console.log('close', res.code, task.readyState))"
        ))
        .await;

        assert_eq!(
            run.text(),
            format!("fail {expected}\ncomplete\nclose 1006 3"),
            "{url}"
        );
    }
}

#[tokio::test]
async fn wrong_options_fail_in_the_platforms_words_and_close() {
    for (options, expected) in [
        ("{}", "parameter.url should be String instead of Undefined;"),
        ("{ url: 7 }", "parameter.url should be String instead of Number;"),
        (
            "{ url: 'wss://api.test', header: [] }",
            "parameter.header should be Object instead of Array;",
        ),
        (
            "{ url: 'wss://api.test', header: { 'a b': 1 } }",
            "parameter.header has an invalid name \"a b\";",
        ),
        (
            "{ url: 'wss://api.test', protocols: 'mqtt' }",
            "parameter.protocols should be Array instead of String;",
        ),
        (
            "{ url: 'wss://api.test', protocols: ['a,b'] }",
            "parameter.protocols has an invalid element \"a,b\";",
        ),
        (
            "{ url: 'wss://api.test', protocols: ['a', 'a'] }",
            "parameter.protocols has an invalid element \"a\";",
        ),
    ] {
        let said = console(&format!(
            "{WATCH} const task = wx.connectSocket(Object.assign({options}, told()))
             task.onError((res) => console.log('error', res.errMsg === 'connectSocket:fail parameter error: ' + {expected:?}))
             task.onClose((res) => console.log('close', res.code, task.readyState))"
        ))
        .await;

        assert_eq!(
            said,
            format!(
                "fail connectSocket:fail parameter error: {expected} 1001\ncomplete\nerror true\nclose 1006 3"
            ),
        );
    }
}

#[tokio::test]
async fn a_message_that_cant_be_sent_says_why() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/echo' }))
        task.send({ data: 'early', ...told('early ') })
        task.onOpen(() => {
          task.send({ data: 7, ...told('number ') })
          task.send(undefined)
          task.close()
          task.send({ data: 'late', ...told('late ') })
        })
        task.onClose(() => task.send({ data: 'later', ...told('later ') }))")
    .await;

    assert_eq!(
        run.text(),
        "early fail SocketTask.send:fail SocketTask.readyState is not OPEN undefined\nearly complete\n\
         open 7 number\n\
         number fail SocketTask.send:fail parameter error: parameter.data should be String or ArrayBuffer instead of Number; 1001\nnumber complete\n\
         late fail SocketTask.send:fail SocketTask.readyState is not OPEN undefined\nlate complete\n\
         close {\"code\":1000,\"reason\":\"\"}\n\
         later fail SocketTask.send:fail SocketTask.readyState is not OPEN undefined\nlater complete"
    );
}

#[tokio::test]
async fn a_close_has_the_rules_of_the_documents() {
    let wide = "'天'.repeat(41)";
    for (options, expected) in [
        ("{ code: 999 }", "SocketTask.close:fail invalid code 1001"),
        ("{ code: 5000 }", "SocketTask.close:fail invalid code 1001"),
        ("{ code: 1001 }", "SocketTask.close:fail invalid code 1001"),
        ("{ code: 3000.5 }", "SocketTask.close:fail invalid code 1001"),
        ("{ code: NaN }", "SocketTask.close:fail invalid code 1001"),
        (
            "{ reason: 'x'.repeat(124) }",
            "SocketTask.close:fail reason must not exceed 123 UTF-8 bytes 1001",
        ),
        (
            "{ code: '1000' }",
            "SocketTask.close:fail parameter error: parameter.code should be Number instead of String; 1001",
        ),
    ] {
        let run = run(&format!(
            "const task = wx.connectSocket({{ url: 'wss://api.test/echo' }})
             task.onOpen(() => {{
               task.close({{ ...{options}, ...told() }})
               task.close({{ code: 3000, reason: {wide} }})
             }})
             task.onClose((res) => console.log(res.code, res.reason === {wide}))"
        ))
        .await;

        assert_eq!(
            run.text(),
            format!("fail {expected}\ncomplete\n3000 true"),
            "{options}"
        );
    }
}

#[tokio::test]
async fn closing_twice_says_so_and_closing_early_gives_the_apps_own_words() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/echo', ...told() }))
        task.close({ code: 3000, reason: 'changed my mind', ...told('first ') })
        task.close(told('second '))
        task.onClose(() => task.close(told('third ')))")
    .await;

    let lines = run.lines();
    assert!(lines.contains(&"first success SocketTask.close:ok"));
    assert!(lines.contains(&"second fail closeSocket:fail wcwss taskID not exist undefined"));
    assert!(lines.contains(&"close {\"code\":3000,\"reason\":\"changed my mind\"}"));
    assert!(lines.contains(&"third fail closeSocket:fail wcwss taskID not exist undefined"));
    assert_eq!(lines.iter().filter(|line| line.starts_with("close ")).count(), 1);
    assert!(!run.text().contains("error"));
}

#[tokio::test]
async fn a_sixth_socket_fails_with_the_documented_words_and_the_others_stay() {
    let run = run("
        const tasks = [1, 2, 3, 4, 5].map(() => wx.connectSocket({ url: 'wss://api.test/echo' }))
        let open = 0
        tasks.forEach((task) => task.onOpen(() => {
          if (++open < 5) return
          const sixth = wx.connectSocket({ url: 'wss://api.test/echo', ...told() })
          sixth.onClose(() => {
            console.log(tasks.map((task) => task.readyState).join())
            tasks.forEach((task) => task.close())
          })
        }))")
    .await;

    assert_eq!(run.end, End::Idle);
    assert_eq!(
        run.text(),
        "fail connectSocket:fail fail reach max websocket connect count 5 600007\ncomplete\n1,1,1,1,1"
    );
}

#[tokio::test]
async fn the_functions_without_a_task_speak_of_the_earliest_socket() {
    let run = run("
        wx.onSocketOpen((res) => {
          console.log('open', res.header['x-room'])
          wx.sendSocketMessage({ data: 'hello', ...told('send ') })
        })
        wx.onSocketMessage((res) => {
          console.log('message', res.data)
          wx.closeSocket({ code: 3000, reason: 'bye' }).then((res) => console.log(res.errMsg))
        })
        wx.onSocketError((res) => console.log('error', res.errMsg))
        wx.onSocketClose((res) => {
          console.log('close', res.code, res.reason, second.readyState)
          wx.sendSocketMessage({ data: 'late' }).catch((res) => console.log(res.errMsg))
          wx.closeSocket(told('late '))
          second.close()
        })
        wx.sendSocketMessage({ data: 'early', ...told('early ') })
        wx.connectSocket({ url: 'wss://api.test/echo' })
        wx.closeSocket(told('closed early '))
        const second = wx.connectSocket({ url: 'wss://api.test/greet' })")
    .await;

    assert_eq!(run.end, End::Idle);
    let text = run.text();
    for line in [
        "early fail sendSocketMessage:fail WebSocket is not connected undefined",
        "closed early fail closeSocket:fail WebSocket is not connected undefined",
        "open 7",
        "send success sendSocketMessage:ok",
        "message hello",
        "closeSocket:ok",
        "close 3000 bye 1",
        "sendSocketMessage:fail WebSocket is not connected",
        "late fail closeSocket:fail WebSocket is not connected undefined",
    ] {
        assert_eq!(
            run.lines().iter().filter(|said| **said == line).count(),
            1,
            "{line}\n{text}"
        );
    }
    assert_eq!(text.matches("open 7").count(), 1);
    assert_eq!(text.matches("message").count(), 1);
}

#[tokio::test]
async fn the_functions_without_a_task_are_bound_anew_only_by_a_new_socket() {
    let run = run("
        wx.onSocketOpen(() => console.log('open'))
        wx.onSocketMessage((res) => console.log('message', typeof res.data))
        let first = wx.connectSocket({ url: 'wss://api.test/echo' })
        let second = wx.connectSocket({ url: 'wss://api.test/echo' })
        second.onOpen(() => first.close())
        first.onClose(() => {
          second.send({ data: 'to nobody' })
          second.onMessage(() => {
            const third = wx.connectSocket({ url: 'wss://api.test/echo' })
            third.onOpen(() => third.close())
            third.onClose(() => wx.sendSocketMessage({ data: 'to the second' }))
            second.onMessage(() => second.close())
          })
        })")
    .await;

    assert_eq!(run.lines(), ["open", "message string"]);
}

#[tokio::test]
async fn trap_8_what_was_not_sent_when_a_socket_ends_fails_before_the_close() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/bye' }))
        let settled = 0
        task.onOpen(() => {
          const data = 'x'.repeat(1 << 20)
          for (let n = 0; n < 12; n += 1) task.send({ data, complete: () => { settled += 1 } })
        })
        task.onClose(() => console.log(settled))")
    .await;

    assert_eq!(
        run.text(),
        "open 7 number\nclose {\"code\":3001,\"reason\":\"再见\"}\n12"
    );
}

#[tokio::test]
async fn a_sender_without_patience_is_told() {
    let run = run("
        const task = wx.connectSocket({ url: 'wss://api.test/echo' })
        task.onOpen(() => {
          const data = 'x'.repeat(5 << 20)
          for (let n = 0; n < 4; n += 1) task.send({ data, fail: (res) => { console.log(res.errMsg); task.close() } })
        })")
    .await;

    assert_eq!(
        run.text(),
        "SocketTask.send:fail the messages that wait to be sent exceed 16777216 bytes"
    );
}

#[tokio::test]
async fn an_app_that_breaks_built_ins_breaks_no_socket() {
    let run = run("
        const task = watch(wx.connectSocket({ url: 'wss://api.test/echo', protocols: ['chat'] }))
        task.onOpen(() => {
          Map.prototype.get = Map.prototype.delete = Map.prototype.forEach = () => { throw 1 }
          Array.prototype.push = Object.defineProperty = () => { throw 2 }
          Object.defineProperty === Reflect.defineProperty
          String.prototype.toWellFormed = () => 'evil'
          globalThis.Uint8Array = globalThis.Promise = undefined
          Object.prototype.errMsg = 'evil'
          task.send({ data: 'half \\ud83d' })
        })
        task.onMessage(() => task.close())")
    .await;

    assert_eq!(
        run.text(),
        "open 7 number\nmessage {\"data\":\"half \u{fffd}\"}\nclose {\"code\":1000,\"reason\":\"\"}"
    );
}

#[tokio::test]
async fn an_open_socket_is_something_to_wait_for() {
    let server = Server::start(talks).await;
    let notices = Rc::new(RefCell::new(Vec::new()));
    let script = "wx.connectSocket({ url: 'wss://api.test/echo' }).onOpen(() => console.log('open'))";
    let mut app = server.app(&[("app.js", script)], &notices);
    app.launch(&Launch::default()).unwrap();

    let end = app
        .run_until_idle(Instant::now() + Duration::from_millis(300))
        .await;

    assert_eq!(
        end,
        End::StillPending(Pending {
            sockets: 1,
            ..Pending::default()
        })
    );
}

#[tokio::test]
async fn n5_a_socket_in_the_background_is_interrupted_after_five_seconds() {
    let script = format!(
        "{WATCH}
         App({{ onHide() {{ console.log('hidden') }} }})
         const task = watch(wx.connectSocket({{ url: 'wss://api.test/echo' }}))
         task.onClose(() => {{
           task.send({{ data: 'late', fail: (res) => console.log(res.errMsg) }})
           watch(wx.connectSocket({{ url: 'wss://api.test/echo', ...told('new ') }}), 'new ')
         }})"
    );
    let mut server = Server::start(talks).await;
    server.profile.suspend_after = Duration::from_secs(60);
    let notices = Rc::new(RefCell::new(Vec::new()));
    let mut app = server.app(&[("app.js", script.as_str())], &notices);
    app.launch(&Launch::default()).unwrap();
    until(&mut app, &notices, "open 7 number").await;

    app.hide(HideReason::Left).unwrap();
    tokio::time::pause();
    app.run_for(Duration::from_secs(6)).await;
    tokio::time::resume();

    let text = Run {
        end: End::Idle,
        notices: notices.take(),
    }
    .text();
    assert_eq!(
        text,
        "open 7 number\nhidden\n\
         close {\"code\":1006,\"reason\":\"interrupted\"}\n\
         SocketTask.send:fail SocketTask.readyState is not OPEN\n\
         new fail connectSocket:fail interrupted 600003\nnew complete\n\
         new error {\"errMsg\":\"connectSocket:fail interrupted\",\"errno\":600003}\n\
         new close {\"code\":1006,\"reason\":\"interrupted\"}"
    );
}

async fn until(app: &mut App, notices: &Rc<RefCell<Vec<Notice>>>, line: &str) {
    let has_come = || {
        let said = |notice: &Notice| matches!(notice, Notice::Console(said) if said.text == line);
        notices.borrow().iter().any(said)
    };
    for _ in 0..1000 {
        if has_come() {
            break;
        }
        app.run_for(Duration::from_millis(10)).await;
    }
    assert!(has_come(), "`{line}` never came");
}
