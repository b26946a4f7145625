using System.Buffers.Binary;
using System.Text;

namespace MpcSigner.Cryptography.Transcripts;

/// <summary>Which of the hash functions of spec §3.2 a tag belongs to. A tag serves one of them only.</summary>
public enum HashFunction : byte
{
    /// <summary>H: SHA-256, 32 bytes.</summary>
    H,

    /// <summary>Hs: SHA-512 with the curve as a field, read big endian mod q.</summary>
    Hs,

    /// <summary>H64: SHA-512, 64 bytes.</summary>
    H64,
}

/// <summary>A domain of hashing: one purpose, one tag (spec §3.2).</summary>
public sealed class Tag
{
    private readonly byte[] _field;

    internal Tag(string name, HashFunction function = HashFunction.H)
    {
        Name = name;
        Function = function;
        var text = Encoding.ASCII.GetBytes(Tags.Prefix + name);
        _field = new byte[4 + text.Length];
        BinaryPrimitives.WriteUInt32BigEndian(_field, (uint)text.Length);
        text.CopyTo(_field, 4);
    }

    public string Name { get; }

    public HashFunction Function { get; }

    /// <summary>LP(PFX ‖ tag), the first field of every hash.</summary>
    internal ReadOnlySpan<byte> Field => _field;

    public override string ToString() => Name;
}
