//! A bike rental: one of the entries that are effective is blocked since.

use minigate_policy::Era;

use super::host::{ENDS_SOON, Host};
use super::step::Lists;
use super::story::{AppStory, Change, Reached};
use crate::access::Role;

pub(super) static STORY: AppStory = AppStory {
    made_days_ago: 119,
    members: &[("tom", Role::Owner)],
    changes: &[
        Change {
            hours_ago: 118 * 24 + 2,
            author: "tom",
            note: "Find, unlock, return",
            lists: RENTAL,
            preflight: None,
            reached: Reached::Published("tom", "Season opens"),
        },
        Change {
            hours_ago: 58 * 24 + 5,
            author: "tom",
            note: "Firmware for the locks",
            lists: WITH_FIRMWARE,
            preflight: None,
            reached: Reached::Published("tom", "Locks update over the phone"),
        },
        Change {
            hours_ago: 31 * 24 + 7,
            author: "tom",
            note: "GPS trackers on 200 bikes",
            lists: WITH_TRACKERS,
            preflight: Some(&[Host {
                entry: "https://api.bikes.example",
                ends_in_days: 18,
                trouble: Some(&ENDS_SOON),
            }]),
            reached: Reached::Published("tom", "Stolen bikes are found again"),
        },
    ],
    ..AppStory::named("wx8e29b5d4f1067ac3", "Harbour Bikes 海港单车", Era::Current)
};

const RENTAL: Lists = Lists {
    request: &["https://api.bikes.example"],
    ..Lists::NONE
};
const WITH_FIRMWARE: Lists = Lists {
    download_file: &["https://firmware.bikes.example"],
    ..RENTAL
};
const WITH_TRACKERS: Lists = Lists {
    request: &["https://api.bikes.example", "https://data.trackers.example"],
    ..WITH_FIRMWARE
};
