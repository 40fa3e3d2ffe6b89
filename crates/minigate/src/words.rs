//! Why a command can't do its work, in two languages. What a library says of the cause stays as it is.

pub(crate) mod check;
pub(crate) mod console;
pub(crate) mod test;

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::Path;

use minigate_js::{Ineffective, Lack, StorageLoss, Unkept};
use minigate_policy::diagnosis::Lang;

/// A file or folder can't be read.
pub(crate) fn cant_read(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("can't read {path}"),
        Lang::Zh => format!("无法读取 {path}"),
    }
}

/// A path of a target leads nowhere.
pub(crate) fn no_such_file(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("there is no file or folder {path}"),
        Lang::Zh => format!("没有文件或目录 {path}"),
    }
}

/// What should be a preset or a script's file is neither.
pub(crate) fn no_network(name: &Path, lang: Lang) -> String {
    let name = name.display();
    match lang {
        Lang::En => {
            format!("`{name}` is no preset (offline, 2g, slow-3g, 3g, 4g, wifi), and no script's file")
        }
        Lang::Zh => format!("`{name}` 不是预设（offline、2g、slow-3g、3g、4g、wifi），也不是脚本文件"),
    }
}

/// A file can't be written.
pub(crate) fn cant_write(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("can't write {path}"),
        Lang::Zh => format!("无法写入 {path}"),
    }
}

/// An address can't be listened on.
pub(crate) fn cant_listen(address: SocketAddr, lang: Lang) -> String {
    match lang {
        Lang::En => format!("can't listen on {address}; --listen ADDR:PORT chooses another"),
        Lang::Zh => format!("无法监听 {address}；可用 --listen 地址:端口 另选"),
    }
}

/// The demo would be mixed with what is there.
pub(crate) const fn not_empty(lang: Lang) -> &'static str {
    lang.pick(
        "the database isn't empty, and the demo fills empty ones only; leave --database out for a temporary one",
        "数据库不是空的，演示数据只能写入空数据库；省略 --database 即使用临时数据库",
    )
}

/// Links can't begin with it; what it has can be a secret.
pub(crate) const fn no_public_url(lang: Lang) -> &'static str {
    lang.pick(
        "--public-url is https://HOST or https://HOST:PORT (or http), without a path, query, fragment or user: the console isn't served below a path",
        "--public-url 须为 https://主机 或 https://主机:端口（或 http），不带路径、查询、片段或用户：控制台不能放在子路径下",
    )
}

/// What is wrong with a flag's value.
pub(crate) fn of_flag(flag: &str, what: &str, lang: Lang) -> String {
    format!("{flag}{}{what}", lang.pick(": ", "："))
}

/// Nobody is called so.
pub(crate) fn no_account(name: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("there is no account `{name}`"),
        Lang::Zh => format!("没有账号 `{name}`"),
    }
}

/// A link to it would let nobody in.
pub(crate) fn disabled_account(name: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the account `{name}` is disabled: an operator has to enable it first"),
        Lang::Zh => format!("账号 `{name}` 已停用：请先由平台管理员启用"),
    }
}

/// The console has never run on that database.
pub(crate) const fn no_database(lang: Lang) -> &'static str {
    lang.pick(
        "the database isn't there yet, or is older than this program: start the console once",
        "数据库尚不存在，或比此程序旧：请先启动一次控制台",
    )
}

/// Not all of what went over the wire is in a recording.
pub(crate) fn cut_short(entries: usize, path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!(
            "{path}: not whole: {entries} of its entries; each body is kept up to 16 MiB, all of them up to 256 MiB, and \
             an answer that is cut can't be replayed"
        ),
        Lang::Zh => format!(
            "{path} 中有 {entries} 条记录不完整：每个正文最多保留 16 MiB，总计最多 256 MiB；不完整的应答无法回放"
        ),
    }
}

/// A folder can't keep an app's files.
pub(crate) fn cant_keep(unkept: &Unkept, lang: Lang) -> String {
    match (unkept, lang) {
        (Unkept::Busy { path }, Lang::En) => {
            let path = path.display();
            format!(
                "another run of this app keeps its files in {path}; wait for its end, or use another folder"
            )
        }
        (Unkept::Busy { path }, Lang::Zh) => {
            let path = path.display();
            format!("该小程序的另一次运行正在使用 {path}；请等它结束，或改用别的文件夹")
        }
        (Unkept::Link { path, target }, Lang::En) => {
            let (path, target) = (path.display(), target.display());
            format!("can't keep the app's files: {path} is a link to {target}; nothing was written")
        }
        (Unkept::Link { path, target }, Lang::Zh) => {
            let (path, target) = (path.display(), target.display());
            format!("无法保存小程序的文件：{path} 是指向 {target} 的链接；未写入任何内容")
        }
        (other, Lang::En) => format!("can't keep the app's files in {other}"),
        (other, Lang::Zh) => format!("无法保存小程序的文件：{other}"),
    }
}

/// A file is too large.
pub(crate) fn too_large(path: &Path, mebibytes: u64, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("{path} has more than {mebibytes} MiB, the most that is read"),
        Lang::Zh => format!("{path} 超过可读取的上限 {mebibytes} MiB"),
    }
}

/// What stands in a file can't be used.
pub(crate) fn cant_use(what: impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("can't use {what}"),
        Lang::Zh => format!("{what} 不可用"),
    }
}

/// A project can't be run.
pub(crate) fn cant_run(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("can't run {path}"),
        Lang::Zh => format!("无法运行 {path}"),
    }
}

/// There is no project to look into.
pub(crate) fn cant_look_into(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("can't look into {path}; name a project with `--dir`"),
        Lang::Zh => format!("无法查看 {path}，请用 `--dir` 指定项目"),
    }
}

/// A folder of canned answers can't be served; the hint says what to do.
pub(crate) fn cant_serve(path: &Path, hint: &str, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::En => format!("can't serve {path}; {hint}"),
        Lang::Zh => format!("无法用 {path} 应答（{hint}）"),
    }
}

/// A part of the program can't be set up.
pub(crate) fn cant_start(part: Part, lang: Lang) -> String {
    match (part, lang) {
        (Part::Mock, Lang::En) => "can't start the mock origin".to_owned(),
        (Part::Mock, Lang::Zh) => "无法启动模拟服务器".to_owned(),
        (Part::Replay, Lang::En) => "can't start the replay".to_owned(),
        (Part::Replay, Lang::Zh) => "无法开始回放".to_owned(),
        (Part::Roots, Lang::En) => "can't load the trusted roots".to_owned(),
        (Part::Roots, Lang::Zh) => "无法载入受信任的根证书".to_owned(),
        (Part::App, Lang::En) => "can't set the app up".to_owned(),
        (Part::App, Lang::Zh) => "无法准备小程序".to_owned(),
    }
}

/// What [`cant_start`] speaks of.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Mock,
    Replay,
    Roots,
    App,
}

/// The lists of a file can't be taken.
pub(crate) fn wrong_lists(file: &str, told: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the domain lists of {file}: {told}"),
        Lang::Zh => format!("{file} 的域名列表：{told}"),
    }
}

/// A file of lists isn't an object.
pub(crate) fn not_lists(lang: Lang) -> String {
    match lang {
        Lang::En => "it isn't a JSON object: write {\"request\": [\"https://…\"]}".to_owned(),
        Lang::Zh => "它不是 JSON 对象，应写作 {\"request\": [\"https://…\"]}".to_owned(),
    }
}

/// A file of lists is the platform's answer to a call that failed.
pub(crate) fn failed_answer(code: impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("it is the platform's answer to a failed call (errcode {code}), not a list"),
        Lang::Zh => format!("它是平台对失败调用的应答（errcode {code}），不是域名列表"),
    }
}

/// A value that should be a name.
pub(crate) fn not_a_name(key: &str, value: impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("`{key}` is {value}, not a name"),
        Lang::Zh => format!("`{key}` 是 {value}，不是名称"),
    }
}

/// A file of the project is missing.
pub(crate) fn no_file(path: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the project has no `{path}`"),
        Lang::Zh => format!("项目中没有 `{path}`"),
    }
}

/// The page that was asked for isn't one.
pub(crate) fn no_page(route: &str, pages: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("`{route}` is not a page of the app: use one of {pages}"),
        Lang::Zh => format!("`{route}` 不是小程序的页面，可用的有 {pages}"),
    }
}

/// A mini-game has no pages to open, call or print.
pub(crate) const fn no_pages_in_game(lang: Lang) -> &'static str {
    lang.pick(
        "a mini-game has no pages, so `--page`, `--call` and `--print-data` aren't for it",
        "小游戏没有页面，不能使用 `--page`、`--call` 和 `--print-data`",
    )
}

/// What `--event` gives for a call isn't an event.
pub(crate) fn no_event(method: &str, cause: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the `--event` of `--call {method}`: {cause}"),
        Lang::Zh => format!("`--call {method}` 的 `--event`：{cause}"),
    }
}

/// An event is JSON, and something else than an object.
pub(crate) const fn no_object(lang: Lang) -> &'static str {
    lang.pick(
        "an event is a JSON object, such as {\"detail\": {\"value\": 1}}",
        "事件应为 JSON 对象，例如 {\"detail\": {\"value\": 1}}",
    )
}

/// The page has no such method.
pub(crate) fn no_method(method: &str, methods: &[String], lang: Lang) -> String {
    let known = methods.join(lang.pick(", ", "、"));
    match (lang, known.is_empty()) {
        (Lang::En, false) => format!("the page has no method `{method}`: it has {known}"),
        (Lang::Zh, false) => format!("页面没有方法 `{method}`，可用的有 {known}"),
        (Lang::En, true) => format!("the page has no method `{method}`, nor any other"),
        (Lang::Zh, true) => format!("页面没有方法 `{method}`，也没有别的方法"),
    }
}

/// A method is to be called, and no page shows.
pub(crate) const fn no_page_to_use(lang: Lang) -> &'static str {
    lang.pick(
        "no page shows whose methods could be called",
        "当前没有页面，无法调用方法",
    )
}

/// The run ended before a method was called.
pub(crate) fn never_called(method: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("`--call {method}`, which was never made"),
        Lang::Zh => format!("`--call {method}` 未执行"),
    }
}

/// The Promise that a method gave hasn't settled.
pub(crate) fn never_settled(method: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the Promise that `{method}` gave"),
        Lang::Zh => format!("`{method}` 返回的 Promise"),
    }
}

/// The data of the page can't be printed.
pub(crate) const fn no_data(lang: Lang) -> &'static str {
    lang.pick(
        "there is no page with data that can be written as JSON",
        "没有页面，或页面的数据无法写成 JSON",
    )
}

/// Standard output can't be written.
pub(crate) fn cant_print(error: impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("can't write to standard output: {error}"),
        Lang::Zh => format!("无法写入标准输出：{error}"),
    }
}

/// A release never skips the check (rule S2).
pub(crate) const fn release_never_skips(lang: Lang) -> &'static str {
    lang.pick(
        "S2: a release never skips the check; `--skip-check` has no effect",
        "S2：正式版不会跳过校验，`--skip-check` 不起作用",
    )
}

/// A time-out of `app.json` that has no effect (rule N2).
pub(crate) fn ineffective(ineffective: &Ineffective, lang: Lang) -> String {
    match lang {
        Lang::En => format!("N2: app.json: {ineffective}"),
        Lang::Zh => format!(
            "N2：app.json 的 `{}` 为 {}，不起作用",
            ineffective.member, ineffective.written
        ),
    }
}

/// What a run without a screen, a user and a phone lacks.
pub(crate) const fn lack(lack: Lack, lang: Lang) -> &'static str {
    match lack {
        Lack::Screen => lang.pick("a screen", "屏幕"),
        Lack::User => lang.pick("a user", "用户"),
        Lack::Location => lang.pick("a location", "位置"),
        Lack::Camera => lang.pick("a camera", "摄像头"),
        Lack::Microphone => lang.pick("a microphone", "麦克风"),
        Lack::Sound => lang.pick("a loudspeaker", "扬声器"),
        Lack::Sensor => lang.pick("a sensor", "传感器"),
        Lack::Advertisement => lang.pick("an advertisement", "广告"),
        Lack::Cloud => lang.pick("the platform's cloud", "云开发环境"),
        Lack::Plugin => lang.pick(
            "the plugin's code, which only the platform has",
            "插件代码（仅平台持有）",
        ),
        Lack::View => lang.pick(
            "the platform's view layer, so components that depend on it don't exist",
            "平台的视图层，依赖它的组件不会创建",
        ),
        _ => lang.pick("something that is not here", "此处没有的东西"),
    }
}

/// What was stored is lost.
pub(crate) fn storage(loss: &StorageLoss, lang: Lang) -> String {
    match (loss, lang) {
        (StorageLoss::Broken { line, bytes }, Lang::En) => {
            format!("storage.jsonl is broken from line {line} on: {bytes} bytes were taken away")
        }
        (StorageLoss::Broken { line, bytes }, Lang::Zh) => {
            format!("storage.jsonl 从第 {line} 行起已损坏：丢弃了 {bytes} 字节")
        }
        (StorageLoss::Unusable(fault), Lang::En) => {
            format!(
                "storage.jsonl can't be used, so nothing is read from it and nothing can be stored: {fault}"
            )
        }
        (StorageLoss::Unusable(fault), Lang::Zh) => {
            format!("storage.jsonl 无法使用，读不到已存数据，也无法存储：{fault}")
        }
        (_, lang) => lang.pick("what was stored is lost", "已存数据丢失").to_owned(),
    }
}

/// How many timers wait.
pub(crate) fn timers(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En if count == 1 => "1 timer".to_owned(),
        Lang::En => format!("{count} timers"),
        Lang::Zh => format!("{count} 个定时器"),
    }
}

/// How many uses of the file system haven't ended.
pub(crate) fn file_operations(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En if count == 1 => "1 file operation".to_owned(),
        Lang::En => format!("{count} file operations"),
        Lang::Zh => format!("{count} 个文件操作"),
    }
}

/// How many calls have ended of which the app hasn't heard.
pub(crate) fn untold(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En if count == 1 => "1 call whose end the app hasn't heard of".to_owned(),
        Lang::En => format!("{count} calls whose ends the app hasn't heard of"),
        Lang::Zh => format!("{count} 次调用已结束但小程序尚未得知"),
    }
}
