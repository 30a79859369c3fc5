//! What Python's node kinds mean.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{ImportFlags, ImportKind, ScopeKind, SymbolKind};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("decorated_definition", Role::Wrapper),
    ("decorator", Role::Decorator),
    ("function_definition", Role::Define(Define::FUNCTION)),
    ("class_definition", Role::Define(Define { bases: "superclasses", ..Define::type_of(SymbolKind::Class) })),
    ("type_alias_statement", Role::Define(Define { name: NameAt::Field("left"), ty: "right", ..Define::ALIAS })),
    ("lambda", Role::Scope(ScopeKind::Function)),
    ("lambda_parameters", Role::Parameters),
    ("list_comprehension", Role::Scope(ScopeKind::Block)),
    ("set_comprehension", Role::Scope(ScopeKind::Block)),
    ("dictionary_comprehension", Role::Scope(ScopeKind::Block)),
    ("generator_expression", Role::Scope(ScopeKind::Block)),
    ("parameters", Role::Parameters),
    ("default_parameter", Role::Parameter { name: "name", ty: "", default: "value", variadic: false }),
    ("typed_default_parameter", Role::Parameter { name: "name", ty: "type", default: "value", variadic: false }),
    ("typed_parameter", Role::Parameter { name: "0", ty: "type", default: "", variadic: false }),
    ("list_splat_pattern", Role::Custom(splat)),
    ("dictionary_splat_pattern", Role::Custom(splat)),
    ("keyword_argument", Role::Keyword { name: "name", value: "value" }),
    ("identifier", Role::Name),
    ("attribute", Role::Member { object: "object", name: "attribute" }),
    ("call", Role::Call { function: "function", arguments: "arguments" }),
    ("subscript", Role::Element { object: "value" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("await", Role::Pass { value: "0", ty: "" }),
    ("string", Role::Literal("str")),
    ("concatenated_string", Role::Literal("str")),
    ("integer", Role::Literal("int")),
    ("float", Role::Literal("float")),
    ("list", Role::Literal("list")),
    ("dictionary", Role::Literal("dict")),
    ("set", Role::Literal("set")),
    ("tuple", Role::Literal("tuple")),
    ("type", Role::Type),
    ("generic_type", Role::Pass { value: "0", ty: "" }),
    ("member_type", Role::Pass { value: "0", ty: "" }),
    ("assignment", Role::Custom(assignment)),
    ("augmented_assignment", Role::Assign { left: "left", right: "right", ty: "" }),
    ("named_expression", Role::Assign { left: "name", right: "value", ty: "" }),
    ("for_statement", Role::Declare(FOR)),
    ("for_in_clause", Role::Declare(FOR)),
    ("as_pattern_target", Role::Declare(Declare { name: "0", value: "", ty: "", ..Declare::LOCAL })),
    ("return_statement", Role::Return { value: "0" }),
    ("global_statement", Role::Outer),
    ("nonlocal_statement", Role::Outer),
    ("import_statement", Role::Custom(import)),
    ("import_from_statement", Role::Custom(import_from)),
    ("future_import_statement", Role::Skip),
];

const FOR: Declare = Declare { name: "left", value: "right", ty: "", element: true, ..Declare::LOCAL };

/// An assignment at the top of a file or class makes symbols.
const ASSIGNMENT: Role = Role::Assign { left: "left", right: "right", ty: "type" };
const MODULE_ASSIGNMENT: Role =
    Role::Declare(Declare { name: "left", value: "right", symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL });

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "elif_clause",
        "for_statement",
        "while_statement",
        "except_clause",
        "conditional_expression",
        "for_in_clause",
        "if_clause",
        "assert_statement",
        "case_clause",
    ],
    short_circuits: &["and", "or"],
    nesting: &["if_statement", "for_statement", "while_statement", "except_clause", "conditional_expression", "match_statement"],
    flat: &["elif_clause", "else_clause"],
    deepening: &["lambda"],
    statements: &[
        "expression_statement",
        "return_statement",
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
        "raise_statement",
        "assert_statement",
        "delete_statement",
        "pass_statement",
        "break_statement",
        "continue_statement",
        "global_statement",
        "nonlocal_statement",
        "import_statement",
        "import_from_statement",
        "function_definition",
        "class_definition",
        "type_alias_statement",
    ],
};

fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let at_top = matches!(walk.scope_kind(), ScopeKind::File | ScopeKind::Type);
    let plain = node
        .child_by_field_name("left")
        .is_some_and(|left| left.kind() == "identifier" || left.kind() == "pattern_list" || left.kind() == "tuple_pattern");
    if at_top && plain {
        if let Some(left) = node.child_by_field_name("left")
            && walk.text(left) == "__all__"
            && let Some(right) = node.child_by_field_name("right")
        {
            let mut cursor = right.walk();
            for item in right.named_children(&mut cursor) {
                let name = walk.text(item).trim_matches(['"', '\'']);
                walk.export(name, name);
            }
        }
        return Visit::As(&MODULE_ASSIGNMENT);
    }
    Visit::As(&ASSIGNMENT)
}

/// `*args` and `**kwargs` as parameters; in other places the name inside is taken as the place says.
fn splat(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let in_list = node.parent().is_some_and(|parent| matches!(parent.kind(), "parameters" | "lambda_parameters"));
    if in_list && let Some(name) = node.named_child(0) {
        walk.add_parameter(name, true, true);
        return Visit::Skip;
    }
    Visit::Children
}

fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    for item in node.children_by_field_name("name", &mut cursor) {
        if item.kind() == "aliased_import" {
            let (Some(module), Some(alias)) = (item.child_by_field_name("name"), item.child_by_field_name("alias")) else { continue };
            walk.import(item, ImportKind::Module, walk.text(module), "", walk.text(alias), 0, ImportFlags::default());
        } else {
            // `import a.b` binds `a`.
            let module = walk.text(item);
            let first = module.split('.').next().unwrap_or(module);
            if first.len() == module.len() {
                walk.import(item, ImportKind::Module, module, "", module, 0, ImportFlags::default());
            } else {
                walk.import(item, ImportKind::Module, first, "", first, 0, ImportFlags::default());
                walk.import(item, ImportKind::Effect, module, "", "", 0, ImportFlags::default());
            }
        }
    }
    Visit::Skip
}

fn import_from(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(from) = node.child_by_field_name("module_name") else { return Visit::Skip };
    let text = walk.text(from);
    let module = text.trim_start_matches(['.', ' ']);
    let level = text.len() as u32 - text.trim_start_matches('.').len() as u32;
    let mut cursor = node.walk();
    let mut any = false;
    for item in node.children_by_field_name("name", &mut cursor) {
        any = true;
        if item.kind() == "aliased_import" {
            let (Some(name), Some(alias)) = (item.child_by_field_name("name"), item.child_by_field_name("alias")) else { continue };
            walk.import(item, ImportKind::Symbol, module, walk.text(name), walk.text(alias), level, ImportFlags::default());
        } else {
            let name = walk.text(item);
            walk.import(item, ImportKind::Symbol, module, name, name, level, ImportFlags::default());
        }
    }
    if !any {
        walk.import(node, ImportKind::Wildcard, module, "", "", level, ImportFlags::default());
    }
    Visit::Skip
}
