//! When a permitted call starts, and when it must end.

mod pool;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::{Interface, Overflow, Permit, Profile};
use pool::{Pool, Pools};

/// A call between its submission and its end.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TaskId(u64);

/// What the gate's owner is to do next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// A slot is free: carry the call out.
    Start(TaskId),
    /// The app has been in the background for too long, or is there now (rule N5): end the call.
    Interrupt(TaskId),
    /// The call's time is up (rule N1): end it.
    TimeOut(TaskId),
    /// No slot is free and calls are not to wait (rule N4): end it.
    Refuse(TaskId),
}

/// Where the app is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Visibility {
    /// The user sees it.
    #[default]
    Foreground,
    /// The user doesn't see it.
    Background,
    /// The user doesn't see it, but has pinned it to the top of the chat list (rule N5).
    Pinned,
}

/// The slots, queues and deadlines of one app.
///
/// It does nothing by itself: calls come in through [`submit`](Self::submit) and [`finish`](Self::finish), time
/// through [`reach`](Self::reach), and what follows is asked for with [`next_action`](Self::next_action) until
/// there is nothing more. After each input the owner asks for actions, then waits until
/// [`next_deadline`](Self::next_deadline).
///
/// A call waits in order of arrival. Its time runs from its start (a setting: from its submission). A task that
/// was interrupted, timed out or refused is forgotten at once and its slot is free; finishing it again does
/// nothing.
#[derive(Clone, Debug)]
pub struct Gate {
    settings: Settings,
    pools: Pools,
    tasks: BTreeMap<TaskId, Task>,
    deadlines: BTreeSet<(Instant, TaskId)>,
    visibility: Visibility,
    interrupt_at: Option<Instant>,
    actions: VecDeque<Action>,
    next_id: u64,
}

#[derive(Clone, Debug)]
struct Settings {
    overflow: Overflow,
    timeout_counts_queue: bool,
    background_grace: Duration,
    pinned_exempt: bool,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    interface: Interface,
    timeout: Duration,
    deadline: Option<Instant>,
}

impl Gate {
    /// The gate of an app that is in the foreground and has made no call.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Self {
            settings: Settings {
                overflow: profile.overflow,
                timeout_counts_queue: profile.timeout_counts_queue,
                background_grace: profile.background_grace,
                pinned_exempt: profile.pinned_exempt,
            },
            pools: Pools::new(profile),
            tasks: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            visibility: Visibility::Foreground,
            interrupt_at: None,
            actions: VecDeque::new(),
            next_id: 0,
        }
    }

    /// Takes a call in. The next actions start it, refuse it, or leave it in the queue.
    pub fn submit(&mut self, permit: &Permit, now: Instant) -> TaskId {
        self.reach(now);
        let id = TaskId(self.next_id);
        self.next_id += 1;
        if self.is_silenced() {
            self.actions.push_back(Action::Interrupt(id));
            return id;
        }
        let task = Task {
            interface: permit.interface(),
            timeout: permit.timeout(),
            deadline: None,
        };
        let pool = self.pools.of_mut(task.interface);
        if !pool.is_full() {
            pool.occupy(id);
            self.tasks.insert(id, task);
            self.begin(id, now);
        } else if self.settings.overflow == Overflow::Queue && task.interface != Interface::ConnectSocket {
            pool.enqueue(id);
            self.tasks.insert(id, task);
            if self.settings.timeout_counts_queue {
                self.limit(id, now);
            }
        } else {
            self.actions.push_back(Action::Refuse(id));
        }
        id
    }

    /// A call has ended by itself or was aborted, be it running or queued: its slot goes to the next in line.
    pub fn finish(&mut self, task: TaskId, now: Instant) {
        if let Some(interface) = self.forget(task) {
            self.fill(interface, now);
        }
    }

    /// A socket is open: from now on its time is no longer limited, but it keeps its slot.
    pub fn establish(&mut self, task: TaskId) {
        if let Some(deadline) = self.tasks.get_mut(&task).and_then(|task| task.deadline.take()) {
            self.deadlines.remove(&(deadline, task));
        }
    }

    /// The app came to the foreground, went to the background, or was pinned there.
    ///
    /// What was due before that is done first, however late this comes.
    pub fn set_visibility(&mut self, visibility: Visibility, now: Instant) {
        self.reach(now);
        let was_silenced = self.is_silenced();
        self.visibility = visibility;
        match (was_silenced, self.is_silenced()) {
            // A grace beyond the clock's range never ends.
            (false, true) => self.interrupt_at = now.checked_add(self.settings.background_grace),
            (_, false) => self.interrupt_at = None,
            (true, true) => {}
        }
    }

    /// Where the app is.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// When to call [`reach`](Self::reach) next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let timeout = self.deadlines.first().map(|(at, _)| *at);
        [timeout, self.interrupt_at].into_iter().flatten().min()
    }

    /// Time has come this far: calls whose time is up are ended, in the order of their deadlines.
    pub fn reach(&mut self, now: Instant) {
        while let Some(at) = self.next_deadline().filter(|at| *at <= now) {
            if self.interrupt_at == Some(at) {
                self.interrupt_all();
            } else if let Some((_, task)) = self.deadlines.first().copied() {
                let interface = self.forget(task);
                self.actions.push_back(Action::TimeOut(task));
                if let Some(interface) = interface {
                    self.fill(interface, now);
                }
            }
        }
    }

    /// What is to be done next; `None` until the next input or deadline.
    pub fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// How many calls of an interface hold a slot.
    #[must_use]
    pub fn running(&self, interface: Interface) -> usize {
        self.pools
            .of(interface)
            .running(|id| self.tasks.get(&id).is_some_and(|t| t.interface == interface))
    }

    /// How many calls wait for a slot.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.pools.queued()
    }

    /// Whether the background rule keeps the app from calling.
    fn is_silenced(&self) -> bool {
        match self.visibility {
            Visibility::Foreground => false,
            Visibility::Background => true,
            Visibility::Pinned => !self.settings.pinned_exempt,
        }
    }

    fn begin(&mut self, id: TaskId, now: Instant) {
        self.limit(id, now);
        self.actions.push_back(Action::Start(id));
    }

    fn limit(&mut self, id: TaskId, now: Instant) {
        if let Some(task) = self.tasks.get_mut(&id).filter(|task| task.deadline.is_none()) {
            // A time-out beyond the clock's range is none.
            task.deadline = now.checked_add(task.timeout);
            self.deadlines
                .extend(task.deadline.map(|deadline| (deadline, id)));
        }
    }

    fn fill(&mut self, interface: Interface, now: Instant) {
        while let Some(id) = self.pools.of_mut(interface).promote() {
            self.begin(id, now);
        }
    }

    fn forget(&mut self, id: TaskId) -> Option<Interface> {
        let task = self.tasks.remove(&id)?;
        if let Some(deadline) = task.deadline {
            self.deadlines.remove(&(deadline, id));
        }
        self.pools.of_mut(task.interface).release(id);
        // A start that nobody has asked for yet must not follow the end.
        self.actions.retain(|action| *action != Action::Start(id));
        Some(task.interface)
    }

    fn interrupt_all(&mut self) {
        self.interrupt_at = None;
        self.actions.retain(|action| !matches!(action, Action::Start(_)));
        self.actions
            .extend(self.tasks.keys().copied().map(Action::Interrupt));
        self.tasks.clear();
        self.deadlines.clear();
        self.pools.for_each(Pool::clear);
    }
}

#[cfg(test)]
mod tests;
