//! Random programs, written in several languages.

use std::fmt::Write as _;

/// How a language writes a program.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    begin: &'static str,
    declare: &'static str,
    end: &'static str,
    /// The word that begins a loop.
    repeat: &'static str,
    /// What stands between `try` and its handler, and after that; empty without handlers.
    handler: &'static str,
    finally: bool,
}

const fn language(name: &'static str, begin: &'static str, declare: &'static str, end: &'static str, handler: &'static str) -> Language {
    Language { name, begin, declare, end, repeat: "while", handler, finally: !handler.is_empty() }
}

pub(crate) const LANGUAGES: &[Language] = &[
    language("python", "def f(a, b):", "c = 0", "", "except Exception:"),
    language("javascript", "function f(a, b) {", "let c = 0;", "}", "catch (e) {"),
    language("typescript", "function f(a: number, b: number) {", "let c = 0;", "}", "catch (e) {"),
    language("java", "class C { int f(int a, int b) {", "int c = 0;", "} }", "catch (Exception e) {"),
    language("csharp", "class C { int f(int a, int b) {", "int c = 0;", "} }", "catch (Exception e) {"),
    language("kotlin", "fun f(a: Int, b: Int): Int {", "var c = 0;", "}", "catch (e: Exception) {"),
    language("dart", "int f(int a, int b) {", "int c = 0;", "}", "catch (e) {"),
    Language { finally: false, ..language("cpp", "int f(int a, int b) {", "int c = 0;", "}", "catch (...) {") },
    language("c", "int f(int a, int b) {", "int c = 0;", "}", ""),
    language("rust", "fn f(mut a: i32, mut b: i32) -> i32 {", "let mut c = 0;", "}", ""),
    language("swift", "func f(a: Int, b: Int) -> Int {", "var c = 0;", "}", ""),
    Language { repeat: "for", ..language("go", "package p\nfunc f(a int, b int) int {", "c := 0;", "}", "") },
];

enum Statement {
    Assign(char, String),
    Call(String),
    Return(String),
    Break,
    Continue,
    If(String, Vec<Self>, Vec<Self>),
    Loop(String, Vec<Self>),
    Try(Vec<Self>, Vec<Self>, Vec<Self>),
}

pub(crate) struct Program {
    body: Vec<Statement>,
}

impl Program {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Self { body: block(&mut random, 3, false) }
    }

    pub(crate) fn text(&self, language: &Language) -> String {
        let mut out = format!("{}\n    {}\n", language.begin, language.declare);
        write_block(&self.body, language, 1, &mut out);
        out.push_str(if language.name == "python" { "    return c\n" } else { "    return c;\n" });
        out.push_str(language.end);
        out.push('\n');
        out
    }
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    fn variable(&mut self) -> char {
        ['a', 'b', 'c'][self.below(3) as usize]
    }

    fn value(&mut self) -> String {
        match self.below(4) {
            0 => self.below(10).to_string(),
            1 => format!("g({})", self.variable()),
            2 => format!("{} + {}", self.variable(), self.variable()),
            _ => self.variable().to_string(),
        }
    }

    fn test(&mut self) -> String {
        format!("{} < {}", self.variable(), self.below(10))
    }
}

fn block(random: &mut Random, depth: u32, in_loop: bool) -> Vec<Statement> {
    let mut made = Vec::new();
    for _ in 0..=random.below(4) {
        made.push(statement(random, depth, in_loop));
        // A little of what never runs is enough.
        if matches!(made.last(), Some(Statement::Return(_) | Statement::Break | Statement::Continue)) && random.below(8) > 0 {
            break;
        }
    }
    made
}

fn statement(random: &mut Random, depth: u32, in_loop: bool) -> Statement {
    match random.below(if depth == 0 { 6 } else { 12 }) {
        0 if in_loop => Statement::Break,
        1 if in_loop => Statement::Continue,
        2 if depth < 3 => Statement::Return(random.value()),
        0..=3 => Statement::Assign(random.variable(), random.value()),
        4 | 5 => Statement::Call(format!("g({})", random.variable())),
        6 | 7 => {
            let otherwise = if random.below(2) == 0 { Vec::new() } else { block(random, depth - 1, in_loop) };
            Statement::If(random.test(), block(random, depth - 1, in_loop), otherwise)
        }
        8 | 9 => Statement::Loop(random.test(), block(random, depth - 1, true)),
        _ => Statement::Try(block(random, depth - 1, in_loop), block(random, depth - 1, in_loop), block(random, 0, false)),
    }
}

fn write_block(block: &[Statement], language: &Language, depth: usize, out: &mut String) {
    let python = language.name == "python";
    let indent = "    ".repeat(depth);
    let (stop, open, close) = if python { ("", ":", String::new()) } else { (";", " {", format!("{indent}}}\n")) };
    let test = |test: &str| if python || matches!(language.name, "go" | "rust" | "swift") { test.to_owned() } else { format!("({test})") };
    for statement in block {
        let _ = match statement {
            Statement::Assign(name, value) => writeln!(out, "{indent}{name} = {value}{stop}"),
            Statement::Call(call) => writeln!(out, "{indent}{call}{stop}"),
            Statement::Return(value) => writeln!(out, "{indent}return {value}{stop}"),
            Statement::Break => writeln!(out, "{indent}break{stop}"),
            Statement::Continue => writeln!(out, "{indent}continue{stop}"),
            Statement::If(condition, then, otherwise) => {
                let _ = writeln!(out, "{indent}if {}{open}", test(condition));
                write_block(then, language, depth + 1, out);
                if !otherwise.is_empty() {
                    let _ = writeln!(out, "{indent}{}else{open}", if python { "" } else { "} " });
                    write_block(otherwise, language, depth + 1, out);
                }
                write!(out, "{close}")
            }
            Statement::Loop(condition, body) => {
                let _ = writeln!(out, "{indent}{} {}{open}", language.repeat, test(condition));
                write_block(body, language, depth + 1, out);
                write!(out, "{close}")
            }
            Statement::Try(body, _, _) if language.handler.is_empty() => {
                write_block(body, language, depth, out);
                Ok(())
            }
            Statement::Try(body, handler, last) => {
                let _ = writeln!(out, "{indent}try{open}");
                write_block(body, language, depth + 1, out);
                let _ = writeln!(out, "{indent}{}{}", if python { "" } else { "} " }, language.handler);
                write_block(handler, language, depth + 1, out);
                if language.finally {
                    let _ = writeln!(out, "{indent}{}finally{open}", if python { "" } else { "} " });
                    write_block(last, language, depth + 1, out);
                }
                write!(out, "{close}")
            }
        };
    }
}
