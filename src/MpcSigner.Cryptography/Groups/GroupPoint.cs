namespace MpcSigner.Cryptography.Groups;

/// <summary>An element of a prime-order group: immutable, compared by value, held in whatever form its group computes with.</summary>
public abstract class GroupPoint : IEquatable<GroupPoint>
{
    private protected GroupPoint(IGroup group) => Group = group;

    public IGroup Group { get; }

    /// <summary>O is held in memory only.</summary>
    public abstract bool IsIdentity { get; }

    /// <summary>The group's encoding (spec §3.1), of <see cref="IGroup.PointSize"/> bytes. It is the point's own buffer: copy what must outlive it.</summary>
    /// <exception cref="InvalidOperationException">O has no encoding.</exception>
    public ReadOnlySpan<byte> Encoded =>
        IsIdentity ? throw new InvalidOperationException("the identity has no encoding") : EncodedBytes;

    /// <inheritdoc cref="Encoded"/>
    public byte[] Encode() => Encoded.ToArray();

    /// <param name="destination">At least <see cref="IGroup.PointSize"/> bytes.</param>
    public void CopyTo(Span<byte> destination) => Encoded.CopyTo(destination);

    private protected abstract byte[] EncodedBytes { get; }

    /// <summary>Equality with a point of the same group; neither is O.</summary>
    private protected abstract bool SameAs(GroupPoint other);

    public bool Equals(GroupPoint? other) =>
        other is not null && ReferenceEquals(Group, other.Group) && IsIdentity == other.IsIdentity
        && (ReferenceEquals(this, other) || IsIdentity || SameAs(other));

    public override bool Equals(object? obj) => Equals(obj as GroupPoint);

    public override int GetHashCode() =>
        IsIdentity ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(EncodedBytes.AsSpan(4));

    public static bool operator ==(GroupPoint? left, GroupPoint? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(GroupPoint? left, GroupPoint? right) => !(left == right);

    /// <summary>The encoding in hexadecimal, or "O".</summary>
    public override string ToString() => IsIdentity ? "O" : Convert.ToHexStringLower(EncodedBytes);
}
