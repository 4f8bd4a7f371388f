//! Writes what was fetched into the store, on a thread of its own: making files is slow on some disks, and nobody
//! waits for a cache. It starts with the first thing to keep and has written everything when it is dropped.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

use store::Store;
use store::pages::{Freshness, PageTable};

/// Something fetched.
pub(crate) enum Kept {
    Page { key: String, table: Arc<PageTable> },
    Fresh { key: String, table: Arc<PageTable>, freshness: Freshness },
    Metadata { key: String, text: Arc<[u8]> },
}

/// The thread, when it runs.
pub(crate) struct Keeper {
    store: Store,
    running: Option<(Sender<Kept>, JoinHandle<()>)>,
}

impl Keeper {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, running: None }
    }

    /// Writes `kept`, sooner or later.
    pub(crate) fn keep(&mut self, kept: Kept) {
        if self.running.is_none() {
            let (sender, taken) = channel();
            let store = self.store.clone();
            let thread = Builder::new().name("cache".to_owned()).spawn(move || work(&store, &taken));
            self.running = thread.ok().map(|thread| (sender, thread));
        }
        match &self.running {
            // The thread ends only after its sender, so this is never refused.
            Some((sender, _)) => drop(sender.send(kept)),
            None => write(&self.store, &kept),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.running.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

fn work(store: &Store, taken: &Receiver<Kept>) {
    taken.iter().for_each(|kept| write(store, &kept));
}

/// A store that cannot be written is no reason to fail: things are fetched again next time.
fn write(store: &Store, kept: &Kept) {
    let _ = match kept {
        Kept::Page { key, table } => store.put_page(key, table),
        Kept::Fresh { key, table, freshness } => store.refresh_page(key, table, freshness),
        Kept::Metadata { key, text } => store.put_metadata(key, text),
    };
}
