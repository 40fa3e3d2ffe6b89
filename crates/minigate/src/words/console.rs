//! What there is to say of a console that lists come from.

use jiff::{SignedDuration, Timestamp};
use minigate_lists::{Problem, SetupError};
use minigate_policy::diagnosis::Lang;

/// A console can't be followed.
pub(crate) fn no_console(error: &SetupError, lang: Lang) -> String {
    match (error, lang) {
        (SetupError::Address(address), Lang::Zh) => {
            format!("`{address}` 不是控制台的地址：请写 https://主机；只有本机才可用 http")
        }
        (error, _) => error.to_string(),
    }
}

/// Which version of a console's lists holds, and how old the word of it is.
pub(crate) fn list_version(name: &str, fetched_at: Timestamp, now: Timestamp, lang: Lang) -> String {
    let age = age(now.duration_since(fetched_at), lang);
    match lang {
        Lang::En => format!("list: version {name}, fetched {age}"),
        Lang::Zh => format!("列表：版本 {name}，{age}获取"),
    }
}

fn age(age: SignedDuration, lang: Lang) -> String {
    let minutes = age.as_mins();
    match (lang, minutes) {
        (_, ..1) => lang.pick("just now", "刚刚").to_owned(),
        (Lang::En, 1..120) => format!("{minutes} min ago"),
        (Lang::Zh, 1..120) => format!("{minutes} 分钟前"),
        (Lang::En, 120..2880) => format!("{} h ago", minutes / 60),
        (Lang::Zh, 120..2880) => format!("{} 小时前", minutes / 60),
        (Lang::En, _) => format!("{} days ago", minutes / 1440),
        (Lang::Zh, _) => format!("{} 天前", minutes / 1440),
    }
}

/// A console's keys are trusted from now on, as nobody had named one.
pub(crate) fn trusted_first(console: &str, keys: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{console} is trusted from now on by its key {keys}; --console-key demands one"),
        Lang::Zh => format!("从现在起信任 {console} 的密钥 {keys}；可用 --console-key 指定"),
    }
}

/// There is no newer list of a console.
pub(crate) fn console_trouble(console: &str, problem: &Problem, has_list: bool, lang: Lang) -> String {
    let what = problem.tell(lang);
    let remedy = problem.remedy(lang);
    let remedy = remedy.map_or_else(String::new, |remedy| format!("{}{remedy}", lang.pick("; ", "；")));
    let holds = match (lang, has_list) {
        (Lang::En, true) => "the last good list holds",
        (Lang::En, false) => "without any list nothing is allowed",
        (Lang::Zh, true) => "沿用最后一份有效列表",
        (Lang::Zh, false) => "没有列表，不允许任何调用",
    };
    match lang {
        Lang::En => format!("{console}: {what}; {holds}{remedy}"),
        Lang::Zh => format!("{console}：{what}；{holds}{remedy}"),
    }
}

/// A console gives lists again.
pub(crate) fn console_back(console: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{console} gives its lists again"),
        Lang::Zh => format!("{console} 已恢复提供列表"),
    }
}

/// The check stays on, because the console grants no leave to skip it.
pub(crate) fn no_leave_to_skip(console: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "the check isn't skipped: {console} grants no leave for this release; an owner of the app can give one there, for development and trial versions"
        ),
        Lang::Zh => {
            format!("不会跳过校验：{console} 未授权此版本跳过；小程序的所有者可在那里为开发版和体验版授权")
        }
    }
}
