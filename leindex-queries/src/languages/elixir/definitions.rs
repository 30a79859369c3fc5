//! The definitions of Elixir: modules, functions, types, structs, tests.
//!
//! Clauses of one function (same kind, name and arity, one after the other) are one symbol: the language itself treats
//! them as one function, and each further clause is a decision. A clause that comes after something else was defined
//! is a symbol of its own, told apart by its occurrence.

use tree_sitter::Node;

use super::{forms, imports, roles};
use crate::languages::{Define, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, BindingKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

const FUNCTION: Role = Role::Define(Define { name: NameAt::Find(function_name), body: "", ty: "", ..Define::FUNCTION });
const MACRO: Role = Role::Define(Define {
    kind: SymbolKind::Macro,
    kind_in_type: SymbolKind::Macro,
    name: NameAt::Find(function_name),
    body: "",
    ty: "",
    ..Define::FUNCTION
});
const CALLBACK: Role = Role::Define(Define { name: NameAt::Find(attribute_name), body: "", ty: "operand", ..Define::FUNCTION });
const TYPE: Role = Role::Define(Define { name: NameAt::Find(attribute_name), ty: "operand", ..Define::ALIAS });
const MODULE: Role = Role::Define(Define {
    kind: SymbolKind::Module,
    kind_in_type: SymbolKind::Module,
    name: NameAt::Find(module_name),
    body: "",
    ..Define::NAMESPACE
});
const PROTOCOL: Role = Role::Define(Define { name: NameAt::Find(module_name), body: "", ..Define::type_of(SymbolKind::Interface) });
const TEST: Role = Role::Define(Define { name: NameAt::Find(test_name), body: "", ty: "", ..Define::FUNCTION });

// Functions.

/// What stands behind `def`, without its guard.
fn function_head(node: Node<'_>) -> Option<Node<'_>> {
    let mut head = forms::arguments(node)?.named_child(0)?;
    if head.kind() == "binary_operator" && head.child(1).is_some_and(|operator| operator.kind() == "when") {
        head = head.child(0)?;
    }
    Some(head)
}

fn function_name(node: Node<'_>) -> Option<Node<'_>> {
    name_of_head(function_head(node)?)
}

fn name_of_head(head: Node<'_>) -> Option<Node<'_>> {
    match head.kind() {
        "identifier" => Some(head),
        "call" => head.child(0).filter(|target| target.kind() == "identifier"),
        "binary_operator" => head.child(1),
        "unary_operator" => head.child(0),
        _ => None,
    }
}

pub(super) fn function(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    let name = function_name(node).map_or("", |name| walk.text(name));
    walk.skip_to(target.end_byte());
    if name.is_empty() || name == "unquote" {
        return Visit::Children;
    }
    let is_macro = matches!(walk.text(target), "defmacro" | "defmacrop" | "defguard" | "defguardp");
    let arity = function_head(node).map_or(0, arity_of_head);
    let earlier = walk.siblings().next().filter(|(_, row)| {
        (row.kind == SymbolKind::Macro) == is_macro
            && row.kind.is_callable()
            && walk.str(row.name) == name
            && row.parameters == arity
            && !row.flags.has(SymbolFlags::TEST)
    });
    if let Some((symbol, _)) = earlier {
        if let Some(name) = function_name(node) {
            walk.skip_name(name);
        }
        return Visit::Again(symbol, clause);
    }
    Visit::Then(if is_macro { &MACRO } else { &FUNCTION }, opened)
}

fn arity_of_head(head: Node<'_>) -> u32 {
    match head.kind() {
        "call" => forms::arguments(head).map_or(0, |arguments| arguments.named_child_count() as u32),
        "binary_operator" => 2,
        "unary_operator" => 1,
        _ => 0,
    }
}

/// Runs inside a function that was just opened.
fn opened(walk: &mut Walk<'_>, node: Node<'_>) {
    clause(walk, node);
    walk.take_expected_type();
    if let Some(head) = function_head(node) {
        match head.kind() {
            "call" => {
                if let Some(arguments) = forms::arguments(head) {
                    parameters(walk, arguments);
                }
            }
            "binary_operator" => {
                for side in [head.child(0), head.child(2)].into_iter().flatten() {
                    parameter(walk, side);
                }
            }
            "unary_operator" => {
                if let Some(operand) = head.child(1) {
                    parameter(walk, operand);
                }
            }
            _ => {}
        }
    }
    let body = body_of(node);
    let guard = walk.text(node).starts_with("defguard");
    let end = head_end(node);
    walk.update_symbol(|row| {
        row.body_start = end as u32;
        if body.is_none() && !guard {
            row.flags.set(SymbolFlags::DECLARATION);
        }
    });
    if walk.text(node).starts_with("defdelegate") {
        delegate(walk, node);
    }
}

/// Runs inside each clause.
fn clause(walk: &mut Walk<'_>, node: Node<'_>) {
    if body_of(node).is_some() {
        walk.update_symbol(|row| row.flags.0 &= !SymbolFlags::DECLARATION.0);
    }
    if node.child_count() == 2 {
        walk.add_statements(1);
    }
}

/// The block of a definition, or its `do:`.
fn body_of(node: Node<'_>) -> Option<Node<'_>> {
    let last = node.child(node.child_count().checked_sub(1)?)?;
    if last.kind() == "do_block" {
        return Some(last);
    }
    let arguments = forms::arguments(node)?;
    let count = u32::try_from(arguments.named_child_count()).ok()?;
    arguments.named_child(count.checked_sub(1)?).filter(|last| last.kind() == "keywords")
}

/// Where the signature ends.
fn head_end(node: Node<'_>) -> usize {
    forms::arguments(node).and_then(|arguments| arguments.named_child(0)).map_or(node.end_byte(), |head| head.end_byte())
}

fn parameters(walk: &mut Walk<'_>, arguments: Node<'_>) {
    let mut cursor = arguments.walk();
    for argument in arguments.named_children(&mut cursor) {
        parameter(walk, argument);
    }
}

/// A parameter is called by the name that holds all of it, else by its pattern.
fn parameter(walk: &mut Walk<'_>, argument: Node<'_>) {
    let mut pattern = argument;
    let operator = |node: Node<'_>| {
        node.child(1).filter(|_| node.kind() == "binary_operator").map_or("", |operator| match operator.kind() {
            "\\\\" => "\\\\",
            "=" => "=",
            "::" => "::",
            _ => "",
        })
    };
    let optional = operator(pattern) == "\\\\";
    if optional && let Some(left) = pattern.child(0) {
        pattern = left;
    }
    let mut ty = "";
    match operator(pattern) {
        "=" => {
            let sides = [pattern.child(2), pattern.child(0)];
            if let Some(name) = sides.into_iter().flatten().find(|side| side.kind() == "identifier") {
                pattern = name;
            }
        }
        "::" => {
            ty = pattern.child(2).map_or("", |ty| walk.text(ty));
            if let Some(left) = pattern.child(0) {
                pattern = left;
            }
        }
        _ => {}
    }
    let text = walk.text(pattern);
    let name = text.split('\n').next().unwrap_or(text);
    walk.parameter_row(name, ty, optional, false);
}

/// `defdelegate size(x), to: Enum, as: :count` calls `Enum.count`.
fn delegate(walk: &mut Walk<'_>, node: Node<'_>) {
    let Some(name) = function_name(node) else { return };
    let (mut module, mut function, mut at) = (None, walk.text(name), name);
    if let Some(options) = body_of(node) {
        imports::options(walk, options, |walk, key, value| match key {
            "to" => module = Some(value),
            "as" => (function, at) = (walk.text(value).trim_start_matches(':'), value),
            _ => {}
        });
    }
    let Some(module) = module.filter(|module| module.kind() == "alias") else { return };
    let base = walk.use_path(module.start_byte(), walk.text(module), UseRole::Read);
    let index = walk.use_text(at, UseKind::Member, UseRole::Call, function, base);
    let arity = function_head(node).map_or(0, arity_of_head);
    walk.set_arity(index, arity);
    walk.update_symbol(|row| row.flags.0 &= !SymbolFlags::DECLARATION.0);
    if let Some(arguments) = forms::arguments(node)
        && let Some(head) = arguments.named_child(0)
    {
        // The head is still to be walked for its parameters; the options are done.
        let mut cursor = head.walk();
        for argument in head.child(1).into_iter().flat_map(|list| list.named_children(&mut cursor).collect::<Vec<_>>()) {
            declare_all(walk, argument);
        }
        walk.skip_to(arguments.end_byte());
    }
}

// Modules.

fn module_name(node: Node<'_>) -> Option<Node<'_>> {
    let name = forms::arguments(node)?.named_child(0)?;
    matches!(name.kind(), "alias" | "atom" | "quoted_atom" | "dot" | "identifier").then_some(name)
}

pub(super) fn module(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    open_module(walk, node, target, &MODULE)
}

pub(super) fn protocol(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    open_module(walk, node, target, &PROTOCOL)
}

fn open_module(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>, role: &'static Role) -> Visit {
    walk.skip_to(target.end_byte());
    if module_name(node).is_none_or(|name| name.kind() == "identifier" && walk.text(name) != "__MODULE__") {
        return Visit::Children;
    }
    Visit::Then(role, |walk, node| {
        let Some(name) = module_name(node) else { return };
        let key = imports::path(walk, name);
        let outer = walk.outer_module_key();
        let key = match key.strip_prefix("Elixir.") {
            Some(absolute) => absolute.to_owned(),
            None if outer.is_empty() || name.kind() != "alias" => key,
            None => format!("{outer}.{key}"),
        };
        walk.module(&key, true);
        let end = head_end(node);
        walk.update_symbol(|row| row.body_start = end as u32);
        if let Some(arguments) = forms::arguments(node) {
            walk.skip_to(arguments.end_byte());
        }
    })
}

/// `defimpl Protocol, for: Type`: its functions belong to the type.
pub(super) fn implementation(walk: &mut Walk<'_>, _: Node<'_>, target: Node<'_>) -> Visit {
    walk.skip_to(target.end_byte());
    Visit::Then(&roles::IMPLEMENTATION, |walk, node| {
        let Some(arguments) = forms::arguments(node) else { return };
        let mut cursor = arguments.walk();
        let mut named = false;
        for part in arguments.named_children(&mut cursor) {
            match part.kind() {
                "alias" => {
                    let index = walk.use_path(part.start_byte(), walk.text(part), UseRole::Base);
                    walk.base(index, BaseKind::Implement);
                }
                "keywords" => imports::options(walk, part, |walk, key, value| {
                    if key == "for" {
                        named = true;
                        imports::each_module(value, |module| {
                            let index = match module.kind() {
                                "alias" => walk.use_path(module.start_byte(), walk.text(module), UseRole::Type),
                                _ => walk.use_text(module, UseKind::This, UseRole::Type, "__MODULE__", NONE),
                            };
                            walk.self_type(index);
                        });
                    }
                }),
                _ => {}
            }
        }
        if !named {
            // For the module around.
            let index = walk.use_text(node, UseKind::This, UseRole::Type, "__MODULE__", NONE);
            walk.self_type(index);
        }
        walk.skip_to(arguments.end_byte());
    })
}

// Structs, records, types.

/// The fields of `defstruct` and `defexception`.
pub(super) fn structure(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    let word = walk.text(target);
    walk.skip_to(target.end_byte());
    if walk.in_function() {
        return Visit::Children;
    }
    if word == "defexception" {
        let index = walk.use_text(target, UseKind::Name, UseRole::Base, "Exception", NONE);
        walk.base(index, BaseKind::Implement);
    }
    let Some(list) = forms::arguments(node).and_then(|arguments| arguments.named_child(0)) else { return Visit::Children };
    let mut cursor = list.walk();
    if list.kind() == "keywords" {
        fields(walk, list);
    } else if list.kind() == "list" {
        for item in list.named_children(&mut cursor) {
            match item.kind() {
                "atom" => {
                    let text = walk.text(item).trim_start_matches(':');
                    walk.named_symbol(item, text, item.start_byte() + 1..item.end_byte(), SymbolKind::Field);
                }
                "keywords" => fields(walk, item),
                _ => {}
            }
        }
    }
    Visit::Children
}

fn fields(walk: &mut Walk<'_>, keywords: Node<'_>) {
    let mut cursor = keywords.walk();
    for pair in keywords.named_children(&mut cursor) {
        if let Some(key) = pair.child(0) {
            let name = walk.text(key).trim_end().trim_end_matches(':');
            walk.named_symbol(pair, name, key.start_byte()..key.start_byte() + name.len(), SymbolKind::Field);
        }
    }
}

/// `defrecord :name, fields` makes macros of that name.
pub(super) fn record(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(arguments) = forms::arguments(node) else { return Visit::Children };
    if let Some(name) = arguments.named_child(0).filter(|name| name.kind() == "atom") {
        let text = walk.text(name).trim_start_matches(':');
        walk.named_symbol(node, text, name.start_byte() + 1..name.end_byte(), SymbolKind::Macro);
        walk.skip_to(name.end_byte());
    }
    if let Some(target) = node.child(0) {
        walk.skip_to(target.end_byte());
    }
    Visit::Children
}

/// The name in `@type name(a) :: …` and `@callback name(a) :: …`.
fn attribute_name(node: Node<'_>) -> Option<Node<'_>> {
    let first = forms::arguments(node.child(1)?)?.named_child(0)?;
    name_of_head(head_of_type(first))
}

/// The left side of `head :: type when …`.
fn head_of_type(mut node: Node<'_>) -> Node<'_> {
    for operator in ["when", "::"] {
        if node.kind() == "binary_operator"
            && node.child(1).is_some_and(|found| found.kind() == operator)
            && let Some(left) = node.child(0)
        {
            node = left;
        }
    }
    node
}

/// The right side of `head :: type when …`.
fn result_of_type<'t>(mut node: Node<'t>) -> Option<Node<'t>> {
    if node.child(1).is_some_and(|operator| operator.kind() == "when") {
        node = node.child(0)?;
    }
    node.child(2).filter(|_| node.kind() == "binary_operator")
}

pub(super) fn spec(walk: &mut Walk<'_>, target: Node<'_>, first: Option<Node<'_>>) -> Visit {
    let Some(first) = first else { return Visit::Skip };
    if let (Some(name), Some(result)) = (name_of_head(head_of_type(first)), result_of_type(first)) {
        walk.expect_type(walk.text(name), walk.text(result));
        walk.skip_name(name);
    }
    walk.skip_to(target.end_byte());
    Visit::As(&Role::Type)
}

pub(super) fn type_alias(walk: &mut Walk<'_>, target: Node<'_>, first: Option<Node<'_>>) -> Visit {
    walk.skip_to(target.end_byte());
    let Some(first) = first else { return Visit::Skip };
    let head = head_of_type(first);
    if name_of_head(head).is_none_or(|name| walk.text(name) == "unquote") {
        return Visit::As(&Role::Type);
    }
    Visit::Then(&TYPE, |walk, node| {
        let first = node.child(1).and_then(forms::arguments).and_then(|arguments| arguments.named_child(0));
        let Some(first) = first else { return };
        let ty = result_of_type(first).map_or("", |result| walk.text(result));
        let ty = walk.string(ty);
        walk.update_symbol(|row| row.return_type = ty);
        walk.skip_to(head_of_type(first).end_byte());
    })
}

pub(super) fn callback(walk: &mut Walk<'_>, target: Node<'_>, first: Option<Node<'_>>) -> Visit {
    walk.skip_to(target.end_byte());
    if first.and_then(|first| name_of_head(head_of_type(first))).is_none_or(|name| walk.text(name) == "unquote") {
        return Visit::As(&Role::Type);
    }
    Visit::Then(&CALLBACK, |walk, node| {
        let first = node.child(1).and_then(forms::arguments).and_then(|arguments| arguments.named_child(0));
        let Some(first) = first else { return };
        let ty = result_of_type(first).map_or("", |result| walk.text(result));
        let ty = walk.string(ty);
        walk.update_symbol(|row| {
            row.return_type = ty;
            row.flags.set(SymbolFlags::DECLARATION | SymbolFlags::ABSTRACT);
        });
        if let Some(arguments) = forms::arguments(head_of_type(first)) {
            let mut cursor = arguments.walk();
            for argument in arguments.named_children(&mut cursor) {
                match argument.child(2).filter(|_| argument.child(1).is_some_and(|operator| operator.kind() == "::")) {
                    Some(ty) => {
                        let name = argument.child(0).map_or("", |name| walk.text(name));
                        walk.parameter_row(name, walk.text(ty), false, false);
                    }
                    None => walk.parameter_row("", walk.text(argument), false, false),
                }
            }
        }
    })
}

// Tests.

fn test_name(node: Node<'_>) -> Option<Node<'_>> {
    let text = forms::arguments(node)?.named_child(0).filter(|text| text.kind() == "string")?;
    text.named_child(0).filter(|content| content.kind() == "quoted_content")
}

pub(super) fn test(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    if walk.in_function() || walk.scope_kind() == ScopeKind::File || test_name(node).is_none() {
        return Visit::Children;
    }
    walk.skip_to(target.end_byte());
    Visit::Then(&TEST, |walk, node| {
        let end = head_end(node);
        let text = forms::arguments(node).and_then(|arguments| arguments.named_child(0)).map_or("", |text| walk.text(text));
        let name = walk.string(text.trim_matches('"'));
        walk.update_symbol(|row| {
            // A name with escapes or values inside has several nodes.
            row.name = name;
            row.flags.set(SymbolFlags::TEST);
            row.body_start = end as u32;
        });
        if let Some(arguments) = forms::arguments(node) {
            if let Some(context) = arguments.named_child(1).filter(|context| context.kind() != "keywords") {
                walk.parameter_row(walk.text(context).split('\n').next().unwrap_or(""), "", false, false);
                declare_all(walk, context);
            }
            walk.skip_to(arguments.named_child(0).map_or(0, |name| name.end_byte()));
            if node.child_count() > 2 {
                walk.skip_to(arguments.end_byte());
            }
        }
    })
}

/// `setup context do … end` is a function without a name.
pub(super) fn setup(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    walk.skip_to(target.end_byte());
    if walk.in_function() || node.child_count() < 2 {
        return Visit::Children;
    }
    Visit::Then(&roles::LAMBDA, |walk, node| {
        if let Some(arguments) = forms::arguments(node)
            && node.child_count() > 2
        {
            declare_all(walk, arguments);
            walk.skip_to(arguments.end_byte());
        }
    })
}

/// Every plain name of a pattern is a parameter.
fn declare_all(walk: &mut Walk<'_>, pattern: Node<'_>) {
    let mut cursor = pattern.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        let is_name = node.kind() == "identifier";
        if is_name {
            walk.declare(node, BindingKind::Parameter);
        }
        if !is_name && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while depth > 0 && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            depth -= 1;
        }
        if depth == 0 {
            return;
        }
    }
}
