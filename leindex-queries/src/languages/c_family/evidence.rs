//! What the text of a definition says about it.

use crate::languages::Evidence;
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

pub(in crate::languages) fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name_at = (row.name_start.saturating_sub(row.start)) as usize;
    let (specifiers, rest) = evidence.head.split_at_checked(name_at).unwrap_or((evidence.head, ""));
    let has = |text: &str, word: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word);
    let in_type = matches!(evidence.scope, ScopeKind::Type) && row.kind != SymbolKind::Function;
    let local = matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block);
    let is_static = has(specifiers, "static");
    row.flags.0 &= !SymbolFlags::EXPORTED.0;
    match row.kind {
        SymbolKind::Macro => {
            row.flags.0 &= !(SymbolFlags::DECLARATION.0 | SymbolFlags::PRIVATE.0);
        }
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor => {
            let tail = rest.trim_end().trim_end_matches(';').trim_end();
            if tail.ends_with("default") {
                row.flags.0 &= !SymbolFlags::DECLARATION.0;
            }
            if row.flags.has(SymbolFlags::DECLARATION) && tail.strip_suffix('0').is_some_and(|tail| tail.trim_end().ends_with('=')) {
                row.flags.set(SymbolFlags::ABSTRACT);
            }
            let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
            if has(after, "override") || has(after, "final") && has(specifiers, "virtual") {
                row.flags.set(SymbolFlags::OVERRIDE);
            }
            if is_static && in_type {
                row.flags.set(SymbolFlags::STATIC);
            } else if is_static {
                row.flags.set(SymbolFlags::PRIVATE);
            }
            if matches!(row.kind, SymbolKind::Method | SymbolKind::Constructor) && !row.flags.has(SymbolFlags::STATIC) {
                row.flags.set(SymbolFlags::HAS_RECEIVER);
            }
            if evidence.name.starts_with("test_") {
                row.flags.set(SymbolFlags::TEST);
            }
        }
        SymbolKind::Variable | SymbolKind::Constant => {
            if is_static {
                row.flags.set(SymbolFlags::PRIVATE);
            }
            if has(specifiers, "extern") && !rest.contains(['=', '{']) {
                row.flags.set(SymbolFlags::DECLARATION);
            }
            let after_pointer = specifiers.rsplit_once('*').map_or(specifiers, |(_, after)| after);
            if has(after_pointer, "const") || has(specifiers, "constexpr") || has(specifiers, "constinit") {
                row.kind = SymbolKind::Constant;
            }
        }
        SymbolKind::Field if is_static => row.flags.set(SymbolFlags::STATIC),
        kind if kind.is_type() => {
            if row.body_start == row.end && evidence.parent != SymbolKind::Enum {
                row.flags.set(SymbolFlags::DECLARATION);
            }
            if evidence.head.contains("testing::Test") {
                row.flags.set(SymbolFlags::TEST);
            }
        }
        _ => {}
    }
    if !local && !row.flags.has(SymbolFlags::PRIVATE) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
}
