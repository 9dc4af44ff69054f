//! What a program keeps for one connection.

use std::any::Any;
use std::sync::{Arc, OnceLock};

/// Room for one value that belongs to a connection, such as the state of a sign-in. Each request has it in its extensions;
/// requests of one connection share it.
#[derive(Debug, Clone, Default)]
pub struct ConnectionSlot(Arc<OnceLock<Arc<dyn Any + Send + Sync>>>);

impl ConnectionSlot {
    /// The value; made by the first request. None if the slot already holds a value of another type.
    pub fn get_or_init<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        let value = self.0.get_or_init(|| Arc::new(make()));
        Arc::clone(value).downcast().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_stays() {
        let slot = ConnectionSlot::default();
        assert_eq!(slot.get_or_init(|| 1u32).as_deref(), Some(&1));
        assert_eq!(slot.clone().get_or_init(|| 2u32).as_deref(), Some(&1));
        assert!(slot.get_or_init(String::new).is_none());
    }
}
