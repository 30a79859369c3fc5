//! How plain names are taken in a part of the tree.

use crate::languages::{Role, Slot};
use crate::syntax::rows::{BaseKind, BindingKind, SymbolKind, UseRole};

/// How plain names are taken in a part of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Type,
    Base(BaseKind),
    Decorator,
    /// Names are assigned to.
    Write,
    /// Names are declared.
    Declare {
        kind: BindingKind,
        hoisted: bool,
        symbol: Option<(SymbolKind, SymbolKind)>,
        capitals: bool,
    },
    Outer,
}

/// How names are taken in a part of a node with a role.
pub(super) fn mode_of_part(role: &Role, slot: Slot, inherited: Mode) -> Mode {
    match (role, slot) {
        (Role::Declare(declare) | Role::Declarations(declare), Slot::Left) => {
            Mode::Declare { kind: declare.kind, hoisted: declare.hoisted, symbol: declare.symbol, capitals: declare.capitals }
        }
        (Role::Parameter { .. } | Role::Lambda { .. } | Role::DeclaratorParameter { .. } | Role::ReceiverParameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::TypeParameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::TypeParameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::Define(_), Slot::Left) => Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false },
        (Role::Assign { .. }, Slot::Left) => Mode::Write,
        (Role::Clause { .. }, Slot::Left) => Mode::Declare { kind: BindingKind::Variable, hoisted: false, symbol: None, capitals: false },
        (Role::Apply { .. }, Slot::Object | Slot::Value) => match inherited {
            Mode::Base(_) if slot == Slot::Value => Mode::Type,
            Mode::Declare { .. } | Mode::Type | Mode::Base(_) => inherited,
            _ => Mode::Read,
        },
        (_, Slot::Type) => Mode::Type,
        (Role::Define(_) | Role::Extension { .. }, Slot::SelfType) => Mode::Type,
        (Role::Define(_), Slot::Bases) => Mode::Base(BaseKind::Inherit),
        (Role::Extension { .. }, Slot::Bases) => Mode::Base(BaseKind::Implement),
        (Role::New { .. }, Slot::Class) => Mode::Type,
        (Role::Member { .. }, Slot::Object) => match inherited {
            Mode::Type => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::Curried { .. } | Role::MethodCall { .. } | Role::Element { .. }, Slot::Object) => match inherited {
            Mode::Decorator | Mode::Base(_) => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::Curried { .. } | Role::MethodCall { .. } | Role::New { .. }, Slot::Arguments | Slot::Other) => {
            Mode::Read
        }
        (Role::Element { .. }, _) => match inherited {
            Mode::Type | Mode::Base(_) => Mode::Type,
            _ => Mode::Read,
        },
        (Role::Type, Slot::Other) => match inherited {
            Mode::Base(_) => inherited,
            _ => Mode::Type,
        },
        (Role::Pass { .. } | Role::Generic { .. }, Slot::Value) => inherited,
        (Role::Generic { .. }, _) => match inherited {
            Mode::Base(_) => Mode::Type,
            other => other,
        },
        (Role::Pass { value, .. }, Slot::Other) => match inherited {
            Mode::Base(_) => Mode::Type,
            // Only the part with the name declares it (`name[SIZE]`).
            Mode::Declare { .. } if !value.is_empty() => Mode::Read,
            other => other,
        },
        (Role::Conditional { .. }, _) => Mode::Read,

        (_, Slot::Value | Slot::Body) => Mode::Read,
        (Role::Define(_), _) => Mode::Read,
        _ => inherited,
    }
}

/// How names are taken inside a node with a role, where its parts do not say otherwise.
pub(super) fn inner_mode(role: Option<&'static Role>, mode: Mode) -> Mode {
    match role {
        Some(Role::Bases(kind)) => Mode::Base(*kind),
        Some(Role::Decorator | Role::Attribute) => Mode::Decorator,
        Some(Role::Outer) => Mode::Outer,
        Some(Role::Bindings) => Mode::Declare { kind: BindingKind::Variable, hoisted: false, symbol: None, capitals: false },
        Some(Role::Types) => Mode::Type,
        Some(Role::Values) => Mode::Read,
        Some(Role::TypePath) if !matches!(mode, Mode::Base(_) | Mode::Decorator) => Mode::Type,
        Some(Role::Parameters) => Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false },
        Some(Role::Binds(kind)) => Mode::Declare { kind: *kind, hoisted: false, symbol: None, capitals: false },
        Some(Role::ReturnType) => Mode::Type,
        Some(Role::Type) if !matches!(mode, Mode::Base(_)) => Mode::Type,
        Some(
            Role::Scope(_) | Role::Clause { .. } | Role::Lambda { .. } | Role::Declarations(_) | Role::Define(_) | Role::Extension { .. },
        ) => Mode::Read,
        _ => mode,
    }
}

pub(super) fn use_role(mode: Mode) -> UseRole {
    match mode {
        Mode::Type => UseRole::Type,
        Mode::Base(_) => UseRole::Base,
        Mode::Decorator => UseRole::Decorator,
        Mode::Write => UseRole::Write,
        _ => UseRole::Read,
    }
}
