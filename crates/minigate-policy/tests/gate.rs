//! What holds for an app's calls, whatever happens to the app (rules N1, N4 and N5).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod cases;

use std::time::{Duration, Instant};

use cases::cases;
use minigate_policy::{
    Action, Call, Debugging, Gate, Interface, Overflow, Policy, Profile, Scheme, TaskId, Visibility,
};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::{collection, proptest};

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn n1_n4_n5_a_gate_keeps_its_promises(profile in profile(), events in collection::vec(event(), 1..80)) {
        let mut model = Model::new(profile);

        for event in events {
            model.meet(&event);
        }
        model.let_time_pass();
    }
}

fn interface() -> impl Strategy<Value = Interface> {
    select(&Interface::ALL)
}

/// What happens to a gate, and whether its owner asks for actions right away.
#[derive(Clone, Debug)]
struct Event {
    what: What,
    asks: bool,
}

#[derive(Clone, Debug)]
enum What {
    Submit(Interface, Duration),
    Finish(Index),
    Show(Visibility),
    Pass(Duration),
}

fn event() -> impl Strategy<Value = Event> {
    let millis = |longest: u64| (0..=longest).prop_map(Duration::from_millis);
    let what = prop_oneof![
        6 => (interface(), millis(9_000)).prop_map(|(interface, timeout)| What::Submit(interface, timeout)),
        4 => any::<Index>().prop_map(What::Finish),
        1 => select(&[Visibility::Foreground, Visibility::Background, Visibility::Pinned][..]).prop_map(What::Show),
        3 => millis(3_000).prop_map(What::Pass),
    ];
    (what, proptest::bool::weighted(0.8)).prop_map(|(what, asks)| Event { what, asks })
}

fn profile() -> impl Strategy<Value = Profile> {
    let overflow = select(&[Overflow::Queue, Overflow::Queue, Overflow::Refuse][..]);
    (1..4_usize, 1..3_usize, any::<[bool; 3]>(), overflow).prop_map(
        |(calls, sockets, [shared, counts, pinned], overflow)| Profile {
            calls_at_once: calls,
            sockets_at_once: sockets,
            shared_slots: shared,
            timeout_counts_queue: counts,
            pinned_exempt: pinned,
            overflow,
            ..Profile::default()
        },
    )
}

/// A gate, and what its owner has seen of it.
struct Model {
    profile: Profile,
    gate: Gate,
    policy: Policy,
    now: Instant,
    visibility: Visibility,
    silenced_at: Option<Instant>,
    was_silenced: bool,
    tasks: Vec<Seen>,
}

struct Seen {
    id: TaskId,
    interface: Interface,
    timeout: Duration,
    submitted_at: Instant,
    started_at: Option<Instant>,
    made_in_silence: bool,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Waiting,
    Running,
    Ended,
}

impl Model {
    fn new(profile: Profile) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "any moment serves as the origin of a test's time"
        )]
        let now = Instant::now();
        Self {
            gate: Gate::new(&profile),
            policy: Policy::new("wx1".parse().unwrap())
                .with_profile(profile.clone())
                .with_check_skipped(Debugging::On),
            profile,
            now,
            visibility: Visibility::Foreground,
            silenced_at: None,
            was_silenced: false,
            tasks: Vec::new(),
        }
    }

    fn meet(&mut self, event: &Event) {
        match &event.what {
            What::Submit(interface, timeout) => self.submit(*interface, *timeout),
            What::Finish(chosen) => self.finish(*chosen),
            What::Show(visibility) => self.show(*visibility),
            What::Pass(span) => self.pass(*span),
        }
        if event.asks {
            self.ask();
        }
    }

    fn submit(&mut self, interface: Interface, timeout: Duration) {
        let url = format!("{}://a.com/", interface.scheme());
        let permit = self
            .policy
            .judge(&Call::new(interface, url).with_timeout(Some(timeout)))
            .unwrap();
        self.tasks.push(Seen {
            id: self.gate.submit(&permit, self.now),
            interface,
            timeout,
            submitted_at: self.now,
            started_at: None,
            made_in_silence: self.silenced_at.is_some(),
            state: State::Waiting,
        });
    }

    /// The owner ends a call, unless the gate has already ended it: then that action is still to come.
    fn finish(&mut self, chosen: Index) {
        let known = self.living();
        let Some(task) = (!self.tasks.is_empty()).then(|| chosen.get(&self.tasks).id) else {
            return;
        };
        self.gate.finish(task, self.now);
        if self.living() < known {
            assert_eq!(self.living(), known - 1);
            self.end(task);
        }
    }

    fn show(&mut self, visibility: Visibility) {
        self.gate.set_visibility(visibility, self.now);
        assert_eq!(self.gate.visibility(), visibility);
        self.visibility = visibility;
        let silenced = match visibility {
            Visibility::Foreground => false,
            Visibility::Background => true,
            Visibility::Pinned => !self.profile.pinned_exempt,
        };
        self.silenced_at = silenced.then(|| self.silenced_at.unwrap_or(self.now));
        self.was_silenced |= silenced;
    }

    fn pass(&mut self, span: Duration) {
        self.now += span;
        self.gate.reach(self.now);
        assert!(
            self.gate
                .next_deadline()
                .is_none_or(|deadline| deadline > self.now),
            "a deadline was passed over"
        );
        if self.is_grace_over() {
            assert_eq!(self.living(), 0, "n5: a call outlives the grace");
        }
    }

    fn is_grace_over(&self) -> bool {
        self.silenced_at
            .is_some_and(|at| at + self.profile.background_grace <= self.now)
    }

    /// Takes every action, then compares what both sides know.
    fn ask(&mut self) {
        while let Some(action) = self.gate.next_action() {
            match action {
                Action::Start(task) => self.start(task),
                Action::Interrupt(task) => {
                    assert!(self.was_silenced, "n5: an interruption in the foreground");
                    self.end(task);
                }
                Action::TimeOut(task) => {
                    let task = self.end(task);
                    assert!(task.submitted_at + task.timeout <= self.now, "n1: too early");
                }
                Action::Refuse(task) => {
                    let interface = self.end(task).interface;
                    assert!(self.refuses(interface), "n4: a call is refused instead of queued");
                }
            }
        }
        self.was_silenced = self.silenced_at.is_some();
        self.compare();
    }

    fn start(&mut self, task: TaskId) {
        let (now, is_grace_over) = (self.now, self.is_grace_over());
        let seen = self.tasks.iter_mut().find(|seen| seen.id == task).unwrap();
        assert_eq!(seen.state, State::Waiting, "a start of what has started or ended");
        assert!(!seen.made_in_silence, "n5: a call made in the background starts");
        assert!(!is_grace_over, "n5: a call starts after the grace");
        seen.state = State::Running;
        seen.started_at = Some(now);
        let interface = seen.interface;
        let pool = self.pool(interface);
        assert!(
            self.count(State::Running, pool) <= self.slots(pool),
            "n4: too many run"
        );
    }

    fn end(&mut self, task: TaskId) -> &Seen {
        let seen = self.tasks.iter_mut().find(|seen| seen.id == task).unwrap();
        assert_ne!(seen.state, State::Ended, "a second end");
        seen.state = State::Ended;
        seen
    }

    fn refuses(&self, pool: Interface) -> bool {
        pool == Interface::ConnectSocket || self.profile.overflow == Overflow::Refuse
    }

    fn compare(&self) {
        let running = |interface| {
            self.tasks
                .iter()
                .filter(|seen| seen.state == State::Running && seen.interface == interface)
                .count()
        };
        for interface in Interface::ALL {
            assert_eq!(self.gate.running(interface), running(interface), "{interface}");
        }
        let waiting: usize = POOLS.iter().map(|pool| self.count(State::Waiting, *pool)).sum();
        assert_eq!(self.gate.queued(), waiting, "a call is lost");
        for pool in POOLS {
            let waiting = self.count(State::Waiting, pool);
            let idle = self.count(State::Running, pool) < self.slots(pool);
            assert!(!idle || waiting == 0, "n4: a call waits beside a free slot");
            assert!(
                waiting == 0 || !self.refuses(pool),
                "n4: a call waits that was to be refused"
            );
            assert!(
                self.last_started(pool) < self.first_waiting(pool),
                "n4: a call overtakes an earlier one"
            );
        }
        let expired = self.tasks.iter().find(|seen| {
            seen.state == State::Running && seen.started_at.is_some_and(|at| at + seen.timeout < self.now)
        });
        assert!(expired.is_none(), "n1: a call outlives its time");
    }

    /// Without any help of the owner, each call ends.
    fn let_time_pass(&mut self) {
        self.ask();
        while let Some(deadline) = self.gate.next_deadline() {
            self.pass(deadline - self.now);
            self.ask();
        }
        assert!(
            self.tasks.iter().all(|seen| seen.state == State::Ended),
            "a call never ends"
        );
        assert_eq!(self.living(), 0);
    }

    fn living(&self) -> usize {
        let running: usize = Interface::ALL
            .iter()
            .map(|interface| self.gate.running(*interface))
            .sum();
        running + self.gate.queued()
    }

    fn count(&self, state: State, pool: Interface) -> usize {
        self.tasks
            .iter()
            .filter(|seen| seen.state == state && self.pool(seen.interface) == pool)
            .count()
    }

    fn last_started(&self, pool: Interface) -> Option<usize> {
        let started = |seen: &Seen| seen.started_at.is_some() && self.pool(seen.interface) == pool;
        self.tasks.iter().rposition(started)
    }

    /// Beyond every other where none waits.
    fn first_waiting(&self, pool: Interface) -> Option<usize> {
        let waits = |seen: &Seen| seen.state == State::Waiting && self.pool(seen.interface) == pool;
        Some(self.tasks.iter().position(waits).unwrap_or(usize::MAX))
    }

    /// A pool is named after the first interface that it serves.
    fn pool(&self, interface: Interface) -> Interface {
        match interface {
            Interface::UploadFile | Interface::DownloadFile if self.profile.shared_slots => {
                Interface::Request
            }
            own => own,
        }
    }

    fn slots(&self, pool: Interface) -> usize {
        match pool.scheme() {
            Scheme::Wss => self.profile.sockets_at_once,
            _ => self.profile.calls_at_once,
        }
    }
}

const POOLS: [Interface; 4] = Interface::ALL;
