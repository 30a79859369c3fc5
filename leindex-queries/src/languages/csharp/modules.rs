//! Namespaces and imports of C#.

use crate::names::rules::{FileContext, Import, ImportContext, Target};

/// A file takes part in the namespace that it declares for all of itself; blocks say theirs themselves.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    if file.declared.is_empty() { Vec::new() } else { vec![file.declared.to_owned()] }
}

/// `using A.B;` names a namespace, from the root or from a namespace around the file; `using static A.B;` and
/// `using X = A.B;` may name a type in one.
pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let module = import.module.trim_start_matches("global::");
    let mut targets = Vec::new();
    for own in context.modules {
        let mut around = own.as_str();
        while !around.is_empty() {
            let target = Target::Module(format!("{around}.{module}"));
            if !targets.contains(&target) {
                targets.push(target);
            }
            around = around.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }
    targets.push(Target::Module(module.to_owned()));
    targets.push(Target::External(package(module)));
    targets
}

/// The package that an unknown namespace most likely comes from: its first name, or the first two of a family
/// (`Microsoft.Extensions`).
fn package(module: &str) -> String {
    let mut parts = module.split('.');
    let first = parts.next().unwrap_or("");
    match parts.next() {
        Some(second) if first == "Microsoft" => format!("{first}.{second}"),
        _ => first.to_owned(),
    }
}

/// Keywords for types, and the types of `System` and what a project imports without saying so, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "Action",
    "Activator",
    "AggregateException",
    "AppContext",
    "AppDomain",
    "ApplicationException",
    "ArgumentException",
    "ArgumentNullException",
    "ArgumentOutOfRangeException",
    "ArithmeticException",
    "Array",
    "ArraySegment",
    "Attribute",
    "AttributeTargets",
    "AttributeUsageAttribute",
    "AutoResetEvent",
    "BadImageFormatException",
    "BinaryReader",
    "BinaryWriter",
    "BitConverter",
    "Boolean",
    "Buffer",
    "Byte",
    "CLSCompliantAttribute",
    "CancellationToken",
    "CancellationTokenSource",
    "Char",
    "CharEnumerator",
    "Comparer",
    "Comparison",
    "Console",
    "ConsoleColor",
    "ConsoleKey",
    "Convert",
    "Converter",
    "CultureInfo",
    "DBNull",
    "DateOnly",
    "DateTime",
    "DateTimeKind",
    "DateTimeOffset",
    "DayOfWeek",
    "Debug",
    "Decimal",
    "Delegate",
    "Dictionary",
    "Directory",
    "DirectoryInfo",
    "DivideByZeroException",
    "DllNotFoundException",
    "Double",
    "Encoding",
    "EndOfStreamException",
    "Enum",
    "Enumerable",
    "Environment",
    "EqualityComparer",
    "EventArgs",
    "EventHandler",
    "Exception",
    "File",
    "FileAccess",
    "FileInfo",
    "FileMode",
    "FileNotFoundException",
    "FileShare",
    "FileStream",
    "FlagsAttribute",
    "FormatException",
    "Func",
    "GC",
    "Guid",
    "HashCode",
    "HashSet",
    "HttpClient",
    "HttpContent",
    "HttpMethod",
    "HttpRequestMessage",
    "HttpResponseMessage",
    "IAsyncDisposable",
    "IAsyncResult",
    "ICloneable",
    "ICollection",
    "IComparable",
    "IComparer",
    "IConvertible",
    "ICustomFormatter",
    "IDictionary",
    "IDisposable",
    "IEnumerable",
    "IEnumerator",
    "IEqualityComparer",
    "IEquatable",
    "IFormatProvider",
    "IFormattable",
    "IGrouping",
    "IList",
    "ILookup",
    "IOException",
    "IObservable",
    "IObserver",
    "IOrderedEnumerable",
    "IProgress",
    "IQueryable",
    "IReadOnlyCollection",
    "IReadOnlyDictionary",
    "IReadOnlyList",
    "IServiceProvider",
    "ISet",
    "Index",
    "IndexOutOfRangeException",
    "Int16",
    "Int32",
    "Int64",
    "IntPtr",
    "Interlocked",
    "InvalidCastException",
    "InvalidOperationException",
    "InvalidProgramException",
    "KeyNotFoundException",
    "KeyValuePair",
    "Lazy",
    "LinkedList",
    "List",
    "LoaderOptimization",
    "Lookup",
    "ManualResetEvent",
    "Match",
    "Math",
    "MathF",
    "MemberAccessException",
    "Memory",
    "MemoryStream",
    "MissingFieldException",
    "MissingMemberException",
    "MissingMethodException",
    "Monitor",
    "MulticastDelegate",
    "Mutex",
    "NonSerializedAttribute",
    "NotFiniteNumberException",
    "NotImplementedException",
    "NotSupportedException",
    "NullReferenceException",
    "Nullable",
    "Object",
    "ObjectDisposedException",
    "ObsoleteAttribute",
    "OperatingSystem",
    "OperationCanceledException",
    "OutOfMemoryException",
    "OverflowException",
    "Parallel",
    "Path",
    "PlatformID",
    "PlatformNotSupportedException",
    "Predicate",
    "Progress",
    "Queryable",
    "Queue",
    "Random",
    "Range",
    "RankException",
    "ReadOnlyMemory",
    "ReadOnlySpan",
    "Regex",
    "ResolveEventArgs",
    "SByte",
    "SeekOrigin",
    "Semaphore",
    "SemaphoreSlim",
    "SerializableAttribute",
    "Single",
    "SortedDictionary",
    "SortedList",
    "SortedSet",
    "Span",
    "Stack",
    "StackOverflowException",
    "Stopwatch",
    "Stream",
    "StreamReader",
    "StreamWriter",
    "String",
    "StringBuilder",
    "StringComparer",
    "StringComparison",
    "StringReader",
    "StringSplitOptions",
    "StringWriter",
    "SystemException",
    "Task",
    "TaskCompletionSource",
    "TaskFactory",
    "TaskScheduler",
    "TextReader",
    "TextWriter",
    "Thread",
    "ThreadPool",
    "ThreadStaticAttribute",
    "TimeOnly",
    "TimeSpan",
    "TimeZone",
    "TimeZoneInfo",
    "TimeoutException",
    "Timer",
    "Trace",
    "Tuple",
    "Type",
    "TypeCode",
    "TypeInitializationException",
    "TypeLoadException",
    "UInt16",
    "UInt32",
    "UInt64",
    "UIntPtr",
    "UnauthorizedAccessException",
    "UnhandledExceptionEventArgs",
    "Uri",
    "UriBuilder",
    "UriFormatException",
    "UriKind",
    "ValueTask",
    "ValueTuple",
    "ValueType",
    "Version",
    "Void",
    "Volatile",
    "WeakReference",
    "bool",
    "byte",
    "char",
    "decimal",
    "double",
    "dynamic",
    "float",
    "int",
    "long",
    "nameof",
    "nint",
    "nuint",
    "object",
    "sbyte",
    "short",
    "string",
    "typeof",
    "uint",
    "ulong",
    "ushort",
    "value",
    "var",
    "void",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    fn targets(module: &str) -> Vec<Target> {
        let modules = modules_of(&FileContext { path: "src/Order.cs", declared: "Shop.Orders", layout: &FakeLayout::default() });
        import_targets(
            &ImportContext { path: "src/Order.cs", modules: &modules, layout: &FakeLayout::default() },
            &Import { module, name: "", level: 0, system: false },
        )
    }

    #[test]
    fn a_namespace_is_looked_up_from_the_file_outwards() {
        let module = |name: &str| Target::Module(name.to_owned());
        assert_eq!(
            targets("Common"),
            [module("Shop.Orders.Common"), module("Shop.Common"), module("Common"), Target::External("Common".to_owned())]
        );
    }

    #[test]
    fn a_package_is_known_by_its_first_names() {
        assert_eq!(targets("System.Collections.Generic").last(), Some(&Target::External("System".to_owned())));
        assert_eq!(targets("Microsoft.Extensions.Logging").last(), Some(&Target::External("Microsoft.Extensions".to_owned())));
    }

    #[test]
    fn builtins_are_sorted() {
        assert!(BUILTINS.is_sorted());
    }
}
