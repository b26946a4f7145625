using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Identities;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>Versions of the roster between nodes.</summary>
internal static class RosterMapping
{
    public static V1.FetchRostersReply ToWire(PeerReply.Rosters rosters)
    {
        var message = new V1.FetchRostersReply { Version = rosters.Version, RosterHash = WireBytes.Of(rosters.Hash.Value) };
        if (rosters.Next is not { } next)
            return message;
        message.Roster = WireBytes.Of(next.Bytes);
        message.Signatures.AddRange(next.Signatures.Select(signature => UnsafeByteOperations.UnsafeWrap(signature)));
        return message;
    }

    public static bool TryRead(V1.FetchRostersReply message, [NotNullWhen(true)] out PeerReply.Rosters? rosters)
    {
        rosters = null;
        if (message.Version == 0 || !WireBytes.Read(message.RosterHash, out Digest32 hash))
            return false;
        if (message.Roster.Length == 0)
        {
            rosters = message.Signatures.Count == 0 ? new(message.Version, hash, null) : null;
            return rosters is not null;
        }
        var next = new SignedRoster(message.Roster.Memory, [.. message.Signatures.Select(signature => signature.Memory)]);
        if (RosterLimits.Admit(next.Bytes, next.Signatures))
            rosters = new(message.Version, hash, next);
        return rosters is not null;
    }
}
