//! Functions of SQL: those of a source that give tables, and those of words.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float32Array, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field, Float32Type};
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use super::provider::Call;
use super::source::{Argument, ArgumentType, DefaultArgument, Parameter, TableFunction, TableSource, Words};

/// The functions of words, by name, with their parameters and what they give.
pub(super) const SCALARS: [(&str, &str, &str); 2] = [
    ("subwords", "text", "the words that a name or text consists of, in lower case: list<utf8>"),
    (
        "similarity",
        "a, b",
        "cosine of the angle between two texts or vectors, -1 to 1, as the search has it: f32; null if there is no model",
    ),
];

/// A function of a source that gives a table. Its arguments are checked when a query is planned, its rows computed when
/// they are wanted.
#[derive(Debug)]
pub(super) struct TableValued {
    pub(super) source: Arc<dyn TableSource>,
    pub(super) function: TableFunction,
}

impl TableFunctionImpl for TableValued {
    fn call_with_args(&self, arguments: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let arguments = arguments_of(&self.function, arguments.exprs())?;
        Ok(Arc::new(Call { source: Arc::clone(&self.source), function: self.function.clone(), arguments }))
    }
}

fn arguments_of(function: &TableFunction, given: &[Expr]) -> Result<Vec<Argument>> {
    let name = function.name;
    if given.len() > function.parameters.len() {
        return plan_err!(
            "{name} takes at most {} arguments, not {}; for example {}",
            function.parameters.len(),
            given.len(),
            example(function)
        );
    }
    let mut arguments = Vec::with_capacity(function.parameters.len());
    for (place, parameter) in function.parameters.iter().enumerate() {
        let argument = match given.get(place) {
            Some(Expr::Literal(value, _)) => argument(parameter.ty, value),
            Some(_) => None,
            None => match parameter.default {
                Some(DefaultArgument::Text(text)) => Some(Argument::Text(text.to_owned())),
                Some(DefaultArgument::Number(number)) => Some(Argument::Number(number)),
                Some(DefaultArgument::Null) => Some(Argument::Null),
                None => {
                    let example = example(function);
                    return plan_err!("{name} needs argument {}, `{}`; for example {example}", place + 1, parameter.name);
                }
            },
        };
        let Some(argument) = argument else {
            let given = given.get(place).map(ToString::to_string).unwrap_or_default();
            let example = example(function);
            let (number, parameter, wanted) = (place + 1, parameter.name, wanted(parameter.ty));
            return plan_err!("argument {number} of {name}, `{parameter}`, has to be {wanted}, not {given}; for example {example}");
        };
        arguments.push(argument);
    }
    Ok(arguments)
}

fn argument(ty: ArgumentType, value: &ScalarValue) -> Option<Argument> {
    match (ty, value) {
        (ArgumentType::OptionalText, value) if value.is_null() => Some(Argument::Null),
        (
            ArgumentType::Text | ArgumentType::OptionalText,
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)),
        ) => Some(Argument::Text(text.clone())),
        (ArgumentType::Number, ScalarValue::Int64(Some(number))) => u64::try_from(*number).ok().map(Argument::Number),
        (ArgumentType::Number, ScalarValue::UInt64(Some(number))) => Some(Argument::Number(*number)),
        _ => None,
    }
}

const fn wanted(ty: ArgumentType) -> &'static str {
    match ty {
        ArgumentType::Text => "a text in single quotes",
        ArgumentType::Number => "a whole number from 0",
        ArgumentType::OptionalText => "a text in single quotes or null",
    }
}

/// How a function is called: `callers('symbol', 2)`.
fn example(function: &TableFunction) -> String {
    let arguments: Vec<String> = function.parameters.iter().map(example_argument).collect();
    format!("{}({})", function.name, arguments.join(", "))
}

fn example_argument(parameter: &Parameter) -> String {
    match (parameter.ty, parameter.default) {
        (_, Some(DefaultArgument::Text(text))) => format!("'{text}'"),
        (_, Some(DefaultArgument::Number(number))) => number.to_string(),
        (_, Some(DefaultArgument::Null)) => "null".to_owned(),
        (ArgumentType::Number, None) => "1".to_owned(),
        (ArgumentType::Text | ArgumentType::OptionalText, None) => format!("'{}'", parameter.name),
    }
}

/// The parameters of a table function, as the dictionary writes them: `symbol text, depth number = 2`.
pub(super) fn parameters(function: &TableFunction) -> String {
    let parameters = function.parameters.iter().map(|parameter| {
        let ty = match parameter.ty {
            ArgumentType::Text => "text",
            ArgumentType::Number => "number",
            ArgumentType::OptionalText => "text or null",
        };
        match parameter.default {
            None => format!("{} {ty}", parameter.name),
            Some(_) => format!("{} {ty} = {}", parameter.name, example_argument(parameter)),
        }
    });
    parameters.collect::<Vec<_>>().join(", ")
}

/// The functions of words.
pub(super) fn scalars(words: &Arc<dyn Words>) -> [Arc<ScalarUDF>; 2] {
    let function = |kind, signature| {
        let words = Shared(Arc::clone(words));
        Arc::new(ScalarUDF::new_from_impl(OfWords { kind, words, signature }))
    };
    [
        function(Kind::Subwords, Signature::string(1, Volatility::Immutable)),
        function(Kind::Similarity, Signature::user_defined(Volatility::Immutable)),
    ]
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OfWords {
    kind: Kind,
    words: Shared,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Subwords,
    Similarity,
}

/// Equal to itself alone, as the engine wants functions to be comparable.
#[derive(Debug)]
struct Shared(Arc<dyn Words>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl ScalarUDFImpl for OfWords {
    fn name(&self) -> &str {
        match self.kind {
            Kind::Subwords => "subwords",
            Kind::Similarity => "similarity",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Subwords => DataType::new_list(DataType::Utf8, false),
            Kind::Similarity => DataType::Float32,
        })
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        let [_, _] = arguments else {
            return plan_err!("similarity takes two arguments, texts or vectors; for example similarity(name, 'log in')");
        };
        arguments.iter().map(comparable).collect()
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let one = arguments.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let words = &*self.words.0;
        let array = match (self.kind, &*arguments.args) {
            (Kind::Subwords, [text]) => subwords(words, &text.to_array(if one { 1 } else { rows })?)?,
            (Kind::Similarity, [left, right]) => similarity(words, left, right, if one { 1 } else { rows })?,
            _ => return exec_err!("{} got {} arguments", self.name(), arguments.args.len()),
        };
        if one { Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?)) } else { Ok(ColumnarValue::Array(array)) }
    }
}

/// The type in which texts or vectors are compared.
fn comparable(ty: &DataType) -> Result<DataType> {
    match ty {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(DataType::Utf8),
        DataType::FixedSizeList(item, _) if *item.data_type() == DataType::Float32 => Ok(ty.clone()),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) if item.data_type().is_numeric() => {
            Ok(DataType::new_list(DataType::Float32, true))
        }
        _ => plan_err!("similarity compares texts and vectors, not {ty}; for example similarity(name, 'log in')"),
    }
}

fn subwords(words: &dyn Words, texts: &ArrayRef) -> Result<ArrayRef> {
    let texts = arrow::compute::cast(texts, &DataType::Utf8)?;
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Field::new("item", DataType::Utf8, false));
    for text in texts.as_string::<i32>() {
        for word in text.map(|text| words.subwords(text)).unwrap_or_default() {
            lists.values().append_value(word);
        }
        lists.append(text.is_some());
    }
    Ok(Arc::new(lists.finish()))
}

fn similarity(words: &dyn Words, left: &ColumnarValue, right: &ColumnarValue, rows: usize) -> Result<ArrayRef> {
    let (mut left, mut right) = (Vectors::new(left)?, Vectors::new(right)?);
    let similarities = (0..rows).map(|row| {
        let (Some(left), Some(right)) = (left.at(words, row), right.at(words, row)) else {
            return Ok(None);
        };
        if left.is_empty() || right.is_empty() {
            return Ok(None);
        }
        if left.len() != right.len() {
            return exec_err!("vectors of {} and {} dimensions cannot be compared; compare those of one model", left.len(), right.len());
        }
        Ok(Some(cosine(left, right)))
    });
    Ok(Arc::new(similarities.collect::<Result<Float32Array>>()?))
}

/// The vectors of an argument. A text's is computed once for rows that follow each other with it.
struct Vectors {
    values: ArrayRef,
    /// Whether the one value stands for all rows.
    constant: bool,
    last: Option<(usize, Vec<f32>)>,
}

impl Vectors {
    fn new(argument: &ColumnarValue) -> Result<Self> {
        let constant = matches!(argument, ColumnarValue::Scalar(_));
        Ok(Self { values: argument.to_array(1)?, constant, last: None })
    }

    fn at(&mut self, words: &dyn Words, row: usize) -> Option<&[f32]> {
        let row = if self.constant { 0 } else { row };
        if self.values.is_null(row) || *self.values.data_type() == DataType::Null {
            return None;
        }
        let known = self.last.as_ref().is_some_and(|(last, _)| *last == row || self.same_text(*last, row));
        if !known {
            let vector = match self.values.data_type() {
                DataType::Utf8 => words.vector(self.values.as_string::<i32>().value(row)),
                DataType::FixedSizeList(..) => numbers(&self.values.as_fixed_size_list().value(row)),
                _ => numbers(&self.values.as_list_opt::<i32>()?.value(row)),
            };
            self.last = Some((row, vector));
        }
        self.last.as_ref().map(|(_, vector)| vector.as_slice())
    }

    fn same_text(&self, one: usize, other: usize) -> bool {
        let texts = self.values.as_string_opt::<i32>();
        texts.is_some_and(|texts| texts.value(one) == texts.value(other))
    }
}

/// A missing number counts as nothing.
fn numbers(values: &ArrayRef) -> Vec<f32> {
    let values = values.as_primitive_opt::<Float32Type>();
    values.map(|values| values.iter().map(Option::unwrap_or_default).collect()).unwrap_or_default()
}

/// 0 if one of them has no direction.
fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(one, other)| f64::from(one * other)).sum::<f64>();
    let lengths = (dot(left, left) * dot(right, right)).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "a cosine needs no more than 32 bits")]
    if lengths > 0.0 { (dot(left, right) / lengths) as f32 } else { 0.0 }
}
