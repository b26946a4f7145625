using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>The hashes of one direction's trees (spec §5.2), all in locked memory.</summary>
internal sealed class SeedTreeHash : IDisposable
{
    private const int NodeName = 4, LeafName = 3, TreeName = 2;

    private readonly SecretTranscriptTemplate _left = new(Tags.TreeLeft, Digest32.Size, NodeName, SetupSizes.Node);
    private readonly SecretTranscriptTemplate _right = new(Tags.TreeRight, Digest32.Size, NodeName, SetupSizes.Node);
    private readonly SecretTranscriptTemplate _check = new(Tags.LeafCheck, Digest32.Size, LeafName, SetupSizes.Node);
    private readonly SecretTranscriptTemplate _digest = new(
        Tags.TreeDigest, [Digest32.Size, TreeName, .. Enumerable.Repeat(SetupLayout.LeafCheck, SetupSizes.Leaves)]);

    internal SeedTreeHash(Digest32 setupSid)
    {
        foreach (var hash in (ReadOnlySpan<SecretTranscriptTemplate>)[_left, _right, _check, _digest])
            setupSid.CopyTo(hash[0]);
    }

    /// <summary>G2(i, l, y, s) = (H("ggm-0"; setup_sid, i‖l‖y, s), H("ggm-1"; …)).</summary>
    /// <param name="children">64 bytes: left ‖ right.</param>
    /// <param name="level">l, that of the children.</param>
    internal void Expand(Span<byte> children, int tree, int level, int node, ReadOnlySpan<byte> seed)
    {
        Span<byte> name = stackalloc byte[NodeName];
        BinaryPrimitives.WriteUInt16BigEndian(name, (ushort)tree);
        name[2] = (byte)level;
        name[3] = (byte)node;
        name.CopyTo(_left[1]);
        name.CopyTo(_right[1]);
        seed.CopyTo(_left[2]);
        seed.CopyTo(_right[2]);
        _left.Hash(children[..SetupSizes.Node]);
        _right.Hash(children[SetupSizes.Node..]);
    }

    /// <summary>v_y = H64("pprf-check"; setup_sid, i‖y, s_y).</summary>
    internal void Check(Span<byte> value, int tree, int leaf, ReadOnlySpan<byte> seed)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_check[1], (ushort)tree);
        _check[1][2] = (byte)leaf;
        seed.CopyTo(_check[2]);
        _check.Hash(value);
    }

    /// <summary>h = H("pprf-digest"; setup_sid, i, v_0, …, v_15).</summary>
    /// <param name="values">v_0 ‖ … ‖ v_15.</param>
    internal void Digest(Span<byte> digest, int tree, ReadOnlySpan<byte> values)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_digest[1], (ushort)tree);
        for (var y = 0; y < SetupSizes.Leaves; y++)
            values.Slice(y * SetupLayout.LeafCheck, SetupLayout.LeafCheck).CopyTo(_digest[2 + y]);
        _digest.Hash(digest);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _check.Dispose();
        _digest.Dispose();
    }
}
