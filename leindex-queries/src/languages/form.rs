//! What a node kind does when it runs: the vocabulary of a language's second table, which lowering understands.
//!
//! [`Role`](super::Role) says what names a node brings in or mentions; a [`Form`] says in which order its parts run and
//! where control goes from them. A kind without a form has the one that its role implies (a call is a call in both);
//! where that says nothing either, the node is *opaque*: what it mentions is kept, how it runs is unknown.
//!
//! Parts are named by [`At`], as in roles. A part that is missing is left out. Where a part's place may hold several
//! children (`"=comment"` apart), all children in that field are taken, in order.

use tree_sitter::Node;

use super::At;
use crate::flow::{Clause, Lower};

/// What a node kind does when it runs.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    // --- expressions ---
    /// Nothing runs: comments, types, literals, modifiers.
    Skip,
    /// The parts run in order, as part of the statement around; an operator or a literal with parts.
    Evaluate,
    /// Reads the variable of this name; in a pattern it is bound.
    Name,
    /// Reads a variable if one of that name is known here, else calls the function of that name without arguments.
    NameOrCall,
    /// The current object.
    This,
    /// A field of the current object by its own name (`@x`).
    OwnField,
    /// `object.name`. Of the current object it is a variable of its own.
    Member {
        /// The object.
        object: At,
        /// The name after the dot.
        name: At,
    },
    /// `object[index]`: assigning to it changes the object.
    Element {
        /// The container.
        object: At,
    },
    /// A call of the value of `function`.
    Call {
        /// The callee.
        function: At,
        /// The node whose named children are the arguments; several nodes (a trailing closure) all count.
        arguments: At,
    },
    /// A call that names its method apart from its object.
    MethodCall {
        /// The object, if there is one.
        object: At,
        /// The method's name.
        name: At,
        /// The arguments.
        arguments: At,
    },
    /// Makes an instance of `class`. What else it has (members, initial values) runs after the call.
    New {
        /// The type.
        class: At,
        /// The arguments.
        arguments: At,
    },
    /// `left = right`. Where `left` is a plain name it is defined; a member or element changes its object.
    Assign {
        /// The target.
        left: At,
        /// The value, which runs first.
        right: At,
    },
    /// `left op= right`: reads and defines. Where the operator is a plain `=`, as [`Form::Assign`]; with `||=`, `&&=` and
    /// `??=` the right side runs only sometimes.
    Compound {
        /// The target.
        left: At,
        /// The value.
        right: At,
    },
    /// `x++`: reads and defines `operand` (`""`: the first named child).
    Update {
        /// The target.
        operand: At,
    },
    /// A binary operator. If the operator's token is one of the language's short-circuit operators (`and`, `&&`, `or`,
    /// `||`, `??`, `?:`) the right side runs only sometimes; else as [`Form::Evaluate`].
    Binary {
        /// The left operand.
        left: At,
        /// The token.
        operator: At,
        /// The right operand.
        right: At,
    },
    /// A unary operator; `!`, `not` and `unless` swap the ways out of a condition, `&` is a [`Form::Address`].
    Unary {
        /// The token (`""`: the first one).
        operator: At,
        /// The operand.
        operand: At,
    },
    /// A part in parentheses, or wrapped in something that changes nothing for control (`"" `: the only named child).
    Pass {
        /// The part.
        value: At,
    },
    /// Hands a variable over to be changed (`&mut x`, `ref x`, `out x`, `&x` of C).
    Address {
        /// The variable.
        operand: At,
    },
    /// A function that only has arms chooses among them. A function without a name (or one whose name is given outside): its body is a region of its own.
    Closure {
        /// Parameters: a list, or one pattern.
        parameters: At,
        /// The body: a block or an expression, whose value is the result.
        body: At,
    },
    /// Leaves the function with an error, or goes on with a value (`x?`, `try x` of Swift).
    Propagate {
        /// The value.
        value: At,
    },
    /// Waits.
    Await {
        /// What for.
        value: At,
    },
    /// Hands a value out and goes on when asked again.
    Yield {
        /// The value.
        value: At,
    },
    /// A comprehension: clauses (of forms [`Form::ForEach`] without a body and [`Form::Filter`], or any statement) run
    /// in order around `element`.
    Comprehension {
        /// What is made for each round.
        element: At,
    },
    /// Clauses as those of a comprehension around `body`, which runs for its effect (`for` of Scala without `yield`).
    Loops {
        /// What repeats.
        body: At,
    },
    /// A condition among the clauses of a comprehension, or in the pattern of an arm.
    Filter {
        /// The condition.
        condition: At,
    },

    // --- statements ---
    /// Statements in order, in a scope of their own where the language has block scopes. As an expression it has the
    /// value of its last one.
    Block,
    /// As [`Form::Block`], where some names are known before they are defined: code tells which ones
    /// ([`Lower::hoist`]). Functions among the statements are made first.
    Hoisting(for<'t> fn(&mut Lower<'t>, Node<'t>)),
    /// Statements in order, without a scope.
    Sequence,
    /// One statement: its parts, each of its own form. Wraps expressions and declarations.
    Statement,
    /// Declares the names of a pattern. Without a value they are declared only.
    Declare {
        /// The name or pattern.
        name: At,
        /// The value, which runs first.
        value: At,
    },
    /// A parameter whose default value is evaluated where the function is made (Python).
    DefaultParameter {
        /// The name.
        name: At,
        /// The value.
        value: At,
    },
    /// Every plain name inside is bound by it, without a value that is looked at (imports, `global` in PHP).
    Binds,
    /// Names inside belong to an outer scope (`global x`, `nonlocal x`).
    Outer,
    /// The names inside have no value any more (`del x`).
    Delete,
    /// A decision. As an expression it has the value of the branch taken.
    If {
        /// The condition; several nodes must all hold, in order.
        condition: At,
        /// What runs if it holds.
        then: At,
        /// What runs if not: a block, another decision, or a node of form [`Form::Sequence`]; several nodes (`elif`
        /// clauses, `else`) are a chain, in order: each but the last is of form `If` without `otherwise`.
        otherwise: At,
    },
    /// As [`Form::If`], turned round.
    Unless {
        /// The condition.
        condition: At,
        /// What runs if it does not hold.
        then: At,
        /// What runs if it does.
        otherwise: At,
    },
    /// Runs `otherwise`, which leaves, unless the condition holds; what it binds is known after it (Swift's `guard`).
    Guard {
        /// The condition; several nodes must all hold.
        condition: At,
        /// What runs if not.
        otherwise: At,
    },
    /// A condition that matches a value with a pattern (`if let`).
    Matches {
        /// The pattern.
        pattern: At,
        /// The value.
        value: At,
    },
    /// Repeats `body` while the condition holds, which is looked at first.
    While {
        /// The condition.
        condition: At,
        /// What repeats.
        body: At,
        /// What runs when the condition failed (Python).
        otherwise: At,
    },
    /// As [`Form::While`] until the condition holds.
    Until {
        /// The condition.
        condition: At,
        /// What repeats.
        body: At,
    },
    /// Repeats `body` while the condition holds, which is looked at afterwards.
    DoWhile {
        /// What repeats.
        body: At,
        /// The condition.
        condition: At,
    },
    /// Repeats `body` until the condition holds, which is looked at afterwards and sees the names of the body.
    DoUntil {
        /// What repeats.
        body: At,
        /// The condition.
        condition: At,
    },
    /// Repeats `body` without end.
    Forever {
        /// What repeats.
        body: At,
    },
    /// `for (init; condition; update) body`.
    For {
        /// Runs first.
        init: At,
        /// Looked at before each round; missing, it always holds.
        condition: At,
        /// Runs after each round.
        update: At,
        /// What repeats.
        body: At,
    },
    /// `for pattern in iterable body`.
    ForEach {
        /// Takes each element.
        pattern: At,
        /// Evaluated once, first.
        iterable: At,
        /// What repeats.
        body: At,
        /// What runs when the elements are used up (Python).
        otherwise: At,
    },
    /// Chooses one of several arms: nodes of form [`Form::Case`] among the children of `cases` (`""`: of the node
    /// itself, other parts being left out).
    Switch(Switch),
    /// Chooses one of the nodes of form [`Form::Case`] that stand anywhere in its body, which runs on from there (C).
    Dispatch {
        /// What is compared.
        subject: At,
        /// The statement that the cases are in.
        body: At,
    },
    /// An arm of a switch.
    Case(Case),
    /// Runs `body`; handlers are children of form [`Form::Catch`] (or arms in one of those), `else` parts of
    /// [`Form::TryElse`], last parts of [`Form::Finally`], at any of the node's children.
    Try {
        /// What may raise; `""`: every child that is none of the above.
        body: At,
    },
    /// A handler.
    Catch {
        /// The types of what is caught, then (after `+`) its name; without a type everything is caught.
        pattern: At,
        /// What runs.
        body: At,
    },
    /// A handler that evaluates what it looks for; a name is bound by a form inside (`except E as e`).
    /// With a `*` it takes some of a group of errors only.
    CatchIf {
        /// What is looked for; without it everything is caught.
        types: At,
        /// What runs.
        body: At,
    },
    /// What runs after a body that did not raise.
    TryElse {
        /// What runs.
        body: At,
    },
    /// What runs on every way out.
    Finally {
        /// What runs.
        body: At,
    },
    /// Runs `body` with something that is closed on every way out (`with`, `using`, `try (…)`, `synchronized`). Handlers
    /// and last parts as of a [`Form::Try`] are around all of it.
    With {
        /// What is opened; several nodes open one after the other.
        items: At,
        /// What runs; `""`: the rest of the block around (`using var x = …;`).
        body: At,
        /// Whether closing may swallow an error (Python).
        swallows: bool,
    },
    /// Runs when the block (or the function) is left.
    Defer {
        /// What runs then.
        body: At,
        /// Whether it is the function that must be left (Go), else the block (Swift).
        function: bool,
    },
    /// Leaves a loop or switch.
    Break {
        /// Its label.
        label: At,
        /// The value of the loop (Rust).
        value: At,
    },
    /// Leaves the switch around that gives a value, with its value (Java's `yield`).
    Give {
        /// The value.
        value: At,
    },
    /// Goes on with the next round.
    Continue {
        /// The loop's label.
        label: At,
    },
    /// Goes on with the next arm of the switch.
    Fallthrough,
    /// Runs the loop's body again, without looking at the condition (Ruby).
    Redo,
    /// Runs the body of the `try` around again, in a handler (Ruby).
    Retry,
    /// Goes to a label of the function.
    Goto {
        /// The label.
        label: At,
    },
    /// Names what follows; a loop or block directly inside may be left and continued by that name.
    Label {
        /// The label.
        name: At,
        /// What it names; `""`: what follows in the block.
        body: At,
    },
    /// Leaves the function.
    Return {
        /// The result.
        value: At,
    },
    /// Leaves with an error.
    Raise {
        /// The error.
        value: At,
    },
    /// May leave with an error: `assert`.
    Assert {
        /// The condition.
        condition: At,
        /// What is evaluated if it does not hold.
        message: At,
    },
    /// A named function: defines its name. Inside a function its body is a region as a closure's is.
    Function {
        /// Its name.
        name: At,
        /// Its parameters.
        parameters: At,
        /// Its body.
        body: At,
    },
    /// A function that is assigned to what stands for its name (`function M.f()`).
    AssignedFunction {
        /// What it is assigned to.
        target: At,
        /// Its parameters.
        parameters: At,
        /// Its body.
        body: At,
    },
    /// A function whose clauses the code of the language names. Several nodes side by side may be one function.
    Clauses(for<'t> fn(&'t str, Node<'t>) -> Vec<Clause<'t>>),
    /// A type or module: defines its name. Members that run when it is defined are statements of the function around,
    /// methods are regions.
    Type {
        /// Its name.
        name: At,
        /// Its members.
        body: At,
    },
    /// The node has one of several forms, by its text or its place.
    Choose(for<'t> fn(&'t str, Node<'t>) -> &'static Form),
    /// The code of the language decides: `None` means that it did all there is to do, else the node is treated as if
    /// its kind had that form; then it must have done nothing, as it may be asked again.
    Custom(for<'t> fn(&mut Lower<'t>, Node<'t>) -> Option<&'static Form>),
    /// Control that the code of the language adds to the block being made; the value goes to the variable, if there is one.
    Control(for<'t> fn(&mut Lower<'t>, Node<'t>, Option<u32>)),
}

/// A choice among arms.
#[derive(Clone, Copy, Debug)]
pub struct Switch {
    /// What is compared; missing, the arms are conditions.
    pub subject: At,
    /// The node that holds the arms; `""` for the switch itself.
    pub cases: At,
    /// Whether arms are tried one after the other; else the subject chooses directly, as by a table.
    pub in_order: bool,
    /// Whether `break` leaves it.
    pub breaks: bool,
    /// Whether an arm goes on into the next one.
    pub falls: bool,
    /// Whether some arm is always taken, though none is a default.
    pub exhaustive: bool,
}

impl Switch {
    /// A match over `subject`: arms in order, one is taken.
    pub const MATCH: Self = Self { subject: "value", cases: "body", in_order: true, breaks: false, falls: false, exhaustive: true };
    /// A switch of the C family.
    pub const C: Self = Self { subject: "condition", cases: "body", in_order: false, breaks: true, falls: true, exhaustive: false };
}

/// An arm of a switch.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What the subject is compared with; names in it are bound if [`Case::binds`]. An arm without any is the default.
    pub pattern: At,
    /// A condition that must hold as well.
    pub guard: At,
    /// What runs; `""`: every child that is none of the above.
    pub body: At,
    /// Whether plain names in the pattern are bound (else they are read).
    pub binds: bool,
    /// Patterns with this text always match (`_`, `else`).
    pub default: &'static [&'static str],
}

impl Case {
    /// `pattern` → `value`, with `guard`.
    pub const ARM: Self = Self { pattern: "pattern", guard: "guard", body: "value", binds: true, default: &["_"] };
}
