//! What the node kinds that only JavaScript's grammar has do when they run.

use crate::languages::ecmascript::{COMMON_FORMS, FLOW as COMMON, JSX_FORMS, concat, field_form};
use crate::languages::{FlowRules, Form};

pub(super) const FLOW: FlowRules = FlowRules { forms: &FORMS, ..COMMON };

static FORMS: [(&str, Form); SHARED + OWN.len()] = concat(concat::<_, _, _, SHARED>(COMMON_FORMS, JSX_FORMS), OWN);

const SHARED: usize = COMMON_FORMS.len() + JSX_FORMS.len();

const OWN: [(&str, Form); 3] = [
    ("field_definition", Form::Custom(field_form)),
    ("using_declaration", Form::With { items: "=variable_declarator", body: "", swallows: false }),
    ("class_heritage", Form::Pass { value: "0" }),
];
