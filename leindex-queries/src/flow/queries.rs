//! The flow of a symbol: found in memory, in the store, or made from its file.
//!
//! [`symbol_body`] changes only with the function's own text; the flow itself lies outside the memos, under the hash of
//! that text. On a miss the file is parsed once and all its functions that the store misses are analysed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leindex_db::ContentHash;
use leindex_db::store::{Store, StoreKey};
use tree_sitter::Tree;

use super::body::{Flow, Region};
use super::file::{FlowSource, outermost, parse};
use super::lower::Scratch;
use super::packed::{decode, encode, flow_key};
use super::transfer::Transfer;
use crate::db::Db;
use crate::languages::{Grammar, LanguageConfig};
use crate::names::files::{SourceFile, Symbol, file_blob, symbol_row};
use crate::names::module_map::MODULE_IDENTITY;
use crate::syntax::blob::{Blob, rows};
use crate::syntax::rows::{NONE, Rows, ScopeRow, SymbolFlags, SymbolRow};

/// Functions lowered by this process, for tests that nothing is analysed twice.
pub static LOWERED: AtomicU64 = AtomicU64::new(0);

/// Which flow a symbol's is, and which part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Body {
    /// The key of the flow in the store.
    key: [u8; 32],
    /// The bytes of the region that is the symbol, counted from the start of the body; all of it for the body's own
    /// function.
    region: (u32, u32),
}

/// The flow of a symbol: a region of its body's.
#[derive(Clone, Debug)]
pub struct SymbolFlow {
    /// The flow of the outermost function around it, or of the file's top level.
    pub flow: Arc<Flow>,
    /// The number of its region.
    pub region: u32,
}

impl SymbolFlow {
    /// Its region.
    pub fn region(&self) -> Option<&Region> {
        self.flow.regions.get(self.region as usize)
    }

    /// What it does with values between its ends.
    pub fn transfer(&self) -> Option<&Transfer> {
        self.flow.transfers().get(self.region as usize)
    }
}

/// The body that a symbol's flow is in. `None` for what does not run, and what is gone. Changes only with the body.
#[salsa::tracked(returns(copy))]
pub fn symbol_body<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<Body> {
    let blob = file_blob(db, symbol.file(db))?;
    let config = db.languages().config(blob.dialect(db))?;
    if symbol.identity(db) == MODULE_IDENTITY() {
        return Some(Body { key: *flow_key(config, blob.hash(db).as_bytes()).as_bytes(), region: (0, u32::MAX) });
    }
    let (rows, index, row) = symbol_row(db, symbol)?;
    if !row.kind.is_callable() {
        return None;
    }
    let owner = outermost(&rows, index);
    let owner_row = rows.symbol(owner).filter(|row| !row.flags.has(SymbolFlags::DECLARATION))?;
    let region = if owner == index {
        (0, u32::MAX)
    } else {
        let (start, end) = function_range(&rows, &row);
        (start.checked_sub(owner_row.start)?, end.checked_sub(owner_row.start)?)
    };
    Some(Body { key: *flow_key(config, &owner_row.body_hash()).as_bytes(), region })
}

/// The bytes of the node that is a function.
pub(crate) fn function_range(rows: &Rows, row: &SymbolRow) -> (u32, u32) {
    let scope = (row.inner != NONE).then(|| rows.get::<ScopeRow>(row.inner)).flatten();
    scope.map_or((row.start, row.end), |scope| (scope.start, scope.end))
}

/// The byte of the file that the positions of a symbol's flow are counted from, now.
pub(crate) fn flow_base<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<u32> {
    if symbol.identity(db) == MODULE_IDENTITY() {
        return Some(0);
    }
    let (rows, index, _) = symbol_row(db, symbol)?;
    rows.symbol(outermost(&rows, index)).map(|owner| owner.start)
}

/// The flow of a symbol. Reads nothing but [`symbol_body`], unless the flow has to be made.
pub fn symbol_flow<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<SymbolFlow> {
    let body = symbol_body(db, symbol)?;
    let key = StoreKey::from_bytes(body.key);
    let flow = db.flow_in_memory(&key, &mut || {
        let stored = || db.packed(&key).and_then(|bytes| decode(&bytes));
        // Made by a query of its own, so that whoever asks depends on the body alone, not on all of its file.
        let made = || is_analysed(db, symbol).then(stored).flatten();
        stored().or_else(made).or_else(|| flow_of_file(db, symbol.file(db), &key)).unwrap_or_default()
    });
    let region = if body.region == (0, u32::MAX) { Some(0) } else { flow.region_at(body.region.0, body.region.1) };
    let region = region.filter(|&region| (region as usize) < flow.regions.len())?;
    Some(SymbolFlow { flow, region })
}

/// Whether the flow of a symbol's body is stored; it is made if not. Changes with nothing that matters: the flow itself
/// lies under the key of the body.
#[salsa::tracked(returns(copy))]
fn is_analysed<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> bool {
    let Some(body) = symbol_body(db, symbol) else { return false };
    let key = StoreKey::from_bytes(body.key);
    db.packed(&key).is_some() || flow_of_file(db, symbol.file(db), &key).is_some()
}

/// Analyses the functions of a file that the store misses, and returns the one wanted.
fn flow_of_file<'db>(db: &'db dyn Db, file: SourceFile<'db>, wanted: &StoreKey) -> Option<Flow> {
    let blob = file_blob(db, file)?;
    let mut found = None;
    for (key, flow) in missing_flows(db, blob, Some(wanted)) {
        if key == *wanted {
            found = Some(flow);
        } else {
            db.flow_in_memory(&key, &mut || flow.clone());
        }
    }
    found
}

/// Analyses and stores those flows of a content that the store misses, from one tree; `always` even if it is there.
pub(crate) fn missing_flows<'db>(db: &'db dyn Db, blob: Blob<'db>, always: Option<&StoreKey>) -> Vec<(StoreKey, Flow)> {
    let dialect = blob.dialect(db);
    let (Some(config), Some(grammar)) = (db.languages().config(dialect), db.languages().grammar(dialect)) else { return Vec::new() };
    let of_file = rows(db, blob);
    let wanted = keys_of(config, &of_file, blob.hash(db).as_bytes());
    let misses = |key: &StoreKey| always == Some(key) || db.packed(key).is_none();
    if !wanted.iter().any(|(key, _)| misses(key)) {
        return Vec::new();
    }
    let bytes = db.text(blob.hash(db));
    let source = String::from_utf8_lossy(&bytes);
    let Some(tree) = parse(grammar, source.as_bytes()) else { return Vec::new() };
    let made = flows_of(grammar, &source, &tree, &of_file, &wanted, misses);
    for (key, flow) in &made {
        db.keep(*key, encode(flow).into());
    }
    made
}

/// All flows of a content, of text `source`, each once: of its top level, with row 0, then of its functions in order of
/// their rows. From the store if it has them all; else made of one tree, and not stored.
#[cfg(feature = "analytics")]
pub(crate) fn content_flows<'db>(db: &'db dyn Db, blob: Blob<'db>, source: &str) -> Vec<(u32, Arc<Flow>)> {
    let dialect = blob.dialect(db);
    let (Some(config), Some(grammar)) = (db.languages().config(dialect), db.languages().grammar(dialect)) else { return Vec::new() };
    let of_file = rows(db, blob);
    let keys = keys_of(config, &of_file, blob.hash(db).as_bytes());
    let stored = |(key, owner): &(StoreKey, Option<u32>)| Some((owner.unwrap_or(0), Arc::new(decode(&db.packed(key)?)?)));
    if let Some(stored) = keys.iter().map(stored).collect() {
        return stored;
    }
    let Some(tree) = parse(grammar, source.as_bytes()) else { return Vec::new() };
    let from = FlowSource::new(grammar, source, &tree, &of_file);
    let mut scratch = Scratch::default();
    let mut flows = vec![(0, Arc::new(from.top(&mut scratch)))];
    flows.extend(from.owners().iter().map(|&owner| (owner.symbol, Arc::new(from.function(owner, &mut scratch)))));
    LOWERED.fetch_add(flows.len() as u64, Ordering::Relaxed);
    flows
}

/// Those flows of a tree that are missing.
fn flows_of(
    grammar: &Grammar,
    source: &str,
    tree: &Tree,
    rows: &Rows,
    wanted: &[(StoreKey, Option<u32>)],
    misses: impl Fn(&StoreKey) -> bool,
) -> Vec<(StoreKey, Flow)> {
    let from = FlowSource::new(grammar, source, tree, rows);
    let mut scratch = Scratch::default();
    let mut made = Vec::new();
    for &(key, owner) in wanted {
        if !misses(&key) {
            continue;
        }
        let flow = match owner {
            Some(owner) => match from.owners().binary_search_by_key(&owner, |of| of.symbol) {
                Ok(at) => from.function(from.owners()[at], &mut scratch),
                Err(_) => continue,
            },
            None => from.top(&mut scratch),
        };
        LOWERED.fetch_add(1, Ordering::Relaxed);
        made.push((key, flow));
    }
    made
}

/// Analyses and stores the flows of a tree that the store misses: for a pass that makes rows of the same tree.
pub(crate) fn store_flows(store: &Store, grammar: &Grammar, source: &str, tree: &Tree, rows: &Rows, content: &ContentHash) {
    let wanted = keys_of(grammar.config, rows, content.as_bytes());
    for (key, flow) in flows_of(grammar, source, tree, rows, &wanted, |key| !store.contains(key)) {
        store.put(key, &encode(&flow));
    }
}

/// The keys of a content's flows: of its top level, then of its functions with their rows.
fn keys_of(config: &LanguageConfig, rows: &Rows, content: &[u8]) -> Vec<(StoreKey, Option<u32>)> {
    let mut keys = vec![(flow_key(config, content), None)];
    for owner in super::file::owners(rows) {
        if let Some(row) = rows.symbol(owner.symbol) {
            keys.push((flow_key(config, &row.body_hash()), Some(owner.symbol)));
        }
    }
    keys
}
