//! A tea shop: many versions, and a draft that is being written.

use minigate_policy::Era;

use super::host::{ENDS_SOON, Host, INCOMPLETE, NEW_ROOT};
use super::step::Lists;
use super::story::{AppStory, Change, Reached};
use crate::access::Role;
use crate::domains::State;

pub(super) static STORY: AppStory = AppStory {
    made_days_ago: 188,
    members: &[("tom", Role::Owner), ("wang", Role::Developer)],
    changes: &[
        Change {
            hours_ago: 187 * 24 + 5,
            author: "wang",
            note: "Menu and orders",
            lists: FIRST,
            preflight: None,
            reached: Reached::Published("tom", "Launch of the shop in Hangzhou"),
        },
        Change {
            hours_ago: 152 * 24 + 3,
            author: "wang",
            note: "照片从 CDN 下载",
            lists: WITH_CDN,
            preflight: None,
            reached: Reached::Published("tom", "Photos of the drinks load three times faster"),
        },
        Change {
            hours_ago: 96 * 24 + 7,
            author: "tom",
            note: "Order status without polling",
            lists: WITH_SOCKET,
            preflight: None,
            reached: Reached::Published("tom", "Customers see when their tea is ready"),
        },
        Change {
            hours_ago: 71 * 24 + 2,
            author: "wang",
            note: "试用新的支付服务",
            lists: WITH_PAY,
            preflight: None,
            reached: Reached::Published("tom", "新支付服务上线"),
        },
        Change {
            hours_ago: 70 * 24 + 22,
            author: "tom",
            note: "Back to version 3: payments time out",
            lists: WITH_SOCKET,
            preflight: None,
            reached: Reached::Published("tom", "Rolled back after complaints"),
        },
        Change {
            hours_ago: 23 * 24 + 4,
            author: "wang",
            note: "支付服务已修复，重新启用",
            lists: WITH_PAY,
            preflight: Some(&[
                Host {
                    entry: "https://api.tea.example",
                    ends_in_days: 12,
                    trouble: Some(&ENDS_SOON),
                },
                Host {
                    entry: "https://cdn.tea.example",
                    ends_in_days: 58,
                    trouble: Some(&NEW_ROOT),
                },
            ]),
            reached: Reached::Published("tom", "Payments again, after a week of tests"),
        },
        Change {
            hours_ago: 20,
            author: "wang",
            note: "Loyalty cards, reviews with photos",
            lists: WITH_CARDS,
            preflight: Some(&[
                Host {
                    entry: "https://api.tea.example",
                    ends_in_days: 12,
                    trouble: Some(&ENDS_SOON),
                },
                Host {
                    entry: "https://cards.tea.example",
                    ends_in_days: 340,
                    trouble: Some(&INCOMPLETE),
                },
                Host {
                    entry: "https://cdn.tea.example",
                    ends_in_days: 58,
                    trouble: Some(&NEW_ROOT),
                },
            ]),
            reached: Reached::Draft(State::Open, "tom"),
        },
    ],
    ..AppStory::named("wx1f0a6c2e4b8d9735", "茶语 Tea House", Era::Current)
};

const FIRST: Lists = Lists {
    request: &["https://api.tea.example"],
    ..Lists::NONE
};
const WITH_CDN: Lists = Lists {
    download_file: &["https://cdn.tea.example"],
    ..FIRST
};
const WITH_SOCKET: Lists = Lists {
    connect_socket: &["wss://live.tea.example"],
    ..WITH_CDN
};
const WITH_PAY: Lists = Lists {
    request: &["https://api.tea.example", "https://gate.tea-pay.example"],
    ..WITH_SOCKET
};
const WITH_CARDS: Lists = Lists {
    request: &[
        "https://api.tea.example",
        "https://gate.tea-pay.example",
        "https://cards.tea.example",
    ],
    upload_file: &["https://photos.tea.example"],
    ..WITH_SOCKET
};
