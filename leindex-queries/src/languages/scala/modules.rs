//! Modules and imports of Scala: packages as declared; paths that may begin in any package around.

use crate::languages::jvm;
use crate::names::rules::{FileContext, Import, ImportContext, Target};

pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    jvm::modules_of(file)
}

/// A path begins at a name in scope: a member of one of the packages around, the innermost first, or a root package.
pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    if let Some(rooted) = import.module.strip_prefix("_root_.") {
        return vec![Target::Module(rooted.to_owned()), Target::External(jvm::library(rooted))];
    }
    if import.module.is_empty() {
        return jvm::import_targets(context, import);
    }
    let mut targets = Vec::new();
    let package = context.modules.first().map_or("", String::as_str);
    let first = import.module.split('.').next().unwrap_or(import.module);
    let is_there = |module: &str| context.layout.has_module("jvm", module);
    let mut outer = if package.ends_with('/') { "" } else { package };
    while !outer.is_empty() {
        let module = format!("{outer}.{}", import.module);
        if is_there(&module) || is_there(&format!("{outer}.{first}")) {
            targets.push(Target::Module(module));
        }
        outer = outer.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    targets.push(Target::Module(import.module.to_owned()));
    targets.push(Target::External(jvm::library(import.module)));
    targets
}

/// Names that every file sees without an import, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "???",
    "AbstractMethodError",
    "Any",
    "AnyKind",
    "AnyRef",
    "AnyVal",
    "App",
    "ArithmeticException",
    "Array",
    "ArrayCarrier",
    "ArrayIndexOutOfBoundsException",
    "AssertionError",
    "AutoCloseable",
    "BigDecimal",
    "BigInt",
    "Boolean",
    "BufferedIterator",
    "Byte",
    "CanEqual",
    "Char",
    "CharSequence",
    "Character",
    "Class",
    "ClassCastException",
    "ClassLoader",
    "ClassNotFoundException",
    "CloneNotSupportedException",
    "Cloneable",
    "Comparable",
    "Console",
    "Conversion",
    "DelayedInit",
    "Deprecated",
    "DeprecatedInheritance",
    "Double",
    "DummyImplicit",
    "Dynamic",
    "Either",
    "Enumeration",
    "Equals",
    "Equiv",
    "Error",
    "Exception",
    "ExceptionInInitializerError",
    "Float",
    "Fractional",
    "Function",
    "Function0",
    "Function1",
    "Function2",
    "Function3",
    "FunctionalInterface",
    "IArray",
    "IllegalArgumentException",
    "IllegalStateException",
    "IncompatibleClassChangeError",
    "IndexOutOfBoundsException",
    "IndexedSeq",
    "Int",
    "Integer",
    "Integral",
    "InternalError",
    "InterruptedException",
    "Iterable",
    "IterableOnce",
    "Iterator",
    "LazyList",
    "Left",
    "LinkageError",
    "List",
    "Long",
    "Manifest",
    "Map",
    "MatchError",
    "Matchable",
    "Math",
    "Nil",
    "NoClassDefFoundError",
    "NoManifest",
    "NoSuchElementException",
    "None",
    "Nothing",
    "Null",
    "NullPointerException",
    "Number",
    "NumberFormatException",
    "Numeric",
    "Object",
    "OptManifest",
    "Option",
    "Ordered",
    "Ordering",
    "OutOfMemoryError",
    "Override",
    "PartialFunction",
    "PartialOrdering",
    "PartiallyOrdered",
    "Predef",
    "Process",
    "ProcessBuilder",
    "Product",
    "Product1",
    "Product2",
    "Product3",
    "Proxy",
    "Range",
    "Record",
    "Responder",
    "Right",
    "Runnable",
    "Runtime",
    "RuntimeException",
    "SafeVarargs",
    "ScalaReflectionException",
    "SecurityException",
    "Seq",
    "Serializable",
    "Set",
    "Short",
    "Singleton",
    "Some",
    "Specializable",
    "StackOverflowError",
    "StackTraceElement",
    "Stream",
    "String",
    "StringBuffer",
    "StringBuilder",
    "StringContext",
    "StringIndexOutOfBoundsException",
    "SuppressWarnings",
    "Symbol",
    "System",
    "Thread",
    "ThreadLocal",
    "Throwable",
    "Traversable",
    "TraversableOnce",
    "Tuple",
    "Tuple1",
    "Tuple2",
    "Tuple3",
    "Tuple4",
    "Tuple5",
    "UninitializedError",
    "UninitializedFieldError",
    "Unit",
    "UnsupportedOperationException",
    "ValueOf",
    "Vector",
    "VirtualMachineError",
    "Void",
    "any2stringadd",
    "assert",
    "assume",
    "augmentString",
    "boolean2Boolean",
    "byte2Byte",
    "char2Character",
    "charArrayOps",
    "classOf",
    "cloneable",
    "conforms",
    "deprecated",
    "deprecatedInheritance",
    "deprecatedName",
    "deprecatedOverriding",
    "derived",
    "double2Double",
    "elidable",
    "ensuring",
    "experimental",
    "float2Float",
    "genericArrayOps",
    "identity",
    "implicitAmbiguous",
    "implicitNotFound",
    "implicitly",
    "inline",
    "int2Integer",
    "intWrapper",
    "locally",
    "long2Long",
    "main",
    "manifest",
    "native",
    "noinline",
    "nowarn",
    "optManifest",
    "print",
    "printf",
    "println",
    "remote",
    "require",
    "short2Short",
    "specialized",
    "summon",
    "switch",
    "tailrec",
    "targetName",
    "throws",
    "transient",
    "transparentTrait",
    "tuple2ToZippedOps",
    "unchecked",
    "uncheckedStable",
    "unused",
    "valueOf",
    "varargs",
    "volatile",
    "wrapString",
];

#[cfg(test)]
mod tests {
    use super::super::CONFIG;
    use crate::languages::jvm::tests::modules;
    use crate::languages::test_layout::FakeLayout;

    #[test]
    fn files_are_of_their_package_or_of_their_folder() {
        assert_eq!(modules(&CONFIG, "src/Shop.scala", "com.acme.shop"), "com.acme.shop");
        assert_eq!(modules(&CONFIG, "build.sbt", ""), "/");
    }

    #[test]
    fn paths_begin_in_the_packages_around_or_at_the_root() {
        let project = FakeLayout::default().modules(&["com.acme.shop", "com.acme.mutable", "com.acme.shop.deep.Tools"]);
        let check = |module, name, expected: &[&str]| {
            project.check_import(super::import_targets, ("src/Shop.scala", "com.acme.shop"), (module, name), expected);
        };
        // import mutable.Map, import mutable._, import mutable.{Map => M}
        check("mutable", "Map", &["module com.acme.mutable", "module mutable", "external mutable"]);
        // import deep.Tools.sharpen
        check("deep.Tools", "sharpen", &["module com.acme.shop.deep.Tools", "module deep.Tools", "external deep"]);
        // import scala.collection.mutable: no package around has a `scala`
        check("scala.collection", "mutable", &["module scala.collection", "external scala.collection"]);
        // import _root_.scala.Option
        check("_root_.scala", "Option", &["module scala", "external scala"]);
        // import scala
        check("", "scala", &["module src/", "external scala"]);
    }
}
