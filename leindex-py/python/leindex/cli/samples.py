"""A few lines in each language, to try a grammar on. Each defines `greet`; in Python something calls it."""

from __future__ import annotations

#: By language, the name of a file and its text.
SAMPLES: dict[str, tuple[str, str]] = {
    "python": (
        "greet.py",
        'def greet(name):\n    """Says hello."""\n    return "hello " + name\n\n\n'
        'def welcome():\n    return greet("you")\n',
    ),
    "javascript": ("greet.js", 'export function greet(name) {\n  return "hello " + name;\n}\n'),
    "typescript": ("greet.ts", 'export function greet(name: string): string {\n  return "hello " + name;\n}\n'),
    "tsx": ("greet.tsx", "export function greet(name: string) {\n  return <b>hello {name}</b>;\n}\n"),
    "go": ("greet.go", 'package hello\n\nfunc greet(name string) string {\n\treturn "hello " + name\n}\n'),
    "rust": ("greet.rs", 'fn greet(name: &str) -> String {\n    format!("hello {name}")\n}\n'),
    "java": (
        "Greet.java",
        'class Greet {\n    String greet(String name) {\n        return "hello " + name;\n    }\n}\n',
    ),
    "c": ("greet.c", "int greet(int times) {\n    return times + 1;\n}\n"),
    "cpp": ("greet.cpp", "class Greeter {\npublic:\n    int greet(int times) { return times + 1; }\n};\n"),
    "csharp": (
        "Greet.cs",
        'class Greeter {\n    string greet(string name) {\n        return "hello " + name;\n    }\n}\n',
    ),
    "ruby": ("greet.rb", 'def greet(name)\n  "hello " + name\nend\n'),
    "php": ("greet.php", '<?php\nfunction greet($name) {\n    return "hello " . $name;\n}\n'),
    "swift": ("greet.swift", 'func greet(name: String) -> String {\n    return "hello " + name\n}\n'),
    "kotlin": ("greet.kt", 'fun greet(name: String): String {\n    return "hello " + name\n}\n'),
    "dart": ("greet.dart", "String greet(String name) {\n  return 'hello ' + name;\n}\n"),
    "lua": ("greet.lua", 'function greet(name)\n  return "hello " .. name\nend\n'),
    "scala": ("greet.scala", 'object Greeter {\n  def greet(name: String): String = "hello " + name\n}\n'),
    "elixir": ("greet.ex", 'defmodule Greeter do\n  def greet(name) do\n    "hello " <> name\n  end\nend\n'),
    "haskell": ("Greet.hs", 'module Greet where\n\ngreet :: String -> String\ngreet name = "hello " ++ name\n'),
}
