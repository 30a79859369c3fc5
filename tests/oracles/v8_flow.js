// Checks JavaScript's flow and call graph against what a project's own tests really execute.
//
//     NODE_PATH=…/node_modules node tests/oracles/v8_flow.js ROWS_BINARY EDGES_BINARY PROJECT --source PART… [--show N] -- COMMAND…
//
// Runs COMMAND (the project's test command) twice. In a copy of PROJECT where the files of each PART (a file or folder)
// record which statement, condition or branch runs after which in an activation, and which function calls which; and in
// PROJECT itself under V8's block coverage, which must have seen the same statements run. Every step must be a path of
// the control-flow graph through nodes that do nothing of their own (jumps, the ends of a `finally`) or that end the
// statement that a branch is in. Every call from one function of the project directly to another that has a name must be a
// call edge (overrides of the member that is named, and functions handed to the parameter that is called, included).
// Needs acorn, and what the project's tests need; Node 20.
"use strict";
const child = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { instrument, children, isFunction } = require("./v8_points.js");

const SIZE = 2 ** 25;

/** Runs in the processes of the tests: keeps steps and calls, and writes them down as the process ends. */
function record(folder) {
  const functions = JSON.parse(fs.readFileSync(path.join(folder, "functions.json"), "utf8"));
  const steps = new Set();
  const calls = new Map();
  const tries = new Map();
  const latest = [];
  let current = null;

  /** Whether the function that was just entered was called by this caller, by the stack; and at which line. */
  function see(key, caller, enter) {
    const tried = tries.get(key) || 0;
    if (tried > 30) return;
    tries.set(key, tried + 1);
    const { stackTraceLimit, prepareStackTrace } = Error;
    const holder = {};
    Error.stackTraceLimit = 8;
    Error.prepareStackTrace = (_, sites) => sites.map(site => [site.getFileName(), site.getLineNumber(), site.isAsync()]);
    Error.captureStackTrace(holder, enter);
    const sites = holder.stack;
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
    const at = sites.findIndex((site, number) => number && site[0]);
    if (at < 0 || sites[at][2]) return;
    const [file, first, last] = functions[caller];
    const [called, line] = sites[at];
    if (called.endsWith(file) && first <= line && line <= last) calls.set(key, [line, at > 1]);
  }
  const flow = {
    enter(id) {
      const frame = { last: id, id, parent: current, runs: true };
      if (current) {
        const key = current.id * SIZE + id;
        if (!calls.has(key)) see(key, current.id, flow.enter);
      }
      return (current = frame);
    },
    resume(frame, value) {
      if (!frame.runs) Object.assign(frame, { parent: current, runs: true });
      current = frame;
      return value;
    },
    suspend(frame, value) {
      frame.runs = false;
      current = frame.parent;
      return value;
    },
    at(frame, point) {
      if (current !== frame) flow.resume(frame);
      if (latest[point] !== frame.last) steps.add(frame.last * SIZE + point);
      latest[point] = frame.last;
      frame.last = point;
    },
    leave(frame) {
      if (frame.runs) current = frame.parent;
    },
  };
  Object.defineProperty(globalThis, "__flow", { value: flow });
  process.on("exit", () => {
    const name = `run-${process.pid}-${require("worker_threads").threadId}.json`;
    fs.writeFileSync(path.join(folder, name), JSON.stringify({ steps: [...steps], calls: [...calls] }));
  });
}

/** The control-flow graph of a function, its nodes told by the points of the function. */
class Flow {
  constructor(flow, region, points, offset) {
    const first = region.entry;
    this.points = points;
    this.nodes = flow.nodes.slice(first, region.exit + 1);
    this.next = this.nodes.map(() => []);
    for (const [source, target] of flow.edges) {
      if (source >= first && source <= region.exit) this.next[source - first].push(target - first);
    }
    this.pointOf = this.nodes.map(node => {
      const at = offset(node.start_line, node.start_column);
      const around = points.filter(point => point.start <= at && at < point.end);
      return around.reduce((inner, point) => (!inner || point.end - point.start <= inner.end - inner.start ? point : inner), null);
    });
    this.byPoint = new Map();
    this.pointOf.forEach((point, number) => {
      if (point) this.byPoint.set(point.id, [...(this.byPoint.get(point.id) || []), number]);
    });
  }

  /** Nodes that run without a point of their own. */
  isSilent(number) {
    const point = this.pointOf[number];
    return !point || ["entry", "jump", "cleanup", "closure"].includes(this.nodes[number].kind) || point.silent;
  }

  /** The point that has nodes: that around it, where it has none. */
  settled(point) {
    while (point && !this.byPoint.has(point.id)) point = point.parent;
    return point || null;
  }

  /** Whether the flow may go from a point (none: the entry) to a point. */
  hasPath(from, to) {
    if (from === to) return true;
    const start = from ? this.byPoint.get(from.id) : [0];
    const end = new Set(this.byPoint.get(to.id));
    const open = new Set();
    for (let point = from; point; point = point.parent) open.add(point);
    const seen = new Set(start);
    const stack = [...start];
    while (stack.length) {
      for (const target of this.next[stack.pop()]) {
        if (end.has(target)) return true;
        if (!seen.has(target) && (this.isSilent(target) || open.has(this.pointOf[target]))) {
          seen.add(target);
          stack.push(target);
        }
      }
    }
    return false;
  }
}

function below(folder, skipped = []) {
  if (!fs.statSync(folder).isDirectory()) return [folder];
  return fs.readdirSync(folder).filter(name => !skipped.includes(name)).sort().flatMap(name => below(path.join(folder, name), skipped));
}

function jsonLines(binary, parameters) {
  const output = child.execFileSync(binary, parameters, { maxBuffer: 2 ** 30, stdio: ["ignore", "pipe", "ignore"] });
  return output.toString().split("\n").filter(Boolean).map(line => JSON.parse(line));
}

/** The offset in the text of a line and a column in bytes. */
function offsets(text) {
  const lines = text.split("\n");
  const starts = [0];
  for (const line of lines) starts.push(starts[starts.length - 1] + line.length + 1);
  return (line, column) => starts[line - 1] + Buffer.from(lines[line - 1]).subarray(0, column).toString().length;
}

function run(command, folder, variables) {
  const options = { cwd: folder, env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 30 };
  const { status, stdout, stderr, error } = child.spawnSync(command[0], command.slice(1), options);
  if (status) console.log(error || stderr.toString().slice(-2000));
  console.log(`tests ended with ${status}: ${stdout.toString().trim().split("\n").slice(-3).join(" | ").slice(-160)}`);
}

/** Counts of V8's block coverage, of all processes: whether a position of a file ran. */
function coverage(folder) {
  const byFile = new Map();
  for (const name of fs.readdirSync(folder)) {
    for (const script of JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")).result) {
      if (!byFile.has(script.url)) byFile.set(script.url, []);
      byFile.get(script.url).push(script.functions.flatMap(one => one.ranges));
    }
  }
  return (file, at) => {
    const runs = byFile.get(require("url").pathToFileURL(file).href);
    const count = ranges => {
      const around = ranges.filter(range => range.startOffset <= at && at < range.endOffset);
      return around.reduce((inner, range) => (range.endOffset - range.startOffset <= inner.endOffset - inner.startOffset ? range : inner), around[0]);
    };
    return runs && runs.some(ranges => count(ranges)?.count);
  };
}

function checkSteps(files, points, steps, show) {
  const counts = { functions: 0, steps: 0, missing: 0, "left out": 0, pairs: 0, paths: 0 };
  const missing = [];
  const before = new Map();
  for (const step of steps) {
    const [from, to] = [Math.floor(step / SIZE), step % SIZE];
    before.set(to, [...(before.get(to) || []), points[from]]);
  }
  const seen = new Set();
  for (const [id, origins] of before) {
    const { flow, isFunction: entry } = points[points[id].owner];
    if (!flow) counts["left out"] += origins.length;
    if (!flow || entry === undefined) continue;
    if (!seen.has(flow)) {
      seen.add(flow);
      counts.functions++;
      const some = flow.points.filter(point => flow.byPoint.has(point.id)).slice(0, 60);
      counts.pairs += some.length ** 2;
      counts.paths += some.map(from => some.filter(to => flow.hasPath(from, to)).length).reduce((sum, count) => sum + count, 0);
    }
    const to = flow.settled(points[id]);
    if (!to) continue;
    /** Where control came from, through points without nodes. */
    const sources = (froms, passed) => froms.flatMap(from => {
      if (from.isFunction) return [null];
      const settled = flow.settled(from);
      if (settled) return [settled];
      return passed.has(from.id) ? [] : sources(before.get(from.id) || [], new Set(passed).add(from.id));
    });
    for (const from of new Set(sources(origins, new Set()))) {
      counts.steps++;
      if (flow.hasPath(from, to)) continue;
      counts.missing++;
      missing.push(`${to.file}:${from ? from.line : points[to.owner].line + " (entry)"} → ${to.line} ${points[to.owner].name || ""}`);
    }
  }
  console.log(`steps: ${counts.missing} missing of ${counts.steps} in ${counts.functions} functions; left out, without a flow: ${counts["left out"]}; ` +
    `of any two points, ${(counts.paths / counts.pairs * 100).toFixed(1)}% have a path`);
  for (const line of missing.sort().slice(0, show)) console.log("missing", line);
}

/** What is called at a line of a function, as it is written. */
function written(functionNode, line) {
  const found = [];
  const visit = node => {
    if (["CallExpression", "NewExpression", "TaggedTemplateExpression"].includes(node.type)) {
      let callee = node.callee || node.tag;
      while (["ParenthesizedExpression", "ChainExpression"].includes(callee.type)) callee = callee.expression;
      const name = callee.type === "Super" ? "super" : callee.property && !callee.computed ? callee.property.name : callee.name;
      const last = (callee.property || callee).loc.end.line;
      found.push({ name, callee, near: node.loc.start.line <= line && line <= node.loc.end.line && Math.abs(last - line) < 2, node });
    }
    for (const inner of children(node)) if (!isFunction(inner)) visit(inner);
  };
  for (const inner of children(functionNode)) if (!isFunction(inner)) visit(inner);
  return found;
}

const AMONG = "one of the candidates of an ambiguous call";

/** Why a call was missed: how it is written. */
function classOf(pair, caller, callee, made, parameters) {
  const calls = written(caller.node, pair.line);
  const names = new Set([callee.name, ...(callee.kind === "constructor" ? [callee.className, "super"] : [])]);
  if (callee.kind === "get" || callee.kind === "set") return "not written as a call: getter or setter";
  if (calls.some(call => names.has(call.name))) {
    const rules = new Set(made.filter(edge => names.has(edge.target_name)).map(edge => edge.rule));
    return rules.size === 1 && rules.has("ambiguous") ? AMONG : `a call of this name, rule ${[...rules].sort().join("/") || "none"}`;
  }
  if (callee.node.generator) return "not written as a call: a generator, run by what takes from it";
  if (/^(toString|valueOf|toJSON|constructor|\[.*)$/.test(callee.name)) return "not written as a call of it: implicit";
  if (pair.builtin) return "not written as a call of it: handed to a builtin (map, replace, defineProperty, …)";
  const near = calls.filter(call => call.near);
  const kinds = near.map(({ callee: { type, name, computed, object, property, loc } }) => {
    const other = made.find(edge => edge.target_path && edge.target_name === name && edge.line === loc.start.line);
    if (other) return `a variable of another name is called; the edge, by rule ${other.rule}, leads elsewhere`;
    if (type === "Identifier") return parameters(caller, name) ? "a parameter is called" : "a variable of another name is called";
    if (type !== "MemberExpression") return "the value of an expression is called";
    if (computed) return "a computed member is called: object[name]()";
    if (/^(call|apply)$/.test(property.name)) return object.name && parameters(caller, object.name) ? "a parameter is called, by call or apply" : "call or apply of another name";
    return "a member of another name is called";
  });
  return `not written as a call of it: ${[...new Set(kinds)].sort()[0] || "no call on the line"}`;
}

function checkCalls(files, points, calls, edges, show) {
  const direct = new Set();
  const named = new Map();
  const owner = (file, line, column) => {
    const at = file.offset(line, column);
    return file.functions.filter(one => one.from <= at && at < one.node.end).reduce((inner, one) => (!inner || one.from >= inner.from ? one : inner), null);
  };
  for (const edge of edges) {
    const file = files.get(edge.path);
    if (!file || edge.kind !== "call") continue;
    const { id } = owner(file, edge.line, edge.column);
    if (edge.target_path) direct.add(`${id} ${edge.target_path}:${edge.target_line}`);
    named.set(id, [...(named.get(id) || []), edge]);
  }
  const parents = new Map([...files.values()].flatMap(file => file.classes));
  const isA = (name, wanted, seen = []) => name === wanted || (!seen.includes(name) && parents.has(name) && isA(parents.get(name), wanted, [...seen, name]));
  const parameters = (caller, name) => {
    for (let one = caller; one; one = points[one.around]) if (one.node.params?.some(part => part.name === name || part.left?.name === name || part.argument?.name === name)) return true;
    return false;
  };
  const classes = new Map();
  let found = 0, total = 0, nameless = 0;
  for (const [key, [line, builtin]] of calls) {
    const [caller, callee] = [points[Math.floor(key / SIZE)], points[key % SIZE]];
    if (callee.node.type === "Program") continue;
    if (!callee.name) {
      nameless++;
      continue;
    }
    total++;
    const made = (named.get(caller.id) || []).filter(edge => edge.target_name);
    const hit = callee.lines.some(at => direct.has(`${caller.id} ${callee.file}:${at}`)) ||
      (callee.kind === "constructor" && made.some(edge => isA(edge.target_name, callee.className)));
    if (hit) {
      found++;
      continue;
    }
    const kind = classOf({ line, builtin }, caller, callee, made, parameters);
    classes.set(kind, [...(classes.get(kind) || []), `${caller.file}:${line} ${caller.name || "<anonymous>"} → ${callee.file}:${callee.line} ${callee.name}`]);
  }
  const hidden = [...classes].filter(([kind]) => kind.startsWith("not written")).reduce((sum, [, all]) => sum + all.length, 0);
  const share = (of, part) => `${(part / Math.max(1, of) * 100).toFixed(2)}%`;
  const among = found + (classes.get(AMONG) || []).length;
  console.log(`calls inside the project: ${found} found of ${total} (${share(total, found)}); ` +
    `with those among the candidates of an ambiguous call ${share(total, among)}; of those written as a call of that name ${share(total - hidden, found)}; ` +
    `calls of functions without a name, left out: ${nameless}`);
  for (const [kind, all] of [...classes].sort((one, other) => other[1].length - one[1].length)) {
    console.log(String(all.length).padStart(6), kind);
    for (const line of all.sort().slice(0, show)) console.log("          ", line);
  }
}

function main() {
  const given = process.argv.slice(2);
  const command = given.splice(given.indexOf("--")).slice(1);
  const sources = [];
  let show = 0;
  const plain = [];
  while (given.length) {
    const word = given.shift();
    if (word === "--source") sources.push(given.shift());
    else if (word === "--show") show = Number(given.shift());
    else plain.push(path.resolve(word));
  }
  const [rows, edges, project] = plain;
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "v8-flow-"));
  const [copy, records, covered] = ["project", "records", "coverage"].map(name => path.join(work, name));
  fs.mkdirSync(records);
  fs.cpSync(project, copy, { recursive: true, filter: from => !["node_modules", ".git"].includes(path.basename(from)) || path.dirname(from) !== project });
  const modules = path.join(project, "node_modules");
  if (fs.existsSync(modules)) fs.symlinkSync(modules, path.join(copy, "node_modules"));

  const points = [];
  const files = new Map();
  for (const file of sources.flatMap(source => below(path.join(project, source), ["node_modules"])).filter(name => /\.[cm]?js$/.test(name))) {
    const name = path.relative(project, file);
    const text = fs.readFileSync(file, "utf8");
    const found = instrument(text, name, points);
    fs.writeFileSync(path.join(copy, name), found.text);
    const flows = jsonLines(rows, ["--flow-json", file]);
    const offset = offsets(text);
    const regions = new Map(flows.flatMap(flow => flow.regions.map((region, number) => [flow, region, number])).filter(([flow, , number]) => flow.name || number)
      .map(([flow, region]) => [offset(region.start_line, region.start_column), [flow, region]]));
    const own = new Map(found.functions.map(one => [one.id, []]));
    for (const point of found.points) own.get(point.owner).push(point);
    for (const one of found.functions) {
      const top = flows.find(flow => !flow.name);
      const region = one.node.type === "Program" ? top && [top, top.regions[0]] : regions.get(one.node.start) || regions.get(one.from);
      if (region) one.flow = new Flow(...region, own.get(one.id), offset);
    }
    files.set(name, { offset, ...found });
  }
  const functions = Object.fromEntries(points.filter(point => point.node).map(({ id, file, line, node }) => [id, [file, line, node.loc.end.line]]));
  fs.writeFileSync(path.join(records, "functions.json"), JSON.stringify(functions));
  run(command, copy, { V8_FLOW_RECORDS: records, NODE_OPTIONS: `${process.env.NODE_OPTIONS || ""} --require ${__filename}` });
  run(command, project, { NODE_V8_COVERAGE: covered });

  const steps = new Set();
  const calls = new Map();
  for (const name of fs.readdirSync(records).filter(name => name.startsWith("run-"))) {
    const one = JSON.parse(fs.readFileSync(path.join(records, name), "utf8"));
    for (const step of one.steps) steps.add(step);
    for (const [key, value] of one.calls) calls.set(key, value);
  }
  const ran = new Set([...steps].map(step => step % SIZE));
  const hasRun = coverage(covered);
  const statements = points.filter(point => !point.isFunction && point.owner !== null);
  const differ = statements.filter(point => ran.has(point.id) !== Boolean(hasRun(path.join(project, point.file), point.start)));
  console.log(`points: ${statements.length}, run ${ran.size}; V8's coverage says otherwise of ${differ.length}`);
  for (const point of differ.slice(0, show)) console.log("differs", `${point.file}:${point.line}`, ran.has(point.id) ? "recorded only" : "covered only");
  checkSteps(files, points, steps, show);
  checkCalls(files, points, calls, jsonLines(edges, [project, "--hierarchy"]), show);
  fs.rmSync(work, { recursive: true });
}

if (process.env.V8_FLOW_RECORDS) record(process.env.V8_FLOW_RECORDS);
else main();
