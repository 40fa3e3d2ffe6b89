//! A map of the metro: a draft that is approved and not yet effective.

use minigate_policy::Era;

use super::host::{Host, NEW_ROOT};
use super::step::Lists;
use super::story::{AppStory, Change, Reached};
use crate::access::Role;
use crate::domains::State;

pub(super) static STORY: AppStory = AppStory {
    made_days_ago: 143,
    members: &[("sara", Role::Owner), ("wang", Role::Developer)],
    changes: &[
        Change {
            hours_ago: 140 * 24 + 8,
            author: "sara",
            note: "Lines, stations, first and last trains",
            lists: LINES,
            preflight: None,
            reached: Reached::Published("sara", "First release"),
        },
        Change {
            hours_ago: 44 * 24 + 5,
            author: "wang",
            note: "实时到站信息",
            lists: LIVE,
            preflight: Some(&[
                Host {
                    entry: "https://api.metro.example",
                    ends_in_days: 4,
                    trouble: None,
                },
                Host {
                    entry: "https://a.tiles.example",
                    ends_in_days: 83,
                    trouble: Some(&NEW_ROOT),
                },
            ]),
            reached: Reached::Published("sara", "Live arrivals on all eleven lines"),
        },
        Change {
            hours_ago: 28,
            author: "wang",
            note: "第二个地图瓦片服务器",
            lists: MORE_TILES,
            preflight: Some(&[]),
            reached: Reached::Draft(State::Approved, "sara"),
        },
    ],
    ..AppStory::named("wx5c3e8817a2d04fb9", "地铁通 Metro Map", Era::Current)
};

const LINES: Lists = Lists {
    request: &["https://api.metro.example"],
    download_file: &["https://a.tiles.example"],
    ..Lists::NONE
};
const LIVE: Lists = Lists {
    connect_socket: &["wss://arrivals.metro.example"],
    ..LINES
};
const MORE_TILES: Lists = Lists {
    download_file: &["https://a.tiles.example", "https://b.tiles.example"],
    ..LIVE
};
