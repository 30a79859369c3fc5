//! What data edges need of a file's flows: which functions take and give values, and which calls hand them on.
//!
//! A function of the file's content alone, stored under its hash. What is called is for `graph/data.rs` to say.

use std::sync::Arc;

use leindex_db::store::StoreKey;
use serde::{Deserialize, Serialize};

use super::body::Flow;
use super::ends::{Ends, used_calls};
use super::file::outermost;
use super::queries::{content_flows, function_range};
use super::transfer::handed_over;
use crate::db::Db;
use crate::names::files::{SourceFile, file_blob};
use crate::syntax::blob::{Blob, rows};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::SymbolRow;

/// A call in a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallSite {
    /// The row of the function whose flow it is in; 0 for the file's top level.
    pub(crate) owner: u32,
    /// Line of the name called, from 1.
    pub(crate) line: u32,
    /// Column in bytes, from 0.
    pub(crate) column: u32,
    /// Whether it is given arguments.
    pub(crate) has_arguments: bool,
    /// Whether anything uses its value.
    pub(crate) is_used: bool,
}

/// What the calls of a file do with values. About 8 bytes a call and 2 a symbol, stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileCalls {
    /// By row of a symbol.
    pub(crate) ends: Box<[Ends]>,
    /// By row of a symbol, the row of the function whose flow its calls are in.
    pub(crate) owners: Box<[u32]>,
    /// All calls, flow by flow.
    pub(crate) calls: Box<[CallSite]>,
    /// Pairs of calls of one flow: the value of the first gets to an argument of the second.
    pub(crate) handed: Box<[(u32, u32)]>,
}

impl FileCalls {
    /// Those of a file's flows.
    pub(crate) fn of(rows: &IndexedRows, flows: &[(u32, Arc<Flow>)]) -> Self {
        let (mut calls, mut handed) = (Vec::new(), Vec::new());
        for (owner, flow) in flows {
            let base = if *owner == 0 { 0 } else { rows.symbol(*owner).map_or(0, |row| row.start) };
            let first = calls.len() as u32;
            for (call, is_used) in flow.calls.iter().zip(used_calls(flow)) {
                let (line, column) = rows.position(base + call.at);
                calls.push(CallSite { owner: *owner, line, column, has_arguments: call.arguments > 0, is_used });
            }
            handed.extend(handed_over(flow).into_iter().map(|(from, to)| (first + from, first + to)));
        }
        let count = rows.count::<SymbolRow>();
        let owners: Vec<u32> = (0..count).map(|row| outermost(rows, row)).collect();
        let ends = (0..count).zip(&owners).map(|(row, &owner)| ends_of(rows, flows, row, owner));
        // Of symbols that look the same to others, the first speaks for all.
        let speaker = |owner: u32| {
            let first = rows.symbol(owner).and_then(|symbol| rows.by_identity(symbol.identity())).unwrap_or(owner);
            owners.get(first as usize).copied().unwrap_or(owner)
        };
        Self {
            ends: ends.collect(),
            owners: owners.iter().map(|&owner| speaker(owner)).collect(),
            calls: calls.into(),
            handed: handed.into(),
        }
    }
}

fn ends_of(rows: &IndexedRows, flows: &[(u32, Arc<Flow>)], row: u32, owner: u32) -> Ends {
    let found = || {
        let symbol = rows.symbol(row).filter(|symbol| row == 0 || symbol.kind.is_callable())?;
        let flow = &flows.get(flows.binary_search_by_key(&owner, |&(of, _)| of).ok()?)?.1;
        let region = if row == owner {
            0
        } else {
            let ((start, end), base) = (function_range(rows, &symbol), rows.symbol(owner)?.start);
            flow.region_at(start.checked_sub(base)?, end.checked_sub(base)?)?
        };
        Some(Ends::of(flow, flow.regions.get(region as usize)?))
    };
    found().unwrap_or(Ends::UNKNOWN)
}

/// Whether values get into and out of the symbols of a file, by row. Changes with the file's content.
#[salsa::tracked(returns(deref))]
pub(crate) fn file_ends<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[Ends]> {
    file_calls(db, file).ends
}

/// The calls of a file, from the store; made of its flows and stored, if they are not there.
pub(crate) fn file_calls<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> FileCalls {
    let Some(blob) = file_blob(db, file) else { return FileCalls::default() };
    let stored = || postcard::from_bytes(&db.packed(&calls_key(db, blob)?)?).ok();
    stored().unwrap_or_else(|| {
        let source = String::from_utf8_lossy(&db.text(blob.hash(db))).into_owned();
        let calls = FileCalls::of(&rows(db, blob), &content_flows(db, blob, &source));
        if let Some(key) = calls_key(db, blob) {
            keep(db, key, &calls);
        }
        calls
    })
}

/// Stores the calls of a content, made of its flows, unless they are there.
pub(crate) fn keep_calls<'db>(db: &'db dyn Db, blob: Blob<'db>, flows: &[(u32, Arc<Flow>)]) {
    if let Some(key) = calls_key(db, blob).filter(|key| db.packed(key).is_none()) {
        keep(db, key, &FileCalls::of(&rows(db, blob), flows));
    }
}

fn keep(db: &dyn Db, key: StoreKey, calls: &FileCalls) {
    if let Ok(bytes) = postcard::to_allocvec(calls) {
        db.keep(key, bytes.into());
    }
}

fn calls_key<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Option<StoreKey> {
    let config = db.languages().config(blob.dialect(db))?;
    let hash = blob.hash(db);
    Some(StoreKey::new("calls", &crate::schema::FLOW, &[config.dialect.as_bytes(), config.version.as_bytes(), hash.as_bytes()]))
}
