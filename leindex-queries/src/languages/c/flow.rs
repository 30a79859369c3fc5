//! What C's node kinds do when they run.

use crate::languages::c_family::flow::{self, joined};
use crate::languages::{FlowRules, Form};

pub(super) const FLOW: FlowRules = flow::rules(&joined::<{ flow::FORMS.len() + OWN.len() }>(OWN));

const OWN: &[(&str, Form)] = &[
    ("function_definition", Form::Function { name: "", parameters: "declarator", body: "body" }),
    ("variadic_parameter", Form::Skip),
    ("macro_type_specifier", Form::Skip),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("switch_statement", Form::Dispatch { subject: "condition", body: "body" }),
];
