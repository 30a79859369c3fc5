//! What the node kinds of Haskell mean.
//!
//! Patterns, expressions and types share most kinds; the walk's mode tells them apart, so most roles hold in all three.

use crate::languages::{Declare, Define, Metrics, NameAt, Role};
use crate::syntax::rows::{BaseKind, BindingKind, ScopeKind};

use super::{definitions, expressions, imports};

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("haddock", Role::Comment),
    ("pragma", Role::Skip),
    ("cpp", Role::Skip),
    ("quasiquote", Role::Skip),
    ("fixity", Role::Skip),
    ("role_annotation", Role::Skip),
    ("header", Role::Custom(imports::header)),
    ("import", Role::Custom(imports::import)),
    // Definitions.
    ("data_type", Role::Custom(definitions::data)),
    ("newtype", Role::Custom(definitions::data)),
    ("data_constructor", Role::Custom(definitions::constructor)),
    ("newtype_constructor", Role::Custom(definitions::constructor)),
    ("gadt_constructor", Role::Custom(definitions::constructor)),
    ("type_synonym", Role::Define(TYPE)),
    ("type_family", Role::Define(TYPE)),
    ("data_family", Role::Define(TYPE)),
    ("kind_signature", Role::Skip),
    ("type_instance", Role::Type),
    ("equations", Role::Type),
    ("class", Role::Custom(definitions::class)),
    ("instance", Role::Custom(definitions::instance)),
    ("deriving_instance", Role::Custom(definitions::instance)),
    ("deriving", Role::Bases(BaseKind::Implement)),
    ("deriving_strategy", Role::Skip),
    ("via", Role::Type),
    ("default_signature", Role::Type),
    ("signature", Role::Custom(definitions::signature)),
    ("function", Role::Custom(definitions::function)),
    ("bind", Role::Custom(definitions::bind)),
    ("pattern_synonym", Role::Custom(definitions::pattern_synonym)),
    ("equation", Role::Custom(definitions::equation)),
    ("type_params", Role::Skip),
    ("fundeps", Role::Skip),
    // Types.
    ("context", Role::Custom(definitions::context)),
    ("forall", Role::Type),
    ("name", Role::TypeName),
    ("explicit_type", Role::Type),
    ("type_application", Role::Type),
    ("kind_application", Role::Type),
    ("strict_field", Role::Pass { value: "0", ty: "" }),
    ("lazy_field", Role::Pass { value: "0", ty: "" }),
    // Patterns and scopes.
    ("patterns", Role::Binds(BindingKind::Parameter)),
    ("match", Role::Scope(ScopeKind::Block)),
    ("guards", Role::Custom(expressions::guards)),
    ("pattern_guard", Role::Declare(BIND)),
    ("generator", Role::Declare(GENERATOR)),
    ("alternative", Role::Custom(expressions::alternative)),
    ("lambda", Role::Scope(ScopeKind::Function)),
    ("do", Role::Scope(ScopeKind::Block)),
    ("let_in", Role::Scope(ScopeKind::Block)),
    ("list_comprehension", Role::Scope(ScopeKind::Block)),
    ("view_pattern", Role::Keyword { name: "", value: "expression" }),
    ("field_name", Role::Custom(expressions::field_name)),
    ("field_pattern", Role::Custom(expressions::field_pattern)),
    // Expressions.
    ("variable", Role::Variable),
    ("constructor", Role::Custom(expressions::constructor)),
    ("operator", Role::Custom(expressions::operator)),
    ("constructor_operator", Role::Custom(expressions::operator)),
    ("infix_id", Role::Custom(expressions::infix_id)),
    ("prefix_id", Role::Custom(expressions::prefix_id)),
    ("module", Role::Custom(expressions::module)),
    ("qualified", Role::Member { object: "module", name: "id" }),
    ("projection", Role::Member { object: "expression", name: "field" }),
    ("apply", Role::Apply { function: "0", argument: "1" }),
    ("infix", Role::Custom(expressions::infix)),
    ("record", Role::Custom(expressions::record)),
    ("parens", Role::Pass { value: "0", ty: "" }),
    ("exp", Role::Pass { value: "0", ty: "" }),
    ("literal", Role::Pass { value: "0", ty: "" }),
    ("string", Role::Literal("String")),
    ("char", Role::Literal("Char")),
    ("integer", Role::Literal("Integer")),
    ("float", Role::Literal("Double")),
    ("list", Role::Custom(expressions::list)),
    ("arithmetic_sequence", Role::Literal("[]")),
];

const TYPE: Define = Define { name: NameAt::Find(definitions::data_name), ty: "type", ..Define::ALIAS };

/// `pattern <- expression`.
pub(super) const BIND: Declare = Declare { name: "pattern", value: "expression", ty: "", ..Declare::LOCAL };
const GENERATOR: Declare = Declare { element: true, ..BIND };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["conditional", "generator"],
    short_circuits: &[],
    chains: &["infix", "parens"],
    nesting: &["conditional", "case", "lambda_case", "lambda_cases", "multi_way_if"],
    flat: &[],
    deepening: &["lambda"],
    statements: &["exp", "let", "match"],
    ..Metrics::NONE
};
