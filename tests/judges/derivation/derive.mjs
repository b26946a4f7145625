// Derives keys and addresses with software that is not ours, from public keys alone: ethers and bitcoinjs-lib with bip32 from an xpub,
// Cardano's library from an Ed25519 public key and chain code (BIP32-Ed25519, soft derivation).
//
//   standard input: {"secp256k1": [{"xpub", "paths": [[0, 1], …]}], "ed25519": [{"publicKey", "chainCode", "paths"}]}
//   standard output: the same lists; for each path {publicKey, ethereum, p2wpkh, p2tr, outputKey} or {publicKey, chainCode}

import { readFileSync } from 'node:fs';
import { HDNodeWallet } from 'ethers';
import { BIP32Factory } from 'bip32';
import * as curve from 'tiny-secp256k1';
import * as bitcoin from 'bitcoinjs-lib';
import cardano from '@emurgo/cardano-serialization-lib-nodejs';

bitcoin.initEccLib(curve);
const bip32 = BIP32Factory(curve);
const hex = bytes => Buffer.from(bytes).toString('hex');

function secp256k1({ xpub, paths }) {
  const root = bip32.fromBase58(xpub);
  const wallet = HDNodeWallet.fromExtendedKey(xpub);
  return paths.map(path => {
    const node = path.reduce((at, index) => at.derive(index), root);
    const account = path.reduce((at, index) => at.deriveChild(index), wallet);
    const taproot = bitcoin.payments.p2tr({ internalPubkey: bitcoin.toXOnly(node.publicKey) });
    if (account.publicKey !== '0x' + hex(node.publicKey)) throw new Error('the judges disagree');
    return {
      publicKey: hex(node.publicKey), ethereum: account.address, p2wpkh: bitcoin.payments.p2wpkh({ pubkey: node.publicKey }).address,
      p2tr: taproot.address, outputKey: hex(taproot.pubkey),
    };
  });
}

function ed25519({ publicKey, chainCode, paths }) {
  const root = cardano.Bip32PublicKey.from_bytes(Buffer.from(publicKey + chainCode, 'hex'));
  return paths.map(path => {
    const bytes = path.reduce((at, index) => at.derive(index), root).as_bytes();
    return { publicKey: hex(bytes.slice(0, 32)), chainCode: hex(bytes.slice(32)) };
  });
}

const asked = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify({ secp256k1: asked.secp256k1.map(secp256k1), ed25519: asked.ed25519.map(ed25519) }));
