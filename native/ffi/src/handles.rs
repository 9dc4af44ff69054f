//! Handles that can be checked.
//!
//! What callers hold as an opaque pointer is a number that was never used before and is looked up in a table. A
//! handle that was freed, freed twice, of another kind or made up is therefore `InvalidHandle` and never a wild
//! pointer, and freeing one while another thread is inside a call with it is safe: that call keeps its object.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use licensing_api::{ErrorCode, Problem};
use parking_lot::RwLock;

/// One count for all kinds, so that no two kinds share a handle. It would take decades to run out even with 32 bits
/// used at the pace of an administrator, and centuries of full speed with 64.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// All live objects of one kind; `H` is the opaque type that C sees.
pub(crate) struct Table<H, T> {
    live: LazyLock<RwLock<HashMap<usize, Arc<T>>>>,
    kind: PhantomData<fn() -> H>,
}

impl<H, T> Table<H, T> {
    pub(crate) const fn new() -> Self {
        Self {
            live: LazyLock::new(RwLock::default),
            kind: PhantomData,
        }
    }

    /// A handle for this object, never NULL.
    pub(crate) fn insert(&self, object: Arc<T>) -> *mut H {
        let number = loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            if number != 0 {
                break number;
            }
        };
        let mut live = self.live.write();
        live.insert(number, object);
        ptr::without_provenance_mut(number)
    }

    /// The object, which lives at least as long as the caller keeps it.
    pub(crate) fn get(&self, handle: *const H) -> Result<Arc<T>, Problem> {
        let live = self.live.read();
        live.get(&handle.addr()).cloned().ok_or_else(|| {
            let kind = std::any::type_name::<H>().rsplit("::").next().unwrap_or_default();
            let what = if handle.is_null() {
                "is NULL"
            } else {
                "was freed, or never was one"
            };
            Problem::new(ErrorCode::InvalidHandle, format!("The {kind} {what}.")).about(kind)
        })
    }

    /// Forgets all handles and gives their objects.
    pub(crate) fn take_all(&self) -> Vec<Arc<T>> {
        std::mem::take(&mut *self.live.write()).into_values().collect()
    }

    /// Forgets the handle; the object goes when the last call with it returns.
    pub(crate) fn remove(&self, handle: *const H) -> Option<Arc<T>> {
        self.live.write().remove(&handle.addr())
    }
}
