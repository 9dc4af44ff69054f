//! Names of products, each kept once: pairs are many, products few.

use std::collections::HashMap;

/// Most names of one pool. Clients choose them; further ones are not remembered.
const MAX_NAMES: usize = 1024;

/// A remembered name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProductId(u16);

impl ProductId {
    /// No product, or one that is not remembered.
    pub(super) const UNKNOWN: Self = Self(u16::MAX);
}

/// The names that are remembered.
#[derive(Debug, Default)]
pub(super) struct Products {
    names: Vec<String>,
    ids: HashMap<String, ProductId>,
}

impl Products {
    pub(super) fn enter(&mut self, name: &str) -> ProductId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        if name.is_empty() || self.names.len() >= MAX_NAMES {
            return ProductId::UNKNOWN;
        }
        let id = ProductId(self.names.len() as u16);
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// The name; empty for [`ProductId::UNKNOWN`].
    pub(super) fn name(&self, id: ProductId) -> &str {
        self.names.get(usize::from(id.0)).map_or("", String::as_str)
    }
}
