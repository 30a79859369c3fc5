//! Swift's modules: a target is a module, and its files see each other.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Target};

/// The target that a file belongs to: by the paths of `Package.swift`, else the folder below `Sources` or `Tests`, else
/// the project as a whole.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    vec![target(file.path, file.layout)]
}

fn target(path: &str, layout: &dyn Layout) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let package = layout.manifest("Package.swift", folder);
    let inside = match package {
        Some(("", _)) | None => path,
        Some((root, _)) => path.strip_prefix(root).map_or(path, |inside| inside.trim_start_matches('/')),
    };
    // The target whose folder is nearest.
    let named = package
        .iter()
        .flat_map(|(_, manifest)| &manifest.aliases)
        .flat_map(|(name, folders)| folders.iter().map(move |folder| (folder, name)));
    let holds = |folder: &str| folder.is_empty() || inside.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if let Some((_, name)) = named.filter(|(folder, _)| holds(folder.trim_matches('/'))).max_by_key(|(folder, _)| folder.len()) {
        return name.clone();
    }
    for root in ["Sources", "Source", "src", "srcs", "Tests", "Plugins"] {
        let at = if let Some(rest) = inside.strip_prefix(root) {
            rest.strip_prefix('/')
        } else {
            inside.find(&format!("/{root}/")).and_then(|at| inside.get(at + root.len() + 2..))
        };
        if let Some((name, _)) = at.and_then(|rest| rest.split_once('/'))
            && package.is_some()
        {
            return name.to_owned();
        }
    }
    match package {
        Some((_, manifest)) if !manifest.name.is_empty() => manifest.name.clone(),
        _ => "main".to_owned(),
    }
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let first = import.module.split('.').next().unwrap_or(import.module);
    let mut targets = vec![Target::Module(import.module.to_owned())];
    if first != import.module {
        targets.push(Target::Module(first.to_owned()));
    }
    // Without a package description the whole project is one module, whatever it is called.
    let known = targets.iter().any(|target| matches!(target, Target::Module(name) if context.layout.has_module("swift", name)));
    if known {
        return targets;
    }
    targets.push(Target::External(first.to_owned()));
    targets
}

/// Names of the standard library, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "Any",
    "AnyClass",
    "AnyHashable",
    "AnyObject",
    "Array",
    "ArraySlice",
    "AsyncSequence",
    "AsyncStream",
    "BidirectionalCollection",
    "BinaryFloatingPoint",
    "BinaryInteger",
    "Bool",
    "CaseIterable",
    "Character",
    "ClosedRange",
    "Codable",
    "CodingKey",
    "Collection",
    "Comparable",
    "Copyable",
    "CustomDebugStringConvertible",
    "CustomStringConvertible",
    "Decodable",
    "Decoder",
    "Dictionary",
    "Double",
    "Encodable",
    "Encoder",
    "Equatable",
    "Error",
    "Escapable",
    "ExpressibleByArrayLiteral",
    "ExpressibleByBooleanLiteral",
    "ExpressibleByDictionaryLiteral",
    "ExpressibleByFloatLiteral",
    "ExpressibleByIntegerLiteral",
    "ExpressibleByNilLiteral",
    "ExpressibleByStringInterpolation",
    "ExpressibleByStringLiteral",
    "FixedWidthInteger",
    "Float",
    "Float16",
    "Float80",
    "FloatingPoint",
    "Hashable",
    "Hasher",
    "Identifiable",
    "Int",
    "Int16",
    "Int32",
    "Int64",
    "Int8",
    "IteratorProtocol",
    "KeyPath",
    "KeyValuePairs",
    "LazySequence",
    "LosslessStringConvertible",
    "MainActor",
    "ManagedBuffer",
    "MemoryLayout",
    "Mirror",
    "MutableCollection",
    "Never",
    "Numeric",
    "ObjectIdentifier",
    "OpaquePointer",
    "OptionSet",
    "Optional",
    "PartialKeyPath",
    "RandomAccessCollection",
    "RandomNumberGenerator",
    "Range",
    "RangeReplaceableCollection",
    "RawRepresentable",
    "ReferenceWritableKeyPath",
    "Regex",
    "Result",
    "Sendable",
    "Sequence",
    "Set",
    "SetAlgebra",
    "SignedInteger",
    "SignedNumeric",
    "StaticString",
    "Strideable",
    "String",
    "StringProtocol",
    "Substring",
    "SystemRandomNumberGenerator",
    "Task",
    "TaskGroup",
    "UInt",
    "UInt16",
    "UInt32",
    "UInt64",
    "UInt8",
    "Unicode",
    "Unmanaged",
    "UnsafeBufferPointer",
    "UnsafeMutableBufferPointer",
    "UnsafeMutablePointer",
    "UnsafeMutableRawBufferPointer",
    "UnsafeMutableRawPointer",
    "UnsafePointer",
    "UnsafeRawBufferPointer",
    "UnsafeRawPointer",
    "UnsignedInteger",
    "Void",
    "WritableKeyPath",
    "abs",
    "assert",
    "assertionFailure",
    "available",
    "debugPrint",
    "defer",
    "discardableResult",
    "dump",
    "dynamicMemberLookup",
    "escaping",
    "fatalError",
    "frozen",
    "globalActor",
    "inlinable",
    "isKnownUniquelyReferenced",
    "main",
    "max",
    "min",
    "numericCast",
    "objc",
    "precondition",
    "preconditionFailure",
    "print",
    "propertyWrapper",
    "readLine",
    "repeatElement",
    "resultBuilder",
    "sequence",
    "stride",
    "swap",
    "testable",
    "type",
    "unowned",
    "unsafeBitCast",
    "unsafeDowncast",
    "usableFromInline",
    "weak",
    "withCheckedContinuation",
    "withCheckedThrowingContinuation",
    "withExtendedLifetime",
    "withTaskGroup",
    "withThrowingTaskGroup",
    "withUnsafeBytes",
    "withUnsafeMutableBytes",
    "withUnsafeMutablePointer",
    "withUnsafePointer",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::{FakeLayout, check_sorted, facts};

    #[test]
    fn a_target_is_a_module() {
        let package = FakeLayout::default().manifest("Package.swift", "", facts("Shop", &[("Core", &["Sources/Base"])]));
        package.check_modules(modules_of, "Sources/Base/a.swift", "", &["Core"]);
        package.check_modules(modules_of, "Sources/Store/x/a.swift", "", &["Store"]);
        package.check_modules(modules_of, "Tests/StoreTests/a.swift", "", &["StoreTests"]);
        package.check_modules(modules_of, "Package.swift", "", &["Shop"]);
        FakeLayout::default().check_modules(modules_of, "ios/Core/a.swift", "", &["main"]);
    }

    #[test]
    fn imports_name_targets() {
        let project = FakeLayout::default().modules(&["Store"]);
        project.check_import(import_targets, ("a.swift", "main"), ("Store", ""), &["module Store"]);
        project.check_import(import_targets, ("a.swift", "main"), ("Store", "Item"), &["module Store"]);
        project.check_import(
            import_targets,
            ("a.swift", "main"),
            ("UIKit.UIView", ""),
            &["module UIKit.UIView", "module UIKit", "external UIKit"],
        );
    }

    #[test]
    fn builtins_are_sorted() {
        check_sorted(BUILTINS);
    }
}
