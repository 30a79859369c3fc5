//! Calls that mean more than a call in Ruby: mixins, accessors, visibility, imports, tests.

use std::ops::Range;

use tree_sitter::Node;

use super::roles::in_singleton;
use crate::languages::{Define, Role, Visit};
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

const CALL: Role = Role::MethodCall { object: "receiver", name: "method", arguments: "arguments" };
/// The method's own node says what is called.
const NAMED_CALL: Role = Role::Call { function: "method", arguments: "arguments" };
const NEW: Role = Role::New { class: "receiver", arguments: "arguments" };
/// `class P < Struct.new(:x)`: the base is what makes the class.
const RECEIVER: Role = Role::Pass { value: "receiver", ty: "" };
const MIXIN: Role = Role::Bases(BaseKind::Inherit);
const MODIFIER: Role = Role::Wrapper;
const DEFINED_METHOD: Role =
    Role::Define(Define { kind: SymbolKind::Method, kind_in_type: SymbolKind::Method, body: "", ty: "", ..Define::FUNCTION });

pub(super) fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let source = walk.source().as_bytes();
    let rest = source.get(node.start_byte()..node.end_byte()).unwrap_or(&[]);
    let length = rest.iter().position(|byte| !byte.is_ascii_lowercase() && *byte != b'_').unwrap_or(rest.len());
    let word = rest.get(..length).unwrap_or(&[]);
    if word.is_empty() {
        return constant_call(walk, node, rest);
    }
    let Some(meaning) = meaning_of(word) else { return Visit::As(&CALL) };
    if !matches!(rest.get(length), Some(b' ' | b'(' | b'\n' | b'\t')) || node.child_by_field_name("receiver").is_some() {
        return Visit::As(&CALL);
    }
    if meaning == Meaning::Super || meaning == Meaning::New {
        return Visit::As(&NAMED_CALL);
    }
    let (Some(method), Some(arguments)) = (node.child_by_field_name("method"), node.child_by_field_name("arguments")) else {
        return Visit::As(&CALL);
    };
    match meaning {
        Meaning::Super | Meaning::New => {}
        Meaning::Mixin if walk.current_symbol().kind.is_type() || walk.current_symbol().kind == SymbolKind::Namespace => {
            walk.skip(method);
            return Visit::As(&MIXIN);
        }
        Meaning::Mixin => {}
        Meaning::Attribute(reads, writes) => {
            if attributes(walk, node, arguments, reads, writes) {
                return Visit::Skip;
            }
        }
        Meaning::Visibility(flags) => {
            let mut cursor = arguments.walk();
            for argument in arguments.named_children(&mut cursor) {
                if argument.kind() == "simple_symbol" {
                    let range = range_of_symbol(walk, argument);
                    let name = walk.source().get(range).unwrap_or("");
                    walk.flag_member(name, flags);
                }
            }
            walk.skip(method);
            return Visit::As(&MODIFIER);
        }
        Meaning::Import(kind) => {
            if import(walk, node, arguments, kind) {
                return Visit::Skip;
            }
        }
        Meaning::DefineMethod => {
            if let (Some(name), Some(block)) = (literal(walk, arguments.named_child(0)), node.child_by_field_name("block")) {
                walk.name_definition(name.start, name.end);
                walk.adopt_function(block);
                walk.skip(method);
                return Visit::As(&DEFINED_METHOD);
            }
        }
        Meaning::Alias => {
            if let (Some(name), Some(old)) = (literal(walk, arguments.named_child(0)), literal(walk, arguments.named_child(1))) {
                add_alias(walk, node, name, old);
                return Visit::Skip;
            }
        }
        Meaning::Test => {
            if node.child_by_field_name("block").is_some()
                && arguments.named_child(0).is_some_and(|first| matches!(first.kind(), "string" | "constant" | "scope_resolution"))
            {
                walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
            }
        }
    }
    Visit::As(&CALL)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Super,
    New,
    Mixin,
    Attribute(bool, bool),
    Visibility(SymbolFlags),
    Import(Loading),
    DefineMethod,
    Alias,
    Test,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Loading {
    Require,
    Relative,
    Load,
    Autoload,
}

fn meaning_of(word: &[u8]) -> Option<Meaning> {
    Some(match word {
        b"super" => Meaning::Super,
        b"new" => Meaning::New,
        b"include" | b"extend" | b"prepend" => Meaning::Mixin,
        b"attr_accessor" | b"mattr_accessor" | b"cattr_accessor" | b"class_attribute" | b"thread_mattr_accessor" => {
            Meaning::Attribute(true, true)
        }
        b"attr_reader" | b"attr" | b"mattr_reader" | b"cattr_reader" => Meaning::Attribute(true, false),
        b"attr_writer" | b"mattr_writer" | b"cattr_writer" => Meaning::Attribute(false, true),
        b"private" | b"protected" | b"private_class_method" | b"private_constant" => Meaning::Visibility(SymbolFlags::PRIVATE),
        b"public" | b"public_class_method" | b"public_constant" => Meaning::Visibility(SymbolFlags(0)),
        b"module_function" => Meaning::Visibility(SymbolFlags::STATIC),
        b"require" | b"require_dependency" => Meaning::Import(Loading::Require),
        b"require_relative" => Meaning::Import(Loading::Relative),
        b"load" => Meaning::Import(Loading::Load),
        b"autoload" => Meaning::Import(Loading::Autoload),
        b"define_method" | b"define_singleton_method" => Meaning::DefineMethod,
        b"alias_method" => Meaning::Alias,
        b"describe" | b"context" | b"it" | b"specify" | b"feature" | b"scenario" | b"test" | b"should" => Meaning::Test,
        _ => return None,
    })
}

/// Names that look like calls and mean more. `private` and its kin alone on a line govern what follows; `new` in a
/// class's own method calls the constructor of the current object.
pub(super) fn claim(walk: &mut Walk<'_>, node: Node<'_>) -> bool {
    if node.end_byte() - node.start_byte() == 3 && walk.text(node) == "new" {
        if !walk.current_symbol().flags.has(SymbolFlags::STATIC) {
            return false;
        }
        let is_callee = node.parent().is_some_and(|parent| parent.kind() == "call" && parent.child_by_field_name("method") == Some(node));
        let role = if is_callee { UseRole::Read } else { UseRole::Call };
        let index = walk.use_text(node, UseKind::This, role, "new", NONE);
        walk.stand_for(index);
        return true;
    }
    if !matches!(node.end_byte() - node.start_byte(), 6 | 7 | 9 | 15) || walk.scope_kind() != ScopeKind::Type {
        return false;
    }
    let flags = match walk.text(node) {
        "private" | "protected" => SymbolFlags::PRIVATE,
        "public" => SymbolFlags::default(),
        "module_function" => SymbolFlags::STATIC,
        _ => return false,
    };
    walk.section(flags);
    true
}

/// A call that begins with a constant or a sign: `Foo.new`, `RSpec.describe`, `::Foo.new`.
fn constant_call(walk: &mut Walk<'_>, node: Node<'_>, text: &[u8]) -> Visit {
    if !text.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b':') {
        return Visit::As(&CALL);
    }
    let Some(method) = node.child_by_field_name("method") else { return Visit::As(&CALL) };
    let name = walk.text(method);
    struct_fields(walk, node, name, text);
    match name {
        "new" if node.child_by_field_name("receiver").is_some_and(|r| matches!(r.kind(), "constant" | "scope_resolution")) => {
            walk.skip(method);
            Visit::As(if walk.role_here() == UseRole::Base { &RECEIVER } else { &NEW })
        }
        "describe" if text.starts_with(b"RSpec.") => {
            walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
            Visit::As(&CALL)
        }
        _ => Visit::As(&CALL),
    }
}

/// `P = Struct.new(:x)`, `Data.define(:x)`: the class being defined has these fields.
fn struct_fields(walk: &mut Walk<'_>, node: Node<'_>, made: &str, text: &[u8]) {
    let is_struct = made == "new" && text.starts_with(b"Struct.");
    let is_data = made == "define" && text.starts_with(b"Data.");
    let defines = walk.scope_kind() == ScopeKind::Type && walk.current_symbol().kind == SymbolKind::Class;
    if (is_struct || is_data)
        && defines
        && let Some(arguments) = node.child_by_field_name("arguments")
    {
        attributes(walk, node, arguments, true, is_struct);
    }
}

/// The bytes of a symbol's or plain string's name: `:name`, `"name"`, a method name.
pub(super) fn range_of_symbol(walk: &Walk<'_>, node: Node<'_>) -> Range<usize> {
    let text = walk.text(node);
    match node.kind() {
        "simple_symbol" => node.start_byte() + 1..node.end_byte(),
        "delimited_symbol" => node.start_byte() + 2.min(text.len())..node.end_byte().max(node.start_byte() + 3) - 1,
        "string" => node.start_byte() + 1.min(text.len())..node.end_byte().max(node.start_byte() + 2) - 1,
        _ => node.byte_range(),
    }
}

/// The bytes of a symbol or string without interpolation.
fn literal(walk: &Walk<'_>, node: Option<Node<'_>>) -> Option<Range<usize>> {
    let node = node?;
    let plain = match node.kind() {
        "simple_symbol" => true,
        "string" | "delimited_symbol" => node.named_child_count() == 1 && node.named_child(0)?.kind() == "string_content",
        _ => false,
    };
    plain.then(|| range_of_symbol(walk, node))
}

/// Readers are fields named `x`, writers fields named `x=`; both hold what `@x` holds.
fn attributes(walk: &mut Walk<'_>, node: Node<'_>, arguments: Node<'_>, reads: bool, writes: bool) -> bool {
    if walk.scope_kind() == ScopeKind::Function {
        return false;
    }
    let text = walk.text(node);
    let of_type = ["mattr", "cattr", "class_", "thread_"].iter().any(|prefix| text.starts_with(prefix));
    let flags = if of_type || in_singleton(node) { SymbolFlags::STATIC | SymbolFlags::PROPERTY } else { SymbolFlags::PROPERTY };
    let mut any = false;
    let mut cursor = arguments.walk();
    for argument in arguments.named_children(&mut cursor) {
        let Some(range) = literal(walk, Some(argument)) else { continue };
        any = true;
        let name = walk.source().get(range.clone()).unwrap_or("");
        let this = walk.use_text(argument, UseKind::This, UseRole::Read, "", NONE);
        let field = walk.use_text(argument, UseKind::Member, UseRole::Read, &format!("@{name}"), this);
        if reads {
            walk.flag_definition(flags);
            let symbol = walk.named_symbol(argument, name, range.clone(), SymbolKind::Field);
            walk.set_value(symbol, field);
        }
        if writes {
            walk.flag_definition(flags);
            let symbol = walk.named_symbol(argument, &format!("{name}="), range, SymbolKind::Field);
            walk.set_value(symbol, field);
        }
    }
    any
}

/// A second name of a method of the current object.
pub(super) fn add_alias(walk: &mut Walk<'_>, node: Node<'_>, name: Range<usize>, old: Range<usize>) {
    let text = walk.source().get(old).unwrap_or("");
    let this = walk.use_text(node, UseKind::This, UseRole::Read, "", NONE);
    let target = walk.use_text(node, UseKind::Member, UseRole::Read, text, this);
    let kind = if walk.current_symbol().kind == SymbolKind::Module { SymbolKind::Function } else { SymbolKind::Method };
    let text = walk.source().get(name.clone()).unwrap_or("");
    let symbol = walk.named_symbol(node, text, name, kind);
    walk.set_value(symbol, target);
}

fn import(walk: &mut Walk<'_>, node: Node<'_>, arguments: Node<'_>, load: Loading) -> bool {
    let flags = ImportFlags::default();
    let path_at = usize::from(load == Loading::Autoload);
    let Some(argument) = arguments.named_child(path_at as u32) else { return false };
    let (path, level) = match literal(walk, Some(argument)) {
        Some(range) => (walk.source().get(range).unwrap_or(""), u32::from(load == Loading::Relative)),
        None => match beside_this_file(walk, argument) {
            Some(path) => (path, 1),
            None => return false,
        },
    };
    if load == Loading::Autoload {
        let Some(name) = literal(walk, arguments.named_child(0)) else { return false };
        let name = walk.source().get(name).unwrap_or("");
        walk.import(node, ImportKind::Symbol, path, name, name, 0, flags);
    } else {
        walk.import(node, ImportKind::Wildcard, path, "", "", level, flags);
    }
    true
}

/// The path in `File.expand_path("../x", __FILE__)`, `File.expand_path("x", __dir__)`, `File.join(__dir__, "x")`,
/// seen from this file's folder.
fn beside_this_file<'a>(walk: &Walk<'a>, node: Node<'_>) -> Option<&'a str> {
    let text = walk.text(node);
    let inner = text
        .strip_prefix("File.expand_path")
        .or_else(|| text.strip_prefix("File.join"))
        .or_else(|| text.strip_prefix("File::expand_path"))?;
    let (_, quoted) = inner.split_once(['"', '\''])?;
    let (path, after) = quoted.split_once(['"', '\''])?;
    if path.contains("#{") || after.contains(['"', '\'']) {
        return None;
    }
    let path = path.trim_start_matches('/');
    if after.contains("__FILE__") {
        return path.strip_prefix("../");
    }
    (inner.contains("__dir__")).then_some(path)
}
