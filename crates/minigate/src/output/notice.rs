//! What an app says, shows and breaks.

use minigate_js::{Absence, Change, Ending, Fault, Level, Notice, Place, StorageLoss};
use minigate_policy::diagnosis::Lang;
use serde_json::{Value, json};

use super::escape::{block, line};
use super::paint;
use crate::words;

/// For people; nothing for what has nothing to say.
pub(super) fn lines(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::Console(said) => {
            let (paint, word) = level(said.level);
            entry(paint, word, &said.text, said.place.as_ref())
        }
        Notice::Exception(fault) => entry(
            paint::FAIL,
            lang.pick("uncaught", "未捕获的异常"),
            &with_stack(fault),
            None,
        ),
        Notice::Rejection(fault) => {
            let word = lang.pick("unhandled rejection", "未处理的 Promise 拒绝");
            entry(paint::FAIL, word, &with_stack(fault), None)
        }
        Notice::Shown(shown) if shown.text.is_empty() => String::new(),
        Notice::Shown(shown) => entry(paint::DIM, &shown.api, &shown.text, None),
        Notice::Unsent(unsent) => {
            let cause = unsent
                .cause
                .as_ref()
                .map_or_else(String::new, |cause| format!("\n{cause}"));
            let text = format!("{}{cause}", unsent.err_msg);
            entry(
                paint::FAIL,
                lang.pick("failed", "失败"),
                &text,
                unsent.place.as_ref(),
            )
        }
        Notice::Absent(absence) => {
            let word = lang.pick("absent", "缺少");
            entry(paint::WARN, word, &absence_text(absence, lang), None)
        }
        Notice::Storage(loss) => {
            let word = lang.pick("storage", "存储");
            entry(paint::WARN, word, &words::storage(loss, lang), None)
        }
        Notice::Limit(overrun) => {
            let word = lang.pick("limit", "限制");
            entry(
                paint::FAIL,
                word,
                &overrun.limit.tell(lang),
                overrun.place.as_ref(),
            )
        }
        Notice::Life(change) => entry(
            paint::DIM,
            lang.pick("life", "生命周期"),
            life(*change, lang),
            None,
        ),
        _ => String::new(),
    }
}

const fn life(change: Change, lang: Lang) -> &'static str {
    match change {
        Change::Hidden => lang.pick("hidden", "进入后台"),
        Change::Pinned => lang.pick("pinned in the background", "置顶后台"),
        Change::Suspended => lang.pick("suspended", "挂起"),
        Change::Shown => lang.pick("shown", "回到前台"),
        Change::Ended(Ending::Forgotten) => {
            lang.pick("destroyed: it was suspended for too long", "销毁：挂起时间过长")
        }
        Change::Ended(Ending::Left) => lang.pick("ended by itself", "自行退出"),
        Change::Ended(Ending::Destroyed) => lang.pick("destroyed", "销毁"),
    }
}

/// For programs: one object in a line.
pub(super) fn json(notice: &Notice) -> String {
    let mut object = members(notice);
    if let Some(members) = object.as_object_mut() {
        members.insert("type".to_owned(), kind(notice).into());
    }
    format!("{object}\n")
}

/// A word of ours, then the app's text, whose further lines are set off.
fn entry(paint: anstyle::Style, word: &str, text: &str, place: Option<&Place>) -> String {
    let place = place.map_or_else(String::new, |place| {
        format!("  {}{}{}", paint::DIM, line(&place.to_string()), paint::RESET)
    });
    let text = block(text).replace('\n', "\n  ");
    format!("{paint}{word}{}  {text}{place}\n", paint::RESET)
}

/// `chooseImage needs a user; user.files in minigate.toml stands in`.
fn absence_text(absence: &Absence, lang: Lang) -> String {
    let Absence { api, lack, setting } = absence;
    let lack = words::lack(*lack, lang);
    let needs = lang.pick("needs", "需要");
    let remedy = match (setting.as_str(), lang) {
        ("", _) => String::new(),
        (setting, Lang::En) => format!("; `{setting}` in minigate.toml can stand in"),
        (setting, Lang::Zh) => format!("；可在 minigate.toml 中用 `{setting}` 代替"),
    };
    format!("{api} {needs} {lack}{remedy}")
}

fn with_stack(fault: &Fault) -> String {
    if fault.stack.is_empty() {
        fault.message.clone()
    } else {
        format!("{}\n{}", fault.message, fault.stack)
    }
}

const fn level(level: Level) -> (anstyle::Style, &'static str) {
    match level {
        Level::Debug => (paint::DIM, "debug"),
        Level::Log => (paint::DIM, "log"),
        Level::Info => (paint::HINT, "info"),
        Level::Warn => (paint::WARN, "warn"),
        Level::Error => (paint::FAIL, "error"),
    }
}

const fn kind(notice: &Notice) -> &'static str {
    match notice {
        Notice::Console(_) => "console",
        Notice::Exception(_) => "exception",
        Notice::Rejection(_) => "rejection",
        Notice::Shown(_) => "shown",
        Notice::Unsent(_) => "unsent",
        Notice::Absent(_) => "absent",
        Notice::Storage(_) => "storage",
        Notice::Limit(_) => "limit",
        Notice::Life(_) => "life",
        _ => "notice",
    }
}

fn members(notice: &Notice) -> Value {
    match notice {
        Notice::Console(said) => {
            json!({ "level": level(said.level).1, "text": said.text, "place": place(said.place.as_ref()) })
        }
        Notice::Exception(fault) | Notice::Rejection(fault) => {
            json!({ "message": fault.message, "stack": fault.stack, "place": place(fault.place.as_ref()) })
        }
        Notice::Shown(shown) => json!({ "api": shown.api, "text": shown.text }),
        Notice::Unsent(unsent) => json!({
            "api": unsent.api,
            "err_msg": unsent.err_msg,
            "errno": unsent.errno,
            "cause": unsent.cause,
            "place": place(unsent.place.as_ref()),
        }),
        Notice::Absent(absence) => {
            json!({ "api": absence.api, "lack": absence.lack.name(), "setting": absence.setting })
        }
        Notice::Storage(loss) => storage(loss),
        Notice::Limit(overrun) => {
            json!({ "message": overrun.limit.to_string(), "place": place(overrun.place.as_ref()) })
        }
        Notice::Life(change) => json!({ "change": name(*change) }),
        _ => json!({}),
    }
}

fn storage(loss: &StorageLoss) -> Value {
    let message = words::storage(loss, Lang::En);
    match loss {
        StorageLoss::Broken { line, bytes } => json!({ "message": message, "line": line, "bytes": bytes }),
        _ => json!({ "message": message }),
    }
}

const fn name(change: Change) -> &'static str {
    match change {
        Change::Hidden => "hidden",
        Change::Pinned => "pinned",
        Change::Suspended => "suspended",
        Change::Shown => "shown",
        Change::Ended(Ending::Forgotten) => "forgotten",
        Change::Ended(Ending::Left) => "left",
        Change::Ended(Ending::Destroyed) => "destroyed",
    }
}

fn place(place: Option<&Place>) -> Option<Value> {
    place.map(|place| json!({ "file": place.file, "line": place.line, "column": place.column }))
}
