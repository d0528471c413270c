'use strict';
/** Loaded before a Lambda function: each request that it sends becomes a line of a file. Nothing of it is changed. */
const { appendFileSync } = require('node:fs');
const http = require('node:http');
const { syncBuiltinESMExports } = require('node:module');

const file = process.env.STORY_CALLS;
const { request } = http;

http.request = (...given) => {
  const sent = request(...given);
  const { write, end } = sent;
  const chunks = [];
  const keep = (chunk) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  sent.write = (chunk, ...rest) => {
    keep(chunk);
    return write.call(sent, chunk, ...rest);
  };
  sent.end = (chunk, ...rest) => {
    keep(chunk);
    const { method, path } = sent;
    const headers = sent.getHeaders();
    // What is written into a bucket is of no interest, and may be no text.
    const said = headers['content-type'] === undefined || method !== 'POST' ? '' : Buffer.concat(chunks).toString();
    const line = { function: process.env.AWS_LAMBDA_FUNCTION_NAME, method, path, headers, body: said };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    return end.call(sent, chunk, ...rest);
  };
  return sent;
};
syncBuiltinESMExports();
