//! What the node kinds that only JavaScript's grammar has mean.

use tree_sitter::Node;

use crate::languages::ecmascript::{COMMON, JSX, concat, declaration, is_function, property_name};
use crate::languages::{Define, NameAt, Role, Visit};
use crate::syntax::walk::Walk;

pub(super) static ROLES: [(&str, Role); SHARED + OWN.len()] = concat(concat::<_, _, _, SHARED>(COMMON, JSX), OWN);

const SHARED: usize = COMMON.len() + JSX.len();

const OWN: [(&str, Role); 3] =
    [("field_definition", Role::Custom(field)), ("using_declaration", Role::Custom(declaration)), ("html_comment", Role::Comment)];

const FIELD: Role = Role::Define(Define { name: NameAt::Find(property_name), ..Define::FIELD });
const NAMED_FIELD: Role = Role::Named { name: "property", value: "value", ty: "" };

/// A field whose value is a function is a method.
fn field(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("value").is_some_and(|value| is_function(value.kind())) {
        return Visit::As(&NAMED_FIELD);
    }
    Visit::As(&FIELD)
}
