//! How many threads compute.

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};
use std::io;

/// A number of threads. Whatever is done in [`Threads::install`] is shared out among them and no
/// others.
pub struct Threads {
    /// `None` where not one could be started: then the caller's own.
    pool: Option<ThreadPool>,
    /// How many were asked for.
    pub wanted: usize,
}

impl Threads {
    /// Starts so many threads; 0 means one for each core. Where the system gives fewer, it is fewer,
    /// at least one. Results do not depend on their number.
    pub fn start(threads: usize) -> Self {
        Threads::start_by(threads, |thread| {
            let mut builder = std::thread::Builder::new();
            if let Some(size) = thread.stack_size() {
                builder = builder.stack_size(size);
            }
            builder.spawn(|| thread.run()).map(drop)
        })
    }

    fn start_by(threads: usize, mut spawn: impl FnMut(ThreadBuilder) -> io::Result<()>) -> Self {
        let wanted = match threads {
            0 => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            threads => threads,
        };
        let mut number = wanted;
        while number > 0 {
            let built = ThreadPoolBuilder::new().num_threads(number).spawn_handler(&mut spawn).build();
            if let Ok(pool) = built {
                return Threads { pool: Some(pool), wanted };
            }
            // Threads that did start end again, and the next attempt leaves the system some room.
            number /= 2;
        }
        // This fails where the caller is in a pool already, and then that one computes.
        Threads { pool: ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok(), wanted }
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.pool.as_ref().map_or_else(threads_here, ThreadPool::current_num_threads)
    }

    /// Does something on these threads.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

/// The number of threads on which the caller computes.
pub fn threads_here() -> usize {
    rayon::current_num_threads()
}

/// Does something on so many threads; 0 means those of the caller.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match threads {
        0 => work(),
        threads => Threads::start(threads).install(work),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_asked_for() {
        for number in [1, 3] {
            let threads = Threads::start(number);
            assert_eq!((threads.number(), threads.install(threads_here)), (number, number));
        }
        assert!(Threads::start(0).number() >= 1);
    }

    #[test]
    fn where_the_system_gives_fewer_it_is_fewer() {
        for (given, expected) in [(100, 16), (10, 8), (1, 1), (0, 1)] {
            let threads = Threads::start_by(16, |thread| {
                if thread.index() >= given {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                std::thread::Builder::new().spawn(|| thread.run()).map(drop)
            });
            assert_eq!((threads.wanted, threads.number()), (16, expected));
            assert_eq!(threads.install(threads_here), expected);
        }
    }

    #[test]
    fn where_there_is_none_to_be_had_the_callers_own_compute() {
        let inner = || Threads::start_by(16, |_| Err(io::ErrorKind::WouldBlock.into())).number();
        assert_eq!(Threads::start(3).install(inner), 3);
    }
}
