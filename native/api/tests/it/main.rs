//! The contract, and what is made from it.

mod cmdlets;
mod generated;
mod table;
mod views;
