//! Descriptors: the name of a symbol inside its file, in the grammar of SCIP, the same in every revision in which the
//! symbol is there.
//!
//! `Session#login().`, `geometry/Point#x.`, `impl#[Point][Display]fmt().`, `area(int,int).` where parameters tell
//! functions apart, and `twin(+1).` for a second definition that nothing else tells from the first.

use rustc_hash::FxHashMap;

use crate::languages::LanguageConfig;
use crate::syntax::rows::{NONE, Record as _, Rows, RowsBuilder, ScopeKind, SymbolKind, SymbolRow};

/// The descriptor of a symbol of a file.
pub fn descriptor(rows: &Rows, symbol: u32) -> String {
    let mut chain = Vec::new();
    let mut at = symbol;
    while let Some(row) = rows.symbol(at) {
        if at == 0 || chain.len() > 200 {
            break;
        }
        chain.push(row);
        at = row.parent;
    }
    let mut out = String::new();
    for row in chain.iter().rev() {
        let disambiguator = rows.str(row.disambiguator);
        out.push_str(before_name(disambiguator));
        push_suffix(row.kind, rows.str(row.name), disambiguator, &mut out);
    }
    out
}

/// Buffers of [`assign_identities`] that outlive a file.
#[derive(Default)]
pub(crate) struct Identities {
    /// The descriptors of all symbols, one after the other, and where each stands.
    text: String,
    ends: Vec<(u32, u32)>,
    /// How often a descriptor was met.
    seen: FxHashMap<u64, u32>,
    own: String,
    /// The text of the extension seen last.
    extension: String,
}

/// Gives each symbol its disambiguator and the hash of its descriptor.
///
/// A disambiguator is stored as the text that precedes the name (extension and receiver) and, after a `\u{1}`, the
/// text between the parentheses; [`push_suffix`] puts both in place.
pub(crate) fn assign_identities(rows: &mut RowsBuilder, config: &LanguageConfig, buffers: &mut Identities) {
    let Identities { text, ends, seen, own, extension } = buffers;
    text.clear();
    ends.clear();
    seen.clear();
    let mut last_extension = NONE;
    for index in 0..rows.symbols.len() {
        let row = rows.symbols[index];
        own.clear();
        if index > 0 {
            if row.scope != last_extension {
                last_extension = row.scope;
                extension.clear();
                describe_extension(rows, row.scope, extension);
            }
            own.push_str(extension);
            disambiguate(rows, &row, config, own);
        }
        let plain = own.len();
        let start = text.len();
        let mut occurrence = 0;
        let parent = if index == 0 || row.parent as usize >= index { (0, 0) } else { ends[row.parent as usize] };
        loop {
            text.truncate(start);
            text.extend_from_within(parent.0 as usize..parent.1 as usize);
            if index > 0 {
                own.truncate(plain);
                push_occurrence(occurrence, own);
                text.push_str(before_name(own));
                push_suffix(row.kind, rows.str(row.name), own, text);
            }
            let hash = blake3::hash(&text.as_bytes()[start..]);
            let identity = u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"));
            match seen.get_mut(&identity) {
                Some(count) if occurrence == 0 => {
                    *count += 1;
                    occurrence = *count;
                }
                Some(_) => occurrence += 1,
                None => {
                    seen.insert(identity, 0);
                    let id = rows.string(own);
                    let signature = signature_hash(rows, &row);
                    let row = &mut rows.symbols[index];
                    row.disambiguator = id;
                    row.signature_hash = signature;
                    row.identity_low = identity as u32;
                    row.identity_high = (identity >> 32) as u32;
                    break;
                }
            }
        }
        ends.push((start as u32, text.len() as u32));
    }
}

/// `impl#[Type][Trait]` for the members of an extension.
fn describe_extension(rows: &RowsBuilder, scope: u32, out: &mut String) {
    let use_name = |index: u32| rows.uses.get(index as usize).map_or("", |u| rows.str(u.name));
    if let Some(row) = rows.scopes.get(scope as usize)
        && row.kind == ScopeKind::Extension
    {
        out.push_str("impl#");
        out.push('[');
        push_name(use_name(row.self_type), out);
        out.push(']');
        for base in rows.bases.iter().filter(|base| base.extension == scope) {
            out.push('[');
            push_name(use_name(base.base), out);
            out.push(']');
        }
    }
}

/// What else tells the symbol from others of its name: its receiver, `\u{1}` and parameter types.
fn disambiguate(rows: &RowsBuilder, row: &SymbolRow, config: &LanguageConfig, out: &mut String) {
    let use_name = |index: u32| rows.uses.get(index as usize).map_or("", |u| rows.str(u.name));
    if let Some(inner) = rows.scopes.get(row.inner as usize)
        && inner.kind == ScopeKind::Function
        && inner.self_type != NONE
    {
        out.push('[');
        push_name(use_name(inner.self_type), out);
        out.push(']');
    }
    if config.overloads && row.kind.is_callable() && row.kind != SymbolKind::Macro {
        out.push('\u{1}');
        for offset in 0..row.parameters {
            if offset > 0 {
                out.push(',');
            }
            if let Some(parameter) = rows.parameters.get((row.first_parameter + offset) as usize) {
                let ty = rows.str(parameter.ty);
                out.extend(ty.chars().filter(|c| !c.is_whitespace()));
                if ty.is_empty() {
                    out.push('_');
                }
            }
        }
    }
}

fn push_occurrence(occurrence: u32, out: &mut String) {
    use std::fmt::Write as _;
    if occurrence > 0 {
        if !out.contains('\u{1}') {
            out.push('\u{1}');
        }
        let _ = write!(out, "+{occurrence}");
    }
}

fn before_name(disambiguator: &str) -> &str {
    disambiguator.split('\u{1}').next().unwrap_or("")
}

/// The name with the mark of its kind, and what stands between the parentheses.
fn push_suffix(kind: SymbolKind, name: &str, disambiguator: &str, out: &mut String) {
    push_name(name, out);
    out.push_str(match kind {
        SymbolKind::Module | SymbolKind::Namespace => "/",
        kind if kind.is_type() => "#",
        SymbolKind::TypeAlias => "#",
        SymbolKind::Macro => "!",
        kind if kind.is_callable() => "().",
        _ => ".",
    });
    if let Some((_, inside)) = disambiguator.split_once('\u{1}') {
        insert(kind, inside, out);
    }
}

fn insert(kind: SymbolKind, inside: &str, out: &mut String) {
    if inside.is_empty() {
        return;
    }
    if kind.is_callable() && kind != SymbolKind::Macro {
        out.insert_str(out.len() - 2, inside);
    } else {
        // SCIP has no place for this in other descriptors; an escaped suffix keeps them apart.
        out.insert_str(out.len() - 1, inside);
    }
}

/// A name as it is, or between backticks where it is no simple identifier.
fn push_name(name: &str, out: &mut String) {
    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '$')) {
        out.push_str(name);
        return;
    }
    out.push('`');
    // What separates the parts of a disambiguator is in no name.
    for character in name.chars().filter(|&character| character != '\u{1}') {
        if character == '`' {
            out.push('`');
        }
        out.push(character);
    }
    out.push('`');
}

fn signature_hash(rows: &RowsBuilder, row: &SymbolRow) -> u32 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[row.kind as u8, row.flags.0 as u8, (row.flags.0 >> 8) as u8]);
    hasher.update(rows.str(row.name).as_bytes());
    hasher.update(&[0]);
    hasher.update(rows.str(row.signature).as_bytes());
    u32::from_le_bytes(*hasher.finalize().as_bytes().first_chunk().expect("a hash has 32 bytes"))
}

const _: () = assert!(SymbolRow::WORDS < 40, "a symbol row stays small");
