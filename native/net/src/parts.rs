//! The parts of a program that run until it stops.

use std::collections::HashMap;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

/// Work that is to go on until the program stops. Without anybody who looks, the panic of one would show at the end of the
/// program alone, and the program would go on without that part until then.
#[derive(Debug, Default)]
pub struct Parts {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

/// A part that has ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a part of the program, {name}, has ended: {why}")]
pub struct PartEnded {
    /// The part.
    pub name: &'static str,
    /// Why, as far as that is known.
    pub why: String,
}

impl Parts {
    /// Starts a part.
    pub fn spawn(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(work);
        self.call(name, &task);
    }

    /// Starts a part on the threads of another runtime.
    pub fn spawn_on(
        &mut self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
        threads: &Handle,
    ) {
        let task = self.tasks.spawn_on(work, threads);
        self.call(name, &task);
    }

    fn call(&mut self, name: &'static str, task: &AbortHandle) {
        self.names.insert(task.id(), name);
    }

    /// The next part that ends; this goes on for ever where none is left. A call that is given up loses no part.
    pub async fn ended(&mut self) -> PartEnded {
        match self.next().await {
            Some((name, outcome)) => PartEnded {
                name,
                why: outcome.map_or_else(|error| error.to_string(), |()| "it went no further".to_owned()),
            },
            None => std::future::pending().await,
        }
    }

    /// Waits until all parts have ended, which they have been told to; those that fail meanwhile stand in the log.
    pub async fn finish(mut self) {
        while let Some((name, outcome)) = self.next().await {
            if let Err(error) = outcome {
                tracing::error!(part = name, %error, "a part of the program failed");
            }
        }
    }

    async fn next(&mut self) -> Option<(&'static str, Result<(), JoinError>)> {
        let (id, outcome) = match self.tasks.join_next_with_id().await? {
            Ok((id, ())) => (id, Ok(())),
            Err(error) => (error.id(), Err(error)),
        };
        Some((self.names.remove(&id).unwrap_or_default(), outcome))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use tokio_util::sync::CancellationToken;

    use super::*;

    async fn fails() {
        panic!("it met what it did not expect")
    }

    #[tokio::test]
    async fn the_part_that_fails_is_named_and_the_others_go_on() {
        let stopping = CancellationToken::new();
        let mut parts = Parts::default();
        parts.spawn("port", stopping.clone().cancelled_owned());
        parts.spawn("watch", fails());
        let ended = parts.ended().await;
        assert_eq!(ended.name, "watch");
        assert!(ended.why.contains("it met what it did not expect"), "{ended}");
        stopping.cancel();
        let ended = parts.ended().await;
        assert_eq!(ended.name, "port");
        parts.finish().await;
    }
}
