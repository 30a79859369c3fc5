//! The one form that every language is lowered to: structured control over steps.
//!
//! A step runs from its first part to its last without a choice; what it does with variables are its mentions. Control
//! stays structured (branches, loops, arms, handlers), so that the graph builder alone knows what leaving one means.
//! Nothing here knows a language or a syntax tree.

use serde::{Deserialize, Serialize};

/// Points nowhere.
pub(crate) const NONE: u32 = u32::MAX;

/// Items in a row: a range of [`Program::items_in_blocks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// A lowered function (or top level) with the functions inside.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) calls: Vec<Call>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) regions: Vec<RegionSource>,
    pub(crate) items: Vec<Item>,
    pub(crate) items_in_blocks: Vec<u32>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) handlers: Vec<Handler>,
}

impl Program {
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.mentions.clear();
        self.calls.clear();
        self.variables.clear();
        self.regions.clear();
        self.items.clear();
        self.items_in_blocks.clear();
        self.conditions.clear();
        self.arms.clear();
        self.handlers.clear();
    }
}

/// A function: the one that was lowered, or one inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegionSource {
    /// The region around, or [`NONE`].
    pub(crate) parent: u32,
    /// The step that makes the closure, in the region around, or [`NONE`].
    pub(crate) owner: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Defines parameters and what is known on entry.
    pub(crate) entry: u32,
    pub(crate) exit: u32,
    pub(crate) body: Block,
    /// Deferred code that may have been registered (see [`Item::Defer`]) outside the function's first block.
    pub(crate) deferred: Block,
    /// Where an error goes on after deferred code.
    pub(crate) cleanup: u32,
}

/// What a statement or part of one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// Where a function begins: parameters and captures get their values.
    Entry,
    /// Where a function ends.
    Exit,
    /// An expression, declaration or assignment.
    Statement,
    /// A condition, or one operand of `and` and `or` in one.
    Condition,
    /// The head of a loop: takes the next element, or is the loop itself where it has no condition.
    Loop,
    /// The value that a switch chooses by.
    Switch,
    /// The pattern of an arm.
    Case,
    /// The head of a handler.
    Catch,
    /// What closes a `with`.
    Cleanup,
    /// Leaves the function.
    Return,
    /// Raises an error.
    Raise,
    /// Leaves or repeats a loop, a switch or a labelled block, or goes to a label.
    Jump,
    /// Registers deferred code.
    Defer,
    /// Deferred code runs.
    Deferred,
    /// Hands out a value.
    Yield,
    /// Waits.
    Await,
    /// Makes a function, named or not.
    Closure,
    /// Syntax without a known meaning: defines and uses what it mentions.
    Opaque,
}

impl StepKind {
    /// The name used in tables, JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Statement => "statement",
            Self::Condition => "condition",
            Self::Loop => "loop",
            Self::Switch => "switch",
            Self::Case => "case",
            Self::Catch => "catch",
            Self::Cleanup => "cleanup",
            Self::Return => "return",
            Self::Raise => "raise",
            Self::Jump => "jump",
            Self::Defer => "defer",
            Self::Deferred => "deferred",
            Self::Yield => "yield",
            Self::Await => "await",
            Self::Closure => "closure",
            Self::Opaque => "opaque",
        }
    }
}

/// What runs as one: bytes are counted from the start of what was lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Its first mention.
    pub first_mention: u32,
    /// How many mentions it has.
    pub mentions: u32,
    pub(crate) flags: StepFlags,
}

/// What control does at a step, besides what its kind says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepFlags(pub(crate) u8);

impl StepFlags {
    /// It may raise an error where something looks after it.
    pub(crate) const RAISES: u8 = 1;
    /// It says itself that it may leave with an error (`?`).
    pub(crate) const PROPAGATES: u8 = 2;
    /// Part of it is opaque.
    pub(crate) const OPAQUE: u8 = 4;
    /// As a condition it always holds, or never.
    pub(crate) const ALWAYS: u8 = 8;
    pub(crate) const NEVER: u8 = 16;
    pub(crate) const AWAITS: u8 = 32;
    pub(crate) const YIELDS: u8 = 64;
    /// It yields, and may be told to leave instead of going on.
    pub(crate) const CLOSES: u8 = 128;

    pub(crate) const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    pub(crate) fn set(&mut self, flag: u8) {
        self.0 |= flag;
    }
}

/// What a mention does with its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MentionKind {
    /// Reads it.
    Use,
    /// Gives it a value; the one before is gone.
    Define,
    /// May change what it holds; the value before may still be there.
    Modify,
    /// Takes its value away.
    Delete,
}

/// One mention of a variable in a step, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The variable.
    pub variable: u32,
    /// What is done with it.
    pub kind: MentionKind,
    /// First byte of its name.
    pub at: u32,
    /// The innermost call it is an argument of, or [`u32::MAX`].
    pub call: u32,
    /// Which argument: 0 the receiver (or the function itself), then from 1. In an entry: which parameter.
    pub argument: u16,
}

/// One call in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// First byte of the name called: where an edge to the callee has its site.
    pub at: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The step it is in.
    pub step: u32,
    /// The innermost call that its value is an argument of, or [`u32::MAX`].
    pub call: u32,
    /// Which argument.
    pub argument: u16,
    /// How many arguments it has.
    pub arguments: u16,
    /// Whether it has a receiver.
    pub receiver: bool,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VariableKind {
    /// Declared or assigned in its region.
    Local,
    /// A parameter.
    Parameter,
    /// A parameter that stands for a variable of the caller: assigning to it changes that.
    Reference,
    /// The current object.
    Receiver,
    /// A field of the current object.
    Field,
    /// A variable of the region around.
    Capture,
    /// Not bound in what was lowered: a global, an import, a field without `this`.
    Free,
    /// The value of an expression with control inside.
    Temporary,
    /// What the region gives.
    Result,
}

impl VariableKind {
    /// Whether the caller of a function sees what is changed in it.
    pub(crate) const fn is_seen_outside(self) -> bool {
        matches!(self, Self::Parameter | Self::Reference | Self::Field | Self::Receiver)
    }
}

/// A variable of one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// What it is.
    pub kind: VariableKind,
    /// First byte of its name where it was met first.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The region it belongs to.
    pub region: u32,
    /// The variable of the region around that it captures, or [`u32::MAX`].
    pub outer: u32,
}

/// A condition with short circuits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Leaf(u32),
    And(u32, u32),
    Or(u32, u32),
    Not(u32),
    /// What runs before it is looked at.
    After(Block, u32),
}

/// One item of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Step(u32),
    Branch {
        condition: u32,
        then: Block,
        otherwise: Block,
    },
    /// The condition is looked at first. The head of a loop over values is one: it holds while there is another value.
    While {
        condition: u32,
        body: Block,
        update: Block,
        otherwise: Block,
    },
    /// A loop without a condition.
    Forever {
        head: u32,
        body: Block,
        update: Block,
    },
    DoWhile {
        body: Block,
        condition: u32,
    },
    Switch {
        head: u32,
        first_arm: u32,
        arms: u32,
        kind: SwitchKind,
    },
    /// A switch whose cases are labels in its body.
    Dispatch {
        head: u32,
        body: Block,
    },
    /// A label of the [`Item::Dispatch`] around.
    Case {
        test: u32,
        default: bool,
    },
    Try {
        body: Block,
        first_handler: u32,
        handlers: u32,
        in_order: bool,
        otherwise: Block,
        finally: Option<Block>,
        cleanup: u32,
    },
    /// `body` between what opened something and the step that closes it.
    With {
        body: Block,
        cleanup: u32,
        swallows: bool,
    },
    /// Code that runs when the rest of the block is done.
    Defer {
        registration: u32,
        deferred: Block,
        cleanup: u32,
    },
    Return {
        step: u32,
    },
    Raise {
        step: u32,
    },
    Break {
        step: u32,
        label: u32,
    },
    Continue {
        step: u32,
        label: u32,
    },
    /// The arm does not fit after all: the next one is tried.
    NextArm,
    /// Leaves that many loops and switches, the last one or, for its next round, all but the last one.
    Leave {
        step: u32,
        levels: u32,
        again: bool,
    },
    /// Ends the program, whatever looks after errors.
    Abort {
        step: u32,
    },
    Fallthrough {
        step: u32,
    },
    Redo {
        step: u32,
    },
    Retry {
        step: u32,
    },
    Goto {
        step: u32,
        label: u32,
    },
    /// A label and what it names.
    Label {
        label: u32,
        body: Block,
    },
}

/// How a switch chooses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SwitchKind {
    pub(crate) in_order: bool,
    pub(crate) breaks: bool,
    pub(crate) falls: bool,
    pub(crate) exhaustive: bool,
}

/// An arm of a switch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arm {
    pub(crate) test: u32,
    /// A condition, or [`NONE`].
    pub(crate) guard: u32,
    pub(crate) default: bool,
    /// What a `goto` names it by, or [`NONE`].
    pub(crate) label: u32,
    pub(crate) body: Block,
}

/// A handler of a try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler {
    pub(crate) head: u32,
    pub(crate) catches_all: bool,
    /// It takes some of a group of errors; the handlers after it look at the rest (`except*`).
    pub(crate) takes_some: bool,
    pub(crate) body: Block,
}
