using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Rosters;

/// <summary>Reads rosters from their bytes and judges their chain. Given by the host: the documents' form is no concern of the machine.</summary>
public interface IRosterReader
{
    /// <summary>Whether these bytes are the version that follows <paramref name="current"/>: version + 1, its hash as predecessor, the same cluster, and signed by exactly
    /// as many of <paramref name="current"/>'s administrators as it asks for. Pure, and safe on any thread.</summary>
    /// <param name="roster">Untrusted, at most <see cref="RosterLimits.MaxRosterBytes"/>.</param>
    /// <param name="signatures">Untrusted encoded signatures, at most <see cref="RosterLimits.MaxSignatures"/>.</param>
    bool TryFollow(
        Roster current, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out Roster? next, [NotNullWhen(false)] out ServiceError? error);

    /// <summary>Reads a version that this node has accepted before, from its own store.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read: the store holds what was never accepted.</exception>
    Roster ReadAccepted(ReadOnlyMemory<byte> roster);
}

/// <summary>Bounds of what is taken in as a roster, from administrators and from peers.</summary>
public static class RosterLimits
{
    /// <summary>10,000 clients of some 300 bytes each.</summary>
    public const int MaxRosterBytes = StoreLimits.MaxRosterBytes;

    public const int MaxSignatures = Roster.MaxAdministrators;

    public const int MaxSignatureBytes = StoreLimits.MaxDocumentSignatureBytes;

    /// <summary>Rosters that wait here to be judged; more are refused.</summary>
    public const int MaxWaiting = 16;

    public static bool Admit(ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures) =>
        roster.Length is > 0 and <= MaxRosterBytes && signatures.Count is > 0 and <= MaxSignatures && signatures.All(signature => signature.Length is > 0 and <= MaxSignatureBytes);
}
