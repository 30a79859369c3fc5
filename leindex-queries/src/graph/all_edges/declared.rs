//! The edges from declarations to what they declare. Which definition that is depends on all files, so no draft holds them.

use salsa::plumbing::AsId as _;

use super::draft::{Draft, Place};
use super::{EdgeRecord, at_most};
use crate::graph::structure::{declarations, declares};
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::SourceFile;
use crate::syntax::rows::NONE;

/// A declaration and what it declares.
#[derive(Debug)]
pub(super) struct Declared {
    /// The identity of the declaration in its file.
    declaration: u64,
    target: Option<Place>,
    name: Box<str>,
    line: u32,
    column: u32,
    rule: Rule,
    candidates: u16,
}

impl Declared {
    /// The declarations of a file whose definitions are known.
    pub(super) fn of<'w>(world: World<'w>, file: SourceFile<'w>) -> Vec<Self> {
        let Some(rows) = world.rows(file) else { return Vec::new() };
        let declared = declarations(world.db, file, &rows).filter_map(|declaration| declares(world, declaration)).map(|edge| {
            let (line, column) = rows.position(edge.start);
            let target = edge.target.map(|target| (target.file(world.db).as_id(), target.identity(world.db)));
            let declaration = edge.source.identity(world.db);
            Self { declaration, target, name: edge.name, line, column, rule: edge.rule, candidates: at_most(edge.candidates.len()) }
        });
        declared.collect()
    }
}

/// Adds the edges of a file's declarations to those that its draft lacks; gives the names that the draft does not have.
/// `first` is the node of the file's first row.
pub(super) fn add(
    declared: &[Declared],
    draft: &Draft,
    first: u32,
    node: impl Fn(&Place) -> u32,
    added: &mut Vec<(u32, EdgeRecord)>,
) -> Box<[Box<str>]> {
    let mut names: Vec<Box<str>> = Vec::new();
    for edge in declared {
        let record = EdgeRecord {
            source: draft.row_of(edge.declaration).map_or(NONE, |row| first + row),
            target: edge.target.as_ref().map_or(NONE, &node),
            name: draft.names.count() + names.len() as u32,
            line: edge.line,
            column: edge.column,
            kind: EdgeKind::Declares,
            rule: edge.rule,
            candidates: edge.candidates,
        };
        names.push(edge.name.clone());
        added.push((draft.records.partition_point(|other| other.order() <= record.order()) as u32, record));
    }
    names.into()
}
