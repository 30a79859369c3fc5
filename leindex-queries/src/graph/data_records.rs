//! Data edges of all files, as plain numbers: those of `graph/data.rs`, made of records instead of symbols.

use rustc_hash::FxHashMap;

use super::all_edges::EdgeRecord;
use crate::flow::calls::{CallSite, file_calls, file_ends};
use crate::flow::ends::Ends;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::syntax::rows::NONE;

/// The data edges of the live file at a place whose other edges are `records`, in order of their sites. Their names are
/// those of its calls.
pub(crate) fn data_records(world: World<'_>, place: u32, records: &[EdgeRecord]) -> Vec<EdgeRecord> {
    let Some(&file) = world.live.all.get(place as usize) else { return Vec::new() };
    let numbering = world.all_edges().numbering();
    let first = numbering.nodes(place).start;
    let of_file = file_calls(world.db, file);
    // By the row of the flow's owner, line and column.
    let mut by_site = FxHashMap::<(u32, u32, u32), &EdgeRecord>::default();
    for record in known_calls(records) {
        let owner = record.source.checked_sub(first).and_then(|row| of_file.owners.get(row as usize));
        if let Some(&owner) = owner {
            by_site.insert((owner, record.line, record.column), record);
        }
    }
    let record_of = |call: &CallSite| by_site.get(&(call.owner, call.line, call.column)).copied();
    let mut found = Vec::new();
    for call in &of_file.calls {
        let Some(record) = record_of(call) else { continue };
        let ends = ends(world, numbering.place(record.target));
        if call.has_arguments && ends.takes() {
            found.push(EdgeRecord { kind: EdgeKind::Data, ..*record });
        }
        if call.is_used && ends.gives() {
            found.push(EdgeRecord { source: record.target, target: record.source, kind: EdgeKind::Data, ..*record });
        }
    }
    for &(from, to) in &of_file.handed {
        let site = |number: u32| record_of(of_file.calls.get(number as usize)?);
        let (Some(from), Some(to)) = (site(from), site(to)) else { continue };
        if from.target != to.target {
            let rule = to.rule.max(from.rule);
            found.push(EdgeRecord { source: from.target, target: to.target, kind: EdgeKind::Data, rule, ..*to });
        }
    }
    found.sort_by_key(|record| (record.line, record.column));
    found.dedup();
    found
}

/// Of records, those of calls whose target is known.
pub(crate) fn known_calls(records: &[EdgeRecord]) -> impl Iterator<Item = &EdgeRecord> {
    let is_known = |record: &&EdgeRecord| {
        record.kind == EdgeKind::Call && record.target != NONE && !matches!(record.rule, Rule::Hierarchy | Rule::Passed)
    };
    records.iter().filter(is_known)
}

/// Whether values get into and out of the symbol at a place and row.
pub(crate) fn ends(world: World<'_>, (file, row): (u32, u32)) -> Ends {
    let ends = world.live.all.get(file as usize).and_then(|&file| file_ends(world.db, file).get(row as usize));
    ends.copied().unwrap_or(Ends::UNKNOWN)
}
