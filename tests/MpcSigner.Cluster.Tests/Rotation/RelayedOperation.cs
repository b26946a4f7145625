using MpcSigner.Client;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>What is done to a key, over and over, while something befalls its nodes.</summary>
/// <param name="Protocol">Its session's; of its messages moments are made.</param>
/// <param name="Keys">One for each moment, and some to spare.</param>
/// <param name="Compose">The job for one key.</param>
/// <param name="Generation">In use afterwards, by <paramref name="Parties"/>.</param>
internal sealed record RelayedOperation(ProtocolKind Protocol, IReadOnlyList<SigningKey> Keys, Func<SigningKey, Task<JobFile>> Compose, uint Generation, string[] Parties)
{
    /// <summary>Keys for moments that come at their second try.</summary>
    public const int Spare = 5;

    /// <summary>What must be true of the key besides, after each moment.</summary>
    public Func<SigningKey, Task> Also { get; init; } = static _ => Task.CompletedTask;
}
