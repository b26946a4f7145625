using System.Globalization;
using MpcSigner.Core.Faults;

namespace MpcSigner.Cryptography.Derivation;

/// <summary>Paths as people write them, and refusals that say what to write instead.</summary>
public static class DerivationPath
{
    private const string Root = "m";

    /// <summary>"m" for the key itself, else "m/0/1".</summary>
    public static string Write(IEnumerable<uint> path) => string.Join('/', path.Select(index => index.ToString(CultureInfo.InvariantCulture)).Prepend(Root));

    /// <summary>Reads "m", "m/0/1" or "0/1"; the error says what stands in the way.</summary>
    public static bool TryParse(string text, out uint[] path, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ServiceError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = [];
        error = null;
        var parts = text.Split('/');
        if (parts[0] == Root)
            parts = parts[1..];
        if (parts.Length > SoftDerivation.MaxPathLength)
        {
            error = Refuse(DerivationFault.PathTooLong);
            return false;
        }
        var indices = new uint[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].EndsWith('\'') || parts[i].EndsWith('h') || parts[i].EndsWith('H'))
                error = Refuse(DerivationFault.HardenedIndex);
            // One spelling an index: no sign, no blanks, no leading zeros.
            else if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out indices[i])
                || indices[i].ToString(CultureInfo.InvariantCulture) != parts[i])
                error = new(Reason.BadDerivationPath, "The derivation path is not one of indices with slashes between them.", "Write it like 0/1, or m for the key itself.");
            if (error is not null)
                return false;
        }
        var fault = SoftDerivation.Check(indices);
        if (fault != DerivationFault.None)
        {
            error = Refuse(fault);
            return false;
        }
        path = indices;
        return true;
    }

    /// <summary>Why there is no key at a path.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="DerivationFault.None"/> is no refusal.</exception>
    public static ServiceError Refuse(DerivationFault fault) => fault switch
    {
        DerivationFault.HardenedIndex => new(Reason.BadDerivationPath,
            "The derivation path holds a hardened index (2^31 or more, written with ' or h): that would need the whole private key, which no machine has.",
            "Use indices below 2^31; for accounts that must not be linked, create one key each."),
        DerivationFault.PathTooLong => new(Reason.BadDerivationPath,
            $"The derivation path has more than {SoftDerivation.MaxPathLength} indices.", "Use a shorter path."),
        DerivationFault.InvalidChild => new(Reason.BadDerivationPath,
            "There is no key at this derivation path: one of its indices has no valid child (BIP-32 names such indices invalid).", "Use the next index."),
        DerivationFault.None => throw new ArgumentOutOfRangeException(nameof(fault), "no fault"),
    };
}
