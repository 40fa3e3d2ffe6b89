//! What keeps a client from its console's list.

use std::path::PathBuf;

use minigate_policy::AppId;
use minigate_policy::diagnosis::Lang;

use crate::{Refusal, Thumbprint, TokenError};

/// Why a client has no newer list.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The console can't be reached, or breaks off.
    #[error("it can't be reached: {reason}")]
    Unreachable {
        /// What went wrong.
        reason: String,
    },
    /// The console doesn't know the app.
    #[error("it doesn't know the app {app}")]
    UnknownApp {
        /// The app.
        app: AppId,
    },
    /// The console answers something else.
    #[error("it answers with status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The answer is larger than a mebibyte or no text.
    #[error("its answer can't be read: {reason}")]
    Answer {
        /// What is wrong.
        reason: String,
    },
    /// The list isn't taken.
    #[error("its list is refused: {0}")]
    Refused(#[from] Refusal),
    /// The set of keys isn't taken.
    #[error("its keys are refused: {0}")]
    Keys(TokenError),
    /// None of the console's keys is trusted.
    #[error("it signs with keys that aren't trusted: {}", list(.offered))]
    UnknownKeys {
        /// The console's.
        offered: Vec<Thumbprint>,
        /// Those that are trusted.
        trusted: Vec<Thumbprint>,
        /// Whether somebody named the trusted key beforehand.
        is_given: bool,
    },
    /// The set of keys is older than one that was seen before.
    #[error("its keys are older ({found}) than some that were seen before ({seen})")]
    KeysGoneBack {
        /// Its number.
        found: u64,
        /// That of the newest that was seen.
        seen: u64,
    },
    /// The list couldn't be kept on disk.
    #[error("can't keep it in {}: {reason}", .path.display())]
    Cache {
        /// Where.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// The keys on disk that are trusted can't be read or aren't as they were kept, so nobody can tell whether the console
    /// is still the same one.
    #[error("the keys that were kept in {} are damaged: {reason}", .path.display())]
    KeptKeys {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The list on disk can't be read or isn't to be believed.
    #[error("the list that was kept in {} isn't used: {reason}", .path.display())]
    KeptList {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Problem {
    /// What is wrong, for people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.zh(),
        }
    }

    /// What to do, for people, where there is something.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> Option<String> {
        match self {
            Self::UnknownKeys {
                offered,
                trusted,
                is_given,
            } => Some(ask_for_key(&list(offered), &list(trusted), *is_given, lang)),
            Self::KeptKeys { .. } => Some(lang.pick(NAME_THE_KEY_EN, NAME_THE_KEY_ZH).to_owned()),
            _ => None,
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Unreachable { reason } => format!("无法连接：{reason}"),
            Self::UnknownApp { app } => format!("它没有小程序 {app}"),
            Self::Status { status } => format!("应答状态为 {status}"),
            Self::Answer { reason } => format!("无法读取其应答：{reason}"),
            Self::Refused(refusal) => format!("不接受其列表：{}", refusal_zh(refusal)),
            Self::Keys(error) => format!("不接受其密钥：{}", token_zh(error)),
            Self::UnknownKeys { offered, .. } => format!("其签名密钥不受信任：{}", list(offered)),
            Self::KeysGoneBack { found, seen } => format!("其密钥集（{found}）比见过的（{seen}）旧"),
            Self::Cache { path, reason } => format!("无法保存到 {}：{reason}", path.display()),
            Self::KeptKeys { path, reason } => {
                format!("保存在 {} 中的密钥已损坏：{reason}", path.display())
            }
            Self::KeptList { path, reason } => {
                format!("保存在 {} 中的列表不予使用：{reason}", path.display())
            }
        }
    }
}

/// Which key to ask the console's people for, and to give.
fn ask_for_key(offered: &str, trusted: &str, is_given: bool, lang: Lang) -> String {
    match (lang, is_given) {
        (Lang::En, true) => format!(
            "the key {trusted} was given beforehand; ask whoever runs the console, and if {offered} is theirs, give that one"
        ),
        (Lang::En, false) => format!(
            "{trusted} was trusted on first use; ask whoever runs the console, and if {offered} is theirs, give it as its key"
        ),
        (Lang::Zh, true) => {
            format!("事先给定的密钥是 {trusted}；请询问控制台的管理者，若 {offered} 确为其密钥，请改为给定它")
        }
        (Lang::Zh, false) => {
            format!(
                "首次使用时信任的是 {trusted}；请询问控制台的管理者，若 {offered} 确为其密钥，请明确给定它"
            )
        }
    }
}

fn refusal_zh(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Token(error) => token_zh(error),
        Refusal::OtherApp { found, wanted } => format!("它属于 {found}，而不是 {wanted}"),
        Refusal::GoneBack { found, seen } => format!("它（{found}）比见过的（{seen}）旧"),
        Refusal::Lists(error) => minigate_policy::diagnosis::tell_lists(error, Lang::Zh),
        Refusal::Blocked(error) => format!("封禁的域名无法读取：{error}"),
    }
}

fn token_zh(error: &TokenError) -> String {
    match error {
        TokenError::TooLarge => "超过 1 MiB".to_owned(),
        TokenError::Malformed { reason } => format!("签名格式不符：{reason}"),
        TokenError::OtherKind { found, wanted } => format!("签名的类型是 `{found}`，而不是 `{wanted}`"),
        TokenError::UnknownKey { key } => format!("签名密钥 {key} 未知"),
        TokenError::EarlyKey { key } => format!("签名密钥 {key} 尚未启用"),
        TokenError::EndedKey { key, until } => format!("签名密钥 {key} 已于 {until} 失效"),
        TokenError::Signature => "签名不正确".to_owned(),
        TokenError::Content { reason } => format!("签名正确，但内容无法读取：{reason}"),
    }
}

fn list(names: &[Thumbprint]) -> String {
    let names: Vec<_> = names.iter().map(Thumbprint::as_str).collect();
    names.join(", ")
}

const NAME_THE_KEY_EN: &str = "delete that file to trust the console anew by the key that it shows then, or name its key (--console-key)";
const NAME_THE_KEY_ZH: &str =
    "请删除该文件，以便按控制台届时出示的密钥重新信任它；或指定其密钥（--console-key）";
