using MpcSigner.Core.Identities;

namespace MpcSigner.Cryptography.Groups;

/// <summary>A scalar that everybody may know, below q, in its group's encoding. Equality is not constant time.</summary>
public readonly struct PublicScalar : IEquatable<PublicScalar>
{
    private readonly IGroup? _group;
    private readonly Bytes32 _value;

    /// <param name="canonical">32 bytes below q in the group's encoding: the caller's to guarantee.</param>
    internal PublicScalar(IGroup group, ReadOnlySpan<byte> canonical)
    {
        _group = group;
        _value = new(canonical);
    }

    /// <exception cref="InvalidOperationException">The default value belongs to no group.</exception>
    public IGroup Group => _group ?? throw new InvalidOperationException("this scalar was never assigned");

    public bool IsZero => _value.IsZero;

    /// <summary>The group's encoding (spec §3.1).</summary>
    public byte[] Encode() => _value.ToArray();

    /// <param name="destination">At least 32 bytes.</param>
    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);

    public bool Equals(PublicScalar other) => ReferenceEquals(_group, other._group) && _value == other._value;

    public override bool Equals(object? obj) => obj is PublicScalar other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    public static bool operator ==(PublicScalar left, PublicScalar right) => left.Equals(right);

    public static bool operator !=(PublicScalar left, PublicScalar right) => !left.Equals(right);

    /// <summary>The encoding in hexadecimal.</summary>
    public override string ToString() => _value.ToString();
}
