// Lists the definitions that the TypeScript compiler sees, as JSON lines in the form of ctags: for ctags.py.
//
//     NODE_PATH=…/node_modules node tests/oracles/ts_symbols.js DIR > tags.json
//
// Classes, interfaces, enums, aliases, namespaces, functions and methods with a name of their own; functions and
// classes that a name is given to by a declaration, an assignment, a property or a field.
"use strict";
const ts = require("typescript");
const fs = require("fs");
const path = require("path");

const root = process.argv[2];
const KINDS = {
  ClassDeclaration: "class", ClassExpression: "class", InterfaceDeclaration: "interface", EnumDeclaration: "enum",
  TypeAliasDeclaration: "alias", ModuleDeclaration: "namespace", FunctionDeclaration: "function",
  FunctionExpression: "function", MethodDeclaration: "method", MethodSignature: "method", GetAccessor: "getter",
  SetAccessor: "setter", Constructor: "constructor",
};

function walk(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(file);
    else if (/\.([cm]?[jt]s|[jt]sx)$/.test(entry.name)) list(file);
  }
}

function list(file) {
  const text = fs.readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const broken = source.parseDiagnostics.length;
  const emit = (name, node, kind) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    console.log(JSON.stringify({ _type: "tag", name, path: path.relative(root, file), line, kind, broken }));
  };
  const textOf = name => ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : name.getText(source);
  const given = node => {
    const parent = node.parent;
    if ((ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent))
      && parent.initializer === node && !ts.isBindingPattern(parent.name)) return parent.name;
    return undefined;
  };
  const visit = node => {
    const kind = KINDS[ts.SyntaxKind[node.kind]];
    const isValue = ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isClassExpression(node);
    const inTypeLiteral = ts.isMethodSignature(node) && ts.isTypeLiteralNode(node.parent);
    if (isValue) {
      const name = given(node) || node.name;
      if (name) emit(textOf(name), name, ts.isClassExpression(node) ? "class" : "function");
    } else if (ts.isConstructorDeclaration(node)) {
      if (node.body) emit("constructor", node.getChildren(source).find(c => c.kind === ts.SyntaxKind.ConstructorKeyword) || node, kind);
    } else if (kind && node.name && !inTypeLiteral && !ts.isArrowFunction(node)) {
      const nested = ts.isModuleDeclaration(node) && ts.isModuleDeclaration(node.parent);
      if (!nested && textOf(node.name) !== "global") emit(ts.isModuleDeclaration(node) ? moduleName(node) : textOf(node.name), node.name, kind);
    }
    ts.forEachChild(node, visit);
  };
  const moduleName = node => {
    let name = textOf(node.name);
    while (node.body && ts.isModuleDeclaration(node.body)) {
      node = node.body;
      name += "." + textOf(node.name);
    }
    return name;
  };
  visit(source);
}

walk(root);
