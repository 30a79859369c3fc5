//! A language's forms with kind and field names replaced by the grammar's ids, made when its first function is lowered.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::{At, Case, Form, Grammar, Role, Switch};

/// What nodes do when they run, by kind.
#[derive(Debug)]
pub(crate) struct FormTable {
    /// By kind, an index into `forms`, or [`OPAQUE`].
    kinds: Box<[u16]>,
    forms: Vec<Compiled>,
}

const OPAQUE: u16 = u16::MAX;

/// A form and where its parts stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compiled {
    pub(crate) form: Form,
    pub(crate) parts: Parts,
}

/// Where the parts of a form stand, in the order of its fields.
pub(crate) type Parts = [Places; 4];

/// Where one part stands: one place after the other.
pub(crate) type Places = [Spot; 3];

/// One place, in the grammar's ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    Nowhere,
    Field(u16),
    /// The n-th of several children in a field.
    Nth(u16, u16),
    /// A position among the named children.
    Child(u16),
    /// The last named child.
    Last,
    Kind(u16),
    /// A field of the child of this kind.
    Inner(u16, u16),
    /// A position among the named children of the child of this kind.
    InnerChild(u16, u16),
    /// Whatever is in no field.
    NoField,
}

impl FormTable {
    pub(crate) fn of(grammar: &Grammar) -> Self {
        let language = &grammar.language;
        let count = language.node_kind_count() as u16;
        let mut table = Self { kinds: vec![OPAQUE; count as usize].into(), forms: Vec::new() };
        let mut ids = FxHashMap::<(&str, bool), Vec<u16>>::default();
        for id in 0..count {
            if let Some(form) = grammar.kind(id).role.and_then(implied) {
                table.add(&[id], form, language);
            }
            if let Some(name) = language.node_kind_for_id(id) {
                ids.entry((name, language.node_kind_is_named(id))).or_default().push(id);
            }
        }
        for &(name, form) in grammar.config.flow.forms {
            // A keyword such as `self` is anonymous in some grammars.
            if let Some(ids) = ids.get(&(name, true)).or_else(|| ids.get(&(name, false))) {
                table.add(ids, form, language);
            }
        }
        table
    }

    fn add(&mut self, ids: &[u16], form: Form, language: &tree_sitter::Language) {
        let index = self.forms.len() as u16;
        self.forms.push(Compiled::new(form, language));
        for &id in ids {
            self.kinds[id as usize] = index;
        }
    }

    /// The form of a node; `None` is opaque.
    pub(crate) fn form_of(&self, node: Node<'_>, source: &str) -> Option<Form> {
        let form = self.get(node.kind_id())?.form;
        Some(if let Form::Choose(choose) = form { *choose(source, node) } else { form })
    }

    /// The form of a kind; `None` is opaque.
    pub(crate) fn get(&self, kind: u16) -> Option<&Compiled> {
        self.forms.get(*self.kinds.get(kind as usize)? as usize)
    }
}

impl Compiled {
    /// Nothing runs.
    pub(crate) const NOTHING: Self = Self { form: Form::Skip, parts: [[Spot::Nowhere; 3]; 4] };

    /// Finds the places of a form's parts.
    pub(crate) fn new(form: Form, language: &tree_sitter::Language) -> Self {
        Self { form, parts: ats(&form).map(|at| places(at, language)) }
    }
}

/// Node kinds that the forms of a language name and its grammar does not have, or parts in fields it does not have.
#[cfg(test)]
pub(crate) fn unknown_names(grammar: &Grammar) -> Vec<String> {
    let language = &grammar.language;
    let exists = |name: &str| language.id_for_node_kind(name, true) != 0 || language.id_for_node_kind(name, false) != 0;
    let place_exists = |at: &str| {
        at.is_empty()
            || at == "*"
            || at.parse::<i32>().is_ok()
            || at.strip_prefix('=').is_some_and(|at| match at.split_once('>') {
                Some((kind, field)) => exists(kind) && (field.parse::<u16>().is_ok() || language.field_id_for_name(field).is_some()),
                None => exists(at),
            })
            || language.field_id_for_name(at.split('#').next().unwrap_or("")).is_some()
    };
    let mut unknown = Vec::new();
    for (name, form) in grammar.config.flow.forms {
        if !exists(name) {
            unknown.push((*name).to_owned());
        }
        for at in ats(form).into_iter().flat_map(|at| at.split('+')).filter(|at| !place_exists(at)) {
            unknown.push(format!("{name}: {at}"));
        }
    }
    unknown
}

fn places(at: At, language: &tree_sitter::Language) -> Places {
    let mut places = [Spot::Nowhere; 3];
    for (slot, at) in places.iter_mut().zip(at.split('+')) {
        *slot = place(at, language);
    }
    places
}

fn place(at: &str, language: &tree_sitter::Language) -> Spot {
    if at.is_empty() {
        Spot::Nowhere
    } else if at == "*" {
        Spot::NoField
    } else if let Some((kind, field)) = at.strip_prefix('=').and_then(|at| at.split_once('>')) {
        let kind = language.id_for_node_kind(kind, true);
        match field.parse() {
            Ok(index) => Spot::InnerChild(kind, index),
            Err(_) => Spot::Inner(kind, language.field_id_for_name(field).map_or(0, |id| id.get())),
        }
    } else if let Some(kind) = at.strip_prefix('=') {
        match language.id_for_node_kind(kind, true) {
            0 => Spot::Kind(language.id_for_node_kind(kind, false)),
            id => Spot::Kind(id),
        }
    } else if at == "-1" {
        Spot::Last
    } else if let Ok(index) = at.parse() {
        Spot::Child(index)
    } else if let Some((field, nth)) = at.split_once('#') {
        let id = language.field_id_for_name(field).map_or(0, |id| id.get());
        nth.parse().map_or(Spot::Nowhere, |nth| Spot::Nth(id, nth))
    } else {
        language.field_id_for_name(at).map_or(Spot::Nowhere, |id| Spot::Field(id.get()))
    }
}

/// The parts of a form, in the order of its fields.
const fn ats(form: &Form) -> [At; 4] {
    match *form {
        Form::Member { object, name } => [object, name, "", ""],
        Form::Element { object } => [object, "", "", ""],
        Form::Call { function, arguments } => [function, arguments, "", ""],
        Form::MethodCall { object, name, arguments } => [object, name, arguments, ""],
        Form::New { class, arguments } => [class, arguments, "", ""],
        Form::Assign { left, right } | Form::Compound { left, right } => [left, right, "", ""],
        Form::Update { operand } | Form::Address { operand } => [operand, "", "", ""],
        Form::Binary { left, operator, right } => [left, operator, right, ""],
        Form::Unary { operator, operand } => [operator, operand, "", ""],
        Form::Pass { value }
        | Form::Propagate { value }
        | Form::Await { value }
        | Form::Yield { value }
        | Form::Give { value }
        | Form::Return { value }
        | Form::Raise { value } => [value, "", "", ""],
        Form::Closure { parameters, body } => [parameters, body, "", ""],
        Form::Comprehension { element } => [element, "", "", ""],
        Form::Loops { body } => [body, "", "", ""],
        Form::Filter { condition } => [condition, "", "", ""],
        Form::Declare { name, value } | Form::DefaultParameter { name, value } => [name, value, "", ""],
        Form::If { condition, then, otherwise } | Form::Unless { condition, then, otherwise } => [condition, then, otherwise, ""],
        Form::Guard { condition, otherwise } => [condition, otherwise, "", ""],
        Form::Matches { pattern, value } => [pattern, value, "", ""],
        Form::While { condition, body, otherwise } => [condition, body, otherwise, ""],
        Form::Until { condition, body } => [condition, body, "", ""],
        Form::DoWhile { body, condition } | Form::DoUntil { body, condition } => [body, condition, "", ""],
        Form::Forever { body } | Form::Try { body } | Form::TryElse { body } | Form::Finally { body } | Form::Defer { body, .. } => {
            [body, "", "", ""]
        }
        Form::For { init, condition, update, body } => [init, condition, update, body],
        Form::ForEach { pattern, iterable, body, otherwise } => [pattern, iterable, body, otherwise],
        Form::Switch(Switch { subject, cases, .. }) => [subject, cases, "", ""],
        Form::Dispatch { subject, body } => [subject, body, "", ""],
        Form::Case(Case { pattern, guard, body, .. }) => [pattern, guard, body, ""],
        Form::Catch { pattern, body } => [pattern, body, "", ""],
        Form::CatchIf { types, body } => [types, body, "", ""],
        Form::With { items, body, .. } => [items, body, "", ""],
        Form::Break { label, value } => [label, value, "", ""],
        Form::Continue { label } | Form::Goto { label } => [label, "", "", ""],
        Form::Label { name, body } => [name, body, "", ""],
        Form::Assert { condition, message } => [condition, message, "", ""],
        Form::Function { name, parameters, body } => [name, parameters, body, ""],
        Form::AssignedFunction { target, parameters, body } => [target, parameters, body, ""],
        Form::Type { name, body } => [name, body, "", ""],
        Form::Skip
        | Form::Evaluate
        | Form::Name
        | Form::NameOrCall
        | Form::This
        | Form::OwnField
        | Form::Block
        | Form::Hoisting(_)
        | Form::Sequence
        | Form::Statement
        | Form::Binds
        | Form::Outer
        | Form::Delete
        | Form::Fallthrough
        | Form::Redo
        | Form::Retry
        | Form::Clauses(_)
        | Form::Choose(_)
        | Form::Custom(_)
        | Form::Control(_) => ["", "", "", ""],
    }
}

/// The form that a role implies, where it says enough.
const fn implied(role: &Role) -> Option<Form> {
    Some(match *role {
        Role::Skip
        | Role::Comment
        | Role::Attribute
        | Role::TypeName
        | Role::Type
        | Role::TypePath
        | Role::ReturnType
        | Role::TypeParameter { .. }
        | Role::Bases(_)
        | Role::Decorator => Form::Skip,
        Role::Name | Role::WholeName | Role::Variable => Form::Name,
        Role::NameOrCall(_) => Form::NameOrCall,
        Role::OwnField => Form::OwnField,
        Role::This | Role::Super => Form::This,
        Role::Literal(_) | Role::Items(_) | Role::List { .. } | Role::Rest | Role::Values | Role::Parameters => Form::Evaluate,
        Role::Member { object, name } => Form::Member { object, name },
        Role::Call { function, arguments } | Role::Curried { function, arguments } => Form::Call { function, arguments },
        Role::MethodCall { object, name, arguments } => Form::MethodCall { object, name, arguments },
        Role::New { class, arguments } => Form::New { class, arguments },
        Role::Element { object } => Form::Element { object },
        Role::Pass { value, .. } | Role::Keyword { value, .. } => Form::Pass { value },
        Role::Assign { left, right, .. } => Form::Assign { left, right },
        Role::Declare(declare) if !declare.element && !declare.sequence => Form::Declare { name: declare.name, value: declare.value },
        Role::Parameter { name, default, .. } | Role::DeclaratorParameter { name, default, .. } => Form::Declare { name, value: default },
        _ => return None,
    })
}
