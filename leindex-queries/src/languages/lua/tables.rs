//! Tables as Lua's modules and classes: what assignments, calls and returns say about them.
//!
//! A table at the top of a file that functions are defined on is a class; its functions are methods whose self type
//! names the table, static where they take no `self`. The value that a file returns is its module.

use tree_sitter::Node;

use super::roles;
use crate::languages::Visit;
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

/// `function f()`, `local function f()`, `function M.a.b()`, `function M:c()`.
pub(super) fn function_declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    if name.kind() == "identifier" {
        if walk.text(node).starts_with("local") {
            walk.flag_definition(SymbolFlags::PRIVATE);
        }
        return Visit::As(&roles::FUNCTION);
    }
    walk.skip(name);
    let with_self = name.kind() == "method_index_expression" || receiver_parameter(walk, node);
    if !member_definition(walk, name, with_self) {
        return Visit::Children;
    }
    Visit::As(&roles::METHOD)
}

/// Says the name and table of the method about to be opened.
fn member_definition(walk: &mut Walk<'_>, name: Node<'_>, with_self: bool) -> bool {
    let field = name.child_by_field_name("method").or_else(|| name.child_by_field_name("field"));
    let (Some(table), Some(field)) = (name.child_by_field_name("table"), field) else { return false };
    let text = walk.text(table);
    walk.name_definition(field.start_byte(), field.end_byte());
    walk.flag_definition(if with_self { SymbolFlags::HAS_RECEIVER } else { SymbolFlags::STATIC });
    if !is_path(text) {
        walk.unbound_definition();
        return true;
    }
    if let Some(symbol) = walk.top_symbol(text) {
        make_class(walk, symbol);
    }
    let ty = qualified_read(walk, table, UseRole::Type);
    walk.self_type_of_definition(ty);
    true
}

fn make_class(walk: &mut Walk<'_>, symbol: u32) {
    walk.update(symbol, |row| {
        if matches!(row.kind, SymbolKind::Variable | SymbolKind::Constant) {
            row.kind = SymbolKind::Class;
        }
    });
}

/// Whether the first parameter is called `self`; then it is the receiver, and no parameter.
fn receiver_parameter(walk: &mut Walk<'_>, function: Node<'_>) -> bool {
    let first = function.child_by_field_name("parameters").and_then(|parameters| parameters.named_child(0));
    let Some(first) = first.filter(|first| walk.text(*first) == "self") else { return false };
    walk.skip(first);
    true
}

/// Whether a text is names joined by dots.
fn is_path(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || byte >= 128)
}

fn qualified_read(walk: &mut Walk<'_>, node: Node<'_>, role: UseRole) -> u32 {
    let mut base = NONE;
    let mut parts = walk.text(node).split('.').peekable();
    while let Some(part) = parts.next() {
        let role = if parts.peek().is_none() { role } else { UseRole::Read };
        let kind = match (base, part) {
            (NONE, "self") => UseKind::This,
            (NONE, _) => UseKind::Name,
            _ => UseKind::Member,
        };
        base = walk.use_text(node, kind, role, part, base);
    }
    base
}

/// `local a, b` without values; others are left to their assignment.
pub(super) fn variable_declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let assigns = node.named_child(0).is_some_and(|child| child.kind() == "assignment_statement");
    if assigns {
        return Visit::As(&roles::WRAPPER);
    }
    walk.section(SymbolFlags::PRIVATE);
    Visit::As(&roles::VARIABLE)
}

/// Whether an assignment is that of a `local` declaration.
fn is_local(walk: &Walk<'_>, node: Node<'_>) -> bool {
    walk.source().get(..node.start_byte()).is_some_and(|before| before.trim_end().ends_with("local"))
}

pub(super) fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(targets), Some(values)) = (node.named_child(0), node.named_child(1)) else { return Visit::Children };
    let (Some(target), Some(value)) = (targets.named_child(0), values.named_child(0)) else { return Visit::Children };
    let local = is_local(walk, node);
    let single = values.named_child_count() == 1;
    if value.kind() == "function_definition" && single {
        match target.kind() {
            "identifier" => {
                if local {
                    walk.flag_definition(SymbolFlags::PRIVATE);
                }
                walk.name_definition(target.start_byte(), target.end_byte());
                walk.skip(targets);
                walk.adopt_function(value);
                return Visit::As(&roles::ASSIGNED_FUNCTION);
            }
            "dot_index_expression" => {
                let with_self = receiver_parameter(walk, value);
                if member_definition(walk, target, with_self) {
                    walk.skip(targets);
                    walk.adopt_function(value);
                    return Visit::As(&roles::ASSIGNED_METHOD);
                }
            }
            _ => {}
        }
    }
    if local && let Some(visit) = local_import(walk, node, targets, value) {
        return visit;
    }
    if target.kind() == "dot_index_expression"
        && let Some((table, "__index")) = walk.text(target).rsplit_once('.')
        && let Some(symbol) = walk.top_symbol(table)
    {
        make_class(walk, symbol);
        let text = walk.text(value);
        if value.kind() == "identifier" && text != table {
            let base = walk.use_text(value, UseKind::Name, UseRole::Base, text, NONE);
            walk.base_of(symbol, base, BaseKind::Inherit);
        }
    }
    if local {
        walk.section(SymbolFlags::PRIVATE);
        return Visit::As(&roles::VARIABLE);
    }
    let is_new_global = walk.scope_kind() == ScopeKind::File && target.kind() == "identifier" && {
        let name = walk.text(target);
        walk.top_symbol(name).is_none() && !walk.is_imported(name)
    };
    Visit::As(if is_new_global { &roles::VARIABLE } else { &roles::ASSIGN })
}

/// `local x = require("m")`, `local x = require("m").f`, `local ok, x = pcall(require, "m")`.
fn local_import(walk: &mut Walk<'_>, node: Node<'_>, targets: Node<'_>, value: Node<'_>) -> Option<Visit> {
    let text = walk.text(value);
    let target = targets.named_child(0)?;
    let flags = ImportFlags::default();
    if text.starts_with("pcall") {
        let module = module_of_pcall(text)?;
        walk.declare(target, crate::syntax::rows::BindingKind::Variable);
        let alias = targets.named_child(1).map_or("", |second| walk.text(second));
        walk.import(node, ImportKind::Module, module, "", alias, 0, flags);
        return Some(Visit::Skip);
    }
    if !text.starts_with("require") {
        return None;
    }
    match value.kind() {
        "function_call" => {
            let module = module_of_require(text)?;
            walk.import(node, ImportKind::Module, module, "", walk.text(target), 0, flags);
        }
        "dot_index_expression" => {
            let (call, name) = text.rsplit_once('.')?;
            let module = module_of_require(call)?;
            walk.import(node, ImportKind::Symbol, module, name.trim(), walk.text(target), 0, flags);
        }
        _ => return None,
    }
    Some(Visit::Skip)
}

/// The module in `require("m")`, `require 'm'`, `require [[m]]`.
fn module_of_require(text: &str) -> Option<&str> {
    let argument = text.strip_prefix("require")?.trim().trim_start_matches('(').trim_end_matches(')').trim();
    literal(argument)
}

fn module_of_pcall(text: &str) -> Option<&str> {
    let arguments = text.strip_prefix("pcall")?.trim_start().strip_prefix('(')?.trim_start().strip_prefix("require")?;
    literal(arguments.trim_start().strip_prefix(',')?.trim().trim_end_matches(')').trim())
}

fn literal(text: &str) -> Option<&str> {
    let inner = [("\"", "\""), ("'", "'"), ("[[", "]]")].iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))?;
    (!inner.is_empty() && !inner.contains(['"', '\'', '\n'])).then_some(inner)
}

/// Calls that import, inherit or test.
pub(super) fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.source().get(node.byte_range()).unwrap_or("");
    match text.as_bytes().first() {
        Some(b'r') if text.starts_with("require") => {
            if let Some(module) = module_of_require(text) {
                // The call's own text is the name by which the module is reached here.
                let is_value = walk.is_value_here();
                walk.import(node, ImportKind::Module, module, "", if is_value { text } else { "" }, 0, ImportFlags::default());
                if is_value {
                    let index = walk.use_text(node, UseKind::Name, UseRole::Read, text, NONE);
                    walk.stand_for(index);
                }
                return Visit::Skip;
            }
        }
        Some(b's') if text.starts_with("setmetatable") => {
            if let Some(visit) = metatable(walk, node) {
                return visit;
            }
        }
        Some(b'd' | b'i' | b't') if ["describe(", "it(", "test("].iter().any(|word| text.starts_with(word)) => {
            walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
        }
        Some(b'p') if text.starts_with("pcall") => {
            if let Some(module) = module_of_pcall(text) {
                walk.import(node, ImportKind::Effect, module, "", "", 0, ImportFlags::default());
            }
        }
        _ => {}
    }
    if walk.scope_kind() == ScopeKind::File {
        class_library(walk, node);
    }
    Visit::As(&roles::CALL)
}

/// `setmetatable(C, {__index = Base})` gives the table `C` a base; `setmetatable({}, C)` makes an instance of `C`.
fn metatable(walk: &mut Walk<'_>, node: Node<'_>) -> Option<Visit> {
    let arguments = node.child_by_field_name("arguments")?;
    let (object, meta) = (arguments.named_child(0)?, arguments.named_child(1)?);
    let class = match meta.kind() {
        "table_constructor" => index_of(walk, meta)?,
        "identifier" | "dot_index_expression" if is_path(walk.text(meta)) => meta,
        _ => return None,
    };
    if meta.kind() == "table_constructor" {
        let target = match object.kind() {
            "identifier" => {
                let name = walk.text(object);
                walk.top_symbol(name)
            }
            _ => assigned_symbol(walk, node),
        };
        if let Some(symbol) = target {
            make_class(walk, symbol);
            let base = qualified_read(walk, class, UseRole::Base);
            walk.base_of(symbol, base, BaseKind::Inherit);
            walk.skip(class);
            return None;
        }
    }
    let plain = matches!(object.kind(), "table_constructor" | "identifier") && object.named_child_count() == 0;
    if !plain || meta.kind() == "table_constructor" && meta.named_child_count() > 1 {
        return None;
    }
    if object.kind() == "identifier" {
        walk.use_name(object, UseRole::Read);
    }
    let index = qualified_read(walk, class, UseRole::New);
    walk.stand_for(index);
    Some(Visit::Skip)
}

/// The value of `__index` in a table.
fn index_of<'t>(walk: &Walk<'_>, table: Node<'t>) -> Option<Node<'t>> {
    let mut cursor = table.walk();
    let field = table
        .named_children(&mut cursor)
        .find(|field| field.child_by_field_name("name").is_some_and(|name| walk.text(name) == "__index"))?;
    let value = field.child_by_field_name("value")?;
    (matches!(value.kind(), "identifier" | "dot_index_expression") && is_path(walk.text(value))).then_some(value)
}

/// The symbol that the call at `node` is the first value of: `local C = call(…)`.
fn assigned_symbol(walk: &Walk<'_>, node: Node<'_>) -> Option<u32> {
    let last = walk.last_symbol();
    let row = walk.symbol_row(last)?;
    let name_end = row.name_start as usize + walk.str(row.name).len();
    let between = walk.source().get(name_end..node.start_byte())?;
    (last > 0 && between.trim() == "=").then_some(last)
}

/// `class("C", Base)`, `Base:extend()`, `Base:subclass("C")`: the class libraries' ways to inherit.
fn class_library(walk: &mut Walk<'_>, node: Node<'_>) {
    let Some(name) = node.child_by_field_name("name") else { return };
    let text = walk.text(name);
    let base = if text == "class" {
        node.child_by_field_name("arguments").and_then(|arguments| {
            let mut cursor = arguments.walk();
            arguments.named_children(&mut cursor).find(|argument| matches!(argument.kind(), "identifier" | "dot_index_expression"))
        })
    } else if text.ends_with(":extend") || text.ends_with(":subclass") {
        name.child_by_field_name("table")
    } else {
        return;
    };
    let Some(symbol) = assigned_symbol(walk, node) else { return };
    make_class(walk, symbol);
    if let Some(base) = base
        && is_path(walk.text(base))
    {
        let base = qualified_read(walk, base, UseRole::Base);
        walk.base_of(symbol, base, BaseKind::Inherit);
    }
}

/// `f = function … end` in a table is a function: of the table that is made where that is named at the top of a file,
/// else of what is around.
pub(super) fn field(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(name), Some(value)) = (node.child_by_field_name("name"), node.child_by_field_name("value")) else {
        return Visit::As(&roles::FIELD);
    };
    if value.kind() != "function_definition" || name.kind() != "identifier" {
        return Visit::As(&roles::FIELD);
    }
    let at_top = walk.scope_kind() == ScopeKind::File;
    let list = if at_top { node.parent().and_then(|table| table.parent()) } else { None };
    let statement = list.filter(|list| list.kind() == "expression_list").and_then(|list| list.parent());
    let mut role = &roles::ASSIGNED_FUNCTION;
    match statement {
        Some(statement) if statement.kind() == "assignment_statement" => {
            let target = statement.named_child(0).and_then(|targets| targets.named_child(0));
            match target.filter(|target| is_path(walk.text(*target))) {
                Some(target) => {
                    let text = walk.text(target);
                    if let Some(symbol) = walk.top_symbol(text) {
                        make_class(walk, symbol);
                    }
                    let ty = qualified_read(walk, target, UseRole::Type);
                    walk.self_type_of_definition(ty);
                    let with_self = receiver_parameter(walk, value);
                    walk.flag_definition(if with_self { SymbolFlags::HAS_RECEIVER } else { SymbolFlags::STATIC });
                    role = &roles::ASSIGNED_METHOD;
                }
                None => walk.unbound_definition(),
            }
        }
        Some(statement) if statement.kind() == "return_statement" => {}
        _ => walk.unbound_definition(),
    }
    walk.section(SymbolFlags::default());
    walk.name_definition(name.start_byte(), name.end_byte());
    walk.skip(name);
    walk.adopt_function(value);
    Visit::As(role)
}

/// What a file returns is its module.
pub(super) fn returned(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() != ScopeKind::File {
        return Visit::As(&roles::RETURN);
    }
    let Some(value) = node.named_child(0).and_then(|list| list.named_child(0)) else { return Visit::Children };
    match value.kind() {
        "identifier" => {
            let name = walk.text(value);
            walk.export("", name);
            export_symbol(walk, name);
        }
        "table_constructor" => {
            let mut cursor = value.walk();
            for field in value.named_children(&mut cursor) {
                let (Some(name), Some(value)) = (field.child_by_field_name("name"), field.child_by_field_name("value")) else {
                    continue;
                };
                let name = walk.text(name);
                match value.kind() {
                    "identifier" => {
                        let local = walk.text(value);
                        walk.export(name, local);
                        export_symbol(walk, local);
                    }
                    "function_definition" => walk.export(name, name),
                    _ => {}
                }
            }
        }
        "function_call" if walk.text(value).starts_with("setmetatable") => {
            let object = value.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0));
            if let Some(object) = object.filter(|object| object.kind() == "identifier") {
                let name = walk.text(object);
                walk.export("", name);
                export_symbol(walk, name);
            }
        }
        _ => {}
    }
    Visit::Children
}

fn export_symbol(walk: &mut Walk<'_>, name: &str) {
    if let Some(symbol) = walk.top_symbol(name) {
        walk.update(symbol, |row| {
            row.flags.0 &= !SymbolFlags::PRIVATE.0;
            row.flags.set(SymbolFlags::EXPORTED);
        });
    }
}
