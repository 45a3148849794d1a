// Templates against npm's mustache: node template.mjs RENDER. Prints TAP.
//
// The shared cases (tests/cases/template/cases.json, which the unit test fills too) come out as they expect. Then random templates over random
// data come out of RENDER (tests/support/render.c) byte for byte as out of mustache. What mustache writes for the apostrophe and four more
// characters is a matter of taste; it is told ours.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Mustache from "mustache";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const rounds = 20000;
const references = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
Mustache.escape = (text) => String(text).replace(/[&<>"']/g, (c) => references[c]);

let number = 0;
let failed = 0;

function report(name, fault) {
  number += 1;
  failed += fault ? 1 : 0;
  console.log(`${fault ? "not ok" : "ok"} ${number} ${name}`);
  if (fault) console.log(`# ${fault}`);
}

function render(cases) {
  return JSON.parse(execFileSync(resolve(process.argv[2]), { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 1 << 28 }));
}

// A generator with a seed, so that a failure can be had again.
let seed = 20261126;
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}
const one = (items) => items[random(items.length)];

// A name stands for the same kind of thing wherever it is, and maps with names have all texts: mustache takes a dotted name that leads nowhere
// for one of an outer map, where the specification says that it is empty.
const texts = ["t", "u", "v"];
const lists = ["k", "l"];
const maps = ["m", "n"];

function randomText() {
  return one(["", "x", "<b>", "a & 'b'", "đồ gỗ", "{{t}}", "\n", " y "]);
}

function randomMap(depth, whole) {
  const map = {};
  for (const name of texts) if (whole || random(3) > 0) map[name] = randomText();
  if (depth > 0) {
    for (const name of lists) if (random(2)) map[name] = Array.from({ length: random(4) }, () => (random(2) ? randomText() : randomMap(depth - 1)));
    for (const name of maps) map[name] = randomMap(depth - 1, true);
  }
  return map;
}

function randomName() {
  const kind = random(8);
  if (kind < 3) return one(texts);
  if (kind < 5) return one(lists);
  if (kind < 6) return one(maps);
  return kind < 7 ? `${one(maps)}.${one(texts)}` : "nothing";
}

function randomVariable() {
  const name = random(6) ? `${one(["", "", "m.", "n."])}${one(texts)}` : ".";
  return one([`{{${name}}}`, `{{ ${name} }}`, `{{{${name}}}}`, `{{& ${name}}}`]);
}

function randomTemplate(depth) {
  let text = "";
  for (let i = random(6); i > 0; i--) {
    const kind = random(9);
    if (kind < 3) text += one(["a", " ", "\n", "\r\n", "  \n", "<p>", "{ ", "}", "đ"]);
    else if (kind < 5) text += randomVariable();
    else if (kind < 6) text += one(["{{! c }}", "{{!\n c\n}}"]);
    else if (depth > 0) {
      const name = randomName();
      const [before, after] = [one(["", "\n", " "]), one(["", "\n", "\r\n"])];
      text += `${before}{{${one(["#", "^"])}${name}}}${after}${randomTemplate(depth - 1)}{{/${name}}}${after}`;
    }
  }
  return text;
}

// {{.}} of a map or a list has no text; mustache prints what the language makes of it.
function hasNoText(expected) {
  return expected.includes("[object Object]");
}

for (const { name, template, data, expected } of JSON.parse(readFileSync(join(root, "tests/cases/template/cases.json"), "utf8"))) {
  const found = Mustache.render(template, data);
  report(name, found === expected ? "" : `mustache: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
const cases = Array.from({ length: rounds }, () => ({ template: randomTemplate(3), data: randomMap(2) }));
const expected = cases.map(({ template, data }) => Mustache.render(template, data));
const found = render(cases);
const wrong = cases.findIndex((_, i) => found[i] !== expected[i] && !hasNoText(expected[i]));
const compared = expected.filter((text) => text !== "" && !hasNoText(text)).length;
report(`${rounds} random templates, ${compared} of them with text`, wrong < 0 ? "" :
  `${JSON.stringify(cases[wrong])}: mustache ${JSON.stringify(expected[wrong])}, ours ${JSON.stringify(found[wrong])}`);
console.log(`1..${number}`);
process.exit(failed > 0 ? 1 : 0);
