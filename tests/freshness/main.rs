//! Law 4: after any sequence of edits every answer equals, byte for byte, that of a fresh index of the same files,
//! whatever the store held, however segments were sealed, on any number of threads.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod edits;
mod executions;
mod incremental_equals_cold;
mod order_of_questions;
mod project;
mod random;
mod texts;
mod world;

/// Parses are counted for the whole process: who counts them writes, everybody else reads.
static ALONE: std::sync::RwLock<()> = std::sync::RwLock::new(());
