//! The forms of Elixir that are calls by their syntax: control flow, imports, attributes. Definitions are in
//! [`super::definitions`].

use tree_sitter::Node;

use super::{definitions, imports, roles};
use crate::languages::{Metric, Role, Visit};
use crate::syntax::rows::{BaseKind, NONE, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(target) = node.child(0) else { return Visit::Children };
    if target.kind() != "identifier" {
        return remote_call(walk, node, target);
    }
    if walk.is_skipped(target) {
        return Visit::Children;
    }
    if walk.is_pending_name(target) {
        return if walk.is_typing() { Visit::As(&roles::TARGET) } else { Visit::As(&roles::HEAD) };
    }
    if walk.is_typing() {
        return Visit::As(&roles::TARGET);
    }
    if walk.is_declaring() {
        // A macro in a pattern (a record): what is inside is still a pattern.
        let arity = arguments(node).map_or(0, |arguments| arguments.named_child_count() as u32);
        let index = walk.use_name(target, UseRole::Call);
        walk.set_arity(index, arity);
        walk.skip_to(target.end_byte());
        return Visit::Children;
    }
    let word = walk.text(target);
    match word {
        "def" | "defp" | "defmacro" | "defmacrop" | "defguard" | "defguardp" | "defdelegate" => definitions::function(walk, node, target),
        "defmodule" => definitions::module(walk, node, target),
        "defprotocol" => definitions::protocol(walk, node, target),
        "defimpl" => definitions::implementation(walk, node, target),
        "defstruct" | "defexception" => definitions::structure(walk, node, target),
        "defrecord" | "defrecordp" => definitions::record(walk, node),
        "test" | "property" => definitions::test(walk, node, target),
        "setup" | "setup_all" => definitions::setup(walk, node, target),
        "alias" | "require" | "import" | "use" => imports::import(walk, node, target, word),
        "if" | "unless" => control(walk, target, Metric::DECISION.with(Metric::NESTING)),
        "for" => control(walk, target, Metric::DECISION.with(Metric::NESTING)),
        "case" | "cond" | "receive" | "with" => control(walk, target, Metric::NESTING),
        "try" | "quote" => control(walk, target, Metric::NONE),
        "super" => {
            let index = walk.use_text(target, UseKind::Super, UseRole::Call, "super", NONE);
            walk.set_arity(index, arguments(node).map_or(0, |arguments| arguments.named_child_count() as u32));
            walk.skip_to(target.end_byte());
            Visit::Children
        }
        _ => Visit::As(call_role(node)),
    }
}

/// The arguments of a call, which have no field.
pub(super) fn arguments(node: Node<'_>) -> Option<Node<'_>> {
    node.child(1).filter(|child| child.kind() == "arguments")
}

fn call_role(node: Node<'_>) -> &'static Role {
    // Without arguments the next child is the block.
    if arguments(node).is_some() { &roles::PLAIN_CALL } else { &roles::CALL }
}

fn remote_call(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>) -> Visit {
    let is_field = node.child_count() == 1
        && target.kind() == "dot"
        && target.child(0).is_some_and(|left| !matches!(left.kind(), "alias" | "atom" | "quoted_atom"));
    if is_field || walk.is_typing() {
        return Visit::As(&roles::TARGET);
    }
    if let (Some(left), Some(right)) = (target.child(0), target.child(2))
        && walk.text(left) == "Record"
        && matches!(walk.text(right), "defrecord" | "defrecordp")
    {
        return definitions::record(walk, node);
    }
    Visit::As(call_role(node))
}

/// A form with blocks: its names stay inside. Outside functions its blocks hold definitions and are no scopes.
fn control(walk: &mut Walk<'_>, target: Node<'_>, metric: Metric) -> Visit {
    walk.counts(metric);
    walk.skip_to(target.end_byte());
    if !walk.in_function() { Visit::Children } else { Visit::As(&roles::BLOCK) }
}

pub(super) fn block(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let first = node.named_child(0).map(|child| child.kind());
    if first != Some("stab_clause") {
        walk.add_statements(node.named_child_count() as u32);
    }
    match node.kind() {
        // The `else` of a `with` is a list of cases.
        "else_block" if !walk.text_around(1).starts_with("with") => walk.counts(Metric::FLAT),
        "rescue_block" | "catch_block" => walk.counts(Metric::NESTING),
        _ => {}
    }
    if !walk.in_function() || node.kind() == "do_block" && walk.parent_opens() { Visit::Children } else { Visit::As(&roles::BLOCK) }
}

/// `else:` of an `if` on one line.
pub(super) fn pair(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let of = |word: &str| walk.text_around(2).strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '(']));
    if walk.text(node).starts_with("else:") && (of("if") || of("unless")) {
        walk.counts(Metric::FLAT);
    }
    Visit::Children
}

pub(super) fn body(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.add_statements(node.named_child_count() as u32);
    Visit::Children
}

/// `pattern -> body`.
pub(super) fn stab(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let around = walk.text_around(0);
    let in_cond = around.starts_with("do") && walk.text_around(1).starts_with("cond");
    let rest = if in_cond { "true" } else { "_" };
    let decides = match walk.kind_around(0) {
        // A function has its first clause in any case.
        "anonymous_function" => walk.position() > 0,
        "after_block" => false,
        "block" if walk.text_around(1).starts_with("after:") => false,
        _ => node.child(0).is_none_or(|left| walk.text(left) != rest),
    };
    if decides {
        walk.counts(Metric::DECISION);
    }
    if in_cond { Visit::As(&roles::BLOCK) } else { Visit::As(&roles::CLAUSE) }
}

/// A module's name is one token with dots: a chain of uses.
pub(super) fn alias(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let role = walk.role_here();
    let index = walk.use_path(node.start_byte(), walk.text(node), role);
    walk.stand_for(index);
    Visit::Skip
}

pub(super) fn map(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let is_struct = node.named_child(0).is_some_and(|child| child.kind() == "struct");
    if is_struct && !walk.is_declaring() && !walk.is_typing() { Visit::As(&roles::STRUCT) } else { Visit::Children }
}

pub(super) fn binary(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(operator) = node.child(1) else { return Visit::Children };
    if walk.takes_name(operator) {
        return Visit::As(&roles::HEAD);
    }
    let word = operator.kind();
    if walk.is_typing() {
        if word == "::"
            && let Some(left) = node.child(0)
            && left.kind() == "identifier"
        {
            // The name of an argument.
            walk.skip_to(left.end_byte());
        }
        return Visit::Children;
    }
    // The guard of a clause, not the condition of `match?` or what `defguard` defines.
    if word == "when" && !["match?", "defguard"].iter().any(|form| walk.text_around(1).starts_with(form)) {
        walk.counts(Metric::DECISION);
    }
    if walk.is_declaring() {
        return match word {
            "\\\\" => Visit::As(&roles::DEFAULT),
            "::" | "when" => Visit::As(&roles::RIGHT_READ),
            "=>" => Visit::As(&roles::LEFT_READ),
            "in" if node.child(2).is_some_and(|ty| ty.kind() == "alias") => Visit::As(&roles::RESCUE),
            "in" => Visit::As(&roles::RIGHT_READ),
            _ => Visit::Children,
        };
    }
    match word {
        "|>" => Visit::As(&roles::PIPE),
        "=" => Visit::As(&roles::MATCH),
        "<-" => {
            if walk.text_around(1).starts_with("for") {
                return Visit::As(&roles::GENERATOR);
            }
            if walk.text_around(1).starts_with("with") {
                walk.counts(Metric::DECISION);
            }
            Visit::As(&roles::MATCH)
        }
        "~>" | "<~" | "<~>" | "~>>" | "<<~" | "<|>" | "|||" | "&&&" | "<<<" | ">>>" | "^^^" | "+++" | "---" => {
            let index = walk.use_name(operator, UseRole::Call);
            walk.set_arity(index, 2);
            Visit::Children
        }
        _ => Visit::Children,
    }
}

pub(super) fn unary(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(operator) = node.child(0) else { return Visit::Children };
    if walk.takes_name(operator) {
        return Visit::As(&roles::HEAD);
    }
    match operator.kind() {
        "@" => attribute(walk, node),
        "&" => capture(walk, node),
        "^" => Visit::As(&roles::PIN),
        _ => Visit::Children,
    }
}

/// `&name/1` and `&Module.name/1` name a function without calling it.
fn capture(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(division) = node.child(1).filter(|operand| operand.kind() == "binary_operator") else { return Visit::Children };
    let (Some(left), Some(right)) = (division.child(0), division.child(2)) else { return Visit::Children };
    if right.kind() != "integer" {
        return Visit::Children;
    }
    let index = match left.kind() {
        "identifier" => walk.use_name(left, UseRole::Read),
        "call" => {
            let dot = left.child(0).filter(|dot| dot.kind() == "dot");
            let (Some(object), Some(name)) = (dot.and_then(|dot| dot.child(0)), dot.and_then(|dot| dot.child(2))) else {
                return Visit::Children;
            };
            let base = match object.kind() {
                "alias" => walk.use_path(object.start_byte(), walk.text(object), UseRole::Read),
                "identifier" if walk.text(object) == "__MODULE__" => {
                    walk.use_text(object, UseKind::This, UseRole::Read, "__MODULE__", NONE)
                }
                "identifier" | "atom" => walk.use_name(object, UseRole::Read),
                _ => return Visit::Children,
            };
            walk.use_text(name, UseKind::Member, UseRole::Read, walk.text(name), base)
        }
        _ => return Visit::Children,
    };
    walk.stand_for(index);
    Visit::Skip
}

/// `@name` and `@name value`.
fn attribute(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(operand) = node.child(1) else { return Visit::Children };
    if operand.kind() == "identifier" {
        let name = walk.text(node);
        let index = walk.use_text(node, UseKind::Name, UseRole::Read, name, NONE);
        walk.stand_for(index);
        return Visit::Skip;
    }
    let Some(target) = operand.child(0).filter(|_| operand.kind() == "call") else { return Visit::Children };
    let first = arguments(operand).and_then(|arguments| arguments.named_child(0));
    match walk.text(target) {
        "moduledoc" | "doc" | "typedoc" => {
            if first.is_some_and(|text| matches!(text.kind(), "string" | "sigil")) {
                let text = walk.text(node);
                if walk.text(target) == "moduledoc" { walk.document(text) } else { walk.document_next(text) }
            }
            Visit::Skip
        }
        "spec" => definitions::spec(walk, target, first),
        "type" | "typep" | "opaque" => definitions::type_alias(walk, target, first),
        "callback" | "macrocallback" => definitions::callback(walk, target, first),
        "behaviour" => {
            if let Some(module) = first.filter(|module| module.kind() == "alias") {
                let index = walk.use_path(module.start_byte(), walk.text(module), UseRole::Base);
                walk.base(index, BaseKind::Implement);
                return Visit::Skip;
            }
            walk.skip_to(target.end_byte());
            Visit::Children
        }
        "impl" => {
            if first.is_some_and(|of| walk.text(of) != "false") {
                walk.flag_definition(SymbolFlags::OVERRIDE);
            }
            Visit::Skip
        }
        "deprecated" | "optional_callbacks" | "since" | "tag" | "vsn" => Visit::Skip,
        "after_compile" | "after_verify" | "before_compile" | "compile" | "derive" | "describetag" | "dialyzer" | "enforce_keys"
        | "external_resource" | "fallback_to_any" | "file" | "for" | "moduletag" | "nifs" | "on_definition" | "on_load" | "protocol" => {
            walk.skip_to(target.end_byte());
            Visit::Children
        }
        name if !walk.in_function() => {
            let name = format!("@{name}");
            walk.named_symbol(node, &name, node.start_byte()..target.end_byte(), SymbolKind::Constant);
            walk.skip_to(target.end_byte());
            Visit::Children
        }
        _ => {
            walk.skip_to(target.end_byte());
            Visit::Children
        }
    }
}
