//! What a node kind means: the vocabulary of a language's table, which the walk understands.

use tree_sitter::Node;

use crate::syntax::rows::{BaseKind, BindingKind, ScopeKind, SymbolKind};
use crate::syntax::walk::Walk;

/// Where a part of a node is found: a field's name, one of several children in a field (`"name#2"`), the position of a
/// named child (`"0"`), the kind of a child (`"=arguments"`), or `""` for nowhere.
pub type At = &'static str;

/// What a node kind means to the walk.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    /// Nothing of interest is inside.
    Skip,
    /// A comment: may document the definition after it.
    Comment,
    /// An attribute or annotation that stands before a definition as its sibling; its names are decorator uses.
    Attribute,
    /// Stands around a definition and belongs to it (`decorated_definition`, `template_declaration`).
    Wrapper,
    /// A wrapper that exports what it holds; `value` is an expression exported as default.
    Export {
        /// The default export's expression.
        value: At,
    },
    /// Gives its name to the definition that is its value: `const f = () => …`, `f = function() … end`, `key: class {}`.
    /// See [`NameAt::Given`] and [`Walk::give_name`].
    Named {
        /// The name; it is no use.
        name: At,
        /// The definition.
        value: At,
        /// A declared type.
        ty: At,
    },
    /// A definition. Where it has no name it is a scope only.
    Define(Define),
    /// A scope that is no symbol: a block, a lambda, a comprehension.
    Scope(ScopeKind),
    /// A function without a name, whose single parameter may stand without a list.
    Lambda {
        /// The parameter or the list of parameters.
        parameter: At,
    },
    /// A scope whose members belong to the type that `ty` names; `base` is a trait it implements for that type.
    Extension {
        /// The type that gets the members.
        ty: At,
        /// The trait or interface implemented.
        base: At,
    },
    /// A name used as a value, or as whatever the place around it says.
    Name,
    /// A name made of several tokens, taken whole (`$x`).
    WholeName,
    /// A name that is a call without arguments where no local variable has it (Ruby). The code may claim such a call
    /// for something else (`private`).
    NameOrCall(fn(&mut Walk<'_>, Node<'_>) -> bool),
    /// A field of the current object by its own name (`@x`).
    OwnField,
    /// A name that is always a type.
    TypeName,
    /// A name of a value; inside a type it is a type variable and no use (Haskell).
    Variable,
    /// The current object.
    This,
    /// The current object as its base.
    Super,
    /// A value of a built-in type, with that type's name.
    Literal(&'static str),
    /// `object.name`.
    Member {
        /// The object, type or module before the dot.
        object: At,
        /// The name after it.
        name: At,
    },
    /// A call of the value of `function`.
    Call {
        /// The callee.
        function: At,
        /// The node whose named children are the arguments.
        arguments: At,
    },
    /// A further argument list of the call at `function` (`f(a)(b)`).
    Curried {
        /// The call.
        function: At,
        /// The node whose named children are the arguments.
        arguments: At,
    },
    /// A call that names its method apart from its object (Java, Ruby, PHP).
    MethodCall {
        /// The object; where it is missing the call is of a plain name.
        object: At,
        /// The method's name.
        name: At,
        /// The node whose named children are the arguments.
        arguments: At,
    },
    /// Gives a function one more argument: a curried application, a pipe.
    Apply {
        /// The function.
        function: At,
        /// The argument; with `""` every other part is one, and adds nothing to the arity.
        argument: At,
    },
    /// Makes an instance of the type at `class`.
    New {
        /// The type.
        class: At,
        /// The node whose named children are the arguments.
        arguments: At,
    },
    /// An element of the value at `object`.
    Element {
        /// The container.
        object: At,
    },
    /// Has the value of one part (parentheses, `await`, casts: `value` is that part; `ty` is walked as a type).
    Pass {
        /// The part.
        value: At,
        /// A type inside.
        ty: At,
    },
    /// A type with type arguments: it stands for the type, and the last argument is what a value of it holds.
    Generic {
        /// The type without its arguments.
        container: At,
    },
    /// Runs members of the value of one part, without a call of them; stands for an unknown value.
    Implicit {
        /// The part.
        value: At,
        /// The members, in the order in which they run.
        members: &'static [&'static str],
    },
    /// `object?.…`: what is reached through the object, if there is one. Inside `value` the object is
    /// [`Walk::conditional_object`].
    Conditional {
        /// The object.
        object: At,
        /// What is done with it.
        value: At,
    },
    /// `name: value` in a call, a class head or a literal: the name is no use here.
    Keyword {
        /// The name.
        name: At,
        /// The value, walked as an expression.
        value: At,
    },
    /// Everything inside is a type; the value is that of the first part.
    Type,
    /// Gives the definitions inside one type (`public int $a, $b;`).
    Group {
        /// The type.
        ty: At,
    },
    /// The part of a definition that holds its return type.
    Signature {
        /// The type.
        ty: At,
    },
    /// Several members of one object (`a..b()..c()`); parts inside reach it by the object `..`.
    Cascade {
        /// The object.
        object: At,
    },
    /// A qualified type written flat (`a.b.C<T>`): each name inside is a member of the one before.
    TypePath,
    /// Types inside that are no bases, whatever the place around says (type arguments).
    Types,
    /// Expressions inside that are read, whatever the place around says (arguments of an annotation or a base).
    Values,
    /// Everything inside is the return type of the function around (`-> T` after the parameters).
    ReturnType,
    /// Gives a function's result. A function whose body is an expression gives that without this role.
    Return {
        /// The value; with `""` the node is a function's body, which gives the value of its last part.
        value: At,
    },
    /// Values or names in order. A list on the left of a declaration or assignment is paired with one on its right.
    List {
        /// A single value opposite goes to the first name (several results), rather than being taken apart.
        first: bool,
    },
    /// An expression that makes a container of values in order (`a, b`, `[a, b]`): opposite a list of names it is taken
    /// apart, elsewhere it is a literal of this type.
    Items(&'static str),
    /// A starred part of a list: takes or gives any number of its values.
    Rest,
    /// A part of a pattern in which plain names are declared (`let` in a pattern).
    Bindings,
    /// A pattern that takes a value apart: `ty` is a type, the names elsewhere are taken as the place says.
    Pattern {
        /// The type or constructor matched.
        ty: At,
    },
    /// `left = right`.
    Assign {
        /// What is assigned to.
        left: At,
        /// The value.
        right: At,
        /// A declared type.
        ty: At,
    },
    /// Several names declared with one type (`int a = 1, b;`): the nodes of role [`Role::Declare`] inside have the
    /// type and the span of this one.
    Declarators {
        /// The declared type.
        ty: At,
    },
    /// Declares the names of a pattern (`let`, `var`, `for x in`, `catch (e)`).
    Declare(Declare),
    /// Declares several names with one type (`int a = 1, *b;`): each part at `name` is a name or a node of role
    /// [`Role::Declare`], which has the type and the span of this one.
    Declarations(Declare),
    /// The parameter that stands for the object of an extension method: the function belongs to its type.
    ReceiverParameter {
        /// Its name.
        name: At,
        /// Its type.
        ty: At,
    },
    /// A parameter whose type is written around its name (`int (*f)(void)`).
    DeclaratorParameter {
        /// Its name.
        name: At,
        /// What its type begins with.
        ty: At,
        /// Its default value; a parameter with one is optional.
        default: At,
        /// Takes any number of arguments.
        variadic: bool,
    },
    /// A parameter of the function around it.
    Parameter {
        /// Its name or pattern.
        name: At,
        /// Its type.
        ty: At,
        /// Its default value; a parameter with one is optional.
        default: At,
        /// Takes any number of arguments.
        variadic: bool,
    },
    /// A parameter list in which a bare name is a parameter.
    Parameters,
    /// Every plain name inside is bound in this way.
    Binds(BindingKind),
    /// A scope in which the names of a pattern hold: a branch of a case, a clause of a lambda.
    Clause {
        /// The pattern.
        pattern: At,
        /// What it opens.
        scope: ScopeKind,
    },
    /// A type parameter.
    TypeParameter {
        /// Its name.
        name: At,
    },
    /// The types inside are bases of the definition around it.
    Bases(BaseKind),
    /// A decorator or annotation: its names are decorator uses.
    Decorator,
    /// Names inside belong to an outer scope (`global x`).
    Outer,
    /// The code of the language decides.
    Custom(fn(&mut Walk<'_>, Node<'_>) -> Visit),
}

/// A definition of names that are not symbols on their own.
#[derive(Clone, Copy, Debug)]
pub struct Declare {
    /// The name or pattern.
    pub name: At,
    /// The initial value.
    pub value: At,
    /// The declared type.
    pub ty: At,
    /// Whether the value is iterated over (`for`): the name gets an element.
    pub element: bool,
    /// How the names are bound.
    pub kind: BindingKind,
    /// Bound in the function's scope, not the block's (`var`).
    pub hoisted: bool,
    /// Outside functions each name is a symbol of this kind, in a type of the second.
    pub symbol: Option<(SymbolKind, SymbolKind)>,
    /// Opens a block of its own for the names (`for`).
    pub scope: bool,
    /// In a pattern, names that begin with a capital letter are constants or constructors to compare with.
    pub capitals: bool,
    /// Several declarations in a row, each a name and what is said of it (Swift's `let a = 1, b = 2`, `if let x = y, z`).
    pub sequence: bool,
}

impl Declare {
    /// A local variable: fields `name` or `pattern`, `value`, `type` are the usual ones, to be overridden.
    pub const LOCAL: Self = Self {
        name: "name",
        value: "value",
        ty: "type",
        element: false,
        kind: BindingKind::Variable,
        hoisted: false,
        symbol: None,
        scope: false,
        capitals: false,
        sequence: false,
    };
}

/// A definition that becomes a symbol.
#[derive(Clone, Copy, Debug)]
pub struct Define {
    /// What it is.
    pub kind: SymbolKind,
    /// What it is inside a type or extension.
    pub kind_in_type: SymbolKind,
    /// Where its name stands.
    pub name: NameAt,
    /// Its body; without one it is a declaration (for callables).
    pub body: At,
    /// Its return type or, for fields and variables, its type.
    pub ty: At,
    /// Its bases, if they lie under a field rather than in a node of role [`Role::Bases`].
    pub bases: At,
    /// Its value (constants, variables, fields).
    pub value: At,
    /// The type that it belongs to though it stands elsewhere (Go receivers).
    pub self_type: At,
    /// A parameter that stands without a list (`x => x`).
    pub parameter: At,
    /// What it opens for the names inside.
    pub scope: Option<ScopeKind>,
}

impl Define {
    const fn base(kind: SymbolKind, kind_in_type: SymbolKind, scope: Option<ScopeKind>) -> Self {
        Self {
            kind,
            kind_in_type,
            name: NameAt::Field("name"),
            body: "body",
            ty: "",
            bases: "",
            value: "",
            self_type: "",
            parameter: "",
            scope,
        }
    }

    /// A function with fields `name`, `body`, `return_type`; a method inside a type.
    pub const FUNCTION: Self =
        Self { ty: "return_type", ..Self::base(SymbolKind::Function, SymbolKind::Method, Some(ScopeKind::Function)) };
    /// A constructor with fields `name`, `body`.
    pub const CONSTRUCTOR: Self = Self::base(SymbolKind::Constructor, SymbolKind::Constructor, Some(ScopeKind::Function));
    /// A field with `name`, `type` and `value`.
    pub const FIELD: Self = Self { ty: "type", value: "value", body: "", ..Self::base(SymbolKind::Field, SymbolKind::Field, None) };

    /// A type with fields `name` and `body`.
    pub const fn type_of(kind: SymbolKind) -> Self {
        Self::base(kind, kind, Some(ScopeKind::Type))
    }

    /// A namespace with fields `name` and `body`.
    pub const NAMESPACE: Self = Self::base(SymbolKind::Namespace, SymbolKind::Namespace, Some(ScopeKind::Namespace));
    /// A type alias with fields `name` and `value`.
    pub const ALIAS: Self = Self { ty: "value", body: "", ..Self::base(SymbolKind::TypeAlias, SymbolKind::TypeAlias, None) };
}

/// Where a definition's name stands.
#[derive(Clone, Copy, Debug)]
pub enum NameAt {
    /// In a field or at a position.
    Field(At),
    /// Where this code finds it; `None` means the node defines nothing.
    Find(for<'t> fn(Node<'t>) -> Option<Node<'t>>),
    /// A node of role [`Role::Named`] around it gives it; else it stands in the field `name`.
    Given,
    /// It is always called this.
    Fixed(&'static str),
}

/// What is done with a node after [`Role::Custom`] looked at it.
#[derive(Clone, Copy, Debug)]
pub enum Visit {
    /// Its children are walked; it stands for an unknown value.
    Children,
    /// It is done.
    Skip,
    /// It is treated as if its kind had this role.
    As(&'static Role),
    /// As [`Visit::As`]; the code runs inside the scope or symbol that the role opens, before the children.
    Then(&'static Role, fn(&mut Walk<'_>, Node<'_>)),
    /// It continues the definition of this symbol (the next clause of a function), in a scope of its own; the code
    /// runs inside.
    Again(u32, fn(&mut Walk<'_>, Node<'_>)),
}
