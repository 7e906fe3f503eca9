// Every kmd method of algosdk for JavaScript, against a running daemon.
//
// The daemon is named by KMD_ADDRESS and KMD_TOKEN. Signatures are checked with
// Node's own Ed25519: nothing the daemon says is taken on its word. The last
// line counts what passed.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import algosdk from 'algosdk';

const address = new URL(process.env.KMD_ADDRESS);
const token = process.env.KMD_TOKEN;
const password = 'pässwörd 🔑';

const called = new Set();
const tests = [];
const test = (name, run) => tests.push({ name, run });

// Wallets and sessions

test('versions', async () => {
  assert.ok((await client().versions()).versions.includes('v1'));
});

test('create, list and show a wallet', async () => {
  const kmd = client();
  const { wallet } = await kmd.createWallet('js show', password);
  assert.equal(wallet.name, 'js show');
  assert.equal(wallet.driver_name, 'sqlite');
  const { wallets } = await kmd.listWallets();
  assert.deepEqual(wallets.find(({ id }) => id === wallet.id), wallet);
  const { wallet_handle_token: handle } = await kmd.initWalletHandle(wallet.id, password);
  const { wallet_handle: shown } = await kmd.getWallet(handle);
  assert.deepEqual(shown.wallet, wallet);
  assert.ok(shown.expires_seconds > 0 && shown.expires_seconds <= 300);
});

test('renew and release a handle', async () => {
  const { kmd, handle, id } = await openWallet('js session');
  assert.equal((await kmd.renewWalletHandle(handle)).wallet_handle.wallet.id, id);
  assert.deepEqual(await kmd.releaseWalletHandle(handle), {});
  await fails('handle does not exist', kmd.renewWalletHandle(handle));
  await fails('handle does not exist', kmd.listKeys(handle));
});

test('rename a wallet and use its old name again', async () => {
  const { kmd, id } = await openWallet('js old name');
  const { wallet } = await kmd.renameWallet(id, password, 'js new name ✓');
  assert.equal(wallet.name, 'js new name ✓');
  assert.equal(wallet.id, id);
  assert.notEqual((await kmd.createWallet('js old name', password)).wallet.id, id);
  await fails('wallet with same name already exists', kmd.renameWallet(id, password, 'js old name'));
  await fails('error decrypting. wrong password?', kmd.renameWallet(id, 'wrong', 'js other'));
});

test('errors carry the daemon\'s words', async () => {
  const kmd = client();
  const { wallet } = await kmd.createWallet('js errors', password);
  await fails('wallet with same name already exists', kmd.createWallet('js errors', ''));
  await fails('unknown wallet driver', kmd.createWallet('js driver', '', undefined, 'none'));
  await fails('wallet not found', kmd.initWalletHandle('no such id', password));
  await fails('error decrypting. wrong password?', kmd.initWalletHandle(wallet.id, 'wrong'));
  await fails('wrong number of token parts', kmd.listKeys('x'));
  await fails('invalid API token', client('0'.repeat(64)).listWallets());
});

test('a blank password opens and signs', async () => {
  const { kmd, handle } = await openWallet('js blank', '');
  const sender = (await kmd.generateKey(handle)).address;
  checkSigned(await kmd.signTransaction(handle, '', payment(sender)), sender);
});

// Keys

test('a wallet is recovered from its master derivation key', async () => {
  const { kmd, handle } = await openWallet('js lost');
  const addresses = await generate(kmd, handle, 3);
  const exported = await kmd.exportMasterDerivationKey(handle, password);
  await fails('error decrypting. wrong password?', kmd.exportMasterDerivationKey(handle, 'wrong'));
  const words = algosdk.masterDerivationKeyToMnemonic(exported.master_derivation_key);
  const masterKey = algosdk.mnemonicToMasterDerivationKey(words);
  const { wallet } = await kmd.createWallet('js recovered', 'another password', masterKey);
  const recovered = (await kmd.initWalletHandle(wallet.id, 'another password')).wallet_handle_token;
  assert.deepEqual(await kmd.listKeys(recovered), {});
  assert.deepEqual(await generate(kmd, recovered, 3), addresses);
});

test('import, list, export and delete a key', async () => {
  const { kmd, handle } = await openWallet('js keys');
  const { addr, sk } = account('imported');
  const imported = addr.toString();
  assert.equal((await kmd.importKey(handle, sk)).address, imported);
  assert.deepEqual((await kmd.listKeys(handle)).addresses, [imported]);
  assert.deepEqual((await kmd.exportKey(handle, password, imported)).private_key, sk);
  await fails('key already exists in wallet', kmd.importKey(handle, sk));
  await fails('error decrypting. wrong password?', kmd.exportKey(handle, 'wrong', imported));
  await fails('error decrypting. wrong password?', kmd.deleteKey(handle, 'wrong', imported));
  assert.deepEqual(await kmd.deleteKey(handle, password, imported), {});
  assert.deepEqual(await kmd.listKeys(handle), {});
  await fails('key does not exist in this wallet', kmd.exportKey(handle, password, imported));
});

test('an exported generated key belongs to its address', async () => {
  const { kmd, handle } = await openWallet('js export');
  const [generated] = await generate(kmd, handle, 1);
  const { private_key: key } = await kmd.exportKey(handle, password, generated);
  assert.deepEqual(publicKeyOfSeed(key.subarray(0, 32)), bytesOf(generated));
  assert.deepEqual(key.subarray(32), bytesOf(generated));
});

// Signing

test('sign a payment', async () => {
  const { kmd, handle } = await openWallet('js payment');
  const [sender] = await generate(kmd, handle, 1);
  const txn = payment(sender, { note: new TextEncoder().encode('ünïcode 🔑') });
  const signed = checkSigned(await kmd.signTransaction(handle, password, txn), sender);
  assert.equal(signed.txn.txID(), txn.txID());
  assert.equal(signed.sgnr, undefined);
  await fails('error decrypting. wrong password?', kmd.signTransaction(handle, 'wrong', txn));
  await fails('key does not exist in this wallet',
    kmd.signTransaction(handle, password, payment(account('elsewhere').addr)));
});

test('sign every type of transaction', async () => {
  const { kmd, handle } = await openWallet('js types');
  const [sender] = await generate(kmd, handle, 1);
  for (const txn of everyType(sender)) {
    const signed = checkSigned(await kmd.signTransaction(handle, password, txn), sender);
    assert.equal(signed.txn.txID(), txn.txID(), txn.type);
  }
});

test('sign for a rekeyed sender with a specific public key', async () => {
  const { kmd, handle } = await openWallet('js rekeyed');
  const [signer] = await generate(kmd, handle, 1);
  const txn = payment(account('rekeyed sender').addr);
  const blob = await kmd.signTransactionWithSpecificPublicKey(handle, password, txn, bytesOf(signer));
  assert.equal(checkSigned(blob, signer).sgnr.toString(), signer);
});

// Multisig

test('import, list, export and delete a multisig', async () => {
  const { kmd, handle } = await openWallet('js multisig');
  assert.deepEqual(await kmd.listMultisig(handle), {});
  const addrs = [0, 1, 2].map((n) => account(`member ${n}`).addr);
  const preimage = { version: 1, threshold: 2, pks: addrs.map(base64OfAddress) };
  const expected = algosdk.multisigAddress({ version: 1, threshold: 2, addrs }).toString();
  const imported = await kmd.importMultisig(handle, 1, 2, preimage.pks);
  assert.equal(imported.address, expected);
  assert.deepEqual((await kmd.listMultisig(handle)).addresses, [expected]);
  assert.deepEqual(await kmd.exportMultisig(handle, expected),
    { multisig_version: 1, threshold: 2, pks: preimage.pks });
  await fails('key already exists in wallet', kmd.importMultisig(handle, 1, 2, preimage.pks));
  await fails('error decrypting. wrong password?', kmd.deleteMultisig(handle, 'wrong', expected));
  assert.deepEqual(await kmd.deleteMultisig(handle, password, expected), {});
  assert.deepEqual(await kmd.listMultisig(handle), {});
});

test('sign a multisig, partial as the base64 text of the first answer', async () => {
  const { kmd, handle, members, sender } = await openMultisig('js multisig text');
  const txn = payment(sender);
  const first = await kmd.signMultisigTransaction(handle, password, txn, members[0], undefined);
  assert.equal(typeof first.multisig, 'string');
  const second = await kmd.signMultisigTransaction(handle, password, txn, members[2], first.multisig);
  checkMultisig(second.multisig, txn, sender, members);
});

test('sign a multisig, partial as an object', async () => {
  const { kmd, handle, members, sender } = await openMultisig('js multisig object');
  const txn = payment(sender);
  const first = await kmd.signMultisigTransaction(handle, password, txn, members[0], null);
  const partial = partialAsObject(first.multisig);
  const second = await kmd.signMultisigTransaction(handle, password, txn, members[2], partial);
  checkMultisig(second.multisig, txn, sender, members);
});

test('a wrong password or another multisig\'s partial signs nothing', async () => {
  const { kmd, handle, members, sender } = await openMultisig('js multisig refused');
  const txn = payment(sender);
  const sign = (pw, partial) => kmd.signMultisigTransaction(handle, pw, txn, members[0], partial);
  await fails('error decrypting. wrong password?', sign('wrong', null));
  const { multisig } = await sign(password, null);
  const other = { ...decodeMultisig(multisig), thr: 3 };
  const text = Buffer.from(algosdk.msgpackRawEncode(other)).toString('base64');
  const mismatch = 'given multisig preimage hashes to neither Sender nor AuthAddr';
  await fails(mismatch, sign(password, text));
  await fails(mismatch, sign(password, { ...partialAsObject(multisig), thr: 3 }));
  await fails('could not decode request body', sign(password, 'not a multisig'));
});

test('every kmd method of the SDK was called', () => {
  const missing = publicMethods().filter((name) => !called.has(name));
  assert.deepEqual(missing, []);
});

// Helpers

function client(withToken = token) {
  const kmd = new algosdk.Kmd(withToken, `${address.protocol}//${address.hostname}`, address.port);
  for (const name of publicMethods()) {
    const method = kmd[name];
    kmd[name] = (...args) => {
      called.add(name);
      return method.apply(kmd, args);
    };
  }
  return kmd;
}

// get, post and delete are TypeScript's private: what the others are made of.
function publicMethods() {
  const inner = ['constructor', 'get', 'post', 'delete'];
  return Object.getOwnPropertyNames(algosdk.Kmd.prototype).filter((name) => !inner.includes(name));
}

async function openWallet(name, walletPassword = password) {
  const kmd = client();
  const { wallet } = await kmd.createWallet(name, walletPassword);
  const { wallet_handle_token: handle } = await kmd.initWalletHandle(wallet.id, walletPassword);
  return { kmd, handle, id: wallet.id };
}

async function openMultisig(name) {
  const { kmd, handle } = await openWallet(name);
  const [first, third] = await generate(kmd, handle, 2);
  const addrs = [first, account('absent member').addr.toString(), third];
  const pks = addrs.map(base64OfAddress);
  const { address: sender } = await kmd.importMultisig(handle, 1, 2, pks);
  return { kmd, handle, sender, members: addrs.map(bytesOf) };
}

async function generate(kmd, handle, count) {
  const addresses = [];
  while (addresses.length < count) addresses.push((await kmd.generateKey(handle)).address);
  return addresses;
}

async function fails(message, promise) {
  await assert.rejects(promise, (error) => {
    const answer = JSON.parse(new TextDecoder().decode(error.response.body));
    assert.deepEqual(answer, { error: true, message });
    return true;
  });
}

function account(label) {
  const seed = createHash('sha256').update(label).digest();
  const publicKey = publicKeyOfSeed(seed);
  return { addr: new algosdk.Address(publicKey), sk: Uint8Array.from([...seed, ...publicKey]) };
}

function publicKeyOfSeed(seed) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}

function bytesOf(addr) {
  return algosdk.decodeAddress(addr.toString()).publicKey;
}

function base64OfAddress(addr) {
  return Buffer.from(bytesOf(addr)).toString('base64');
}

function suggestedParams() {
  const genesisHash = Uint8Array.from(createHash('sha256').update('a network of our own').digest());
  return { flatFee: true, fee: 1000, minFee: 1000, firstValid: 1, lastValid: 1000, genesisID: 'ours-v1', genesisHash };
}

function payment(sender, more = {}) {
  return algosdk.makePaymentTxnWithSuggestedParamsFromObject({
    sender, receiver: account('receiver').addr, amount: 1000, suggestedParams: suggestedParams(), ...more,
  });
}

function everyType(sender) {
  const other = account('receiver').addr;
  const bytes = (length) => Uint8Array.from({ length }, (_, n) => n);
  const common = { sender, suggestedParams: suggestedParams() };
  const program = Uint8Array.from([0x0a, 0x81, 0x01]);
  return [
    payment(sender, { amount: 0, closeRemainderTo: other, rekeyTo: other, lease: bytes(32) }),
    algosdk.makeKeyRegistrationTxnWithSuggestedParamsFromObject({
      ...common, voteKey: bytes(32), selectionKey: bytes(32), stateProofKey: bytes(64),
      voteFirst: 1, voteLast: 100, voteKeyDilution: 10,
    }),
    algosdk.makeKeyRegistrationTxnWithSuggestedParamsFromObject({ ...common, nonParticipation: true }),
    algosdk.makeAssetCreateTxnWithSuggestedParamsFromObject({
      ...common, total: 2n ** 64n - 1n, decimals: 6, defaultFrozen: true, manager: other, reserve: other,
      freeze: other, clawback: other, unitName: 'ÜNIT', assetName: 'an asset', assetURL: 'ipfs://x',
      assetMetadataHash: bytes(32),
    }),
    algosdk.makeAssetDestroyTxnWithSuggestedParamsFromObject({ ...common, assetIndex: 7 }),
    algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
      ...common, receiver: other, amount: 5, assetIndex: 2n ** 63n + 1n, closeRemainderTo: other, assetSender: other,
    }),
    algosdk.makeAssetFreezeTxnWithSuggestedParamsFromObject({
      ...common, assetIndex: 7, freezeTarget: other, frozen: true,
    }),
    algosdk.makeApplicationCreateTxnFromObject({
      ...common, onComplete: algosdk.OnApplicationComplete.NoOpOC, approvalProgram: program, clearProgram: program,
      numLocalInts: 1, numLocalByteSlices: 2, numGlobalInts: 3, numGlobalByteSlices: 4, extraPages: 1,
      appArgs: [bytes(9)], accounts: [other], foreignApps: [12], foreignAssets: [13],
      boxes: [{ appIndex: 0, name: bytes(3) }, { appIndex: 12, name: bytes(4) }],
    }),
    algosdk.makeApplicationNoOpTxnFromObject({
      ...common, appIndex: 12, convertToAccess: true, accounts: [other], foreignApps: [14], foreignAssets: [13],
      boxes: [{ appIndex: 14, name: bytes(3) }], holdings: [{ assetIndex: 13, address: other }],
      locals: [{ appIndex: 14, address: other }],
    }),
    algosdk.makeApplicationDeleteTxnFromObject({ ...common, appIndex: 12 }),
  ];
}

function checkSigned(blob, signer) {
  const signed = algosdk.decodeSignedTransaction(blob);
  assert.ok(signatureHolds(signed.sig, signed.txn, bytesOf(signer)), 'the signature does not hold');
  return signed;
}

// The first and third member have signed, the second has not.
function checkMultisig(text, txn, sender, members) {
  const { subsig, thr, v } = decodeMultisig(text);
  assert.deepEqual({ thr, v }, { thr: 2, v: 1 });
  assert.deepEqual(subsig.map(({ pk }) => Uint8Array.from(pk)), members);
  assert.deepEqual(subsig.map(({ s }) => s !== undefined), [true, false, true]);
  for (const { pk, s } of subsig.filter((one) => one.s)) assert.ok(signatureHolds(s, txn, pk));
  assert.ok(algosdk.verifyMultisig(txn.bytesToSign(), { subsig, thr, v }, bytesOf(sender)));
}

function signatureHolds(signature, txn, publicKey) {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, txn.bytesToSign(), key, signature);
}

function decodeMultisig(text) {
  return algosdk.msgpackRawDecode(Buffer.from(text, 'base64'), { intDecoding: algosdk.IntDecoding.SAFE });
}

function partialAsObject(text) {
  const base64 = (bytes) => bytes && Buffer.from(bytes).toString('base64');
  const { subsig, thr, v } = decodeMultisig(text);
  return { subsig: subsig.map(({ pk, s }) => ({ pk: base64(pk), s: base64(s) })), thr, v };
}

let failed = 0;
for (const { name, run } of tests) {
  try {
    await run();
    console.log(`ok - javascript: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - javascript: ${name}`);
    console.log(error);
  }
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
