//! Modules and imports of Java: packages as declared, types as modules of their static and nested members.

use crate::languages::jvm;
use crate::names::rules::{FileContext, Import, ImportContext, Target};

pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    jvm::modules_of(file)
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    jvm::import_targets(context, import)
}

/// Types of `java.lang`, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "AbstractMethodError",
    "Appendable",
    "ArithmeticException",
    "ArrayIndexOutOfBoundsException",
    "ArrayStoreException",
    "AssertionError",
    "AutoCloseable",
    "Boolean",
    "BootstrapMethodError",
    "Byte",
    "CharSequence",
    "Character",
    "Class",
    "ClassCastException",
    "ClassCircularityError",
    "ClassFormatError",
    "ClassLoader",
    "ClassNotFoundException",
    "ClassValue",
    "CloneNotSupportedException",
    "Cloneable",
    "Comparable",
    "Compiler",
    "Deprecated",
    "Double",
    "Enum",
    "EnumConstantNotPresentException",
    "Error",
    "Exception",
    "ExceptionInInitializerError",
    "Float",
    "FunctionalInterface",
    "IO",
    "IllegalAccessError",
    "IllegalAccessException",
    "IllegalArgumentException",
    "IllegalCallerException",
    "IllegalMonitorStateException",
    "IllegalStateException",
    "IllegalThreadStateException",
    "IncompatibleClassChangeError",
    "IndexOutOfBoundsException",
    "InheritableThreadLocal",
    "InstantiationError",
    "InstantiationException",
    "Integer",
    "InternalError",
    "InterruptedException",
    "Iterable",
    "LayerInstantiationException",
    "LinkageError",
    "Long",
    "MatchException",
    "Math",
    "Module",
    "ModuleLayer",
    "NegativeArraySizeException",
    "NoClassDefFoundError",
    "NoSuchFieldError",
    "NoSuchFieldException",
    "NoSuchMethodError",
    "NoSuchMethodException",
    "NullPointerException",
    "Number",
    "NumberFormatException",
    "Object",
    "OutOfMemoryError",
    "Override",
    "Package",
    "Process",
    "ProcessBuilder",
    "ProcessHandle",
    "Readable",
    "Record",
    "ReflectiveOperationException",
    "Runnable",
    "Runtime",
    "RuntimeException",
    "RuntimePermission",
    "SafeVarargs",
    "ScopedValue",
    "SecurityException",
    "SecurityManager",
    "Short",
    "StableValue",
    "StackOverflowError",
    "StackTraceElement",
    "StackWalker",
    "StrictMath",
    "String",
    "StringBuffer",
    "StringBuilder",
    "StringIndexOutOfBoundsException",
    "StringTemplate",
    "SuppressWarnings",
    "System",
    "Thread",
    "ThreadDeath",
    "ThreadGroup",
    "ThreadLocal",
    "Throwable",
    "TypeNotPresentException",
    "UnknownError",
    "UnsatisfiedLinkError",
    "UnsupportedClassVersionError",
    "UnsupportedOperationException",
    "VerifyError",
    "VirtualMachineError",
    "Void",
    "WrongThreadException",
];

#[cfg(test)]
mod tests {
    use super::super::CONFIG;
    use crate::languages::jvm::tests::{modules, targets};

    #[test]
    fn files_are_of_their_package_or_of_their_folder() {
        assert_eq!(modules(&CONFIG, "src/main/java/com/acme/A.java", "com.acme"), "com.acme");
        assert_eq!(modules(&CONFIG, "scripts/A.java", ""), "scripts/");
    }

    #[test]
    fn imports_of_types_members_and_packages_lead_to_modules() {
        // import java.util.List;
        assert_eq!(targets(&CONFIG, "java.util", "List"), "java.util <java.util>");
        // import com.acme.base.Outer.Inner;
        assert_eq!(targets(&CONFIG, "com.acme.base.Outer", "Inner"), "com.acme.base.Outer <com.acme.base>");
        // import com.acme.base.*;
        assert_eq!(targets(&CONFIG, "com.acme.base", ""), "com.acme.base <com.acme.base>");
        // import static com.acme.base.Limits.MAX; import static com.acme.base.Limits.*;
        assert_eq!(targets(&CONFIG, "com.acme.base.Limits", "MAX"), "com.acme.base.Limits <com.acme.base>");
        // import Helper;
        assert_eq!(targets(&CONFIG, "", "Helper"), "src/ <Helper>");
        // requires java.sql;
        assert_eq!(targets(&CONFIG, "java.sql", ""), "java.sql <java.sql>");
    }
}
