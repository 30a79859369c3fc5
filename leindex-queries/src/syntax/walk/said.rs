//! What the code of a language says before the walk does it.

use crate::syntax::rows::{NONE, Str, SymbolFlags};

/// What a hook says of the definition that it is about to open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    pub(super) name: Option<(u32, u32)>,
    /// Node id of the name.
    pub(super) name_node: usize,
    pub(super) ty: Option<(u32, u32)>,
    pub(super) module: [Str; 2],
    pub(super) flags: SymbolFlags,
    pub(super) doc: Option<Str>,
    /// How many parameters were added before it.
    pub(super) parameters: u32,
    pub(super) self_type: u32,
    /// It is not known by its plain name.
    pub(super) unbound: bool,
    /// The function literal that is the definition's body.
    pub(super) function: usize,
}

impl Next {
    pub(super) const NOTHING: Self = Self {
        name: None,
        name_node: 0,
        ty: None,
        module: [Str::EMPTY; 2],
        flags: SymbolFlags(0),
        doc: None,
        parameters: 0,
        self_type: NONE,
        unbound: false,
        function: 0,
    };
}

/// What [`Role::Custom`] code adds to the role that it chose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) arity: u16,
    /// A parameter that may be left out though it holds no default.
    pub(super) optional: bool,
    /// A parameter that is a field of the type as well.
    pub(super) field: bool,
    /// The name for the definition in a node of role [`Role::Named`], where it is not its `name` part.
    pub(super) name: (u32, u32),
    /// The use that names the type which that definition belongs to.
    pub(super) owner: u32,
    /// The short-circuit operator between the operands, or 0.
    pub(super) operator: u16,
}

impl Said {
    pub(super) const NOTHING: Self = Self { arity: 0, optional: false, field: false, name: (NONE, NONE), owner: NONE, operator: 0 };
}
