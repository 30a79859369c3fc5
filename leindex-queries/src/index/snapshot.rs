//! Questions at one revision.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use leindex_db::{ContentChanged, Workspace};

use super::describe::symbol_name;
use super::error::{Cancellable, Cancelled};
use super::open::Index;
use super::results::EdgeInfo;
use super::world::{View, World};
use crate::graph::calls::{self, FoundEdge};
use crate::graph::join::Join;
use crate::names::edges::file_edges;
use crate::names::files::symbol_row;
use crate::names::live::{live_blobs, workspace_digest};

/// A look at an index at one revision. Every answer carries [`revision`](Self::revision).
pub struct Snapshot<'a> {
    pub(crate) index: &'a Index,
    view: Arc<View>,
    revision: String,
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("revision", &self.revision).finish_non_exhaustive()
    }
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(index: &'a Index) -> Self {
        let digest = workspace_digest(&index.db, Workspace::get(&index.db));
        let hex: String = digest.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { index, view: index.view(), revision: format!("r{hex}") }
    }

    /// The revision stamp: `r` and 16 hexadecimal digits, a digest of everything indexed.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Runs a question; the one place where cancellation and changed files are caught.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(World<'_>) -> T) -> Cancellable<T> {
        let run = AssertUnwindSafe(|| salsa::Cancelled::catch(AssertUnwindSafe(|| question(World::new(&self.index.db, &self.view)))));
        match catch_unwind(run) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Cancelled::Cancelled),
            Err(payload) if payload.is::<ContentChanged>() => Err(Cancelled::Changed),
            Err(payload) => resume_unwind(payload),
        }
    }
}

impl Snapshot<'_> {
    /// Every edge of the project, files in order, open names joined. Costs a resolution of every file the first time.
    pub fn edges(&self) -> Cancellable<Vec<EdgeInfo>> {
        self.ask(|world| {
            let mut join = Join::new(world);
            let mut found = Vec::new();
            for &file in &world.live.all {
                for edge in calls::edges_of_file(&mut join, file) {
                    found.push(edge_info(world, &edge));
                }
            }
            found
        })
    }

    /// Resolves every file on all threads, so that later questions find the work done.
    pub fn resolve_all(&self) -> Cancellable<usize> {
        use rayon::prelude::*;
        let db = &self.index.db;
        let count = self.ask(|world| world.live.all.len())?;
        let work = AssertUnwindSafe(|| {
            salsa::Cancelled::catch(AssertUnwindSafe(|| {
                let closed: usize = (0..count)
                    .into_par_iter()
                    .map_with(db.clone(), |db, index| {
                        let live = live_blobs(db, Workspace::get(db));
                        live.all.get(index).map_or(0, |&file| file_edges(db, file).closed.len())
                    })
                    .sum();
                closed
            }))
        });
        match catch_unwind(work) {
            Ok(Ok(count)) => Ok(count),
            Ok(Err(_)) => Err(Cancelled::Cancelled),
            Err(payload) if payload.is::<ContentChanged>() => Err(Cancelled::Changed),
            Err(payload) => resume_unwind(payload),
        }
    }
}

pub(crate) fn edge_info<'w>(world: World<'w>, edge: &FoundEdge<'w>) -> EdgeInfo {
    let (line, column) = world.rows(edge.file).map_or((0, 0), |rows| rows.position(edge.start));
    EdgeInfo {
        source: symbol_name(world, edge.source),
        target: edge.target.map(|target| symbol_name(world, target)),
        target_path: edge.target.map(|target| target.file(world.db).path(world.db)),
        target_line: edge.target.and_then(|target| symbol_row(world.db, target)).map(|(_, _, row)| row.name_line),
        target_name: edge.name.to_string(),
        kind: edge.kind.as_str(),
        rule: edge.rule.as_str(),
        confidence: None,
        candidates: u16::try_from(edge.candidates.len()).unwrap_or(u16::MAX),
        path: edge.file.path(world.db),
        line,
        column,
    }
}
