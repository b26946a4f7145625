// Keys that exist for tests alone: who pays, who spends by allowance, who puts the token onto the chain.
const key = digit => '0x' + digit.repeat(64);

module.exports = { payer: key('1'), spender: key('2'), deployer: key('3'), senders: [key('1'), key('2'), key('3')] };
