//! Equipment of the proofs in `tests/`: a license server with real processes, sockets and disks, products that write
//! down what they were answered, and what goes wrong around them.
//!
//! `docs/proofs.md` lists the promises and how each is proved.

mod dice;
mod form;
mod history;
#[cfg(target_os = "linux")]
pub mod power_cut;
#[cfg(target_os = "linux")]
pub mod preload;
mod product;
mod record;
mod site;
pub mod web;
mod work;

pub use dice::Dice;
pub use form::Form;
pub use history::{Call, Checked, History};
pub use product::{Answer, Key, Product, refusal_code};
pub use record::{Figures, Known, Record};
#[cfg(target_os = "linux")]
pub use site::Memory;
pub use site::{FEATURE, Kill, Site, VENDOR, cad, licensingd_says};
pub use work::Work;
