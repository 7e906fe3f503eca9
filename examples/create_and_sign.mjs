// Creates a wallet and a key, signs a payment, and checks the signature.
//
//     npm install algosdk
//     node create_and_sign.mjs ./kmd-data

import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import algosdk from 'algosdk';

const password = 'correct horse battery staple';
const mainnet = 'wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=';

async function main(dataDir) {
  const kmd = openClient(dataDir);
  const name = `javascript ${randomBytes(8).toString('hex')}`;
  const { wallet } = await kmd.createWallet(name, password);
  const { wallet_handle_token: handle } = await kmd.initWalletHandle(wallet.id, password);
  const { address } = await kmd.generateKey(handle);
  console.log(`wallet "${name}" (${wallet.id}) has the key ${address}`);

  const payment = paymentToItself(address);
  const signed = algosdk.decodeSignedTransaction(await kmd.signTransaction(handle, password, payment));
  await kmd.releaseWalletHandle(handle);

  check(signed, payment, address);
  console.log(`transaction ${payment.txID()} is signed, and the signature verifies`);
}

// The daemon says in its data directory where it is and what it asks for.
function openClient(dataDir) {
  const address = new URL(`http://${readFileSync(join(dataDir, 'kmd.net'), 'utf8')}`);
  const [token] = readFileSync(join(dataDir, 'kmd.token'), 'utf8').split('\n');
  return new algosdk.Kmd(token, `http://${address.hostname}`, address.port);
}

// With a node, `Algodv2.getTransactionParams()` gives suggestedParams.
function paymentToItself(address) {
  const genesisHash = Uint8Array.from(Buffer.from(mainnet, 'base64'));
  const suggestedParams = { flatFee: true, fee: 1000, minFee: 1000, firstValid: 1, lastValid: 1001, genesisHash };
  return algosdk.makePaymentTxnWithSuggestedParamsFromObject({
    sender: address, receiver: address, amount: 1000, suggestedParams,
  });
}

// By Node's own Ed25519.
function check(signed, payment, address) {
  assert.equal(signed.txn.txID(), payment.txID(), 'another transaction was signed');
  const x = Buffer.from(algosdk.decodeAddress(address).publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  assert.ok(verify(null, payment.bytesToSign(), key, signed.sig), 'the signature is wrong');
}

if (process.argv.length !== 3) {
  console.error('usage: create_and_sign.mjs DATA_DIRECTORY (of a running kmd)');
  process.exit(1);
}
await main(process.argv[2]);
