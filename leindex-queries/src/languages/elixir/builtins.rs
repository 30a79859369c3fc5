//! Names that every Elixir file sees: `Kernel`, the special forms, the modules of the standard
//! library, built-in types, and what tests are written with.

/// Sorted.
#[rustfmt::skip]
pub(super) const BUILTINS: &[&str] = &[
    "Access", "Agent", "Any", "Application", "ArgumentError", "ArithmeticError", "Atom", "BadArityError", "BadBooleanError",
    "BadFunctionError", "BadMapError", "BadStructError", "Base", "Behaviour", "BitString", "Bitwise", "Calendar", "CaseClauseError",
    "Code", "Collectable", "CondClauseError", "Config", "Date", "DateTime", "Dict", "DynamicSupervisor", "EEx", "Enum",
    "Enumerable", "ErlangError", "ExUnit", "Exception", "File", "Float", "Function", "FunctionClauseError", "GenEvent", "GenServer",
    "HashDict", "HashSet", "IEx", "IO", "Inspect", "Integer", "JSON", "Kernel", "KeyError", "Keyword", "List", "Logger", "Macro",
    "Map", "MapSet", "MatchError", "Mix", "Module", "NaiveDateTime", "Node", "OptionParser", "PID", "PartitionSupervisor", "Path",
    "Port", "Process", "Protocol", "ProtocolUndefinedError", "Range", "Record", "Reference", "Regex", "Registry", "RuntimeError",
    "Set", "Stream", "String", "StringIO", "Supervisor", "SyntaxError", "System", "SystemLimitError", "Task", "Time",
    "TokenMissingError", "TryClauseError", "Tuple", "URI", "UndefinedFunctionError", "UnicodeConversionError", "Version",
    "WithClauseError", "__CALLER__", "__DIR__", "__ENV__", "__MODULE__", "__STACKTRACE__", "__aliases__", "__block__", "abs",
    "alias", "alias!", "and", "any", "apply", "arity", "as_boolean", "assert", "assert_in_delta", "assert_raise", "assert_receive",
    "assert_received", "atom", "big", "binary", "binary_part", "binary_slice", "binding", "bit_size", "bits", "bitstring",
    "boolean", "byte", "byte_size", "bytes", "capture_io", "capture_log", "case", "catch_error", "catch_exit", "catch_throw",
    "ceil", "char", "charlist", "cond", "dbg", "def", "defdelegate", "defexception", "defguard", "defguardp", "defimpl", "defmacro",
    "defmacrop", "defmodule", "defoverridable", "defp", "defprotocol", "defstruct", "describe", "destructure", "div", "doctest",
    "elem", "exit", "false", "float", "floor", "flunk", "fn", "for", "fun", "function", "function_exported?", "get_and_update_in",
    "get_in", "hd", "identifier", "if", "import", "improper_list", "in", "inspect", "integer", "iodata", "iolist", "is_atom",
    "is_binary", "is_bitstring", "is_boolean", "is_exception", "is_float", "is_function", "is_integer", "is_list", "is_map",
    "is_map_key", "is_nil", "is_non_struct_map", "is_number", "is_pid", "is_port", "is_reference", "is_struct", "is_tuple",
    "keyword", "length", "list", "little", "macro_exported?", "make_ref", "map", "map_size", "match?", "max", "maybe_improper_list",
    "mfa", "min", "module", "native", "neg_integer", "nil", "no_return", "node", "non_neg_integer", "none", "nonempty_binary",
    "nonempty_bitstring", "nonempty_charlist", "nonempty_improper_list", "nonempty_list", "nonempty_maybe_improper_list", "not",
    "number", "on_exit", "or", "pid", "pop_in", "port", "pos_integer", "put_elem", "put_in", "quote", "raise", "receive",
    "reference", "refute", "refute_in_delta", "refute_receive", "refute_received", "rem", "require", "reraise", "round", "self",
    "send", "setup", "setup_all", "sigil_C", "sigil_D", "sigil_N", "sigil_R", "sigil_S", "sigil_T", "sigil_U", "sigil_W", "sigil_c",
    "sigil_r", "sigil_s", "sigil_w", "signed", "size", "spawn", "spawn_link", "spawn_monitor", "start_supervised",
    "start_supervised!", "stop_supervised", "struct", "struct!", "super", "tap", "term", "test", "then", "throw", "timeout", "tl",
    "to_charlist", "to_string", "to_timeout", "true", "trunc", "try", "tuple", "tuple_size", "unit", "unless", "unquote",
    "unquote_splicing", "unsigned", "update_in", "use", "utf16", "utf32", "utf8", "var", "var!", "with",
];
