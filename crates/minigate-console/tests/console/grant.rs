//! Grants to skip the check in development.

use jiff::SignedDuration;
use minigate_console::grant::{self, GrantError, Unreleased};
use minigate_console::store::Query;
use minigate_policy::Release;

use crate::database::{Database, on_both};
use crate::domains::{app, by, by_at};
use crate::store::now;

on_both! {
    s2_a_grant_is_for_its_releases_and_ends_by_itself
    s2_a_grant_can_be_withdrawn_early
    s2_a_grant_has_a_reason_a_release_and_an_end
}

async fn s2_a_grant_is_for_its_releases_and_ends_by_itself(database: &Database) {
    let (store, id) = app(database, false).await;
    let end = now() + SignedDuration::from_hours(24);

    let given = grant::give(
        &*store,
        &id,
        &[Unreleased::Develop],
        end,
        "new server",
        &by("owner"),
    )
    .await
    .unwrap();

    assert_eq!(
        grant::current(&*store, &id, now()).await.unwrap().as_ref(),
        Some(&given)
    );
    assert_eq!(grant::current(&*store, &id, end).await.unwrap(), None);
    assert!(given.lets_skip(Release::Develop, now()) && given.lets_skip(Release::Devtools, now()));
    for never in [Release::Trial, Release::Review, "7".parse().unwrap()] {
        assert!(!given.lets_skip(never, now()), "{never}");
    }
    assert!(!given.lets_skip(Release::Develop, end));
}

async fn s2_a_grant_can_be_withdrawn_early(database: &Database) {
    let (store, id) = app(database, false).await;
    let end = now() + SignedDuration::from_hours(24);
    let both = [Unreleased::Trial, Unreleased::Develop];
    grant::give(&*store, &id, &both, end, "new server", &by("owner"))
        .await
        .unwrap();

    grant::withdraw(&*store, &id, &by("owner")).await.unwrap();

    assert_eq!(grant::current(&*store, &id, now()).await.unwrap(), None);
    let again = grant::withdraw(&*store, &id, &by_at("owner", end)).await;
    assert!(matches!(again, Err(GrantError::Unknown)));
    let log = store.log(&Query::default()).await.unwrap();
    assert_eq!(
        (log[0].entry.action.as_str(), log[1].entry.action.as_str()),
        ("grant.withdraw", "grant.give")
    );
}

async fn s2_a_grant_has_a_reason_a_release_and_an_end(database: &Database) {
    let (store, id) = app(database, false).await;
    let give = async |releases: &[Unreleased], days: i64, reason: &str| {
        let end = now() + SignedDuration::from_hours(24 * days);
        grant::give(&*store, &id, releases, end, reason, &by("owner")).await
    };

    assert!(matches!(give(&[], 1, "why").await, Err(GrantError::NoRelease)));
    let develop = [Unreleased::Develop];
    assert!(matches!(
        give(&develop, 31, "why").await,
        Err(GrantError::Length { .. })
    ));
    assert!(matches!(
        give(&develop, 0, "why").await,
        Err(GrantError::Past { .. })
    ));
    assert!(matches!(give(&develop, 30, "").await, Err(GrantError::Reason)));
    give(&develop, 30, "why").await.unwrap();
    let nobodys = "wx9".parse().unwrap();
    let end = now() + SignedDuration::from_hours(1);
    let unknown = grant::give(&*store, &nobodys, &develop, end, "why", &by("owner")).await;
    assert!(matches!(unknown, Err(GrantError::App(_))));
}
