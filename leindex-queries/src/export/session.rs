//! SQL over a snapshot.
/// The rows of an answer.
#[derive(Debug)]
pub struct Answer;
/// What.
#[derive(Debug)]
pub struct SqlOptions;
