//! What there is to say of an app's tests.

use std::path::Path;
use std::time::Duration;

use minigate_js::Ending;
use minigate_policy::diagnosis::Lang;

/// There is nothing to test.
pub(crate) fn no_tests(dir: &Path, lang: Lang) -> String {
    let dir = dir.display();
    match lang {
        Lang::En => format!("{dir} has no test file: write one named like `cart.test.js`"),
        Lang::Zh => format!("{dir} 中没有测试文件：请新建如 `cart.test.js` 的文件"),
    }
}

/// No test was found that is to run.
pub(crate) fn no_test_fits(filter: Option<&str>, lang: Lang) -> String {
    match (filter, lang) {
        (Some(filter), Lang::En) => format!("no test's `file > name` holds `{filter}`"),
        (Some(filter), Lang::Zh) => format!("没有测试的“文件 > 名称”包含 `{filter}`"),
        (None, Lang::En) => "the files define no test: write `test(name, async (t) => …)`".to_owned(),
        (None, Lang::Zh) => "文件中没有定义测试：请写 `test(名称, async (t) => …)`".to_owned(),
    }
}

/// A test has run for too long.
pub(crate) fn test_hung(limit: Duration, pending: &[String], lang: Lang) -> String {
    let limit = humantime::format_duration(limit);
    let head = match lang {
        Lang::En => format!("the test hasn't ended after {limit}"),
        Lang::Zh => format!("测试在 {limit} 后仍未结束"),
    };
    with_pending(head, pending, lang)
}

/// A test waits for what can't come while the clock stands still.
pub(crate) fn test_stuck(pending: &[String], lang: Lang) -> String {
    let head = lang.pick(
        "the test waits for something that can't come while the clock stands still; `await t.advance(ms)` moves it",
        "测试等待的事情在时钟静止时不会发生；请用 `await t.advance(ms)` 推进时钟",
    );
    with_pending(head.to_owned(), pending, lang)
}

/// A test's app is gone, and the test with it.
pub(crate) const fn test_destroyed(ending: Ending, lang: Lang) -> &'static str {
    match ending {
        Ending::Forgotten => lang.pick(
            "the app was suspended for so long that it was destroyed, and its test with it",
            "小程序挂起过久，已被销毁，其测试也随之结束",
        ),
        Ending::Left => lang.pick(
            "the app ended itself (`wx.exitMiniProgram`), and its test with it",
            "小程序自行退出（`wx.exitMiniProgram`），其测试也随之结束",
        ),
        Ending::Destroyed => lang.pick(
            "the app was destroyed, and its test with it",
            "小程序已被销毁，其测试也随之结束",
        ),
    }
}

fn with_pending(head: String, pending: &[String], lang: Lang) -> String {
    if pending.is_empty() {
        return head;
    }
    let word = lang.pick("still pending", "仍在等待");
    format!("{head}\n{word}: {}", pending.join("; "))
}
