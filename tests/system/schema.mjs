// The published schemas and the loader agree: node schema.mjs BINARY. Prints TAP.
//
// Each sample under tests/cases/schema/good is accepted by `tdwatch check` and by the schema. Each under bad is refused by both, for the
// reason that its first line gives: the loader's code, and where the schema complains (a JSON pointer, or the beginning of one).
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import YAML from "yaml";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = resolve(process.argv[2]);
const shipped = {
  rules: "rules/tdwatch-rules.schema.json",
  feeds: "feeds/tdwatch-feeds.schema.json",
  tables: "feeds/tdwatch-tables.schema.json",
  tests: "rules/tdwatch-tests.schema.json",
};
let number = 0;
let failed = 0;

function report(name, faults) {
  number += 1;
  failed += faults.length > 0 ? 1 : 0;
  console.log(`${faults.length > 0 ? "not ok" : "ok"} ${number} ${name}`);
  for (const fault of faults) console.log(`# ${fault}`);
}

function files(folder, suffix) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(folder, name));
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

function compile(kind) {
  const printed = execFileSync(binary, ["config", "--schema", kind], { encoding: "utf8" });
  report(`${shipped[kind]} is what the program prints`, printed === read(shipped[kind]) ? [] : ["run `make schema`"]);
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  ajv.addKeyword("patternErrorMessage"); // what editors say instead of the pattern
  return ajv.compile(JSON.parse(printed));
}

// As editors read it: YAML 1.2, core schema. Faults of YAML itself count as none of the schema's.
function schemaErrors(validate, path) {
  const document = YAML.parseDocument(read(path), { version: "1.2", schema: "core" });
  if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0].message}`);
  return validate(document.toJS()) ? [] : validate.errors.map((error) => `${error.instancePath || "/"} ${error.message}`);
}

function kindOf(path) {
  if (path.endsWith(".feed.yaml")) return "feeds";
  if (path.endsWith(".test.yaml")) return "tests";
  return path.endsWith(".table.yaml") ? "tables" : "rules";
}

// A table is checked beside a table of one basket, `wood`; a feed descriptor through a configuration that names it, beside one with exchange
// rates.
function checkArguments(kind, path, directory) {
  if (kind === "rules") return ["check", "--json", path];
  if (kind === "tables") return ["check", "--json", "--tables", "tests/cases/check/tables", path];
  const config = join(directory, "tdwatch.yaml");
  const feeds = [...new Set([path, "feeds/ecb-rates.feed.yaml"])].map((name) => join(root, name));
  writeFileSync(config, `state_directory: ${directory}\nfeeds: [${feeds}]\ntables: [${join(root, "tests/cases/check/tables")}]\n` +
    `rules: [${join(root, "tests/cases/schema/good/least.yaml")}]\nsmtp: { url: "smtps://mail.example.vn", from: a@example.vn }\n` +
    "receivers:\n  - { name: desk, email: b@example.vn }\n");
  return ["-c", config, "check", "--json"];
}

function loaderFindings(...given) {
  const done = spawnSync(binary, given, { cwd: root, encoding: "utf8" });
  const answer = JSON.parse(done.stdout);
  if (done.status !== (answer.errors > 0 ? 1 : 0)) throw new Error(`${given}: exit code ${done.status}`);
  if (answer.errors + answer.warnings !== answer.findings.length) throw new Error(`${given}: counts`);
  return answer.findings.filter((finding) => finding.level === "error");
}

// Tests are read beside their pack: all samples are of the same one. A test that fails has been read.
function testFindings(path, directory) {
  const pack = join(directory, "pack.yaml");
  copyFileSync(join(root, "tests/cases/schema/pack.yaml"), pack);
  copyFileSync(join(root, path), join(directory, "pack.test.yaml"));
  const done = spawnSync(binary, ["test", "--tables", "tests/cases/check/tables", pack], { cwd: root, encoding: "utf8" });
  return [...done.stdout.matchAll(/: error\[(\w+)\]: (.*)/g)].map(([, code, text]) => ({ code, text }));
}

function findingsOf(kind, path, directory) {
  return kind === "tests" ? testFindings(path, directory) : loaderFindings(...checkArguments(kind, path, directory));
}

function goodFaults(errors, findings) {
  return [...errors.map((error) => `schema: ${error}`), ...findings.map((finding) => `loader: ${finding.code} ${finding.text}`)];
}

function badFaults(path, errors, findings) {
  const expected = read(path).match(/^# ([A-Z]\d{3}) (\/\S*)/);
  if (expected === null) return ["the first line must be: # CODE /json/pointer"];
  const [, code, pointer] = expected;
  const faults = [];
  if (!findings.some((finding) => finding.code === code)) faults.push(`loader: no ${code} among ${findings.map((finding) => finding.code)}`);
  if (!errors.some((error) => error.startsWith(pointer))) faults.push(`schema: nothing at ${pointer} among ${JSON.stringify(errors)}`);
  return faults;
}

const validate = Object.fromEntries(Object.keys(shipped).map((kind) => [kind, compile(kind)]));
const directory = mkdtempSync(join(tmpdir(), "tdwatch-schema-"));
try {
  for (const path of files("rules", ".yaml").filter((name) => !name.endsWith(".test.yaml")))
    report(path, goodFaults(schemaErrors(validate.rules, path), loaderFindings("check", "--json", path)));
  for (const path of files("rules", ".test.yaml")) report(path, goodFaults(schemaErrors(validate.tests, path), []));
  for (const path of [...files("feeds", ".feed.yaml"), ...files("feeds/sample", ".feed.yaml")])
    report(path, goodFaults(schemaErrors(validate.feeds, path), loaderFindings(...checkArguments("feeds", path, directory))));
  const tables = files("feeds", ".yaml").filter((name) => !name.endsWith(".feed.yaml"));
  for (const path of tables) report(path, goodFaults(schemaErrors(validate.tables, path), []));
  report("shipped tables together", goodFaults([], loaderFindings("check", "--json", ...tables)));
  for (const expectation of ["good", "bad"])
    for (const path of files(`tests/cases/schema/${expectation}`, ".yaml")) {
      const kind = kindOf(path);
      const errors = schemaErrors(validate[kind], path);
      const findings = findingsOf(kind, path, directory);
      const faults = expectation === "good" ? goodFaults(errors, findings) : badFaults(path, errors, findings);
      report(`${expectation}: ${basename(path)}`, faults);
    }
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`1..${number}`);
process.exit(failed > 0 ? 1 : 0);
