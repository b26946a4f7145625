using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>All that others have sent to t − 1 nodes, and the scalars in it, one by one and added up.</summary>
internal sealed class CoalitionView
{
    private const int ScalarSize = IGroup.ScalarSize;

    /// <summary>Where points and hashes stand between scalars, a scalar may begin at any byte; behind that, in the vector OLE, at every 32nd.</summary>
    private const int LooseBytes = 4_368;

    private readonly List<ReadOnlyMemory<byte>> _payloads = [];
    private readonly List<PublicScalar> _scalars = [];
    private readonly Dictionary<(SessionId, NodeId Recipient, int Place), PublicScalar> _sumsByRecipient = [];
    private readonly Dictionary<(SessionId, int Place), PublicScalar> _sumsBySession = [];

    /// <returns>The scalars in it.</returns>
    public IReadOnlyList<PublicScalar> Note(SentMessage message)
    {
        _payloads.Add(message.Payload);
        var group = Groups.For(message.Session.Terms.Suite.Curve());
        List<PublicScalar> found = [];
        var place = 0;
        foreach (var part in ScalarsOf(message))
        {
            foreach (var encoded in message.Payload[part].Span.ToArray().Chunk(ScalarSize))
            {
                if (!group.TryDecodeScalar(encoded, out var scalar))
                    continue;
                found.Add(scalar);
                Add(group, _sumsByRecipient, (message.Session.Terms.Session, message.Recipient, place), scalar);
                Add(group, _sumsBySession, (message.Session.Terms.Session, place++), scalar);
            }
        }
        _scalars.AddRange(found);
        return found;
    }

    /// <summary>Each scalar that was sent; of each session what one member was sent, added up, and what all were.</summary>
    public IEnumerable<PublicScalar> Candidates => _scalars.Concat(_sumsByRecipient.Values).Concat(_sumsBySession.Values);

    /// <summary>What of these values stands anywhere in what was sent.</summary>
    public string? Find(IEnumerable<(byte[] Value, string What)> secrets)
    {
        var byPrefix = secrets.ToLookup(secret => BinaryPrimitives.ReadUInt64BigEndian(secret.Value));
        foreach (var payload in _payloads)
        {
            var bytes = payload.Span;
            for (var at = 0; at + ScalarSize <= bytes.Length; at += at < LooseBytes || bytes.Length <= LooseBytes ? 1 : at % ScalarSize == LooseBytes % ScalarSize ? ScalarSize : 1)
            {
                foreach (var (value, what) in byPrefix[BinaryPrimitives.ReadUInt64BigEndian(bytes[at..])])
                {
                    if (bytes.Slice(at, ScalarSize).SequenceEqual(value))
                        return what;
                }
            }
        }
        return null;
    }

    private static IEnumerable<Range> ScalarsOf(SentMessage message)
    {
        switch (message.Type)
        {
            case MessageType.FrostShare:
                yield return 0..ScalarSize;
                break;
            case MessageType.OnlineReply:
                yield return ScalarSize..(3 * ScalarSize);
                break;
            case MessageType.Round when message.Session.Terms.Protocol == ProtocolKind.Presign && message.Round == 2:
                yield return 196..(196 + ScalarSize); // ψ of the session's first presignature
                break;
            case MessageType.Round:
                var parts = MessageParts.Of(message);
                if (parts.SharesSize > 0)
                    yield return parts.Shares;
                if (message.Session.Terms.Protocol == ProtocolKind.Recovery && message.Round == 3)
                    yield return parts.Proofs; // y
                break;
        }
    }

    private static void Add<TKey>(IGroup group, Dictionary<TKey, PublicScalar> sums, TKey key, PublicScalar scalar) where TKey : notnull =>
        sums[key] = sums.TryGetValue(key, out var sum) ? group.AddPublic(sum, scalar) : scalar;
}
