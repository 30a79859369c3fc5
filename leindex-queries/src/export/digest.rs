//! What the rows of a shard depend on, as a digest: equal digests, equal rows.

use leindex_db::tables::Table;

use super::live::directory;
use super::symbol_ids::symbol_ids;
use crate::graph::data_records::{ends, known_calls};
use crate::index::hotspots::Centrality;
use crate::index::world::World;
use crate::names::files::{SourceFile, file_blob, file_config};
use crate::names::module_map::module_keys;
use crate::schema;

/// The digest of a shard: of the code that makes rows, and of what the rows of each unit are made from.
pub(super) fn digest(world: World<'_>, table: Table, flow: bool, units: &[usize], now: i64) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&schema::TABLES);
    hasher.update(table.as_str().as_bytes());
    hasher.update(&[u8::from(flow)]);
    let mut bytes = Vec::new();
    for &unit in units {
        bytes.clear();
        match (table, world.live.all.get(unit)) {
            (Table::Projects, _) => bytes.extend_from_slice(&now.to_le_bytes()),
            (Table::Files, _) => add_directory(world, unit, &mut bytes),
            (Table::Edges, Some(&file)) => {
                add_edges(world, unit as u32, file, &mut bytes);
                if flow {
                    add_data(world, unit as u32, file, &mut bytes);
                }
            }
            (Table::Centrality, Some(&file)) => add_centrality(world, unit as u32, file, &mut bytes),
            (_, Some(&file)) => add_content(world, file, &mut bytes),
            (_, None) => {}
        }
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    *hasher.finalize().as_bytes()
}

fn add_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Of what depends on a file alone: where it lies, what its modules are called, its content and grammar.
fn add_content(world: World<'_>, file: SourceFile<'_>, out: &mut Vec<u8>) {
    let db = world.db;
    add_text(file.path(db), out);
    module_keys(db, file).iter().for_each(|key| add_text(key, out));
    if let Some(blob) = file_blob(db, file) {
        out.extend_from_slice(blob.hash(db).as_bytes());
        add_text(db.languages().config(blob.dialect(db)).map_or("", |config| config.dialect), out);
    }
}

fn add_directory(world: World<'_>, unit: usize, out: &mut Vec<u8>) {
    let db = world.db;
    let Some(directory) = directory(world, unit) else { return };
    add_text(directory.path(db), out);
    for entry in directory.entries(db) {
        add_text(&entry.name, out);
        out.extend_from_slice(entry.hash.as_bytes());
        out.extend_from_slice(&entry.size.to_le_bytes());
        add_text(entry.skip.map_or("", leindex_db::Skip::reason), out);
        add_text(db.languages().config(entry.dialect).map_or("", |config| config.dialect), out);
    }
}

fn add_edges(world: World<'_>, place: u32, file: SourceFile<'_>, out: &mut Vec<u8>) {
    let db = world.db;
    let all = world.all_edges();
    add_text(file.path(db), out);
    add_text(file_config(db, file).map_or("", |config| config.name), out);
    let ids = world.all_ids();
    for edge in all.records(place) {
        out.extend_from_slice(&ids.id(edge.source).unwrap_or(0).to_le_bytes());
        let target = ids.id(edge.target);
        out.extend_from_slice(&target.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&edge.line.to_le_bytes());
        out.extend_from_slice(&edge.column.to_le_bytes());
        out.extend_from_slice(&edge.candidates.to_le_bytes());
        out.extend_from_slice(&[edge.kind as u8, edge.rule as u8, u8::from(target.is_some())]);
        add_text(all.name(place, edge.name), out);
    }
}

/// Of what edges of data are made of: the content, and what the functions called do with values.
fn add_data(world: World<'_>, place: u32, file: SourceFile<'_>, out: &mut Vec<u8>) {
    let all = world.all_edges();
    add_content(world, file, out);
    for call in known_calls(&all.records(place)) {
        out.push(ends(world, all.numbering().place(call.target)).number());
    }
}

fn add_centrality(world: World<'_>, place: u32, file: SourceFile<'_>, out: &mut Vec<u8>) {
    let dependencies = world.dependencies();
    let Some(first) = dependencies.numbering().node(place, 0) else { return };
    let (pagerank, eigenvector) = (world.centrality(Centrality::PageRank), world.centrality(Centrality::Eigenvector));
    for (at, id) in (first as usize..).zip(symbol_ids(world.db, file)) {
        out.extend_from_slice(&id.to_le_bytes());
        for values in [pagerank, eigenvector] {
            out.extend_from_slice(&values.get(at).copied().unwrap_or(0.0).to_le_bytes());
        }
        out.extend_from_slice(&dependencies.components().get(at).copied().unwrap_or(0).to_le_bytes());
    }
}
