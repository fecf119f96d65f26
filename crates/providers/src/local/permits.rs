//! Builds at once on this machine: a fixed number of permits, shared by all processes of one data directory, given to
//! measurements in turn.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::ProviderError;

/// How often a permit that another process holds is asked for again.
const PAUSE: Duration = Duration::from_millis(20);

/// The permits.
#[derive(Debug, Clone)]
pub(super) struct Permits {
    dir: PathBuf,
    number: u32,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Debug)]
struct Queue {
    free: u32,
    waiting: BTreeMap<String, VecDeque<oneshot::Sender<Turn>>>,
    /// Keys with someone waiting, the next one to be served first.
    order: VecDeque<String>,
}

/// A turn within this process; passes on when dropped.
#[derive(Debug)]
struct Turn {
    queue: Arc<Mutex<Queue>>,
}

/// The right to run one build, until dropped. The file's lock is what other processes see.
#[derive(Debug)]
pub(super) struct Permit {
    _file: File,
    _turn: Turn,
}

impl Permits {
    /// Permits that lie as files in `dir`, which exists.
    pub(super) fn new(dir: PathBuf, number: u32) -> Self {
        let number = number.max(1);
        let queue = Queue { free: number, waiting: BTreeMap::new(), order: VecDeque::new() };
        Self { dir, number, queue: Arc::new(Mutex::new(queue)) }
    }

    /// Waits for a permit. Keys take turns, and within a key the first to come is the first to be served.
    pub(super) async fn acquire(&self, key: &str) -> Result<Permit, ProviderError> {
        let turn = self.turn(key).await;
        loop {
            for number in 0..self.number {
                let path = self.dir.join(format!("permit-{number}.lock"));
                let file = File::create(path).map_err(ProviderError::io("taking a permit"))?;
                if file.try_lock().is_ok() {
                    return Ok(Permit { _file: file, _turn: turn });
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn turn(&self, key: &str) -> Turn {
        let receiver = {
            let mut queue = self.queue.lock().expect("no holder of the queue panics");
            if queue.free > 0 {
                queue.free -= 1;
                return Turn { queue: Arc::clone(&self.queue) };
            }
            let (sender, receiver) = oneshot::channel();
            if !queue.waiting.contains_key(key) {
                queue.order.push_back(key.to_owned());
            }
            queue.waiting.entry(key.to_owned()).or_default().push_back(sender);
            receiver
        };
        receiver.await.expect("a turn is always passed on while the queue lives")
    }
}

impl Queue {
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        while let Some(key) = self.order.pop_front() {
            let Some(waiting) = self.waiting.get_mut(&key) else {
                continue;
            };
            let sender = waiting.pop_front();
            if waiting.is_empty() {
                self.waiting.remove(&key);
            } else {
                self.order.push_back(key);
            }
            match sender {
                Some(sender) if !sender.is_closed() => return Some(sender),
                _ => {}
            }
        }
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.queue.lock().expect("no holder of the queue panics");
        let Some(sender) = queue.next() else {
            queue.free += 1;
            return;
        };
        drop(queue);
        // Should the receiver have gone meanwhile, the turn comes back and is dropped, which passes it on again.
        let _ = sender.send(Turn { queue: Arc::clone(&self.queue) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn measurements_take_turns_however_many_builds_one_of_them_queued() {
        let dir = tempfile::tempdir().unwrap();
        let permits = Permits::new(dir.path().to_owned(), 1);
        let held = permits.acquire("a").await.unwrap();
        let served = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for key in ["a", "a", "a", "b"] {
            let before: usize = permits.queue.lock().unwrap().waiting.values().map(VecDeque::len).sum();
            let (own, served) = (permits.clone(), Arc::clone(&served));
            tasks.spawn(async move {
                let _permit = own.acquire(key).await.unwrap();
                served.lock().unwrap().push(key);
            });
            while permits.queue.lock().unwrap().waiting.values().map(VecDeque::len).sum::<usize>() == before {
                tokio::task::yield_now().await;
            }
        }
        drop(held);
        tasks.join_all().await;
        assert_eq!(*served.lock().unwrap(), ["a", "b", "a", "a"]);
    }

    #[tokio::test]
    async fn a_permit_that_nobody_waits_for_any_more_is_free_again() {
        let dir = tempfile::tempdir().unwrap();
        let permits = Permits::new(dir.path().to_owned(), 1);
        let held = permits.acquire("a").await.unwrap();
        let mut waiter = Box::pin(permits.acquire("b"));
        assert!(futures_poll_once(&mut waiter).await.is_none());
        drop(waiter);
        drop(held);
        assert!(permits.acquire("c").await.is_ok());
    }

    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn two_processes_of_one_directory_share_the_permits() {
        let dir = tempfile::tempdir().unwrap();
        let here = Permits::new(dir.path().to_owned(), 1);
        let there = Permits::new(dir.path().to_owned(), 1);
        let held = here.acquire("a").await.unwrap();
        let mut waiter = Box::pin(there.acquire("a"));
        assert!(futures_poll_once(&mut waiter).await.is_none());
        drop(held);
        assert!(waiter.await.is_ok());
    }
}
