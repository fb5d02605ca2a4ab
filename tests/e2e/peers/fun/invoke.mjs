// invoke.mjs PROGRAM...: runs PROGRAM as a function against the Runtime API of @vercel/fun, sends it the events that
// come as lines of JSON on standard input, one after the other, and prints what came of each as a line of JSON.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import runtime from "@vercel/fun/dist/src/runtime-server.js";

// All of it, before the process may end.
const print = (what) => new Promise((done) => process.stdout.write(JSON.stringify(what) + "\n", done));

const server = new runtime.RuntimeServer({});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const program = spawn(process.argv[2], process.argv.slice(3), {
  env: { ...process.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}` },
  stdio: ["ignore", "inherit", "inherit"],
});
const ended = new Promise((end) => program.on("exit", (code, signal) => end({ code, signal })));
const started = await Promise.race([server.initDeferred?.promise, ended]);
if (started) {
  await print({ started });
  process.exit(0);
}
for await (const line of createInterface({ input: process.stdin })) {
  const result = await Promise.race([server.invoke({ InvocationType: "RequestResponse", Payload: line }), ended]);
  await print(result);
}
program.kill("SIGTERM");
await print(await ended);
process.exit(0);
