//! One entry, judged as it is typed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use minigate_policy::diagnosis::{Lang, tell_entry};
use minigate_policy::{Domain, DomainError, Entry, EntryError, Interface, Profile, Rule, WrittenLists};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::block::{Block, Blocks};
use crate::filing::{FilingOf, FilingTerms};

/// What is to be said of one entry.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// The entry in its normal spelling; none where it is no entry of this list.
    pub normalised: Option<String>,
    /// Its domain, in ASCII lower case.
    pub domain: Option<String>,
    /// What is wrong with it, the worst first.
    pub faults: Vec<Fault>,
    /// How many entries of how many the list has with it, where that was asked.
    pub quota: Option<Quota>,
    /// What the register of filings says (rule D5); none where it wasn't asked yet, or where there is none.
    pub filing: Option<FilingOf>,
}

/// Something that is wrong with an entry, in both languages.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The rule that it breaks; D2 for a block, none for a double.
    pub rule: Option<Rule>,
    /// What is wrong, in English.
    pub reason_en: String,
    /// The same in Chinese.
    pub reason_zh: String,
    /// What to do, in English.
    pub remedy_en: String,
    /// The same in Chinese.
    pub remedy_zh: String,
}

/// How full a list is (rule D7).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// How many different entries it has, with the one that is judged.
    pub used: usize,
    /// How many it may have.
    pub limit: usize,
}

/// Judges an entry by itself, with nobody's lists (rules D3, D4 and D6).
#[must_use]
pub fn judge_text(interface: Interface, text: &str) -> Judgement {
    judge_for(interface, text, &Profile::default())
}

/// Judges an entry that is typed for a list of an app: by itself, by the block list at a moment, and by how full the list is.
///
/// What the register says isn't known yet; [`Judgement::with_filing`] adds it.
#[must_use]
pub fn judge_entry(
    interface: Interface,
    text: &str,
    app: &App,
    lists: &WrittenLists,
    blocks: &Blocks,
    now: Timestamp,
) -> Judgement {
    let mut judgement = judge_for(interface, text, &app.profile());
    let Some(normalised) = judgement.normalised.clone() else {
        return judgement;
    };
    let block = judgement.parsed_domain();
    let block = block.as_ref().and_then(|domain| blocks.find(domain, now));
    judgement.faults.extend(block.map(Fault::blocked));
    let mut entries: Vec<_> = lists
        .of(interface)
        .iter()
        .map(|entry| spelling(entry, interface))
        .collect();
    if entries.contains(&normalised) {
        judgement.faults.push(Fault::double(&normalised, interface));
    } else {
        entries.push(normalised);
    }
    entries.sort_unstable();
    entries.dedup();
    let quota = Quota {
        used: entries.len(),
        limit: app.profile().domains_per_interface,
    };
    judgement
        .faults
        .extend((quota.used > quota.limit).then(|| Fault::too_many(quota, interface)));
    Judgement {
        quota: Some(quota),
        ..judgement
    }
}

impl Judgement {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether it can stand in a draft: a filing (rule D5) may come until the draft is published.
    #[must_use]
    pub fn can_be_drafted(&self) -> bool {
        self.faults.iter().all(Fault::stops_only_publication)
    }

    /// The domain, where the entry has one.
    #[must_use]
    pub fn parsed_domain(&self) -> Option<Domain> {
        self.domain
            .as_deref()
            .and_then(|domain| Domain::parse(domain).ok())
    }

    /// The same with what the register of filings says (rule D5); it is a fault where it would stop a publication.
    #[must_use]
    pub fn with_filing(mut self, filing: FilingOf, terms: FilingTerms) -> Self {
        if terms.stop(&filing.filing) {
            self.faults.extend(Fault::filing(&filing));
        }
        Self {
            filing: Some(filing),
            ..self
        }
    }
}

impl Fault {
    /// What is wrong.
    #[must_use]
    pub fn reason(&self, lang: Lang) -> &str {
        lang.pick(&self.reason_en, &self.reason_zh)
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> &str {
        lang.pick(&self.remedy_en, &self.remedy_zh)
    }

    /// Whether it is no reason to keep the entry out of a draft.
    pub(crate) fn stops_only_publication(&self) -> bool {
        self.rule == Some(Rule::D5)
    }

    pub(crate) fn new(
        rule: Option<Rule>,
        reason: impl Fn(Lang) -> String,
        remedy: impl Fn(Lang) -> String,
    ) -> Self {
        Self {
            rule,
            reason_en: reason(Lang::En),
            reason_zh: reason(Lang::Zh),
            remedy_en: remedy(Lang::En),
            remedy_zh: remedy(Lang::Zh),
        }
    }

    fn entry(error: &EntryError, text: &str, interface: Interface) -> Self {
        Self::new(
            Some(rule(error)),
            |lang| tell_entry(error, lang),
            |lang| remedy(error, text, interface, lang),
        )
    }

    pub(crate) fn blocked(block: &Block) -> Self {
        Self::new(Some(Rule::D2), |lang| block.tell(lang), |lang| block.remedy(lang))
    }

    /// What a filing is a fault for; none where it is filed.
    pub(crate) fn filing(filing: &FilingOf) -> Option<Self> {
        filing.remedy(Lang::En)?;
        let remedy = |lang| filing.remedy(lang).unwrap_or_default();
        Some(Self::new(Some(Rule::D5), |lang| filing.tell(lang), remedy))
    }

    fn double(entry: &str, interface: Interface) -> Self {
        Self::new(
            None,
            |lang| match lang {
                Lang::En => format!("`{entry}` is on the {interface} list already"),
                Lang::Zh => format!("`{entry}` 已在 {interface} 列表中"),
            },
            |lang| lang.pick("leave it out", "不必重复添加").to_owned(),
        )
    }

    fn too_many(Quota { used, limit }: Quota, interface: Interface) -> Self {
        Self::new(
            Some(Rule::D7),
            |lang| match lang {
                Lang::En => {
                    format!("it would be domain {used} on the {interface} list, {limit} are allowed")
                }
                Lang::Zh => format!("{interface} 列表将有 {used} 个域名，最多 {limit} 个"),
            },
            |lang| {
                let remove = "remove one that nothing calls any more, or serve several from one domain";
                lang.pick(remove, "删除不再使用的域名，或用一个域名提供多个服务")
                    .to_owned()
            },
        )
    }
}

/// Every entry of lists in its normal spelling, with the list that it is on.
pub(crate) fn spellings(lists: &WrittenLists) -> BTreeSet<(Interface, String)> {
    let each = Interface::ALL.into_iter().flat_map(|interface| {
        let entries = lists.of(interface).iter();
        entries.map(move |entry| (interface, spelling(entry, interface)))
    });
    each.collect()
}

/// An entry in its normal spelling, or as it is where it is none.
pub(super) fn spelling(text: &str, interface: Interface) -> String {
    Entry::parse(text, interface).map_or_else(|_| text.to_owned(), |entry| entry.to_string())
}

fn judge_for(interface: Interface, text: &str, profile: &Profile) -> Judgement {
    // No entry is as long, and what is told of one repeats it.
    let text: String = text.trim().chars().take(LONGEST).collect();
    let parsed = Entry::parse(&text, interface).and_then(|entry| unreserved(entry, profile));
    match parsed {
        Ok(entry) => Judgement {
            normalised: Some(entry.to_string()),
            domain: Some(entry.domain().to_string()),
            faults: Vec::new(),
            quota: None,
            filing: None,
        },
        Err(error) => {
            // What is told to be written instead would be refused as well.
            let error = meant_reserved(&text, interface, profile).unwrap_or(error);
            Judgement {
                normalised: None,
                domain: None,
                faults: vec![Fault::entry(&error, &text, interface)],
                quota: None,
                filing: None,
            }
        }
    }
}

fn meant_reserved(text: &str, interface: Interface, profile: &Profile) -> Option<EntryError> {
    let meant = Entry::parse(&meant(text, interface)?, interface).ok()?;
    unreserved(meant, profile).err()
}

fn unreserved(entry: Entry, profile: &Profile) -> Result<Entry, EntryError> {
    let host = entry.domain();
    if profile.reserved_hosts.iter().any(|name| name == host.as_str()) {
        return Err(EntryError::Reserved { host: host.clone() });
    }
    Ok(entry)
}

const fn rule(error: &EntryError) -> Rule {
    match error {
        EntryError::SchemeMissing { .. } | EntryError::WrongScheme { .. } => Rule::D3,
        EntryError::Domain { .. } => Rule::D4,
        EntryError::Reserved { .. } => Rule::D6,
        _ => Rule::D1,
    }
}

fn remedy(error: &EntryError, text: &str, interface: Interface, lang: Lang) -> String {
    match error {
        EntryError::Reserved { .. } => lang
            .pick(
                "let your own server make this call: the AppSecret and the access token stay there",
                "由自己的服务器发起此调用：AppSecret 和 access_token 应只保存在服务器",
            )
            .to_owned(),
        EntryError::Domain {
            error: DomainError::Wildcard { .. },
        } => lang
            .pick("list each name by itself", "逐个列出每个域名")
            .to_owned(),
        EntryError::Domain {
            error: DomainError::Empty | DomainError::Malformed { .. } | DomainError::TrailingDot { .. },
        } => write(text, interface, lang),
        EntryError::Domain { .. } => lang
            .pick(
                "give the server a registered domain name with a certificate, and list that",
                "为服务器准备已备案的域名和证书，再配置该域名",
            )
            .to_owned(),
        _ => write(text, interface, lang),
    }
}

/// What to write, which is an entry, or what an entry looks like.
fn write(text: &str, interface: Interface, lang: Lang) -> String {
    let scheme = interface.scheme();
    match (meant(text, interface), lang) {
        (Some(entry), Lang::En) => format!("write `{entry}`"),
        (Some(entry), Lang::Zh) => format!("写作 `{entry}`"),
        (None, Lang::En) => format!("write scheme and domain alone, such as `{scheme}://api.example.com`"),
        (None, Lang::Zh) => format!("只写协议和域名，例如 `{scheme}://api.example.com`"),
    }
}

/// The entry that was probably meant.
fn meant(text: &str, interface: Interface) -> Option<String> {
    let scheme = interface.scheme().to_string();
    let slashless = || text.strip_prefix(&scheme)?.strip_prefix(':');
    let rest = text.split_once("://").map(|(_, rest)| rest);
    let rest = rest.or_else(slashless).unwrap_or(text).trim_start_matches('/');
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = host.split(':').next().unwrap_or(host);
    [host, name, name.trim_end_matches('.')]
        .map(|host| format!("{scheme}://{host}"))
        .into_iter()
        .find(|entry| Entry::parse(entry, interface).is_ok())
}

const LONGEST: usize = 300;
