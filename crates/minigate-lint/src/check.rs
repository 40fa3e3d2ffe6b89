//! What is looked for.

use minigate_policy::Rule;
use serde::{Serialize, Serializer};

macro_rules! checks {
    ($($check:ident $name:literal $rule:expr, $summary:literal;)*) => {
        /// Something that is looked for. Its name is permanent: it stands in reports and in comments.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Check {
            $(#[doc = $summary] $check,)*
        }

        impl Check {
            /// Every check.
            pub const ALL: &[Self] = &[$(Self::$check,)*];

            /// Its name, `status-unread` for instance.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$check => $name,)*
                }
            }

            /// The platform's rule behind it, where there is one.
            #[must_use]
            pub const fn rule(self) -> Option<Rule> {
                match self {
                    $(Self::$check => $rule,)*
                }
            }

            /// What it finds, in one English sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$check => $summary,)*
                }
            }
        }
    };
}

checks! {
    DomainNotListed "domain-not-listed" Some(Rule::D1), "A call goes to a domain that isn't on the list of its interface.";
    UrlInvalid "url-invalid" Some(Rule::D1), "A call's URL can't be called.";
    UrlUnknown "url-unknown" Some(Rule::D1), "A call's URL can't be told from the source.";
    SchemeWrong "scheme-wrong" Some(Rule::D3), "A call's URL has a scheme that its interface doesn't take.";
    HostAddress "host-address" Some(Rule::D4), "A call goes to an address or to `localhost`.";
    HostReserved "host-reserved" Some(Rule::D6), "The platform's own API is named in an app.";
    SecretInSource "secret-in-source" Some(Rule::D6), "Something that looks like an AppSecret stands in an app.";
    ListEntryInvalid "list-entry-invalid" Some(Rule::D2), "An entry of a domain list can't be configured.";
    ListTooLong "list-too-long" Some(Rule::D7), "A domain list has too many entries.";
    ListsMissing "lists-missing" Some(Rule::D2), "No domain is configured, so none could be compared.";
    RefererSet "referer-set" Some(Rule::N3), "A call sets the `referer` header.";
    StatusUnread "status-unread" Some(Rule::N8), "An answer is taken without a look at its status code.";
    UploadDataUnparsed "upload-data-unparsed" None, "The text that `uploadFile` gives is used as an object.";
    TimeoutTooLong "timeout-too-long" Some(Rule::N1), "A time-out is longer than the longest.";
    TimeoutIneffective "timeout-ineffective" Some(Rule::N2), "A time-out has no effect.";
    CallWhileHiding "call-while-hiding" Some(Rule::N5), "A network call is made when the app is hidden.";
    SocketUnclosed "socket-unclosed" None, "A socket is opened and nothing ever closes it.";
    CheckTurnedOff "check-turned-off" Some(Rule::S1), "The check of domains and certificates is turned off for everyone.";
    MediaWithoutTls "media-without-tls" Some(Rule::T11), "An image or a medium is loaded without TLS.";
    FileUnread "file-unread" None, "A file wasn't looked at, or only in parts.";
    AllowanceUnreasoned "allowance-without-reason" None, "A comment allows a finding without a reason.";
    AllowanceUnused "allowance-unused" None, "A comment allows what isn't there.";
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
