using System.Text;
using MpcSigner.Core.Encodings;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>How a key is found in a token: label and id together, and exactly one object may have them.</summary>
public sealed record KeyName
{
    /// <summary>The longest label: bytes of UTF-8.</summary>
    public const int MaxLabelBytes = 64;

    /// <summary>The longest id.</summary>
    public const int MaxIdBytes = 32;

    /// <param name="label">1..64 bytes of UTF-8 without control characters.</param>
    /// <param name="id">1..32 bytes.</param>
    /// <exception cref="ArgumentException">Out of range.</exception>
    public KeyName(string label, ReadOnlySpan<byte> id)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(label), MaxLabelBytes, nameof(label));
        if (!OneLine.Holds(label))
            throw new ArgumentException("a label has no control characters", nameof(label));
        ArgumentOutOfRangeException.ThrowIfZero(id.Length, nameof(id));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, MaxIdBytes, nameof(id));
        (Label, Id) = (label, Convert.ToHexStringLower(id));
    }

    /// <summary><c>CKA_LABEL</c>.</summary>
    public string Label { get; }

    /// <summary><c>CKA_ID</c> in hexadecimal.</summary>
    public string Id { get; }

    internal byte[] LabelBytes => Encoding.UTF8.GetBytes(Label);

    internal byte[] IdBytes => Convert.FromHexString(Id);

    /// <summary>Label and id.</summary>
    public override string ToString() => $"'{Label}' (id {Id})";
}

/// <summary>A key as the token lists it.</summary>
/// <param name="Kind">secret, private or public.</param>
/// <param name="Label">Its label, without control characters.</param>
/// <param name="Id">Its id in hexadecimal.</param>
public sealed record KeyDescription(string Kind, string Label, string Id);
