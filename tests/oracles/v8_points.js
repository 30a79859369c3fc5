// Makes JavaScript record where it runs, for v8_flow.js: positions are kept by line, as nothing is put on a new line.
//
// A point is a function's entry, a statement, a condition, or a branch of an expression. `__flow.at` says that a point
// is reached, `enter`, `leave`, `suspend` and `resume` which activation runs.
"use strict";

const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];
const STATEMENTS = [
  "ExpressionStatement", "VariableDeclaration", "ReturnStatement", "ThrowStatement", "BreakStatement", "ContinueStatement",
  "ClassDeclaration", "ExportDefaultDeclaration", "DebuggerStatement",
];

const isFunction = node => FUNCTIONS.includes(node.type);

function children(node) {
  return Object.values(node).flat().filter(value => value && typeof value.type === "string");
}

/** The text that records; the functions and other points of a file, also put in `points`; classes with what they extend. */
function instrument(text, file, points) {
  const acorn = require("acorn");
  const options = { ecmaVersion: "latest", locations: true, preserveParens: true, allowReturnOutsideFunction: true, allowHashBang: true };
  let tree;
  try {
    tree = acorn.parse(text, { ...options, sourceType: "script" });
  } catch {
    tree = acorn.parse(text, { ...options, sourceType: "module" });
  }
  const inserts = [];
  const functions = [];
  const added = [];
  const classes = [];
  const open = (at, code) => inserts.push({ at, code, order: 1 });
  const close = (at, code) => inserts.push({ at, code, order: 0 });
  const line = at => acorn.getLineInfo(text, at).line;

  function point(owner, start, end, more) {
    const id = Math.max(1, points.length);
    const made = { id, file, owner: owner ? owner.id : id, start, end, line: line(start), parent: owner ? owner.inside : null, ...more };
    points[id] = made;
    if (owner) added.push(made);
    return made;
  }

  /** Puts a point before an expression that spans it, or more. */
  function expression(node, owner, { start = node.start, end = node.end, silent } = {}) {
    if (!owner) return visit(node, owner);
    const made = point(owner, start, end, { silent });
    open(node.start, `(__flow.at(__f, ${made.id}), `);
    visit(node, { ...owner, inside: made });
    close(node.end, ")");
  }

  function statement(node, owner, inList) {
    const labelled = node.type === "LabeledStatement" && /^(For|While|Do)/.test(node.body.type);
    const exported = node.type === "ExportNamedDeclaration" && node.declaration && !isFunction(node.declaration);
    const isPoint = owner && !node.directive && (STATEMENTS.includes(node.type) || exported) && !(node.declaration && isFunction(node.declaration));
    if (!inList && !labelled && (isPoint || node.type === "LabeledStatement")) open(node.start, "{ ");
    let within = owner;
    if (isPoint) {
      const made = point(owner, node.start, node.end);
      open(node.start, `__flow.at(__f, ${made.id}); `);
      within = { ...owner, inside: made };
    }
    visit(node, within);
    if (!inList && !labelled && (isPoint || node.type === "LabeledStatement")) close(node.end, " }");
  }

  const list = (nodes, owner) => nodes.forEach(node => statement(node, owner, true));

  function enter(node, outer, from, more) {
    const name = node.type === "Program" ? "<module>" : more.name;
    const made = point(null, from, node.end, { isFunction: true, node, from, around: outer ? outer.id : null, ...more, name });
    made.lines = [...new Set([made.line, line(node.start), ...(more.lines || [])])];
    functions.push(made);
    return { id: made.id, inside: null };
  }

  function callable(node, outer, more = {}) {
    const owner = enter(node, outer, more.from ?? node.start, more);
    for (const parameter of node.params) visit(parameter, null, owner);
    const { body } = node;
    if (body.type !== "BlockStatement") {
      open(body.start, `{ const __f = __flow.enter(${owner.id}); try { return `);
      expression(body, owner);
      close(body.end, "; } finally { __flow.leave(__f); } }");
      return;
    }
    const first = body.body.find(one => !one.directive);
    open(first ? first.start : body.end - 1, `const __f = __flow.enter(${owner.id}); try { `);
    list(body.body, owner);
    (first ? close : open)(body.end - 1, " } finally { __flow.leave(__f); }");
  }

  /** The name that a function gets where it is made. */
  function given(key, value, from, more) {
    const name = key.type === "Identifier" || key.type === "PrivateIdentifier" ? key.name : String(key.value ?? text.slice(key.start, key.end));
    callable(value, more.outer, { name, lines: [key.loc.end.line], from, ...more });
  }

  function loop(node, owner, header) {
    if (header) {
      open(node.body.start, `{ __flow.at(__f, ${header.id}); `);
      statement(node.body, owner, true);
      close(node.body.end, " }");
    } else statement(node.body, owner, false);
  }

  function visit(node, owner, outer = owner) {
    const go = one => one && visit(one, owner, outer);
    const keyed = (kind, from, key = node.key, value = node.value) => {
      if (node.computed) go(node.key);
      if (value && isFunction(value)) given(key, value, from, { kind, outer, className: node.className });
      else if (value) visit(value, node.type === "PropertyDefinition" ? null : owner, outer);
    };
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return callable(node, outer, { name: node.id?.name });
      case "Program":
      case "BlockStatement":
      case "StaticBlock":
        return list(node.body, node.type === "StaticBlock" ? null : owner);
      case "VariableDeclarator":
      case "AssignmentExpression": {
        const [left, right] = node.id ? [node.id, node.init] : [node.left, node.right];
        const key = left.type === "MemberExpression" && !left.computed ? left.property : left;
        if (right && isFunction(right) && /Identifier/.test(key.type)) {
          if (key !== left) go(left.object);
          return given(right.id || key, right, right.start, { outer, lines: [key.loc.end.line, right.loc.start.line] });
        }
        go(left);
        if (right && /^(\|\||&&|\?\?)=$/.test(node.operator)) return expression(right, owner);
        return go(right);
      }
      case "Property":
        return keyed(node.kind === "init" ? undefined : node.kind, node.method || node.kind !== "init" ? node.start : node.value.start);
      case "ClassDeclaration":
      case "ClassExpression":
        classes.push([node.id?.name, node.superClass?.property?.name || node.superClass?.name]);
        for (const member of node.body.body) member.className = node.id?.name || node.name;
        go(node.superClass);
        return node.body.body.forEach(go);
      case "MethodDefinition":
        return keyed(node.kind, node.start);
      case "PropertyDefinition":
        return keyed("field", node.value?.start);
      case "ConditionalExpression":
        go(node.test);
        expression(node.consequent, owner);
        return expression(node.alternate, owner);
      case "LogicalExpression":
        go(node.left);
        return expression(node.right, owner);
      case "AwaitExpression":
      case "YieldExpression": {
        if (!owner) return children(node).forEach(go);
        open(node.start, "__flow.resume(__f, ");
        if (node.argument) open(node.argument.start, "__flow.suspend(__f, ");
        else open(node.start, "(__flow.suspend(__f), ");
        go(node.argument);
        return close(node.end, "))");
      }
      case "IfStatement":
        expression(node.test, owner, { start: node.start });
        statement(node.consequent, owner, false);
        return node.alternate && statement(node.alternate, owner, false);
      case "WhileStatement":
        expression(node.test, owner, { start: node.start });
        return loop(node, owner);
      case "DoWhileStatement":
        loop(node, owner);
        return expression(node.test, owner);
      case "ForStatement": {
        const first = node.init?.type === "VariableDeclaration" ? node.init.declarations[0].init : node.init;
        if (owner && first && !isFunction(first) && first.type !== "ClassExpression") {
          const made = point(owner, node.init.start, node.init.end);
          open(first.start, `(__flow.at(__f, ${made.id}), `);
          const within = { ...owner, inside: made };
          if (first === node.init) visit(first, within);
          else node.init.declarations.forEach(one => (visit(one.id, within), one.init && visit(one.init, within), one.init === first && close(first.end, ")")));
          if (first === node.init) close(first.end, ")");
        } else go(node.init);
        if (node.test) expression(node.test, owner);
        if (node.update) expression(node.update, owner);
        return loop(node, owner);
      }
      case "ForInStatement":
      case "ForOfStatement": {
        expression(node.right, owner);
        go(node.left);
        return loop(node, owner, owner && point(owner, node.left.start, node.left.end, { silent: true }));
      }
      case "SwitchStatement":
        expression(node.discriminant, owner, { start: node.start });
        return node.cases.forEach(one => {
          if (one.test) expression(one.test, owner, { start: one.start });
          list(one.consequent, owner);
        });
      case "CatchClause": {
        const made = owner && point(owner, node.start, node.body.start);
        if (made) open(node.body.start + 1, ` __flow.at(__f, ${made.id}); `);
        if (node.param) go(node.param);
        return go(node.body);
      }
      case "LabeledStatement":
        return statement(node.body, owner, false);
      case "WithStatement":
        expression(node.object, owner);
        return statement(node.body, owner, false);
      default:
        return children(node).forEach(go);
    }
  }

  const owner = enter(tree, null, 0, {});
  const first = tree.body.find(one => !one.directive);
  open(first ? first.start : tree.end, `const __f = __flow.enter(${owner.id}); `);
  list(tree.body, owner);
  (first ? close : open)(tree.end, "\n;__flow.leave(__f);");
  inserts.forEach((one, number) => (one.number = number));
  inserts.sort((one, other) => one.at - other.at || one.order - other.order || one.number - other.number);
  let done = "", from = 0;
  for (const { at, code } of inserts) {
    done += text.slice(from, at) + code;
    from = at;
  }
  return { text: done + text.slice(from), functions, points: added, classes };
}

module.exports = { instrument, children, isFunction };
