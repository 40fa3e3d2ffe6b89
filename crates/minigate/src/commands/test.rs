//! `minigate test DIR`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use minigate_js::{Project, Watchdog};
use tokio::time::Instant;

use crate::args::{Reporter, TestArgs};
use crate::console::Console;
use crate::output::Printer;
use crate::output::tests::{Tally, file_lines, junit, summary_lines, tap};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::testing::{
    Bench, FileReport, Ground, Mode, TestCase, TestReport, TestResult, test_files, written,
};
use crate::words;

/// Runs the tests of an app, each in an app of its own.
pub(crate) fn test(args: &TestArgs, printer: &Arc<Printer>) -> anyhow::Result<ExitCode> {
    let lang = printer.lang;
    let project = Project::open(&args.dir)
        .map_err(|error| anyhow!("{}: {}", words::cant_run(&args.dir, lang), error.tell(lang)))?;
    let mut settings = Settings::load(&args.dir, Some(&project), &args.terms, None, lang)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // A test has the lists of its start: what it finds mustn't depend on the moment.
    drop(runtime.block_on(Console::start(&mut settings, printer))?);
    let files = files(args, printer)?;
    let run = Run {
        args,
        printer,
        ground: Ground::new(&args.dir, settings, lang)?,
        watched: Arc::default(),
    };
    run.guard();
    let ran = runtime.block_on(async {
        let mut signals = Signals::listen();
        tokio::select! {
            reports = run.run_all(&files) => Ok(reports),
            signal = signals.next() => Err(signal),
        }
    });
    let reports = match ran {
        Ok(reports) => reports?,
        Err(signal) => return Ok(signal.code()),
    };
    if reports.iter().all(FileReport::is_empty) {
        bail!(words::test::no_test_fits(args.filter.as_deref(), lang));
    }
    run.report(&reports)
}

struct Run<'a> {
    args: &'a TestArgs,
    printer: &'a Arc<Printer>,
    ground: Ground,
    /// The app that runs now, for the thread that watches it.
    watched: Arc<Mutex<Option<Watchdog>>>,
}

impl Run<'_> {
    async fn run_all(&self, files: &[String]) -> anyhow::Result<Vec<FileReport>> {
        let mut reports = Vec::new();
        for file in files {
            let report = self.run_file(file).await?;
            if self.args.reporter == Reporter::Human {
                self.printer
                    .text(&file_lines(&report, &self.ground.dir, self.printer.lang));
            }
            reports.push(report);
        }
        Ok(reports)
    }

    async fn run_file(&self, file: &str) -> anyhow::Result<FileReport> {
        let mut report = FileReport {
            file: file.to_owned(),
            tests: Vec::new(),
            broken: None,
        };
        match self.bench(file).await?.load(file) {
            Ok(cases) => {
                let has_only = cases.iter().any(|case| case.mode == Mode::Only);
                for (index, case) in cases.iter().enumerate() {
                    let is_left = has_only && case.mode == Mode::Run;
                    if self.is_wanted(file, case) && !is_left {
                        report.tests.push(self.run_test(file, index, case).await?);
                    }
                }
            }
            Err(failure) => report.broken = Some(failure),
        }
        Ok(report)
    }

    async fn run_test(&self, file: &str, index: usize, case: &TestCase) -> anyhow::Result<TestReport> {
        let start = Instant::now();
        let (result, said) = match case.mode {
            Mode::Skip => (TestResult::Skipped, Vec::new()),
            Mode::Todo => (TestResult::Todo, Vec::new()),
            Mode::Run | Mode::Only => {
                let mut bench = self.bench(file).await?;
                match bench.load(file) {
                    Ok(_) => (bench.run(index, self.limit(case)).await, bench.said()),
                    Err(failure) => (TestResult::Failed(Box::new(failure)), bench.said()),
                }
            }
        };
        Ok(TestReport {
            name: case.name.clone(),
            result,
            took: start.elapsed(),
            said,
        })
    }

    async fn bench(&self, file: &str) -> anyhow::Result<Bench> {
        let bench = Bench::new(&self.ground, file).await?;
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Some(bench.watchdog());
        Ok(bench)
    }

    fn is_wanted(&self, file: &str, case: &TestCase) -> bool {
        let filter = self.args.filter.as_deref().unwrap_or_default();
        format!("{file} > {}", case.name).contains(filter)
    }

    fn limit(&self, case: &TestCase) -> Duration {
        let own = case.timeout.map(|ms| Duration::try_from_secs_f64(ms / 1000.0));
        own.and_then(Result::ok).unwrap_or(self.args.timeout)
    }

    fn report(&self, reports: &[FileReport]) -> anyhow::Result<ExitCode> {
        let tally = Tally::of(reports);
        if self.args.reporter == Reporter::Human {
            self.printer.text(&summary_lines(&tally, self.printer.lang));
        }
        let text = match self.args.reporter {
            Reporter::Human => human(reports, &self.ground.dir, &tally, self.printer),
            Reporter::Tap => tap(reports),
            Reporter::Junit => junit(reports)?,
        };
        match &self.args.output {
            Some(path) => {
                fs::write(path, text).with_context(|| words::cant_write(path, self.printer.lang))?;
            }
            None if self.args.reporter != Reporter::Human => self.printer.text(&text),
            None => {}
        }
        Ok(if tally.is_good() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }

    /// Ends the process where an app is stuck in a native function that nothing can interrupt.
    fn guard(&self) {
        let (watched, printer) = (Arc::clone(&self.watched), Arc::clone(self.printer));
        std::thread::spawn(move || {
            loop {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a thread of its own, which holds nobody up"
                )]
                std::thread::sleep(WATCH_INTERVAL);
                let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(limit) = watched.as_ref().and_then(|dog| dog.overdue(GRACE)) {
                    printer.error(&anyhow!(limit.tell(printer.lang)));
                    std::process::exit(1)
                }
            }
        });
    }
}

/// What was printed file by file, as one text.
fn human(reports: &[FileReport], dir: &Path, tally: &Tally, printer: &Printer) -> String {
    let lines = reports.iter().map(|report| file_lines(report, dir, printer.lang));
    let text: String = lines.chain([summary_lines(tally, printer.lang)]).collect();
    anstream::adapter::strip_str(&text).to_string()
}

/// The files that the command line names, or else all of the project.
fn files(args: &TestArgs, printer: &Printer) -> anyhow::Result<Vec<String>> {
    let lang = printer.lang;
    if args.files.is_empty() {
        let found = test_files(&args.dir).with_context(|| words::cant_read(&args.dir, lang))?;
        if found.is_empty() {
            bail!(words::test::no_tests(&args.dir, lang));
        }
        return Ok(found);
    }
    let inside = |path: &Path| {
        let inner = path.strip_prefix(&args.dir).unwrap_or(path);
        if args.dir.join(inner).is_file() {
            Ok(written(inner))
        } else {
            bail!(words::no_file(&inner.display().to_string(), lang))
        }
    };
    args.files.iter().map(|path| inside(path)).collect()
}

const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// What an interrupt or the end of the native function itself may take.
const GRACE: Duration = Duration::from_secs(1);
