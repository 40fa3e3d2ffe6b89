//! What to tell people of a change that can't be made.

use std::fmt;

use minigate_policy::diagnosis::{Lang, tell_lists};

use super::{DomainsError, State};
use crate::app::AppError;
use crate::store::StoreError;
use crate::text::unfit_zh;

impl DomainsError {
    /// What happened, in one sentence. What a database says is not told: it is for the log.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match self {
            Self::Lists(error) => tell_lists(error, lang),
            Self::Blocked(entries) => joined(entries.iter().map(|entry| entry.block.tell(lang)), lang),
            Self::NotFiled(filings) | Self::FilingUnknown(filings) => {
                joined(filings.iter().map(|filing| filing.tell(lang)), lang)
            }
            Self::PreflightFailed(fault) => fault.tell(lang),
            Self::Store(error) | Self::App(AppError::Store(error)) => store(error, lang).to_owned(),
            other => match lang {
                Lang::En => other.to_string(),
                Lang::Zh => other.in_chinese(),
            },
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::NothingChanges => "没有变化：这些列表已经生效".to_owned(),
            Self::InDraft(entry) => format!("`{entry}` 已在草稿中，草稿发布后即生效"),
            Self::NoDraft => "没有草稿".to_owned(),
            Self::DraftThere => "已有草稿".to_owned(),
            Self::Moved => "草稿已被修改，不是你看到的那一份".to_owned(),
            Self::State { found, expected } => {
                format!("草稿目前{}，应当{}", found.in_chinese(), expected.in_chinese())
            }
            Self::OwnDraft => "须由作者以外的人批准".to_owned(),
            Self::Outdated { base, effective } => {
                format!("草稿基于版本 {base}，而现在生效的是版本 {effective}")
            }
            Self::Quota { limit } => format!("本月的 {limit} 次修改已用完"),
            Self::TooOften { limit } => format!("一分钟内修改草稿超过 {limit} 次，请稍等一分钟"),
            Self::NoVersion { number } => format!("没有版本 {number}"),
            Self::Url(_) => "这不是可以调用的 URL".to_owned(),
            Self::App(AppError::Unknown(id)) => format!("没有小程序 `{id}`"),
            Self::App(AppError::Exists(id)) => format!("小程序 `{id}` 已存在"),
            Self::App(AppError::Name(name)) => {
                format!(
                    "{}：须为 1 到 100 个字符，且不含不可见字符",
                    unfit_zh(name, "名称")
                )
            }
            Self::App(AppError::Reserved(id)) => {
                format!("`{id}` 不能作为小程序的 ID：/lists/{id} 另有用途")
            }
            Self::App(AppError::OneFewer) => "有修改尚待作者以外的人批准".to_owned(),
            Self::App(AppError::Store(error)) | Self::Store(error) => store(error, Lang::Zh).to_owned(),
            told_by_their_own @ (Self::Lists(_)
            | Self::Blocked(_)
            | Self::NotFiled(_)
            | Self::FilingUnknown(_)
            | Self::PreflightFailed(_)) => told_by_their_own.tell(Lang::Zh),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
        })
    }
}

impl State {
    const fn in_chinese(self) -> &'static str {
        match self {
            Self::Open => "正在编写",
            Self::Submitted => "已提交",
            Self::Approved => "已批准",
        }
    }
}

const fn store(error: &StoreError, lang: Lang) -> &'static str {
    match error {
        StoreError::Conflict { .. } => lang.pick(
            "somebody else has changed it meanwhile: look again",
            "其他人刚刚修改过，请重新查看",
        ),
        _ => lang.pick(
            "the console can't do this now: try again later",
            "控制台暂时无法完成，请稍后重试",
        ),
    }
}

fn joined(sentences: impl Iterator<Item = String>, lang: Lang) -> String {
    let mut sentences: Vec<_> = sentences.collect();
    sentences.dedup();
    sentences.join(lang.pick("; ", "；"))
}
