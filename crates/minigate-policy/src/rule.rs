//! The permanent names of the platform's rules.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($id:ident $summary:literal,)*) => {
        /// A rule of the platform's network guide, by its permanent ID.
        ///
        /// D: server domains · N: network calls · T: HTTPS and certificates · S: skipping the check.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        pub enum Rule {
            $(#[doc = $summary] $id,)*
        }

        impl Rule {
            /// Every rule, in the guide's order.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// The ID as it stands in messages, tests and documents, `D1` for instance.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$id => stringify!($id),)*
                }
            }

            /// What the rule demands, in one English sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$id => $summary,)*
                }
            }
        }
    };
}

rules! {
    D1 "An app talks only to the domains configured for it, and each interface has a list of its own.",
    D2 "Domains are configured in the platform's console.",
    D3 "`request`, `uploadFile` and `downloadFile` take `https` only, `connectSocket` takes `wss` only.",
    D4 "A domain is not an IP address and not `localhost`.",
    D5 "A domain needs an ICP filing.",
    D6 "`api.weixin.qq.com` can't be configured and can't be called from an app.",
    D7 "The number of domains of each interface is limited.",
    N1 "A call ends when its time is up; the default and the longest time-out are 60 s.",
    N2 "Time-outs are set in `app.json`, for each interface.",
    N3 "The `referer` header can't be set.",
    N4 "At most 10 calls of an interface run at once.",
    N5 "In the background a call that has not ended within 5 s is interrupted, and no new one can be made.",
    N6 "Servers should answer in UTF-8; other encodings are converted where possible.",
    N7 "One leading byte order mark is removed, and only one.",
    N8 "Any answer from the server is a success, whatever its status code.",
    T1 "Calls use HTTPS, and where the check of the certificate fails the call fails.",
    T2 "The certificate's root is built into the system.",
    T3 "The certificate names the site's domain.",
    T4 "The certificate is within its validity period.",
    T5 "The server sends the complete certificate chain.",
    T6 "iOS takes no self-signed certificates.",
    T7 "iOS demands what App Transport Security demands.",
    T8 "TLS 1.2 or above is required.",
    T9 "Some certificate authorities are not trusted by some systems.",
    T10 "Certificates can be checked with a tool.",
    T11 "Other HTTPS requests of an app are checked the same way.",
    S1 "The developer tool has a switch that turns the checks of domains, TLS version and certificates off.",
    S2 "The switch also holds on a phone with debugging turned on, and nowhere else.",
    S3 "Once the domains are configured, the switch is to be turned off and each platform tested.",
    S4 "What works with debugging on and fails with it off has a wrong domain or certificate.",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_guide_has_an_id() {
        let of = |letter: char| {
            Rule::ALL
                .iter()
                .filter(|rule| rule.id().starts_with(letter))
                .count()
        };

        assert_eq!([of('D'), of('N'), of('T'), of('S')], [7, 8, 11, 4]);
    }
}
