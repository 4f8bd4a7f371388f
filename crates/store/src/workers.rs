//! A few threads that work on the store while its caller does something else, such as receive the next download.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::Store;

const MOST_THREADS: usize = 4;

type Job<T> = Box<dyn FnOnce(&Store) -> T + Send>;
type Answer<T> = Result<T, Box<dyn Any + Send>>;

/// Runs jobs, each of which yields a `T`, on at most min(cores, 4) threads. Threads start with the first jobs; dropping
/// this forgets the jobs that have not begun and waits for the others.
///
/// ```
/// use store::{Store, Workers};
/// let store = Store::temporary(&std::env::temp_dir())?;
/// let mut workers = Workers::new(&store);
/// for key in ["a", "b"] {
///     workers.submit(move |store| store.put_metadata(key, b"Name: x\n"));
/// }
/// while let Some(result) = workers.next() {
///     result?;
/// }
/// # Ok::<(), store::DiskError>(())
/// ```
pub struct Workers<T> {
    store: Store,
    /// `None` when this is dropped.
    jobs: Option<Sender<Job<T>>>,
    queue: Arc<Mutex<Receiver<Job<T>>>>,
    answers: (Sender<Answer<T>>, Receiver<Answer<T>>),
    threads: Vec<JoinHandle<()>>,
    pending: usize,
}

impl<T> std::fmt::Debug for Workers<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Workers<T> {
    /// No thread is started yet.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let (jobs, queue) = channel();
        Self {
            store: store.clone(),
            jobs: Some(jobs),
            queue: Arc::new(Mutex::new(queue)),
            answers: channel(),
            threads: Vec::new(),
            pending: 0,
        }
    }

    /// Queues a job.
    pub fn submit(&mut self, job: impl FnOnce(&Store) -> T + Send + 'static) {
        let most = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        if self.threads.len() < most && self.threads.len() <= self.pending {
            let (store, queue, answers) =
                (self.store.clone(), Arc::clone(&self.queue), self.answers.0.clone());
            let started = Builder::new().spawn(move || work(&store, &queue, &answers));
            self.threads.extend(started);
        }
        if self.threads.is_empty() {
            // the system lets nobody help: what is wanted is done now
            let answer = catch_unwind(AssertUnwindSafe(|| job(&self.store)));
            self.pending += usize::from(self.answers.0.send(answer).is_ok());
            return;
        }
        if let Some(jobs) = &self.jobs
            && jobs.send(Box::new(job)).is_ok()
        {
            self.pending += 1;
        }
    }

    /// Jobs whose results were not taken yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending
    }

    /// The next result, if it is there within `limit`.
    pub fn next_within(&mut self, limit: Duration) -> Option<T> {
        if self.pending == 0 {
            return None;
        }
        let answer = self.answers.1.recv_timeout(limit).ok()?;
        Some(self.take(answer))
    }

    /// The next result, in the order in which jobs end; `None` when all were taken.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends may not go on, this one does")]
    pub fn next(&mut self) -> Option<T> {
        if self.pending == 0 {
            return None;
        }
        let answer = self.answers.1.recv().ok()?;
        Some(self.take(answer))
    }

    /// A job's panic goes on here.
    fn take(&mut self, answer: Answer<T>) -> T {
        self.pending -= 1;
        answer.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Does `work` on this thread and on others, `count` in all; on fewer where the system does not let so many start. Each is
/// told its number, this one 0.
pub fn on_threads(count: usize, work: impl Fn(usize) + Sync) {
    let work = &work;
    std::thread::scope(|scope| {
        let start = |number| Builder::new().spawn_scoped(scope, move || work(number));
        let _started: Vec<_> = (1..count).map_while(|number| start(number).ok()).collect();
        work(0);
    });
}

fn work<T>(store: &Store, queue: &Mutex<Receiver<Job<T>>>, answers: &Sender<Answer<T>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { break };
        let answer = catch_unwind(AssertUnwindSafe(|| job(store)));
        if answers.send(answer).is_err() {
            break;
        }
    }
}

impl<T> Drop for Workers<T> {
    fn drop(&mut self) {
        self.jobs = None;
        // Waiting threads hold the queue only while there is nothing in it.
        while let Ok(queue) = self.queue.try_lock() {
            if queue.try_recv().is_err() {
                break;
            }
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_jobs_are_answered() {
        let store = Store::temporary(&std::env::temp_dir()).unwrap();
        let mut workers = Workers::new(&store);
        for number in 0..50 {
            workers.submit(move |_| number);
        }
        let mut seen: Vec<i32> = std::iter::from_fn(|| workers.next()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
        assert!(workers.next_within(Duration::MAX).is_none() && workers.pending() == 0);
        workers.submit(|_| 7);
        assert_eq!(workers.next(), Some(7));
    }

    #[test]
    fn a_panic_reaches_who_waits_and_dropping_forgets_the_rest() {
        let store = Store::temporary(&std::env::temp_dir()).unwrap();
        let mut workers: Workers<()> = Workers::new(&store);
        workers.submit(|_| resume_unwind(Box::new("gone")));
        let caught = catch_unwind(AssertUnwindSafe(|| workers.next()));
        assert!(caught.is_err());
        for _ in 0..100 {
            workers.submit(|_| std::thread::yield_now());
        }
        drop(workers);
    }
}
