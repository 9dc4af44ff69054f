//! Insight Services: the receiver of the uploads of license servers.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`storage`] | what is kept, behind a trait: SQLite or PostgreSQL |
//! | [`service`] | registration, uploads, evaluation, what administrators see and change |
//! | [`fulfilment`] | orders and the seats that license servers allocate of them |
//! | [`web`] | the HTTPS port |
//! | [`delivery`] | findings by mail and webhook, from a durable queue |
//! | [`config`], [`folder`], [`init`], [`run`] | the program |
//!
//! - An upload is answered after it is stored and evaluated; its id makes it count once.
//! - Findings are a function of what is stored: the order of arrival changes none.
//! - A caller sees what concerns the servers of their organization. A route in no list needs Full permission.
//! - A message is in the queue in the same transaction as the change that it tells, and stays until it is delivered.

pub mod config;
pub mod delivery;
pub mod folder;
pub mod fulfilment;
pub mod init;
pub mod run;
pub mod service;
pub mod storage;
pub mod web;
