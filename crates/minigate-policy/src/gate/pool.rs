//! The slots of one or more interfaces, and who waits for them.

use std::collections::BTreeSet;

use super::TaskId;
use crate::{Interface, Profile};

/// A number of slots with a queue; IDs grow, so their order is the order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    slots: usize,
    occupied: BTreeSet<TaskId>,
    waiting: BTreeSet<TaskId>,
}

impl Pool {
    /// Without a slot calls would wait forever, so there is one at least.
    fn new(slots: usize) -> Self {
        Self {
            slots: slots.max(1),
            occupied: BTreeSet::new(),
            waiting: BTreeSet::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.occupied.len() >= self.slots
    }

    pub(super) fn occupy(&mut self, id: TaskId) {
        self.occupied.insert(id);
    }

    pub(super) fn enqueue(&mut self, id: TaskId) {
        self.waiting.insert(id);
    }

    pub(super) fn release(&mut self, id: TaskId) {
        self.occupied.remove(&id);
        self.waiting.remove(&id);
    }

    /// Gives a free slot to the first in line.
    pub(super) fn promote(&mut self) -> Option<TaskId> {
        if self.is_full() {
            return None;
        }
        let id = self.waiting.pop_first()?;
        self.occupied.insert(id);
        Some(id)
    }

    pub(super) fn running(&self, of: impl Fn(TaskId) -> bool) -> usize {
        self.occupied.iter().filter(|id| of(**id)).count()
    }

    pub(super) fn clear(&mut self) {
        self.occupied.clear();
        self.waiting.clear();
    }
}

/// The pools of an app: one for each interface, or one for the three HTTP interfaces and one for sockets.
#[derive(Clone, Debug)]
pub(super) struct Pools {
    request: Pool,
    upload: Pool,
    download: Pool,
    socket: Pool,
    shared: bool,
}

impl Pools {
    pub(super) fn new(profile: &Profile) -> Self {
        let pool = |interface| Pool::new(profile.slots(interface));
        Self {
            request: pool(Interface::Request),
            upload: pool(Interface::UploadFile),
            download: pool(Interface::DownloadFile),
            socket: pool(Interface::ConnectSocket),
            shared: profile.shared_slots,
        }
    }

    pub(super) fn of(&self, interface: Interface) -> &Pool {
        match interface {
            Interface::ConnectSocket => &self.socket,
            Interface::UploadFile if !self.shared => &self.upload,
            Interface::DownloadFile if !self.shared => &self.download,
            Interface::Request | Interface::UploadFile | Interface::DownloadFile => &self.request,
        }
    }

    pub(super) fn of_mut(&mut self, interface: Interface) -> &mut Pool {
        match interface {
            Interface::ConnectSocket => &mut self.socket,
            Interface::UploadFile if !self.shared => &mut self.upload,
            Interface::DownloadFile if !self.shared => &mut self.download,
            Interface::Request | Interface::UploadFile | Interface::DownloadFile => &mut self.request,
        }
    }

    pub(super) fn queued(&self) -> usize {
        [&self.request, &self.upload, &self.download, &self.socket]
            .iter()
            .map(|pool| pool.waiting.len())
            .sum()
    }

    pub(super) fn for_each(&mut self, change: impl Fn(&mut Pool)) {
        [
            &mut self.request,
            &mut self.upload,
            &mut self.download,
            &mut self.socket,
        ]
        .into_iter()
        .for_each(change);
    }
}
