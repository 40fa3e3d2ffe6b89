//! Domain lists that an app needs.

use anyhow::Context;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{
    DomainLists, Entry, Interface, ListDifference, Missing, Needed, PlatformLists, WrittenLists,
};
use serde::Serialize;

use crate::args::ListFormat;

/// The smallest lists for an app, and how its configured ones differ.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Lists {
    needed: WrittenLists,
    differences: Vec<ListDifference>,
}

impl Lists {
    pub(crate) fn of(needed: &Needed, configured: &DomainLists) -> Self {
        Self {
            needed: needed.written(),
            differences: needed.compare(configured),
        }
    }

    /// Whether a call would be refused for want of an entry.
    pub(crate) fn miss_something(&self) -> bool {
        self.differences
            .iter()
            .any(|difference| !difference.missing.is_empty())
    }

    /// The lists in a form that can be used as it is; `unknown` calls aren't in them.
    pub(crate) fn told(&self, format: ListFormat, unknown: usize, lang: Lang) -> anyhow::Result<String> {
        match format {
            ListFormat::Toml => Ok(self.toml(unknown, lang)),
            ListFormat::Json => {
                let lists = PlatformLists::from(self.needed.clone());
                Ok(serde_json::to_string_pretty(&lists).context("JSON")? + "\n")
            }
        }
    }

    fn toml(&self, unknown: usize, lang: Lang) -> String {
        let mut text = String::new();
        if unknown > 0 {
            text += &match lang {
                Lang::En if unknown == 1 => {
                    "# 1 call whose URL can't be told from the source isn't in here.\n".to_owned()
                }
                Lang::En => {
                    format!("# {unknown} calls whose URL can't be told from the source aren't in here.\n")
                }
                Lang::Zh => format!("# 有 {unknown} 个调用的 URL 无法从代码推断，未包含在内。\n"),
            };
        }
        text += "[domains]\n";
        for difference in &self.differences {
            text += &self.list(difference, lang);
        }
        text
    }

    fn list(&self, difference: &ListDifference, lang: Lang) -> String {
        let name = difference.interface.name();
        let entries = self.needed.of(difference.interface);
        let mut text = if entries.is_empty() {
            format!("{name} = []\n")
        } else {
            let lines = entries.iter().map(|entry| {
                let missing = difference
                    .missing
                    .iter()
                    .find(|missing| missing.entry.to_string() == *entry);
                format!(
                    "  \"{entry}\",{}\n",
                    missing.map_or_else(String::new, |missing| remark(missing, lang))
                )
            });
            format!("{name} = [\n{}]\n", lines.collect::<String>())
        };
        for entry in &difference.unused {
            text += &unused(entry, lang);
        }
        text
    }
}

fn remark(missing: &Missing, lang: Lang) -> String {
    let elsewhere: Vec<_> = missing
        .listed_for
        .iter()
        .map(|interface: &Interface| interface.name())
        .collect();
    let elsewhere = elsewhere.join(", ");
    match (lang, missing.listed_for.is_empty()) {
        (Lang::En, true) => " # missing so far".to_owned(),
        (Lang::En, false) => format!(" # missing so far: listed for {elsewhere} only"),
        (Lang::Zh, true) => " # 目前缺少".to_owned(),
        (Lang::Zh, false) => format!(" # 目前缺少：只在 {elsewhere} 的列表中"),
    }
}

fn unused(entry: &Entry, lang: Lang) -> String {
    match lang {
        Lang::En => format!("# not needed: \"{entry}\"\n"),
        Lang::Zh => format!("# 未用到：\"{entry}\"\n"),
    }
}
