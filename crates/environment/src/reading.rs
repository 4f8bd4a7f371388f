//! Reading something of many distributions by several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use crate::InstalledDistribution;

/// What `read` makes of each distribution, in their order.
///
/// Other threads take part as far as they come in time: on a busy machine a thread may begin only after this one has done
/// all the work (some milliseconds for a hundred packages), and then nobody waits for it.
pub(crate) fn read_each<T: Send + 'static>(
    distributions: Vec<InstalledDistribution>,
    read: fn(&InstalledDistribution) -> T,
) -> Vec<T> {
    let count = distributions.len();
    let distributions: Arc<[InstalledDistribution]> = distributions.into();
    let (sender, results) = mpsc::channel();
    let (shared, next) = (Arc::clone(&distributions), Arc::new(AtomicUsize::new(0)));
    let run = move || {
        let take = || next.fetch_add(1, Ordering::Relaxed);
        for index in std::iter::repeat_with(take).take_while(|index| *index < count) {
            let _ = sender.send((index, read(&shared[index])));
        }
    };
    for _ in 1..crate::thread_count().min(count) {
        // Where no thread can be had, this one does it all.
        let _ = std::thread::Builder::new().spawn(run.clone());
    }
    run();
    drop(run);
    let mut found: Vec<Option<T>> = (0..count).map(|_| None).collect();
    for (index, value) in results.iter().take(count) {
        found[index] = Some(value);
    }
    // What a thread left undone that panicked is done here, so that the panic is heard.
    let values = found.into_iter().zip(&*distributions);
    values.map(|(value, one)| value.unwrap_or_else(|| read(one))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Format;

    #[test]
    fn in_order_whoever_reads() {
        for count in [0, 1, 2, 300] {
            let stems = (0..count).map(|number| format!("a{number}-1.0"));
            let one = |stem: String| {
                let site = Path::new("/nowhere");
                InstalledDistribution::named(&stem, Format::DistInfo, site.join(&stem), site).unwrap()
            };
            let names = read_each(stems.map(one).collect(), |one| one.name().to_string());
            assert_eq!(names, (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>());
        }
    }
}
