//! The whole program: a folder of cases, each an app with the commands that are run on it and what they print.

#[test]
fn specs() {
    trycmd::TestCases::new()
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        .case("tests/specs/*/*.trycmd");
}
