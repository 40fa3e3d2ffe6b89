//! The page's own words. A label has both languages, or it doesn't compile.

use minigate_inspect::certificate::{Hash, Signature};
use minigate_inspect::check::Grade;
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Device, devices};
use minigate_policy::diagnosis::{Lang, Severity};

use super::text::foreign;

/// A text in both languages.
#[derive(Clone, Copy)]
pub(super) struct Label(&'static str, &'static str);

impl Label {
    pub(super) const fn of(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1)
    }
}

pub(super) const NOT_SENT: Label = Label("not sent, and needn't be", "未发送，也无需发送");
pub(super) const IN_STORE: Label = Label("In the store of", "根证书库中有：");
pub(super) const IN_SOME: Label = Label("In some versions only of", "只有部分版本有：");
pub(super) const IN_NONE: Label = Label("Not in the store of", "根证书库中没有：");
pub(super) const UNKNOWN_OF: Label = Label("Unknown of", "未知：");
pub(super) const ACCEPTED: Label = Label("Accepted", "是否接受");
pub(super) const APPLICATION: Label = Label("The application behind it", "服务器上的应用");
pub(super) const BODY: Label = Label("Answer's body", "响应正文");
pub(super) const CHARSET: Label = Label("Charset", "字符集");
pub(super) const CONTENT_TYPE: Label = Label("content-type", "content-type");
pub(super) const RELEASE: Label = Label("In a release", "正式版");
pub(super) const SOCKET: Label = Label("Socket", "WebSocket");
pub(super) const STATUS: Label = Label("Status", "状态码");
pub(super) const URL: Label = Label("URL", "URL");
pub(super) const ALPN: Label = Label("ALPN", "ALPN");
pub(super) const ANSWER: Label = Label("Answer", "结论");
pub(super) const ATS: Label = Label("App Transport Security (iOS)", "App Transport Security（iOS）");
pub(super) const CHAIN: Label = Label("The certificates", "证书链");
pub(super) const CHAIN_ORDER: Label = Label(
    "From the server's own certificate up to the root; each is signed by the next.",
    "从服务器自己的证书到根证书，每一张都由下一张签发。",
);
pub(super) const CLIENT_CERTIFICATE: Label = Label("Client certificate", "客户端证书");
pub(super) const CLOCK: Label = Label("Clock", "时钟");
pub(super) const COMMON_NAME: Label = Label("Common name (doesn't count)", "通用名（不再有效）");
pub(super) const CURE: Label = Label("What to change at the server", "服务器需要的修改");
pub(super) const DATA: Label = Label(
    "What devices trust and offer is from published sources, copied on given days; docs/devices.md names them.",
    "各系统信任的根证书和支持的协议取自公开资料，来源与日期见 docs/devices.md。",
);
pub(super) const DEMAND: Label = Label("Demand", "要求");
pub(super) const DEVICE: Label = Label("Device", "设备");
pub(super) const DO_FIRST: Label = Label("Do first", "首先处理");
pub(super) const EARLIEST_STAMP: Label = Label("CT stamps", "CT 时间戳");
pub(super) const ENTRIES: Label = Label("Domains to configure", "需要配置的域名");
pub(super) const ENTRY: Label = Label("Line", "条目");
pub(super) const FINDINGS: Label = Label(
    "What was found, in the order of what to do",
    "发现的问题（按处理顺序）",
);
pub(super) const FULL_CHAIN: Label = Label("The whole chain to send (PEM)", "应发送的完整证书链（PEM）");
pub(super) const GIVEN: Label = Label(
    "In none of the stores that minigate knows; it was given to this check.",
    "不在 minigate 所知的任何根证书库中，由本次检查指定为可信。",
);
pub(super) const OF_NO_STORE: Label = Label(
    "In none of the stores that minigate knows.",
    "不在 minigate 所知的任何根证书库中。",
);
pub(super) const GRADE: Label = Label("Grade", "等级");
pub(super) const GROUPS: Label = Label("Groups for the key exchange", "密钥交换组");
pub(super) const HTTP: Label = Label("HTTP", "HTTP");
pub(super) const INTERFACE: Label = Label("Interface", "接口");
pub(super) const ISSUER: Label = Label("Issuer", "签发者");
pub(super) const KEY: Label = Label("Key", "密钥");
pub(super) const KEY_ID: Label = Label("Key identifier", "密钥标识符");
pub(super) const LEAF: Label = Label("The server's own certificate", "服务器证书");
pub(super) const LIFE: Label = Label("Life", "有效期");
pub(super) const LIMIT: Label = Label("Longest life allowed", "允许的最长有效期");
pub(super) const MATCH: Label = Label("For this host", "与主机名是否相符");
pub(super) const MATRIX: Label = Label("Each device", "各设备结果");
pub(super) const MET: Label = Label("Met", "是否满足");
pub(super) const MUST_STAPLE: Label = Label("Must-staple", "must-staple");
pub(super) const NAMES: Label = Label("Names", "域名");
pub(super) const NOTHING_FOUND: Label = Label("Nothing is to be mended.", "没有需要处理的问题。");
pub(super) const NOTHING_SEEN: Label = Label("Nothing was seen.", "未能看到。");
pub(super) const PROTOCOLS: Label = Label("Protocols", "协议");
pub(super) const PURPOSES: Label = Label("Purposes", "用途");
pub(super) const RESUMPTION: Label = Label("Resumption", "会话恢复");
pub(super) const REVOCATION: Label = Label("Revocation", "吊销状态");
pub(super) const RULES: Label = Label(
    "D1 to T11 are rules of the platform's network guide, by the IDs that minigate gives them.",
    "D1 至 T11 是平台网络规则在 minigate 中的编号。",
);
pub(super) const SIGNATURE: Label = Label("Signature", "签名");
pub(super) const STAPLE: Label = Label("OCSP staple", "OCSP 附带");
pub(super) const SUITES: Label = Label("Suites, the preferred one first", "密码套件（首选在前）");
pub(super) const SUPERFLUOUS: Label = Label("Sent, but needed by nobody", "已发送但不需要");
pub(super) const TARGET: Label = Label("Server", "服务器");
pub(super) const UNREADABLE: Label = Label("It can't be read", "无法读取");
pub(super) const VALIDITY: Label = Label("Valid", "有效");
pub(super) const VERSION: Label = Label("Version", "版本");
pub(super) const YES: Label = Label("yes", "是");
pub(super) const NO: Label = Label("no", "否");

/// A symbol and a word, so that neither colour nor shape alone tells.
pub(super) const fn outcome(outcome: Outcome, lang: Lang) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Works => ("✓", lang.pick("works", "可用")),
        Outcome::Warning => ("!", lang.pick("works, mend", "可用，待处理")),
        Outcome::Unknown => ("?", lang.pick("unknown", "未知")),
        Outcome::Fails => ("✕", lang.pick("fails", "失败")),
    }
}

/// The class of an outcome's colour.
pub(super) const fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Works => "good",
        Outcome::Warning => "warn",
        Outcome::Unknown => "note",
        Outcome::Fails => "fail",
    }
}

pub(super) const fn severity(severity: Severity, lang: Lang) -> (&'static str, &'static str) {
    match severity {
        Severity::Fail => ("✕", lang.pick("fail", "错误")),
        Severity::Warn => ("!", lang.pick("warn", "警告")),
        Severity::Note => ("i", lang.pick("note", "提示")),
    }
}

/// The letter of a grade, and its colour; `–` where nobody could look.
pub(super) fn grade(grade: Option<Grade>) -> (String, &'static str) {
    let class = match grade {
        None => "unseen",
        Some(Grade::A) => "a",
        Some(Grade::B) => "b",
        Some(Grade::C) => "c",
        Some(Grade::F) => "f",
    };
    (
        grade.map_or_else(|| "–".to_owned(), |grade| grade.to_string()),
        class,
    )
}

pub(super) fn signature(signature: &Signature, lang: Lang) -> String {
    let broken = signature.hash.is_some_and(Hash::is_broken);
    let remark = match (broken, lang) {
        (false, _) => "",
        (true, Lang::En) => " (broken)",
        (true, Lang::Zh) => "（已被攻破）",
    };
    foreign(&signature.algorithm) + remark
}

/// The devices by their names; all of them in a word.
pub(super) fn device_names(ids: &[&str], lang: Lang) -> String {
    if ids.len() == devices().len() {
        return lang.pick("every device", "所有设备").to_owned();
    }
    let names = ids.iter().filter_map(|id| Device::find(id));
    let names: Vec<_> = names.map(|device| device.name(lang)).collect();
    names.join(lang.pick(", ", "、"))
}
