namespace MpcSigner.Pkcs11.Sessions;

/// <summary>Which token, and how it is used.</summary>
public sealed record TokenOptions
{
    /// <summary>The longest label: 32 bytes in the token.</summary>
    public const int MaxLabelLength = 32;

    /// <summary>The token's label, without padding.</summary>
    /// <value>1..32 characters.</value>
    public required string Label { get; init; }

    /// <summary>Its serial, where several tokens share a label; null if the label is enough.</summary>
    public string? Serial { get; init; }

    /// <summary>Sessions at most, and so calls at once; the token's own bound counts too. One more (the anchor) stays open beside them.</summary>
    /// <value>1..256; 16.</value>
    public int MaxSessions { get; init; } = 16;

    /// <summary>A token that is away is looked for at most so often by calls that need it.</summary>
    /// <value>Zero or more; 1 s.</value>
    public TimeSpan HealInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Log in although one wrong PIN would lock the token. For one login of an operator who is sure.</summary>
    public bool AllowFinalTry { get; init; }

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Label);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Label.Length, MaxLabelLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSessions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxSessions, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(HealInterval, TimeSpan.Zero);
    }
}
