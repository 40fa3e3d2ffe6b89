//! The gate against what its rules say, whatever order things come in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use minigate_policy::{Action, Call, Gate, Interface, Overflow, Permit, Profile, TaskId, Visibility};

use crate::stage::policy;

/// Settings, and what is done to the gate.
#[derive(Arbitrary, Debug)]
pub struct Scene {
    slots: u8,
    is_shared: bool,
    refuses: bool,
    counts_queue: bool,
    exempts_pinned: bool,
    grace: u16,
    acts: Vec<Act>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Act {
    Submit {
        interface: u8,
        timeout: u16,
    },
    Finish(u8),
    Establish(u8),
    See(u8),
    Pass(u16),
    /// Lets exactly as much time pass as the gate asks for.
    Reach,
    /// The app, in the midst of it, takes no actions.
    Hold,
}

/// Plays a scene and panics where something doesn't hold.
pub fn play(scene: Scene) {
    let profile = scene.profile();
    let mut bench = Bench::new(&profile);
    for act in scene.acts.iter().take(200) {
        bench.perform(*act);
    }
    bench.drain();
}

impl Scene {
    fn profile(&self) -> Profile {
        Profile {
            calls_at_once: usize::from(self.slots % 4),
            sockets_at_once: usize::from(self.slots / 64),
            shared_slots: self.is_shared,
            overflow: if self.refuses {
                Overflow::Refuse
            } else {
                Overflow::Queue
            },
            timeout_counts_queue: self.counts_queue,
            pinned_exempt: self.exempts_pinned,
            background_grace: Duration::from_millis(u64::from(self.grace)),
            timeout_max: None,
            ..Profile::default()
        }
    }
}

/// The gate, and what must be true of it.
struct Bench {
    gate: Gate,
    profile: Profile,
    now: Instant,
    silenced_since: Option<Instant>,
    ids: Vec<TaskId>,
    tasks: BTreeMap<TaskId, Task>,
}

/// A task that hasn't ended.
struct Task {
    interface: Interface,
    timeout: Duration,
    submitted: Instant,
    started: Option<Instant>,
    is_established: bool,
}

impl Bench {
    fn new(profile: &Profile) -> Self {
        Self {
            gate: Gate::new(profile),
            profile: profile.clone(),
            now: Instant::now(),
            silenced_since: None,
            ids: Vec::new(),
            tasks: BTreeMap::new(),
        }
    }

    fn perform(&mut self, act: Act) {
        match act {
            Act::Submit { interface, timeout } => self.submit(interface, timeout),
            Act::Finish(number) => self.finish(number),
            Act::Establish(number) => self.establish(number),
            Act::See(number) => self.see(number),
            Act::Pass(ms) => self.pass(Duration::from_millis(u64::from(ms))),
            Act::Reach => {
                if let Some(at) = self.gate.next_deadline() {
                    self.pass(at.saturating_duration_since(self.now));
                }
            }
            Act::Hold => return,
        }
        self.gate.reach(self.now);
        self.drain();
        self.check();
    }

    fn submit(&mut self, interface: u8, timeout: u16) {
        let interface = Interface::ALL[usize::from(interface) % Interface::ALL.len()];
        let timeout = Duration::from_millis(u64::from(timeout).max(1));
        let permit = permit(&self.profile, interface, timeout);
        let id = self.gate.submit(&permit, self.now);
        assert!(!self.ids.contains(&id));
        self.ids.push(id);
        let task = Task {
            interface,
            timeout,
            submitted: self.now,
            started: None,
            is_established: false,
        };
        self.tasks.insert(id, task);
    }

    fn finish(&mut self, number: u8) {
        let Some(id) = self.pick(number) else { return };
        self.gate.finish(id, self.now);
        self.tasks.remove(&id);
    }

    fn establish(&mut self, number: u8) {
        let Some(id) = self.pick(number) else { return };
        let running = self.tasks.get_mut(&id).filter(|task| task.started.is_some());
        if let Some(task) = running {
            task.is_established = true;
            self.gate.establish(id);
        }
    }

    fn see(&mut self, number: u8) {
        let all = [Visibility::Foreground, Visibility::Background, Visibility::Pinned];
        let visibility = all[usize::from(number) % all.len()];
        self.gate.set_visibility(visibility, self.now);
        let is_silenced = match visibility {
            Visibility::Foreground => false,
            Visibility::Background => true,
            Visibility::Pinned => !self.profile.pinned_exempt,
        };
        self.silenced_since = is_silenced.then(|| self.silenced_since.unwrap_or(self.now));
    }

    fn pass(&mut self, span: Duration) {
        self.now += span;
        self.gate.reach(self.now);
    }

    fn pick(&self, number: u8) -> Option<TaskId> {
        self.ids.get(usize::from(number) % self.ids.len().max(1)).copied()
    }

    fn drain(&mut self) {
        while let Some(action) = self.gate.next_action() {
            self.take(action);
        }
    }

    fn take(&mut self, action: Action) {
        match action {
            Action::Start(id) => {
                let now = self.now;
                let task = self.tasks.get_mut(&id).expect("only what hasn't ended starts");
                assert_eq!(task.started, None, "a task starts once");
                task.started = Some(now);
                let interface = task.interface;
                self.assert_next(id, interface);
            }
            Action::Interrupt(id) => {
                self.end(id);
                assert!(
                    self.silenced_since.is_some(),
                    "only a silenced app is interrupted"
                );
            }
            Action::Refuse(id) => {
                let task = self.end(id);
                let is_socket = task.interface == Interface::ConnectSocket;
                assert!(is_socket || self.profile.overflow == Overflow::Refuse);
                assert_eq!(
                    self.running(task.interface),
                    self.slots(task.interface),
                    "a slot is free"
                );
            }
            Action::TimeOut(id) => {
                let task = self.end(id);
                let deadline = self.deadline(&task).expect("only what has a deadline times out");
                assert!(deadline <= self.now, "it times out too early");
            }
        }
    }

    fn end(&mut self, id: TaskId) -> Task {
        self.tasks.remove(&id).expect("a task ends once")
    }

    /// Those that came before it to the same slots don't wait any more, or their time is up as well.
    fn assert_next(&self, id: TaskId, interface: Interface) {
        let waiting = |(other, task): (&TaskId, &Task)| {
            let has_time = self.deadline(task).is_none_or(|at| at > self.now);
            *other < id && has_time && task.started.is_none() && self.share(task.interface, interface)
        };
        assert!(!self.tasks.iter().any(waiting), "a task overtakes another");
    }

    fn check(&self) {
        assert!(
            self.gate.next_deadline().is_none_or(|at| at > self.now),
            "a deadline has passed"
        );
        for task in self.tasks.values() {
            assert!(
                self.deadline(task).is_none_or(|at| at > self.now),
                "a task outlives its time"
            );
        }
        let grace = self.profile.background_grace;
        if self.silenced_since.is_some_and(|since| since + grace <= self.now) {
            assert!(self.tasks.is_empty(), "a task outlives the grace");
        }
        for interface in Interface::ALL {
            let (running, slots) = (self.running(interface), self.slots(interface));
            assert!(running <= slots, "more run than there are slots");
            let waits = |task: &Task| task.started.is_none() && self.share(task.interface, interface);
            assert!(
                running == slots || !self.tasks.values().any(waits),
                "a free slot stays unused"
            );
        }
    }

    fn deadline(&self, task: &Task) -> Option<Instant> {
        let from = if self.profile.timeout_counts_queue {
            Some(task.submitted)
        } else {
            task.started
        };
        from.filter(|_| !task.is_established)
            .map(|from| from + task.timeout)
    }

    fn running(&self, interface: Interface) -> usize {
        let runs = |task: &&Task| task.started.is_some() && self.share(task.interface, interface);
        self.tasks.values().filter(runs).count()
    }

    /// There is always one, or nothing could ever be called.
    fn slots(&self, interface: Interface) -> usize {
        self.profile.slots(interface).max(1)
    }

    fn share(&self, one: Interface, other: Interface) -> bool {
        let is_socket = |interface| interface == Interface::ConnectSocket;
        one == other || self.profile.shared_slots && !is_socket(one) && !is_socket(other)
    }
}

fn permit(profile: &Profile, interface: Interface, timeout: Duration) -> Permit {
    let url = format!("{}://a.example/", interface.scheme());
    let call = Call::new(interface, url).with_timeout(Some(timeout));
    policy(profile.clone()).judge(&call).unwrap()
}
