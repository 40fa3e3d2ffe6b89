//! The people of the demo.

use jiff::Timestamp;
use minigate_policy::diagnosis::Lang;

use super::{Wrong, address};
use crate::Origin;
use crate::access::{Caller, Role};
use crate::account::{self, AccountName, Accounts, NewAccount, Passwords};
use crate::hidden::Hidden;
use crate::session::Sessions;
use crate::store::Store;
use crate::text::Text;

/// Somebody who can sign in to the demo.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The name to sign in with.
    pub name: &'static str,
    display_name: &'static str,
    platform: Option<Role>,
    role: Text,
    /// The last number of the address that they come from.
    at: u8,
}

impl Person {
    const fn new(name: &'static str, display_name: &'static str, at: u8, role: Text) -> Self {
        Self {
            name,
            display_name,
            platform: None,
            role,
            at,
        }
    }

    /// What they are to the platform and its apps.
    #[must_use]
    pub const fn role(&self, lang: Lang) -> &'static str {
        self.role.of(lang)
    }

    /// Makes their account and sets its password, as they would with the link that they are given.
    pub(super) async fn join(
        &self,
        store: &dyn Store,
        passwords: &Passwords,
        password: &Hidden,
        at: Timestamp,
    ) -> Result<(), Wrong> {
        let root = Caller::local("console");
        let accounts = Accounts::of(store, &root, at);
        let new = NewAccount {
            name: self.name.parse()?,
            display_name: self.display_name.to_owned(),
            platform: self.platform,
        };
        accounts.create(&new).await?;
        let invitation = accounts.invite(&new.name).await?;
        let sessions = Sessions::of(store, passwords);
        let origin = Origin::new(address(self.at));
        sessions.redeem(&invitation.secret, password, origin, at).await?;
        Ok(())
    }
}

/// Whoever has this name, with the roles of that moment.
pub(super) async fn caller(store: &dyn Store, name: &str) -> Result<Caller, Wrong> {
    let account: AccountName = name.parse()?;
    let (_, account) = account::load(store, &account).await?;
    let at = PEOPLE
        .iter()
        .find(|person| person.name == name)
        .map_or(1, |person| person.at);
    Ok(Caller::new(name, account.roles).from(address(at).to_string()))
}

/// Everybody in the demo.
pub const PEOPLE: [Person; 8] = [
    Person {
        platform: Some(Role::PlatformOperator),
        ..Person::new("mei", "林梅 Mei Lin", 7, Text("platform operator", "平台运营"))
    },
    Person {
        platform: Some(Role::Auditor),
        ..Person::new("ines", "Inês Duarte", 19, Text("platform auditor", "平台审计"))
    },
    Person::new(
        "tom",
        "Tom Okafor",
        34,
        Text("owner of the tea shop and the bikes", "茶铺和单车的所有者"),
    ),
    Person::new(
        "wang",
        "王强",
        51,
        Text(
            "developer of the tea shop and the metro map",
            "茶铺和地铁图的开发者",
        ),
    ),
    Person::new(
        "lina",
        "李娜 Li Na",
        66,
        Text("owner of the clinic", "诊所的所有者"),
    ),
    Person::new(
        "chen",
        "陈晨",
        82,
        Text("developer of the clinic", "诊所的开发者"),
    ),
    Person::new(
        "sara",
        "Sára Nováková",
        103,
        Text("owner of the metro map and the bookshop", "地铁图和书店的所有者"),
    ),
    Person::new(
        "zhao",
        "赵敏",
        118,
        Text(
            "owner of the canteen, auditor of the clinic",
            "食堂的所有者，诊所的审计",
        ),
    ),
];
