// Random transactions built and signed by ethers, with what they were built to do. The expectations come from what was asked of ethers, never from
// the decoder under test.
import { AbiCoder, Interface, SigningKey, Transaction, computeAddress, getAddress, keccak256 } from 'ethers';

const erc20 = new Interface([
  'function transfer(address to, uint256 amount)', 'function approve(address spender, uint256 amount)', 'function transferFrom(address from, address to, uint256 amount)',
  'function mint(address to, uint256 amount)', 'function increaseAllowance(address spender, uint256 added)',
]);

export const MAX_CHAIN_ID = 2n ** 63n - 37n;

const address = random => getAddress(random.hex(20));
const opaque = () => ({ type: 'opaque' });

// data and, for a call without value, the one effect it has.
const calls = {
  none: () => ['0x', null],
  transfer(random, token) {
    const to = address(random), amount = random.number(256);
    return [erc20.encodeFunctionData('transfer', [to, amount]), from => ({ type: 'transfer', asset: token, source: from, destination: to, amount })];
  },
  approve(random, token) {
    const spender = address(random), amount = random.number(256);
    return [erc20.encodeFunctionData('approve', [spender, amount]), from => ({ type: 'allowance', asset: token, owner: from, spender, amount })];
  },
  transferFrom(random, token) {
    const owner = address(random), to = address(random), amount = random.number(256);
    return [erc20.encodeFunctionData('transferFrom', [owner, to, amount]), () => ({ type: 'transfer', asset: token, source: owner, destination: to, amount })];
  },
  mint: random => [erc20.encodeFunctionData('mint', [address(random), random.number(256)]), opaque],
  increaseAllowance: random => [erc20.encodeFunctionData('increaseAllowance', [address(random), random.number(256)]), opaque],
  // What a contract would take for a transfer, and the ABI does not write.
  dirtyPadding(random) {
    const bytes = Buffer.from(erc20.encodeFunctionData(random.pick(['transfer', 'approve']), [address(random), 1n]).slice(2), 'hex');
    bytes[4 + random.below(12)] ^= 1 + random.below(255);
    return ['0x' + bytes.toString('hex'), opaque];
  },
  longer: random => [erc20.encodeFunctionData('transfer', [address(random), 1n]) + random.hex(1 + random.below(32)).slice(2), opaque],
  shorter(random) {
    const whole = erc20.encodeFunctionData('transferFrom', [address(random), address(random), random.number(256)]);
    return [whole.slice(0, 2 + 2 * (1 + random.below(99))), opaque];
  },
  random: random => [random.hex(1 + random.below(300)), opaque],
  words: random => [random.hex(4) + AbiCoder.defaultAbiCoder().encode(['uint256', 'address'], [random.number(256), address(random)]).slice(2), opaque],
};
const kinds = [...Array(5).fill('none'), 'transfer', 'transfer', 'transfer', 'approve', 'approve', 'transferFrom', 'transferFrom', ...Object.keys(calls)];

function accessList(random) {
  return Array.from({ length: random.pick([0, 0, 1, 2, 5]) }, () => ({
    address: address(random), storageKeys: Array.from({ length: random.pick([0, 1, 2, 9]) }, () => random.hex(32)),
  }));
}

// plain: a payment of the coin by EIP-1559, as our own builder makes it.
export function make(random, plain = false) {
  const type = plain ? 2 : random.pick([0, 0, 1, 2, 2]);
  const replayable = type === 0 && random.chance(30);
  const key = new SigningKey(random.hex(32));
  const from = computeAddress(key);
  const creation = !plain && random.chance(4);
  const to = creation ? null : address(random);
  const kind = plain ? 'none' : creation ? 'random' : random.pick(kinds);
  const [data, call] = calls[kind](random, to);
  const value = data !== '0x' && random.chance(80) ? 0n : random.number(256);
  const chainId = replayable ? 0n : random.pick([1n, 10n, 56n, 137n, 8453n, 11155111n, 31337n, MAX_CHAIN_ID, 1n + random.number(62)]);

  // Gas · price stays within 256 bits; each alone may be long.
  const gasLimit = random.pick([0n, 21_000n, 65_000n, 30_000_000n, random.number(120)]);
  const [low, high] = [random.number(120), random.number(120)].sort((a, b) => (a < b ? -1 : 1));
  const fees = type === 2 ? { maxPriorityFeePerGas: low, maxFeePerGas: high } : { gasPrice: high };
  const list = plain || type === 0 ? [] : accessList(random);
  const nonce = random.pick([0, 1, 127, 128, 255, 256, 2 ** 32, Number.MAX_SAFE_INTEGER]);

  const transaction = Transaction.from({ type, chainId, nonce, gasLimit, to, value, data, ...fees, ...(type === 0 ? {} : { accessList: list }) });
  const unsigned = transaction.unsignedSerialized;
  const digest = transaction.unsignedHash;
  const signature = key.sign(digest);
  transaction.signature = signature;

  const effects = [];
  if (creation) {
    effects.push(opaque());
  } else {
    if (data === '0x' || value > 0n) effects.push({ type: 'transfer', asset: 'native', source: from, destination: to, amount: value });
    if (data !== '0x') effects.push(value > 0n ? opaque() : call(from));
  }
  return {
    name: `type ${type}${replayable ? ' without chain id' : ''}, ${creation ? 'creation' : kind}`,
    type, chainId: chainId.toString(), nonce: nonce.toString(), gasLimit: gasLimit.toString(), gasPrice: high.toString(),
    maxPriorityFee: type === 2 ? low.toString() : null, maxFee: (gasLimit * high).toString(), to, value: value.toString(), data: data.slice(2),
    accessList: list.map(entry => ({ address: entry.address, keys: entry.storageKeys.length })),
    effects: effects.map(e => ('amount' in e ? { ...e, amount: e.amount.toString() } : e)),
    publicKey: key.compressedPublicKey.slice(2), from,
    unsigned: unsigned.slice(2), digest: digest.slice(2),
    signature: signature.r.slice(2) + signature.s.slice(2) + '0' + signature.yParity,
    signed: transaction.serialized.slice(2), hash: keccak256(transaction.serialized),
  };
}
