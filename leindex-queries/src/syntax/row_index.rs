//! Lookups over the rows of one file: what a scope binds under a name, which symbol has an identity.
//!
//! A function of the rows, made when first asked for and kept with them in memory, never stored: the rows are read in
//! place and hold everything in the order of the text.

use std::ops::Deref;
use std::sync::OnceLock;

use super::rows::{BaseRow, BindingKind, BindingRow, ModuleRow, NONE, Rows, ScopeRow, Str, SymbolRow};

/// Rows with their lookups.
#[derive(Debug)]
pub struct IndexedRows {
    rows: Rows,
    index: OnceLock<RowIndex>,
}

impl IndexedRows {
    pub(crate) fn new(rows: Rows) -> Self {
        Self { rows, index: OnceLock::new() }
    }

    /// The lookups. Costs a sort of bindings and symbols the first time.
    pub(crate) fn index(&self) -> &RowIndex {
        self.index.get_or_init(|| RowIndex::of(&self.rows))
    }

    /// The row of the symbol with this identity.
    pub(crate) fn by_identity(&self, identity: u64) -> Option<u32> {
        let identities = &self.index().identities;
        let at = identities.partition_point(|&(other, _)| other < identity);
        identities.get(at).filter(|(found, _)| *found == identity).map(|&(_, row)| row)
    }

    /// Bytes held: the rows, and about as many words of lookups as there are bindings and symbols.
    pub(crate) fn weight(&self) -> u64 {
        let words = 3 * self.rows.count::<BindingRow>() + 6 * self.rows.count::<SymbolRow>();
        self.rows.as_bytes().len() as u64 + u64::from(words) * 4 + 300
    }
}

impl Deref for IndexedRows {
    type Target = Rows;

    fn deref(&self) -> &Rows {
        &self.rows
    }
}

/// See [`IndexedRows`].
#[derive(Debug)]
pub(crate) struct RowIndex {
    /// Bindings by scope and name, in order of the text: (scope, name, row).
    bindings: Box<[(u32, Str, u32)]>,
    /// Bindings that give a symbol a value: (symbol, binding), sorted.
    values: Box<[(u32, u32)]>,
    /// Names that are bound anywhere in the file, a bit each.
    bound: Box<[u64]>,
    /// Symbols by identity; of equal ones the first.
    identities: Box<[(u64, u32)]>,
    /// Symbols by parent and name, in order of the text: (parent, name, row).
    children: Box<[(u32, Str, u32)]>,
    /// Uses in heads: bases and self types, sorted.
    heads: Box<[u32]>,
    /// Modules that are the members of a symbol: (its row, their name), sorted.
    namespaces: Box<[(u32, Str)]>,
}

impl RowIndex {
    fn of(rows: &Rows) -> Self {
        let mut bindings: Vec<(u32, Str, u32)> =
            rows.iter::<BindingRow>().enumerate().map(|(row, binding)| (binding.scope, binding.name, row as u32)).collect();
        bindings.sort_unstable();
        let valued = rows.iter::<BindingRow>().enumerate().filter(|(_, row)| row.kind == BindingKind::Symbol && row.value != NONE);
        let mut values: Vec<(u32, u32)> = valued.map(|(index, row)| (row.target, index as u32)).collect();
        values.sort_unstable();
        let mut bound = vec![0_u64; (rows.string_count() as usize).div_ceil(64)];
        for (_, name, _) in &bindings {
            if let Some(word) = bound.get_mut(name.0 as usize / 64) {
                *word |= 1 << (name.0 % 64);
            }
        }
        let mut identities: Vec<(u64, u32)> = Vec::with_capacity(rows.symbols().len());
        let mut children: Vec<(u32, Str, u32)> = Vec::with_capacity(rows.symbols().len());
        for (row, symbol) in rows.symbols().enumerate() {
            identities.push((symbol.identity(), row as u32));
            children.push((symbol.parent, symbol.name, row as u32));
        }
        identities.sort_unstable();
        children.sort_unstable();
        let self_types = rows.iter::<ScopeRow>().map(|scope| scope.self_type).filter(|&index| index != NONE);
        let mut heads: Vec<u32> = self_types.chain(rows.iter::<BaseRow>().map(|base| base.base)).collect();
        heads.sort_unstable();
        let mut namespaces: Vec<(u32, Str)> =
            rows.iter::<ModuleRow>().filter(|module| module.symbol != NONE).map(|module| (module.symbol, module.key)).collect();
        namespaces.sort_unstable();
        Self {
            bindings: bindings.into(),
            values: values.into(),
            bound: bound.into(),
            identities: identities.into(),
            children: children.into(),
            heads: heads.into(),
            namespaces: namespaces.into(),
        }
    }

    /// Whether a name is bound anywhere in the file.
    pub(crate) fn is_bound(&self, name: Str) -> bool {
        self.bound.get(name.0 as usize / 64).is_some_and(|word| word >> (name.0 % 64) & 1 == 1)
    }

    /// The bindings of a name in a scope, by row, in order of the text.
    pub(crate) fn bindings(&self, scope: u32, name: Str) -> impl DoubleEndedIterator<Item = u32> + Clone + '_ {
        equal_range(&self.bindings, |&(s, n, _)| (s, n), (scope, name)).iter().map(|&(.., row)| row)
    }

    /// All bindings of a scope, by row, in order of their names.
    pub(crate) fn bindings_of(&self, scope: u32) -> impl Iterator<Item = u32> + '_ {
        equal_range(&self.bindings, |&(s, ..)| s, scope).iter().map(|&(.., row)| row)
    }

    /// The first binding that gives a symbol a value, by row.
    pub(crate) fn value_of(&self, symbol: u32) -> Option<u32> {
        equal_range(&self.values, |&(s, _)| s, symbol).first().map(|&(_, binding)| binding)
    }

    /// The symbols of a name right below another, by row, in order of the text.
    pub(crate) fn children(&self, parent: u32, name: Str) -> impl Iterator<Item = u32> + '_ {
        equal_range(&self.children, |&(p, n, _)| (p, n), (parent, name)).iter().map(|&(.., row)| row)
    }

    /// The names of all symbols right below another.
    pub(crate) fn names_below(&self, parent: u32) -> impl Iterator<Item = Str> + '_ {
        equal_range(&self.children, |&(p, ..)| p, parent).iter().map(|&(_, name, _)| name)
    }

    /// Whether a use stands in a head: it names a base or the type that members belong to.
    pub(crate) fn is_head(&self, used: u32) -> bool {
        self.heads.binary_search(&used).is_ok()
    }

    /// The module whose names are the members of a symbol.
    pub(crate) fn namespace(&self, symbol: u32) -> Option<Str> {
        // The last one counts, should a symbol be named twice.
        equal_range(&self.namespaces, |&(s, _)| s, symbol).last().map(|&(_, key)| key)
    }
}

fn equal_range<T, K: Ord>(sorted: &[T], key: impl Fn(&T) -> K, wanted: K) -> &[T] {
    let start = sorted.partition_point(|item| key(item) < wanted);
    let rest = &sorted[start..];
    &rest[..rest.partition_point(|item| key(item) == wanted)]
}
