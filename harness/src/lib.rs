//! Asks the questions: builds subjects, runs trials, writes records, draws tables and figures.
//!
//! The modules stand in the order in which data flows through them. What must be optimised to be believed is in the
//! `worker`, which uses the same description, launch and judge.

pub mod server;

pub mod copy;
pub mod input;
pub mod judge;
pub mod result;

pub mod clock;
pub mod process;

pub mod client;
pub mod docker;
pub mod launch;
pub mod listening;
pub mod peer;
pub mod reference;

pub mod place;
pub mod room;
pub mod standin;
pub mod stock;
pub mod subject;

pub mod again;
pub mod ledger;
pub mod offer;
pub mod own;
pub mod served;
pub mod trace;
pub mod verify;

pub mod effort;
pub mod estimate;
pub mod kind;
pub mod known;
pub mod plan;
pub mod select;
pub mod shuffle;
pub mod stop;

pub mod interrupt;

pub mod backend;
pub mod machine;
pub mod noise;

pub mod measure;
pub mod progress;

pub mod replay;

pub mod profile;

pub mod claim;

pub mod exit;
