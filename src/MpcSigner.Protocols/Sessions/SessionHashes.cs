using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Sessions;

/// <summary>The hashes of spec §4.10.</summary>
internal static class SessionHashes
{
    /// <summary>H("join"; join_i).</summary>
    public static Digest32 Join(ReadOnlySpan<byte> join) => new TranscriptHash(Tags.Join).Bytes(join).ToDigest();

    /// <summary>H("joins"; list of joins ascending by nid).</summary>
    public static Digest32 Joins(IReadOnlyList<Join> ascending)
    {
        var hash = new TranscriptHash(Tags.Joins).Count(ascending.Count);
        foreach (var join in ascending)
            hash.Bytes(join.Encode());
        return hash.ToDigest();
    }
}
