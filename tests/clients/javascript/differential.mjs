// The transactions that the Python client had signed: algosdk for JavaScript
// decodes each, writes it and signs it, and its bytes are kmd's bytes.

import { readFileSync } from 'node:fs';
import algosdk from 'algosdk';

const lines = readFileSync(process.env.KMD_TRANSACTIONS, 'utf8').trim().split('\n');
const base64 = (bytes) => Buffer.from(bytes).toString('base64');

let equal = 0;
for (const line of lines) {
  const [unsigned, signed, key] = line.split(' ');
  try {
    const transaction = algosdk.decodeUnsignedTransaction(Buffer.from(unsigned, 'base64'));
    const theirs = [
      base64(algosdk.encodeUnsignedTransaction(transaction)),
      base64(transaction.signTxn(new Uint8Array(Buffer.from(key, 'base64')))),
    ];
    if (theirs[0] === unsigned && theirs[1] === signed) {
      equal += 1;
    } else {
      console.log(`not ok - javascript: ${transaction.type}\n  ${unsigned}\n  ${theirs[0]}\n  ${signed}\n  ${theirs[1]}`);
    }
  } catch (error) {
    console.log(`not ok - javascript: ${error.message}\n  ${unsigned}`);
  }
}
const whole = lines.length > 0 && equal === lines.length;
console.log(`ok - javascript: ${equal} random transactions are signed to equal bytes`);
console.log(`${Number(whole)} passed, ${Number(!whole)} failed`);
process.exit(whole ? 0 : 1);
