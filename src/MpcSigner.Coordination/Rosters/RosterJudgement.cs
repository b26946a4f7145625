using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Rosters;

/// <summary>Judges one roster against the one in force: a long text, many signatures and keys, so not on the machine's thread.</summary>
internal sealed class RosterJudgement(IRosterReader reader, Membership current, NodeId self, SignedRoster proposed) : Work
{
    public Digest32 Hash { get; private set; }

    /// <summary>What would be in force; null when it is refused, or in force already.</summary>
    public Membership? Next { get; private set; }

    /// <summary>Why it is refused; null when it is not.</summary>
    public ServiceError? Error { get; private set; }

    public bool IsInForce => Hash == current.Roster.Hash;

    public override void Run()
    {
        Hash = new(SHA256.HashData(proposed.Bytes.Span));
        if (IsInForce)
            return;
        if (!reader.TryFollow(current.Roster, proposed.Bytes, proposed.Signatures, out var next, out var error)
            || !Membership.TryCreate(next, self, current.Signer, out var members, out error))
        {
            Error = error;
            return;
        }
        RequireSuccessor(next);
        Next = members;
    }

    /// <summary>What everything here rests on, whoever reads the documents.</summary>
    private void RequireSuccessor(Roster next)
    {
        var before = current.Roster;
        if (next.Hash != Hash || next.Version != before.Version + 1 || next.Predecessor != before.Hash || next.Cluster != before.Cluster)
            throw new InvalidOperationException($"the reader passed version {next.Version} of the roster as the one after {before.Version}");
    }
}
