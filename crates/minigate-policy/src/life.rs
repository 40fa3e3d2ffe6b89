//! How far an app's life has come: it runs, it is suspended, it has ended.

use std::time::{Duration, Instant};

use crate::{Profile, Visibility};

/// How far an app's life has come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// Its JavaScript runs, be it seen or not.
    #[default]
    Awake,
    /// It has been hidden for so long that it stands still: what happens is kept for its return.
    Suspended,
    /// It has been suspended for so long that nothing is left of it.
    Destroyed,
}

/// The life of one app.
///
/// It does nothing by itself: the owner says where the app is and that time has passed, and asks for the
/// [`stage`](Self::stage). An app in the background is suspended a while after it was hidden, and destroyed a while
/// after that; a pinned one stays awake where the profile exempts it (rule N5). What is destroyed stays so.
#[derive(Clone, Debug)]
pub struct Life {
    suspend_after: Duration,
    destroy_after: Duration,
    pinned_exempt: bool,
    visibility: Visibility,
    stage: Stage,
    next: Option<Instant>,
}

impl Life {
    /// The life of an app that is in the foreground.
    #[must_use]
    pub const fn new(profile: &Profile) -> Self {
        Self {
            suspend_after: profile.suspend_after,
            destroy_after: profile.destroy_after,
            pinned_exempt: profile.pinned_exempt,
            visibility: Visibility::Foreground,
            stage: Stage::Awake,
            next: None,
        }
    }

    /// The app came to the foreground, went to the background, or was pinned there.
    ///
    /// What was due before that happens first, however late this comes.
    pub fn set_visibility(&mut self, visibility: Visibility, now: Instant) {
        self.reach(now);
        let was_away = self.is_away();
        self.visibility = visibility;
        match (was_away, self.is_away()) {
            _ if self.stage == Stage::Destroyed => {}
            // A span beyond the clock's range never ends.
            (false, true) => self.next = now.checked_add(self.suspend_after),
            (_, false) => (self.stage, self.next) = (Stage::Awake, None),
            (true, true) => {}
        }
    }

    /// Where the app is.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// How far it has come.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// When to call [`reach`](Self::reach) next.
    #[must_use]
    pub const fn next_deadline(&self) -> Option<Instant> {
        self.next
    }

    /// Time has come this far.
    pub fn reach(&mut self, now: Instant) {
        while let Some(at) = self.next.filter(|at| *at <= now) {
            (self.stage, self.next) = match self.stage {
                Stage::Awake => (Stage::Suspended, at.checked_add(self.destroy_after)),
                Stage::Suspended | Stage::Destroyed => (Stage::Destroyed, None),
            };
        }
    }

    /// It ends now, whatever its owner's reason.
    pub const fn destroy(&mut self) {
        self.stage = Stage::Destroyed;
        self.next = None;
    }

    /// Whether the app is hidden and nothing exempts it.
    fn is_away(&self) -> bool {
        match self.visibility {
            Visibility::Foreground => false,
            Visibility::Background => true,
            Visibility::Pinned => !self.pinned_exempt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Era, Platform};

    #[test]
    fn n5_a_hidden_app_is_suspended_after_five_seconds_and_destroyed_after_five_minutes_more() {
        let (mut life, start) = hidden(Visibility::Background);

        let stages = [4_999, 5_000, 304_999, 305_000].map(|ms| stage_at(&mut life, start, ms));

        assert_eq!(
            stages,
            [Stage::Awake, Stage::Suspended, Stage::Suspended, Stage::Destroyed]
        );
    }

    #[test]
    fn n5_today_a_suspended_app_lives_for_half_an_hour() {
        let profile = Profile::new(Era::Current, Platform::Android);

        assert_eq!(profile.destroy_after, Duration::from_secs(30 * 60));
    }

    #[test]
    fn n5_a_pinned_app_is_suspended_only_where_nothing_exempts_it() {
        let mut today = Life::new(&Profile::new(Era::Current, Platform::Android));
        let (mut exempt, start) = hidden(Visibility::Pinned);
        today.set_visibility(Visibility::Pinned, start);

        assert_eq!(stage_at(&mut exempt, start, 3_600_000), Stage::Awake);
        assert_eq!(stage_at(&mut today, start, 5_000), Stage::Suspended);
    }

    #[test]
    fn n5_returning_wakes_the_app_and_hiding_it_again_starts_anew() {
        let (mut life, start) = hidden(Visibility::Background);
        let later = start + Duration::from_secs(60);

        life.set_visibility(Visibility::Foreground, later);
        let back = life.stage();
        life.set_visibility(Visibility::Background, later);

        assert_eq!((back, life.stage()), (Stage::Awake, Stage::Awake));
        assert_eq!(life.next_deadline(), Some(later + Duration::from_secs(5)));
    }

    #[test]
    fn n5_hiding_a_hidden_app_doesnt_start_its_time_again() {
        let (mut life, start) = hidden(Visibility::Background);

        life.set_visibility(Visibility::Background, start + Duration::from_secs(3));

        assert_eq!(stage_at(&mut life, start, 5_000), Stage::Suspended);
    }

    #[test]
    fn n5_one_late_look_finds_the_app_destroyed_and_nothing_wakes_it() {
        let (mut life, start) = hidden(Visibility::Background);

        life.set_visibility(Visibility::Foreground, start + Duration::from_secs(3600));

        assert_eq!((life.stage(), life.next_deadline()), (Stage::Destroyed, None));
    }

    #[test]
    fn n5_an_app_can_be_destroyed_in_the_foreground() {
        let (mut life, start) = hidden(Visibility::Foreground);

        life.destroy();
        life.set_visibility(Visibility::Background, start);

        assert_eq!((life.stage(), life.next_deadline()), (Stage::Destroyed, None));
    }

    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn hidden(visibility: Visibility) -> (Life, Instant) {
        let start = Instant::now();
        let mut life = Life::new(&Profile::default());
        life.set_visibility(visibility, start);
        (life, start)
    }

    fn stage_at(life: &mut Life, start: Instant, ms: u64) -> Stage {
        life.reach(start + Duration::from_millis(ms));
        life.stage()
    }
}
