using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>What one run of a pair setup starts from.</summary>
/// <param name="Nodes">Both ends; instances are those of the joins, so that a stale one yields another setup_sid.</param>
/// <param name="Last">The last epochs this node has used with the peer, from durable memory.</param>
/// <param name="Random">Fresh for each attempt (C11).</param>
/// <param name="Older">The setup with this peer that is active so far, if any: the run retires it before anything is sent.</param>
public sealed record PairSetupSession(PairNodes Nodes, PairEpochs Last, IRandomSource Random, PairSetup? Older);
