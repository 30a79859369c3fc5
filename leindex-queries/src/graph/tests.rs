//! Promises of edges that follow from definitions and hierarchy, in small projects of several languages.

use crate::index::{ImpactOptions, StorePlace};
use crate::{EdgeInfo, Index, Options};

fn open(files: &[(&str, &str)]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
    let index = Index::open(folder.path(), Options { store: StorePlace::Memory, ..Options::default() }).expect("the folder can be read");
    (folder, index)
}

/// `path descriptor` without the project's name.
fn short(symbol: &str) -> String {
    symbol.split_once(' ').map_or(symbol, |(_, rest)| rest).to_owned()
}

fn shown(edge: &EdgeInfo) -> String {
    let target = edge.target.as_deref().map_or_else(|| format!("? of {}", edge.candidates), short);
    format!("{} -> {target} {}", short(&edge.source), edge.rule)
}

fn edges(files: &[(&str, &str)], kind: &str) -> Vec<String> {
    let (_folder, index) = open(files);
    index.snapshot().edges().expect("nobody cancels").iter().filter(|edge| edge.kind == kind).map(shown).collect()
}

fn check(kind: &str, files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(edges(files, kind), expected, "{kind} in {}", files[0].0);
}

#[test]
fn what_is_defined_inside_is_contained() {
    check(
        "contains",
        &[("a.py", "LIMIT = 1\nclass A:\n    def f(self):\n        def inner(): pass\n")],
        &[
            "a.py  -> a.py LIMIT. exact",
            "a.py  -> a.py A# exact",
            "a.py A# -> a.py A#f(). exact",
            "a.py A#f(). -> a.py A#f().inner(). exact",
        ],
    );
    check(
        "contains",
        &[("A.java", "class A { int x; class B { void f() {} } }")],
        &[
            "A.java  -> A.java A# exact",
            "A.java A# -> A.java A#x. exact",
            "A.java A# -> A.java A#B# exact",
            "A.java A#B# -> A.java A#B#f(). exact",
        ],
    );
    check(
        "contains",
        &[("a.ts", "namespace n { export interface I { f(): void } }")],
        &["a.ts  -> a.ts n/ exact", "a.ts n/ -> a.ts n/I# exact", "a.ts n/I# -> a.ts n/I#f(). exact"],
    );
}

#[test]
fn what_stands_outside_its_type_is_a_member() {
    check(
        "member",
        &[
            ("go.mod", "module m\n"),
            ("a.go", "package m\ntype T struct{}\nfunc (t T) A() {}\n"),
            ("b.go", "package m\nfunc (t *T) B() {}\n"),
        ],
        &["a.go T# -> a.go [T]A(). exact", "a.go T# -> b.go [T]B(). import"],
    );
    check(
        "member",
        &[
            ("src/lib.rs", "mod more;\npub struct S;\nimpl S { fn a(&self) {} }\n"),
            ("src/more.rs", "use crate::S;\nimpl S { pub fn b(&self) {} }\n"),
        ],
        &["src/lib.rs S# -> src/lib.rs impl#[S]a(). exact", "src/lib.rs S# -> src/more.rs impl#[S]b(). import"],
    );
    check(
        "member",
        &[("a.h", "class C { void f(int x); };\n"), ("a.cc", "#include \"a.h\"\nvoid C::f(int x) {}\n")],
        &["a.h C# -> a.cc [C]f(int). import"],
    );
    check(
        "member",
        &[("Sources/A.swift", "struct S {}\n"), ("Sources/B.swift", "extension S { func f() {} }\n")],
        &["Sources/A.swift S# -> Sources/B.swift impl#[S]f(). import"],
    );
    check(
        "member",
        &[
            ("A.cs", "namespace N { partial class P { void F() {} } }\n"),
            ("B.cs", "namespace N { partial class P { void G() {} } class P2 {} }\n"),
            ("C.cs", "namespace O { partial class P { void H() {} } }\n"),
        ],
        &["A.cs N/P# -> B.cs N/P#G(). import"],
    );
    check(
        "member",
        &[
            ("a.rb", "module M\n  class C\n    def f\n    end\n  end\nend\n"),
            ("b.rb", "module M\n  class C\n    def g\n    end\n  end\nend\nclass C\n  def h\n  end\nend\n"),
        ],
        &["a.rb M/C# -> b.rb M/C#g(). import"],
    );
    check("member", &[("a.py", "class A:\n    def f(self): pass\n")], &[]);
}

#[test]
fn a_declaration_leads_to_its_definition() {
    check(
        "declares",
        &[
            (
                "a.h",
                "namespace n {\nclass Ahead;\nint area(int w, int h);\nint area(int side);\nclass C { int f(); int g() { return 1; } };\nextern int total;\n}\n",
            ),
            (
                "a.cc",
                "#include \"a.h\"\nnamespace n {\nclass Ahead {};\nint area(int w, int h) { return w * h; }\nint area(int side) { return side; }\nint C::f() { return 2; }\nint total = 0;\n}\n",
            ),
            ("b.cc", "namespace other { int area(int w, int h) { return 0; } }\n"),
        ],
        &[
            "a.h n/Ahead# -> a.cc n/Ahead# import",
            "a.h n/area(int,int). -> a.cc n/area(int,int). import",
            "a.h n/area(int). -> a.cc n/area(int). import",
            "a.h n/C#f(). -> a.cc n/[C]f(). import",
            "a.h n/total. -> a.cc n/total. import",
        ],
    );
    check(
        "declares",
        &[
            ("a.h", "void start(void);\nvoid lone(void);\n"),
            ("unix.c", "#include \"a.h\"\nvoid start(void) {}\n"),
            ("win.c", "#include \"a.h\"\nvoid start(void) {}\n"),
        ],
        &["a.h start(). -> ? of 2 ambiguous"],
    );
    check("declares", &[("a.c", "static int hidden(void) { return 0; }\n"), ("b.c", "int hidden(void);\n")], &[]);
    check(
        "declares",
        &[("a.ts", "function f(x: string): void;\nfunction f(x: number): void;\nfunction f(x: any) {}\n")],
        &["a.ts f(). -> a.ts f(+2). exact", "a.ts f(+1). -> a.ts f(+2). exact"],
    );
    check("declares", &[("I.java", "interface I { void f(); } class A implements I { public void f() {} }")], &[]);
}

#[test]
fn members_override_by_the_rules_of_their_language() {
    check(
        "override",
        &[(
            "a.py",
            "class A:\n    def f(self): pass\n    def __own(self): pass\nclass B(A):\n    pass\nclass C(B):\n    def f(self): pass\n    def __own(self): pass\n",
        )],
        &["a.py C#f(). -> a.py A#f(). type"],
    );
    check(
        "override",
        &[(
            "A.java",
            "interface I<T> { void take(T t); } abstract class A implements I<String> { void f(int x) {} private void p() {} static void s() {} }\n\
             class B extends A { public void take(String t) {} void f(int x) {} void f(long x) {} void p() {} static void s() {} B() {} }",
        )],
        &["A.java B#take(String). -> A.java I#take(T). type", "A.java B#f(int). -> A.java A#f(int). type"],
    );
    check(
        "override",
        &[(
            "a.ts",
            "interface I { f(): void }\nclass A implements I { f() {} #p() {} constructor() {} }\nclass B extends A { f() {} #p() {} constructor() { super(); } }\n",
        )],
        &["a.ts A#f(). -> a.ts I#f(). type", "a.ts B#f(). -> a.ts A#f(). type"],
    );
    check(
        "override",
        &[(
            "a.cc",
            "class A { public: virtual int f(int x); int plain(); };\nclass B : public A { public: int f(int x); int plain(); int f(); };\nint B::f(int x) { return x; }\n",
        )],
        &["a.cc B#f(int). -> a.cc A#f(int). type"],
    );
    check(
        "override",
        &[(
            "A.cs",
            "interface I { void F(); } class A : I { public void F() {} public virtual void G() {} public void H() {} }\nclass B : A { public override void G() {} public new void H() {} }",
        )],
        &["A.cs A#F(). -> A.cs I#F(). type", "A.cs B#G(). -> A.cs A#G(). type"],
    );
    check(
        "override",
        &[(
            "src/lib.rs",
            "trait T { fn f(&self) {} }\nstruct S;\nimpl T for S { fn f(&self) {} }\nstruct O;\nimpl T for O {}\nimpl O { fn f(&self) {} }\n",
        )],
        &["src/lib.rs impl#[S][T]f(). -> src/lib.rs T#f(). type"],
    );
    check(
        "override",
        &[("a.kt", "open class A { open fun f() {}\n open val v = 1\n}\nclass B : A() { override fun f() {}\n override val v = 2\n}\n")],
        &["a.kt B#f(). -> a.kt A#f(). type", "a.kt B#v. -> a.kt A#v. type"],
    );
    check(
        "override",
        &[("a.rb", "class A\n  def f\n  end\nend\nclass B < A\n  def f\n  end\nend\n")],
        &["a.rb B#f(). -> a.rb A#f(). type"],
    );
    check(
        "override",
        &[("go.mod", "module m\n"), ("a.go", "package m\ntype A struct{}\nfunc (A) F() {}\ntype B struct{ A }\nfunc (B) F() {}\n")],
        &[],
    );
}

const SHAPES: &str = "class Shape:\n    def area(self): raise NotImplementedError\n    def show(self):\n        return self.area()\n\
class Square(Shape):\n    def area(self): return 1\n    def own(self):\n        return super().area()\n\
class Circle(Shape):\n    def area(self): return 2\nclass Dot(Circle):\n    pass\n\
def total(shape: Shape):\n    return shape.area()\n";

#[test]
fn a_call_of_a_member_leads_to_each_override() {
    let (_folder, index) = open(&[("a.py", SHAPES)]);
    let snapshot = index.snapshot();
    let rows: Vec<String> = snapshot.why("a.py", 14).expect("it is there").iter().map(|(edge, _)| shown(edge)).collect();
    assert!(rows.contains(&"a.py total(). -> a.py Shape#area(). type".to_owned()), "{rows:?}");
    let by_hierarchy = |edges: &[EdgeInfo]| edges.iter().filter(|edge| edge.rule == "hierarchy").map(shown).collect::<Vec<_>>();
    let callees = snapshot.callees("total").expect("it is there");
    assert_eq!(
        by_hierarchy(&callees.edges),
        ["a.py total(). -> a.py Square#area(). hierarchy", "a.py total(). -> a.py Circle#area(). hierarchy"]
    );
    assert!(callees.edges.iter().filter(|edge| edge.rule == "hierarchy").all(|edge| edge.candidates == 2));
    let callers = snapshot.callers("Circle.area").expect("it is there");
    assert_eq!(
        by_hierarchy(&callers.edges),
        ["a.py Shape#show(). -> a.py Circle#area(). hierarchy", "a.py total(). -> a.py Circle#area(). hierarchy"],
        "a call through `super` runs no override"
    );
    let all = snapshot.edges().expect("nobody cancels");
    assert_eq!(by_hierarchy(&all).len(), 4, "{:?}", by_hierarchy(&all));
}

#[test]
fn a_call_that_names_the_type_is_not_dispatched() {
    let files = [("a.py", "class A:\n    def f(self): pass\nclass B(A):\n    def f(self):\n        A.f(self)\n")];
    let (_folder, index) = open(&files);
    let edges = index.snapshot().edges().expect("nobody cancels");
    assert!(edges.iter().any(|edge| edge.kind == "call" && edge.target.is_some()));
    assert!(edges.iter().all(|edge| edge.rule != "hierarchy"));
}

#[test]
fn an_object_made_here_is_of_no_type_below() {
    let of = |body: &str| {
        let text = format!("class A:\n    def f(self): pass\nclass B(A):\n    def f(self): pass\ndef other(): pass\n{body}");
        edges(&[("a.py", &text)], "call").into_iter().filter(|edge| edge.ends_with("hierarchy")).count()
    };
    assert_eq!(of("def g():\n    a = A()\n    a.f()\n"), 0);
    assert_eq!(of("A().f()\n"), 0);
    assert_eq!(of("def g(a: A):\n    a.f()\n"), 1);
    assert_eq!(of("def make() -> A: return A()\ndef g():\n    a = make()\n    a.f()\n"), 1);
}

#[test]
fn super_never_leads_to_a_member_that_is_not_above() {
    let files =
        [("a.py", "import click\nclass Group(click.Group):\n    def get_command(self, name):\n        return super().get_command(name)\n")];
    let (_folder, index) = open(&files);
    let edges = index.snapshot().edges().expect("nobody cancels");
    let site: Vec<String> = edges.iter().filter(|edge| edge.kind == "call" && edge.target_name == "get_command").map(shown).collect();
    assert_eq!(site, ["a.py Group#get_command(). -> ? of 0 unresolved"]);
}

fn calls(files: &[(&str, &str)]) -> Vec<String> {
    edges(files, "call").into_iter().filter(|edge| !edge.contains('?')).collect()
}

#[test]
fn a_folder_without_init_is_a_package() {
    for import in ["from nest import imported", "from nest import imported as other\nimported = other"] {
        let main = format!("{import}\nimported.func()\n");
        let found = calls(&[("app/main.py", &main), ("app/nest/imported.py", "def func(): pass\n")]);
        assert_eq!(found, ["app/main.py  -> app/nest/imported.py func(). import"], "{import}");
    }
    let sibling = calls(&[("app/a.py", "from . import b\nb.func()\n"), ("app/b.py", "def func(): pass\n")]);
    assert_eq!(sibling, ["app/a.py  -> app/b.py func(). import"]);
    let own = calls(&[("x/__init__.py", "def x(): pass\n"), ("x/a.py", "from . import x\nx()\n")]);
    assert_eq!(own, ["x/a.py  -> x/__init__.py x(). import"]);
}

#[test]
fn a_call_through_a_variable_gives_what_the_function_gives() {
    let text = "def inner(): pass\ndef outer():\n    a = inner\n    return a\nb = outer\nb()()\n";
    let found = calls(&[("a.py", text)]);
    assert!(found.iter().any(|edge| edge.starts_with("a.py  -> a.py inner().")), "{found:?}");
}

#[test]
fn a_name_alone_leads_to_no_test() {
    let files = [
        ("src/a.py", "def f(x):\n    x.peculiar()\n"),
        ("tests/test_a.py", "class T:\n    def peculiar(self): pass\n    def g(self, y):\n        y.peculiar()\n"),
    ];
    assert_eq!(calls(&files), ["tests/test_a.py T#g(). -> tests/test_a.py T#peculiar(). name"]);
}

#[test]
fn what_a_decorator_is_a_member_of_is_not_called() {
    let text = "class Library:\n    def tag(self, f): return f\nregister = Library()\n@register.tag\ndef f(): pass\n";
    let found = calls(&[("a.py", text)]);
    assert_eq!(found, ["a.py  -> a.py Library# exact", "a.py  -> a.py Library#tag(). type"]);
}

const SHAPE_H: &str = "class Shape { public: virtual int Area(); };\nint Twice(Shape* shape);\n";
const SHAPE_CC: &str = "#include \"shape.h\"\nint Shape::Area() { return 1; }\nint Twice(Shape* shape) { return 2 * shape->Area(); }\n";
const MAIN_CC: &str = "#include \"shape.h\"\nint Run(Shape* shape) { return Twice(shape); }\n";

#[test]
fn a_declaration_and_its_definition_answer_as_one() {
    let (_folder, index) = open(&[("shape.h", SHAPE_H), ("shape.cc", SHAPE_CC), ("main.cc", MAIN_CC)]);
    let snapshot = index.snapshot();
    for place in ["shape.h:2", "shape.cc:3"] {
        let callers = snapshot.callers(place).expect("it is there");
        let sources: Vec<String> = callers.edges.iter().map(|edge| short(&edge.source)).collect();
        assert_eq!(sources, ["main.cc Run(Shape*)."], "{place}");
        let impact = snapshot.impact(&[place], ImpactOptions::default()).expect("it is there");
        assert!(impact.members.iter().any(|member| member.symbol.ends_with("main.cc Run(Shape*).")), "{place}: {:?}", impact.members);
    }
}

#[test]
fn impact_reaches_what_overrides_and_what_may_run() {
    let (_folder, index) = open(&[("a.py", SHAPES)]);
    let snapshot = index.snapshot();
    let members = |name: &str| {
        let impact = snapshot.impact(&[name], ImpactOptions::default()).expect("it is there");
        impact
            .members
            .iter()
            .map(|member| format!("{} {}", short(&member.symbol), member.proof.last().map_or("", |edge| edge.rule)))
            .collect::<Vec<_>>()
    };
    let circle = members("Circle.area");
    assert!(circle.contains(&"a.py total(). hierarchy".to_owned()), "{circle:?}");
    assert!(!circle.iter().any(|member| member.contains("Square")), "{circle:?}");
    let shape = members("Shape.area");
    for expected in ["a.py Square#area(). type", "a.py Circle#area(). type", "a.py total(). type", "a.py Square#own(). type"] {
        assert!(shape.contains(&expected.to_owned()), "{expected}: {shape:?}");
    }
}

#[test]
fn measured_rules_say_how_sure_they_are() {
    let (_folder, index) = open(&[("a.py", "def f(): pass\ndef g(): f()\n")]);
    let edges = index.snapshot().edges().expect("nobody cancels");
    let call = edges.iter().find(|edge| edge.kind == "call").expect("there is a call");
    assert_eq!(
        call.confidence,
        crate::names::confidence::measured(crate::names::entity::Rule::Exact, "python").and_then(|cell| cell.precision())
    );
    assert!(call.confidence.is_some());
    assert!(edges.iter().filter(|edge| edge.kind != "call").all(|edge| edge.confidence.is_none()));
}
