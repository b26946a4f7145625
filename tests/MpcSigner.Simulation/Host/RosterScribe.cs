using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Simulation.Host;

/// <summary>Rosters of a simulated cluster: written down by number, signed for real, and judged as the machine asks for it.</summary>
public sealed class RosterScribe : IRosterReader
{
    private readonly Dictionary<Digest32, Roster> _known = [];

    /// <summary>The version after another, changed. Its hash, predecessor, version and cluster are made here.</summary>
    public Roster Next(Roster current, Func<Roster, Roster> change)
    {
        var next = change(current) with { Version = current.Version + 1, Predecessor = current.Hash, NamedCluster = current.Cluster };
        return Write(next);
    }

    /// <summary>The same without any rule: for rosters that are to be refused.</summary>
    public Roster Write(Roster roster)
    {
        var written = roster with { Hash = new(SHA256.HashData(BytesOf(_known.Count))) };
        _known.Add(written.Hash, written);
        return written;
    }

    public SignedRoster Sign(Roster roster, params IEnumerable<IdentityKey> administrators) =>
        new(BytesOf(_known.Keys.ToList().IndexOf(roster.Hash)), [.. administrators.Select(key => (ReadOnlyMemory<byte>)(byte[])[.. key.PublicKey.Bytes, .. key.Sign(roster.Hash)])]);

    public bool TryFollow(
        Roster current, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out Roster? next, [NotNullWhen(false)] out ServiceError? error)
    {
        error = null;
        if (!_known.TryGetValue(new(SHA256.HashData(roster.Span)), out next))
            error = new(Reason.RosterRefused, "no such roster", "");
        else if (next.Version != current.Version + 1 || next.Predecessor != current.Hash || next.Cluster != current.Cluster)
            error = new(Reason.RosterRefused, $"version {next.Version} does not follow version {current.Version}", "");
        else if (!AreQuorum(current, next, signatures))
            error = new(Reason.TooFewSignatures, "not signed by the quorum", "");
        return error is null;
    }

    public Roster ReadAccepted(ReadOnlyMemory<byte> roster) => _known[new(SHA256.HashData(roster.Span))];

    private static bool AreQuorum(Roster current, Roster next, IReadOnlyList<ReadOnlyMemory<byte>> signatures)
    {
        var signers = signatures.Select(signature => new AdministratorId(SHA256.HashData(signature.Span[..Ed25519PublicKey.Size]))).ToHashSet();
        return signers.Count == signatures.Count && signers.Count >= current.Quorum && signers.All(id => current.Find(id) is not null)
            && signatures.All(signature => Ed25519PublicKey.Decode(signature.Span[..Ed25519PublicKey.Size]).Verify(next.Hash, signature.Span[Ed25519PublicKey.Size..]));
    }

    private static byte[] BytesOf(int number) => Encoding.ASCII.GetBytes($"roster {number}");
}
