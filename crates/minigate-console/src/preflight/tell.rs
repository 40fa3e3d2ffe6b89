//! What to tell people of pre-flights.

use minigate_policy::diagnosis::Lang;

use super::{PreflightError, PreflightFault};

impl PreflightFault {
    /// Why a pre-flight is needed.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        let day = |at: &jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
        match (lang, self) {
            (Lang::En, Self::Missing) => "run a pre-flight first: there was none of these entries".to_owned(),
            (Lang::Zh, Self::Missing) => "请先预检：这些域名尚未预检".to_owned(),
            (Lang::En, Self::NotPassed { finished_at }) => format!(
                "the pre-flight of {} hasn't passed: mend what it found and run it again",
                day(finished_at)
            ),
            (Lang::Zh, Self::NotPassed { finished_at }) => {
                format!("{} 的预检未通过：修复后请重新预检", day(finished_at))
            }
            (Lang::En, Self::TooOld { finished_at }) => {
                format!(
                    "the pre-flight of {} is older than 7 days: run it again",
                    day(finished_at)
                )
            }
            (Lang::Zh, Self::TooOld { finished_at }) => {
                format!("{} 的预检已超过 7 天，请重新预检", day(finished_at))
            }
        }
    }
}

impl PreflightError {
    /// Why there is none.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match self {
            Self::Running(running) => match lang {
                Lang::En => format!("a pre-flight is under way, which {} began", running.by),
                Lang::Zh => format!("{} 发起的预检正在进行", running.by),
            },
            Self::Domains(error) => error.tell(lang),
            Self::Store(_) => lang
                .pick(
                    "the console can't do this now: try again later",
                    "控制台暂时无法完成，请稍后重试",
                )
                .to_owned(),
        }
    }
}
