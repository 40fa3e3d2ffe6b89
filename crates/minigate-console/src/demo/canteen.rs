//! A school's canteen: the guide's own numbers, and a grant that ends.

use minigate_policy::Era;

use super::step::Lists;
use super::story::{AppStory, Change, Grant, Reached};
use crate::access::Role;

pub(super) static STORY: AppStory = AppStory {
    made_days_ago: 101,
    members: &[("zhao", Role::Owner)],
    changes: &[
        Change {
            hours_ago: 99 * 24 + 4,
            author: "zhao",
            note: "每周菜单",
            lists: MENU,
            preflight: None,
            reached: Reached::Published("zhao", "新学期菜单"),
        },
        Change {
            hours_ago: 52 * 24 + 6,
            author: "zhao",
            note: "家长留言附照片",
            lists: WITH_PHOTOS,
            preflight: None,
            reached: Reached::Published("zhao", "家长会后增加的功能"),
        },
    ],
    grant: Some(Grant {
        days_ago: 3,
        by: "zhao",
        reason: "联调新的点餐后台",
        ends_in_days: 11,
    }),
    ..AppStory::named("wx7710d2ea63bc948f", "实验小学食堂 School Canteen", Era::Guide)
};

const MENU: Lists = Lists {
    request: &["https://menu.canteen.example"],
    ..Lists::NONE
};
const WITH_PHOTOS: Lists = Lists {
    upload_file: &["https://photos.canteen.example"],
    ..MENU
};
