//! A language's table with kind and field names replaced by the grammar's ids, made when its first file is read.

use rustc_hash::FxHashMap;

use super::*;

/// A loaded grammar with its table.
#[derive(Debug)]
pub struct Grammar {
    /// The table it was made from.
    pub config: &'static LanguageConfig,
    pub(crate) language: tree_sitter::Language,
    kinds: Box<[KindInfo]>,
    /// The roles of the table, resolved. The first has no parts.
    actions: Box<[Action]>,
    /// Whether local names decide what is a call.
    pub(crate) tracks_locals: bool,
    forms: OnceLock<FormTable>,
}

/// What the walk must know about a node kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindInfo {
    pub(crate) role: Option<&'static Role>,
    pub(crate) action: ActionId,
    pub(crate) metric: Metric,
    pub(crate) named: bool,
    /// Nothing below can matter: the kind is anonymous and counts for nothing.
    pub(crate) inert: bool,
}

impl KindInfo {
    /// What is known of a kind that the table does not list.
    const fn plain(named: bool) -> Self {
        Self { role: None, action: ActionId::NONE, metric: Metric::NONE, named, inert: !named }
    }
}

/// Where the parts of a role stand.
pub(crate) type Parts = [(Place, Slot); 5];

pub(crate) const NO_PARTS: Parts = [(Place::Nowhere, Slot::Other); 5];

/// Where the parts of a role stand; parts that stand nowhere come last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    parts: Parts,
    /// The field whose children are told apart by their order, or 0.
    pub(crate) counted: u16,
    /// Whether some part is found by its field.
    pub(crate) has_fields: bool,
}

/// An [`Action`] of one grammar: a place in [`Actions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActionId(u32);

impl ActionId {
    /// The action without parts.
    pub(crate) const NONE: Self = Self(0);
}

/// The roles of one grammar, resolved: those of its table and, once they were met, those that code gave.
#[derive(Debug, Default)]
pub(crate) struct Actions {
    table: Vec<Action>,
    /// By the role's address.
    given: FxHashMap<usize, ActionId>,
    located: FxHashMap<(usize, Parts), ActionId>,
}

impl Actions {
    pub(crate) fn of(grammar: &Grammar) -> Self {
        Self { table: grammar.actions.to_vec(), ..Self::default() }
    }

    pub(crate) fn get(&self, id: ActionId) -> &Action {
        self.table.get(id.0 as usize).unwrap_or(&Action::NONE)
    }

    /// A role that code gave.
    pub(crate) fn given(&mut self, role: &'static Role, grammar: &Grammar) -> ActionId {
        let Self { table, given, .. } = self;
        *given.entry(std::ptr::from_ref(role).addr()).or_insert_with(|| add(table, role, &NO_PARTS, grammar))
    }

    /// A role that code gave, with parts where the code says, in place of those it names differently or not at all.
    pub(crate) fn located(&mut self, role: &'static Role, parts: &Parts, grammar: &Grammar) -> ActionId {
        let Self { table, located, .. } = self;
        *located.entry((std::ptr::from_ref(role).addr(), *parts)).or_insert_with(|| add(table, role, parts, grammar))
    }
}

fn add(table: &mut Vec<Action>, role: &'static Role, parts: &Parts, grammar: &Grammar) -> ActionId {
    table.push(Action::new(role, parts, &grammar.language));
    ActionId(table.len() as u32 - 1)
}

/// Where a part stands, in the grammar's ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Nowhere,
    Field(u16),
    Nth(u16, u16),
    Child(u16),
    Kind(u16),
}

/// Which part of its parent's role a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// None of those below.
    Other,
    /// What stands before a dot, or is called.
    Object,
    /// The name after a dot.
    Name,
    /// The arguments of a call.
    Arguments,
    /// The type that is made an instance of.
    Class,
    /// What is assigned or passed on.
    Value,
    /// A declared type.
    Type,
    /// What is assigned to or declared.
    Left,
    /// The body of a definition.
    Body,
    /// The bases of a type.
    Bases,
    /// The type that a member belongs to.
    SelfType,
}

impl Action {
    const NONE: Self = Self { parts: NO_PARTS, counted: 0, has_fields: false };

    /// Resolves a role against a grammar; the parts `located` stand where they say.
    fn new(role: &'static Role, located: &Parts, language: &tree_sitter::Language) -> Self {
        let place = |at: At| {
            if at.is_empty() {
                Place::Nowhere
            } else if let Some(kind) = at.strip_prefix('=') {
                Place::Kind(language.id_for_node_kind(kind, true))
            } else if let Ok(index) = at.parse() {
                Place::Child(index)
            } else if let Some((field, nth)) = at.split_once('#') {
                let id = language.field_id_for_name(field).map_or(0, |id| id.get());
                nth.parse().map_or(Place::Nowhere, |nth| Place::Nth(id, nth))
            } else {
                language.field_id_for_name(at).map_or(Place::Nowhere, |id| Place::Field(id.get()))
            }
        };
        let none = (Place::Nowhere, Slot::Other);
        let mut parts = match *role {
            Role::Define(define) => [
                (place(define.body), Slot::Body),
                (place(define.ty), Slot::Type),
                (place(define.bases), Slot::Bases),
                match define.value {
                    "" => (place(define.self_type), Slot::SelfType),
                    value => (place(value), Slot::Value),
                },
                (place(define.parameter), Slot::Left),
            ],
            Role::Named { name, value, ty } => {
                [(place(name), Slot::Name), (place(value), Slot::Value), (place(ty), Slot::Type), none, none]
            }
            Role::Extension { ty, base } => [(place(ty), Slot::SelfType), (place(base), Slot::Bases), none, none, none],
            Role::Return { value } => [(place(value), Slot::Value), none, none, none, none],
            Role::Export { value } => [(place(value), Slot::Value), none, none, none, none],
            Role::Member { object, name } => [(place(object), Slot::Object), (place(name), Slot::Name), none, none, none],
            Role::Call { function, arguments } | Role::Curried { function, arguments } => {
                [(place(function), Slot::Object), (place(arguments), Slot::Arguments), none, none, none]
            }
            Role::MethodCall { object, name, arguments } => {
                [(place(object), Slot::Object), (place(name), Slot::Name), (place(arguments), Slot::Arguments), none, none]
            }
            Role::Apply { function, argument } => [(place(function), Slot::Object), (place(argument), Slot::Value), none, none, none],
            Role::Clause { pattern, .. } => [(place(pattern), Slot::Left), none, none, none, none],
            Role::New { class, arguments } => [(place(class), Slot::Class), (place(arguments), Slot::Arguments), none, none, none],
            Role::Keyword { name, value } => [(place(name), Slot::Name), (place(value), Slot::Value), none, none, none],
            Role::Conditional { object, value } => [(place(object), Slot::Object), (place(value), Slot::Value), none, none, none],
            Role::Element { object } => [(place(object), Slot::Object), none, none, none, none],
            Role::Generic { container: value } | Role::Implicit { value, .. } => [(place(value), Slot::Value), none, none, none, none],
            Role::Pass { value, ty } => [(place(value), Slot::Value), (place(ty), Slot::Type), none, none, none],
            Role::Assign { left, right, ty } => {
                [(place(left), Slot::Left), (place(right), Slot::Value), (place(ty), Slot::Type), none, none]
            }
            Role::Declare(declare) | Role::Declarations(declare) => {
                [(place(declare.name), Slot::Left), (place(declare.value), Slot::Value), (place(declare.ty), Slot::Type), none, none]
            }
            Role::Parameter { name, ty, default, .. } | Role::DeclaratorParameter { name, ty, default, .. } => {
                [(place(name), Slot::Left), (place(default), Slot::Value), (place(ty), Slot::Type), none, none]
            }
            Role::Cascade { object } => [(place(object), Slot::Object), none, none, none, none],
            Role::Group { ty } | Role::Signature { ty } => [(place(ty), Slot::Type), none, none, none, none],
            Role::Lambda { parameter } => [(place(parameter), Slot::Left), none, none, none, none],
            Role::Declarators { ty } => [(place(ty), Slot::Type), none, none, none, none],
            Role::Pattern { ty } => [(place(ty), Slot::Type), none, none, none, none],
            Role::ReceiverParameter { name, ty } => [(place(name), Slot::Left), (place(ty), Slot::Type), none, none, none],
            Role::TypeParameter { name } => [(place(name), Slot::Left), none, none, none, none],
            _ => [none; 5],
        };
        for &(place, slot) in located.iter().filter(|(place, _)| *place != Place::Nowhere) {
            let old = parts.iter().position(|&(_, other)| other == slot);
            let free = old.or_else(|| parts.iter().position(|&(place, _)| place == Place::Nowhere));
            if let Some(part) = free.and_then(|index| parts.get_mut(index)) {
                *part = (place, slot);
            }
        }
        parts.sort_by_key(|&(place, _)| place == Place::Nowhere);
        let counted = parts.iter().find_map(|&(place, _)| if let Place::Nth(field, _) = place { Some(field) } else { None });
        let has_fields = parts.iter().any(|(place, _)| matches!(place, Place::Field(_) | Place::Nth(..)));
        Self { parts, counted: counted.unwrap_or(0), has_fields }
    }

    /// The part that a child is, by its field, its position in the counted field, that among the named children, and its kind.
    pub(crate) fn slot(&self, field: u16, nth: u16, child: u16, kind: u16) -> Slot {
        for &(place, slot) in &self.parts {
            let here = match place {
                Place::Nowhere => break,
                Place::Field(id) => id == field,
                Place::Nth(id, place) => id == field && place == nth,
                Place::Child(index) => index == child,
                Place::Kind(id) => id == kind,
            };
            if here {
                return slot;
            }
        }
        Slot::Other
    }
}

impl Grammar {
    /// Loads the grammar of a language and resolves its table. Takes some tens of microseconds.
    pub(crate) fn new(config: &'static LanguageConfig) -> Self {
        let language = (config.grammar)();
        let count = language.node_kind_count();
        let mut kinds = vec![KindInfo::plain(true); count];
        let mut actions = vec![Action::NONE];
        let mut ids_by_name = FxHashMap::<(String, bool), Vec<u16>>::default();
        for id in 0..count as u16 {
            let named = language.node_kind_is_named(id);
            kinds[id as usize] = KindInfo::plain(named);
            if let Some(name) = language.node_kind_for_id(id) {
                ids_by_name.entry((name.to_owned(), named)).or_default().push(id);
            }
        }
        let ids = |name: &str, named: bool| ids_by_name.get(&(name.to_owned(), named)).map_or(&[][..], Vec::as_slice);
        for (name, role) in config.roles {
            // A keyword such as `self` is anonymous in some grammars and still has a role.
            let found = match ids(name, true) {
                [] => ids(name, false),
                named => named,
            };
            let action = ActionId(actions.len() as u32);
            actions.push(Action::new(role, &NO_PARTS, &language));
            for &id in found {
                let info = &mut kinds[id as usize];
                (info.role, info.action, info.inert) = (Some(role), action, false);
            }
        }
        for (names, flag) in config.metrics.lists() {
            for name in names {
                let found = match ids(name, true) {
                    [] => ids(name, false),
                    named => named,
                };
                for &id in found {
                    let info = &mut kinds[id as usize];
                    info.metric = info.metric.with(flag);
                    info.inert = false;
                }
            }
        }
        let tracks_locals = config.roles.iter().any(|(_, role)| matches!(role, Role::NameOrCall(_)));
        Self { config, language, kinds: kinds.into(), actions: actions.into(), tracks_locals, forms: OnceLock::new() }
    }

    /// What nodes do when they run.
    pub(crate) fn forms(&self) -> &FormTable {
        self.forms.get_or_init(|| FormTable::of(self))
    }

    /// What is known of a node kind. Error nodes have a kind outside the table.
    pub(crate) fn kind(&self, id: u16) -> KindInfo {
        self.kinds.get(id as usize).copied().unwrap_or(KindInfo::plain(true))
    }

    /// The syntax tree of a text, a node to a line with its field: for those who write a language's table.
    pub fn tree_text(&self, source: &[u8]) -> String {
        use std::fmt::Write as _;
        let mut parser = tree_sitter::Parser::new();
        let mut out = String::new();
        if parser.set_language(&self.language).is_err() {
            return out;
        }
        let Some((tree, _)) = crate::syntax::parse::parse(self, &mut parser, source) else { return out };
        let mut cursor = tree.walk();
        let mut depth = 0;
        loop {
            let node = cursor.node();
            let field = cursor.field_name().map_or(String::new(), |field| format!("{field}: "));
            let text = if node.child_count() == 0 { node.utf8_text(source).unwrap_or("") } else { "" };
            let _ = writeln!(out, "{:indent$}{field}{} {text:?} {}", "", node.kind(), node.start_position().row + 1, indent = depth * 2);
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return out;
                }
                depth -= 1;
            }
        }
    }

    /// A broken text as the language repairs it, if it does.
    pub fn repaired_text(&self, source: &[u8]) -> Option<Vec<u8>> {
        self.config.repair.and_then(|repair| repair(source, true))
    }

    /// Node kinds and fields that the table names and the grammar does not have. Empty in a sound table.
    pub fn unknown_names(&self) -> Vec<&'static str> {
        let exists = |name: &str| self.language.id_for_node_kind(name, true) != 0 || self.language.id_for_node_kind(name, false) != 0;
        let metric_kinds = self.config.metrics.lists().map(|(names, _)| names);
        self.config
            .roles
            .iter()
            .map(|&(name, _)| name)
            .chain(metric_kinds.into_iter().flatten().copied())
            .filter(|name| !exists(name))
            .collect()
    }
}

/// One language of a session: its table, and its grammar once it was needed.
#[derive(Debug)]
pub(crate) struct LazyGrammar {
    pub(crate) config: &'static LanguageConfig,
    loaded: OnceLock<Grammar>,
}

impl LazyGrammar {
    pub(crate) const fn new(config: &'static LanguageConfig) -> Self {
        Self { config, loaded: OnceLock::new() }
    }

    pub(crate) fn get(&self) -> &Grammar {
        self.loaded.get_or_init(|| Grammar::new(self.config))
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.get().is_some()
    }
}
