//! Work in progress, seen from outside in slices.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use interoptopus::{ffi_function, ffi_type};
use licensing_api::Problem;
use licensing_client::{Progress, WipedJson};
use parking_lot::{Condvar, Mutex, MutexGuard};
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use crate::boundary::{guarded, licensing_status};
use crate::buffer::{self, licensing_buffer};
use crate::handles::Table;
use crate::input;
use crate::panics::{internal_error, quiet};
use crate::rows::Rows;
use crate::runtime::runtime;

/// Longest wait of one call, in milliseconds: a shell asks for Ctrl-C in between.
const LONGEST_WAIT: u32 = 200;

/// Most rows of one event.
const BATCH: usize = 500;

/// Work in progress. Free it with licensing_task_free, which also cancels it.
#[ffi_type(opaque, name = "Task")]
pub struct licensing_task {
    _private: [u8; 0],
}

/// What licensing_task_wait found.
#[ffi_type(name = "TaskEvent")]
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum licensing_event {
    /// Nothing new; no buffer.
    Pending = 0,
    /// The buffer is a JSON array with the next rows, 500 at most.
    Rows = 1,
    /// The buffer is an object with the fields received and total: bytes of the answer, total null when unknown.
    Progress = 2,
    /// The end. The buffer is the answer, or after the last row an object with the number of rows and the problems that
    /// kept others away, such as a vendor daemon that does not answer.
    Done = 3,
    /// The end. The buffer describes the problem.
    Failed = 4,
}

static TASKS: Table<licensing_task, Task> = Table::new();

/// What the work came to.
pub(crate) enum Answer {
    Rows {
        /// The rows.
        rows: Rows,
        /// What kept others away.
        problems: Vec<Value>,
    },
    Object(WipedJson),
}

/// Begins work and hands its task over, to a place that is looked at first: nobody could free the task otherwise.
///
/// # Safety
/// `task` and `error` are NULL or may be written.
pub(crate) unsafe fn hand_over(
    task: *mut *mut licensing_task,
    error: *mut *mut licensing_buffer,
    begin: impl FnOnce() -> Result<*mut licensing_task, Problem>,
) -> licensing_status {
    let body = || {
        let task = input::writable(task, "task")?;
        let begun = begin()?;
        // SAFETY: checked for NULL, and the caller promised that it may be written.
        unsafe { task.write(begun) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

enum Outcome {
    Answer(Answer),
    Problem(Box<Problem>),
}

#[derive(Default)]
struct State {
    progress: Option<Progress>,
    outcome: Option<Outcome>,
}

pub(crate) struct Task {
    state: Mutex<State>,
    changed: Condvar,
    abort: OnceLock<AbortHandle>,
    cancelled: Problem,
}

impl Task {
    /// Starts `work`, which is given the task to report progress to; `cancelled` is what cancelling it means.
    pub(crate) fn start<F>(
        cancelled: Problem,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<*mut licensing_task, Problem>
    where
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let runtime = runtime()?;
        let task = Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            abort: OnceLock::new(),
            cancelled,
        });
        let work = work(Arc::clone(&task));
        let reporter = Arc::clone(&task);
        let running = runtime.spawn(async move {
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            reporter.finish(match outcome {
                Ok(Ok(answer)) => Outcome::Answer(answer),
                Ok(Err(problem)) => Outcome::Problem(Box::new(problem)),
                Err(_) => Outcome::Problem(Box::new(internal_error())),
            });
        });
        // Nothing else sets it, so it is empty.
        let _ = task.abort.set(running.abort_handle());
        Ok(TASKS.insert(task))
    }

    /// Tells how far the work is; only the latest report is kept.
    pub(crate) fn report(&self, progress: Progress) {
        self.lock().progress = Some(progress);
        self.changed.notify_all();
    }

    fn finish(&self, outcome: Outcome) {
        let mut state = self.lock();
        if state.outcome.is_none() {
            state.outcome = Some(outcome);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Ends the work unless it has ended; rows not taken yet are dropped.
    fn cancel(&self) {
        let mut state = self.lock();
        let ended = match &state.outcome {
            None => false,
            Some(Outcome::Answer(Answer::Rows { rows, .. })) => rows.is_empty(),
            Some(Outcome::Answer(Answer::Object(_)) | Outcome::Problem(_)) => true,
        };
        if !ended {
            state.outcome = Some(Outcome::Problem(Box::new(self.cancelled.clone())));
        }
        drop(state);
        if let Some(abort) = self.abort.get() {
            abort.abort();
        }
        self.changed.notify_all();
    }

    fn wait(&self, limit: Duration) -> (licensing_event, Option<Outgoing>) {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if let Some(outcome) = &mut state.outcome {
                return next(outcome);
            }
            if let Some(progress) = state.progress.take() {
                let object = json!({ "received": progress.received, "total": progress.total });
                return (licensing_event::Progress, Some(Outgoing::json(&object)));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return (licensing_event::Pending, None);
            }
            self.changed.wait_for(&mut state, left);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// What goes out with an event.
enum Outgoing {
    Json(Vec<u8>),
    Problem(Problem),
}

impl Outgoing {
    fn json(value: &Value) -> Self {
        Self::Json(value.to_string().into_bytes())
    }
}

fn next(outcome: &mut Outcome) -> (licensing_event, Option<Outgoing>) {
    match outcome {
        Outcome::Answer(Answer::Rows { rows, problems }) => match rows.next(BATCH) {
            Some(batch) => (licensing_event::Rows, Some(Outgoing::Json(batch))),
            None => {
                let mut end = json!({ "rows": rows.total() });
                if !problems.is_empty() {
                    end["problems"] = Value::Array(problems.clone());
                }
                (licensing_event::Done, Some(Outgoing::json(&end)))
            }
        },
        Outcome::Answer(Answer::Object(object)) => {
            (licensing_event::Done, Some(Outgoing::json(object.get())))
        }
        Outcome::Problem(problem) => (
            licensing_event::Failed,
            Some(Outgoing::Problem((**problem).clone())),
        ),
    }
}

/// Waits at most `timeout_ms` milliseconds, 200 at most, for news of a task. `kind` tells what there is; with
/// everything but Pending comes a buffer that the caller must free. After Done or Failed the same event comes
/// again. Several threads may wait; each event goes to one of them.
///
/// # Safety
/// `kind`, `data` and `error` are NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_task_wait(
    task: *const licensing_task,
    timeout_ms: u32,
    kind: *mut licensing_event,
    data: *mut *mut licensing_buffer,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        let kind = input::writable(kind, "kind")?;
        let data = input::writable(data, "data")?;
        let task = TASKS.get(task)?;
        let (found, outgoing) = task.wait(Duration::from_millis(timeout_ms.min(LONGEST_WAIT).into()));
        let buffer = match outgoing {
            None => std::ptr::null_mut(),
            Some(Outgoing::Problem(problem)) => buffer::of_failure(problem.into()),
            Some(Outgoing::Json(text)) => buffer::of_bytes(text),
        };
        // SAFETY: both were checked for NULL, and the caller promised that they may be written.
        unsafe {
            kind.write(found);
            data.write(buffer);
        }
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Cancels a task; its end is then Failed with LICENSING_ERROR_CANCELLED. From any thread, also while another
/// waits, and as often as you like; a task that has ended stays as it is.
///
/// # Safety
/// `error` is NULL or may be written.
#[ffi_function]
#[no_mangle]
pub unsafe extern "C" fn licensing_task_cancel(
    task: *const licensing_task,
    error: *mut *mut licensing_buffer,
) -> licensing_status {
    let body = || {
        TASKS.get(task)?.cancel();
        Ok(())
    };
    // SAFETY: the caller's promise about `error`.
    unsafe { guarded(error, body) }
}

/// Cancels a task unless it has ended, and frees it. A thread that waits for it gets Failed. NULL and handles that
/// are not valid are left alone.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_task_free(task: *mut licensing_task) {
    quiet((), || {
        if let Some(task) = TASKS.remove(task) {
            task.cancel();
        }
    });
}

#[cfg(test)]
mod tests {
    use licensing_api::ErrorCode;

    use super::*;

    #[test]
    #[allow(clippy::panic, reason = "the panic is what is tested")]
    fn a_panic_in_a_task_is_a_problem_with_its_text() {
        let cancelled = Problem::new(ErrorCode::Cancelled, "");
        let handle = Task::start(cancelled, |_| async { panic!("a defect in the task") }).expect("a runtime");
        let task = TASKS.get(handle).expect("a task");
        let end = loop {
            match task.wait(Duration::from_millis(200)) {
                (licensing_event::Pending, _) => {}
                end => break end,
            }
        };
        licensing_task_free(handle);
        let (licensing_event::Failed, Some(Outgoing::Problem(problem))) = end else {
            panic!("the task did not fail")
        };
        assert_eq!(problem.code, ErrorCode::InternalError);
        assert!(problem.detail.contains("a defect in the task"), "{problem:?}");
        assert!(problem.detail.contains("task.rs"), "{problem:?}");
    }
}
