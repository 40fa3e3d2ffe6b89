//! What to tell people about a completion, in English and Chinese (rule S4).

mod en;
mod zh;

use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::{Completion, LeftOut, Missing, Need};

impl Completion {
    /// One diagnosis for each certificate that is missing, for a wrong order, and for what is superfluous.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Vec<Diagnosis> {
        let missing = self.missing.iter().map(|missing| missing.tell(lang));
        let order = (!self.is_in_order).then(|| order(lang));
        let superfluous = (!self.superfluous.is_empty()).then(|| superfluous(&self.superfluous, lang));
        missing.chain(order).chain(superfluous).collect()
    }
}

impl Missing {
    /// Tells what is missing, where it can be had, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        let (headline, remedies) = match lang {
            Lang::En => (en::missing(self), en::remedies(self)),
            Lang::Zh => (zh::missing(self), zh::remedies(self)),
        };
        let key_id = self.key_id.as_ref().map(|id| match lang {
            Lang::En => format!("key identifier {id}"),
            Lang::Zh => format!("密钥标识符 {id}"),
        });
        Diagnosis {
            rule: Some(Rule::T5),
            headline,
            seen: key_id.into_iter().chain(self.urls.iter().cloned()).collect(),
            remedies,
        }
    }
}

fn order(lang: Lang) -> Diagnosis {
    let (headline, remedy) = match lang {
        Lang::En => (en::ORDER, en::SEND_THE_FULL_CHAIN),
        Lang::Zh => (zh::ORDER, zh::SEND_THE_FULL_CHAIN),
    };
    diagnosis(headline.to_owned(), Vec::new(), remedy)
}

fn superfluous(left_out: &[LeftOut], lang: Lang) -> Diagnosis {
    let number = left_out.len();
    let (headline, remedy) = match lang {
        Lang::En => (en::superfluous(number), en::SEND_THE_FULL_CHAIN),
        Lang::Zh => (zh::superfluous(number), zh::SEND_THE_FULL_CHAIN),
    };
    let seen = left_out.iter().map(|one| match lang {
        Lang::En => en::left_out(one),
        Lang::Zh => zh::left_out(one),
    });
    diagnosis(headline, seen.collect(), remedy)
}

fn diagnosis(headline: String, seen: Vec<String>, remedy: &str) -> Diagnosis {
    Diagnosis {
        rule: Some(Rule::T5),
        headline,
        seen,
        remedies: vec![remedy.to_owned()],
    }
}

impl Need {
    /// What has to change, in a phrase.
    #[must_use]
    pub const fn tell(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::FullChain => ("send the whole chain", "发送完整的证书链"),
            Self::NewCertificate => ("use another certificate", "更换证书"),
            Self::MatchingKey => (
                "let certificate and private key belong together",
                "使用与证书匹配的私钥",
            ),
            Self::Tls => ("speak TLS on this port", "在该端口提供 TLS"),
            Self::Versions => ("speak TLS 1.2 and 1.3", "启用 TLS 1.2 和 1.3"),
            Self::OldVersions => (
                "speak TLS 1.0 too, if phones without 1.2 matter",
                "如需支持没有 TLS 1.2 的手机，同时启用 TLS 1.0",
            ),
            Self::Suites => ("take suites that every phone has", "启用所有手机都支持的加密套件"),
            Self::Groups => (
                "exchange keys over groups that every phone has",
                "启用所有手机都支持的密钥交换群",
            ),
            Self::Staple => ("staple the OCSP response", "附带 OCSP 响应"),
            Self::NoClientCertificates => ("ask for no client's certificate", "不要求客户端证书"),
        };
        lang.pick(en, zh)
    }
}
