//! Members that the standard library gives to nearly everything: `push`, `toString`, `begin`.
//!
//! A member of such a name on a receiver of unknown type is more likely the library's than the one definition that the
//! project happens to have, so the `name` rule leaves it alone. Where the receiver's type is known they are looked up
//! like any other.

/// Whether the standard library of a family of languages has a common member of this name.
pub(crate) fn is_library_member(family: &str, name: &str) -> bool {
    let members: &[&str] = match family {
        "python" => &[
            "add", "append", "as_posix", "close", "copy", "count", "decode", "difference", "discard", "encode", "endswith",
            "exists", "extend", "find", "format", "get", "group", "groups", "index", "insert", "intersection", "isdigit", "items",
            "join", "keys", "lower", "lstrip", "match", "mkdir", "open", "pop", "popitem", "read", "readline", "readlines",
            "remove", "replace", "reverse", "rfind", "rsplit", "rstrip", "search", "seek", "setdefault", "sort", "split",
            "splitlines", "start", "startswith", "strip", "sub", "title", "translate", "union", "update", "upper", "values",
            "write", "writelines",
        ],
        "javascript" => &[
            "add", "apply", "at", "bind", "call", "catch", "charAt", "charCodeAt", "clear", "concat", "delete", "endsWith",
            "entries", "every", "exec", "fill", "filter", "finally", "find", "findIndex", "flat", "flatMap", "forEach", "get",
            "has", "hasOwnProperty", "includes", "indexOf", "join", "keys", "lastIndexOf", "length", "map", "match", "next",
            "padEnd", "padStart", "pop", "push", "reduce", "reduceRight", "repeat", "replace", "replaceAll", "return", "reverse",
            "set", "shift", "slice", "some", "sort", "splice", "split", "startsWith", "substr", "substring", "test", "then",
            "throw", "toFixed", "toLocaleString", "toLowerCase", "toString", "toUpperCase", "trim", "trimEnd", "trimStart",
            "unshift", "valueOf", "values",
        ],
        "go" => &[
            "Add", "After", "Before", "Close", "Done", "Error", "Errorf", "Fatal", "Fatalf", "Format", "Helper", "Len", "Less",
            "Lock", "Logf", "Print", "Printf", "Println", "RLock", "RUnlock", "Read", "Run", "Seconds", "String", "Sub", "Swap",
            "Unix", "Unlock", "Wait", "Write",
        ],
        "rust" => &[
            "all", "and", "and_then", "any", "append", "as_bytes", "as_deref", "as_mut", "as_ptr", "as_ref", "as_slice", "as_str",
            "borrow", "borrow_mut", "bytes", "chain", "chars", "chunks", "clear", "clone", "cloned", "cmp", "collect",
            "compare_exchange", "contains", "contains_key", "copied", "count", "dedup", "deref", "deref_mut", "drain",
            "duration_since", "elapsed", "ends_with", "entry", "enumerate", "eq", "err", "expect", "extend", "fetch_add", "filter",
            "filter_map", "find", "first", "flat_map", "flatten", "flush", "fmt", "fold", "for_each", "from", "get", "get_mut",
            "get_or_insert_with", "hash", "insert", "into", "into_inner", "into_iter", "is_empty", "is_err", "is_none", "is_ok",
            "is_some", "is_some_and", "iter", "iter_mut", "join", "keys", "last", "len", "lines", "load", "lock", "map", "map_err",
            "map_or", "max", "min", "next", "now", "ok", "ok_or", "or_else", "or_insert", "parse", "partial_cmp", "peek", "pop",
            "position", "push", "push_str", "read", "recv", "replace", "resize", "retain", "rev", "send", "set", "skip", "sort",
            "sort_by", "sort_by_key", "splice", "split", "starts_with", "store", "sum", "swap", "take", "to_owned", "to_string",
            "to_vec", "trim", "try_from", "try_into", "unwrap", "unwrap_or", "unwrap_or_default", "unwrap_or_else", "values",
            "windows", "with_capacity", "write", "write_all", "zip",
        ],
        "jvm" => &[
            "add", "addAll", "also", "append", "apply", "charAt", "clear", "close", "collect", "collectFirst", "compareTo",
            "computeIfAbsent", "concat", "contains", "containsAll", "containsKey", "containsValue", "endsWith", "entrySet",
            "equals", "equalsIgnoreCase", "exists", "filter", "find", "findFirst", "first", "flatMap", "fold", "forEach", "forall",
            "foreach", "format", "get", "getClass", "getKey", "getMessage", "getName", "getOrDefault", "getOrElse", "getValue",
            "hasNext", "hashCode", "head", "indexOf", "insert", "intValue", "isEmpty", "iterator", "join", "keySet", "last",
            "lastIndexOf", "length", "let", "map", "matches", "mkString", "next", "of", "orElse", "parse", "peek", "poll", "pop",
            "print", "println", "push", "put", "putAll", "putIfAbsent", "read", "remove", "removeAll", "replace", "replaceAll",
            "reverse", "run", "set", "size", "sort", "split", "startsWith", "stream", "substring", "tail", "takeIf", "toArray",
            "toList", "toLowerCase", "toString", "toUpperCase", "trim", "valueOf", "values", "write", "zip",
        ],
        "c" => &[
            "append", "assign", "at", "back", "begin", "c_str", "capacity", "cbegin", "cend", "clear", "close", "compare", "count",
            "data", "emplace", "emplace_back", "empty", "end", "erase", "find", "find_first_of", "find_last_of", "first", "front",
            "get", "insert", "join", "length", "load", "lock", "lower_bound", "max_size", "notify_all", "notify_one", "open",
            "pop", "pop_back", "pop_front", "push", "push_back", "push_front", "rbegin", "read", "release", "rend", "reserve",
            "reset", "resize", "rfind", "second", "size", "store", "str", "substr", "swap", "top", "unlock", "upper_bound", "wait",
            "what", "write",
        ],
        "csharp" => &[
            "Add", "AddRange", "All", "Any", "Append", "AppendLine", "Clear", "Close", "Contains", "ContainsKey", "Count",
            "Dispose", "EndsWith", "Equals", "First", "FirstOrDefault", "Format", "Get", "GetEnumerator", "GetHashCode", "GetType",
            "Insert", "Invoke", "Join", "Last", "LastOrDefault", "MoveNext", "Parse", "Read", "Remove", "RemoveAt", "Replace",
            "Select", "SelectMany", "Single", "Skip", "Split", "StartsWith", "Substring", "Take", "ToArray", "ToList", "ToLower",
            "ToString", "ToUpper", "Trim", "TryGetValue", "Where", "Write", "WriteLine",
        ],
        "ruby" => &[
            "all?", "any?", "append", "blank?", "call", "chomp", "clear", "collect", "compact", "concat", "count", "delete",
            "delete_if", "detect", "downcase", "dup", "each", "each_pair", "each_value", "each_with_index", "each_with_object",
            "empty?", "end_with?", "fetch", "find", "first", "flatten", "freeze", "gsub", "has_key?", "include?", "index",
            "inject", "inspect", "instance_of?", "is_a?", "join", "key?", "keys", "last", "length", "map", "match", "max", "merge",
            "merge!", "min", "new", "nil?", "none?", "pop", "present?", "push", "reduce", "reject", "replace", "respond_to?",
            "reverse", "round", "scan", "select", "send", "shift", "size", "slice", "sort", "sort_by", "split", "start_with?",
            "strip", "sub", "sum", "tap", "to_a", "to_h", "to_i", "to_s", "to_sym", "transform_values", "try", "uniq", "unshift",
            "upcase", "update", "values", "zip",
        ],
        "php" => &[
            "add", "count", "current", "format", "get", "getMessage", "has", "key", "next", "offsetGet", "offsetSet", "rewind",
            "set", "valid",
        ],
        "swift" => &[
            "append", "compactMap", "contains", "count", "description", "dropFirst", "dropLast", "enumerated", "filter", "first",
            "flatMap", "forEach", "hash", "index", "insert", "isEmpty", "joined", "last", "map", "max", "min", "prefix", "reduce",
            "remove", "removeAll", "removeFirst", "removeLast", "replacingOccurrences", "reversed", "sort", "sorted", "split",
            "suffix",
        ],
        "dart" => &[
            "add", "addAll", "any", "catchError", "clear", "contains", "containsKey", "endsWith", "every", "expand", "firstWhere",
            "fold", "forEach", "indexOf", "insert", "join", "map", "padLeft", "padRight", "putIfAbsent", "reduce", "remove",
            "removeAt", "removeLast", "replaceAll", "skip", "sort", "split", "startsWith", "sublist", "substring", "take", "then",
            "toList", "toLowerCase", "toSet", "toString", "toUpperCase", "trim", "whenComplete", "where",
        ],
        "lua" => &[
            "byte", "char", "close", "find", "format", "gmatch", "gsub", "len", "lines", "lower", "match", "read", "rep",
            "reverse", "seek", "sub", "upper", "write",
        ],
        _ => &[],
    };
    members.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_every_family() {
        for (family, name) in [
            ("python", "append"),
            ("javascript", "forEach"),
            ("go", "Close"),
            ("rust", "unwrap"),
            ("jvm", "toString"),
            ("c", "push_back"),
            ("csharp", "ToString"),
            ("ruby", "each"),
            ("swift", "map"),
        ] {
            assert!(is_library_member(family, name), "{family} {name}");
            assert!(!is_library_member(family, "reindexEverything"));
        }
    }
}
