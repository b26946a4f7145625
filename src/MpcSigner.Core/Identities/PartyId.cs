namespace MpcSigner.Core.Identities;

/// <summary>pid: a party's number within one key, 1..65535, used as its Shamir coordinate x = pid (spec §1). Never reused within a key.</summary>
public readonly record struct PartyId : IComparable<PartyId>
{
    public const int Min = 1;
    public const int Max = ushort.MaxValue;

    public ushort Value { get; }

    /// <exception cref="ArgumentOutOfRangeException">Zero: it would be the coordinate of the secret itself.</exception>
    public PartyId(ushort value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        Value = value;
    }

    public static bool TryCreate(long value, out PartyId pid)
    {
        pid = default;
        if (value is < Min or > Max)
            return false;
        pid = new((ushort)value);
        return true;
    }

    public int CompareTo(PartyId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
