// A webhook receiver as a customer would write it, with the official libraries of Standard Webhooks and CloudEvents.
//
//   node webhook_receiver.mjs LOG SECRET [--fail N] [--status CODE] [--retry-after SECONDS]
//
// Listens on a free loopback port and prints it as its first line. Appends one JSON line to LOG for each delivery. The first N
// deliveries are answered with CODE (500 where none is given). POST /control with {"fail", "status", "retryAfter"} changes that while it runs.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

const BODY_MAX = 1 << 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fail: { type: "string", default: "0" },
    status: { type: "string", default: "500" },
    "retry-after": { type: "string" },
  },
});
const [log, secret] = positionals;
if (secret === undefined) {
  console.error("usage: webhook_receiver.mjs LOG SECRET [--fail N] [--status CODE] [--retry-after SECONDS]");
  process.exit(2);
}

const webhook = new Webhook(secret);
const attempts = new Map(); // webhook-id: how often it has come
const trouble = { fail: Number(values.fail), status: Number(values.status), retryAfter: values["retry-after"] };

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_MAX) throw new Error("body over 1 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

// What a receiver checks, in its order; every fault is named, none is fatal to this process.
function judge(headers, body) {
  const entry = { verified: false, valid: false, faults: [] };
  try {
    webhook.verify(body, headers);
    entry.verified = true;
  } catch (error) {
    entry.faults.push(`signature: ${error.message}`);
  }
  try {
    const event = HTTP.toEvent({ headers, body });
    event.validate(); // throws unless all of it is as the specification says
    entry.valid = true;
    Object.assign(entry, { event_id: event.id, type: event.type, source: event.source, subject: event.subject });
    Object.assign(entry, { alert: event.data?.alert, event: event.data?.event, data: event.data });
    if (event.id !== headers["webhook-id"]) entry.faults.push("event id is not webhook-id");
  } catch (error) {
    entry.faults.push(`envelope: ${error.message} ${JSON.stringify(error.errors ?? "")}`);
  }
  return entry;
}

function answerOf(entry) {
  if (trouble.fail > 0) {
    trouble.fail -= 1;
    return trouble.status;
  }
  if (!entry.verified) return 401;
  return entry.valid ? 204 : 400;
}

async function receive(request, response) {
  const body = await readBody(request);
  const id = request.headers["webhook-id"];
  attempts.set(id, (attempts.get(id) ?? 0) + 1);
  const entry = { id, attempt: attempts.get(id), path: request.url, ...judge(request.headers, body) };
  entry.status = answerOf(entry);
  appendFileSync(log, JSON.stringify(entry) + "\n"); // before the answer: what was answered is always in the log
  const late = entry.status >= 400 && trouble.retryAfter !== undefined;
  response.writeHead(entry.status, late ? { "Retry-After": trouble.retryAfter } : {});
  response.end();
}

async function control(request, response) {
  Object.assign(trouble, JSON.parse(await readBody(request)));
  response.writeHead(204).end();
}

const server = createServer((request, response) => {
  const work = request.url === "/control" ? control : receive;
  work(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => process.exit(0));
