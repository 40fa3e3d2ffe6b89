//! A clinic: two people for each change, a pre-flight too, and a draft that waits for the other one.

use minigate_policy::Era;

use super::host::{Host, NEW_ROOT};
use super::step::Lists;
use super::story::{AppStory, Change, Reached};
use crate::access::Role;
use crate::domains::State;

pub(super) static STORY: AppStory = AppStory {
    two_people: true,
    preflight_required: true,
    made_days_ago: 164,
    members: &[
        ("lina", Role::Owner),
        ("chen", Role::Developer),
        ("zhao", Role::Auditor),
    ],
    changes: &[
        Change {
            hours_ago: 160 * 24 + 6,
            author: "chen",
            note: "预约挂号",
            lists: BOOKING,
            preflight: Some(&[]),
            reached: Reached::Published("lina", "预约功能上线"),
        },
        Change {
            hours_ago: 83 * 24 + 1,
            author: "chen",
            note: "检查报告下载",
            lists: WITH_REPORTS,
            preflight: Some(&[]),
            reached: Reached::Published("lina", "病人可以下载自己的检查报告"),
        },
        Change {
            hours_ago: 38 * 24 + 3,
            author: "chen",
            note: "Video consultations",
            lists: WITH_VIDEO,
            preflight: Some(&[
                Host {
                    entry: "https://reports.clinic.example",
                    ends_in_days: 26,
                    trouble: None,
                },
                Host {
                    entry: "wss://video.clinic.example",
                    ends_in_days: 71,
                    trouble: Some(&NEW_ROOT),
                },
            ]),
            reached: Reached::Published("lina", "Doctors on call in the evening"),
        },
        Change {
            hours_ago: 7,
            author: "chen",
            note: "化验单照片上传",
            lists: WITH_UPLOADS,
            preflight: Some(&[Host {
                entry: "https://reports.clinic.example",
                ends_in_days: 26,
                trouble: None,
            }]),
            reached: Reached::Draft(State::Submitted, "lina"),
        },
    ],
    ..AppStory::named("wx2b7d41f09ce83a56", "河畔诊所 Riverside Clinic", Era::Current)
};

const BOOKING: Lists = Lists {
    request: &["https://booking.clinic.example"],
    ..Lists::NONE
};
const WITH_REPORTS: Lists = Lists {
    download_file: &["https://reports.clinic.example"],
    ..BOOKING
};
const WITH_VIDEO: Lists = Lists {
    connect_socket: &["wss://video.clinic.example"],
    ..WITH_REPORTS
};
const WITH_UPLOADS: Lists = Lists {
    upload_file: &["https://reports.clinic.example"],
    ..WITH_VIDEO
};
