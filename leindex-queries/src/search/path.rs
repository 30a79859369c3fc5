//! What a path says to a ranking: whether it holds tests, examples or foreign code, and which sub-words it is made of.

use crate::db::Db;
use crate::names::evidence::{self, PathEvidence};
use crate::names::files::SourceFile;
use crate::search::terms::{for_each_subword, term};

/// What is known of a path.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct PathFacts {
    pub(crate) evidence: PathEvidence,
    /// Hashes of its sub-words without the ending, sorted.
    pub(crate) terms: Box<[u32]>,
}

/// The facts of a file's path. Changes with nothing.
#[salsa::tracked]
pub(crate) fn path_facts<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> PathFacts {
    let path = file.path(db);
    let mut terms = Vec::new();
    let mut buffer = String::new();
    for_each_subword(path.rsplit_once('.').map_or(path, |(stem, _)| stem), |word, _| terms.extend(term(word, &mut buffer)));
    terms.sort_unstable();
    terms.dedup();
    PathFacts { evidence: evidence::of_path(path), terms: terms.into() }
}
