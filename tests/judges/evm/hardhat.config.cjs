// A chain within the judge's own process: no port, no compiler, no file of its own but this one.
const { senders } = require('./senders.cjs');

module.exports = {
  networks: {
    hardhat: {
      chainId: 31337,
      accounts: senders.map(privateKey => ({ privateKey, balance: '1000000000000000000000' })),
    },
  },
};
