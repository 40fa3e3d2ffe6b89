use crate::{Call, Debugging, Interface, Policy};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    gate: Gate,
    policy: Policy,
    now: Instant,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Profile)) -> Self {
        let mut profile = Profile::default();
        change(&mut profile);
        let gate = Gate::new(&profile);
        let policy = Policy::new("wx1".parse().unwrap())
            .with_profile(profile)
            .with_check_skipped(Debugging::On);
        #[expect(
            clippy::disallowed_methods,
            reason = "any moment serves as the origin of a test's time"
        )]
        let now = Instant::now();
        Self { gate, policy, now }
    }

    fn submit(&mut self, interface: Interface) -> TaskId {
        let url = format!("{}://a.com/", interface.scheme());
        let permit = self.policy.judge(&Call::new(interface, url)).unwrap();
        self.gate.submit(&permit, self.now)
    }

    fn pass(&mut self, span: Duration) {
        self.now += span;
        self.gate.reach(self.now);
    }

    fn finish(&mut self, task: TaskId) {
        self.gate.finish(task, self.now);
    }

    fn show(&mut self, visibility: Visibility) {
        self.gate.set_visibility(visibility, self.now);
    }

    fn actions(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.gate.next_action()).collect()
    }
}

#[test]
fn n4_the_eleventh_call_waits_and_takes_the_first_free_slot() {
    let mut bench = Bench::new(|_| {});
    let tasks: Vec<_> = (0..12).map(|_| bench.submit(Interface::Request)).collect();
    let started: Vec<_> = tasks.iter().take(10).copied().map(Action::Start).collect();
    assert_eq!(bench.actions(), started);

    bench.finish(tasks[4]);

    assert_eq!(bench.actions(), [Action::Start(tasks[10])]);
    assert_eq!(bench.gate.queued(), 1);
}

#[test]
fn n4_aborting_a_queued_call_lets_the_next_one_through() {
    let mut bench = Bench::new(|_| {});
    let tasks: Vec<_> = (0..12).map(|_| bench.submit(Interface::Request)).collect();
    bench.actions();

    bench.finish(tasks[10]);
    assert_eq!(bench.actions(), []);
    bench.finish(tasks[0]);

    assert_eq!(bench.actions(), [Action::Start(tasks[11])]);
}

#[test]
fn n4_a_slot_is_freed_once_however_often_its_task_ends() {
    let mut bench = Bench::new(|_| {});
    let tasks: Vec<_> = (0..12).map(|_| bench.submit(Interface::Request)).collect();
    bench.actions();

    bench.finish(tasks[0]);
    bench.finish(tasks[0]);

    assert_eq!(bench.actions(), [Action::Start(tasks[10])]);
    assert_eq!(bench.gate.running(Interface::Request), 10);
}

#[test]
fn n4_each_interface_has_ten_slots_of_its_own() {
    let mut bench = Bench::new(|_| {});

    for interface in [Interface::Request, Interface::UploadFile, Interface::DownloadFile] {
        for _ in 0..11 {
            bench.submit(interface);
        }
        assert_eq!(bench.gate.running(interface), 10);
    }
    assert_eq!(bench.gate.queued(), 3);
}

#[test]
fn n4_one_shared_pool_serves_in_order_of_arrival_whatever_the_interface() {
    let mut bench = Bench::new(|profile| profile.shared_slots = true);
    let first = bench.submit(Interface::Request);
    for _ in 0..9 {
        bench.submit(Interface::UploadFile);
    }
    let eleventh = bench.submit(Interface::DownloadFile);
    let twelfth = bench.submit(Interface::Request);
    bench.actions();

    bench.finish(first);
    assert_eq!(bench.actions(), [Action::Start(eleventh)]);
    bench.finish(eleventh);

    assert_eq!(bench.actions(), [Action::Start(twelfth)]);
}

#[test]
fn n4_calls_beyond_the_limit_fail_where_they_are_not_to_wait() {
    let mut bench = Bench::new(|profile| profile.overflow = Overflow::Refuse);
    for _ in 0..10 {
        bench.submit(Interface::Request);
    }
    bench.actions();

    let eleventh = bench.submit(Interface::Request);

    assert_eq!(bench.actions(), [Action::Refuse(eleventh)]);
}

#[test]
fn a_sixth_socket_is_refused_and_never_queued() {
    let mut bench = Bench::new(|_| {});
    for _ in 0..5 {
        bench.submit(Interface::ConnectSocket);
    }
    bench.actions();

    let sixth = bench.submit(Interface::ConnectSocket);

    assert_eq!(bench.actions(), [Action::Refuse(sixth)]);
}

#[test]
fn n1_a_call_ends_sixty_seconds_after_its_start_and_frees_its_slot() {
    let mut bench = Bench::new(|_| {});
    let tasks: Vec<_> = (0..11).map(|_| bench.submit(Interface::Request)).collect();
    bench.actions();

    bench.pass(60 * SECOND - Duration::from_millis(1));
    assert_eq!(bench.actions(), []);
    bench.pass(Duration::from_millis(1));

    let actions = bench.actions();
    assert_eq!(
        actions
            .iter()
            .filter(|action| matches!(action, Action::TimeOut(_)))
            .count(),
        10
    );
    assert!(actions.contains(&Action::Start(tasks[10])));
    assert_eq!(bench.gate.next_deadline(), Some(bench.now + 60 * SECOND));
}

#[test]
fn n1_time_in_the_queue_counts_only_where_the_profile_says_so() {
    for (counts, expected) in [(false, 0), (true, 1)] {
        let mut bench = Bench::new(|profile| profile.timeout_counts_queue = counts);
        let first = bench.submit(Interface::Request);
        for _ in 0..9 {
            bench.submit(Interface::Request);
        }
        let queued = bench.submit(Interface::Request);
        bench.pass(59 * SECOND);
        bench.finish(first);
        bench.actions();

        bench.pass(SECOND);

        let ended = bench
            .actions()
            .iter()
            .filter(|action| **action == Action::TimeOut(queued))
            .count();
        assert_eq!(ended, expected);
    }
}

#[test]
fn n5_interrupts_running_and_queued_calls_five_seconds_after_the_app_hides() {
    let mut bench = Bench::new(|_| {});
    let tasks: Vec<_> = (0..11).map(|_| bench.submit(Interface::Request)).collect();
    bench.actions();
    bench.pass(SECOND);

    bench.show(Visibility::Background);
    bench.pass(Duration::from_millis(4_999));
    assert_eq!(bench.actions(), []);
    bench.pass(Duration::from_millis(1));

    let interrupted: Vec<_> = tasks.into_iter().map(Action::Interrupt).collect();
    assert_eq!(bench.actions(), interrupted);
    assert_eq!(bench.gate.next_deadline(), None);
}

#[test]
fn n5_a_call_made_in_the_background_is_interrupted_at_once() {
    let mut bench = Bench::new(|_| {});
    bench.show(Visibility::Background);
    bench.pass(SECOND);

    let task = bench.submit(Interface::UploadFile);

    assert_eq!(bench.actions(), [Action::Interrupt(task)]);
}

#[test]
fn n5_a_call_that_ends_within_the_grace_is_left_alone() {
    let mut bench = Bench::new(|_| {});
    let task = bench.submit(Interface::Request);
    bench.actions();
    bench.show(Visibility::Background);

    bench.pass(Duration::from_millis(4_900));
    bench.finish(task);
    bench.pass(SECOND);

    assert_eq!(bench.actions(), []);
}

#[test]
fn n5_coming_back_in_time_saves_the_calls_and_everything_works_again() {
    let mut bench = Bench::new(|_| {});
    bench.submit(Interface::Request);
    bench.actions();
    bench.show(Visibility::Background);
    bench.pass(4 * SECOND);

    bench.show(Visibility::Foreground);
    bench.pass(10 * SECOND);
    let task = bench.submit(Interface::Request);

    assert_eq!(bench.actions(), [Action::Start(task)]);
}

#[test]
fn n5_a_pinned_app_goes_on_calling_in_the_background_where_the_era_says_so() {
    for (exempt, expected) in [(true, true), (false, false)] {
        let mut bench = Bench::new(|profile| profile.pinned_exempt = exempt);
        bench.show(Visibility::Pinned);
        bench.pass(30 * SECOND);

        let task = bench.submit(Interface::Request);

        assert_eq!(bench.actions() == [Action::Start(task)], expected);
    }
}

#[test]
fn n5_hiding_again_starts_the_grace_anew() {
    let mut bench = Bench::new(|_| {});
    let task = bench.submit(Interface::Request);
    bench.actions();
    bench.show(Visibility::Background);
    bench.pass(4 * SECOND);
    bench.show(Visibility::Foreground);
    bench.show(Visibility::Background);

    bench.pass(4 * SECOND);
    assert_eq!(bench.actions(), []);
    bench.pass(SECOND);

    assert_eq!(bench.actions(), [Action::Interrupt(task)]);
}

#[test]
fn n4_after_an_interruption_all_slots_are_free_again() {
    let mut bench = Bench::new(|_| {});
    for _ in 0..15 {
        bench.submit(Interface::Request);
    }
    bench.show(Visibility::Background);
    bench.pass(5 * SECOND);
    bench.show(Visibility::Foreground);
    bench.actions();

    let again: Vec<_> = (0..10)
        .map(|_| Action::Start(bench.submit(Interface::Request)))
        .collect();

    assert_eq!(bench.actions(), again);
}

#[test]
fn n5_a_grace_beyond_the_clocks_range_never_ends() {
    let mut bench = Bench::new(|profile| profile.background_grace = Duration::MAX);
    let task = bench.submit(Interface::Request);

    bench.show(Visibility::Background);
    bench.pass(59 * SECOND);

    assert_eq!(bench.actions(), [Action::Start(task)]);
}

#[test]
fn n4_a_profile_without_slots_still_has_one() {
    let mut bench = Bench::new(|profile| profile.calls_at_once = 0);

    let task = bench.submit(Interface::Request);

    assert_eq!(bench.actions(), [Action::Start(task)]);
}

#[test]
fn n1_an_open_socket_is_not_timed_out_but_keeps_its_slot() {
    let mut bench = Bench::new(|_| {});
    let socket = bench.submit(Interface::ConnectSocket);
    bench.actions();

    bench.gate.establish(socket);
    bench.pass(120 * SECOND);

    assert_eq!(bench.actions(), []);
    assert_eq!(bench.gate.running(Interface::ConnectSocket), 1);
}

#[test]
fn n5_an_interruption_that_was_due_is_not_lost_by_a_late_return() {
    let mut bench = Bench::new(|_| {});
    let task = bench.submit(Interface::Request);
    bench.actions();
    bench.show(Visibility::Background);

    bench.now += 9 * SECOND;
    bench.show(Visibility::Foreground);

    assert_eq!(bench.actions(), [Action::Interrupt(task)]);
}
