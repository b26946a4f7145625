using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;

namespace MpcSigner.Core.Requests;

/// <summary>Reads request bodies: strict (one encoding a value, no unknown fields, every bound checked) and pure.</summary>
public interface IRequestDecoder
{
    /// <summary>False with the reason when the bytes are not exactly one valid body.</summary>
    bool TryDecode(ReadOnlySpan<byte> body, [NotNullWhen(true)] out RequestBody? request, [NotNullWhen(false)] out ServiceError? error);
}
