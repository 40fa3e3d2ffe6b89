//! The examples, recorded and played again.

use crate::runs::{assert_same, example, in_any_order, run};

#[test]
fn a_replay_is_the_recorded_run_but_for_its_times() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["weather", "shop", "refused", "chat", "game"] {
        let file = dir.path().join(name).with_extension("har");
        let file = file.to_str().unwrap();

        let (recorded_code, recorded) = run(&example(name), &["--record", file]);
        let (code, replayed) = run(&example(name), &["--replay", file]);

        let calls = recorded.iter().filter(|line| line["type"] == "call").count();
        assert!(calls > 0, "{recorded:?}");
        assert_eq!(code, recorded_code, "{name}");
        assert_same(&in_any_order(&replayed), &in_any_order(&recorded));
    }
}

#[test]
fn a_replay_that_is_recorded_can_be_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["1.har", "2.har"].map(|name| dir.path().join(name).to_str().unwrap().to_owned());

    let (_, first) = run(&example("weather"), &["--record", &files[0]]);
    run(
        &example("weather"),
        &["--replay", &files[0], "--record", &files[1]],
    );
    let (_, third) = run(&example("weather"), &["--replay", &files[1]]);

    assert_same(&in_any_order(&third), &in_any_order(&first));
}
