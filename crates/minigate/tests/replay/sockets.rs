//! A socket comes again, its secrets masked in the file.

use std::path::Path;

use crate::runs::{assert_same, run, timeless};

/// An app that offers a token among its protocols and says another.
fn app(dir: &Path) {
    let page = "Page({ onLoad() {
        const task = wx.connectSocket({ url: 'wss://ws.spec.example/chat', protocols: ['chat', 'token.s3cretly'] })
        task.onOpen(() => task.send({ data: 'Bearer m0recretly' }))
        task.onMessage(({ data }) => { console.log(data); task.close({ code: 1000, reason: 'done' }) })
        task.onError(({ errMsg }) => console.log(errMsg))
        task.onClose(({ code, reason }) => console.log(code, reason))
      } })";
    let answers = "[[answer]]
        when.path = '/chat'
        give.socket.protocol = 'token.s3cretly'
        give.socket.replies = [{ to = 'Bearer m0recretly', send = ['welcome'] }]";
    let settings = "mock = { folder = 'mock' }\n[domains]\nconnectSocket = ['wss://ws.spec.example']";
    for (path, text) in [
        ("app.js", "App({})"),
        ("app.json", "{\"pages\": [\"pages/index/index\"]}"),
        ("pages/index/index.js", page),
        ("mock/ws.spec.example/answers.toml", answers),
        ("minigate.toml", settings),
    ] {
        let file = dir.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

#[test]
fn a_socket_comes_again_though_its_tokens_are_masked() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path());
    let har = dir.path().join("x.har");
    let file = har.to_str().unwrap();

    let (_, recorded) = run(dir.path(), &["--record", file]);
    let (code, replayed) = run(dir.path(), &["--replay", file]);

    let text = std::fs::read_to_string(&har).unwrap();
    assert!(
        !text.contains("s3cretly") && !text.contains("m0recretly"),
        "{text}"
    );
    assert!(
        recorded.iter().any(|line| line["protocol"] == "token.s3cretly"),
        "{recorded:#?}"
    );
    assert_eq!(code, Some(0));
    assert_same(&timeless(&replayed), &timeless(&recorded));
}
