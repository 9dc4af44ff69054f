//! What options files mean for a checkout: examples, and random files against an evaluation that only reads lists.

mod examples;
mod installed;
mod naive;
mod random;
