//! What the node kinds that C and C++ share do when they run.

use tree_sitter::Node;

use crate::flow::{Bind, Lower, ir::Item};
use crate::languages::{Case, FlowRules, Form, Results};

/// The rules of a language with these forms.
pub(in crate::languages) const fn rules(forms: &'static [(&'static str, Form)]) -> FlowRules {
    FlowRules {
        forms,
        block_scopes: true,
        results: Results::Never,
        closures_share_names: false,
        capitals_are_constants: false,
        handlers_in_order: false,
        catch_all: &["..."],
        ..FlowRules::NONE
    }
}

/// The shared forms and those of one language, which come later and so hold where both have one.
pub(in crate::languages) const fn joined<const N: usize>(own: &[(&'static str, Form)]) -> [(&'static str, Form); N] {
    let mut all = [("", Form::Skip); N];
    let mut at = 0;
    while at < N {
        all[at] = if at < FORMS.len() { FORMS[at] } else { own[at - FORMS.len()] };
        at += 1;
    }
    all
}

pub(in crate::languages) const FORMS: &[(&str, Form)] = &[
    // Declarations.
    ("translation_unit", Form::Sequence),
    ("linkage_specification", Form::Sequence),
    ("declaration_list", Form::Sequence),
    ("declaration", Form::Declare { name: "declarator", value: "" }),
    ("init_declarator", Form::Declare { name: "declarator", value: "value" }),
    ("array_declarator", Form::Declare { name: "declarator", value: "size" }),
    ("pointer_declarator", Form::Pass { value: "declarator" }),
    ("parenthesized_declarator", Form::Pass { value: "0" }),
    ("attributed_declarator", Form::Pass { value: "0" }),
    ("function_declarator", Form::Custom(function_declarator)),
    ("parameter_list", Form::Custom(parameters)),
    ("parameter_declaration", Form::Declare { name: "declarator", value: "" }),
    ("abstract_pointer_declarator", Form::Skip),
    ("abstract_array_declarator", Form::Skip),
    ("abstract_function_declarator", Form::Skip),
    ("abstract_parenthesized_declarator", Form::Skip),
    ("type_definition", Form::Skip),
    ("attribute_declaration", Form::Skip),
    ("attribute_specifier", Form::Skip),
    ("ms_declspec_modifier", Form::Skip),
    ("ms_based_modifier", Form::Skip),
    ("ms_pointer_modifier", Form::Skip),
    // Preprocessor.
    ("preproc_if", Form::Custom(conditional)),
    ("preproc_ifdef", Form::Custom(conditional)),
    ("preproc_elif", Form::Custom(conditional)),
    ("preproc_elifdef", Form::Custom(conditional)),
    ("preproc_else", Form::Sequence),
    ("preproc_defined", Form::Evaluate),
    ("preproc_call", Form::Skip),
    ("preproc_def", Form::Skip),
    ("preproc_function_def", Form::Skip),
    ("preproc_include", Form::Skip),
    ("preproc_params", Form::Skip),
    // Statements.
    ("compound_statement", Form::Custom(block)),
    ("expression_statement", Form::Statement),
    ("attributed_statement", Form::Sequence),
    ("else_clause", Form::Sequence),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_statement", Form::For { init: "initializer", condition: "condition", update: "update", body: "body" }),
    ("case_statement", Form::Case(Case { pattern: "value", guard: "", body: "", binds: false, default: &[] })),
    ("break_statement", Form::Break { label: "", value: "" }),
    ("continue_statement", Form::Continue { label: "" }),
    ("goto_statement", Form::Goto { label: "label" }),
    ("labeled_statement", Form::Label { name: "label", body: "*" }),
    ("statement_identifier", Form::Skip),
    ("return_statement", Form::Return { value: "0" }),
    ("seh_try_statement", Form::Try { body: "body" }),
    ("seh_except_clause", Form::Catch { pattern: "", body: "body" }),
    ("seh_finally_clause", Form::Finally { body: "body" }),
    ("seh_leave_statement", Form::Statement),
    // Expressions.
    ("identifier", Form::Name),
    ("field_identifier", Form::Name),
    ("field_expression", Form::Member { object: "argument", name: "field" }),
    ("subscript_expression", Form::Element { object: "argument" }),
    ("pointer_expression", Form::Unary { operator: "operator", operand: "argument" }),
    ("unary_expression", Form::Unary { operator: "operator", operand: "argument" }),
    ("update_expression", Form::Update { operand: "argument" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("assignment_expression", Form::Compound { left: "left", right: "right" }),
    ("conditional_expression", Form::Custom(choice)),
    ("comma_expression", Form::Evaluate),
    ("call_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("argument_list", Form::Evaluate),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("extension_expression", Form::Pass { value: "0" }),
    ("cast_expression", Form::Pass { value: "value" }),
    ("compound_literal_expression", Form::Evaluate),
    ("initializer_list", Form::Evaluate),
    ("initializer_pair", Form::Pass { value: "value" }),
    ("generic_expression", Form::Evaluate),
    ("sizeof_expression", Form::Skip),
    ("alignof_expression", Form::Skip),
    ("offsetof_expression", Form::Skip),
    ("gnu_asm_expression", Form::Evaluate),
    ("gnu_asm_output_operand_list", Form::Evaluate),
    ("gnu_asm_output_operand", Form::Address { operand: "value" }),
    ("gnu_asm_input_operand_list", Form::Evaluate),
    ("gnu_asm_input_operand", Form::Pass { value: "value" }),
    ("gnu_asm_clobber_list", Form::Skip),
    ("gnu_asm_goto_list", Form::Skip),
    ("gnu_asm_qualifier", Form::Skip),
    ("string_literal", Form::Skip),
    ("concatenated_string", Form::Skip),
    ("char_literal", Form::Skip),
    ("number_literal", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("null", Form::Skip),
    // Types.
    ("type_identifier", Form::Skip),
    ("primitive_type", Form::Skip),
    ("sized_type_specifier", Form::Skip),
    ("type_descriptor", Form::Skip),
    ("type_qualifier", Form::Skip),
    ("storage_class_specifier", Form::Skip),
    ("struct_specifier", Form::Skip),
    ("union_specifier", Form::Skip),
    ("enum_specifier", Form::Skip),
];

const BLOCK: Form = Form::Block;
const CHOICE: Form = Form::If { condition: "condition", then: "consequence", otherwise: "alternative" };

/// Of a function that is defined the parameters are bound, of a variable that points to one the name, and one that is
/// declared only is no variable.
pub(in crate::languages) fn function_declarator<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let declarator = node.child_by_field_name("declarator")?;
    if declarator.kind() == "parenthesized_declarator" {
        low.pattern(declarator, low.binding());
    } else if low.binding() == Bind::Parameter
        && let Some(parameters) = node.child_by_field_name("parameters")
    {
        low.pattern(parameters, Bind::Parameter);
    }
    None
}

/// Parameters, each with its number; or what a handler catches.
fn parameters<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let parameters = low.named_children(node);
    for (parameter, number) in parameters.into_iter().zip(1..) {
        match low.binding() {
            Bind::Parameter => low.parameter(parameter, number),
            bind => low.pattern(parameter, bind),
        }
    }
    None
}

/// `#if`: either part may be what is compiled. What they declare is known after them.
fn conditional<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let Some(condition) = node.child_by_field_name("condition").or_else(|| node.child_by_field_name("name")) else {
        return Some(&Form::Sequence);
    };
    let alternative = node.child_by_field_name("alternative");
    let parts = low.named_children(node);
    let holds = low.condition(condition);
    let then = low.block(|low| {
        for part in parts.into_iter().filter(|part| *part != condition && Some(*part) != alternative) {
            low.statement(part, None);
        }
    });
    let otherwise = low.block(|low| {
        if let Some(alternative) = alternative {
            low.alternative(alternative);
        }
    });
    low.push(Item::Branch { condition: holds, then, otherwise });
    None
}

/// A block after a call that nothing ends (`FOR_EACH(x, xs) { … }`) is the body of a macro, which may repeat it.
fn block<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let before = node.prev_sibling().filter(|before| before.kind() == "expression_statement");
    let unended = before.and_then(|before| before.child(before.child_count().saturating_sub(1))).is_some_and(|end| end.is_missing());
    match before.filter(|_| unended) {
        Some(before) => {
            low.repeated_block(before, node);
            None
        }
        None => Some(&BLOCK),
    }
}

/// `a ?: b` is `a` unless that is zero.
fn choice<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    match (node.child_by_field_name("consequence"), node.child_by_field_name("condition"), node.child_by_field_name("alternative")) {
        (None, Some(left), Some(right)) => {
            low.unless(node, left, right);
            None
        }
        _ => Some(&CHOICE),
    }
}
