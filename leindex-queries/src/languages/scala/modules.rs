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
    let mut outer = if package.ends_with('/') { "" } else { package };
    while !outer.is_empty() {
        targets.push(Target::Module(format!("{outer}.{}", import.module)));
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
    use crate::languages::jvm::tests::{modules, targets};

    #[test]
    fn files_are_of_their_package_or_of_their_folder() {
        assert_eq!(modules(&CONFIG, "src/Shop.scala", "com.acme.shop"), "com.acme.shop");
        assert_eq!(modules(&CONFIG, "build.sbt", ""), "/");
    }

    #[test]
    fn paths_begin_in_the_packages_around_or_at_the_root() {
        // import mutable.Map, import mutable._, import mutable.{Map => M}
        assert_eq!(targets(&CONFIG, "mutable", "Map"), "com.acme.shop.mutable com.acme.mutable com.mutable mutable <mutable>");
        // import _root_.scala.Option
        assert_eq!(targets(&CONFIG, "_root_.scala", "Option"), "scala <scala>");
        // import scala
        assert_eq!(targets(&CONFIG, "", "scala"), "src/ <scala>");
    }
}
