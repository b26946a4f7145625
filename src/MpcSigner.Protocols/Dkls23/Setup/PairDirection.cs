using MpcSigner.Core.Identities;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>What one direction of a setup came to at one end.</summary>
/// <param name="Id">setup_id.</param>
internal readonly record struct PairDirection<TSeeds>(Digest32 Id, ulong Epoch, TSeeds Seeds);
