//! An app's life: it is seen, hidden, suspended, destroyed.

use std::task::{Context, Waker};

use minigate_policy::{Stage, Visibility};
use rquickjs::IntoJs;
use tokio::time::Instant;

use super::{
    App, Happening, Held, Launch, enter_options, nothing,
    source::{poll_any, ready},
};
use crate::{Limit, Notice};

/// Why an app was hidden: `reason` of `wx.onAppHide`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum HideReason {
    /// The user left it.
    #[default]
    Left,
    /// It opened another mini-program.
    OtherApp,
    /// It opened a page of the host's own.
    HostPage,
    /// Anything else.
    Other,
}

/// Why an app's life ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It was suspended for too long.
    Forgotten,
    /// It called `wx.exitMiniProgram`.
    Left,
    /// Its host ended it.
    Destroyed,
}

/// A turn in an app's life, told before the app itself hears of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// It went to the background.
    Hidden,
    /// It went to the background, pinned to the top of the chat list.
    Pinned,
    /// It stands still from now on.
    Suspended,
    /// It came back to the foreground.
    Shown,
    /// Its life is over.
    Ended(Ending),
}

/// # Life
///
/// A hidden app runs on for a while, then it is suspended: its JavaScript stands still, and timers and events of
/// calls are kept for its return. Suspended for too long, it is destroyed. The spans are those of the profile.
impl App {
    /// The app comes to the foreground, opened anew if `entry` says how.
    ///
    /// Calls work again at once (rule N5). What was kept for it comes first, in the order in which it happened; then
    /// the app's and the page's `onShow`. An entry that names a page closes the others.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn show(&mut self, entry: Option<&Launch>) -> Result<(), Limit> {
        self.place(Visibility::Foreground)?;
        if std::mem::replace(&mut self.is_shown, true) || self.ending.is_some() {
            return Ok(());
        }
        let enter = entry.map(|launch| enter_options(launch, None));
        self.turn("show", 0, |ctx| enter.into_js(ctx), nothing)
    }

    /// The app goes to the background: the page's and the app's `onHide`, then rule N5 takes its course.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn hide(&mut self, reason: HideReason) -> Result<(), Limit> {
        self.place(Visibility::Background)?;
        self.tell_hidden(reason)
    }

    /// The app goes to the background and is pinned to the top of the chat list: where the profile exempts it, its
    /// calls go on and it isn't suspended (rule N5).
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn pin(&mut self) -> Result<(), Limit> {
        self.place(Visibility::Pinned)?;
        self.tell_hidden(HideReason::Left)
    }

    /// Ends the app's life: its JavaScript is gone without another word, its calls end.
    pub fn destroy(&mut self) {
        self.end_life(Ending::Destroyed);
    }

    /// How far its life has come.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.life.stage()
    }

    /// Changes the rules, ends what they end, and brings a suspended app back to life where it may run again.
    fn place(&mut self, visibility: Visibility) -> Result<(), Limit> {
        self.follow_life();
        if self.ending.is_some() || self.life.visibility() == visibility {
            return Ok(());
        }
        self.notice_change(match visibility {
            Visibility::Foreground => Change::Shown,
            Visibility::Background => Change::Hidden,
            Visibility::Pinned => Change::Pinned,
        });
        let was_suspended = self.stage() == Stage::Suspended;
        self.life
            .set_visibility(visibility, self.host.clock.now().into_std());
        self.host.calls.borrow().engine.set_visibility(visibility);
        if was_suspended && self.stage() == Stage::Awake {
            return self.deliver_held();
        }
        Ok(())
    }

    fn tell_hidden(&mut self, reason: HideReason) -> Result<(), Limit> {
        if !std::mem::replace(&mut self.is_shown, false) {
            return Ok(());
        }
        self.turn("hide", reason as u64, nothing, nothing)
    }

    /// Lets its life come as far as the clock, and ends it where that is due.
    pub(super) fn follow_life(&mut self) {
        let before = self.stage();
        self.life.reach(self.host.clock.now().into_std());
        if before == Stage::Awake && self.stage() != Stage::Awake {
            self.notice_change(Change::Suspended);
        }
        if self.stage() == Stage::Destroyed {
            self.end_life(Ending::Forgotten);
        } else if self.host.is_left() && self.ending.is_none() {
            // A limit that is broken on the way out ends it just as well.
            let _ = self.tell_hidden(HideReason::Left);
            self.end_life(Ending::Left);
        }
    }

    /// When its life takes its next turn by itself.
    pub(super) fn turning_point(&self) -> Option<Instant> {
        self.life.next_deadline().map(Instant::from_std)
    }

    /// When something is due; a suspended app has no such moment.
    pub(super) fn next_moment(&self, now: Instant) -> Option<Instant> {
        let is_awake = self.stage() == Stage::Awake;
        is_awake.then(|| self.host.agenda.borrow().next_moment(now))?
    }

    /// Delivers what was kept: postponed callbacks, then timers and events in the order in which they came.
    fn deliver_held(&mut self) -> Result<(), Limit> {
        self.hold_ready();
        let now = self.host.clock.now();
        let postponed = self.host.agenda.borrow().soon_len();
        for _ in 0..postponed {
            self.deliver_due(now);
        }
        while self.host.watch.broken().is_none() {
            let timer = self.host.agenda.borrow().next_timer().filter(|at| *at <= now);
            match (self.held.first_moment(), timer) {
                (Some(event), Some(timer)) if timer < event => self.deliver_due(now),
                (Some(_), _) => self.held.pop().into_iter().for_each(|kept| self.deliver(kept)),
                (None, Some(_)) => self.deliver_due(now),
                (None, None) => break,
            }
        }
        self.host.watch.broken().map_or(Ok(()), Err)
    }

    /// Takes what has come while nobody ran the app.
    fn hold_ready(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let outside = ready(poll_any(&self.host, self.held.room(), &mut cx));
            let outside = outside.map(|(_, happening)| happening);
            let Some(happening) = outside.or_else(|| self.take_network()) else {
                return;
            };
            self.held.push(self.host.clock.now(), happening);
        }
    }

    fn deliver_due(&self, now: Instant) {
        let due = self.host.agenda.borrow_mut().next_due(now);
        due.into_iter().for_each(|due| self.deliver(Happening::Due(due)));
    }

    fn end_life(&mut self, ending: Ending) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some(ending);
        self.life.destroy();
        self.realm = None;
        self.held = Held::default();
        self.host.clear();
        self.notice_change(Change::Ended(ending));
    }

    fn notice_change(&self, change: Change) {
        self.host.notice(Notice::Life(change));
    }
}
