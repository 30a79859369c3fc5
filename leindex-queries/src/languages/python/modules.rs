//! Python's modules: dotted names from paths, relative imports, source roots.

use crate::names::rules::{FileContext, Import, ImportContext, Target};

/// A file is known by every dotted name that a source root above it allows, the longest first: `src/shop/auth.py` is
/// `src.shop.auth`, and `shop.auth` because `src` holds no `__init__.py`.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let path = file.path.rsplit_once('.').map_or(file.path, |(stem, _)| stem);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    let path = if path == "__init__" { "" } else { path };
    let mut names = vec![path.replace('/', ".")];
    let mut folder_end = 0;
    while let Some(slash) = path[folder_end..].find('/') {
        let folder = &path[..folder_end + slash];
        if file.layout.has_file(&format!("{folder}/__init__.py")) {
            break;
        }
        folder_end += slash + 1;
        names.push(path[folder_end..].replace('/', "."));
    }
    names
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    if import.level > 0 {
        // One dot is the folder of the file, whether or not the file is an `__init__`.
        let mut folder = context.folder().to_owned();
        for _ in 1..import.level {
            folder = folder.rsplit_once('/').map_or(String::new(), |(up, _)| up.to_owned());
        }
        let relative = import.module.replace('.', "/");
        let base = [folder.as_str(), relative.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
        return file_candidates(&base, import.name);
    }
    // A sibling of a script comes before the installed package of that name: Python puts the script's folder first.
    let relative = import.module.replace('.', "/");
    let mut targets = Vec::new();
    let folder = context.folder();
    if !folder.is_empty() && !context.layout.has_file(&format!("{folder}/__init__.py")) {
        targets.extend(file_candidates(&format!("{folder}/{relative}"), import.name));
    }
    targets.push(Target::Module(import.module.to_owned()));
    targets.extend(inside_folder(import.module, import.name));
    targets.push(Target::External(import.module.split('.').next().unwrap_or("").to_owned()));
    targets
}

/// The module of a name that is imported from a folder without an `__init__`.
fn inside_folder(folder: &str, name: &str) -> Option<Target> {
    (!name.is_empty()).then(|| Target::Module([folder, name].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")))
}

fn file_candidates(base: &str, name: &str) -> Vec<Target> {
    let prefix = if base.is_empty() { String::new() } else { format!("{base}/") };
    let mut targets = vec![Target::File(format!("{prefix}__init__.py")), Target::File(format!("{prefix}__init__.pyi"))];
    if !base.is_empty() {
        targets.insert(0, Target::File(format!("{base}.py")));
        targets.push(Target::File(format!("{base}.pyi")));
    }
    // A folder without an `__init__` is a package too.
    let folder = base.replace('/', ".");
    targets.extend(inside_folder(&folder, name));
    targets.push(Target::Module(folder));
    targets
}

/// Names of the `builtins` module, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "False",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "True",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__build_class__",
    "__debug__",
    "__doc__",
    "__file__",
    "__import__",
    "__name__",
    "__package__",
    "__path__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];
