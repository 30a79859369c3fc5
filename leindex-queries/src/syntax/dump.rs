//! Rows as text, for fixtures and for looking at what a parse left behind.

use std::fmt::Write as _;

use super::rows::{
    BaseRow, BindingKind, BindingRow, DiagnosticRow, ExportRow, ImportFlags, ImportRow, ModuleRow, NONE, Rows, ScopeRow, SymbolFlags,
    UNKNOWN_BASE, UseKind, UseRole,
};
use crate::items::descriptor::descriptor;

/// The rows of a file, one to a line, in sections.
pub fn dump(rows: &Rows) -> String {
    let mut out = String::new();
    symbols(rows, &mut out);
    modules(rows, &mut out);
    imports(rows, &mut out);
    bases(rows, &mut out);
    bindings(rows, &mut out);
    uses(rows, &mut out);
    for row in rows.iter::<DiagnosticRow>() {
        let (line, column) = rows.position(row.start);
        let _ = writeln!(out, "diagnostic {line}:{column} {}", rows.str(row.message));
    }
    out
}

const FLAGS: &[(SymbolFlags, &str)] = &[
    (SymbolFlags::EXPORTED, "exported"),
    (SymbolFlags::DEFAULT_EXPORT, "default"),
    (SymbolFlags::TEST, "test"),
    (SymbolFlags::STATIC, "static"),
    (SymbolFlags::DECLARATION, "declaration"),
    (SymbolFlags::HAS_ERROR, "error"),
    (SymbolFlags::RECOVERED, "recovered"),
    (SymbolFlags::PROPERTY, "property"),
    (SymbolFlags::PRIVATE, "private"),
    (SymbolFlags::OVERRIDE, "override"),
    (SymbolFlags::PARTIAL, "partial"),
    (SymbolFlags::ASYNC, "async"),
    (SymbolFlags::ABSTRACT, "abstract"),
];

fn symbols(rows: &Rows, out: &mut String) {
    for (index, row) in rows.symbols().enumerate() {
        let mut depth = 0;
        let mut parent = row.parent;
        while let Some(up) = rows.symbol(parent) {
            depth += 1;
            parent = up.parent;
        }
        let _ = write!(
            out,
            "{:indent$}{} {} {}-{}",
            "",
            row.kind.as_str(),
            rows.str(row.name),
            row.start_line,
            row.end_line,
            indent = depth * 2
        );
        if row.name_line != row.start_line {
            let _ = write!(out, " @{}", row.name_line);
        }
        for (flag, name) in FLAGS {
            if row.flags.has(*flag) && index > 0 {
                let _ = write!(out, " +{name}");
            }
        }
        if index > 0 {
            let _ = write!(out, " `{}` {}", rows.str(row.signature), descriptor(rows, index as u32));
        }
        if row.parameters > 0 {
            let list: Vec<String> = rows
                .parameters(&row)
                .map(|p| {
                    let mark = if p.variadic {
                        "*"
                    } else if p.optional {
                        "?"
                    } else {
                        ""
                    };
                    let ty = rows.str(p.ty);
                    format!("{}{mark}{}{ty}", rows.str(p.name), if ty.is_empty() { "" } else { ": " })
                })
                .collect();
            let _ = write!(out, " ({})", list.join(", "));
        }
        if !row.return_type.is_empty() {
            let _ = write!(out, " -> {}", rows.str(row.return_type));
        }
        if row.kind.is_callable() {
            let _ = write!(out, " cc={} cog={} nest={} st={}", row.cyclomatic, row.cognitive, row.nesting, row.statements);
        }
        if !row.doc.is_empty() {
            let _ = write!(out, " doc={:?}", crate::items::docs::summary(rows.str(row.doc)));
        }
        out.push('\n');
    }
}

fn modules(rows: &Rows, out: &mut String) {
    for row in rows.iter::<ModuleRow>() {
        let _ = writeln!(out, "module {}{}", rows.str(row.key), if row.symbol == NONE { "" } else { " (symbol)" });
    }
    for row in rows.iter::<ExportRow>() {
        let _ = writeln!(out, "export {:?} = {}", rows.str(row.name), rows.str(row.local));
    }
}

fn imports(rows: &Rows, out: &mut String) {
    for row in rows.iter::<ImportRow>() {
        let (line, _) = rows.position(row.start);
        let _ = write!(out, "import {line} {} {}{}", row.kind.as_str(), ".".repeat(row.level as usize), rows.str(row.module));
        if !row.name.is_empty() {
            let _ = write!(out, " :: {}", rows.str(row.name));
        }
        if !row.alias.is_empty() {
            let _ = write!(out, " as {}", rows.str(row.alias));
        }
        for (flag, name) in [
            (ImportFlags::REEXPORT, "reexport"),
            (ImportFlags::NESTED, "nested"),
            (ImportFlags::STATIC, "static"),
            (ImportFlags::TYPE_ONLY, "type"),
        ] {
            if row.flags.has(flag) {
                let _ = write!(out, " +{name}");
            }
        }
        out.push('\n');
    }
}

fn bases(rows: &Rows, out: &mut String) {
    for row in rows.iter::<BaseRow>() {
        let ty = match rows.symbol(row.symbol) {
            Some(symbol) => rows.str(symbol.name).to_owned(),
            None => rows.get::<ScopeRow>(row.extension).map_or(String::new(), |scope| chain(rows, scope.self_type)),
        };
        let _ = writeln!(out, "base {ty} {} {}", row.kind.as_str(), chain(rows, row.base));
    }
}

fn bindings(rows: &Rows, out: &mut String) {
    for row in rows.iter::<BindingRow>() {
        if matches!(row.kind, BindingKind::Symbol | BindingKind::Import) && row.value == NONE {
            continue;
        }
        let (line, column) = rows.position(row.start);
        let _ = write!(out, "bind {line}:{column} {} {} in {}", row.kind.as_str(), rows.str(row.name), scope_name(rows, row.scope));
        if row.value != NONE {
            let _ = write!(out, " = {}", chain(rows, row.value));
        }
        if row.type_use != NONE {
            let _ = write!(out, " : {}", chain(rows, row.type_use));
        }
        out.push('\n');
    }
}

fn uses(rows: &Rows, out: &mut String) {
    for (index, row) in rows.iter::<super::rows::UseRow>().enumerate() {
        if row.kind == UseKind::Literal {
            continue;
        }
        let (line, column) = rows.position(row.start);
        let _ = write!(out, "{} {line}:{column} {}", row.role.as_str(), chain(rows, index as u32));
        if matches!(row.role, UseRole::Call | UseRole::New) {
            let _ = write!(out, "/{}", row.arity);
        }
        let _ = writeln!(out, " in {}", scope_name(rows, row.scope));
    }
}

fn scope_name(rows: &Rows, scope: u32) -> String {
    let Some(row) = rows.get::<ScopeRow>(scope) else { return "?".to_owned() };
    let name = match rows.symbol(row.symbol) {
        Some(symbol) if row.symbol != 0 => rows.str(symbol.name).to_owned(),
        _ => row.kind.as_str().to_owned(),
    };
    if row.self_type == NONE { name } else { format!("{name}[{}]", chain(rows, row.self_type)) }
}

/// A use with what stands before its dots, as text: `a.b().c`.
pub fn chain(rows: &Rows, index: u32) -> String {
    let mut parts = Vec::new();
    let mut at = index;
    while let Some(row) = rows.use_row(at) {
        let call = match row.role {
            UseRole::Call if at != index => "()",
            UseRole::New if at != index => "{}",
            _ => "",
        };
        parts.push(match row.kind {
            UseKind::Literal => format!("<{}>", rows.str(row.name)),
            UseKind::Element => "[]".to_owned(),
            UseKind::Apply => format!("(){call}"),
            UseKind::This | UseKind::Super => format!("<{}>{call}", row.kind.as_str()),
            _ => format!("{}{call}", rows.str(row.name)),
        });
        at = match row.base {
            UNKNOWN_BASE => {
                parts.push("?".to_owned());
                NONE
            }
            base => base,
        };
        if parts.len() > 64 {
            break;
        }
    }
    parts.reverse();
    parts.join(".")
}
