//! Where changes go, beside standard output.

use std::sync::Arc;

use minigate_tls::Roots;

use super::file::ChangesFile;
use super::webhook::Webhook;
use crate::args::CheckArgs;
use crate::output::Printer;

/// A file and a webhook, each if it was asked for.
pub(super) struct Outlets {
    file: Option<ChangesFile>,
    webhook: Option<Webhook>,
}

impl Outlets {
    pub(super) fn open(args: &CheckArgs, roots: &Roots, printer: &Arc<Printer>) -> anyhow::Result<Self> {
        let file = args.changes.as_deref();
        let file = file.map(|path| ChangesFile::open(path, Arc::clone(printer)));
        let webhook = args.webhook.as_ref();
        let webhook = webhook.map(|url| Webhook::open(url, roots, Arc::clone(printer)));
        Ok(Self {
            file: file.transpose()?,
            webhook: webhook.transpose()?,
        })
    }

    pub(super) fn take(&mut self, change: &str) {
        if let Some(file) = &mut self.file {
            file.take(change);
        }
        if let Some(webhook) = &self.webhook {
            webhook.take(change);
        }
    }

    /// Tries what didn't work before.
    pub(super) fn try_again(&mut self) {
        if let Some(file) = &mut self.file {
            file.try_again();
        }
        if let Some(webhook) = &self.webhook {
            webhook.try_again();
        }
    }

    /// Hands on what waits, as far as that goes in a few seconds.
    pub(super) async fn settle(&mut self) {
        if let Some(file) = &mut self.file {
            file.try_again();
        }
        if let Some(webhook) = &mut self.webhook {
            webhook.settle().await;
        }
    }

    /// Tells what was never handed on.
    pub(super) fn tell_rest(self) {
        if let Some(file) = self.file {
            file.tell_rest();
        }
        if let Some(webhook) = self.webhook {
            webhook.tell_rest();
        }
    }
}
