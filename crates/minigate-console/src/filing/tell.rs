//! What to tell people of filings.

use minigate_policy::diagnosis::{Lang, tell_entry};

use super::{Filing, FilingOf, FilingUnknown, ImportError, LineError, RegisterKind};

impl FilingOf {
    /// What is said of the domain, in a sentence.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        let domain = &self.domain;
        match (&self.filing, lang) {
            (Filing::Filed { licence }, Lang::En) if licence.is_empty() => format!("`{domain}` is filed"),
            (Filing::Filed { licence }, Lang::Zh) if licence.is_empty() => format!("`{domain}` 已备案"),
            (Filing::Filed { licence }, Lang::En) => format!("`{domain}` is filed: {licence}"),
            (Filing::Filed { licence }, Lang::Zh) => format!("`{domain}` 已备案：{licence}"),
            (Filing::NotFiled, Lang::En) => format!("`{domain}` has no ICP filing"),
            (Filing::NotFiled, Lang::Zh) => format!("`{domain}` 没有 ICP 备案"),
            (Filing::Unknown { why }, Lang::En) => {
                format!("nobody can tell whether `{domain}` is filed: {why}")
            }
            (Filing::Unknown { why }, Lang::Zh) => {
                format!("无法得知 `{domain}` 是否已备案：{}", why.in_chinese())
            }
        }
    }

    /// What to do; none where it is filed.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> Option<String> {
        let domain = &self.domain;
        match (&self.filing, lang) {
            (Filing::Filed { .. }, _) => None,
            (Filing::NotFiled, Lang::En) => Some(format!(
                "file `{domain}` with the authority, or use a domain that is filed"
            )),
            (Filing::NotFiled, Lang::Zh) => Some(format!("为 `{domain}` 办理备案，或使用已备案的域名")),
            (Filing::Unknown { .. }, Lang::En) => {
                Some("try again later, or ask the platform's operators".to_owned())
            }
            (Filing::Unknown { .. }, Lang::Zh) => Some("稍后重试，或联系平台运营方".to_owned()),
        }
    }
}

impl FilingUnknown {
    /// Why nobody can tell.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::TimedOut { seconds } => format!("备案库在 {seconds} 秒内没有答复"),
            Self::NotAsked => "备案库查询其他域名耗时过长".to_owned(),
            Self::Unreachable { reason } => format!("无法连接备案库（{reason}）"),
            Self::Unreadable => "无法读取备案库".to_owned(),
            Self::Status { status } => format!("备案库返回状态码 {status}"),
            Self::TooLong { limit } => format!("备案库的答复超过 {limit} 字节"),
            Self::NotUnderstood { reason } => format!("备案库的答复无法解读（{reason}）"),
        }
    }
}

impl ImportError {
    /// Why filings can't be imported.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Line { line, error } => format!("第 {line} 行：{}", error.in_chinese()),
            Self::TooMany { limit } => format!("备案超过 {limit} 条"),
            Self::Empty => "其中没有域名".to_owned(),
            Self::Csv(error) => format!("无法按 CSV 解读：{error}"),
            Self::File { reason } => {
                format!("文件中没有带 `domain` 和 `licence` 列的表 `filings` 或 `filing`：{reason}")
            }
        }
    }
}

impl LineError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Domain(error) => tell_entry(&error.clone().into(), Lang::Zh),
            Self::NotRegistrable { domain, registrable } => {
                format!("`{domain}` 不是注册的域名，应为 `{registrable}`")
            }
            Self::Licence => "备案号超过 200 个字符，或含有控制字符".to_owned(),
        }
    }
}

impl RegisterKind {
    /// Which register is asked, in a sentence for pages.
    #[must_use]
    pub const fn tell(self, lang: Lang) -> &'static str {
        match self {
            Self::None => lang.pick(
                "no register of filings is configured, so filings aren't checked",
                "尚未配置备案库，因此不检查备案",
            ),
            Self::Own => lang.pick(
                "filings are looked up in the console's own register",
                "备案信息取自控制台自己的备案库",
            ),
            Self::Given => lang.pick(
                "filings are asked of another register",
                "备案信息查询自外部备案库",
            ),
        }
    }
}
